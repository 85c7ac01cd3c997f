//! What each claim of an `[[expect]]` means, and the words for what was expected and what was found.
//!
//! A run that never converged has infinitely many steps. A claim about steps or learning rates never holds of runs of which
//! the counted replicate did not converge, not even `at_least`: an expectation of convergence must not be met by divergence.

use super::expectation::{self, Violation};
use super::words;
use crate::record::statistics::quantile;
use crate::record::{Axis, BATCH_SIZE, Edge, Goldilocks, LEARNING_RATE, Run, SEED, Status, Study, Summary};
use crate::spec::{Bounds, Claim, Condition, Expectation, Over};

/// What a claim expects, and of which runs, in words: `10 steps at learning_rate 0.7`.
pub(super) fn wording(claim: &Claim, expectation: &Expectation, cells: &[Vec<u32>]) -> String {
    let replicated = cells.iter().any(|runs| runs.len() > 1);
    let over = |default: Over| if replicated { over_words(expectation.over.unwrap_or(default)) } else { String::new() };
    let subject = words::conditions(&expectation.conditions);
    let at = if subject.is_empty() { subject } else { format!(" at {subject}") };
    let text = match claim {
        Claim::Steps(bounds) => format!("{}{}", over(Over::Median), steps(bounds)),
        Claim::Status(status) => format!("{}the status {status}", over(Over::All)),
        Claim::SuccessRate(bounds) => format!("a success rate of {}", words::bounds(bounds)),
        Claim::FinalLoss(bounds) => format!("{}a final loss of {}", over(Over::Median), words::bounds(bounds)),
        Claim::BestLearningRate { bounds, batch_size } => {
            let size = batch_size.as_ref().map_or(String::new(), |size| format!(" at batch size {size}"));
            format!("a best learning rate of {}{size}", words::bounds(bounds))
        }
        Claim::FewerStepsThan(others) => {
            return format!("{}fewer steps{at} than at {}", over(Over::Median), words::conditions(others));
        }
    };
    text + &at
}

fn over_words(over: Over) -> String {
    match over {
        Over::Median => "in the median ".to_owned(),
        Over::All => "in every run ".to_owned(),
        Over::Any => "in at least one run ".to_owned(),
        Over::Quantile(p) => format!("in the {} quantile ", words::number(p)),
    }
}

fn steps(bounds: &Bounds) -> String {
    let only_one = bounds.at_least == Some(1.0) && bounds.at_most == Some(1.0);
    format!("{} {}", words::bounds(bounds), if only_one { "step" } else { "steps" })
}

/// What a cell's runs show against a claim (what was found, and which runs show it), or nothing.
type Judge<'a> = dyn Fn(&[u32]) -> Option<(String, Vec<u32>)> + 'a;

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
            let cell = words::cell(study, runs[0] as usize);
            Some(Violation { found, cell, runs: words::runs(&blamed) })
        };
        cells.iter().filter_map(violation).collect()
    };
    match claim {
        Claim::Steps(bounds) => in_cells(&|runs| {
            let holds = |steps: f64| steps.is_finite() && bounds.contains(steps);
            let found = |steps, run: Option<&Run>| steps_found(steps, run);
            judge_numbers(study, runs, over, &run_steps, &holds, &found)
        }),
        Claim::FinalLoss(bounds) => in_cells(&|runs| {
            let loss = |run: &Run| if run.final_loss.is_nan() { f64::INFINITY } else { run.final_loss };
            judge_numbers(study, runs, over, &loss, &|loss| bounds.contains(loss), &|loss, _| words::number(loss))
        }),
        Claim::Status(status) => in_cells(&|runs| judge_status(study, runs, over.unwrap_or(Over::All), *status)),
        Claim::SuccessRate(bounds) => in_cells(&|runs| {
            let summary = Summary::of(study, runs);
            let found = || format!("{} ({})", words::number(summary.success_rate()), words::counts(&summary));
            (!bounds.contains(summary.success_rate())).then(|| (found(), runs.to_vec()))
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

/// `11 steps`, or how a run ended that has none.
fn steps_found(steps: f64, run: Option<&Run>) -> String {
    match run {
        _ if steps.is_finite() => words::counted(words::number(steps), "step"),
        Some(run) => words::ending(run),
        None => "never".to_owned(),
    }
}

/// What was found and the runs that show it, unless the number of these runs, put together, holds.
fn judge_numbers(
    study: &Study,
    runs: &[u32],
    over: Option<Over>,
    number: &dyn Fn(&Run) -> f64,
    holds: &dyn Fn(f64) -> bool,
    found: &dyn Fn(f64, Option<&Run>) -> String,
) -> Option<(String, Vec<u32>)> {
    let run = |&number: &u32| &study.runs[number as usize];
    if let [only] = runs {
        let value = number(run(only));
        return (!holds(value)).then(|| (found(value, Some(run(only))), vec![*only]));
    }
    let p = match over.unwrap_or(Over::Median) {
        Over::Median => 0.5,
        Over::Quantile(p) => p,
        Over::All => {
            let wrong: Vec<u32> = runs.iter().copied().filter(|one| !holds(number(run(one)))).collect();
            let first = wrong.first()?;
            return Some((found(number(run(first)), Some(run(first))), wrong));
        }
        Over::Any => {
            let none = !runs.iter().any(|one| holds(number(run(one))));
            return none.then(|| (format!("none of {}", words::counted(runs.len(), "run")), runs.to_vec()));
        }
    };
    let mut values: Vec<f64> = runs.iter().map(|one| number(run(one))).collect();
    values.sort_unstable_by(f64::total_cmp);
    let value = quantile(&values, p);
    let text = || match value.is_finite() {
        true => found(value, None),
        false => format!("{} ({})", found(value, None), words::counts(&Summary::of(study, runs))),
    };
    (!holds(value)).then(|| (text(), runs.to_vec()))
}

fn judge_status(study: &Study, runs: &[u32], over: Over, status: Status) -> Option<(String, Vec<u32>)> {
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
        1 => words::ending(&study.runs[*first as usize]),
        _ => words::counts(&Summary::of(study, runs)),
    };
    Some((found, others))
}

fn judge_best(study: &Study, runs: &[u32], bounds: &Bounds) -> Vec<Violation> {
    let part = expectation::part(study, runs);
    let of_group = |group: Goldilocks| {
        let first = runs[group.run];
        let cell = cell_but_rate(study, first as usize);
        let Some(best) = &group.best else {
            return Some(Violation { found: "none: no run converged".into(), cell, runs: words::runs(&[first]) });
        };
        let run = runs[best.run];
        let axis = study.axes.iter().find(|axis| axis.path == LEARNING_RATE);
        let value = axis.map(|axis| axis.value(run as usize));
        let rate = value.and_then(|value| value.as_number()).unwrap_or(f64::NAN);
        let advice = match best.edge {
            Edge::Inside => String::new(),
            edge => format!(", on the edge of the grid: {}", edge.advice()),
        };
        let found = || format!("{}{advice}", words::number(rate));
        (!bounds.contains(rate)).then(|| Violation { found: found(), cell, runs: words::runs(&[run]) })
    };
    Goldilocks::of(&part).into_iter().filter_map(of_group).collect()
}

/// The settings of a group of cells that differ in their learning rate.
fn cell_but_rate(study: &Study, run: usize) -> String {
    let axes =
        study.axes.iter().filter(|axis| axis.values.len() > 1 && axis.path != SEED && axis.path != LEARNING_RATE);
    axes.map(|axis| format!("{} {}", axis.path, axis.value(run))).collect::<Vec<String>>().join(", ")
}

/// Holds a cell against its counterparts: the cells that meet `others` and agree with it on every axis that is not named.
fn judge_fewer(
    study: &Study,
    runs: &[u32],
    over: Over,
    named: &[Condition],
    others: &[Condition],
) -> Option<(String, Vec<u32>)> {
    let shared = |axis: &&Axis| axis.path != SEED && !named.iter().any(|condition| condition.path == axis.path);
    let first = runs[0] as usize;
    let agrees = |other: &&Vec<u32>| {
        let other = other[0] as usize;
        study.axes.iter().filter(shared).all(|axis| axis.positions[other] == axis.positions[first])
    };
    let cells = expectation::cells(study, others);
    let mut counterparts = cells.iter().filter(agrees).filter(|other| other.as_slice() != runs).peekable();
    if counterparts.peek().is_none() {
        return Some(("nothing to compare with: no such runs agree on all other axes".into(), runs.to_vec()));
    }
    let mine = steps_over(study, runs, over, true);
    let worse = counterparts.find(|other| {
        let theirs = steps_over(study, other, over, false);
        !(mine.is_finite() && mine < theirs)
    })?;
    let theirs = steps_over(study, worse, over, false);
    let text =
        |steps| if f64::is_infinite(steps) { "never".to_owned() } else { words::counted(words::number(steps), "step") };
    let mut both = [runs, worse].concat();
    both.sort_unstable();
    Some((format!("{} against {}", text(mine), text(theirs)), both))
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
