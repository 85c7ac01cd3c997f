//! What each claim of an `[[expect]]` means: where it does not hold, and what was found there.
//!
//! A run that never converged has infinitely many steps. A claim about steps or learning rates never holds of runs of which
//! the counted replicate did not converge, not even `at_least`: an expectation of convergence must not be met by divergence.

use super::cells::{self, settings, settings_but};
use super::judgment::{Counts, Ending, Found, Violation};
use crate::record::statistics::quantile;
use crate::record::{Axis, BATCH_SIZE, Goldilocks, LEARNING_RATE, Run, SEED, Status, Study, Summary};
use crate::spec::{Bounds, Claim, Condition, Expectation, Over};

/// What a cell's runs show against a claim (what was found, and which runs show it), or nothing.
type Judge<'a> = dyn Fn(&[u32]) -> Option<(Found, Vec<u32>)> + 'a;

/// The cells of which a claim does not hold.
pub(super) fn violations(
    claim: &Claim,
    expectation: &Expectation,
    study: &Study,
    cells: &[Vec<u32>],
) -> Vec<Violation> {
    let over = expectation.over;
    let in_cells = |judge: &Judge<'_>| -> Vec<Violation> {
        let violation = |runs: &Vec<u32>| {
            let (found, blamed) = judge(runs)?;
            Some(Violation { found, cell: settings(study, runs[0] as usize), runs: blamed })
        };
        cells.iter().filter_map(violation).collect()
    };
    match claim {
        Claim::Steps(bounds) => in_cells(&|runs| {
            let holds = |steps: f64| steps.is_finite() && bounds.contains(steps);
            judge_numbers(study, runs, over, &run_steps, &holds, &steps_found)
        }),
        Claim::FinalLoss(bounds) => in_cells(&|runs| {
            let loss = |run: &Run| if run.final_loss.is_nan() { f64::INFINITY } else { run.final_loss };
            let found = |loss, seen: Seen<'_>| Found::FinalLoss(loss, seen.counts());
            judge_numbers(study, runs, over, &loss, &|loss| bounds.contains(loss), &found)
        }),
        Claim::Status(status) => in_cells(&|runs| judge_status(study, runs, over.unwrap_or(Over::All), *status)),
        Claim::SuccessRate(bounds) => in_cells(&|runs| {
            let summary = Summary::of(study, runs);
            let rate = summary.success_rate();
            (!bounds.contains(rate)).then(|| (Found::SuccessRate(rate, Counts::of(&summary)), runs.to_vec()))
        }),
        Claim::BestLearningRate { bounds, batch_size } => {
            let mut runs: Vec<u32> = cells.iter().flatten().copied().collect();
            runs.sort_unstable();
            if let Some(size) = batch_size {
                let axis = study.axes.iter().find(|axis| axis.path == BATCH_SIZE);
                runs.retain(|run| axis.is_none_or(|axis| axis.value(*run as usize) == size));
            }
            judge_best(study, &runs, bounds)
        }
        Claim::FewerStepsThan(others) => in_cells(&|runs| {
            let named = [expectation.conditions.as_slice(), others].concat();
            judge_fewer(study, runs, over.unwrap_or(Over::Median), &named, others)
        }),
    }
}

fn run_steps(run: &Run) -> f64 {
    run.steps.map_or(f64::INFINITY, |steps| steps as f64)
}

/// Whose number it is.
enum Seen<'a> {
    /// That of one run.
    One(&'a Run),
    /// That of replicates put together; of infinite ones with how they ended.
    Together(Option<Counts>),
}

impl Seen<'_> {
    fn counts(&self) -> Option<Counts> {
        match self {
            Seen::One(_) => None,
            Seen::Together(counts) => *counts,
        }
    }
}

/// Steps, or how a run ended that has none.
fn steps_found(steps: f64, seen: Seen<'_>) -> Found {
    match seen {
        Seen::One(run) if steps.is_infinite() => Found::Ending(Ending::of(run)),
        seen => Found::Steps(steps, seen.counts()),
    }
}

/// What was found and the runs that show it, unless the number of these runs, put together, holds.
fn judge_numbers(
    study: &Study,
    runs: &[u32],
    over: Option<Over>,
    number: &dyn Fn(&Run) -> f64,
    holds: &dyn Fn(f64) -> bool,
    found: &dyn Fn(f64, Seen<'_>) -> Found,
) -> Option<(Found, Vec<u32>)> {
    let run = |&number: &u32| &study.runs[number as usize];
    if let [only] = runs {
        let value = number(run(only));
        return (!holds(value)).then(|| (found(value, Seen::One(run(only))), vec![*only]));
    }
    let p = match over.unwrap_or(Over::Median) {
        Over::Median => 0.5,
        Over::Quantile(p) => p,
        Over::All => {
            let wrong: Vec<u32> = runs.iter().copied().filter(|one| !holds(number(run(one)))).collect();
            let first = wrong.first()?;
            return Some((found(number(run(first)), Seen::One(run(first))), wrong));
        }
        Over::Any => {
            let none = !runs.iter().any(|one| holds(number(run(one))));
            return none.then(|| (Found::NoneOf(runs.len()), runs.to_vec()));
        }
    };
    let mut values: Vec<f64> = runs.iter().map(|one| number(run(one))).collect();
    values.sort_unstable_by(f64::total_cmp);
    let value = quantile(&values, p);
    let counts = || (!value.is_finite()).then(|| Counts::of(&Summary::of(study, runs)));
    (!holds(value)).then(|| (found(value, Seen::Together(counts())), runs.to_vec()))
}

fn judge_status(study: &Study, runs: &[u32], over: Over, status: Status) -> Option<(Found, Vec<u32>)> {
    let others: Vec<u32> = runs.iter().copied().filter(|run| study.runs[*run as usize].status != status).collect();
    let share = (runs.len() - others.len()) as f64 / runs.len() as f64;
    let holds = match over {
        Over::All => others.is_empty(),
        Over::Any => others.len() < runs.len(),
        Over::Median => share >= 0.5,
        Over::Quantile(p) => share >= p,
    };
    let first = others.first().filter(|_| !holds)?;
    let found = match runs.len() {
        1 => Found::Ending(Ending::of(&study.runs[*first as usize])),
        _ => Found::Counts(Counts::of(&Summary::of(study, runs))),
    };
    Some((found, others))
}

fn judge_best(study: &Study, runs: &[u32], bounds: &Bounds) -> Vec<Violation> {
    let part = cells::part(study, runs);
    let of_group = |group: Goldilocks| {
        let first = runs[group.run];
        let cell = settings_but(study, first as usize, &[SEED, LEARNING_RATE]);
        let Some(best) = &group.best else {
            return Some(Violation { found: Found::NoLearningRate, cell, runs: vec![first] });
        };
        let run = runs[best.run];
        let axis = study.axes.iter().find(|axis| axis.path == LEARNING_RATE);
        let value = axis.map(|axis| axis.value(run as usize));
        let rate = value.and_then(|value| value.as_number()).unwrap_or(f64::NAN);
        let found = Found::LearningRate(rate, best.edge);
        (!bounds.contains(rate)).then(|| Violation { found, cell, runs: vec![run] })
    };
    Goldilocks::of(&part).into_iter().filter_map(of_group).collect()
}

/// Holds a cell against its counterparts: the cells that meet `others` and agree with it on every axis that is not named.
fn judge_fewer(
    study: &Study,
    runs: &[u32],
    over: Over,
    named: &[Condition],
    others: &[Condition],
) -> Option<(Found, Vec<u32>)> {
    let shared = |axis: &&Axis| axis.path != SEED && !named.iter().any(|condition| condition.path == axis.path);
    let first = runs[0] as usize;
    let agrees = |other: &&Vec<u32>| {
        let other = other[0] as usize;
        study.axes.iter().filter(shared).all(|axis| axis.positions[other] == axis.positions[first])
    };
    let cells = cells::cells(study, others);
    let mut counterparts = cells.iter().filter(agrees).filter(|other| other.as_slice() != runs).peekable();
    if counterparts.peek().is_none() {
        return Some((Found::NoCounterpart, runs.to_vec()));
    }
    let mine = steps_over(study, runs, over, true);
    let worse = counterparts.find(|other| {
        let theirs = steps_over(study, other, over, false);
        !(mine.is_finite() && mine < theirs)
    })?;
    let theirs = steps_over(study, worse, over, false);
    let mut both = [runs, worse].concat();
    both.sort_unstable();
    Some((Found::StepsAgainst(mine, theirs), both))
}

/// The steps of some replicates put together. Over all, every run of the one side is held against every run of the other; over
/// any, the best of the one side against the worst of the other.
fn steps_over(study: &Study, runs: &[u32], over: Over, is_left: bool) -> f64 {
    let mut steps: Vec<f64> = runs.iter().map(|run| run_steps(&study.runs[*run as usize])).collect();
    steps.sort_unstable_by(f64::total_cmp);
    let p = match (over, is_left) {
        (Over::Median, _) => 0.5,
        (Over::Quantile(p), _) => p,
        (Over::All, true) | (Over::Any, false) => 1.0,
        (Over::All, false) | (Over::Any, true) => 0.0,
    };
    quantile(&steps, p)
}
