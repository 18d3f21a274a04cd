//! Figures from records: one function a kind of figure.

mod classification;
mod cost;
mod machine;
mod operation;
mod prior_work;
mod setting;

use hear_engine::network::method::Method;
use serde::Deserialize;

use super::{Experiment, Profile, Quantity, Reporter, Sources, Subject};
use crate::{
    record::Record,
    report::document::{Axis, Bar, BarSeries, Bars, Cell, Chart, Column, Figure, Mark, Table, Unit},
    statistics::Interval,
};

/// The kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drawing {
    /// Convolutions with the steps around them, and what the load number promises.
    Convolutions,
    /// Key generation.
    KeyGeneration,
    /// Encoding of weights.
    Encoding,
    /// Inference, as box plots.
    Latency,
    /// Peak memory and its parts.
    Memory,
    /// Accuracy and the detection of falls.
    Classification,
    /// The confusion matrix of the plain network.
    ConfusionPlain,
    /// The confusion matrix of the encrypted run.
    ConfusionEncrypted,
    /// Runs of all methods, with what is extrapolated.
    PriorWork,
    /// Latency and throughput of all methods.
    Performance,
    /// Operations by the paper's complexities and by the plans.
    Theory,
    /// Strategies by convolution.
    Strategies,
    /// Optimisations switched off.
    Optimisations,
    /// Parameters.
    Parameters,
    /// Stages of an inference.
    Stages,
    /// Sizes of ciphertexts, and bytes an hour.
    Communication,
    /// Latency by threads, measured and predicted.
    Threads,
    /// Clips a second by clips of a run.
    Throughput,
    /// Latency by instruction set.
    InstructionSets,
    /// Stages against their floors.
    Roofline,
    /// Noise after every stage.
    Precision,
    /// The scenarios of MLPerf.
    Scenarios,
    /// From the camera to the decrypted result.
    Camera,
}

/// What a figure is drawn from.
pub struct Sheet<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// What was measured for it.
    pub subjects: Vec<Subject>,
    /// Where networks and clips come from.
    pub sources: &'a Sources,
    /// How much was measured.
    pub profile: Profile,
}

/// What a drawing adds to a figure.
#[derive(Default)]
struct Drawn {
    charts: Vec<Chart>,
    tables: Vec<Table>,
    notes: Vec<String>,
}

impl Drawn {
    /// Charts with their table, if there is anything in it: charts without values are none.
    fn of(charts: Vec<Chart>, table: Table) -> Self {
        if table.rows.is_empty() { Self::default() } else { Self { charts, tables: vec![table], notes: Vec::new() } }
    }
}

/// The figure of an experiment, of whatever was measured of it.
#[must_use]
pub fn figure(mut sheet: Sheet<'_>, command: String) -> Figure {
    if let Some(networks) = &sheet.experiment.networks {
        let sources = sheet.sources;
        let is_shown =
            |subject: &Subject| networks.iter().any(|name| name == sources.name_of(&subject.configuration.network));
        sheet.subjects.retain(is_shown);
    }
    let experiment = sheet.experiment;
    let draw = match experiment.drawing {
        Drawing::Convolutions => cost::convolutions,
        Drawing::KeyGeneration => cost::key_generation,
        Drawing::Encoding => cost::encoding,
        Drawing::Latency => cost::latency,
        Drawing::Memory => cost::memory,
        Drawing::Classification => classification::classification,
        Drawing::ConfusionPlain => classification::confusion_plain,
        Drawing::ConfusionEncrypted => classification::confusion_encrypted,
        Drawing::PriorWork => prior_work::running_times,
        Drawing::Performance => prior_work::performance,
        Drawing::Theory => prior_work::theory,
        Drawing::Strategies => setting::strategies,
        Drawing::Optimisations => setting::optimisations,
        Drawing::Parameters => setting::parameters,
        Drawing::Stages => cost::stages,
        Drawing::Communication => operation::communication,
        Drawing::Threads => machine::threads,
        Drawing::Throughput => machine::throughput,
        Drawing::InstructionSets => machine::instruction_sets,
        Drawing::Roofline => machine::roofline,
        Drawing::Precision => setting::precision,
        Drawing::Scenarios => operation::scenarios,
        Drawing::Camera => operation::camera,
    };
    let Drawn { charts, mut tables, notes } = draw(&sheet);
    // What others report stands beside what was measured, never instead of it.
    if !charts.is_empty() || !tables.is_empty() {
        tables.extend(sheet.beside_reported());
    }
    Figure {
        id: experiment.id.clone(),
        title: experiment.title.clone(),
        place: experiment.place.clone(),
        summary: experiment.summary.clone(),
        charts,
        tables,
        notes: experiment.notes.iter().cloned().chain(notes).chain(sheet.rounds_so_far()).collect(),
        skipped: sheet.skipped(),
        command,
    }
}

impl Sheet<'_> {
    /// How a report names the network of a subject.
    fn network<'b>(&self, subject: &'b Subject) -> &'b str {
        self.sources.name_of(&subject.configuration.network)
    }

    /// The networks that something is known of, in the order of [`Sources::NETWORKS`].
    fn networks(&self) -> Vec<&'static str> {
        let is_there = |name: &&str| self.subjects.iter().any(|subject| self.network(subject) == *name);
        Sources::NETWORKS.into_iter().filter(is_there).collect()
    }

    /// The methods that something is known of, the paper's first.
    fn methods(&self) -> Vec<Method> {
        let is_there = |&method: &Method| self.subjects.iter().any(|subject| subject.configuration.method == method);
        Method::ALL.into_iter().filter(is_there).collect()
    }

    /// What was measured, with its records.
    fn measured(&self) -> impl Iterator<Item = (&Subject, &Record)> {
        self.subjects.iter().filter_map(|subject| Some((subject, subject.record()?)))
    }

    /// What was measured of a network and method.
    fn all_of(&self, network: &str, method: Method) -> impl Iterator<Item = (&Subject, &Record)> {
        self.measured()
            .filter(move |(subject, _)| self.network(subject) == network && subject.configuration.method == method)
    }

    /// The first of them.
    fn of(&self, network: &str, method: Method) -> Option<(&Subject, &Record)> {
        self.all_of(network, method).next()
    }

    /// Network and method.
    fn label(&self, subject: &Subject) -> String {
        format!("{} {}", self.network(subject), method_name(subject.configuration.method))
    }

    /// What the paper reports, else the authors' log of the same machine.
    fn paper(&self, quantity: Quantity, network: &str, method: Method) -> Option<f64> {
        let by = |reporter| {
            let is_meant = |reported: &&super::Reported| {
                reported.by == reporter
                    && reported.quantity == quantity
                    && reported.network.as_deref() == Some(network)
                    && reported.method == Some(method)
            };
            self.experiment.reported.iter().find(is_meant).map(|reported| reported.value.middle())
        };
        by(Reporter::Paper).or_else(|| by(Reporter::AuthorsLog))
    }

    /// Bars of every network by method, with what the paper reports.
    fn bars(&self, axis: Axis, quantity: Quantity, bar: impl Fn(&Subject, &Record) -> Option<Bar>) -> Bars {
        let networks = self.networks();
        let series = |method| BarSeries {
            name: method_name(method).to_owned(),
            bars: networks
                .iter()
                .map(|network| self.of(network, method).and_then(|(subject, record)| bar(subject, record)))
                .collect(),
            references: networks.iter().map(|network| self.paper(quantity, network, method)).collect(),
        };
        Bars {
            category: "network".to_owned(),
            categories: networks.iter().map(|&name| name.to_owned()).collect(),
            series: self.methods().into_iter().map(series).collect(),
            axis,
            limits: Vec::new(),
        }
    }

    /// What is reported beside what was measured, if anything is reported.
    fn beside_reported(&self) -> Option<Table> {
        let mut table = Table::new(
            "Reported elsewhere, and measured here",
            [
                Column::words("who reports"),
                Column::words("quantity"),
                Column::words("network"),
                Column::words("method"),
                Column::numbers("reported"),
                Column::numbers("here"),
                Column::numbers("reported / here"),
                Column::words("note"),
            ],
        )
        .opened();
        for reported in &self.experiment.reported {
            let unit = reported.quantity.unit();
            let (low, high) = reported.value.ends();
            // The paper gives percentages with two decimals.
            let digits = if unit == Unit::Share { 4 } else { 3 };
            let value = if low < high {
                format!("{} to {}", unit.format(low, digits), unit.format(high, digits))
            } else {
                unit.format(low, digits)
            };
            let networks: Vec<&str> = match &reported.network {
                Some(network) => vec![network],
                None => self.networks(),
            };
            let methods: Vec<Option<Method>> = match reported.method {
                Some(method) => vec![Some(method)],
                None if reported.quantity.reading().is_some() => self.methods().into_iter().map(Some).collect(),
                None => vec![None],
            };
            let mut any = false;
            for (network, method) in itertools::iproduct!(networks, methods) {
                let here = reported.quantity.measured(&self.subjects, self.sources, network, method);
                // Of what is reported of everything, what was not measured is no row of its own.
                if here.is_none() && (reported.network.is_none() || reported.method.is_none()) {
                    continue;
                }
                any = true;
                table.push([
                    Cell::from(reported.by.name()),
                    reported.quantity.name().into(),
                    network.into(),
                    method.map_or("", method_name).into(),
                    Cell::marked(value.clone(), Mark::Reference),
                    here.map_or_else(
                        || Cell::marked("not measured", Mark::Skipped),
                        |here| unit.format(here, digits).into(),
                    ),
                    here.map_or_else(String::new, |here| compared(here, low, high)).into(),
                    reported.note.clone().unwrap_or_default().into(),
                ]);
            }
            if !any {
                table.push([
                    Cell::from(reported.by.name()),
                    reported.quantity.name().into(),
                    reported.network.clone().unwrap_or_default().into(),
                    reported.method.map_or("", method_name).into(),
                    Cell::marked(value, Mark::Reference),
                    Cell::marked("not measured", Mark::Skipped),
                    String::new().into(),
                    reported.note.clone().unwrap_or_default().into(),
                ]);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Of how few rounds something is, if not all were measured.
    fn rounds_so_far(&self) -> Option<String> {
        let is_begun = |subject: &&Subject| (1..subject.rounds).contains(&subject.measured());
        let begun: Vec<&Subject> = self.subjects.iter().filter(is_begun).collect();
        let ends = |of: fn(&Subject) -> usize| {
            let numbers = || begun.iter().map(|subject| of(subject));
            let (least, most) = (numbers().min()?, numbers().max()?);
            Some(if least == most { least.to_string() } else { format!("{least} to {most}") })
        };
        let (measured, asked_for) = (ends(Subject::measured)?, ends(|subject| subject.rounds)?);
        let of = if begun.len() == self.subjects.len() { "" } else { " of some configurations" };
        Some(format!("Not all rounds were measured{of}: {measured} of {asked_for} that the profile asks for."))
    }

    /// What is missing and why, a sentence each.
    fn skipped(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for subject in &self.subjects {
            if let Some(reason) = subject.objection() {
                let sentence = format!("{}: {reason}.", self.label(subject));
                if !sentences.contains(&sentence) {
                    sentences.push(sentence);
                }
            }
        }
        if self.subjects.is_empty() {
            sentences.push(format!("The profile {} measures nothing of it.", self.profile));
        }
        sentences
    }
}

/// A reported value, or both ends of a range, over a measured one: how many times less there is of it here.
fn compared(here: f64, low: f64, high: f64) -> String {
    let over_here = |reported: f64| Unit::Ratio.format(reported / here, 3);
    if low < high { format!("{} to {}", over_here(low), over_here(high)) } else { over_here(low) }
}

/// What the paper calls a method.
fn method_name(method: Method) -> &'static str {
    match method {
        Method::Hear => "HEAR",
        Method::FastHear => "Fast-HEAR",
        Method::LeanHear => "Lean-HEAR",
        Method::Lola => "LoLa",
        Method::NgraphHe2 => "nGraph-HE2",
        Method::LeanNgraph => "Lean nGraph",
    }
}

/// The mean of some values, and one standard deviation of the sample below and above it.
fn mean_and_deviation(values: &[f64]) -> Option<Bar> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
    (!values.is_empty())
        .then(|| Bar { value: mean, range: deviation.map(|deviation| (mean - deviation, mean + deviation)) })
}

/// The 95% interval of the median over rounds, as text; nothing where there are too few values.
fn median_interval(rounds: &[&[f64]], unit: &Unit) -> String {
    let interval = Interval::of_median(rounds, 0.95);
    interval.map_or_else(String::new, |Interval { low, high, .. }| {
        format!("{} to {}", unit.format(low, 3), unit.format(high, 3))
    })
}
