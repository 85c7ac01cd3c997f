//! Trains one group: runs on the same examples, in lockstep, one run per lane.

use std::sync::Arc;

use super::definition::{EvaluateEvery, Stop};
use super::kernel::{Buffers, Stretch, advance, lanes_per_vector, measure};
use super::lanes::{LaneState, Shape};
use super::ledger::{Later, Ledger, Verdict};
use super::optimizer::Optimizer;
use super::rate::Schedule;
use super::recording::{Curve, Detail, Thinning};
use super::walk::{OrderSeeds, Walk};
use crate::data::{Batches, SharedOrders};
use crate::outcome::{Status, Trend};
use crate::problem::{Measure, Measures, Model};

/// A group of runs to train.
pub struct Group<'a> {
    /// One entry per run.
    pub lanes: Vec<Lane>,
    /// Batch size and sampling, for problems that have examples.
    pub batches: Option<Batches>,
    /// In which order the lanes see the examples.
    pub order_seeds: OrderSeeds,
    /// Permutations shared with other groups, if there are any.
    pub orders: Option<&'a SharedOrders>,
    /// How parameters follow the gradient.
    pub optimizer: Optimizer,
    /// How the learning rate changes from step to step.
    pub schedule: Schedule,
    /// When runs end.
    pub stop: &'a Stop,
    /// What is kept of curves.
    pub detail: Detail,
    /// Whether the parameters at the end are kept.
    pub keeps_parameters: bool,
    /// Told now and then how many steps the runs have trained since the last time; training is given up when it says `true`.
    pub interrupted: &'a (dyn Fn(u64) -> bool + Sync),
}

/// What is particular to one run of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Learning rate.
    pub learning_rate: f64,
    /// Momentum; either all lanes of a group have some or none has.
    pub momentum: f64,
    /// Parameters before the first step.
    pub initial: Arc<[f64]>,
    /// Whether its curve is kept (at the group's detail).
    pub keeps_curve: bool,
}

/// How one run went.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended; never `failed`.
    pub status: Status,
    /// What it was doing at its end, if it spent its budget.
    pub trend: Option<Trend>,
    /// Steps to convergence.
    pub steps: Option<u64>,
    /// How many steps before that the last evaluation was: the criterion came to hold somewhere in between.
    pub resolution: Option<u64>,
    /// Steps trained.
    pub trained_steps: u64,
    /// Loss at step 0.
    pub initial_loss: f64,
    /// Loss at the last evaluation.
    pub final_loss: f64,
    /// Least loss.
    pub best_loss: f64,
    /// Its step.
    pub best_step: u64,
    /// Hash over the bits of all evaluated losses.
    pub trajectory: u64,
    /// What was measured at the last evaluation, by [`Measure`]; only what the model records is set.
    pub last: [f64; Measure::COUNT],
    /// What became of it after its convergence, if it trained on.
    pub later: Option<Later>,
    /// What the model says of its end, in the order of [`Model::extras`].
    pub extras: Vec<Option<f64>>,
    /// The parameters at its end, if the group keeps them.
    pub parameters: Option<Vec<f64>>,
    /// What was kept of its curve.
    pub curve: Option<Curve>,
}

/// Trains all runs of a group to their ends; `None` if interrupted.
///
/// The outcome of a run is a function of its own settings: not of the instruction set `arch`, nor of the other lanes.
pub fn train<M: Model>(arch: pulp::Arch, model: &M, group: &Group<'_>) -> Option<Vec<Outcome>> {
    let mut training = Training::new(arch, model, group);
    training.start();
    while !training.slots.is_empty() {
        if (group.interrupted)(std::mem::take(&mut training.untold)) {
            return None;
        }
        training.advance()?;
    }
    Some(training.outcomes.into_iter().flatten().collect())
}

/// A step count between two looks at the interrupt flag.
const STEPS_BETWEEN_LOOKS: u64 = 1024;

struct Training<'a, M> {
    arch: pulp::Arch,
    lanes_per_vector: usize,
    model: &'a M,
    group: &'a Group<'a>,
    state: LaneState,
    buffers: Buffers,
    walk: Walk,
    ledger: Ledger,
    /// The slots still training, each with the lane in it.
    slots: Vec<(usize, usize)>,
    step: u64,
    /// Steps of all lanes that nobody has been told of.
    untold: u64,
    budget: u64,
    spacing: EvaluateEvery,
    thinning: Thinning,
    keeps_curves: bool,
    needed: Measures,
    recorded: Vec<Measure>,
    curves: Vec<Curve>,
    outcomes: Vec<Option<Outcome>>,
    /// Parameters of all lanes at the evaluations before the last, to see whether the last moves went to and fro.
    before: [Vec<f64>; 2],
}

impl<'a, M: Model> Training<'a, M> {
    fn new(arch: pulp::Arch, model: &'a M, group: &'a Group<'a>) -> Training<'a, M> {
        let lanes_per_vector = lanes_per_vector(arch);
        let lanes = &group.lanes;
        let keeps_curves = group.detail != Detail::None && lanes.iter().any(|lane| lane.keeps_curve);
        let memories = group.optimizer.memory(model.penalty(), lanes.iter().any(|lane| lane.momentum != 0.0));
        let mut state = LaneState::new(lanes.len(), model.parameters(), memories, lanes_per_vector);
        for (slot, lane) in lanes.iter().enumerate() {
            state.learning_rate[slot] = lane.learning_rate;
            state.momentum[slot] = lane.momentum;
            for (parameter, &value) in lane.initial.iter().enumerate() {
                let index = state.index(slot, parameter);
                state.parameters[index] = value;
            }
        }
        Training {
            arch,
            lanes_per_vector,
            model,
            group,
            buffers: Buffers::new(model, &state, takes_apart(group)),
            state,
            walk: Walk::new(model, group.batches.as_ref(), &group.order_seeds, group.orders),
            ledger: Ledger::new(group.stop, budget(group)),
            slots: (0..lanes.len()).map(|slot| (slot, slot)).collect(),
            step: 0,
            untold: 0,
            budget: budget(group),
            spacing: group.stop.spacing(group.batches.is_none() || model.is_cheap_to_measure()),
            thinning: Thinning::new(group.detail),
            keeps_curves,
            needed: Ledger::needs(group.stop),
            recorded: recorded(model.recorded(), group.stop).iter().collect(),
            curves: vec![Curve::default(); if keeps_curves { lanes.len() } else { 0 }],
            outcomes: vec![None; lanes.len()],
            before: [Vec::new(), Vec::new()],
        }
    }

    fn start(&mut self) {
        self.measure(self.needed);
        self.ledger.open(self.group.stop, &self.buffers.measured, self.state.shape.slots());
        let some_ended = self.ledger.enter(0, &self.buffers.measured);
        self.evaluate(some_ended);
    }

    /// Trains on until there is something to do for this group beside entering evaluations in the ledger.
    fn advance(&mut self) -> Option<()> {
        let next = self.evaluation_after(self.step);
        let every = next - self.step;
        if self.evaluation_after(next) == self.budget {
            self.remember();
        }
        let mut rest = every;
        while rest > STEPS_BETWEEN_LOOKS {
            self.train_on(STEPS_BETWEEN_LOOKS, 1, Measures::default());
            rest -= STEPS_BETWEEN_LOOKS;
            if (self.group.interrupted)(std::mem::take(&mut self.untold)) {
                return None;
            }
        }
        let evaluations = if rest == every { self.evaluations_in_a_row(every) } else { 1 };
        let some_ended = self.train_on(rest, evaluations, self.needed);
        self.evaluate(some_ended);
        Some(())
    }

    /// Trains `evaluations` times `steps` steps, or until some lane ends; says whether one did.
    fn train_on(&mut self, steps: u64, evaluations: u64, wanted: Measures) -> bool {
        let Training { arch, model, group, walk, state, buffers, ledger, .. } = self;
        let Group { optimizer, schedule, .. } = **group;
        let stretch = Stretch { from: self.step, steps, evaluations, wanted, optimizer, schedule };
        let ledger = (wanted != Measures::default()).then_some(ledger);
        let (done, some_ended) = advance(*arch, *model, &stretch, walk, state, buffers, ledger);
        self.step += done * steps;
        self.untold += done * steps * self.slots.len() as u64;
        some_ended
    }

    /// How many evaluations, `every` steps apart, may follow each other before this group is to be looked at.
    fn evaluations_in_a_row(&self, every: u64) -> u64 {
        if !matches!(self.spacing, EvaluateEvery::Steps(_)) || every == 0 {
            return 1;
        }
        // The last three are taken one by one, for [`Training::moves_back`].
        let to_the_last = ((self.budget - self.step) / every).saturating_sub(3);
        let to_be_kept = match self.keeps_curves {
            true => self.thinning.next().saturating_sub(self.step).div_ceil(every),
            false => u64::MAX,
        };
        (STEPS_BETWEEN_LOOKS / every).min(to_the_last).min(to_be_kept).max(1)
    }

    /// The step of the evaluation that follows the one after `step` steps.
    fn evaluation_after(&self, step: u64) -> u64 {
        let end_of_epoch = || self.group.batches.as_ref().map_or(step + 1, |batches| batches.end_of_epoch(step));
        let next = match self.spacing {
            EvaluateEvery::Steps(every) => (step / every + 1).saturating_mul(every),
            EvaluateEvery::Epoch => end_of_epoch(),
            EvaluateEvery::Tenth => (step + (step / 10).max(1)).min(end_of_epoch()),
        };
        next.min(self.budget)
    }

    fn measure(&mut self, wanted: Measures) {
        measure(self.arch, self.model, wanted, &mut self.state, &mut self.buffers);
    }

    /// Keeps what is to be kept of an evaluation, retires the lanes that have ended and packs the others.
    fn evaluate(&mut self, some_ended: bool) {
        let spent = self.step >= self.budget;
        let keep = self.thinning.keeps(self.step) && self.keeps_curves;
        if !(some_ended || spent || keep) {
            return;
        }
        let all = self.needed.union(self.model.recorded());
        let missing = all.without(self.needed);
        if missing != Measures::default() {
            self.measure(missing);
        }
        let mut survivors = Vec::with_capacity(self.slots.len());
        for (slot, lane) in std::mem::take(&mut self.slots) {
            let verdict = self.ledger.verdicts[slot];
            let ends = spent || verdict != Verdict::Continues;
            if self.group.lanes[lane].keeps_curve && (keep || (ends && self.group.detail != Detail::None)) {
                let (measured, slots) = (&self.buffers.measured, self.state.shape.slots());
                let value = |measure: Measure| measured[measure as usize * slots + slot];
                self.curves[lane].push(self.step, &self.recorded, value);
            }
            if ends {
                self.ledger.end(slot);
                self.outcomes[lane] = Some(self.outcome(slot, lane, verdict));
            } else {
                survivors.push((slot, lane));
            }
        }
        self.slots = survivors;
        self.pack();
    }

    fn outcome(&mut self, slot: usize, lane: usize, verdict: Verdict) -> Outcome {
        let ending = self.ledger.ending(slot, verdict);
        let (measured, slots) = (&self.buffers.measured, self.state.shape.slots());
        let value = |measure: Measure| measured[measure as usize * slots + slot];
        let books = &self.ledger.columns;
        Outcome {
            status: ending.status,
            trend: (ending.status == Status::Exhausted).then(|| self.ledger.trend(slot, self.moves_back(slot, lane))),
            steps: ending.steps,
            resolution: ending.resolution,
            trained_steps: self.step,
            initial_loss: books.initial_loss[slot],
            final_loss: value(Measure::Loss),
            best_loss: books.best_loss[slot],
            best_step: books.best_step[slot],
            trajectory: books.trajectory[slot],
            last: Measure::ALL.map(value),
            later: ending.later,
            extras: self.extras(slot),
            parameters: self.group.keeps_parameters.then(|| self.parameters(slot)),
            curve: self.group.lanes[lane].keeps_curve.then(|| self.curves.get_mut(lane).map(std::mem::take)).flatten(),
        }
    }

    /// What the model says of a lane at its end.
    fn extras(&self, slot: usize) -> Vec<Option<f64>> {
        if self.model.extras().is_empty() {
            return Vec::new();
        }
        self.model.extra_values(&self.parameters(slot))
    }

    fn parameters(&self, slot: usize) -> Vec<f64> {
        (0..self.model.parameters()).map(|i| self.state.parameters[self.state.index(slot, i)]).collect()
    }

    /// Packs the survivors together as soon as they fit into fewer vectors.
    fn pack(&mut self) {
        let LaneState { shape, .. } = self.state;
        let kept: Vec<usize> = self.slots.iter().map(|&(slot, _)| slot).collect();
        if kept.is_empty() || Shape::holding(kept.len(), self.state.parameters_per_lane, self.lanes_per_vector) == shape
        {
            return;
        }
        self.state = self.state.packed(&kept, self.lanes_per_vector);
        self.buffers = Buffers::new(self.model, &self.state, takes_apart(self.group));
        self.walk.pack(&kept);
        self.ledger.pack(&kept, self.state.shape.slots());
        self.slots.iter_mut().enumerate().for_each(|(to, (slot, _))| *slot = to);
    }

    /// Remembers where the lanes stand, for [`Training::moves_back`].
    fn remember(&mut self) {
        let n = self.model.parameters();
        self.before.swap(0, 1);
        let positions = &mut self.before[1];
        positions.resize(self.group.lanes.len() * n, 0.0);
        for &(slot, lane) in &self.slots {
            for parameter in 0..n {
                positions[lane * n + parameter] = self.state.parameters[self.state.index(slot, parameter)];
            }
        }
    }

    /// Whether the last move between evaluations went back on the one before: in the opposite direction, but for 25°.
    fn moves_back(&self, slot: usize, lane: usize) -> bool {
        let n = self.model.parameters();
        let [first, second] = &self.before;
        if first.is_empty() {
            return false;
        }
        let (mut product, mut length, mut length_before, mut size) = (0.0, 0.0, 0.0, 0.0);
        for parameter in 0..n {
            let now = self.state.parameters[self.state.index(slot, parameter)];
            let (a, b) = (first[lane * n + parameter], second[lane * n + parameter]);
            product += (b - a) * (now - b);
            length += (now - b) * (now - b);
            length_before += (b - a) * (b - a);
            size += now * now;
        }
        // Moves in the last digits are rounding, not oscillation.
        product < -0.9 * length.sqrt() * length_before.sqrt() && length > 1e-24 * size
    }
}

/// What is recorded beside the loss: what the model always records, and what convergence is judged by.
pub fn recorded(by_model: Measures, stop: &Stop) -> Measures {
    by_model.union(stop.measures()).without(Measures::of(&[Measure::Loss]))
}

fn takes_apart(group: &Group<'_>) -> bool {
    matches!(group.order_seeds, OrderSeeds::Apart(_))
}

fn budget(group: &Group<'_>) -> u64 {
    let budget = group.stop.budget;
    let from_epochs = budget.epochs.map(|epochs| match &group.batches {
        Some(batches) => batches.step_of_epoch(epochs),
        None => epochs,
    });
    budget.steps.into_iter().chain(from_epochs).min().unwrap_or(0)
}
