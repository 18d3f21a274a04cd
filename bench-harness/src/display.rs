//! What people read.

use std::fmt::{Result, Write};

use hear_engine::network::{key_switching::KeySwitching, method::StrategyChoice};
use hear_scheduler::Pin;

use crate::{
    comparison::{Compared, ConfigurationReport, Quantity, Report},
    configuration::Protocol,
    examination::{
        Finding,
        scenarios::{ScenarioFinding, StreamFinding, Tail},
        simulation::{PredictedRun, SimulationFinding},
    },
    floors::BestSpeeds,
    precision::StagePrecision,
    record::{Entry, Examined, Identity, PrecisionRecord, Reason, Record, StageRecord, Unmeasured},
    statistics::{BoxPlot, Comparison, Interval, Summary, Verdict},
};

/// An entry as a block of text; `stages` adds a table of where the time goes.
#[must_use]
pub fn entry(entry: &Entry, stages: bool) -> String {
    let mut text = String::new();
    let written = match entry {
        Entry::Measured(record) => measured(&mut text, record, stages),
        Entry::Examined(record) => examined(&mut text, record),
        Entry::Unmeasured(Unmeasured { identity: of, reason }) => match reason {
            Reason::Skipped(reason) => writeln!(text, "{}\n  skipped: {reason}\n", identity(of)),
            Reason::Failed(reason) => writeln!(text, "{}\n  FAILED, no times: {reason}\n", identity(of)),
        },
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

/// What went wrong, if it did.
#[must_use]
pub fn failure(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Unmeasured(Unmeasured { identity: of, reason: Reason::Failed(reason) }) => {
            Some(format!("{}: {reason}", identity(of)))
        }
        _ => None,
    }
}

/// Two sides beside each other as tables, with what a reader must know and one sentence on how it came out.
#[must_use]
pub fn comparison(report: &Report) -> String {
    let mut text = String::new();
    let written = comparison_tables(&mut text, report);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

fn comparison_tables(text: &mut String, report: &Report) -> Result {
    writeln!(text, "A: {}\nB: {}\n", report.a, report.b)?;
    for configuration in &report.configurations {
        // A round stands for its fastest run: `Quantity::of_round`.
        let ConfigurationReport { identity: of, batch, streams, rounds_a, rounds_b, pairs, compared } = configuration;
        write!(text, "{}", identity(of))?;
        if (*batch, *streams) != (1, 1) {
            write!(text, ", {streams} x {batch} clips a run")?;
        }
        if *pairs == *rounds_a && *pairs == *rounds_b {
            writeln!(text, ", {pairs} pairs of rounds")?;
        } else {
            writeln!(text, ", {rounds_a} rounds of A, {rounds_b} of B, {pairs} of them pairs")?;
        }
        writeln!(text, "  {:<12}{:>12}{:>12}{:>9}  interval", "fastest run", "A", "B", "B / A")?;
        for Compared { quantity, a, b, comparison } in compared {
            let Comparison { ratio, low, high, level, verdict, .. } = comparison;
            let interval = format!("{low:.3} .. {high:.3} ({:.1}%)", 100.0 * level);
            let verdict = match (verdict, quantity) {
                (Verdict::NoDifference, _) => "",
                (Verdict::Faster, Quantity::PeakMemory) => "LESS",
                (Verdict::Slower, Quantity::PeakMemory) => "MORE",
                (Verdict::Faster, _) => "FASTER",
                (Verdict::Slower, _) => "SLOWER",
            };
            let [a, b] = [a, b].map(|&value| quantity.display(value));
            let line = format!("  {:<12}{a:>12}{b:>12}{ratio:>9.3}  {interval:<24}{verdict}", quantity.name());
            writeln!(text, "{}", line.trim_end())?;
        }
        writeln!(text)?;
    }
    for warning in &report.warnings {
        writeln!(text, "WARNING: {warning}.")?;
    }
    let summary = report.summary();
    let (first, rest) = summary.split_at(summary.chars().next().map_or(0, char::len_utf8));
    writeln!(text, "{}{rest}.", first.to_uppercase())
}

/// A ratio as a change: `+9.9%`.
#[must_use]
pub fn change(ratio: f64) -> String {
    format!("{:+.1}%", 100.0 * (ratio - 1.0))
}

/// The noise after every stage as a table.
#[must_use]
pub fn precision(record: &PrecisionRecord) -> String {
    let mut text = String::new();
    let written = precision_table(&mut text, record);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

fn precision_table(text: &mut String, record: &PrecisionRecord) -> Result {
    let PrecisionRecord { network, method, isa, clips, first_row, samples, stages, .. } = record;
    writeln!(text, "{network} {method}, {isa}, rows {first_row}..{} of {clips}", first_row + samples)?;
    stage_noise(text, stages)
}

fn stage_noise(text: &mut String, stages: &[StagePrecision]) -> Result {
    writeln!(text, "{:>49}{:>19}{:>19}{:>12}", "", "measured noise", "modelled noise", "difference")?;
    writeln!(
        text,
        "  {:<9}{:>6}{:>8}{:>12}{:>12}{:>12}{:>7}{:>12}{:>7}{:>12}",
        "stage", "limbs", "scale", "largest", "headroom", "std", "bits", "std", "bits", "bits"
    )?;
    for stage in stages {
        let StagePrecision { name, limbs, scale_bits, largest, headroom_bits, .. } = stage;
        write!(text, "  {name:<9}{limbs:>6}{scale_bits:>8.2}{largest:>12.3e}{headroom_bits:>12.1}")?;
        let StagePrecision { measured_std, measured_bits, modelled_std, modelled_bits, difference_bits, .. } = stage;
        write!(text, "{measured_std:>12.2e}{measured_bits:>7.1}{modelled_std:>12.2e}{modelled_bits:>7.1}")?;
        writeln!(text, "{difference_bits:>+12.2}")?;
    }
    writeln!(text)
}

/// `2d-64 fast-hear baby,giant,giant, 2 threads`; key switching is named where it is not the paper's.
#[must_use]
pub fn identity(identity: &Identity) -> String {
    let Identity { network, method, strategy, key_switching, threads } = identity;
    let keys = if key_switching == KeySwitching::Hybrid.name() { " hybrid keys" } else { "" };
    format!("{network} {method} {strategy}{keys}, {}", self::threads(*threads))
}

/// `1 thread`, `2 threads`.
#[must_use]
pub fn threads(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// A number of bytes with a decimal unit.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    hear_scheduler::units::Bytes(bytes).to_string()
}

/// A time with three or four digits.
#[must_use]
pub fn seconds(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.3} s")
    } else if value >= 1e-3 {
        format!("{:.2} ms", value * 1e3)
    } else {
        format!("{:.2} us", value * 1e6)
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

fn measured(text: &mut String, record: &Record, with_stages: bool) -> Result {
    let Protocol { executor, pin, .. } = record.config.protocol;
    let pin = if pin == Pin::None { "not pinned".to_owned() } else { format!("pinned {pin}") };
    writeln!(text, "{}, {}, {executor}, {pin}", identity(&record.identity), record.isa)?;
    writeln!(text, "  weights {}, clips {}", record.config.weights, record.config.clips)?;
    if !record.config.protocol.without.is_empty() {
        writeln!(text, "  without {}", record.config.protocol.without.join(", "))?;
    }
    if record.identity.strategy == StrategyChoice::Auto.to_string() {
        writeln!(text, "  chosen {}", record.chosen)?;
    }
    writeln!(text, "            {:>10}  {:>10}  {:>10}  {:>10}  {:>10}     n", "median", "q1", "q3", "min", "max")?;
    let steps = [
        ("keys", Some(record.keygen_s)),
        ("encode", Some(record.encode_s)),
        ("load", record.load_s),
        ("encrypt", Some(record.encrypt_s)),
        ("infer", Some(record.infer_s)),
        ("decrypt", Some(record.decrypt_s)),
    ];
    for (name, times) in steps {
        if let Some(Summary { median, q1, q3, min, max, n }) = times {
            let [median, q1, q3, min, max] = [median, q1, q3, min, max].map(seconds);
            writeln!(text, "  {name:<8}  {median:>10}  {q1:>10}  {q3:>10}  {min:>10}  {max:>10}  {n:>4}")?;
        }
    }
    spread(text, record)?;
    let predicted = &record.predicted;
    let peak = record.peak_rss_bytes.map_or_else(|| "unknown".to_owned(), bytes);
    writeln!(text, "  throughput  {:.3} clips a second", record.throughput_per_s)?;
    writeln!(text, "  memory      peak {peak} (predicted {})", bytes(predicted.memory_bytes))?;
    writeln!(text, "              keys {}, encoded weights {}", bytes(record.key_bytes), bytes(record.model_bytes))?;
    let huge = record.huge_page_bytes.map_or_else(|| "unknown".to_owned(), bytes);
    writeln!(text, "              of a run's values and scratch on huge pages: {huge}")?;
    let [input, output] = [record.input_ciphertext_bytes, record.output_ciphertext_bytes].map(bytes);
    if let Some(counted) = &record.counted {
        writeln!(text, "  counted     {} a run", counted.describe())?;
    }
    let clips = match record.packed_clips {
        1 => "a clip".to_owned(),
        count => format!("for {count} clips"),
    };
    writeln!(text, "  to send     {input} {clips}, {output} back")?;
    writeln!(
        text,
        "  logits      off by at most {:.2e}, {:.2e} on average; the plain class on {} of clips",
        record.max_abs_logit_error,
        record.mean_abs_logit_error,
        percent(record.argmax_agreement)
    )?;
    for changed in &record.changed_rows {
        writeln!(
            text,
            "              another class on row {}, whose plain margin is {:.2e}",
            changed.row, changed.margin
        )?;
    }
    accuracy(text, record)?;
    let same = if record.counts.ntt == predicted.ntt { "as predicted" } else { "NOT as predicted" };
    writeln!(text, "  NTTs        {} an inference, {} predicted: {same}", record.counts.ntt, predicted.ntt)?;
    if with_stages {
        stages(text, record)?;
    }
    writeln!(text)
}

fn examined(text: &mut String, record: &Examined) -> Result {
    writeln!(text, "{}, {}, {}", identity(&record.identity), record.isa, record.finding.name())?;
    writeln!(text, "  weights {}, clips {}", record.config.weights, record.config.clips)?;
    match &record.finding {
        Finding::Precision(found) => return stage_noise(text, &found.stages),
        Finding::Scenarios(found) => scenarios(text, found)?,
        Finding::Simulation(found) => simulation(text, found)?,
        Finding::Preprocessing(found) => {
            let Summary { median, min, max, n, .. } = found.clip_s;
            let [median, min, max] = [median, min, max].map(seconds);
            writeln!(text, "  a clip of {} frames: median {median}, {min} .. {max}, {n} clips", found.frames)?;
        }
    }
    writeln!(text)
}

fn scenarios(text: &mut String, found: &ScenarioFinding) -> Result {
    let ScenarioFinding { options, single_stream, multi_stream, server, offline, verified, max_abs_logit_error } =
        found;
    let tail = |tail: &Tail| {
        let latency = seconds(tail.latency_s);
        let at_most = tail.at_most_s.map_or_else(String::new, |most| format!("<= {}, ", seconds(most)));
        let few = if tail.enough { String::new() } else { format!(" of {}", tail.queries_asked_for) };
        format!("{}th percentile {latency} ({at_most}{}{few} queries)", tail.percent, tail.queries)
    };
    for (name, stream) in [("single stream", single_stream), ("multiple streams", multi_stream)] {
        let StreamFinding { clips_a_query, tail: of, latency_s, .. } = stream;
        let median = seconds(latency_s.median);
        writeln!(text, "  {name:<17} {}, median {median}, {clips_a_query} clips a query", tail(of))?;
    }
    let bound = seconds(options.latency_bound_s);
    match server.rate_per_s {
        Some(rate) => writeln!(text, "  server            {rate:.3} clips a second within {bound}")?,
        None => writeln!(text, "  server            no rate that was tried is answered within {bound}")?,
    }
    for tried in &server.tried {
        let verdict = if tried.holds { "holds" } else { "fails" };
        let (rate, achieved) = (tried.rate_per_s, tried.achieved_per_s);
        writeln!(
            text,
            "                    {rate:.3} a second {verdict}: {}, {achieved:.3} reached",
            tail(&tried.tail)
        )?;
    }
    writeln!(text, "  <= is what a percentile does not exceed with 99% confidence, by the queries that there were")?;
    let few = if offline.enough { String::new() } else { format!(" of {} asked for", offline.clips_asked_for) };
    writeln!(text, "  offline           {:.3} clips a second ({} clips{few})", offline.clips_per_s, offline.clips)?;
    writeln!(text, "  {verified} results were decrypted and right, logits off by at most {max_abs_logit_error:.2e}")
}

fn simulation(text: &mut String, found: &SimulationFinding) -> Result {
    let SimulationFinding { measured_on, machine, machine_isa, one_thread_s, predictions, .. } = found;
    writeln!(text, "  1 thread measured on {measured_on}: {}", seconds(one_thread_s.median))?;
    writeln!(text, "  predicted for {machine_isa} on {machine}")?;
    for prediction in predictions {
        let PredictedRun { threads, latency_s, speed_up, efficiency, limited_by, .. } = prediction;
        let (threads, latency, efficiency) = (self::threads(*threads), seconds(*latency_s), percent(*efficiency));
        writeln!(
            text,
            "  {threads:>12} {latency:>11}, {speed_up:.2} times as fast, {efficiency} efficient: {limited_by}"
        )?;
    }
    Ok(())
}

/// How sure the median inference is, which of them are outliers, and what else went on.
fn spread(text: &mut String, record: &Record) -> Result {
    if let Some(raw) = &record.raw {
        let of_round = raw.infer_s.len() / record.rounds.max(1);
        let rounds: Vec<&[f64]> = raw.infer_s.chunks(of_round.max(1)).collect();
        if let Some(Interval { low, high, level }) = Interval::of_median(&rounds, 0.95) {
            let processes =
                if record.rounds == 1 { "1 process".to_owned() } else { format!("{} processes", record.rounds) };
            let [low, high] = [low, high].map(seconds);
            writeln!(
                text,
                "            the median of infer is in {low} .. {high} ({:.0}%), {processes}",
                100.0 * level
            )?;
        }
        if let Some(BoxPlot { low_whisker, high_whisker, outliers, .. }) = BoxPlot::of(&raw.infer_s)
            && !outliers.is_empty()
        {
            let (count, [low, high]) = (outliers.len(), [low_whisker, high_whisker].map(seconds));
            writeln!(text, "            outliers of infer: {count} outside {low} .. {high}, kept in all figures")?;
        }
    }
    if let Some(warning) = record.noise.and_then(|noise| noise.warning()) {
        writeln!(text, "  WARNING     the machine was noisy: {warning}")?;
    }
    let features = record.environment.as_ref().map(|environment| environment.build.test_features.join(", "));
    if let Some(features) = features.filter(|features| !features.is_empty()) {
        writeln!(text, "  WARNING     this program was built for tests only ({features})")?;
    }
    Ok(())
}

fn accuracy(text: &mut String, record: &Record) -> Result {
    let accuracy = &record.accuracy;
    let Some(share) = accuracy.accuracy else { return Ok(()) };
    write!(text, "  labels      accuracy {}", percent(share))?;
    let falls = [
        ("sensitivity", accuracy.sensitivity),
        ("specificity", accuracy.specificity),
        ("precision", accuracy.precision),
        ("F1", accuracy.f1),
    ];
    for (name, share) in falls {
        if let Some(share) = share {
            write!(text, ", {name} {}", percent(share))?;
        }
    }
    writeln!(text)
}

fn stages(text: &mut String, record: &Record) -> Result {
    let busy: f64 = record.stages.iter().map(|stage| stage.busy_s).sum();
    writeln!(
        text,
        "  {:<9} {:>10} {:>6} {:>10} {:>6} {:>8} {:>8} {:>9} {:>10} {:>10} {:>10} {:>7}",
        "stage",
        "busy",
        "share",
        "span",
        "NTTs",
        "switches",
        "products",
        "reads",
        "NTT floor",
        "products",
        "bytes",
        "reached"
    )?;
    for StageRecord { name, busy_s, span_s, counts, bytes: read, floors, .. } in &record.stages {
        writeln!(
            text,
            "  {name:<9} {:>10} {:>5.1}% {:>10} {:>6} {:>8} {:>8} {:>9} {:>10} {:>10} {:>10} {:>6.0}%",
            seconds(*busy_s),
            100.0 * busy_s / busy.max(f64::MIN_POSITIVE),
            seconds(*span_s),
            counts.ntt,
            counts.key_switch,
            counts.plain_product,
            bytes(*read),
            seconds(floors.ntt_s),
            seconds(floors.products_s),
            seconds(floors.bytes_s),
            100.0 * floors.largest() / busy_s.max(f64::MIN_POSITIVE)
        )?;
    }
    let BestSpeeds { ntt_ns, product_ns, bytes_per_ns } = record.best_speeds;
    writeln!(
        text,
        "  Times are of all threads together. Floors: transforms of {:.2} us, multiply-accumulates of a limb of {:.0} ns,\n  \
         {bytes_per_ns:.1} GB/s a thread, the best of this machine; reached: the largest floor's part of the time.",
        ntt_ns / 1e3,
        product_ns
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examination::tests::findings, record_lines::tests::examined_line};

    #[test]
    fn sizes_and_times_have_units_that_fit() {
        assert_eq!(
            [0, 999, 1_000, 1_500_000, 2_410_000_000].map(bytes),
            ["0 B", "999 B", "1.0 kB", "1.5 MB", "2.41 GB"]
        );
        assert_eq!([12.3456, 0.78, 0.000_012_3].map(seconds), ["12.346 s", "780.00 ms", "12.30 us"]);
    }

    #[test]
    fn what_was_found_out_is_shown_in_lines_that_fit() {
        let parts = [
            vec!["1d-64 lean-hear auto, 2 threads, ", "conv1", "+0.20"],
            vec![
                "99th percentile 40.00 ms (<= 50.00 ms, 5 of 270336 queries)",
                "25.000 clips a second within 100.00 ms",
            ],
            vec!["16 threads", "8.00 times as fast", "critical path"],
            vec!["a clip of 32 frames: median 20.00 ms"],
        ];
        for (finding, parts) in findings().into_iter().zip(parts) {
            let name = finding.name();
            let text = entry(&examined_line(0, finding).entry, false);
            assert!(text.contains(name) && text.ends_with("\n\n"), "{text}");
            assert!(text.lines().all(|line| line.is_ascii() && line.len() <= 120), "{text}");
            for part in parts {
                assert!(text.contains(part), "{part:?} is not in {text}");
            }
        }
    }

    #[test]
    fn what_was_not_measured_says_why() {
        let identity = Identity {
            network: "2d-64".into(),
            method: "hear".into(),
            strategy: "full,full,full".into(),
            key_switching: "hybrid".into(),
            threads: 1,
        };
        let reason = Reason::Skipped("it would need 18.40 GB".into());
        let text = entry(&Entry::Unmeasured(Unmeasured { identity, reason }), false);
        assert_eq!(text, "2d-64 hear full,full,full hybrid keys, 1 thread\n  skipped: it would need 18.40 GB\n\n");
    }
}
