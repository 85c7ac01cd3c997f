//! [`Executor`]: carries out groups of runs; and how the groups of a plan are spread over threads.
//!
//! Owns rayon. What panics is a failed run with its reason, and the others go on.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::plan::{Part, Plan};
use super::quiet;
use super::sink::Sink;
use super::tasks::Task;
use crate::event::{Event, Listener};
use crate::outcome::Status;
use crate::record::Finished;

/// Carries out runs.
pub trait Executor: Sync {
    /// Splits a part of a plan into tasks for so many threads, in the order in which they are to be started; asked once, before
    /// any of them is carried out.
    fn tasks(&self, plan: &Plan<'_>, part: Part<'_>, _threads: usize) -> Vec<Task> {
        part.runs(plan).map(Task::of_one).collect()
    }

    /// On how many threads tasks of this plan are carried out; `None` leaves it to whoever asks.
    fn threads(&self, _plan: &Plan<'_>) -> Option<usize> {
        None
    }

    /// Carries out a task. A run that cannot be carried out is [`Plan::failed`]; a panic is caught. The outcome of a run must not
    /// hang on the other runs of its task.
    /// `interrupted` is told how many steps have been trained since the last time.
    ///
    /// # Errors
    /// When `interrupted` said so.
    fn carry_out(
        &self,
        plan: &Plan<'_>,
        task: &Task,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted>;
}

/// On how many threads, who may stop it, and who is told; none of it changes a single bit of the results.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Threads; 0 is as many as the pool of the caller has, by default one per core.
    pub threads: usize,
    /// Set it to give up.
    pub interrupted: &'a AtomicBool,
    /// Who is told.
    pub listener: Listener<'a>,
}

impl Default for Options<'_> {
    /// The caller's threads; nobody listens and nobody interrupts.
    fn default() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Options { threads: 0, interrupted: &NEVER, listener: &|_| {} }
    }
}

/// It was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Why a plan was not carried out to its end.
#[derive(Debug)]
pub enum Stopped {
    /// It was given up.
    Interrupted,
    /// The sink could not keep what was finished.
    Lost(io::Error),
}

impl From<Interrupted> for Stopped {
    fn from(Interrupted: Interrupted) -> Stopped {
        Stopped::Interrupted
    }
}

/// Carries out a part of a plan; the sink takes runs as they finish.
///
/// # Errors
/// When interrupted, or when the sink cannot keep what was finished.
pub fn carry_out(
    plan: &Plan<'_>,
    part: Part<'_>,
    executor: &dyn Executor,
    sink: &mut dyn Sink,
    options: &Options<'_>,
) -> Result<(), Stopped> {
    let mut here = || carry_out_here(plan, part, executor, sink, options);
    let threads = executor.threads(plan).unwrap_or(options.threads);
    if threads == 0 {
        return here();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(here),
        // The system grants no threads of our own; the global pool (or this thread) does as well.
        Err(_) => here(),
    }
}

fn carry_out_here(
    plan: &Plan<'_>,
    part: Part<'_>,
    executor: &dyn Executor,
    sink: &mut dyn Sink,
    options: &Options<'_>,
) -> Result<(), Stopped> {
    let threads = rayon::current_num_threads();
    let tasks = executor.tasks(plan, part, threads);
    // For the progress bar, so that the steps of one run may stand for those of its group.
    let budget = |task: &Task| plan.steps(task.runs[0]).saturating_mul(task.runs.len() as u64);
    let steps = tasks.iter().map(budget).fold(0, u64::saturating_add);
    (options.listener)(Event::Started { runs: part.len(plan) as u64, threads, steps });
    let sink = Mutex::new(sink);
    let (next, is_lost) = (AtomicUsize::new(0), AtomicBool::new(false));

    let one = |task: &Task| -> Result<(), Stopped> {
        let told = AtomicU64::new(0);
        let tell = |steps: u64| {
            told.fetch_add(steps, Ordering::Relaxed);
            (options.listener)(Event::Trained { steps });
        };
        let interrupted = |steps: u64| {
            if steps > 0 {
                tell(steps);
            }
            options.interrupted.load(Ordering::Relaxed) || is_lost.load(Ordering::Relaxed)
        };
        let finished = without_panics(plan, executor, task, &interrupted)?;
        tell(budget(task).saturating_sub(told.load(Ordering::Relaxed)));
        let count = |status| finished.runs.iter().filter(|run| run.status == status).count() as u64;
        let event = Event::Finished {
            runs: finished.runs.len() as u64,
            steps: finished.runs.iter().map(|run| run.trained_steps).sum(),
            diverged: count(Status::Diverged),
            failed: count(Status::Failed),
        };
        let taken = sink.lock().unwrap_or_else(PoisonError::into_inner).take(&task.runs, finished);
        (options.listener)(event);
        taken.map_err(|error| {
            is_lost.store(true, Ordering::Relaxed);
            Stopped::Lost(error)
        })
    };
    // Every thread takes the next task as soon as it has done its last one.
    let work_through = || std::iter::from_fn(|| tasks.get(next.fetch_add(1, Ordering::Relaxed))).try_for_each(one);
    let ends = rayon::broadcast(|_| work_through());
    (options.listener)(Event::Ended);
    // A thread that stopped because another one could not keep its runs was not interrupted by anybody.
    let stopped = ends.into_iter().filter_map(Result::err);
    match stopped.min_by_key(|stopped| matches!(stopped, Stopped::Interrupted)) {
        Some(stopped) => Err(stopped),
        None => Ok(()),
    }
}

/// Carries out a task. Of a group that panics every run is tried alone, so that only those fail that panic by themselves.
fn without_panics(
    plan: &Plan<'_>,
    executor: &dyn Executor,
    task: &Task,
    interrupted: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Finished, Interrupted> {
    // What a panic may leave half done belongs to the task alone.
    match quiet::quietly(|| catch_unwind(AssertUnwindSafe(|| executor.carry_out(plan, task, interrupted)))) {
        Ok(finished) => finished,
        Err(panic) => match task.runs[..] {
            [run] => Ok(plan.failed(run, &reason(&*panic))),
            _ => task.runs.iter().try_fold(Finished::default(), |mut all, &run| {
                all.append(without_panics(plan, executor, &task.only(run), interrupted)?);
                Ok(all)
            }),
        },
    }
}

/// What a panic says, in one line.
fn reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words: Vec<&str> = text.unwrap_or("no message").split_whitespace().collect();
    format!("panicked: {}", words.join(" "))
}
