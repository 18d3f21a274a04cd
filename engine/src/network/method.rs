//! What a user may choose: the method, a strategy a layer, and the optimisations that can be switched off.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::key_switching::KeySwitching;

/// How a network is laid out on ciphertexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The paper's ordinary homomorphic convolution on sparsely packed ciphertexts.
    Hear,
    /// The paper's merge-and-conquer convolution: mask, interlace, convolve, fold back.
    FastHear,
    /// Ours: eight limbs, dense packing, periodic weights, completed squares. See [`super::lean`].
    LeanHear,
    /// Latency-optimised prior work: dot products by rotate-and-sum. See [`super::lola`].
    Lola,
    /// A ciphertext a node, a clip a slot, with the levels of `hear`. See [`super::nodes`].
    NgraphHe2,
    /// Ours: the same with the levels of `lean-hear`.
    LeanNgraph,
}

/// What a ciphertext holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Many nodes of one clip, laid out as in the paper.
    Packed,
    /// Many nodes of one clip, laid out densely.
    Lean,
    /// One node of many clips.
    Nodes,
}

/// In which order a convolution's rotations are taken (the paper's equations 8, 9 and 10).
///
/// A convolution rotates its inputs by block shift + tap. `Full` takes every sum as one rotation of the input; the other
/// two rotate the input by one of the summands and the sums of products by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Every rotation is taken on the input.
    Full,
    /// Taps (the small amounts) on the input, block shifts on the sums.
    Baby,
    /// Block shifts (the large amounts) on the input, taps on the sums.
    Giant,
}

/// One strategy for each of the three convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Strategies(pub [Strategy; 3]);

/// The optimisations that the paper and nGraph-HE2 name; all on unless a measurement wants to know what one of them gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent switch of the command line")]
pub struct Switches {
    /// Rotations of one ciphertext share one decomposition.
    pub hoisting: bool,
    /// Sums of products are rescaled once, not every product.
    pub lazy_rescaling: bool,
    /// Plaintexts are encoded for the level at which they are used, not for the top level.
    pub level_aware_encoding: bool,
    /// The client fills all slots with interlaced copies of the input; else it sends one copy and the cloud replicates it.
    pub interlaced_input: bool,
    /// Lanes are folded by rotate-and-sum, log2(n_P) rotations; else by n_P - 1 rotations of one ciphertext.
    pub recursive_fold: bool,
    /// A weight that is the same in all slots is one residue a limb; else a whole polynomial.
    pub scalar_weights: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            hoisting: true,
            lazy_rescaling: true,
            level_aware_encoding: true,
            interlaced_input: true,
            recursive_fold: true,
            scalar_weights: true,
        }
    }
}

impl Switches {
    /// The names of the switches, as the command line spells them.
    pub const NAMES: [&'static str; 6] =
        ["hoisting", "lazy-rescaling", "level-aware-encoding", "interlaced-input", "recursive-fold", "scalar-weights"];

    /// Switches one optimisation off.
    ///
    /// # Errors
    /// If no optimisation has that name.
    pub fn disable(&mut self, name: &str) -> Result<(), UnknownName> {
        let switch = match name {
            "hoisting" => &mut self.hoisting,
            "lazy-rescaling" => &mut self.lazy_rescaling,
            "level-aware-encoding" => &mut self.level_aware_encoding,
            "interlaced-input" => &mut self.interlaced_input,
            "recursive-fold" => &mut self.recursive_fold,
            "scalar-weights" => &mut self.scalar_weights,
            _ => return Err(UnknownName::new("optimisation", name, &Self::NAMES)),
        };
        *switch = false;
        Ok(())
    }

    /// The names of the optimisations that are switched off.
    #[must_use]
    pub fn disabled(&self) -> Vec<&'static str> {
        let on = [
            self.hoisting,
            self.lazy_rescaling,
            self.level_aware_encoding,
            self.interlaced_input,
            self.recursive_fold,
            self.scalar_weights,
        ];
        Self::NAMES.into_iter().zip(on).filter_map(|(name, on)| (!on).then_some(name)).collect()
    }
}

/// A name that nothing has, with the names that exist.
#[derive(Clone, Debug, thiserror::Error)]
#[error("unknown {kind} '{name}': expected {known}")]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    known: String,
}

impl UnknownName {
    pub(super) fn new(kind: &'static str, name: &str, known: &[&str]) -> Self {
        Self { kind, name: name.to_owned(), known: known.join(", ") }
    }
}

impl Method {
    /// Every method, in the order in which help texts list them.
    pub const ALL: [Self; 6] =
        [Self::Hear, Self::FastHear, Self::LeanHear, Self::Lola, Self::NgraphHe2, Self::LeanNgraph];

    /// What a ciphertext holds.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::Hear | Self::FastHear | Self::Lola => Family::Packed,
            Self::LeanHear => Family::Lean,
            Self::NgraphHe2 | Self::LeanNgraph => Family::Nodes,
        }
    }

    /// Whether quadratics are completed to squares, which changes the weights around them and leaves scales to choose.
    #[must_use]
    pub fn completes_squares(self) -> bool {
        match self {
            Self::LeanHear | Self::LeanNgraph => true,
            Self::Hear | Self::FastHear | Self::Lola | Self::NgraphHe2 => false,
        }
    }

    /// Whether most plaintexts are encoded as they are used, being too many to be kept, so that no model can be prepared.
    #[must_use]
    pub fn encodes_as_it_runs(self) -> bool {
        self == Self::Lola
    }

    /// The name of its parameter set.
    #[must_use]
    pub fn parameters(self) -> &'static str {
        match self {
            Self::Hear | Self::NgraphHe2 => "hear",
            Self::FastHear | Self::Lola => "fast-hear",
            Self::LeanHear | Self::LeanNgraph => "lean-hear",
        }
    }

    /// The optimisations that can be switched off under this method.
    #[must_use]
    pub fn switches(self) -> &'static [&'static str] {
        match self {
            Self::Hear | Self::FastHear => {
                &["hoisting", "lazy-rescaling", "level-aware-encoding", "interlaced-input", "recursive-fold"]
            }
            Self::NgraphHe2 => &["lazy-rescaling", "level-aware-encoding", "scalar-weights"],
            Self::LeanHear | Self::Lola | Self::LeanNgraph => &[],
        }
    }

    /// Multiplicative depth: one level for each convolution, two for each activation, one for the dense layer, and for
    /// `fast-hear` and `lola` one for each of two masks; with completed squares one for each of these seven.
    #[must_use]
    pub fn levels(self) -> usize {
        match self {
            Self::Hear | Self::NgraphHe2 => 10,
            Self::FastHear | Self::Lola => 12,
            Self::LeanHear | Self::LeanNgraph => 7,
        }
    }

    /// What reports call a choice of strategies under this method.
    #[must_use]
    pub fn strategy_name(self, choice: StrategyChoice) -> String {
        match (choice, self) {
            (StrategyChoice::Own, Self::Hear | Self::FastHear) => Strategies::default().to_string(),
            _ => choice.to_string(),
        }
    }

    /// What reports call the key switching under this method: some have their own only.
    #[must_use]
    pub fn key_switching_name(self, key_switching: KeySwitching) -> String {
        match self {
            Self::LeanHear | Self::LeanNgraph => "own".to_owned(),
            Self::Hear | Self::FastHear | Self::Lola | Self::NgraphHe2 => key_switching.to_string(),
        }
    }

    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hear => "hear",
            Self::FastHear => "fast-hear",
            Self::LeanHear => "lean-hear",
            Self::Lola => "lola",
            Self::NgraphHe2 => "ngraph-he2",
            Self::LeanNgraph => "lean-ngraph",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| UnknownName::new("method", name, &Self::ALL.map(Self::name)))
    }
}

impl Strategy {
    /// Every strategy, in the paper's order.
    pub const ALL: [Self; 3] = [Self::Full, Self::Baby, Self::Giant];

    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Baby => "baby",
            Self::Giant => "giant",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Strategy {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.name() == name)
            .ok_or_else(|| UnknownName::new("strategy", name, &Self::ALL.map(Self::name)))
    }
}

impl Default for Strategies {
    /// The authors' choice: baby, giant, giant.
    fn default() -> Self {
        Self([Strategy::Baby, Strategy::Giant, Strategy::Giant])
    }
}

impl fmt::Display for Strategies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third] = self.0;
        write!(f, "{first},{second},{third}")
    }
}

/// Strategies, or the wish that they be chosen for a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrategyChoice {
    /// What the plan leaves open is chosen when it is made: see [`choose`](super::choose).
    Auto,
    /// The method's own: the authors' strategies, or what the specification of `lean-hear` says.
    Own,
    /// These, of `hear` or `fast-hear`.
    Fixed(Strategies),
}

impl StrategyChoice {
    /// What a user gets who chooses nothing: the authors' strategies for the paper's methods, and for ours the fastest.
    #[must_use]
    pub fn of(method: Method) -> Self {
        match method {
            Method::Hear | Method::FastHear | Method::Lola | Method::NgraphHe2 | Method::LeanNgraph => Self::Own,
            Method::LeanHear => Self::Auto,
        }
    }
}

impl fmt::Display for StrategyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Own => f.write_str("own"),
            Self::Fixed(strategies) => strategies.fmt(f),
        }
    }
}

impl FromStr for StrategyChoice {
    type Err = StrategiesError;

    /// `auto`, `own`, or what [`Strategies`] accept.
    fn from_str(text: &str) -> Result<Self, StrategiesError> {
        match text {
            "auto" => Ok(Self::Auto),
            "own" => Ok(Self::Own),
            list => list.parse().map(Self::Fixed),
        }
    }
}

/// A list of strategies that names neither one for all layers nor one a layer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StrategiesError {
    /// A name that is no strategy.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// Another number of strategies than one or three.
    #[error(
        "'{list}' names {count} strategies: expected one for all three convolutions, or three, such as baby,giant,giant"
    )]
    Count {
        /// What was given.
        list: String,
        /// How many it names.
        count: usize,
    },
}

impl FromStr for Strategies {
    type Err = StrategiesError;

    /// One name for all three convolutions, or three separated by commas.
    fn from_str(list: &str) -> Result<Self, StrategiesError> {
        let parsed = list.split(',').map(|name| name.trim().parse()).collect::<Result<Vec<Strategy>, _>>()?;
        match parsed[..] {
            [all] => Ok(Self([all; 3])),
            [first, second, third] => Ok(Self([first, second, third])),
            _ => Err(StrategiesError::Count { list: list.to_owned(), count: parsed.len() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_unknown_ones_list_what_exists() {
        for method in Method::ALL {
            assert_eq!(method.name().parse::<Method>().unwrap(), method);
        }
        assert_eq!("full".parse::<Strategies>().unwrap(), Strategies([Strategy::Full; 3]));
        assert_eq!("baby, giant,giant".parse::<Strategies>().unwrap(), Strategies::default());
        assert_eq!(Strategies::default().to_string(), "baby,giant,giant");
        let error = "fastest".parse::<Method>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown method 'fastest': expected hear, fast-hear, lean-hear, lola, ngraph-he2, lean-ngraph"
        );
        let error = "full,small,giant".parse::<Strategies>().unwrap_err().to_string();
        assert_eq!(error, "unknown strategy 'small': expected full, baby, giant");
        assert_eq!("auto".parse::<StrategyChoice>().unwrap(), StrategyChoice::Auto);
        assert_eq!("own".parse::<StrategyChoice>().unwrap(), StrategyChoice::Own);
        let fixed = StrategyChoice::Fixed(Strategies::default());
        assert_eq!("baby,giant,giant".parse::<StrategyChoice>().unwrap(), fixed);
        assert_eq!(Method::Hear.strategy_name(StrategyChoice::Own), fixed.to_string());
        assert_eq!(Method::LeanHear.strategy_name(StrategyChoice::Own), "own");
        assert!("full,baby".parse::<Strategies>().unwrap_err().to_string().contains("names 2 strategies"));
    }

    #[test]
    fn every_switch_has_a_name_that_turns_off_it_alone() {
        for name in Switches::NAMES {
            let mut switches = Switches::default();
            switches.disable(name).unwrap();
            assert_eq!(switches.disabled(), [name]);
        }
        assert!(Switches::default().disable("speed").is_err());
    }
}
