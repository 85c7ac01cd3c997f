//! `goldilocks retrain`: what `verify` starts in another process. Trains some runs of a spec and prints their trajectories.

use super::load::SpecArgs;
use super::programs::Programs;
use super::train::{Training, train, use_threads};
use super::{Failure, terminal};
use crate::engine::MOST_LANES;
use crate::record::{Curve, Run, Study};
use crate::train::Detail;

/// Train the runs whose numbers come by standard input, and print their trajectories (for `verify`)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) spec: SpecArgs,

    /// Threads
    #[arg(long)]
    pub(super) threads: Option<u16>,

    /// Runs in a group of lanes
    #[arg(long, default_value_t = MOST_LANES)]
    pub(super) most_lanes: usize,

    /// Use no vector instructions
    #[arg(long)]
    pub(super) scalar: bool,

    /// Print every evaluation of the runs
    #[arg(long)]
    pub(super) steps: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    use_threads(args.threads);
    let mut loaded = args.spec.load()?;
    loaded.grid = loaded.grid.only(&numbers()?);
    loaded.experiment.max_curves = u64::MAX;
    let training = Training {
        most_lanes: args.most_lanes,
        scalar: args.scalar,
        curves: Some(if args.steps { Detail::All } else { Detail::None }),
        quiet: true,
        programs: Programs { jobs: args.threads.map(usize::from), logs: None, replicates: false },
    };
    let study = train(&loaded, training)?;
    terminal::print(&if args.steps { steps(&study) } else { hashes(&study) })?;
    Ok(0)
}

/// The numbers of the runs, which come by standard input, a line each.
fn numbers() -> Result<Vec<u32>, Failure> {
    let text = std::io::read_to_string(std::io::stdin()).map_err(Failure::bad_input)?;
    text.lines().map(|line| line.parse().map_err(|_| Failure::bad_input(format!("`{line}` is not a run")))).collect()
}

/// A line per run: what `verify` compares.
pub(super) fn hashes(study: &Study) -> String {
    study.runs.iter().map(|run| hash(run) + "\n").collect()
}

fn hash(run: &Run) -> String {
    let steps = run.steps.map_or(String::from("-"), |steps| steps.to_string());
    format!("{:016x} {:016x} {} {steps} {}", run.id, run.trajectory, run.status, run.trained_steps)
}

/// A line per run and evaluation: the step and the bits of the loss.
pub(super) fn steps(study: &Study) -> String {
    let line = |curve: &Curve| -> String {
        let points = curve.steps.iter().zip(&curve.loss);
        points.map(|(step, loss)| format!("{} {step} {:016x}\n", curve.run, loss.to_bits())).collect()
    };
    study.curves.iter().map(line).collect()
}
