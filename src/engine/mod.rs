//! Trains a grid: groups runs into lanes, spreads the groups over threads, and puts the results in order.
//!
//! Owns rayon; knows nothing of terminals and files (but for the data that problems load).

mod boundary;
mod finish;
mod prepare;
mod tasks;
mod work;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use boundary::boundary;
use finish::{Finished, Finisher, Layout, Results};
use prepare::with_model;
pub use prepare::{PrepareError, PrepareErrorKind, Prepared, Problem};
pub use tasks::MOST_LANES;
use tasks::{Task, tasks};
pub use work::{Work, work};

use crate::data::SharedOrders;
use crate::event::{Event, Listener};
use crate::grid::Grid;
use crate::outcome::Status;
use crate::problem::Model as _;
use crate::random::Key;
use crate::record::{LandscapePoint, Study};
use crate::spec::Setup;
use crate::train::{self, Detail, Group, Lane};

/// How a grid is trained; none of it changes a single bit of the results.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Threads; 0 is as many as the pool of the caller has, by default one per core.
    pub threads: usize,
    /// Train on scalars only, whatever vectors the machine has.
    pub scalar: bool,
    /// At most so many runs in one group of lanes.
    pub most_lanes: usize,
    /// What is kept of curves.
    pub curves: Detail,
    /// At most so many runs keep a curve, evenly chosen.
    pub most_curves: usize,
    /// Set it to give up.
    pub interrupted: &'a AtomicBool,
    /// Who is told.
    pub listener: Listener<'a>,
}

impl Default for Options<'_> {
    /// The caller's threads, thinned curves of at most 2000 runs; nobody listens and nobody interrupts.
    fn default() -> Self {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Options {
            threads: 0,
            scalar: false,
            most_lanes: MOST_LANES,
            curves: Detail::Thinned,
            most_curves: 2000,
            interrupted: &NEVER,
            listener: &|_| {},
        }
    }
}

/// Training was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Trains all runs of a grid.
///
/// # Errors
/// When interrupted.
pub fn run(grid: &Grid, prepared: &Prepared, options: &Options<'_>) -> Result<Study, Interrupted> {
    if options.threads == 0 {
        return run_here(grid, prepared, options);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    match pool {
        Ok(pool) => pool.install(|| run_here(grid, prepared, options)),
        // The system grants no threads of our own; the global pool (or this thread) does as well.
        Err(_) => run_here(grid, prepared, options),
    }
}

fn run_here(grid: &Grid, prepared: &Prepared, options: &Options<'_>) -> Result<Study, Interrupted> {
    let threads = rayon::current_num_threads();
    (options.listener)(Event::Started { runs: grid.runs.len() as u64, threads });
    let tasks = tasks(grid, prepared, threads, options.most_lanes);
    let every = grid.runs.len().div_ceil(options.most_curves.max(1)).max(1);
    let keeps_curve = |run: u32| options.most_curves > 0 && (run as usize).is_multiple_of(every);
    let layout = Layout::new(grid, prepared);
    let orders = SharedOrders::default();
    for task in &tasks {
        let settings = &grid.runs[task.runs[0] as usize].settings;
        let (setup, problem) = problem_of(grid, prepared, task.runs[0]);
        if let Some(schedule) = problem.schedule(settings.batch_size, setup).filter(|s| !s.is_full_batch()) {
            orders.announce(&schedule, order_seed(setup, settings.seed));
        }
    }
    let results = Mutex::new(Results::new(grid, &layout));

    let train = |task: &Task| {
        let finished =
            train_task(grid, problem_of(grid, prepared, task.runs[0]), task, keeps_curve, &layout, &orders, options)?;
        let runs = &finished.runs;
        let steps = runs.iter().map(|run| run.trained_steps).sum();
        let diverged = runs.iter().filter(|run| run.status == Status::Diverged).count() as u64;
        (options.listener)(Event::Finished { runs: runs.len() as u64, steps, diverged });
        results.lock().unwrap_or_else(PoisonError::into_inner).place(&task.runs, finished);
        Some(())
    };
    // Every thread takes the next task as soon as it has done its last one.
    let next = AtomicUsize::new(0);
    let work_through =
        || std::iter::from_fn(|| tasks.get(next.fetch_add(1, Ordering::Relaxed))).try_for_each(train).is_some();
    let all_trained = rayon::broadcast(|_| work_through()).into_iter().all(|done| done);
    (options.listener)(Event::Ended);
    if !all_trained {
        return Err(Interrupted);
    }
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Study {
        axes: Arc::clone(&grid.axes),
        measures: layout.measures.iter().map(|measure| measure.name().to_owned()).collect(),
        landscape: landscape(prepared),
        notes: prepared.notes.clone(),
        ..results.study()
    })
}

/// The seed of the order of examples; `None` where all seeds share it.
fn order_seed(setup: &Setup, seed: u64) -> Option<u64> {
    setup.streams.order.then_some(seed)
}

/// The stream of initial parameters; the same for all seeds where they share it.
fn init_key(setup: &Setup, seed: u64) -> Key {
    if setup.streams.init { Key::new("init").number("seed", seed) } else { Key::new("init") }
}

/// What a run trains on, and how.
fn problem_of<'a>(grid: &'a Grid, prepared: &'a Prepared, run: u32) -> (&'a Setup, &'a Problem) {
    let run = &grid.runs[run as usize];
    let problem = prepared.problem_of(run.setup, run.settings.seed);
    (&grid.setups[run.setup as usize], &prepared.problems[problem])
}

/// Trains one group; `None` if interrupted.
fn train_task(
    grid: &Grid,
    (setup, problem): (&Setup, &Problem),
    task: &Task,
    keeps_curve: impl Fn(u32) -> bool,
    layout: &Layout,
    orders: &SharedOrders,
    options: &Options<'_>,
) -> Option<Finished> {
    let first = &grid.runs[task.runs[0] as usize];
    let draw =
        |seed: u64| -> Arc<[f64]> { with_model!(problem, model => model.initial(&init_key(setup, seed))).into() };
    let mut last = (first.settings.seed, draw(first.settings.seed));
    let lanes = task.runs.iter().map(|&number| {
        let settings = &grid.runs[number as usize].settings;
        if last.0 != settings.seed {
            last = (settings.seed, draw(settings.seed));
        }
        Lane {
            learning_rate: settings.learning_rate,
            momentum: settings.momentum,
            initial: Arc::clone(&last.1),
            keeps_curve: keeps_curve(number),
        }
    });
    let group = Group {
        lanes: lanes.collect(),
        schedule: problem.schedule(first.settings.batch_size, setup),
        order_seed: order_seed(setup, first.settings.seed),
        orders: Some(orders),
        optimizer: setup.optimizer,
        stop: &setup.stop,
        detail: options.curves,
        keeps_parameters: false,
        interrupted: &|| options.interrupted.load(Ordering::Relaxed),
    };
    let arch = if options.scalar { pulp::Arch::Scalar } else { pulp::Arch::new() };
    let outcomes = with_model!(problem, model => train::train(arch, model, &group))?;
    let finisher = Finisher::new(problem, setup, group.schedule.as_ref(), layout);
    let mut finished = Finished::default();
    for (&number, outcome) in task.runs.iter().zip(outcomes) {
        finisher.finish(number, &grid.runs[number as usize], outcome, &mut finished);
    }
    Some(finished)
}

/// The loss around the minimum of a problem with one parameter, when all runs share it.
fn landscape(prepared: &Prepared) -> Vec<LandscapePoint> {
    let [problem] = &prepared.problems[..] else { return Vec::new() };
    let Problem::Parabola(parabola) = &**problem else { return Vec::new() };
    let reach = 1.5 * (parabola.start - parabola.minimum).abs().max(f64::MIN_POSITIVE);
    (-100..=100)
        .map(|i| parabola.minimum + reach * f64::from(i) / 100.0)
        .map(|w| LandscapePoint { w, loss: parabola.loss(w) })
        .collect()
}
