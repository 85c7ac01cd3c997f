//! `goldilocks run`: train a spec's runs, write tables and plots, print the summary.

use std::io::stdout;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::load::{Loaded, SpecArgs};
use super::look::LookArgs;
use super::sweep::{self, ResumeArgs, Sweep};
use super::train::{Training, plan, use_threads};
use super::{FAILED, Failure, interrupt, terminal};
use crate::engine::{Executor, Lanes, MOST_LANES, Part};
use crate::outcome::Status;
use crate::report::plot::{self, Look};
use crate::report::text;
use crate::store::{self, Execution, Header, Journal, Share};
use crate::train::Detail;
use crate::{fs, record::Study};

/// Train the runs of a spec; write tables and plots, print a summary
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks run experiments/learning-rate.toml
  goldilocks run study.toml --set 'grid.learning_rate=[0.1, 0.2]' --out /tmp/try
  goldilocks run study.toml --threads 1 --curves all --format svg

Results go to results/<name>/, which is replaced as a whole once the new results are complete; other files in it
stay. Results of another grid are replaced only with `--force`.
What is finished is kept while the sweep goes on: interrupted or killed, the same command goes on where it stopped.
The same spec gives the same tables, byte for byte, whatever the number of threads.")]
pub(super) struct Args {
    #[command(flatten)]
    spec: SpecArgs,

    /// The folder for the results [default: results/NAME]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Replace the results of another grid too
    #[arg(long)]
    force: bool,

    /// Threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// What to keep of curves [default: what the spec says, else thinned]
    #[arg(long, value_name = "DETAIL", value_parser = detail())]
    curves: Option<Detail>,

    #[command(flatten)]
    resume: ResumeArgs,

    #[command(flatten)]
    look: LookArgs,

    /// Draw no plots
    #[arg(long)]
    no_plots: bool,

    /// Use no vector instructions (slower; the results have the same bits)
    #[arg(long)]
    scalar: bool,

    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

/// Reads one of the words of [`Detail`].
fn detail() -> impl TypedValueParser<Value = Detail> {
    let about = |detail: Detail| match detail {
        Detail::Thinned => "About ten per decade of steps",
        Detail::All => "Every evaluation",
        Detail::None => "Nothing",
    };
    let words = Detail::ALL.map(|detail| PossibleValue::new(detail.name()).help(about(detail)));
    PossibleValuesParser::new(words).try_map(|word| Detail::from_name(&word).ok_or("not one of these words"))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    run_on(&Lanes::new(args.scalar, MOST_LANES), args)
}

/// The same on any executor.
pub(super) fn run_on(executor: &dyn Executor, args: &Args) -> Result<u8, Failure> {
    let started = Instant::now();
    use_threads(args.threads);
    let loaded = args.spec.load_unjudged()?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&loaded.experiment.name));
    if !args.force {
        let overrides = &args.spec.overrides;
        let extends = args.resume.extend;
        store::same_grid(&out, &loaded.experiment, overrides, &loaded.grid, extends).map_err(Failure::bad_input)?;
    }
    let mut staging = store::stage(&out).map_err(Failure::bad_input)?;
    let loading = started.elapsed();

    let (study, header, journal) = train(executor, &loaded, args, &staging.journal(), &out)?;
    staging.outlives_journal();
    let training = started.elapsed() - loading;
    // A large grid is no small thing to keep while its tables are made.
    let experiment = loaded.experiment;
    drop((loaded.grid, loaded.prepared));

    let overrides = &args.spec.overrides;
    store::write_spec(experiment.text(), overrides, staging.path()).map_err(Failure::lost_output)?;
    store::write_tables(&study, staging.path()).map_err(Failure::lost_output)?;
    let tables = started.elapsed() - training - loading;
    if !args.no_plots {
        write_plots(&study, args.look.into(), staging.path())?;
    }
    let plots = started.elapsed() - tables - training - loading;
    let phases = vec![("load", loading), ("train", training), ("tables", tables), ("plots", plots)];
    let execution = Execution {
        name: study.name.clone(),
        spec_hash: blake3::hash(experiment.text().as_bytes()).to_hex()[..16].to_owned(),
        runs: study.runs.len(),
        plan: header,
        threads: rayon::current_num_threads(),
        phases,
    };
    store::write_execution(&execution, staging.path()).map_err(Failure::lost_output)?;
    let summary = text::summary(&study, &out, terminal::width(), terminal::is_colored(&stdout()));
    interrupt::finish(staging)?;
    drop(journal);

    if !args.quiet {
        terminal::print_page(&summary)?;
    }
    let failed = study.runs.iter().any(|run| run.status == Status::Failed);
    Ok(if failed { FAILED } else { 0 })
}

/// Trains what is not finished yet.
fn train(
    executor: &dyn Executor,
    loaded: &Loaded,
    args: &Args,
    journal: &Path,
    results: &Path,
) -> Result<(Study, Header, Journal), Failure> {
    let plan = plan(loaded, Training { curves: args.curves, ..Training::default() });
    let header = sweep::header(&plan, &args.spec.overrides, Share::ALL);
    let sweep = Sweep {
        plan: &plan,
        part: Part::All,
        header: header.clone(),
        journal,
        results,
        resume: args.resume,
        quiet: args.quiet,
    };
    let (study, journal) = sweep.study(executor)?;
    Ok((study, header, journal))
}

/// Writes the plots that make sense for a study.
pub(super) fn write_plots(study: &Study, look: Look, folder: &Path) -> Result<(), Failure> {
    let plots = plot::plots(study, look).map_err(|error| Failure::lost_output(format!("cannot draw: {error}")))?;
    plots.iter().try_for_each(|(name, bytes)| fs::write(&folder.join(name), bytes)).map_err(Failure::lost_output)
}
