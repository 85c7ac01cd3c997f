//! The books of a group: for every lane its best loss, its trajectory hash, how long its criteria have held, and the verdict.
//!
//! Everything is kept per slot in columns, so that one evaluation of a whole group is a few straight loops.

use super::definition::{AfterConvergence, Convergence, Criterion, Stop};
use super::trend;
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
    /// The last losses: `history` rows of slots, written round and round.
    losses: Vec<f64>,
    history: usize,
    pub(super) columns: Columns,
    pub(super) verdicts: Vec<Verdict>,
    /// Per slot its first convergence, where lanes train on after it.
    first: Option<Vec<Option<First>>>,
}

/// The first convergence of a lane that trains on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct First {
    pub(super) step: u64,
    /// The least loss so far.
    pub(super) best_loss: f64,
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
    held: Vec<u64>,
    diverged_above: Vec<f64>,
    /// Slots whose lane has ended; they are left out until the group is packed.
    ended: Vec<bool>,
}

/// A criterion with a threshold per slot.
struct Rule {
    criterion: Criterion,
    thresholds: Vec<f64>,
}

impl Ledger {
    pub(super) fn new(stop: &Stop) -> Ledger {
        let (criteria, hold) = match &stop.converged {
            Some(Convergence { criteria, hold }) => (criteria.as_slice(), *hold),
            None => (&[][..], 1),
        };
        let window = criteria.iter().map(|criterion| match criterion {
            Criterion::Plateau { window, .. } => *window as usize + 1,
            _ => 0,
        });
        Ledger {
            rules: criteria.iter().map(|&criterion| Rule { criterion, thresholds: Vec::new() }).collect(),
            hold,
            evaluations: 0,
            losses: Vec::new(),
            history: window.max().unwrap_or(0).max(trend::WINDOW),
            columns: Columns::default(),
            verdicts: Vec::new(),
            first: (stop.after_convergence == AfterConvergence::Continue).then(Vec::new),
        }
    }

    /// What has to be measured at every evaluation.
    pub(super) fn needs(stop: &Stop) -> Measures {
        let criteria = stop.converged.iter().flat_map(|converged| &converged.criteria);
        criteria.fold(Measures::of(&[Measure::Loss]), |set, criterion| set.with(criterion.measure()))
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
            held: vec![0; slots],
            ended: vec![false; slots],
            diverged_above: loss.iter().map(|loss| (stop.diverged_loss_factor * loss).min(f64::MAX)).collect(),
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
    pub(super) fn enter(&mut self, arch: pulp::Arch, step: u64, measured: &[f64]) -> bool {
        // Straight loops over slots: compiled for the widest vectors there are.
        arch.dispatch(
            #[inline(always)]
            || self.enter_all(step, measured),
        )
    }

    #[inline(always)]
    fn enter_all(&mut self, step: u64, measured: &[f64]) -> bool {
        let slots = self.verdicts.len();
        let row = |measure: Measure| &measured[measure as usize * slots..][..slots];
        let loss = row(Measure::Loss);
        let columns = &mut self.columns;
        self.losses[self.evaluations % self.history * slots..][..slots].copy_from_slice(loss);
        self.evaluations += 1;

        let best = columns.best_loss.iter_mut().zip(&mut columns.best_step);
        for ((best_loss, best_step), &loss) in best.zip(loss) {
            let better = loss < *best_loss;
            *best_loss = if better { loss } else { *best_loss };
            *best_step = if better { step } else { *best_step };
        }
        for (hash, &loss) in columns.trajectory.iter_mut().zip(loss) {
            *hash = mix(*hash, loss);
        }
        let limits = loss.iter().zip(&columns.diverged_above);
        for ((verdict, (&loss, &limit)), &ended) in self.verdicts.iter_mut().zip(limits).zip(&columns.ended) {
            // A loss that is not a number is not at most the limit either.
            *verdict = if loss <= limit || ended { Verdict::Continues } else { Verdict::Diverged };
        }
        if !self.rules.is_empty() {
            self.hold_rules(step, measured);
            self.note_first();
        }
        self.verdicts.iter().any(|&verdict| verdict != Verdict::Continues)
    }

    #[inline(always)]
    fn hold_rules(&mut self, step: u64, measured: &[f64]) {
        let slots = self.verdicts.len();
        let (columns, verdicts) = (&mut self.columns, &mut self.verdicts);
        if let [Rule { criterion, thresholds }] = &self.rules[..]
            && self.hold == 1
            && criterion.is_upper_bound()
        {
            // The usual case, in a loop without branches.
            let values = &measured[criterion.measure() as usize * slots..][..slots];
            let reached = values.iter().zip(thresholds).map(|(value, threshold)| value <= threshold);
            for ((verdict, reached), &ended) in verdicts.iter_mut().zip(reached).zip(&columns.ended) {
                let converged = reached && *verdict == Verdict::Continues && !ended;
                *verdict = if converged { Verdict::Converged } else { *verdict };
            }
            columns.held_since.fill(step);
            return;
        }
        for slot in 0..slots {
            if columns.ended[slot] {
                continue;
            }
            let holds = self.rules.iter().all(|Rule { criterion, thresholds }| {
                let value = measured[criterion.measure() as usize * slots + slot];
                match criterion {
                    Criterion::Accuracy(_) | Criterion::TestAccuracy(_) => value >= thresholds[slot],
                    Criterion::Plateau { window, .. } => {
                        let last = last_losses(&self.losses, self.history, self.evaluations, slots, slot);
                        is_plateau(last, *window as usize + 1, thresholds[slot])
                    }
                    _ => value <= thresholds[slot],
                }
            });
            if !holds {
                columns.held[slot] = 0;
                continue;
            }
            if columns.held[slot] == 0 {
                columns.held_since[slot] = step;
            }
            columns.held[slot] += 1;
            if columns.held[slot] >= self.hold && verdicts[slot] == Verdict::Continues {
                verdicts[slot] = Verdict::Converged;
            }
        }
    }

    /// Notes what has converged for the first time, and lets it train on if it is to.
    fn note_first(&mut self) {
        let Some(first) = &mut self.first else { return };
        for (slot, verdict) in self.verdicts.iter_mut().enumerate().filter(|(_, v)| **v == Verdict::Converged) {
            let Columns { held_since, best_loss, .. } = &self.columns;
            first[slot].get_or_insert(First { step: held_since[slot], best_loss: best_loss[slot] });
            *verdict = Verdict::Continues;
        }
    }

    /// The first convergence of a slot that trains on after it.
    pub(super) fn first(&self, slot: usize) -> Option<First> {
        self.first.as_ref()?[slot]
    }

    /// Leaves a slot out from now on: its lane has ended.
    pub(super) fn end(&mut self, slot: usize) {
        self.columns.ended[slot] = true;
    }

    /// The last evaluations' losses of a slot, at most [`trend::WINDOW`], oldest first.
    pub(super) fn recent_losses(&self, slot: usize) -> Vec<f64> {
        let slots = self.verdicts.len();
        let last = last_losses(&self.losses, self.history, self.evaluations, slots, slot);
        let mut recent: Vec<f64> = last.take(trend::WINDOW).collect();
        recent.reverse();
        recent
    }

    /// Keeps only these slots, in this order, followed by idle ones up to `slots` in all.
    pub(super) fn pack(&mut self, kept: &[usize], slots: usize) {
        let old = self.verdicts.len();
        let columns = &mut self.columns;
        for column in [&mut columns.initial_loss, &mut columns.best_loss, &mut columns.diverged_above] {
            pack(column, kept, slots);
        }
        for column in [&mut columns.best_step, &mut columns.trajectory, &mut columns.held_since, &mut columns.held] {
            pack(column, kept, slots);
        }
        if let Some(first) = &mut self.first {
            pack(first, kept, slots);
        }
        pack(&mut columns.ended, kept, slots);
        columns.ended[kept.len()..].fill(true);
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
    }
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
fn mix(hash: u64, loss: f64) -> u64 {
    let bits = if loss.is_nan() { f64::NAN.to_bits() } else { loss.to_bits() };
    let mixed = (hash.rotate_left(5) ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ mixed >> 32
}
