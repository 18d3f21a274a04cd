//! `hear-bench reproduce`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};

use super::run::read_speeds;
use crate::{
    arguments::{Bytes, ReproduceArguments, TimeLimit},
    configuration::{Configuration, Protocol},
    display,
    environment::{Environment, TEST_FEATURES},
    experiment::{Campaign, Catalogue, Clock, Experiment, ExperimentError, Results, Sources, Step, Turnout, document},
    failure::Failure,
    record::{Entry, Identity, Reason, Unmeasured},
    record_lines::RecordWriter,
    report::{self, format},
};

/// The file of the records in a directory.
const RECORDS: &str = "records.jsonl";

/// How old a report becomes while more is measured.
const REDRAWN_AFTER: Duration = Duration::from_secs(60);

pub(super) fn run(arguments: &ReproduceArguments, output: &mut dyn Write) -> Result<(), Failure> {
    let catalogue = match &arguments.experiments {
        Some(directory) => Catalogue::read(directory)?,
        None => Catalogue::shipped(),
    };
    let selected = catalogue.select(&arguments.figures).map_err(|error| match error {
        ExperimentError::Unknown { .. } => Failure::usage(error),
        other => other.into(),
    })?;
    // Everything that measuring will need is looked at now, not after an hour of measuring something else.
    let mut sources = Sources::open(arguments.networks.as_deref(), arguments.dataset.as_deref())?;
    sources.speeds = arguments.machine.as_deref().map(read_speeds).transpose()?;
    let time_limit = arguments.time_limit.map_or(arguments.profile.time_limit(), |TimeLimit(limit)| limit);
    let mut campaign = Campaign {
        catalogue: &catalogue,
        selected,
        profile: arguments.profile,
        sources,
        memory_limit: arguments.memory_limit.map(|Bytes(limit)| limit),
        results: Results::default(),
        hopeless: BTreeSet::new(),
        clock: Clock::start(time_limit),
        sessions: BTreeMap::new(),
    };
    if arguments.list {
        return list(&campaign, output);
    }
    let records = arguments.out.join(RECORDS);
    if arguments.draw_only {
        if !records.exists() {
            return Err(Failure::Outside(anyhow!("there is nothing to draw: {} is missing", records.display())));
        }
        campaign.results = Results::to_draw(&records)?;
        draw(&campaign, arguments)?;
    } else {
        fs::create_dir_all(&arguments.out).with_context(|| format!("cannot make {}", arguments.out.display()))?;
        campaign.results = Results::to_go_on(&records, &Environment::detect())?;
        // A directory that cannot be written to is found out before anything is measured.
        draw(&campaign, arguments)?;
        measure(&mut campaign, arguments, &records, output)?;
    }
    let [html, markdown] = [report::HTML_FILE, report::MARKDOWN_FILE].map(|name| arguments.out.join(name));
    writeln!(output, "\nThe report: {} and {}", html.display(), markdown.display())?;
    match failures(&campaign)?.as_slice() {
        [] => Ok(()),
        [one] => Err(Failure::Outside(anyhow!("{one}"))),
        [first, rest @ ..] => {
            Err(Failure::Outside(anyhow!("{} configurations failed, the first one {first}", rest.len() + 1)))
        }
    }
}

/// What there is, how many rounds it would measure, and about how long that would take.
fn list(campaign: &Campaign<'_>, output: &mut dyn Write) -> Result<(), Failure> {
    let steps = campaign.steps()?;
    let about = |steps: &mut dyn Iterator<Item = &Step>| format::duration(steps.map(|step| step.expected_s).sum());
    let width = campaign.selected.iter().map(|experiment| experiment.id.len()).max().unwrap_or(0);
    for experiment in &campaign.selected {
        let Experiment { id, title, place, .. } = experiment;
        let of_this = || steps.iter().filter(|step| step.experiment == *id);
        let place = place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        let measured = match of_this().count() {
            0 => "shares what others measure".to_owned(),
            rounds => format!("{}, about {}", counted(rounds), about(&mut of_this())),
        };
        writeln!(output, "{id:<width$}  {title}{place}: {measured}")?;
    }
    let speeds = campaign.sources.speeds.clone().unwrap_or_default().name;
    writeln!(
        output,
        "\n{} in all under the profile {}, each in a process of its own: about {}, by the speeds of {speeds}.",
        counted(steps.len()),
        campaign.profile,
        about(&mut steps.iter()),
    )?;
    Ok(())
}

/// A number of rounds.
fn counted(rounds: usize) -> String {
    if rounds == 1 { "1 round".to_owned() } else { format!("{rounds} rounds") }
}

/// Measures, tells of every round, and draws now and then.
fn measure(
    campaign: &mut Campaign<'_>,
    arguments: &ReproduceArguments,
    records: &Path,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    if !TEST_FEATURES.is_empty() {
        writeln!(output, "WARNING: this program was built to test the laboratory: {}", TEST_FEATURES.join(", "))?;
    }
    let steps = campaign.steps()?;
    let known = campaign.results.lines().filter(|line| line.is_measured()).count();
    if known > 0 {
        writeln!(output, "{known} rounds are in {} already.", records.display())?;
    }
    if campaign.results.left_aside() > 0 {
        let count = campaign.results.left_aside();
        writeln!(output, "{count} rounds of other builds in {} are left aside.", records.display())?;
    }
    let mut writer = RecordWriter::open(records)?;
    let (mut done, mut late, width) = (0, 0, steps.len().to_string().len());
    let (start, mut drawn) = (Instant::now(), Instant::now());
    for of_round in steps.chunk_by(|a, b| (&a.experiment, a.round) == (&b.experiment, b.round)) {
        let mut observe = |step: &Step, came: Turnout<'_>| -> Result<()> {
            done += 1;
            late += usize::from(came == Turnout::Late);
            let Turnout::New(line) = came else { return Ok(()) };
            let Step { experiment, configuration, round, rounds, .. } = step;
            let of = if *rounds > 1 { format!(", round {} of {rounds}", round + 1) } else { String::new() };
            let (subject, turnout) = (subject(configuration), turnout(&line.entry));
            let (minutes, seconds) = (start.elapsed().as_secs() / 60, start.elapsed().as_secs() % 60);
            let count = format!("[{done:>width$}/{} {minutes}:{seconds:02}]", steps.len());
            writeln!(output, "{count} {experiment}: {subject}{of}: {turnout}")?;
            Ok(output.flush()?)
        };
        campaign.measure(of_round, &mut writer, &mut observe)?;
        // Whoever interrupts has a report of what there was a minute ago; --draw-only makes one of everything.
        if drawn.elapsed() > REDRAWN_AFTER {
            draw(campaign, arguments)?;
            drawn = Instant::now();
        }
    }
    draw(campaign, arguments)?;
    if late > 0 {
        writeln!(
            output,
            "There was no time for {late} further rounds of what was measured: started again, it goes on."
        )?;
    }
    Ok(())
}

/// What is measured, with everything that is out of the ordinary.
fn subject(configuration: &Configuration) -> String {
    let mut text = display::identity(&Identity::from(configuration));
    let Protocol { batch, streams, without, isa, .. } = &configuration.protocol;
    if (*batch, *streams) != (1, 1) {
        text.push_str(&format!(", {streams} x {batch} clips a run"));
    }
    if !without.is_empty() {
        text.push_str(&format!(", without {}", without.join(", ")));
    }
    if let Some(isa) = isa {
        text.push_str(&format!(", {isa}"));
    }
    text
}

/// What came of a round, in a few words.
fn turnout(entry: &Entry) -> String {
    match entry {
        Entry::Measured(record) => format!("{} an inference", format::seconds(record.infer_s.median)),
        Entry::Examined(examined) => format!("{} examined", examined.finding.name()),
        Entry::Unmeasured(Unmeasured { reason: Reason::Skipped(reason), .. }) => format!("skipped, {reason}"),
        Entry::Unmeasured(Unmeasured { reason: Reason::Failed(reason), .. }) => format!("FAILED, {reason}"),
    }
}

/// Writes both reports of what is known.
fn draw(campaign: &Campaign<'_>, arguments: &ReproduceArguments) -> Result<()> {
    let document = document(campaign, &options(arguments))?;
    Ok(report::write(&document, &arguments.out)?)
}

/// The options that a reader needs to see the same, without the paths.
fn options(arguments: &ReproduceArguments) -> String {
    let mut options = format!(" --profile {}", arguments.profile);
    for (is_given, option) in [
        (arguments.networks.is_some(), " --networks DIR"),
        (arguments.dataset.is_some(), " --dataset DIR"),
        (arguments.machine.is_some(), " --machine FILE"),
        (arguments.experiments.is_some(), " --experiments DIR"),
    ] {
        if is_given {
            options.push_str(option);
        }
    }
    options
}

/// What failed, a sentence each.
fn failures(campaign: &Campaign<'_>) -> Result<Vec<String>> {
    let mut sentences = Vec::new();
    for experiment in &campaign.selected {
        for subject in campaign.subjects(experiment)? {
            let sentence = subject.merged.as_ref().and_then(display::failure);
            sentences.extend(sentence.filter(|sentence| !sentences.contains(sentence)));
        }
    }
    Ok(sentences)
}
