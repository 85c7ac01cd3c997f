//! [`Plan`]: what is to be done, fixed on the whole grid before anything is trained.
//!
//! Owns all that depends on a run's place in the grid: which runs keep curves, the columns of all problems, which pictures are made.
//! Any part of a plan can be carried out anywhere, in any order, and gives the same bytes.

use super::prepare::Prepared;
use crate::data::{Batches, Sampling};
use crate::grid::{self, Grid};
use crate::metric::{FALSE_CONVERGENCE, LATER_DROP, RESOLUTION, STABILITY_LIMIT};
use crate::outcome::Status;
use crate::problem::{Measure, Measures, Problem};
use crate::random::Key;
use crate::record::{Compact, Finished, Run};
use crate::spec::{Experiment, Setup};
use crate::train::{self, AfterConvergence, BatchSize, Budget, Detail, EvaluateEvery};

/// The version of the numerics: to be raised whenever a run gets other bits from the same settings and data.
const NUMERICS: u64 = 2;

/// What is to be done.
pub struct Plan<'a> {
    /// What the spec says.
    pub experiment: &'a Experiment,
    /// The runs.
    pub grid: &'a Grid,
    /// What they train on.
    pub prepared: &'a Prepared,
    /// What is told of every run.
    pub columns: Columns,
    /// What is kept of the curves of those runs that keep one.
    pub curves: Detail,
    /// Every so-manieth run keeps a curve; none does when zero.
    curve_every: usize,
}

/// Some runs of a plan.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// All of them.
    All,
    /// Those with these numbers, ascending.
    Runs(&'a [u32]),
}

/// What decides the results of a plan, apart so that it can be said what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// All resolved settings of all runs in their order, and what is recorded of them.
    pub settings: blake3::Hash,
    /// The contents of every input.
    pub inputs: blake3::Hash,
    /// The version of the numerics.
    pub numerics: u64,
}

impl Fingerprint {
    /// The plan's hash.
    pub fn hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"goldilocks plan 1").update(self.settings.as_bytes()).update(self.inputs.as_bytes());
        hasher.update(&self.numerics.to_le_bytes()).finalize()
    }
}

impl<'a> Plan<'a> {
    /// The plan of an experiment; curves are kept as its spec says.
    pub fn new(experiment: &'a Experiment, grid: &'a Grid, prepared: &'a Prepared) -> Plan<'a> {
        let (columns, curves) = (Columns::new(grid, prepared), experiment.curves);
        let plan = Plan { experiment, grid, prepared, columns, curves, curve_every: 0 };
        plan.with_curves(curves, usize::try_from(experiment.max_curves).unwrap_or(usize::MAX))
    }

    /// The same plan with other curves: those of at most `most` runs, evenly chosen.
    #[must_use]
    pub fn with_curves(self, curves: Detail, most: usize) -> Plan<'a> {
        let curve_every = if most == 0 { 0 } else { self.grid.runs.len().div_ceil(most).max(1) };
        Plan { curves, curve_every, ..self }
    }

    /// Whether a run keeps a curve.
    pub fn keeps_curve(&self, run: u32) -> bool {
        self.curve_every > 0 && (run as usize).is_multiple_of(self.curve_every)
    }

    /// What decides the results.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut settings = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            settings.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        self.grid.axes.iter().for_each(|axis| part(axis.path.as_bytes()));
        part(format!("{:?} {}", self.curves, self.curve_every).as_bytes());
        part(format!("{:?}", self.experiment.parameters).as_bytes());
        if let Some(pictures) = &self.experiment.boundary {
            part(format!("{:?}", pictures.epochs).as_bytes());
            let runs = grid::select(&self.grid.axes, self.grid.runs.len(), &pictures.conditions).unwrap_or_default();
            part(&runs.into_iter().map(u8::from).collect::<Vec<u8>>());
        }
        let runs = &self.grid.runs;
        settings.update(&(runs.len() as u64 * 8).to_le_bytes());
        let mut ids = Vec::new();
        for some in runs.chunks(1024) {
            ids.clear();
            some.iter().for_each(|run| ids.extend_from_slice(&run.id.to_le_bytes()));
            settings.update(&ids);
        }
        let mut inputs = blake3::Hasher::new();
        self.prepared.inputs.iter().for_each(|input| {
            inputs.update(input.contents.as_bytes());
        });
        Fingerprint { settings: settings.finalize(), inputs: inputs.finalize(), numerics: NUMERICS }
    }

    /// What is recorded of runs, whichever runs there are: only those recorded alike can stand in one study.
    pub fn recorded(&self) -> blake3::Hash {
        let mut recorded = blake3::Hasher::new();
        let measures = self.columns.measures.iter().map(|measure| measure.name().to_owned());
        let kinds = [format!("{:?}", self.curves), format!("{:?}", self.experiment.parameters)];
        for name in kinds.into_iter().chain(measures).chain([String::new()]).chain(self.columns.extras()) {
            recorded.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        }
        recorded.finalize()
    }

    /// What a run trains on, and how.
    pub fn problem_of(&self, run: u32) -> (&'a Setup, &'a Problem) {
        let run = &self.grid.runs[run as usize];
        (&self.grid.setups[run.setup as usize], &self.prepared.problems[self.prepared.problem_of(run)])
    }

    /// How a run walks through the examples; `None` where there are none.
    pub fn batches(&self, run: u32) -> Option<Batches> {
        let (setup, problem) = self.problem_of(run);
        batches(problem, self.grid.runs[run as usize].settings.batch_size, setup)
    }

    /// The steps of a run that spends its budget.
    pub fn steps(&self, run: u32) -> u64 {
        let batches = self.batches(run);
        let Budget { steps, epochs } = self.problem_of(run).0.stop.budget;
        let of_epochs = |epochs| batches.as_ref().map_or(epochs, |batches| batches.step_of_epoch(epochs));
        steps.into_iter().chain(epochs.map(of_epochs)).min().unwrap_or(0)
    }

    /// The row of a run that could not be carried out.
    pub fn failed(&self, run: u32, reason: &str) -> Finished {
        let run = Run { id: self.grid.runs[run as usize].id, reason: Some(reason.into()), ..not_carried_out() };
        let extras = vec![Compact::default(); self.columns.extras().len()];
        Finished { runs: vec![run], extras, ..Finished::default() }
    }
}

impl Part<'_> {
    /// How many runs it has.
    pub fn len(self, plan: &Plan<'_>) -> usize {
        match self {
            Part::All => plan.grid.runs.len(),
            Part::Runs(runs) => runs.len(),
        }
    }

    /// The numbers of its runs, ascending.
    pub fn runs(self, plan: &Plan<'_>) -> impl Iterator<Item = u32> {
        let (all, some) = match self {
            Part::All => (0..plan.grid.runs.len() as u32, [].as_slice()),
            Part::Runs(runs) => (0..0, runs),
        };
        all.chain(some.iter().copied())
    }
}

/// How runs with this batch size walk through a problem's examples; `None` for problems without examples.
fn batches(problem: &Problem, batch_size: BatchSize, setup: &Setup) -> Option<Batches> {
    let examples = problem.examples()?;
    let batches = match batch_size {
        // All examples are all examples, however they are drawn.
        BatchSize::Full => Batches::new(examples, examples, Sampling::Sequential),
        BatchSize::Examples(batch) => Batches::new(examples, batch as usize, setup.sampling),
    };
    Some(if setup.optimizer.carries_over() { batches.carrying_over() } else { batches })
}

/// The seed of the order of examples; `None` where all seeds share it.
pub(super) fn order_seed(setup: &Setup, seed: u64) -> Option<u64> {
    setup.streams.order.then_some(seed)
}

/// The stream of initial parameters; the same for all seeds where they share it.
pub(super) fn init_key(setup: &Setup, seed: u64) -> Key {
    if setup.streams.init { Key::new("init").number("seed", seed) } else { Key::new("init") }
}

/// What stands in the place of a run that has not been carried out.
pub(super) fn not_carried_out() -> Run {
    Run {
        id: 0,
        status: Status::Failed,
        trend: None,
        steps: None,
        epochs: None.into(),
        examples: None.into(),
        trained_steps: 0,
        initial_loss: f64::NAN,
        final_loss: f64::NAN,
        best_loss: f64::NAN,
        best_step: 0,
        trajectory: 0,
        reason: None,
    }
}

/// Which columns the problems of a grid have beside the common ones.
#[derive(Debug, Clone)]
pub struct Columns {
    /// What is recorded beside the loss.
    pub measures: Vec<Measure>,
    /// What problems say of a run at its end.
    pub(super) of_problems: Vec<&'static str>,
    /// Whether some runs train on after convergence.
    pub(super) trains_on: bool,
    /// Whether some of these converge at a plateau, which may be met long before the loss drops.
    pub(super) tells_false: bool,
    /// Whether some runs are not evaluated after every step.
    pub(super) skips_steps: bool,
}

impl Columns {
    fn new(grid: &Grid, prepared: &Prepared) -> Columns {
        let by_problems =
            prepared.problems.iter().fold(Measures::default(), |set, problem| set.union(problem.recorded()));
        let recorded =
            grid.setups.iter().fold(by_problems, |set, setup| set.union(train::recorded(by_problems, &setup.stop)));
        let mut of_problems: Vec<&str> = Vec::new();
        for &extra in prepared.problems.iter().flat_map(|problem| problem.extras()) {
            if !of_problems.contains(&extra) {
                of_problems.push(extra);
            }
        }
        let continues = |setup: &Setup| setup.stop.after_convergence == AfterConvergence::Continue;
        let are_cheap = prepared.problems.iter().all(|problem| problem.is_cheap_to_measure());
        let skips_steps = |setup: &Setup| setup.stop.spacing(are_cheap) != EvaluateEvery::Steps(1);
        Columns {
            measures: recorded.iter().collect(),
            of_problems,
            trains_on: grid.setups.iter().any(continues),
            tells_false: grid.setups.iter().any(|setup| continues(setup) && setup.stop.waits_for_plateau()),
            skips_steps: grid.setups.iter().any(skips_steps),
        }
    }

    /// The names of what is said of a run beside what is said of every run, in the order of [`Finished::extras`].
    pub fn extras(&self) -> Vec<String> {
        let last = self.measures.iter().map(|measure| format!("final_{}", measure.name()));
        let of_problems = self.of_problems.iter().map(|&extra| extra.to_owned());
        let name = |is_told: bool, name: &str| is_told.then(|| name.to_owned());
        last.chain([STABILITY_LIMIT.to_owned()])
            .chain(name(self.skips_steps, RESOLUTION))
            .chain(of_problems)
            .chain(name(self.trains_on, LATER_DROP))
            .chain(name(self.tells_false, FALSE_CONVERGENCE))
            .collect()
    }
}
