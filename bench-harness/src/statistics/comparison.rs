//! Whether two sets of rounds differ by more than the noise.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

use super::Summary;

/// Rounds that an interval over rounds needs.
pub const MIN_ROUNDS: usize = 4;
/// The part of the pairs that is cut off at each end before their mean is taken.
const TRIMMED: f64 = 0.2;
/// With fewer pairs none is cut off: too few degrees of freedom would be left.
const TRIMMED_FROM: usize = 8;

/// B against A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// B over A: above 1 where B takes more.
    pub ratio: f64,
    /// The lower end of the ratio's interval.
    pub low: f64,
    /// The upper end of the ratio's interval.
    pub high: f64,
    /// How often an interval made like this holds the truth, in (0, 1).
    pub level: f64,
    /// What the interval rests on.
    pub basis: Basis,
    /// The smallest change that is reported: 0.02 is 2%.
    pub smallest: f64,
    /// Whether B differs.
    pub verdict: Verdict,
}

/// Whether B takes less or more than A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// B takes less.
    Faster,
    /// B takes more.
    Slower,
    /// The interval holds 1, or the change is too small to be reported.
    NoDifference,
}

/// What an interval rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Neighbouring rounds, taken in turn: what the machine did meanwhile cancels.
    Pairs,
    /// Rounds of A and rounds of B, taken at different times.
    Rounds,
    /// Values of single processes: what differs from process to process is unknown.
    Values,
}

impl Basis {
    /// The smallest change that is reported where nothing else is asked for. Of pairs 2%: less than this is not worth a
    /// sentence, and the layout of a program's code alone may bring it. Without pairs 30%, because shared machines change
    /// their speed by as much within minutes, and no interval over rounds of one time knows another time's speed.
    #[must_use]
    pub fn smallest(self) -> f64 {
        match self {
            Self::Pairs => 0.02,
            Self::Rounds | Self::Values => 0.3,
        }
    }
}

/// When two sets of rounds are called different.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criterion {
    /// The level of the interval, in (0, 1).
    pub level: f64,
    /// The smallest change that is reported, or `None` for [`Basis::smallest`].
    pub smallest: Option<f64>,
}

impl Comparison {
    /// Compares neighbours: `(a, b)` are the least values of two rounds that follow each other, in either order.
    ///
    /// The logarithms of b / a are differences of times taken under almost the same conditions. If A and B are the same
    /// their distribution is symmetric about 0, whatever the machine did, because what comes first changes from pair to
    /// pair. Rounds that were disturbed as a whole make it heavy-tailed: the mean without the outer fifths and its
    /// interval by Student's t bear those. `None` with fewer than [`MIN_ROUNDS`] pairs, or if a value is not above 0.
    ///
    /// - source: Yuen, "The two-sample trimmed t for unequal population variances", 1974, for one sample (Tukey and
    ///   McLaughlin 1963).
    #[must_use]
    pub fn of_pairs(pairs: &[(f64, f64)], criterion: Criterion) -> Option<Self> {
        let logs = logarithms(pairs.iter().map(|(a, b)| b / a))?;
        let Trimmed { mean, error, freedom } = Trimmed::of(logs)?;
        Some(Self::judge(mean, half_width(error, freedom, criterion)?, Basis::Pairs, criterion))
    }

    /// Compares rounds that were taken at different times, each represented by its least value: the difference of two
    /// trimmed means of logarithms. `None` with fewer than [`MIN_ROUNDS`] on a side, or if a value is not above 0.
    ///
    /// - source: Yuen, "The two-sample trimmed t for unequal population variances", 1974. A bootstrap over so few rounds is
    ///   too narrow.
    #[must_use]
    pub fn of_rounds(a: &[f64], b: &[f64], criterion: Criterion) -> Option<Self> {
        let [a, b] = [a, b].map(|side| Trimmed::of(logarithms(side.iter().copied())?));
        let (a, b) = (a?, b?);
        let [square_a, square_b] = [&a, &b].map(|side| side.error.powi(2));
        // Welch's degrees of freedom; rounds that are all equal have no error to share out.
        let freedom = (square_a + square_b).powi(2) / (square_a.powi(2) / a.freedom + square_b.powi(2) / b.freedom);
        let freedom = if freedom.is_finite() { freedom } else { a.freedom.min(b.freedom) };
        let half = half_width(a.error.hypot(b.error), freedom, criterion)?;
        Some(Self::judge(b.mean - a.mean, half, Basis::Rounds, criterion))
    }

    /// Compares what is known of the values of single processes: the medians, whose errors follow from quartiles and
    /// counts. `None` if a value is not above 0.
    ///
    /// - source: McGill, Tukey and Larsen, "Variations of box plots", 1978, without its factor for pairs of notches.
    #[must_use]
    pub fn of_values(a: &Summary, b: &Summary, criterion: Criterion) -> Option<Self> {
        let log = logarithms([b.median / a.median].into_iter())?[0];
        let normal = Normal::standard();
        // The interquartile range of a normal variable is 1.349 deviations; its median's error is sqrt(pi / 2n) of them.
        let relative_error = |of: &Summary| {
            let deviation = (of.q3 - of.q1) / (normal.inverse_cdf(0.75) - normal.inverse_cdf(0.25));
            deviation / of.median * (PI / (2.0 * of.n as f64)).sqrt()
        };
        let error = relative_error(a).hypot(relative_error(b));
        let half = normal.inverse_cdf(f64::midpoint(1.0, criterion.level)) * error;
        Some(Self::judge(log, half, Basis::Values, criterion))
    }

    fn judge(log: f64, half: f64, basis: Basis, criterion: Criterion) -> Self {
        let (low, high) = (log - half, log + half);
        let smallest = criterion.smallest.unwrap_or(basis.smallest());
        let least = smallest.ln_1p();
        let verdict = if low > 0.0 && log >= least {
            Verdict::Slower
        } else if high < 0.0 && log <= -least {
            Verdict::Faster
        } else {
            Verdict::NoDifference
        };
        let [ratio, low, high] = [log, low, high].map(f64::exp);
        Self { ratio, low, high, level: criterion.level, basis, smallest, verdict }
    }
}

/// `None` unless all values are finite and above 0.
fn logarithms(values: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
    values.map(|value| (value > 0.0 && value.is_finite()).then(|| value.ln())).collect()
}

/// A mean without the outermost values, and how far it may be off.
struct Trimmed {
    mean: f64,
    /// Its standard error: from the values' winsorised variance, in which what was cut off counts as the last value kept.
    error: f64,
    /// Degrees of freedom of the error.
    freedom: f64,
}

impl Trimmed {
    /// `None` of fewer than [`MIN_ROUNDS`] values.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        let n = values.len();
        if n < MIN_ROUNDS {
            return None;
        }
        values.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fifth of a number of rounds")]
        let cut = if n < TRIMMED_FROM { 0 } else { (TRIMMED * n as f64).floor() as usize };
        let (low, high, kept) = (values[cut], values[n - cut - 1], n - 2 * cut);
        let mean = values[cut..n - cut].iter().sum::<f64>() / kept as f64;
        let winsorised = values.iter().map(|value| value.clamp(low, high));
        let centre = winsorised.clone().sum::<f64>() / n as f64;
        let variance = winsorised.map(|value| (value - centre).powi(2)).sum::<f64>() / (n - 1) as f64;
        let error = variance.sqrt() * (n as f64).sqrt() / kept as f64;
        Some(Self { mean, error, freedom: (kept - 1) as f64 })
    }
}

/// Half of the interval of a mean with that error.
fn half_width(error: f64, freedom: f64, criterion: Criterion) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(student.inverse_cdf(f64::midpoint(1.0, criterion.level)) * error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRITERION: Criterion = Criterion { level: 0.995, smallest: None };

    /// A machine as they are: its speed wanders, programs are slow now and then, and a process has its own luck.
    #[derive(Clone, Copy)]
    struct MachineModel {
        /// Standard deviation of the speed's wandering, which forgets itself within a minute.
        drift: f64,
        /// Standard deviation between processes.
        process: f64,
        /// The mean of what is added to every other inference.
        tail: f64,
        /// How often the machine changes its speed altogether, a round.
        jumps: f64,
        /// How often a round is disturbed as a whole, by 0.4 on average.
        disturbed: f64,
    }

    const QUIET: MachineModel = MachineModel { drift: 0.05, process: 0.01, tail: 0.03, jumps: 0.0, disturbed: 0.05 };
    /// Two cores of a virtual machine: neighbours differ by 5%, nearly all of it luck of the process.
    const MEASURED: MachineModel = MachineModel { drift: 0.03, process: 0.03, tail: 0.02, jumps: 0.0, disturbed: 0.05 };
    const DRIFTING: MachineModel =
        MachineModel { drift: 0.25, process: 0.02, tail: 0.05, jumps: 0.01, disturbed: 0.05 };
    const ROUGH: MachineModel = MachineModel { drift: 0.3, process: 0.03, tail: 0.08, jumps: 0.05, disturbed: 0.1 };

    struct Clock<'a> {
        model: MachineModel,
        random: &'a mut fastrand::Rng,
        speed: f64,
        jump: f64,
    }

    impl<'a> Clock<'a> {
        fn new(model: MachineModel, random: &'a mut fastrand::Rng) -> Self {
            let speed = model.drift * normal(random);
            Self { model, random, speed, jump: 0.0 }
        }

        /// Lets so many seconds pass.
        fn wait(&mut self, seconds: f64) {
            let kept = (-seconds / 60.0).exp();
            self.speed = kept * self.speed + (1.0 - kept * kept).sqrt() * self.model.drift * normal(self.random);
        }

        /// The fastest of the four inferences of a round.
        fn round(&mut self) -> f64 {
            let model = self.model;
            self.wait(0.6);
            if self.random.f64() < model.jumps {
                self.jump = if self.jump > 0.0 { 0.0 } else { 0.5 * self.random.f64() };
            }
            let mut luck = self.jump + model.process * normal(self.random);
            if self.random.f64() < model.disturbed {
                luck += 0.4 * exponential(self.random);
            }
            let inference = |_| {
                self.wait(0.045);
                let mut log = self.speed + luck + 0.02 * normal(self.random);
                if self.random.bool() {
                    log += model.tail * exponential(self.random);
                }
                if self.random.f64() < 0.03 {
                    log += 0.5 * exponential(self.random);
                }
                0.04 * log.exp()
            };
            (0..4).map(inference).fold(f64::INFINITY, f64::min)
        }
    }

    fn normal(random: &mut fastrand::Rng) -> f64 {
        (2.0 * exponential(random)).sqrt() * (2.0 * PI * random.f64()).cos()
    }

    fn exponential(random: &mut fastrand::Rng) -> f64 {
        -(1.0 - random.f64()).ln()
    }

    /// Pairs of rounds in the order A B, B A, A B, ..., of which B takes `factor` as long.
    fn pairs(clock: &mut Clock<'_>, rounds: usize, factor: f64) -> Vec<(f64, f64)> {
        let pair = |round: usize| {
            let (first, second) = (clock.round(), clock.round());
            let (a, b) = if round.is_multiple_of(2) { (first, second) } else { (second, first) };
            (a, factor * b)
        };
        (0..rounds).map(pair).collect()
    }

    /// The share of comparisons with that verdict.
    fn share(model: MachineModel, rounds: usize, factor: f64, verdict: impl Fn(Verdict) -> bool) -> f64 {
        const TRIES: usize = 2000;
        let mut random = fastrand::Rng::with_seed(rounds as u64);
        let found = |_: &usize| {
            let mut clock = Clock::new(model, &mut random);
            verdict(Comparison::of_pairs(&pairs(&mut clock, rounds, factor), CRITERION).unwrap().verdict)
        };
        (0..TRIES).filter(found).count() as f64 / TRIES as f64
    }

    /// Once in 40 tries is 0.025; a rate of 0.0125 lets two false alarms among 40 happen once in ten times, and what is
    /// reached is below.
    #[test]
    fn the_same_program_is_called_different_less_than_once_in_eighty_tries() {
        for (name, model) in [("quiet", QUIET), ("measured", MEASURED), ("drifting", DRIFTING), ("rough", ROUGH)] {
            for rounds in [4, 6, 8, 10, 12, 20] {
                let alarms = share(model, rounds, 1.0, |verdict| verdict != Verdict::NoDifference);
                eprintln!("{name}, {rounds} rounds: {alarms} false alarms");
                assert!(alarms <= 0.0125, "{name}, {rounds} rounds: {alarms}");
            }
        }
    }

    #[test]
    fn a_tenth_more_is_found_in_nineteen_of_twenty_tries() {
        for (rounds, factor, verdict) in
            [(10, 1.1, Verdict::Slower), (12, 1.1, Verdict::Slower), (12, 1.0 / 1.1, Verdict::Faster)]
        {
            let found = share(QUIET, rounds, factor, |found| found == verdict);
            eprintln!("{rounds} rounds: {found} found");
            assert!(found >= 0.96, "{rounds} rounds: {found}");
        }
        let found = share(MEASURED, 16, 1.1, |found| found == Verdict::Slower);
        eprintln!("measured, 16 rounds: {found} found");
        assert!(found >= 0.96, "{found}");
        // A machine whose speed wanders by a quarter takes more rounds.
        let found = share(DRIFTING, 30, 1.1, |found| found == Verdict::Slower);
        assert!(found >= 0.96, "{found}");
    }

    /// What `mean(x, trim = 0.2)` and `yuen` of R's WRS2 do for one sample, worked out by hand: of ten logarithms -4..=5
    /// six are kept, -2..=3; the mean is 0.5, the winsorised sum of squares 2 (2.5^2 3 + 1.5^2 + 0.5^2) = 42.5.
    #[test]
    fn the_outer_fifths_do_not_move_the_interval() {
        let at = |scale: f64, outlier: f64| {
            let mut pairs: Vec<_> = (-4..=5).map(|log| (1.0, (scale * f64::from(log)).exp())).collect();
            pairs[9].1 *= outlier;
            Comparison::of_pairs(&pairs, Criterion { level: 0.95, smallest: None }).unwrap()
        };
        let comparison = at(0.01, 1.0);
        assert!((comparison.ratio.ln() - 0.005).abs() < 1e-12, "{comparison:?}");
        // Student's t at 0.975 with 5 degrees of freedom is 2.570582.
        let half = 0.01 * 2.570_582 * (42.5_f64 / 9.0).sqrt() / (0.6 * 10.0_f64.sqrt());
        assert!((comparison.high.ln() - 0.005 - half).abs() < 1e-7, "{comparison:?}");
        assert!((comparison.low.ln() - 0.005 + half).abs() < 1e-7, "{comparison:?}");
        assert_eq!(at(0.01, 50.0), comparison);
    }

    #[test]
    fn a_change_must_be_large_enough_to_be_reported() {
        let with = |factor: f64| {
            let pairs: Vec<_> = (0..8).map(|i| (1.0, factor * (1.0 + 1e-4 * f64::from(i)))).collect();
            Comparison::of_pairs(&pairs, CRITERION).unwrap().verdict
        };
        let verdicts = [0.9, 0.99, 1.0, 1.01, 1.03].map(with);
        let none = Verdict::NoDifference;
        assert_eq!(verdicts, [Verdict::Faster, none, none, none, Verdict::Slower]);
        let equal = Comparison::of_pairs(&[(2.0, 2.0); 5], CRITERION).unwrap();
        assert_eq!((equal.ratio, equal.low, equal.high, equal.verdict), (1.0, 1.0, 1.0, none));
    }

    /// Between the two, the machine's speed may have become anything.
    #[test]
    fn rounds_of_different_times_need_a_large_change() {
        const TRIES: usize = 1000;
        let mut random = fastrand::Rng::with_seed(3);
        let mut found = |rounds: usize, factor: f64, verdict: Verdict| {
            let mut compare = || {
                let mut clock = Clock::new(QUIET, &mut random);
                let a: Vec<_> = (0..rounds).map(|_| clock.round()).collect();
                clock.wait(600.0);
                let b: Vec<_> = (0..rounds).map(|_| factor * clock.round()).collect();
                Comparison::of_rounds(&a, &b, CRITERION).unwrap()
            };
            (0..TRIES).filter(|_| compare().verdict == verdict).count() as f64 / TRIES as f64
        };
        for rounds in [4, 8, 12] {
            let alarms = 1.0 - found(rounds, 1.0, Verdict::NoDifference);
            eprintln!("{rounds} rounds: {alarms} false alarms");
            assert!(alarms <= 0.005, "{rounds} rounds: {alarms}");
        }
        let power = found(12, 1.6, Verdict::Slower);
        assert!(power >= 0.95, "{power}");
        let equal = Comparison::of_rounds(&[2.0; 5], &[3.0; 5], CRITERION).unwrap();
        assert_eq!((equal.low, equal.high, equal.verdict), (equal.ratio, equal.ratio, Verdict::Slower));
    }

    #[test]
    fn single_processes_are_compared_by_their_quartiles() {
        let values =
            |centre: f64| Summary::of(&(0..21).map(|i| centre + 0.001 * f64::from(i - 10)).collect::<Vec<_>>());
        let compare =
            |a: f64, b: f64| Comparison::of_values(&values(a).unwrap(), &values(b).unwrap(), CRITERION).unwrap();
        let same = compare(0.04, 0.05);
        assert_eq!((same.verdict, same.basis), (Verdict::NoDifference, Basis::Values));
        assert!(same.low > 1.0 && same.low < 1.25 && 1.25 < same.high, "{same:?}");
        assert_eq!(compare(0.04, 0.06).verdict, Verdict::Slower);
        assert_eq!(compare(0.06, 0.04).verdict, Verdict::Faster);
    }

    #[test]
    fn too_little_and_nonsense_give_no_comparison() {
        assert_eq!(Comparison::of_pairs(&[(1.0, 1.0); 3], CRITERION), None);
        assert_eq!(Comparison::of_pairs(&[(1.0, 0.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)], CRITERION), None);
        assert_eq!(Comparison::of_rounds(&[1.0; 3], &[1.0; 8], CRITERION), None);
        assert_eq!(Comparison::of_rounds(&[1.0; 4], &[f64::NAN; 4], CRITERION), None);
        let zero = Summary::of(&[0.0]).unwrap();
        assert_eq!(Comparison::of_values(&zero, &zero, CRITERION), None);
    }
}
