//! A program of the user's own: from settings to its definition, and whether its arguments and the grid fit each other.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use super::super::axis::Block;
use super::super::diagnostic::{Diagnostic, SourceFile, Span};
use super::super::key::{COUNT, Default, Family as Row, Key, PARAMS, PROBLEM_KIND, When, is_below, key};
use super::super::kind::{Kind, time};
use super::super::own;
use super::super::report::Report;
use super::super::settings::{Fault, Point, Settings};
use super::super::suggest;
use super::super::tree::{Item, Node, Table};
use crate::output::Pattern;
use crate::problem::{Command, Definition, Family, Limits, Output, RUN_ID, Resources, Template};

pub(in crate::spec) const FAMILY: Row = Row { kind: Family::Command, noun: "a program", abilities: &[], keys: KEYS };

const COMMAND: &[When] = &[When::Is(PROBLEM_KIND, &[Family::Command.name()])];

/// Beside these, `[problem.env]` has names of the user's own.
#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.program", Kind::Arguments { least: 1 }, "The program and its arguments, one process per run; `{learning_rate}` or another path is replaced by the run's setting.")
        .required().when(COMMAND).fixed(),
    key("problem.cwd", Kind::Path, "The folder in which the program is started, relative to that of the spec; that one by default.").when(COMMAND).fixed(),
    key("problem.inputs", Kind::Arguments { least: 0 }, "The files that the results depend on, `*` allowed; every argument that is a file by default.").when(COMMAND).fixed().aside(),
    key("problem.loss", Kind::Text, "The name of the number that is the loss, where it is not `loss`.").when(COMMAND).fixed(),
    key("problem.pattern", Kind::Text, "A regular expression whose named groups, such as `(?P<loss>…)`, are the numbers of a line.").when(COMMAND).fixed(),
    key("problem.file", Kind::Path, "The file that the program writes its measurements to, if it does not print them; `{id}` makes it one per run.").when(COMMAND).fixed(),
    key("problem.reads_environment", Kind::Flag, "Whether the program reads its settings from GOLDILOCKS_LEARNING_RATE, … or GOLDILOCKS_RUN, so that they need not stand in its arguments.")
        .or(Default::Flag(false)).when(COMMAND).fixed().aside(),
    key("problem.timeout", Kind::Time, "A run fails that takes longer than this.").when(COMMAND).fixed().aside(),
    key("problem.stall", Kind::Time, "A run fails that prints nothing for so long.").when(COMMAND).fixed().aside(),
    key("problem.grace", Kind::Time, "How long a process may take to end after it has been asked to.").or(Default::Text("5 s")).when(COMMAND).fixed().aside(),
    key("problem.retries", Kind::Count { least: 0 }, "A run that failed is tried again so often.").or(Default::Count(0)).when(COMMAND).fixed().aside(),
    key("problem.jobs", COUNT, "So many runs at once; by default as many as there are cores for.").when(COMMAND).fixed().aside(),
    key("problem.cpus_per_run", COUNT, "Cores of each run; numerical libraries are told to use so many threads.").or(Default::Count(1)).when(COMMAND).fixed().aside(),
    key("problem.pin", Kind::Flag, "Whether each run is kept to cores of its own (Linux).").or(Default::Flag(false)).when(COMMAND).fixed().aside(),
    key("problem.gpus", Kind::Counts { least: 0 }, "Graphics processors to hand out, one per run, by CUDA_VISIBLE_DEVICES.").when(COMMAND).fixed().aside(),
    key("problem.deterministic", Kind::Flag, "Whether the program is declared to give the same losses whenever it gets the same settings; `verify` tries it.")
        .or(Default::Flag(false)).when(COMMAND).fixed().aside(),
    key("problem.replicate_check", Kind::Count { least: 0 }, "So many cells are run twice, to see whether the program gives the same losses again.")
        .or(Default::Count(0)).when(COMMAND).fixed().aside(),
];

/// The definition at a point.
pub(super) fn definition(point: Point<'_>, base_dir: &Path) -> Result<Definition, Fault> {
    const PROGRAM: &str = "problem.program";
    let names = |path| point.names(path).map(<[String]>::to_vec);
    let program = names(PROGRAM).ok_or_else(|| Fault::missing(PROGRAM))?;
    let environment = point.settings.given.keys().filter_map(|path| {
        let (_, name) = own::name(path).filter(|(section, _)| *section == own::ENVIRONMENT)?;
        Some((name.to_owned(), template(point.optional_text(path)?)))
    });
    let folder = point.optional_text("problem.cwd").map_or_else(|| base_dir.to_owned(), |cwd| base_dir.join(cwd));
    Ok(Definition::Command(Box::new(Command {
        program: program.iter().map(|argument| template(argument)).collect(),
        environment: environment.collect(),
        // An empty path is no folder to start anything in.
        folder: if folder.as_os_str().is_empty() { ".".into() } else { folder },
        spec_folder: base_dir.to_owned(),
        inputs: names("problem.inputs"),
        output: Output {
            loss: point.optional_text("problem.loss").map(str::to_owned),
            pattern: pattern(point)?,
            file: point.optional_text("problem.file").map(template),
        },
        limits: Limits {
            timeout: duration(point, "problem.timeout"),
            stall: duration(point, "problem.stall"),
            grace: duration(point, "problem.grace").unwrap_or_default(),
            retries: point.count("problem.retries")?,
        },
        resources: Resources {
            jobs: point.optional_count("problem.jobs"),
            cpus_per_run: point.count("problem.cpus_per_run")?,
            pin: point.flag("problem.pin"),
            gpus: gpus(point)?,
        },
        is_deterministic: point.flag("problem.deterministic"),
        replicate_check: point.count("problem.replicate_check")?,
    })))
}

fn duration(point: Point<'_>, path: &str) -> Option<Duration> {
    point.optional_text(path).and_then(time)
}

fn pattern(point: Point<'_>) -> Result<Option<String>, Fault> {
    const PATTERN: &str = "problem.pattern";
    let Some(pattern) = point.optional_text(PATTERN) else { return Ok(None) };
    match Pattern::new(pattern) {
        Ok(_) => Ok(Some(pattern.to_owned())),
        Err(error) => Err(Fault::wrong(PATTERN, error.message).help(error.help)),
    }
}

/// What is wrong with braces is said in [`check`], with its place.
fn template(text: &str) -> Template {
    Template::parse(text).unwrap_or_default()
}

fn gpus(point: Point<'_>) -> Result<Vec<u64>, Fault> {
    const GPUS: &str = "problem.gpus";
    let gpus = point.optional_counts(GPUS).unwrap_or_default();
    let again =
        (1..gpus.len()).map(|place| gpus[place]).find(|gpu| gpus.iter().filter(|other| *other == gpu).count() > 1);
    match again {
        Some(gpu) => Err(Fault::wrong(GPUS, format!("`{GPUS}` names {gpu} twice"))
            .help("two runs would share it; use `jobs` to say how many run at once")),
        None => Ok(gpus.to_vec()),
    }
}

/// Checks that every place in arguments and environment names a setting, and that the program is told of every axis.
pub(in crate::spec) fn check(
    root: &Table,
    settings: &Settings,
    blocks: &[Block],
    sources: &[SourceFile],
    report: &mut Report,
) {
    if !settings.kinds.is_command() {
        return;
    }
    let mut used = BTreeSet::new();
    let mut places = Places { settings, blocks, sources, report, used: &mut used };
    let problem = root.get("problem").and_then(table);
    if let Some(Item { node: Node::List(arguments), .. }) = problem.and_then(|problem| problem.get("program")) {
        arguments.iter().for_each(|argument| places.read(argument));
    }
    let file = problem.and_then(|problem| problem.get("file"));
    if let Some(file) = file {
        places.read(file);
    }
    if let Some(diagnostic) = file.and_then(|file| shared_file(file, settings, blocks)) {
        places.report.add(diagnostic);
    }
    let environment = problem.and_then(|problem| problem.get("env")).and_then(table);
    environment.iter().flat_map(|table| &table.entries).for_each(|(_, value)| places.read(value));
    let is_wrong = ["problem.program", own::ENVIRONMENT].iter().any(|path| report.is_faulty(path));
    let reads_environment = Point { settings, axes: &[] }.flag("problem.reads_environment");
    if !is_wrong && !reads_environment {
        unused(settings, blocks, &used).into_iter().for_each(|diagnostic| report.add(diagnostic));
    }
}

fn table(item: &Item) -> Option<&Table> {
    if let Node::Table(table) = &item.node { Some(table) } else { None }
}

/// The error for a file of measurements that several runs would write at once.
fn shared_file(file: &Item, settings: &Settings, blocks: &[Block]) -> Option<Diagnostic> {
    let Node::Text(text) = &file.node else { return None };
    let is_one_run =
        blocks.len() == 1 && blocks.iter().flat_map(|block| &block.axes).all(|axis| axis.values.count() == 1);
    let is_one_at_a_time = Point { settings, axes: &[] }.optional_count("problem.jobs") == Some(1);
    let has_places = Template::parse(text).is_ok_and(|template| template.places().next().is_some());
    (!is_one_run && !is_one_at_a_time && !has_places).then(|| {
        Diagnostic::new("several runs would write this file at once", file.span)
            .help("name it by the run, such as \"metrics-{id}.csv\", and tell the program; or set `jobs = 1`")
    })
}

/// Reads the places in texts.
struct Places<'a> {
    settings: &'a Settings,
    blocks: &'a [Block],
    sources: &'a [SourceFile],
    report: &'a mut Report,
    used: &'a mut BTreeSet<String>,
}

impl Places<'_> {
    fn read(&mut self, item: &Item) {
        let Node::Text(text) = &item.node else { return };
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(error) => {
                let diagnostic = Diagnostic::new(error.kind.to_string(), self.within(item, text, error.at));
                let help = "a place for a setting is `{learning_rate}`; write `{{` and `}}` for braces";
                return self.report.fault("problem.program", diagnostic.help(help));
            }
        };
        for path in template.places() {
            if self.is_known(path) {
                self.used.insert(path.to_owned());
                continue;
            }
            let at = text.find(&format!("{{{path}")).map_or(0..text.len(), |at| at + 1..at + 1 + path.len());
            let span = self.within(item, text, at);
            let names = self.names();
            let all = || format!("what can be named: {}", suggest::list(names.iter().map(|name| format!("`{name}`"))));
            let help = suggest::did_you_mean(path, names.iter().map(String::as_str), '`').unwrap_or_else(all);
            let message = format!("`{{{path}}}` names no setting of this spec");
            self.report.fault("problem.program", Diagnostic::new(message, span).help(help));
        }
    }

    fn axes(&self) -> impl Iterator<Item = &'static str> {
        self.blocks.iter().flat_map(|block| &block.axes).map(|axis| axis.path)
    }

    /// Whether every run has one value for it.
    fn is_known(&self, path: &str) -> bool {
        let everywhere = |path: &str| self.blocks.iter().all(|block| block.axes.iter().any(|axis| axis.path == path));
        let is_scalar = |path| Point { settings: self.settings, axes: &[] }.value(path).is_some();
        path == RUN_ID
            || is_scalar(path)
            || self.axes().any(|axis| axis == path) && (everywhere(path) || is_scalar(path))
            // What is wrong about them has been said.
            || self.report.is_faulty(path)
    }

    /// What can be named, for suggestions.
    fn names(&self) -> Vec<String> {
        let given = self.settings.given.keys().copied().filter(|path| is_below(path, PARAMS));
        let usual = ["learning_rate", "batch_size", "seed", RUN_ID];
        let names: BTreeSet<&str> = self.axes().chain(given).chain(usual).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The place of a part of a text, where it can be told: in a string that needed no escapes.
    fn within(&self, item: &Item, text: &str, part: Range<usize>) -> Span {
        let source = self.sources.get(item.span.source).map_or("", |source| source.text.as_str());
        let inner = item.span.start + 1..item.span.end.saturating_sub(1);
        if source.get(inner.clone()) == Some(text) {
            Span { start: inner.start + part.start, end: inner.start + part.end, ..item.span }
        } else {
            item.span
        }
    }
}

/// The errors for settings that nobody would be told of.
fn unused(settings: &Settings, blocks: &[Block], used: &BTreeSet<String>) -> Vec<Diagnostic> {
    let is_told = |path: &str| used.contains(path) || is_below(path, "stop") && path != EVALUATE_EVERY;
    let mut diagnostics = Vec::new();
    let mut seen = BTreeSet::new();
    for axis in blocks.iter().flat_map(|block| &block.axes) {
        // Every grid has a learning rate, whether the program takes one or not.
        let is_nominal = axis.path == "learning_rate" && axis.values.count() == 1 && blocks.len() == 1;
        if !is_told(axis.path) && !is_nominal && seen.insert(axis.path) {
            diagnostics.push(nobody(axis.path, axis.span, "axis"));
        }
    }
    let is_for_programs = |path: &str| is_below(path, PARAMS) || is_below(path, "optimizer") || path == EVALUATE_EVERY;
    for (&path, given) in &settings.given {
        if is_for_programs(path) && !is_told(path) && !seen.contains(path) {
            diagnostics.push(nobody(path, given.span, "setting"));
        }
    }
    diagnostics
}

/// A program measures when it likes; this can only be told to it.
const EVALUATE_EVERY: &str = "stop.evaluate_every";

fn nobody(path: &str, span: Span, what: &str) -> Diagnostic {
    let variable: String = path.chars().map(|c| if c == '.' { '_' } else { c.to_ascii_uppercase() }).collect();
    Diagnostic::new(format!("the program is not told of `{path}`"), span)
        .label(format!("this {what} changes nothing"))
        .help(format!(
            "put `{{{path}}}` into an argument or into [problem.env]; if the program reads GOLDILOCKS_{variable} or \
             GOLDILOCKS_RUN itself, say so with `reads_environment = true`"
        ))
}
