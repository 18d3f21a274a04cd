//! Every examination in a process of its own, and what stands in its record.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use hear_bench::{
    configuration::{Configuration, Protocol},
    examination::{
        Examination, Finding,
        precision::PrecisionFinding,
        preprocessing::PreprocessingFinding,
        scenarios::{ScenarioFinding, ScenarioOptions},
        simulation::{SimulationFinding, SimulationOptions},
    },
    record::{Entry, Examined, Reason, Unmeasured},
    record_lines::{RecordFile, RecordWriter},
    rounds::Session,
    statistics::Summary,
};
use hear_engine::network::{
    key_switching::KeySwitching,
    method::{Method, StrategyChoice},
};
use hear_model::input::ClipSource;
use hear_scheduler::{ExecutorKind, Pin};
use serde_json::Value;

fn configuration(examination: Examination, batch: usize) -> Configuration {
    Configuration {
        network: "1d-64".to_owned(),
        method: Method::LeanHear,
        strategy: StrategyChoice::Own,
        key_switching: KeySwitching::Paper,
        speeds: None,
        threads: 2,
        clips: ClipSource::Synthetic,
        labels: None,
        protocol: Protocol {
            first_row: 0,
            samples: 4,
            batch,
            streams: 1,
            warm_up: 1,
            repeats: 1,
            prepared: false,
            executor: ExecutorKind::Stealing,
            pin: Pin::None,
            without: Vec::new(),
            isa: None,
            tolerance: 0.25,
        },
        examination,
    }
}

/// What the program's other side makes of a configuration, perhaps with a fault.
fn measure(configuration: &Configuration, fault: Option<&str>) -> Entry {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hear-bench"));
    command.arg("measure").env_remove("HEAR_ISA").stdin(Stdio::piped()).stdout(Stdio::piped());
    fault.map(|fault| command.env("HEAR_BENCH_FAULT", fault));
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(configuration).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn examined(configuration: &Configuration) -> Examined {
    match measure(configuration, None) {
        Entry::Examined(examined) => *examined,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn reason(entry: Entry) -> String {
    match entry {
        Entry::Unmeasured(Unmeasured { reason: Reason::Failed(reason), .. }) => reason,
        other => panic!("{other:?}"),
    }
}

/// Writes an entry as a line, holds it to the schema and reads it again.
fn recorded(configuration: &Configuration, examined: &Examined) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("records.jsonl");
    let line = Session::new(Some("table 3")).line(configuration, 0, Entry::Examined(Box::new(examined.clone())));
    RecordWriter::open(&path).unwrap().append(&line).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../schema/record.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(value["noise"]["elapsed_s"].as_f64().unwrap() > 0.0 && value["environment"]["build"].is_object());
    assert_eq!((&value["entry"]["noise"], &value["entry"]["environment"]), (&Value::Null, &Value::Null));
    let [read] = &RecordFile::read(&path).unwrap().lines[..] else { panic!("one line") };
    assert_eq!(read.full_entry(), Entry::Examined(Box::new(examined.clone())));
}

#[test]
fn precision_is_that_of_every_stage() {
    let configuration = configuration(Examination::Precision, 1);
    let examined = examined(&configuration);
    recorded(&configuration, &examined);
    assert_eq!((&*examined.identity.network, examined.identity.threads, examined.samples), ("1d-64", 2, 4));
    assert_eq!((&*examined.config.shape, &*examined.config.clips), ("1d-64", "synthetic"));
    let Finding::Precision(PrecisionFinding { stages }) = &examined.finding else { panic!("{examined:?}") };
    assert_eq!(stages.iter().map(|stage| &*stage.name).next_back(), Some("pool3"));
    assert!(stages.iter().all(|stage| stage.measured_bits > 4.0 && stage.difference_bits.abs() < 1.5), "{stages:?}");
}

#[test]
fn precision_and_simulations_are_of_single_clips() {
    let reason = reason(measure(&configuration(Examination::Precision, 2), None));
    assert_eq!(reason, "precision is of runs of one clip: 1 x 2 were asked for");
}

fn scenarios() -> Examination {
    let latency_bound_s = 60.0;
    Examination::Scenarios(ScenarioOptions {
        latency_bound_s,
        seconds: 0.3,
        least_queries: 3,
        clips_a_query: 4,
        seed: 9,
    })
}

#[test]
fn the_four_scenarios_are_run_and_every_result_is_checked() {
    let configuration = configuration(scenarios(), 2);
    let examined = examined(&configuration);
    recorded(&configuration, &examined);
    let Finding::Scenarios(found) = &examined.finding else { panic!("{examined:?}") };
    let ScenarioFinding { single_stream, multi_stream, server, offline, .. } = &**found;
    assert_eq!(scenarios(), Examination::Scenarios(found.options.clone()));
    for (stream, clips, percent, asked_for) in [(single_stream, 1, 90, 24_576), (multi_stream, 4, 99, 270_336)] {
        assert_eq!(
            (stream.clips_a_query, stream.tail.percent, stream.tail.queries_asked_for),
            (clips, percent, asked_for)
        );
        assert!(stream.tail.queries >= 3 && !stream.tail.enough && stream.tail.queries == stream.latency_s.n);
        assert!(stream.tail.latency_s >= stream.latency_s.median && stream.tail.latency_s <= stream.latency_s.max);
        assert!(stream.latency_s.min > 1e-3, "{stream:?}");
        assert_eq!(Summary::of(&stream.raw_latency_s), Some(stream.latency_s), "all of them are kept");
        // Of 43 queries not even the longest is surely above the 90th percentile.
        assert!(stream.tail.at_most_s.is_none() || stream.tail.queries >= 44, "{stream:?}");
    }
    // Within a minute everything is answered that the server can answer at all.
    let [tried] = &server.tried[..] else { panic!("{server:?}") };
    assert_eq!(
        (server.rate_per_s, tried.rate_per_s, tried.holds),
        (Some(server.capacity_per_s), server.capacity_per_s, true)
    );
    assert!(tried.achieved_per_s > 0.0 && tried.tail.latency_s >= single_stream.latency_s.min * 0.5, "{tried:?}");
    assert_eq!(Summary::of(&tried.raw_latency_s), Some(tried.latency_s));
    assert!(offline.clips >= 4 && offline.clips.is_multiple_of(4) && !offline.enough);
    assert!((offline.clips_per_s * offline.elapsed_s / offline.clips as f64 - 1.0).abs() < 1e-9);
    assert!(offline.elapsed_s >= 0.3 || offline.clips == 4, "{offline:?}");
    // Each clip of each query once, and one run before each of the two clocks: of one clip, and of two.
    let queries = single_stream.tail.queries + 4 * multi_stream.tail.queries + tried.tail.queries + offline.clips;
    assert_eq!(found.verified, queries + 1 + 2);
    assert!(found.max_abs_logit_error > 0.0 && found.max_abs_logit_error < 0.25);
}

#[test]
fn scenarios_of_no_whole_runs_are_refused() {
    let reason = reason(measure(&configuration(scenarios(), 3), None));
    assert_eq!(reason, "queries of 4 clips are no whole runs of 1 x 3: expected a multiple of 3");
}

#[test]
fn clips_of_no_whole_runs_are_refused() {
    let mut configuration = configuration(scenarios(), 4);
    configuration.protocol.samples = 6;
    let reason = reason(measure(&configuration, None));
    assert_eq!(reason, "6 clips are no whole runs of 1 x 4: expected a multiple of 4");
}

#[test]
fn wrong_logits_leave_no_scenario() {
    let mut configuration = configuration(scenarios(), 1);
    configuration.protocol.tolerance = 1e-12;
    assert!(reason(measure(&configuration, None)).starts_with("logits are wrong: on row 0"));
}

/// Whatever goes wrong only now and then, nothing is timed that is wrong.
#[test]
#[cfg(feature = "fault-injection")]
fn a_wrong_kernel_leaves_no_scenario() {
    for (fault, sentence) in
        [("logits", "logits are wrong: on row 0 one is off by 1.00"), ("residue", "decrypts to noise")]
    {
        let reason = reason(measure(&configuration(scenarios(), 1), Some(fault)));
        assert!(reason.contains(sentence), "{reason}");
    }
}

#[test]
fn other_numbers_of_threads_are_predicted_from_one() {
    let options = SimulationOptions { threads: vec![1, 2, 16], ..SimulationOptions::default() };
    let configuration = configuration(Examination::Simulation(options), 1);
    let examined = examined(&configuration);
    recorded(&configuration, &examined);
    let Finding::Simulation(found) = &examined.finding else { panic!("{examined:?}") };
    let SimulationFinding { measured_on, machine, machine_isa, one_thread_s, predictions, .. } = found;
    assert_eq!((measured_on, machine_isa), (machine, &examined.isa));
    assert_eq!((one_thread_s.n, predictions.iter().map(|run| run.threads).collect()), (4, vec![1, 2, 16]));
    for run in predictions {
        assert!((run.throughput_per_s * run.latency_s - 1.0).abs() < 1e-9, "{run:?}");
        assert!(run.latency_s > 0.0 && run.efficiency <= 1.0 + 1e-9 && run.memory_bytes <= run.streams_memory_bytes);
    }
    // What one thread was measured to take is what it is predicted to take, but for what interrupted it.
    let ratio = predictions[0].latency_s / one_thread_s.median;
    assert!((0.3..1.5).contains(&ratio), "{found:?}");
}

#[test]
fn clips_are_made_of_frames() {
    let configuration = configuration(Examination::Preprocessing, 1);
    let examined = examined(&configuration);
    recorded(&configuration, &examined);
    let Finding::Preprocessing(PreprocessingFinding { frames, clip_s, raw_clip_s, .. }) = &examined.finding else {
        panic!("{examined:?}")
    };
    assert_eq!((*frames, clip_s.n, raw_clip_s.len()), (32, 4, 4));
    assert!(raw_clip_s.iter().all(|&seconds| seconds > 1e-7 && seconds < 1.0), "{raw_clip_s:?}");
    assert_eq!(raw_clip_s.iter().copied().reduce(f64::min), Some(clip_s.min));
}
