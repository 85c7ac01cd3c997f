//! `goldilocks check`: train, then hold the outcome against expectations and a baseline.

use std::io::stdout;
use std::path::{Path, PathBuf};

use super::baseline::{self, Baseline, BaselineArgs};
use super::ci::CiArgs;
use super::load::{self, Loaded, SpecArgs};
use super::programs::Programs;
use super::train::{Training, train_on, use_threads};
use super::{BAD_INPUT, Failure, NOT_COMPARABLE, REGRESSED, terminal};
use crate::check::{self, Against, Checked, Conclusion, FailOn, FailOnError, Place, Strictness};
use crate::engine::{Executor, Lanes};
use crate::grid::Grid;
use crate::outcome::Status;
use crate::record::Study;
use crate::report::text;
use crate::spec::{Diagnostic, Experiment};
use crate::store::{self, Staging};
use crate::train::Detail;

/// Train specs and hold the outcome against what they expect and against a baseline; for CI
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks check experiments/learning-rate.toml
  goldilocks check experiments/*.toml --junit check.xml --github
  goldilocks check study.toml --save-baseline main       keep this outcome …
  goldilocks check study.toml --baseline main            … and hold later ones against it
  goldilocks check study.toml --results results          hold finished results against the expectations, train nothing
  goldilocks check study.toml --fail-on median:5% --fail-on improved

The baseline is results/<name> unless `--baseline` names another. Without one the expectations decide alone; a spec
without expectations then cannot be checked (exit code 3), except with `--baseline-lenient`.

Exit codes:
  0  all is as expected, and nothing is worse than in the baseline
  1  an expectation is violated, a cell is slower or ends in another way, or a run failed
  2  a bad argument or spec; nothing was trained
  3  it cannot be told: there is no baseline, or it is not complete; cells are new, removed, or of other settings;
     or there are too few seeds. Where 1 applies too, the exit code is 1
  130, 143 or 129  ended by Ctrl-C, SIGTERM or SIGHUP")]
pub(super) struct Args {
    /// The specs, TOML files
    #[arg(value_name = "SPEC", required = true)]
    specs: Vec<PathBuf>,

    /// Take finished results instead of training: a results folder, or the folder that holds NAME
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,

    #[command(flatten)]
    baseline: BaselineArgs,

    /// Which changes fail: `median:10%`, `median:2 steps`, `success:5%`, `improved`, `bits`; replaces what the spec says
    #[arg(long, value_name = "CHANGE", value_delimiter = ',')]
    fail_on: Vec<String>,

    #[command(flatten)]
    ci: CiArgs,

    /// Write the tables to DIR/NAME too [default: write nothing]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Change a setting of every spec, for example `--set stop.max_steps=50`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,

    /// Threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Go on with a grid of more than 10 million runs
    #[arg(long)]
    yes: bool,

    /// Print nothing but what is wrong
    #[arg(short, long)]
    quiet: bool,
}

/// A spec that is ready to be checked.
struct Ready {
    source: Source,
    fail_on: FailOn,
    baseline: Baseline,
    /// Where its tables go, if they go anywhere.
    out: Option<Staging>,
    /// Where its baseline goes, if it is to become one.
    save: Option<(PathBuf, Staging)>,
}

/// Where the outcome comes from.
enum Source {
    Training(Box<Loaded>),
    Results { experiment: Box<Experiment>, grid: Box<Grid>, folder: PathBuf },
}

impl Source {
    fn grid(&self) -> &Grid {
        match self {
            Source::Training(loaded) => &loaded.grid,
            Source::Results { grid, .. } => grid,
        }
    }

    fn experiment(&self) -> &Experiment {
        match self {
            Source::Training(loaded) => &loaded.experiment,
            Source::Results { experiment, .. } => experiment,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    run_on(&Lanes::default, args)
}

/// The same on any executor; each spec has one of its own.
pub(super) fn run_on<E: Executor>(executor: &dyn Fn() -> E, args: &Args) -> Result<u8, Failure> {
    use_threads(args.threads);
    args.baseline.check()?;
    args.ci.check()?;
    let ready = prepare_all(args)?;
    let mut checked = Vec::new();
    let mut saved = Vec::new();
    for mut one in ready {
        let study = outcome(&executor(), args, &one)?;
        let (out, save) = (one.out.take(), one.save.take());
        let experiment = one.source.experiment();
        if let (Some(out), Ok(study)) = (out, &study) {
            baseline::write(study, experiment, &args.overrides, out)?;
        }
        let verdict = judge(args, &one, study.as_ref());
        if let (Ok(study), Conclusion::Passed, Some((folder, staging))) = (&study, verdict.conclusion(), save) {
            baseline::write(study, experiment, &args.overrides, staging)?;
            saved.push(folder);
        }
        checked.push(verdict);
    }
    args.ci.write(&checked)?;
    if !args.ci.json {
        let color = terminal::is_colored(&stdout());
        terminal::verdict(|| terminal::print_page(&text::check(&checked, &saved, args.quiet, color)))?;
    }
    Ok(match checked.iter().map(Checked::conclusion).max() {
        Some(Conclusion::Regressed) => REGRESSED,
        Some(Conclusion::NotComparable) => NOT_COMPARABLE,
        Some(Conclusion::Passed) | None => 0,
    })
}

/// Reads all specs and baselines; what is wrong with any spec is said before anything is trained.
fn prepare_all(args: &Args) -> Result<Vec<Ready>, Failure> {
    let (mut ready, mut errors) = (Vec::new(), Vec::new());
    for path in &args.specs {
        match prepare(args, path) {
            Ok(one) => ready.push(one),
            Err(failure) => errors.push(failure.text),
        }
    }
    if errors.is_empty() { Ok(ready) } else { Err(Failure { text: errors.join("\n\n"), code: BAD_INPUT }) }
}

fn prepare(args: &Args, path: &Path) -> Result<Ready, Failure> {
    let spec = SpecArgs { path: path.to_owned(), overrides: args.overrides.clone(), yes: args.yes };
    let source = match &args.results {
        None => Source::Training(Box::new(spec.load()?)),
        Some(folder) => {
            let (experiment, grid) = spec.expand()?;
            let inner = folder.join(&experiment.name);
            let folder = if inner.is_dir() { inner } else { folder.clone() };
            Source::Results { experiment: Box::new(experiment), grid: Box::new(grid), folder }
        }
    };
    load::judge_all(source.experiment(), source.grid())?;
    let fail_on = fail_on(args, source.experiment())?;
    let experiment = source.experiment();
    let baseline = args.baseline.find(experiment);
    let out = args.out.as_ref().map(|out| store::stage(&out.join(&experiment.name))).transpose();
    let save = args.baseline.stage(experiment)?;
    Ok(Ready { out: out.map_err(Failure::bad_input)?, save, fail_on, baseline, source })
}

/// The limits of the command line, else those of the spec.
fn fail_on(args: &Args, experiment: &Experiment) -> Result<FailOn, Failure> {
    if !args.fail_on.is_empty() {
        let help = FailOnError::HELP;
        let limits = FailOn::parse(args.fail_on.iter().map(String::as_str))
            .map_err(|error| Failure::bad_input(format!("`--fail-on`: {error}\nhelp: {help}")))?;
        return of_programs(limits, experiment)
            .map_err(|message| Failure::bad_input(format!("`--fail-on`: {message}")));
    }
    let limits = limits_of(experiment)?;
    of_programs(limits, experiment).map_err(|message| {
        let span = experiment.fail_on.first().map(|limit| limit.span);
        load::invalid(&experiment.diagnostics(vec![Diagnostic::new(message, span)]))
    })
}

/// Runs of programs are told apart from chance by several seeds alone.
fn of_programs(limits: FailOn, experiment: &Experiment) -> Result<FailOn, &'static str> {
    match experiment.has_programs() {
        true if limits.bits => {
            Err("`bits` cannot be asked of a program that is not ours; limits of steps and success can")
        }
        is_program => Ok(FailOn { lone: !is_program, ..limits }),
    }
}

fn limits_of(experiment: &Experiment) -> Result<FailOn, Failure> {
    FailOn::parse(experiment.fail_on.iter().map(|limit| limit.value.as_str())).map_err(|error| {
        let span = experiment.fail_on.get(error.index).map(|limit| limit.span);
        let diagnostic = Diagnostic::new(error.message, span).help(FailOnError::HELP);
        load::invalid(&experiment.diagnostics(vec![diagnostic]))
    })
}

/// The outcome of a spec, its runs in the order of the spec; or why finished results are not its outcome.
fn outcome(executor: &dyn Executor, args: &Args, one: &Ready) -> Result<Result<Study, String>, Failure> {
    match &one.source {
        Source::Training(loaded) => {
            // Curves are kept for tables and baselines only.
            let keeps = args.out.is_some() || args.baseline.save_baseline.is_some();
            let curves = (!keeps).then_some(Detail::None);
            let quiet = args.quiet;
            let programs = Programs { jobs: args.threads.map(usize::from), logs: None, replicates: false };
            train_on(executor, loaded, Training { curves, quiet, programs, ..Training::default() }).map(Ok)
        }
        Source::Results { experiment, grid, folder } => {
            let read = || -> Result<Study, String> {
                store::verify_manifest(folder).map_err(|error| error.to_string())?;
                let study = store::read(folder).map_err(|error| error.to_string())?;
                store::align(study, experiment, grid).map_err(|error| format!("{}: {error}", folder.display()))
            };
            Ok(read())
        }
    }
}

/// Holds an outcome against the expectations and the baseline.
fn judge(args: &Args, one: &Ready, study: Result<&Study, &String>) -> Checked {
    let experiment = one.source.experiment();
    let place = match experiment.blocks.first() {
        Some(block) => Place::of(experiment, block.span),
        None => Place { file: one.source.experiment().base_dir.clone(), line: 1 },
    };
    let empty = Study::default();
    let (study, unusable) = match study {
        Ok(study) => (study, None),
        Err(why) => (&empty, Some(Against::NoResults(why.clone()))),
    };
    let against = || match &one.baseline {
        Baseline::Missing(against) => against.clone(),
        Baseline::Found { folder, study: before, spec } => {
            let comparison = check::compare(before, study, one.fail_on, Strictness::Settings);
            let comparison = match spec {
                Some(spec) => comparison.between(spec, experiment),
                None => comparison,
            };
            Against::Baseline { folder: folder.clone(), comparison, lenient: args.baseline.baseline_lenient }
        }
    };
    let failed = study.runs.iter().enumerate().filter(|(_, run)| run.status == Status::Failed);
    Checked {
        name: experiment.name.clone(),
        spec: experiment.sources.first().map(|source| source.path.clone()).unwrap_or_default(),
        runs: study.runs.len(),
        failed: failed.map(|(number, run)| (number, run.reason.as_deref().unwrap_or_default().to_owned())).collect(),
        judgments: if unusable.is_some() { Vec::new() } else { check::judge(experiment, study) },
        against: unusable.unwrap_or_else(against),
        place,
    }
}
