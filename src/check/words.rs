//! How cells, runs and numbers are named in messages.

use crate::record::{Axis, Run, SEED, Status, Study, Summary, Trend};
use crate::spec::{Bounds, Condition, Matcher};
use crate::value::Shortest;

/// A number in its shortest form; infinite steps are "never".
pub(super) fn number(number: f64) -> String {
    Shortest::new().format(number).to_owned()
}

/// `1 step`, `2 steps`.
pub(super) fn counted(count: impl ToString, thing: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The settings that tell a cell from the others: the axes with several values, else all of them; never the seed.
pub(super) fn cell(study: &Study, run: usize) -> String {
    let axes = |all: bool| {
        let axes = study.axes.iter().filter(move |axis| axis.path != SEED && (all || axis.values.len() > 1));
        axes.map(|axis: &Axis| format!("{} {}", axis.path, axis.value(run))).collect::<Vec<String>>().join(", ")
    };
    match axes(false) {
        none if none.is_empty() => axes(true),
        named => named,
    }
}

/// `run 3`, `runs 3 to 7`, `runs 3, 5, 9 and 4 more`, of runs in their order.
pub(super) fn runs(runs: &[u32]) -> String {
    const SHOWN: usize = 3;
    match runs {
        [] => "no run".to_owned(),
        [only] => format!("run {only}"),
        [first, .., last] if last.checked_sub(*first).is_some_and(|gap| gap as usize + 1 == runs.len()) => {
            format!("runs {first} to {last}")
        }
        _ => {
            let shown: Vec<String> = runs.iter().take(SHOWN).map(u32::to_string).collect();
            let more = runs.len() - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("runs {}{more}", shown.join(", "))
        }
    }
}

/// How a run ended, in words.
pub(super) fn ending(run: &Run) -> String {
    let after = |count| format!("after {}", counted(count, "step"));
    match (run.status, run.trend, run.steps) {
        (Status::Converged, _, Some(steps)) => format!("converged {}", after(steps)),
        (Status::Exhausted, Some(Trend::Falling), _) => {
            format!("exhausted {}, still falling", after(run.trained_steps))
        }
        (Status::Exhausted, Some(trend), _) => format!("exhausted {}, {trend}", after(run.trained_steps)),
        (Status::Failed, _, _) => format!("failed: {}", run.reason.as_deref().unwrap_or("no reason is known")),
        (status, _, _) => format!("{status} {}", after(run.trained_steps)),
    }
}

/// How the replicates of a cell ended: `8 converged, 2 diverged`.
pub(super) fn counts(summary: &Summary) -> String {
    let counts = Status::ALL.into_iter().filter(|&status| summary.count(status) > 0);
    let counts: Vec<String> = counts.map(|status| format!("{} {status}", summary.count(status))).collect();
    counts.join(", ")
}

/// Bounds in words: `10`, `at least 5 and at most 9`.
pub(super) fn bounds(bounds: &Bounds) -> String {
    if let (Some(low), Some(high)) = (bounds.at_least, bounds.at_most)
        && low == high
    {
        return number(low);
    }
    let parts =
        [("at least", bounds.at_least), ("above", bounds.above), ("at most", bounds.at_most), ("below", bounds.below)];
    let parts = parts.into_iter().filter_map(|(word, bound)| Some(format!("{word} {}", number(bound?))));
    parts.collect::<Vec<String>>().join(" and ")
}

/// Conditions in words: `learning_rate 0.7, seed 1 or 2`.
pub(super) fn conditions(conditions: &[Condition]) -> String {
    let condition = |condition: &Condition| {
        let values = match &condition.matcher {
            Matcher::OneOf(values) => values.iter().map(ToString::to_string).collect::<Vec<String>>().join(" or "),
            Matcher::Within(limits) => bounds(limits),
        };
        format!("{} {values}", condition.path)
    };
    conditions.iter().map(condition).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_shortly() {
        assert_eq!(runs(&[4]), "run 4");
        assert_eq!(runs(&[4, 5, 6]), "runs 4 to 6");
        assert_eq!(runs(&[4, 6]), "runs 4, 6");
        assert_eq!(runs(&[1, 3, 5, 7, 9]), "runs 1, 3, 5 and 2 more");
    }

    #[test]
    fn bounds_in_words() {
        let only = Bounds { at_least: Some(10.0), at_most: Some(10.0), ..Bounds::default() };
        assert_eq!(bounds(&only), "10");
        let between = Bounds { above: Some(0.5), at_most: Some(9.0), ..Bounds::default() };
        assert_eq!(bounds(&between), "above 0.5 and at most 9");
    }
}
