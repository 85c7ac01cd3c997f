//! Training for the verbs that train: threads, progress, Ctrl-C.

use std::sync::Mutex;

use super::Failure;
use super::interrupt::{GIVEN_UP, given_up};
use super::load::Loaded;
use super::programs::{Programs, with_executor};
use crate::engine::{self, Executor, Interrupted, Lanes, MOST_LANES, Options, Plan};
use crate::record::Study;
use crate::report::progress::Progress;
use crate::train::Detail;

/// How to train; none of it changes a single bit of the results.
#[derive(Debug, Clone, Copy)]
pub(super) struct Training<'a> {
    /// What to keep of curves; `None` is what the spec says.
    pub(super) curves: Option<Detail>,
    /// Use no vector instructions.
    pub(super) scalar: bool,
    /// At most so many runs in a group of lanes.
    pub(super) most_lanes: usize,
    /// Show no progress.
    pub(super) quiet: bool,
    /// How programs are carried out, where runs are such.
    pub(super) programs: Programs<'a>,
}

impl Default for Training<'_> {
    fn default() -> Self {
        let programs = Programs::default();
        Training { curves: None, scalar: false, most_lanes: MOST_LANES, quiet: false, programs }
    }
}

/// Says how many threads this process uses, for loading and writing as for training; to be called before there is any work.
pub(super) fn use_threads(threads: Option<u16>) {
    // What the affinity and the quota of a container grant, else what the machine has.
    let granted = || std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = threads.map_or_else(|| allotted(|name| std::env::var(name).ok(), granted()), usize::from);
    let pool = rayon::ThreadPoolBuilder::new();
    // A pool that fails to start cannot be built a second time, so the threads are tried first.
    let pool = match can_start(wanted) {
        true => pool.num_threads(wanted),
        false => pool.num_threads(1).use_current_thread(),
    };
    // A pool that is there already does as well.
    let _ = pool.build_global();
}

/// Where schedulers say how many processors a task may use, the closest first.
const ALLOTTED: [&str; 3] = ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NSLOTS"];

/// How many threads a scheduler allots, but never more than the system grants.
fn allotted(variable: impl Fn(&str) -> Option<String>, granted: usize) -> usize {
    let number = |name| variable(name)?.trim().parse::<usize>().ok().filter(|threads| *threads > 0);
    ALLOTTED.into_iter().find_map(number).map_or(granted, |allotted| allotted.min(granted))
}

/// Whether the system grants so many threads at a time.
fn can_start(threads: usize) -> bool {
    let barrier = Mutex::new(());
    std::thread::scope(|scope| {
        let _waiting = barrier.lock();
        let wait = || drop(barrier.lock());
        (0..threads).all(|_| std::thread::Builder::new().spawn_scoped(scope, wait).is_ok())
    })
}

/// Trains the grid, with a progress bar; Ctrl-C gives up and leaves old results as they are.
pub(super) fn train(loaded: &Loaded, training: Training<'_>) -> Result<Study, Failure> {
    train_on(&Lanes::new(training.scalar, training.most_lanes), loaded, training)
}

/// The same on any executor.
pub(super) fn train_on(executor: &dyn Executor, loaded: &Loaded, training: Training<'_>) -> Result<Study, Failure> {
    carry_out(executor, &plan(loaded, training), training.programs, &Progress::new(training.quiet))
}

/// The plan of a grid.
pub(super) fn plan<'a>(loaded: &'a Loaded, training: Training<'_>) -> Plan<'a> {
    let Loaded { experiment, grid, prepared } = loaded;
    let mut plan = Plan::new(experiment, grid, prepared);
    plan.curves = training.curves.unwrap_or(plan.curves);
    plan
}

/// Carries out a plan, and shows how it gets on.
fn carry_out(
    executor: &dyn Executor,
    plan: &Plan<'_>,
    programs: Programs<'_>,
    progress: &Progress,
) -> Result<Study, Failure> {
    let listener = |event| progress.tell(event);
    let options = Options { threads: 0, interrupted: &GIVEN_UP, listener: &listener };
    let run = |executor: &dyn Executor| engine::run(plan, executor, &options);
    let (study, notes) = with_executor(executor, plan, programs, &options, run)?;
    let mut study = study.map_err(|Interrupted| given_up())?;
    study.notes.extend(notes);
    Ok(study)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_what_is_allotted_and_no_more_than_is_granted() {
        let with = |set: &'static [(&str, &str)]| {
            let variable =
                |name: &str| set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
            allotted(variable, 8)
        };
        assert_eq!(with(&[]), 8);
        assert_eq!(with(&[("NSLOTS", "3")]), 3);
        assert_eq!(with(&[("NSLOTS", "3"), ("SLURM_CPUS_ON_NODE", "4")]), 4);
        assert_eq!(with(&[("SLURM_CPUS_ON_NODE", "4"), ("SLURM_CPUS_PER_TASK", "2")]), 2);
        assert_eq!(with(&[("SLURM_CPUS_PER_TASK", "64")]), 8);
        assert_eq!(with(&[("SLURM_CPUS_PER_TASK", "0"), ("NSLOTS", "many")]), 8);
    }
}
