//! Choosing what a plan leaves open by what a machine makes of it (`--strategy auto`).
//!
//! What is open in one stage changes nothing that another stage costs, so choices are made one after the other, each the
//! one that makes the whole plan fastest. The result is an ordinary request: whoever reads the plan sees what was chosen,
//! and nothing is chosen anew when keys are made or a network is run.
//!
//! Of `hear` and `fast-hear` the order of rotations of each convolution is chosen; of `lean-hear` how many rotations of
//! the inputs a convolution takes, the digits in which inputs and sums are decomposed, and whether inputs are turned by their
//! row taps first.

use super::{
    cost::Speeds,
    lean::plan::{ConvolutionChoice, ConvolutionPacking, LeanChoices, possible_steps},
    method::{Family, Method, Strategy, StrategyChoice},
    plan::{Plan, PlanError, PlanRequest},
};
use crate::params::{Parameters, ParametersLiteral};

/// Digits of more than this many never pay: every digit is transformed to every prime.
const MOST_DIGITS: usize = 4;

impl Plan {
    /// The plan with the strategies that a user wants, on the method's own parameter set.
    ///
    /// # Errors
    /// If there is no plan for the request.
    pub fn with_strategy(
        request: PlanRequest,
        choice: StrategyChoice,
        speeds: &Speeds,
        threads: usize,
    ) -> Result<Self, PlanError> {
        let parameters = ParametersLiteral::by_name(request.method.parameters())?.check()?;
        Self::with_parameters(&request.with_strategy(choice, &parameters, speeds, threads)?, &parameters)
    }
}

impl PlanRequest {
    /// The request with the strategies that a user wants.
    ///
    /// # Errors
    /// If there is no plan to begin a search with.
    pub fn with_strategy(
        self,
        choice: StrategyChoice,
        parameters: &Parameters,
        speeds: &Speeds,
        threads: usize,
    ) -> Result<Self, PlanError> {
        match choice {
            StrategyChoice::Auto => self.fastest(parameters, speeds, threads),
            StrategyChoice::Own => Ok(self),
            StrategyChoice::Fixed(strategies) if self.method.family() != Family::Packed => {
                Err(PlanError::Choice { method: self.method, choice: format!("the strategy {strategies}") })
            }
            StrategyChoice::Fixed(strategies) => Ok(Self { strategies, ..self }),
        }
    }

    /// The request with those choices that make its plan fastest on `threads` threads of a machine. Strategies and lean
    /// choices that it has are where the search begins.
    ///
    /// # Errors
    /// If there is no plan for the request as it stands.
    pub fn fastest(self, parameters: &Parameters, speeds: &Speeds, threads: usize) -> Result<Self, PlanError> {
        let seconds = |request: &Self| {
            Plan::with_parameters(request, parameters).map(|plan| speeds.seconds(&plan.counts(), threads))
        };
        let (mut best, mut least) = (self, seconds(&self)?);
        for alternatives in self.open() {
            let start = best;
            for alternative in alternatives {
                let mut request = start;
                alternative(&mut request);
                // What cannot be met is no alternative.
                let Ok(time) = seconds(&request) else { continue };
                if time < least {
                    (best, least) = (request, time);
                }
            }
        }
        Ok(best)
    }

    /// What is open: for each choice its alternatives.
    fn open(&self) -> Vec<Vec<Alternative>> {
        match self.method {
            Method::Hear | Method::FastHear => (0..3).map(strategies_of).collect(),
            Method::Lola | Method::NgraphHe2 | Method::LeanNgraph => Vec::new(),
            Method::LeanHear => {
                let mut open = vec![digits(|lean, digits| lean.windows_digits = Some(digits))];
                open.extend((0..2).map(|index| self.convolutions(index)));
                open.push(digits(|lean, digits| lean.merge_digits = Some(digits)));
                open
            }
        }
    }

    fn convolutions(&self, index: usize) -> Vec<Alternative> {
        let mut alternatives: Vec<Alternative> = Vec::new();
        for steps in possible_steps(&ConvolutionPacking::new(self.shape, 1 + index)) {
            for baby_digits in 1..=MOST_DIGITS {
                for (giant_digits, turned) in (1..=MOST_DIGITS).flat_map(|digits| [(digits, false), (digits, true)]) {
                    alternatives.push(Box::new(move |request| {
                        let (steps, baby_digits, giant_digits) = (Some(steps), Some(baby_digits), Some(giant_digits));
                        let choice = ConvolutionChoice { steps, baby_digits, giant_digits, turned };
                        request.lean.convolutions[index] = choice;
                    }));
                }
            }
        }
        alternatives
    }
}

/// A change of a request.
type Alternative = Box<dyn Fn(&mut PlanRequest)>;

fn strategies_of(convolution: usize) -> Vec<Alternative> {
    let alternative = |strategy| -> Alternative {
        Box::new(move |request: &mut PlanRequest| request.strategies.0[convolution] = strategy)
    };
    Strategy::ALL.map(alternative).into()
}

fn digits(choose: impl Fn(&mut LeanChoices, usize) + Copy + 'static) -> Vec<Alternative> {
    let alternative =
        |digits| -> Alternative { Box::new(move |request: &mut PlanRequest| choose(&mut request.lean, digits)) };
    (1..=MOST_DIGITS).map(alternative).collect()
}

#[cfg(test)]
mod tests {
    use hear_model::network::{Dimension, Shape};

    use super::*;
    use crate::network::{key_switching::KeySwitching, method::Strategies};

    fn parameters(method: Method) -> Parameters {
        ParametersLiteral::by_name(method.name()).unwrap().check().unwrap()
    }

    fn request(method: Method) -> PlanRequest {
        PlanRequest::new(Shape::new(Dimension::TwoD, 64).unwrap(), method)
    }

    /// A machine on which only one thing takes time.
    fn only(change: impl Fn(&mut Speeds)) -> Speeds {
        let mut speeds = Speeds {
            name: "test".to_owned(),
            ntt_ns: 0.0,
            product_ns: 0.0,
            scalar_ns: 0.0,
            key_product_ns: 0.0,
            conversion_ns: 0.0,
            byte_ns: 0.0,
            bytes_per_ns: f64::INFINITY,
            shared_reads: 0.0,
        };
        change(&mut speeds);
        speeds
    }

    #[test]
    fn no_fixed_strategy_is_predicted_to_be_faster() {
        let speeds = Speeds::default();
        for (method, key_switching) in [
            (Method::Hear, KeySwitching::Paper),
            (Method::FastHear, KeySwitching::Paper),
            (Method::FastHear, KeySwitching::Hybrid),
        ] {
            let (parameters, request) = (parameters(method), PlanRequest { key_switching, ..request(method) });
            let seconds = |request: &PlanRequest| {
                speeds.seconds(&Plan::with_parameters(request, &parameters).unwrap().counts(), 2)
            };
            let chosen = seconds(&request.fastest(&parameters, &speeds, 2).unwrap());
            for first in Strategy::ALL {
                for second in Strategy::ALL {
                    for third in Strategy::ALL {
                        let strategies = Strategies([first, second, third]);
                        let fixed = seconds(&PlanRequest { strategies, ..request });
                        assert!(chosen <= fixed * (1.0 + 1e-12), "{method} {strategies}: {fixed} s, auto {chosen} s");
                    }
                }
            }
        }
    }

    #[test]
    fn the_machine_decides() {
        let method = Method::LeanHear;
        let parameters = parameters(method);
        let plan = |speeds: &Speeds| {
            let chosen = request(method).fastest(&parameters, speeds, 1).unwrap();
            Plan::with_parameters(&chosen, &parameters).unwrap().counts()
        };
        let transforms = plan(&only(|speeds| speeds.ntt_ns = 1.0));
        let keys = plan(&only(|speeds| speeds.key_product_ns = 1.0));
        let own = Plan::new(&request(method)).unwrap().counts();
        assert!(transforms.ntt < own.ntt && transforms.ntt < keys.ntt, "{transforms:?}");
        assert!(keys.key_limbs <= own.key_limbs && keys.key_limbs < transforms.key_limbs, "{keys:?}");
    }

    #[test]
    fn a_choice_that_cannot_be_met_is_refused_with_the_reason() {
        let refuse = |change: fn(&mut LeanChoices)| {
            let mut request = request(Method::LeanHear);
            change(&mut request.lean);
            Plan::new(&request).unwrap_err().to_string()
        };
        let error = refuse(|lean| lean.windows_digits = Some(1));
        assert!(error.contains("1 digits of 8 limbs") && error.contains("12 primes"), "{error}");
        let error = refuse(|lean| lean.convolutions[0].steps = Some(3));
        assert!(error.contains("3 rotations of an input"), "{error}");
        let paper = PlanRequest {
            lean: LeanChoices { merge_digits: Some(1), ..LeanChoices::default() },
            ..request(Method::Hear)
        };
        assert!(Plan::new(&paper).unwrap_err().to_string().contains("lean-hear alone"));
    }
}
