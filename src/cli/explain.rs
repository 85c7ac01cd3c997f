//! `goldilocks explain`: why a run ended as it did, from the files of a results folder alone.

use std::path::{Path, PathBuf};

use super::{Failure, load, terminal};
use crate::check::{self, Target};
use crate::grid;
use crate::record::{Axis, Study};
use crate::report::text;
use crate::spec::{self, Setup};
use crate::store;
use crate::train::Criterion;

/// Tell in plain sentences why a run ended as it did; reads a results folder, trains nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks explain results/learning-rate 7
  goldilocks explain results/batch-size 5b0c4a9d1e2f3a4b
  goldilocks explain results/batch-size learning_rate=0.1,batch_size=full,seed=3

Exit codes: 0 explained, 2 a bad argument, or results that cannot be read.")]
pub(super) struct Args {
    /// A results folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The run: its number, the 16 digits of its identity (columns `run` and `id` of runs.csv), or its settings, such as
    /// `learning_rate=0.7,seed=3`
    #[arg(value_name = "RUN")]
    run: String,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let study = store::read(&args.folder).map_err(Failure::bad_input)?;
    let run = find(&study, args)?;
    let targets = targets(&args.folder, study.runs[run].id);
    let sentences = check::explain(&study, run, &targets).map_or_else(Vec::new, |about| text::explanation(&about));
    terminal::print(&format!("{}\n", sentences.join("\n")))?;
    Ok(0)
}

/// The run that is meant, by its number, its identity or its settings.
fn find(study: &Study, args: &Args) -> Result<usize, Failure> {
    let text = &args.run;
    if text.contains(['=', '<', '>']) {
        return with_settings(study, text);
    }
    let by_id = || {
        let id = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16)?;
        study.runs.iter().position(|run| run.id == id)
    };
    by_id().or_else(|| text.parse().ok().filter(|number| *number < study.runs.len())).ok_or_else(|| {
        let last = study.runs.len().saturating_sub(1);
        let folder = args.folder.display();
        Failure::bad_input(format!(
            "{folder} has no run `{text}`\nhelp: its runs are 0 to {last}; or give an id of runs.csv, or settings such as \
             `learning_rate=0.7,seed=3`"
        ))
    })
}

/// The one run with these settings.
fn with_settings(study: &Study, text: &str) -> Result<usize, Failure> {
    let conditions = spec::parse_conditions(text).map_err(|diagnostics| load::invalid(&diagnostics))?;
    let selected = grid::select(&study.axes, study.runs.len(), &conditions).map_err(Failure::bad_input)?;
    let runs: Vec<usize> = (0..selected.len()).filter(|run| selected[*run]).collect();
    let differ = |axis: &&Axis| runs.iter().any(|run| axis.value(*run) != axis.value(runs[0]));
    match runs.as_slice() {
        [run] => Ok(*run),
        [] => Err(Failure::bad_input(format!("no run has {text}\nhelp: the axes and their values are in runs.csv"))),
        [first, ..] => {
            let missing = study.axes.iter().filter(differ).map(|axis| format!(",{}={}", axis.path, axis.value(*first)));
            let missing: String = missing.collect();
            let count = runs.len();
            Err(Failure::bad_input(format!("{count} runs have {text}\nhelp: name one, such as `{text}{missing}`")))
        }
    }
}

/// A spec of more points is not expanded to explain one run.
const MOST_POINTS: u128 = 10_000_000;

/// What the run was to reach, by the copy of the spec beside the tables; nothing if that is not there or of another version.
fn targets(folder: &Path, id: u64) -> Vec<Target> {
    let setup = || -> Option<Setup> {
        let experiment = store::read_spec(folder)?;
        // The copy may have been changed since, into one of no end of runs.
        if grid::count(&experiment) > MOST_POINTS {
            return None;
        }
        let grid = grid::expand(&experiment).ok()?;
        let run = grid.runs.iter().find(|run| run.id == id)?;
        grid.setups.get(run.setup as usize).cloned()
    };
    let criteria = setup().and_then(|setup| setup.stop.converged).map_or(Vec::new(), |converged| converged.criteria);
    criteria.into_iter().filter_map(target).collect()
}

fn target(criterion: Criterion) -> Option<Target> {
    let (value, relative) = match criterion {
        Criterion::RelativeGap(share) | Criterion::Distance(share) => (share, true),
        Criterion::Loss(value)
        | Criterion::Gap(value)
        | Criterion::GradientNorm(value)
        | Criterion::TestLoss(value)
        | Criterion::TestAccuracy(value)
        | Criterion::Accuracy(value) => (value, false),
        Criterion::Plateau { .. } => return None,
    };
    Some(Target { measure: criterion.measure().name().to_owned(), value, relative })
}
