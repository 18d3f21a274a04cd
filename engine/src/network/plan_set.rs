//! Plans that share keys and encrypted clips.
//!
//! A clip is encrypted once, and the cloud runs several networks on it. That takes plans of the same parameters that read
//! the same packing of the input; their keys are the union of what each needs.

use std::{collections::BTreeSet, sync::Arc};

use hear_model::network::Shape;

use super::{
    packing::InputPacking,
    plan::{Plan, PlanError, Security},
};
use crate::{
    params::{Parameters, ParametersLiteral},
    rlwe::KeySwitchSpec,
};

/// One plan or several, in the order given, all of the same parameters and the same packing of the input. There is one
/// plan a shape, so that a network's shape says which plan it runs under. Cloning shares the plans.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanSet {
    first: Arc<Plan>,
    others: Vec<Arc<Plan>>,
}

/// Plans that cannot share keys or encrypted clips.
#[derive(Debug, thiserror::Error)]
pub enum PlanSetError {
    /// There is none.
    #[error("no plan is given; needed is at least one")]
    Empty,
    /// Their parameters differ.
    #[error("{plans} cannot share keys, because their parameters differ: {first} and {second}")]
    Parameters {
        /// Method and shape of both.
        plans: String,
        /// The parameters of one.
        first: String,
        /// The parameters of the other.
        second: String,
    },
    /// They read other packings of the input.
    #[error(
        "{plans} cannot share an encrypted clip, because they read it packed differently: {first}, against {second}"
    )]
    Packing {
        /// Method and shape of both.
        plans: String,
        /// The packing of one.
        first: String,
        /// The packing of the other.
        second: String,
    },
    /// Two plans for networks of one shape.
    #[error(
        "two plans for a {shape} network cannot share keys: needed is one plan a shape, because a network's shape says \
         which plan it runs under"
    )]
    Shape {
        /// The shape.
        shape: Shape,
    },
}

impl PlanSet {
    /// A set of these plans.
    ///
    /// # Errors
    /// If there is none, or two of them differ in parameters or packing, or have the same shape.
    pub fn new(plans: impl IntoIterator<Item = Plan>) -> Result<Self, PlanSetError> {
        let mut plans = plans.into_iter().map(Arc::new);
        let mut set = Self { first: plans.next().ok_or(PlanSetError::Empty)?, others: Vec::new() };
        for plan in plans {
            set.push(plan)?;
        }
        Ok(set)
    }

    fn push(&mut self, plan: Arc<Plan>) -> Result<(), PlanSetError> {
        let named = |plan: &Plan| format!("{} on a {}", plan.method, plan.shape);
        let plans = || format!("{} and {}", named(&self.first), named(&plan));
        if self.first.parameters != plan.parameters {
            let [first, second] = [&self.first, &plan].map(|plan| described(&plan.parameters));
            return Err(PlanSetError::Parameters { plans: plans(), first, second });
        }
        if self.first.packing_hash() != plan.packing_hash() {
            let [first, second] = [&self.first, &plan].map(|plan| plan.input.to_string());
            return Err(PlanSetError::Packing { plans: plans(), first, second });
        }
        if self.of_shape(plan.shape).is_some() {
            return Err(PlanSetError::Shape { shape: plan.shape });
        }
        self.others.push(plan);
        Ok(())
    }

    /// The plans.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Plan>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The plan for networks of a shape.
    #[must_use]
    pub fn of_shape(&self, shape: Shape) -> Option<&Arc<Plan>> {
        self.iter().find(|plan| plan.shape == shape)
    }

    /// The plan of that [`Plan::hash`].
    #[must_use]
    pub fn of_hash(&self, hash: &[u8; 32]) -> Option<&Arc<Plan>> {
        self.iter().find(|plan| plan.hash() == *hash)
    }

    /// How the client packs a clip, for all of them.
    #[must_use]
    pub fn input(&self) -> &InputPacking {
        &self.first.input
    }

    /// The [`Plan::packing_hash`] of all of them.
    #[must_use]
    pub fn packing_hash(&self) -> [u8; 32] {
        self.first.packing_hash()
    }

    /// The checked parameters of all of them.
    ///
    /// # Errors
    /// If they are below 128 bits of security and that is not waived.
    pub fn checked_parameters(&self, security: Security) -> Result<Parameters, PlanError> {
        self.first.checked_parameters(security)
    }

    /// The switching keys that the plans need, each once and in the order of [`Plan::keys`].
    #[must_use]
    pub fn keys(&self) -> Vec<KeySwitchSpec> {
        let keys: BTreeSet<_> = self.iter().flat_map(|plan| plan.keys()).collect();
        keys.into_iter().collect()
    }
}

/// The set of one plan.
impl From<Arc<Plan>> for PlanSet {
    fn from(plan: Arc<Plan>) -> Self {
        Self { first: plan, others: Vec::new() }
    }
}

/// `'lean-hear' with 8 data and 4 special primes`.
fn described(ParametersLiteral { name, q, p, .. }: &ParametersLiteral) -> String {
    format!("'{name}' with {} data and {} special primes", q.len(), p.len())
}

#[cfg(test)]
mod tests {
    use hear_model::network::Dimension;

    use super::*;
    use crate::network::{
        method::{Method, Strategies, Switches},
        plan::PlanRequest,
    };

    fn shape(dimension: Dimension, width: usize) -> Shape {
        Shape::new(dimension, width).unwrap()
    }

    fn plan(method: Method, shape: Shape) -> Plan {
        plan_with(method, shape, Strategies::default(), Switches::default())
    }

    fn plan_with(method: Method, shape: Shape, strategies: Strategies, switches: Switches) -> Plan {
        Plan::new(&PlanRequest { strategies, switches, ..PlanRequest::new(shape, method) }).unwrap()
    }

    #[test]
    fn a_set_needs_every_key_of_its_plans_once() {
        for (method, dimension) in [
            (Method::LeanHear, Dimension::TwoD),
            (Method::LeanHear, Dimension::OneD),
            (Method::FastHear, Dimension::TwoD),
            (Method::Hear, Dimension::OneD),
        ] {
            let plans = [64, 128].map(|width| plan(method, shape(dimension, width)));
            let alone = plans.each_ref().map(Plan::keys);
            let set = PlanSet::new(plans.clone()).unwrap();
            let union = set.keys();
            assert!(union.is_sorted_by(|a, b| a < b), "{method}, {dimension}: each once");
            assert!(alone.iter().flatten().all(|key| union.contains(key)), "{method}, {dimension}");
            assert!(union.len() < alone[0].len() + alone[1].len(), "{method}, {dimension}: some are shared");
            for (plan, keys) in plans.iter().zip(&alone) {
                assert_eq!(&PlanSet::from(Arc::new(plan.clone())).keys(), keys, "one plan, its own order");
                assert_eq!(**set.of_shape(plan.shape).unwrap(), *plan);
                assert_eq!(**set.of_hash(&plan.hash()).unwrap(), *plan);
                assert_eq!((set.packing_hash(), *set.input()), (plan.packing_hash(), plan.input));
            }
            assert_eq!((set.of_shape(shape(dimension, 32)), set.of_hash(&[0; 32])), (None, None));
        }
    }

    #[test]
    fn what_cannot_share_keys_or_clips_is_refused_with_what_differs() {
        let (narrow, wide, flat) =
            (shape(Dimension::TwoD, 64), shape(Dimension::TwoD, 128), shape(Dimension::OneD, 64));
        let refused = |plans: [Plan; 2]| PlanSet::new(plans).unwrap_err().to_string();
        let lean = plan(Method::LeanHear, narrow);
        let sentence = refused([lean.clone(), plan(Method::FastHear, wide)]);
        for part in ["lean-hear on a 2d-64 and fast-hear on a 2d-128", "8 data and 4 special", "13 data and 1 special"]
        {
            assert!(sentence.contains(part), "{sentence}");
        }
        let sentence = refused([lean.clone(), plan(Method::LeanHear, flat)]);
        for part in ["lean-hear on a 2d-64 and lean-hear on a 1d-64", "windows of a 2d", "windows of a 1d"] {
            assert!(sentence.contains(part), "{sentence}");
        }
        let without = Switches { interlaced_input: false, ..Switches::default() };
        let fast = plan(Method::FastHear, narrow);
        let sentence = refused([fast.clone(), plan_with(Method::FastHear, wide, Strategies::default(), without)]);
        assert!(sentence.contains("copies in all blocks") && sentence.contains("in the first blocks"), "{sentence}");
        let full = plan_with(Method::FastHear, narrow, "full".parse().unwrap(), Switches::default());
        for other in [full, fast.clone()] {
            let sentence = refused([fast.clone(), other]);
            assert!(sentence.contains("two plans for a 2d-64 network"), "{sentence}");
        }
        assert!(matches!(PlanSet::new([]), Err(PlanSetError::Empty)));
    }
}
