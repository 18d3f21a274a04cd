//! What rounds are expected to take, and whether there is time for them.
//!
//! Before anything was measured, a round is expected to take what its plan's work takes at the machine's speeds, and what
//! making keys and encoding weights took in past measurements. From then on that is corrected by what rounds really took,
//! and of a configuration whose round was timed that counts. It decides the order of rounds and whether one still ends in
//! time; no figure rests on it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use hear_engine::network::{cost::Preparation, plan::Plan};
use hear_kernels::simd::Isa;

use super::Step;
use crate::{configuration::Configuration, examination::Examination, report::format};

/// What a process takes before and after everything else: reading, planning, the machine's best speeds.
const PROCESS_S: f64 = 0.7;

/// Thread-nanoseconds a byte of switching keys; 0.9 to 1.1 where it was measured.
const KEY_NS: f64 = 1.0;

/// Thread-nanoseconds a byte of encoded weights; 0.6 to 5 where it was measured, most where memory is new to the process.
const ENCODING_NS: f64 = 3.0;

/// What encryption, decryption and the plain network take of a clip; 5 ms where it was measured.
const CLIP_S: f64 = 0.005;

/// How much longer an inference takes on an instruction set than on the widest that there is, for which speeds are known.
fn slowness(isa: Isa) -> f64 {
    let to_avx512 = |isa: Isa| match isa.name() {
        "scalar" => 7.0,
        "avx2" => 1.6,
        _ => 1.0,
    };
    to_avx512(isa) / Isa::from_environment().map_or(1.0, to_avx512)
}

/// What a round of a configuration is expected to take in all, in seconds, before anything was measured.
pub(super) fn expected_s(configuration: &Configuration, plan: &Plan) -> f64 {
    let protocol = &configuration.protocol;
    let Preparation { key_bytes, plaintext_bytes, .. } = plan.preparation();
    // Weights that are encoded as they are used are part of the run.
    let preparation_ns = KEY_NS * key_bytes as f64 + ENCODING_NS * plaintext_bytes as f64;
    let threads = configuration.working_threads() as f64;
    let preparation_s = PROCESS_S + protocol.repeats as f64 * preparation_ns * 1e-9 / threads;
    let run_s = configuration.predicted_seconds(plan) * configuration.isa().map_or(1.0, slowness);
    let clips_a_run = protocol.throughput().clips() * plan.input.clips().min(protocol.samples).max(1);
    let samples = protocol.samples as f64;
    let examined_s = match &configuration.examination {
        Examination::Times => {
            let runs = protocol.warm_up + protocol.samples.div_ceil(clips_a_run);
            runs as f64 * run_s + samples * CLIP_S
        }
        // Every stage is decrypted, and interpreted in plain arithmetic.
        Examination::Precision => samples * (2.0 * run_s + 0.3),
        Examination::Scenarios(options) => {
            /// Of single clips, of several, of all; and at eight rates.
            const PARTS: f64 = 11.0;
            PARTS * options.seconds.max(options.least_queries as f64 * run_s)
        }
        Examination::Simulation(_) => 3.0 + samples * run_s,
        Examination::Preprocessing => return PROCESS_S,
    };
    preparation_s + examined_s
}

/// How long a campaign may take, and what it took so far.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    limit: Option<Duration>,
    /// What the rounds that were measured were expected to take.
    expected_s: f64,
    /// What they took.
    taken_s: f64,
    /// What the last round of a configuration took, by its hash.
    known_s: BTreeMap<String, f64>,
}

impl Clock {
    /// A round is begun if so many times what it is expected to take is left.
    const MARGIN: f64 = 1.1;

    /// From so many seconds of expected work on, what rounds took says how fast the machine is.
    const LEAST_EXPECTED_S: f64 = 5.0;

    /// Starts now. Without a limit there is always time.
    #[must_use]
    pub fn start(limit: Option<Duration>) -> Self {
        Self { start: Instant::now(), limit, expected_s: 0.0, taken_s: 0.0, known_s: BTreeMap::new() }
    }

    /// Since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Notes down what a round took.
    pub(super) fn note(&mut self, step: &Step, taken: Duration) {
        self.expected_s += step.expected_s;
        self.taken_s += taken.as_secs_f64();
        self.known_s.insert(step.hash.clone(), taken.as_secs_f64());
    }

    /// What a round is expected to take, by what is known now.
    fn expects_s(&self, step: &Step) -> f64 {
        let pace = if self.expected_s < Self::LEAST_EXPECTED_S { 1.0 } else { self.taken_s / self.expected_s };
        self.known_s.get(&step.hash).copied().unwrap_or(pace * step.expected_s)
    }

    /// Why a round is not begun any more after so much time, if it is not.
    pub(super) fn objection(&self, step: &Step, elapsed: Duration) -> Option<String> {
        let limit = self.limit?;
        let (expected_s, left) = (self.expects_s(step), limit.saturating_sub(elapsed));
        (Self::MARGIN * expected_s > left.as_secs_f64()).then(|| {
            let (expected, limit) = (format::duration(expected_s), humantime::format_duration(limit));
            format!("it was expected to take {expected}, longer than what was left of --time-limit {limit}")
        })
    }
}

#[cfg(test)]
mod tests {
    use hear_engine::network::method::Method;

    use super::*;
    use crate::experiment::{Grid, Sources};

    fn configurations(grid: Grid) -> Vec<Configuration> {
        grid.configurations(&Sources::open(None, None).unwrap()).unwrap()
    }

    fn expected(configuration: &Configuration) -> f64 {
        let shape = Sources::open(None, None).unwrap().at(&configuration.network).unwrap().shape;
        expected_s(configuration, &configuration.plan(shape).unwrap())
    }

    fn step(expected_s: f64, hash: &str) -> Step {
        let [configuration] = &configurations(Grid { networks: Some(vec!["1d-64".to_owned()]), ..Grid::default() })[..]
        else {
            panic!("one network, one method")
        };
        Step {
            experiment: "fig".to_owned(),
            configuration: configuration.clone(),
            hash: hash.to_owned(),
            round: 0,
            rounds: 1,
            expected_s,
        }
    }

    const NONE: Duration = Duration::ZERO;

    #[test]
    fn without_a_limit_there_is_time_for_everything() {
        assert_eq!(Clock::start(None).objection(&step(1e9, "a"), Duration::from_secs(1_000_000)), None);
    }

    #[test]
    fn a_round_is_begun_if_it_is_expected_to_end_in_time() {
        let clock = Clock::start(Some(Duration::from_secs(900)));
        assert_eq!(clock.objection(&step(100.0, "a"), NONE), None);
        assert_eq!(clock.objection(&step(100.0, "a"), Duration::from_secs(780)), None);
        assert_eq!(
            clock.objection(&step(100.0, "a"), Duration::from_secs(850)).unwrap(),
            "it was expected to take 1 min 40 s, longer than what was left of --time-limit 15m"
        );
        // After the end, nothing is begun.
        assert!(clock.objection(&step(0.01, "a"), Duration::from_secs(901)).is_some());
    }

    #[test]
    fn what_rounds_took_corrects_what_is_expected() {
        let mut clock = Clock::start(Some(Duration::from_secs(100)));
        clock.note(&step(10.0, "a"), Duration::from_secs(30));
        // This machine takes three times as long as expected,
        assert_eq!(clock.objection(&step(30.0, "b"), NONE), None);
        assert!(clock.objection(&step(31.0, "b"), NONE).is_some());
        // and of what was measured itself that is known.
        clock.note(&step(10.0, "b"), Duration::from_secs(60));
        assert_eq!(clock.objection(&step(10.0, "a"), Duration::from_secs(60)), None);
        assert!(clock.objection(&step(10.0, "b"), Duration::from_secs(60)).is_some());
    }

    /// Measured on two cores of an EPYC (Zen 5), whose speeds are the default, by the time between two lines of the records.
    #[test]
    fn expectations_are_of_the_order_of_what_was_measured() {
        let grid = |network: &str, method, samples, warm_up| Grid {
            networks: Some(vec![network.to_owned()]),
            methods: Some(vec![method]),
            samples: Some(samples),
            warm_up: Some(warm_up),
            threads: Some(vec![crate::experiment::grid::Parsed(crate::experiment::ThreadList::Number(1))]),
            ..Grid::default()
        };
        for (network, method, samples, warm_up, two_threads_s) in [
            ("2d-64", Method::Hear, 20, 1, 25.0),
            ("2d-64", Method::FastHear, 20, 1, 9.0),
            ("2d-64", Method::LeanHear, 608, 1, 34.0),
            ("2d-128", Method::Hear, 2, 0, 39.0),
            ("2d-64", Method::NgraphHe2, 608, 0, 124.0),
        ] {
            let configurations = configurations(grid(network, method, samples, warm_up));
            let ratio = expected(&configurations[0]) / (2.0 * two_threads_s);
            assert!((0.4..1.6).contains(&ratio), "{network} {method}: {ratio}");
        }
    }

    #[test]
    fn examinations_and_slow_instruction_sets_take_their_time() {
        let grid = Grid { networks: Some(vec!["1d-64".to_owned()]), samples: Some(2), ..Grid::default() };
        let [times] = &configurations(grid.clone())[..] else { panic!("one") };
        for examination in crate::examination::tests::examinations() {
            let configuration = Configuration { examination, ..times.clone() };
            let seconds = expected(&configuration);
            assert!((PROCESS_S..100.0).contains(&seconds), "{:?}: {seconds} s", configuration.examination);
        }
        let scalar = Grid { instruction_sets: Some(vec!["scalar".to_owned()]), ..grid };
        assert!(expected(&configurations(scalar)[0]) > expected(times));
    }
}
