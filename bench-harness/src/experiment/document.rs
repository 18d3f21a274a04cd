//! The report of a campaign.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, UNIX_EPOCH},
};

use super::{
    Campaign, GridError, Part,
    drawing::{Sheet, figure},
};
use crate::{
    environment::{Build, Environment, Noise},
    record_lines::{RecordLine, configuration_hash},
    report::{
        document::{Document, Section},
        format,
    },
};

/// The figures of all experiments that were asked for, with what they were measured under. `options` are those of the
/// command that shows the same, from a space on.
///
/// # Errors
/// If a grid asks for what this machine cannot have.
pub fn document(campaign: &Campaign<'_>, options: &str) -> Result<Document, GridError> {
    let mut lines: Vec<RecordLine> = Vec::new();
    let mut asked_for = BTreeMap::new();
    let mut sections = Vec::new();
    for part in Part::ALL {
        let mut figures = Vec::new();
        for experiment in campaign.selected.iter().filter(|experiment| experiment.part == part) {
            let subjects = campaign.subjects(experiment)?;
            for subject in &subjects {
                lines.extend(subject.lines.iter().cloned());
                let rounds = asked_for.entry(configuration_hash(&subject.configuration)).or_insert(0);
                *rounds = subject.rounds.max(*rounds);
            }
            let sheet = Sheet { experiment, subjects, sources: &campaign.sources, profile: campaign.profile };
            figures.push(figure(sheet, format!("hear-bench reproduce {}{options}", experiment.id)));
        }
        if !figures.is_empty() {
            let (id, title) = (format!("part-{}", part.id()), part.title().to_owned());
            sections.push(Section { id, title, text: String::new(), figures });
        }
    }
    let skipped = sections.iter().flat_map(|section| &section.figures).filter(|figure| figure.is_skipped()).count();
    let figures: usize = sections.iter().map(|section| section.figures.len()).sum();
    let mut lead = vec![
        "What has a time here was measured on the machine below, from encrypted clips whose decrypted logits were compared \
         with the plain network first; what is wrong gets no time. What is extrapolated or counted from plans stands in \
         tables that say so. What others report is set in italics and marked with a diamond in charts."
            .to_owned(),
        format!(
            "{figures} figures and tables under the profile {}; {}.",
            campaign.profile,
            match skipped {
                0 => "none was skipped as a whole".to_owned(),
                1 => "one was skipped as a whole, with its reason".to_owned(),
                count => format!("{count} were skipped as a whole, with their reasons"),
            }
        ),
    ];
    lead.extend(campaign.sources.notes());
    Ok(Document {
        title: "Neural networks on encrypted skeletons: the paper's figures, measured here".to_owned(),
        lead,
        facts: facts(&lines, campaign, asked_for.values().sum()),
        warnings: warnings(&lines),
        sections,
    })
}

/// Under what everything was measured, and how much of the rounds that were asked for.
fn facts(lines: &[RecordLine], campaign: &Campaign<'_>, asked_for: usize) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| facts.extend(value.map(|value| (name.to_owned(), value)));
    add("profile", Some(campaign.profile.to_string()));
    let last = lines.iter().max_by_key(|line| line.unix_s);
    let Some(Environment { machine, microcode, governor, transparent_huge_pages, isa, build }) =
        last.and_then(|line| line.environment.as_ref())
    else {
        return facts;
    };
    add("processor", machine.cpu.clone());
    add("cores", Some(format!("{} physical, {} threads at one time", machine.cores, machine.threads)));
    let caches = machine.caches;
    let caches = [("L1", caches.l1d_bytes), ("L2", caches.l2_bytes), ("L3", caches.l3_bytes)];
    let caches: Vec<_> =
        caches.iter().filter_map(|(name, bytes)| Some(format!("{name} {}", format::bytes((*bytes)?)))).collect();
    add("caches", (!caches.is_empty()).then(|| caches.join(", ")));
    add("memory", machine.memory.map(format::bytes));
    add("instruction set", Some(isa.clone()));
    add("kernel", machine.kernel.clone());
    add("microcode", microcode.clone());
    add("frequency governor", governor.clone());
    add("transparent huge pages", transparent_huge_pages.clone());
    let Build { version, commit, dirty, compiler, profile, opt_level, target_features, flags, test_features, .. } =
        build;
    let dirty = if *dirty == Some(true) { ", with changes" } else { "" };
    add("program", Some(format!("hear-bench {version}, commit {}{dirty}", commit.as_deref().unwrap_or("unknown"))));
    add("compiler", Some(format!("{compiler}, {profile}, opt-level {opt_level}")));
    add("flags", (!flags.is_empty()).then(|| flags.clone()));
    add("taken for granted of the processor", (!target_features.is_empty()).then(|| target_features.clone()));
    add("built to test the laboratory", (!test_features.is_empty()).then(|| test_features.join(", ")));
    let date = |unix_s: u64| humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(unix_s)).to_string();
    let (first, last) = (lines.iter().map(|line| line.unix_s).min(), lines.iter().map(|line| line.unix_s).max());
    if let (Some(first), Some(last)) = (first, last) {
        add("measured", Some(format!("{} to {}", date(first), date(last))));
    }
    let measured = lines.iter().filter(|line| line.is_measured());
    let rounds = measured.map(|line| (&line.configuration, line.round)).collect::<BTreeSet<_>>().len();
    let of = if rounds < asked_for { format!(" of {asked_for}") } else { String::new() };
    add("rounds", Some(format!("{rounds}{of}, each in a process of its own")));
    facts
}

/// What makes the figures less sure.
fn warnings(lines: &[RecordLine]) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut seen = BTreeSet::new();
    let noises: Vec<Noise> = lines
        .iter()
        .filter(|line| seen.insert((&line.configuration, line.round)))
        .filter_map(|line| line.noise)
        .collect();
    let disturbed = noises.iter().filter(|noise| noise.warning().is_some()).count();
    if disturbed > 0 {
        let worst = noises.iter().max_by(|a, b| disturbance(a).total_cmp(&disturbance(b))).and_then(Noise::warning);
        warnings.push(format!(
            "{disturbed} of {} rounds were disturbed; in the worst one {}.",
            noises.len(),
            worst.unwrap_or_default()
        ));
    }
    let builds: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line.environment.as_ref())
        .map(|environment| (environment.build.commit.clone(), environment.build.dirty))
        .collect();
    if builds.len() > 1 {
        warnings.push(format!("The rounds are of {} builds.", builds.len()));
    }
    let is_for_tests = |line: &RecordLine| {
        line.environment.as_ref().is_some_and(|environment| !environment.build.test_features.is_empty())
    };
    if lines.iter().any(is_for_tests) {
        warnings.push("The program was built to test the laboratory: its times mean nothing.".to_owned());
    }
    if lines
        .iter()
        .any(|line| line.environment.as_ref().is_some_and(|environment| environment.build.profile != "release"))
    {
        warnings.push("The program was not built with --release: its times mean little.".to_owned());
    }
    warnings
}

/// The part of the machine's time that others took.
fn disturbance(noise: &Noise) -> f64 {
    noise.steal_share.unwrap_or(0.0) + noise.other_load_share.unwrap_or(0.0)
}
