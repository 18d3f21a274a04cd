//! What there is to say about a call of `hear infer`.

use std::{ops::Range, path::Path};

use hear_scheduler::{Report, report::StageReport};
use serde_json::{Value, json};

use super::networks::{Origin, PlannedNetwork, Weights};
use crate::{output, session::Session};

/// All networks on all rows.
pub(super) struct Summary<'a> {
    pub(super) key_load_s: f64,
    pub(super) networks: Vec<NetworkSummary<'a>>,
    pub(super) with_stages: bool,
}

/// One network on all rows.
pub(super) struct NetworkSummary<'a> {
    pub(super) network: &'a PlannedNetwork<Weights>,
    pub(super) runs: Vec<Run>,
}

/// One network on one packed input.
pub(super) struct Run {
    pub(super) rows: Range<u64>,
    /// A row's share.
    pub(super) infer_s: f64,
    pub(super) report: Report,
}

/// A stage's times, averaged over runs.
struct StageTimes {
    name: String,
    tasks: usize,
    busy_s: f64,
    span_s: f64,
}

impl Summary<'_> {
    pub(super) fn text(&self, out: &Path) -> String {
        let mut text = match &*self.networks {
            [network] => format!(
                "classified {}, {} a row, in {} (keys read in {}, {})\n",
                output::counted(network.rows(), "row"),
                output::seconds(network.mean_s()),
                out.display(),
                output::seconds(self.key_load_s),
                network.origin(),
            ),
            networks => self.text_of_several(networks, out),
        };
        if self.with_stages {
            self.networks.iter().for_each(|network| text += &network.stage_table());
        }
        text
    }

    fn text_of_several(&self, networks: &[NetworkSummary<'_>], out: &Path) -> String {
        let rows = networks.first().map_or(0, NetworkSummary::rows);
        let mut text = format!(
            "classified {} with {}, {} a row, in {} (keys read in {})\n",
            output::counted(rows, "row"),
            output::counted(networks.len(), "network"),
            output::seconds(networks.iter().map(NetworkSummary::mean_s).sum()),
            out.display(),
            output::seconds(self.key_load_s),
        );
        for network in networks {
            let (time, origin) = (output::seconds(network.mean_s()), network.origin());
            text += &format!("{:>10}  {time} a row, {origin}\n", network.name());
        }
        text
    }

    /// One object; of several networks, with a list of theirs.
    pub(super) fn json(&self, session: &Session<'_>) -> Value {
        let mut value = json!({
            "threads": session.executor.workers(),
            "executor": session.executor.name(),
            "isa": session.isa.name(),
            "key_load_s": self.key_load_s,
            "peak_rss_bytes": output::peak_rss_bytes(),
        });
        match (&*self.networks, value.as_object_mut()) {
            ([network], Some(object)) => object.extend(network.json(self.with_stages)),
            (networks, _) => {
                value["networks"] =
                    networks.iter().map(|network| Value::Object(network.json(self.with_stages))).collect();
            }
        }
        value
    }
}

impl NetworkSummary<'_> {
    fn name(&self) -> &str {
        self.network.directory.as_deref().unwrap_or(&self.network.name)
    }

    /// How many rows were classified.
    fn rows(&self) -> usize {
        self.runs.iter().map(|run| usize::try_from(run.rows.end - run.rows.start).unwrap_or(usize::MAX)).sum()
    }

    /// Averaged over runs.
    fn mean(&self, of: impl Fn(&Run) -> f64) -> f64 {
        self.runs.iter().map(of).sum::<f64>() / self.runs.len().max(1) as f64
    }

    /// Seconds a row.
    fn mean_s(&self) -> f64 {
        let all: f64 = self.runs.iter().map(|run| run.infer_s * (run.rows.end - run.rows.start) as f64).sum();
        all / self.rows().max(1) as f64
    }

    fn origin(&self) -> String {
        match &self.network.weights.origin {
            Origin::Encoded { encode_s } => format!("network encoded in {}", output::seconds(*encode_s)),
            Origin::Read { file, load_s } => format!("{} read in {}", file.display(), output::seconds(*load_s)),
        }
    }

    fn stages(&self) -> Vec<StageTimes> {
        let Some(first) = self.runs.first() else { return Vec::new() };
        let stage = |(index, stage): (usize, &StageReport)| StageTimes {
            name: stage.name.clone(),
            tasks: stage.tasks,
            busy_s: self.mean(|run| run.report.stages[index].busy_ns as f64 * 1e-9),
            span_s: self.mean(|run| run.report.stages[index].span_ns as f64 * 1e-9),
        };
        // The graph's inputs are a stage without tasks.
        first.report.stages.iter().enumerate().filter(|(_, stage)| stage.tasks > 0).map(stage).collect()
    }

    fn stage_table(&self) -> String {
        let heading = self.network.directory.as_ref().map_or_else(String::new, |name| format!("{name}\n"));
        let mut text = format!("\n{heading}{:<10}{:>8}{:>14}{:>14}\n", "stage", "tasks", "thread time", "span");
        for StageTimes { name, tasks, busy_s, span_s } in self.stages() {
            text += &format!("{name:<10}{tasks:>8}{:>14}{:>14}\n", output::seconds(busy_s), output::seconds(span_s));
        }
        text
    }

    fn json(&self, with_stages: bool) -> serde_json::Map<String, Value> {
        let plan = &self.network.scheme.plan;
        let (model, encode_s, load_s) = match &self.network.weights.origin {
            Origin::Encoded { encode_s } => (None, Some(encode_s), None),
            Origin::Read { file, load_s } => (Some(file), None, Some(load_s)),
        };
        let rows =
            self.runs.iter().flat_map(|run| run.rows.clone().map(|row| json!({ "row": row, "infer_s": run.infer_s })));
        let fields = [
            ("network", json!(self.name())),
            ("model", json!(model)),
            ("method", json!(plan.method.name())),
            ("plan_hash", json!(output::hexadecimal(&plan.hash()))),
            ("encode_s", json!(encode_s)),
            ("load_s", json!(load_s)),
            ("rows", rows.collect()),
        ];
        let stages = with_stages.then(|| {
            let stage = |stage: StageTimes| json!({ "name": stage.name, "tasks": stage.tasks, "busy_s": stage.busy_s, "span_s": stage.span_s });
            ("stages", self.stages().into_iter().map(stage).collect())
        });
        fields.into_iter().chain(stages).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
