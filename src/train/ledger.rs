//! The books of a group: for every lane its best loss, its trajectory hash, how long its criteria have held, and the verdict.
//!
//! Everything is kept per slot in columns, so that one evaluation of a whole group is a few straight loops.

use super::definition::{AfterConvergence, Convergence, Criterion, Stop};
use super::trend;
use crate::outcome::{Status, Trend};
use crate::problem::{Measure, Measures};

/// What an evaluation says of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Continues,
    Converged,
    Diverged,
}

/// The books of all lanes of a group.
pub(super) struct Ledger {
    rules: Vec<Rule>,
    hold: u64,
    /// Evaluations so far, that at step 0 included.
    evaluations: usize,
    /// The step of the last evaluation, and how many steps it came after the one before.
    step: u64,
    distance: u64,
    /// The last losses: `history` rows of slots, written round and round.
    losses: Vec<f64>,
    history: usize,
    pub(super) columns: Columns,
    pub(super) verdicts: Vec<Verdict>,
    /// Whether some verdict may be other than [`Verdict::Continues`].
    judged: bool,
    /// Per slot its first convergence, where lanes train on after it.
    first: Option<Vec<Option<First>>>,
}

/// The first convergence of a lane that trains on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct First {
    pub(super) step: u64,
    /// How many steps before that step the last evaluation was.
    pub(super) resolution: u64,
    /// The least loss so far.
    pub(super) best_loss: f64,
}

/// What became of a converged run that trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Later {
    /// The part of the whole drop in loss (from step 0 to the least loss) that came after convergence, from 0 to 1.
    pub drop: f64,
    /// Whether the run diverged after all.
    pub diverged: bool,
}

impl Later {
    /// Convergence was false if more than this part of the drop came after it.
    pub const FALSE_ABOVE: f64 = 0.1;

    /// Whether a plateau was met long before the loss had dropped.
    pub fn was_false(self) -> bool {
        self.drop > Later::FALSE_ABOVE
    }
}

/// How a lane ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ending {
    pub(super) status: Status,
    /// Steps to convergence.
    pub(super) steps: Option<u64>,
    /// How many steps before that the last evaluation was.
    pub(super) resolution: Option<u64>,
    /// What became of it after its convergence, if it trained on.
    pub(super) later: Option<Later>,
}

/// One entry per slot.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) initial_loss: Vec<f64>,
    pub(super) best_loss: Vec<f64>,
    pub(super) best_step: Vec<u64>,
    pub(super) trajectory: Vec<u64>,
    /// The step of the first of the evaluations that hold without a break.
    pub(super) held_since: Vec<u64>,
    /// How many steps before that step the last evaluation was at which they did not all hold.
    pub(super) resolution: Vec<u64>,
    held: Vec<u64>,
    diverged_above: Vec<f64>,
    /// 1 for a lane in training, 0 once it has ended: such slots are left out until the group is packed.
    active: Vec<u64>,
}

/// A criterion with a threshold per slot.
struct Rule {
    criterion: Criterion,
    thresholds: Vec<f64>,
}

impl Ledger {
    /// Books for runs of at most `budget` steps.
    pub(super) fn new(stop: &Stop, budget: u64) -> Ledger {
        let (criteria, hold) = match &stop.converged {
            Some(Convergence { criteria, hold }) => (criteria.as_slice(), *hold),
            None => (&[][..], 1),
        };
        let window = criteria.iter().map(|criterion| match criterion {
            // A window that is longer than the run is never full, so one loss more than there can be is enough.
            Criterion::Plateau { window, .. } => (*window).min(budget.saturating_add(1)) as usize + 1,
            _ => 0,
        });
        Ledger {
            rules: criteria.iter().map(|&criterion| Rule { criterion, thresholds: Vec::new() }).collect(),
            hold,
            evaluations: 0,
            step: 0,
            distance: 0,
            losses: Vec::new(),
            history: window.max().unwrap_or(0).max(trend::WINDOW),
            columns: Columns::default(),
            verdicts: Vec::new(),
            judged: false,
            first: (stop.after_convergence == AfterConvergence::Continue).then(Vec::new),
        }
    }

    /// What has to be measured at every evaluation.
    pub(super) fn needs(stop: &Stop) -> Measures {
        stop.measures().with(Measure::Loss)
    }

    /// Opens the books with what was measured at step 0; `measured` has one row of `slots` numbers per measure.
    pub(super) fn open(&mut self, stop: &Stop, measured: &[f64], slots: usize) {
        let row = |measure: Measure| &measured[measure as usize * slots..][..slots];
        let loss = row(Measure::Loss);
        self.losses = vec![0.0; self.history * slots];
        self.verdicts = vec![Verdict::Continues; slots];
        self.first.iter_mut().for_each(|first| *first = vec![None; slots]);
        self.columns = Columns {
            initial_loss: loss.to_vec(),
            best_loss: loss.to_vec(),
            best_step: vec![0; slots],
            trajectory: vec![0; slots],
            held_since: vec![0; slots],
            resolution: vec![0; slots],
            held: vec![0; slots],
            active: vec![1; slots],
            diverged_above: loss.iter().map(|loss| (stop.diverged_loss_factor * loss.abs()).min(f64::MAX)).collect(),
        };
        for rule in &mut self.rules {
            rule.thresholds = match rule.criterion {
                Criterion::RelativeGap(factor) | Criterion::Distance(factor) => {
                    row(rule.criterion.measure()).iter().map(|initial| factor * initial).collect()
                }
                Criterion::Loss(level)
                | Criterion::Gap(level)
                | Criterion::GradientNorm(level)
                | Criterion::Accuracy(level)
                | Criterion::TestLoss(level)
                | Criterion::TestAccuracy(level) => vec![level; slots],
                Criterion::Plateau { change, .. } => vec![change; slots],
            };
        }
    }

    /// Enters what was measured after `step` steps; says whether any slot converged or diverged.
    ///
    /// Straight loops over slots; compiled with the vectors of the place where it is called.
    #[inline(always)]
    pub(super) fn enter(&mut self, step: u64, measured: &[f64]) -> bool {
        let slots = self.verdicts.len();
        let row = |measure: Measure| &measured[measure as usize * slots..][..slots];
        let loss = row(Measure::Loss);
        self.losses[self.evaluations % self.history * slots..][..slots].copy_from_slice(loss);
        self.evaluations += 1;
        self.distance = step - self.step;
        self.step = step;
        if std::mem::take(&mut self.judged) {
            self.verdicts.fill(Verdict::Continues);
        }

        let columns = &mut self.columns;
        let best = columns.best_loss.iter_mut().zip(&mut columns.best_step);
        for ((best_loss, best_step), &loss) in best.zip(loss) {
            let better = loss < *best_loss;
            *best_loss = if better { loss } else { *best_loss };
            *best_step = if better { step } else { *best_step };
        }
        for (hash, &loss) in columns.trajectory.iter_mut().zip(loss) {
            *hash = mix(*hash, loss);
        }
        let mut ends = 0;
        for ((&loss, &limit), &active) in loss.iter().zip(&columns.diverged_above).zip(&columns.active) {
            ends |= if within(loss, limit) { 0 } else { active };
        }
        let must_judge = match &self.rules[..] {
            [] => false,
            // The usual case, in a loop without branches.
            [Rule { criterion, thresholds }] if self.hold == 1 && criterion.is_upper_bound() => {
                let values = row(criterion.measure());
                for ((&value, &threshold), &active) in values.iter().zip(thresholds).zip(&columns.active) {
                    ends |= if within(value, threshold) { active } else { 0 };
                }
                false
            }
            _ => true,
        };
        (ends != 0 || must_judge) && self.judge(step, measured)
    }

    /// The verdict on every lane that is still in training.
    #[inline(never)]
    fn judge(&mut self, step: u64, measured: &[f64]) -> bool {
        self.judged = true;
        let slots = self.verdicts.len();
        for slot in 0..slots {
            if self.columns.active[slot] == 0 {
                continue;
            }
            let loss = measured[Measure::Loss as usize * slots + slot];
            let converged = !self.rules.is_empty() && self.holds_long_enough(slot, step, measured);
            self.verdicts[slot] = match within(loss, self.columns.diverged_above[slot]) {
                false => Verdict::Diverged,
                true if converged => Verdict::Converged,
                true => Verdict::Continues,
            };
        }
        self.note_first();
        self.verdicts.iter().any(|&verdict| verdict != Verdict::Continues)
    }

    /// Counts this evaluation if all criteria hold in it, else starts to count anew.
    fn holds_long_enough(&mut self, slot: usize, step: u64, measured: &[f64]) -> bool {
        let slots = self.verdicts.len();
        let holds = self.rules.iter().all(|Rule { criterion, thresholds }| {
            let value = measured[criterion.measure() as usize * slots + slot];
            match criterion {
                Criterion::Plateau { window, .. } => {
                    let last = last_losses(&self.losses, self.history, self.evaluations, slots, slot);
                    is_plateau(last, (*window as usize).saturating_add(1), thresholds[slot])
                }
                criterion if criterion.is_upper_bound() => within(value, thresholds[slot]),
                _ => value >= thresholds[slot],
            }
        });
        let columns = &mut self.columns;
        if !holds {
            columns.held[slot] = 0;
            return false;
        }
        if columns.held[slot] == 0 {
            columns.held_since[slot] = step;
            columns.resolution[slot] = self.distance;
        }
        columns.held[slot] += 1;
        columns.held[slot] >= self.hold
    }

    /// Notes what has converged for the first time, and lets it train on if it is to.
    fn note_first(&mut self) {
        let Some(first) = &mut self.first else { return };
        for (slot, verdict) in self.verdicts.iter_mut().enumerate().filter(|(_, v)| **v == Verdict::Converged) {
            let Columns { held_since, resolution, best_loss, .. } = &self.columns;
            let resolution = resolution[slot];
            first[slot].get_or_insert(First { step: held_since[slot], resolution, best_loss: best_loss[slot] });
            *verdict = Verdict::Continues;
        }
    }

    /// The first convergence of a slot that trains on after it.
    pub(super) fn first(&self, slot: usize) -> Option<First> {
        self.first.as_ref()?[slot]
    }

    /// How the lane of a slot ended, after the verdict of its last evaluation.
    pub(super) fn ending(&self, slot: usize, verdict: Verdict) -> Ending {
        let first = self.first(slot);
        let status = match verdict {
            _ if first.is_some() => Status::Converged,
            Verdict::Converged => Status::Converged,
            Verdict::Diverged => Status::Diverged,
            Verdict::Continues => Status::Exhausted,
        };
        let (initial_loss, best_loss) = (self.columns.initial_loss[slot], self.columns.best_loss[slot]);
        let (converged_at, resolution) = match first {
            Some(first) => (first.step, first.resolution),
            None => (self.columns.held_since[slot], self.columns.resolution[slot]),
        };
        let later = first.map(|first| Later {
            drop: if best_loss < initial_loss {
                (first.best_loss - best_loss) / (initial_loss - best_loss)
            } else {
                0.0
            },
            diverged: verdict == Verdict::Diverged,
        });
        let has_converged = status == Status::Converged;
        Ending {
            status,
            steps: has_converged.then_some(converged_at),
            resolution: has_converged.then_some(resolution),
            later,
        }
    }

    /// Leaves a slot out from now on: its lane has ended.
    pub(super) fn end(&mut self, slot: usize) {
        self.columns.active[slot] = 0;
    }

    /// What the last losses of a slot were doing; `moves_back` as in [`trend::trend`].
    pub(super) fn trend(&self, slot: usize, moves_back: bool) -> Trend {
        let mut recent = [0.0; trend::WINDOW];
        let count = self.evaluations.min(trend::WINDOW);
        let last = last_losses(&self.losses, self.history, self.evaluations, self.verdicts.len(), slot);
        recent[..count].iter_mut().rev().zip(last).for_each(|(place, loss)| *place = loss);
        trend::trend(&recent[..count], moves_back)
    }

    /// Keeps only these slots, in this order, followed by idle ones up to `slots` in all.
    pub(super) fn pack(&mut self, kept: &[usize], slots: usize) {
        let old = self.verdicts.len();
        let columns = &mut self.columns;
        for column in [&mut columns.initial_loss, &mut columns.best_loss, &mut columns.diverged_above] {
            pack(column, kept, slots);
        }
        let Columns { best_step, trajectory, held_since, resolution, held, active, .. } = columns;
        for column in [best_step, trajectory, held_since, resolution, held, active] {
            // Idle slots get 0: not active.
            pack(column, kept, slots);
        }
        if let Some(first) = &mut self.first {
            pack(first, kept, slots);
        }
        for rule in &mut self.rules {
            pack(&mut rule.thresholds, kept, slots);
        }
        let mut losses = Vec::with_capacity(self.history * slots);
        for row in self.losses.chunks_exact(old) {
            losses.extend(kept.iter().map(|&slot| row[slot]));
            losses.resize(losses.len() + slots - kept.len(), 0.0);
        }
        self.losses = losses;
        self.verdicts = vec![Verdict::Continues; slots];
        self.judged = false;
    }
}

/// Whether a number is at most the limit; one that is not a number never is.
#[inline(always)]
fn within(number: f64, limit: f64) -> bool {
    number <= limit
}

fn pack<T: Copy + Default>(column: &mut Vec<T>, kept: &[usize], slots: usize) {
    let mut packed: Vec<T> = kept.iter().map(|&slot| column[slot]).collect();
    packed.resize(slots, T::default());
    *column = packed;
}

/// The losses of a slot, the newest first.
fn last_losses(
    losses: &[f64],
    history: usize,
    evaluations: usize,
    slots: usize,
    slot: usize,
) -> impl Iterator<Item = f64> + Clone {
    (0..evaluations.min(history)).map(move |age| losses[(evaluations - 1 - age) % history * slots + slot])
}

/// Whether the last `count` losses lie within `change` of each other, relative to the newest.
fn is_plateau(last: impl Iterator<Item = f64> + Clone, count: usize, change: f64) -> bool {
    let newest = last.clone().next().unwrap_or(f64::NAN);
    let (mut seen, mut low, mut high) = (0, f64::INFINITY, f64::NEG_INFINITY);
    for loss in last.take(count) {
        seen += 1;
        low = low.min(loss);
        high = high.max(loss);
    }
    seen == count && high - low <= change * newest.abs()
}

/// Adds the bits of a loss to a trajectory hash (a multiplicative hash; every NaN counts as the same one).
#[inline(always)]
fn mix(hash: u64, loss: f64) -> u64 {
    let bits = if loss.is_nan() { f64::NAN.to_bits() } else { loss.to_bits() };
    let mixed = (hash.rotate_left(5) ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ mixed >> 32
}
