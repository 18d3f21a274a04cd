//! Records for spreadsheets: a row a round.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::{
    record::{Entry, Identity, Reason, Unmeasured},
    record_lines::RecordLine,
    statistics::Summary,
};

/// A row. What was not measured is empty; times are seconds, sizes bytes.
#[derive(Debug, Default, Serialize)]
struct Row<'a> {
    experiment: Option<&'a str>,
    configuration: &'a str,
    session: &'a str,
    round: usize,
    unix_s: u64,
    network: &'a str,
    method: &'a str,
    strategy: &'a str,
    key_switching: &'a str,
    threads: usize,
    batch: Option<usize>,
    streams: Option<usize>,
    isa: Option<&'a str>,
    outcome: &'static str,
    reason: Option<&'a str>,
    samples: Option<usize>,
    infer_median_s: Option<f64>,
    infer_q1_s: Option<f64>,
    infer_q3_s: Option<f64>,
    infer_min_s: Option<f64>,
    infer_max_s: Option<f64>,
    throughput_per_s: Option<f64>,
    keygen_median_s: Option<f64>,
    encode_median_s: Option<f64>,
    load_median_s: Option<f64>,
    encrypt_median_s: Option<f64>,
    decrypt_median_s: Option<f64>,
    peak_rss_bytes: Option<u64>,
    key_bytes: Option<u64>,
    model_bytes: Option<u64>,
    input_ciphertext_bytes: Option<u64>,
    output_ciphertext_bytes: Option<u64>,
    max_abs_logit_error: Option<f64>,
    mean_abs_logit_error: Option<f64>,
    argmax_agreement: Option<f64>,
    accuracy: Option<f64>,
    sensitivity: Option<f64>,
    specificity: Option<f64>,
    precision: Option<f64>,
    f1: Option<f64>,
    ntt: Option<u64>,
    key_switch: Option<u64>,
    log_n: Option<u32>,
    log_qp: Option<f64>,
    steal_share: Option<f64>,
    other_load_share: Option<f64>,
    frequency_ratio: Option<f64>,
    involuntary_switches: Option<u64>,
    cpu: Option<&'a str>,
    commit: Option<&'a str>,
    dirty: Option<bool>,
    compiler: Option<&'a str>,
    test_features: Option<String>,
}

/// Writes records as comma-separated values with a head. Examinations have no columns; how many were left out is returned.
///
/// # Errors
/// If they cannot be written, or there is nothing but examinations.
pub fn write(lines: &[RecordLine], output: impl Write) -> Result<usize> {
    let rows: Vec<_> = lines.iter().filter_map(row).collect();
    let left_out = lines.len() - rows.len();
    if let ([], Some(examined)) = (&*rows, lines.iter().find_map(RecordLine::examined)) {
        bail!(
            "of {left_out} records none has times: what they hold, {} first, has no columns",
            examined.finding.name()
        );
    }
    let mut writer = csv::Writer::from_writer(output);
    for row in rows {
        writer.serialize(row).context("cannot write comma-separated values")?;
    }
    writer.flush().context("cannot write comma-separated values")?;
    Ok(left_out)
}

/// `None` of an examination.
fn row(line: &RecordLine) -> Option<Row<'_>> {
    let Identity { network, method, strategy, key_switching, threads } = line.identity();
    let build = line.environment.as_ref().map(|environment| &environment.build);
    let common = Row {
        experiment: line.experiment.as_deref(),
        configuration: &line.configuration,
        session: &line.session,
        round: line.round,
        unix_s: line.unix_s,
        network,
        method,
        strategy,
        key_switching,
        threads: *threads,
        cpu: line.environment.as_ref().and_then(|environment| environment.machine.cpu.as_deref()),
        commit: build.and_then(|build| build.commit.as_deref()),
        dirty: build.and_then(|build| build.dirty),
        compiler: build.map(|build| &*build.compiler),
        test_features: build.map(|build| build.test_features.join(" ")),
        ..Row::default()
    };
    let record = match &line.entry {
        Entry::Measured(record) => record,
        Entry::Examined(_) => return None,
        Entry::Unmeasured(Unmeasured { reason: Reason::Failed(reason), .. }) => {
            return Some(Row { outcome: "failed", reason: Some(reason), ..common });
        }
        Entry::Unmeasured(Unmeasured { reason: Reason::Skipped(reason), .. }) => {
            return Some(Row { outcome: "skipped", reason: Some(reason), ..common });
        }
    };
    let median = |summary: Summary| Some(summary.median);
    let noise = line.noise.as_ref();
    Some(Row {
        batch: Some(record.batch),
        streams: Some(record.streams),
        isa: Some(&record.isa),
        outcome: "measured",
        samples: Some(record.samples),
        infer_median_s: median(record.infer_s),
        infer_q1_s: Some(record.infer_s.q1),
        infer_q3_s: Some(record.infer_s.q3),
        infer_min_s: Some(record.infer_s.min),
        infer_max_s: Some(record.infer_s.max),
        throughput_per_s: Some(record.throughput_per_s),
        keygen_median_s: median(record.keygen_s),
        encode_median_s: median(record.encode_s),
        load_median_s: record.load_s.and_then(median),
        encrypt_median_s: median(record.encrypt_s),
        decrypt_median_s: median(record.decrypt_s),
        peak_rss_bytes: record.peak_rss_bytes,
        key_bytes: Some(record.key_bytes),
        model_bytes: Some(record.model_bytes),
        input_ciphertext_bytes: Some(record.input_ciphertext_bytes),
        output_ciphertext_bytes: Some(record.output_ciphertext_bytes),
        max_abs_logit_error: Some(record.max_abs_logit_error),
        mean_abs_logit_error: Some(record.mean_abs_logit_error),
        argmax_agreement: Some(record.argmax_agreement),
        accuracy: record.accuracy.accuracy,
        sensitivity: record.accuracy.sensitivity,
        specificity: record.accuracy.specificity,
        precision: record.accuracy.precision,
        f1: record.accuracy.f1,
        ntt: Some(record.counts.ntt),
        key_switch: Some(record.counts.key_switch),
        log_n: Some(record.params.log_n),
        log_qp: Some(record.params.log_qp),
        steal_share: noise.and_then(|noise| noise.steal_share),
        other_load_share: noise.and_then(|noise| noise.other_load_share),
        frequency_ratio: noise.and_then(|noise| noise.frequency_ratio),
        involuntary_switches: noise.and_then(|noise| noise.involuntary_switches),
        ..common
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        examination::tests::findings,
        record_lines::tests::{examined_line, failed_line},
    };

    #[test]
    fn a_failure_is_a_row_with_its_reason_and_no_times() {
        let mut bytes = Vec::new();
        write(&[failed_line(3)], &mut bytes).unwrap();
        let mut reader = csv::Reader::from_reader(&*bytes);
        let head = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        let field = |name: &str| row.get(head.iter().position(|column| column == name).unwrap()).unwrap();
        assert_eq!((field("network"), field("round"), field("outcome")), ("2d-64", "3", "failed"));
        assert_eq!((field("reason"), field("infer_median_s"), field("commit")), ("logits are wrong", "", ""));
    }

    #[test]
    fn examinations_are_left_out_and_nothing_else_is_refused() {
        let examined = findings().map(|finding| examined_line(0, finding));
        let error = write(&examined, Vec::new()).unwrap_err().to_string();
        assert_eq!(error, "of 4 records none has times: what they hold, precision first, has no columns");
        let mut bytes = Vec::new();
        assert_eq!(write(&[examined[1].clone(), failed_line(0)], &mut bytes).unwrap(), 1);
        assert_eq!(csv::Reader::from_reader(&*bytes).records().count(), 1);
        assert_eq!(write(&[], Vec::new()).unwrap(), 0);
    }
}
