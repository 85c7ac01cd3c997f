//! `goldilocks run`: train a spec's runs, write tables and plots, print the summary.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::Failure;
use super::load::SpecArgs;
use super::look::LookArgs;
use super::programs::{self, Programs};
use super::results::{self, Output, Timer};
use super::shard::{self, ShardArgs};
use super::sweep::{self, Manner, ResumeArgs, Sweep};
use super::train::{Training, plan, use_threads};
use crate::engine::{Executor, Lanes, MOST_LANES, Part};
use crate::report::progress::Form;
use crate::store::{self, Share};
use crate::train::Detail;

/// Train the runs of a spec; write tables and plots, print a summary
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks run experiments/learning-rate.toml
  goldilocks run study.toml --set 'grid.learning_rate=[0.1, 0.2]' --out /tmp/try
  goldilocks run study.toml --threads 1 --curves all --format svg
  goldilocks run study.toml --shard 3/8 --out DIR              (then `goldilocks merge DIR`)

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

    /// Threads [default: what a scheduler or the system allots, else one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// What to keep of curves [default: what the spec says, else thinned]
    #[arg(long, value_name = "DETAIL", value_parser = detail())]
    curves: Option<Detail>,

    #[command(flatten)]
    shard: ShardArgs,

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

    /// How to show progress: a bar where there is a terminal, lines of JSON on standard error, or nothing
    #[arg(long, value_name = "FORM", default_value = "auto", value_parser = form_parser())]
    progress: Form,

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

fn form_parser() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::WORDS).try_map(|word| Form::from_name(&word).ok_or("not one of these words"))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    run_on(&Lanes::new(args.scalar, MOST_LANES), args)
}

/// The same on any executor.
pub(super) fn run_on(executor: &dyn Executor, args: &Args) -> Result<u8, Failure> {
    let mut timer = Timer::start();
    use_threads(args.threads);
    let share = args.shard.shard.as_ref().map(|_| args.shard.share()).transpose()?;
    let loaded = args.spec.load_unjudged(args.curves)?;
    programs::check(&loaded.experiment, &loaded.prepared)?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&loaded.experiment.name));
    if !args.force {
        let overrides = &args.spec.overrides;
        let extends = args.resume.extend;
        store::same_grid(&out, &loaded.experiment, overrides, &loaded.grid, extends).map_err(Failure::bad_input)?;
    }
    let plan = plan(&loaded, Training { curves: args.curves, ..Training::default() });
    let logs = programs::logs(&out);
    let manner = Manner {
        resume: args.resume,
        quiet: args.quiet,
        progress: if args.quiet && args.progress == Form::Auto { Form::None } else { args.progress },
        programs: Programs { jobs: args.threads.map(usize::from), logs: Some(&logs), replicates: share.is_none() },
    };
    if let Some(share) = share {
        return shard::run_on(executor, &plan, &args.spec, share, &out, manner);
    }
    let mut staging = store::stage(&out).map_err(Failure::bad_input)?;
    timer.lap("load");

    let header = sweep::header(&plan, &args.spec, Share::ALL, &[]);
    let journal = &staging.journal();
    let quiet = args.quiet;
    let sweep = Sweep { plan: &plan, part: Part::All, header: header.clone(), journal, results: &out, manner };
    // The journal is brought to the disk while tables are written.
    let (study, _journal) = sweep.study(executor)?;
    let has_programs = loaded.experiment.has_programs();
    let failures = if has_programs { programs::failures(&study, &logs) } else { String::new() };
    staging.outlives_journal();
    timer.lap("train");
    // A large grid is no small thing to keep while its tables are made.
    drop(sweep);
    drop(plan);
    drop(loaded);

    let plots = (!args.no_plots).then(|| args.look.into());
    let output = Output { folder: &out, plots, quiet, failures: &failures };
    results::write(&study, header, staging, &output, timer)
}
