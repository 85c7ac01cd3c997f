//! Numbers and outcomes in plain words.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::check::Bounds;
use crate::outcome::{Status, Trend};
use crate::record::{Axis, Study, Summary, distinct};
use crate::value::{Shortest, Value};

/// A number to 4 significant digits; whole numbers are kept whole.
pub(super) fn number(number: f64) -> String {
    let is_whole = number.fract() == 0.0 && number.abs() < 1e9;
    if is_whole { exact(number) } else { rounded(number, 4) }
}

/// A number in its shortest form that keeps all digits.
pub(super) fn exact(number: f64) -> String {
    Shortest::new().format(number).to_owned()
}

/// A number to so many significant digits.
pub(in crate::report) fn rounded(number: f64, digits: usize) -> String {
    exact(format!("{number:.*e}", digits.saturating_sub(1)).parse().unwrap_or(number))
}

/// Axes with more than one value, but for `except`; what never varies is said once.
pub(super) fn varying<'a>(study: &'a Study, except: &'a [&str]) -> impl Iterator<Item = &'a Axis> {
    study.axes.iter().filter(move |axis| axis.values.len() > 1 && !except.contains(&axis.path.as_str()))
}

/// Bounds: `10`, `at least 5 and at most 9`.
pub(super) fn bounds(bounds: &Bounds) -> String {
    if let (Some(low), Some(high)) = (bounds.at_least, bounds.at_most)
        && low == high
    {
        return exact(low);
    }
    let parts =
        [("at least", bounds.at_least), ("above", bounds.above), ("at most", bounds.at_most), ("below", bounds.below)];
    let parts = parts.into_iter().filter_map(|(word, bound)| Some(format!("{word} {}", exact(bound?))));
    parts.collect::<Vec<String>>().join(" and ")
}

/// An axis value, numbers to 4 significant digits.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Number(real) => number(*real),
        // An empty list would be an empty cell.
        Value::Counts(_) => format!("[{value}]"),
        Value::Count(_) | Value::Flag(_) | Value::Text(_) => value.to_string(),
    }
}

/// `1 run`, `2 runs`.
pub(super) fn counted(count: impl Display, thing: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// Steps to convergence: the median and, between replicates, the quartiles; `None` if the median is infinite.
pub(super) fn steps(summary: &Summary) -> Option<String> {
    let steps = summary.steps;
    if steps.median.is_infinite() {
        return None;
    }
    let median = number(steps.median);
    if summary.runs == 1 {
        return Some(median);
    }
    let upper = if steps.q75.is_infinite() { "∞".to_owned() } else { number(steps.q75) };
    Some(format!("{median} [{}–{upper}]", number(steps.q25)))
}

/// How the runs of a cell ended: in words for a single run, else with the number of runs that ended so; copies count once.
pub(super) fn outcome(study: &Study, runs: &[u32]) -> String {
    // How many runs ended in the same way, and the last step of any of them.
    let mut endings: BTreeMap<(Status, Option<Trend>), (usize, u64)> = BTreeMap::new();
    let runs = distinct(study, runs);
    for run in runs.iter().map(|&run| &study.runs[run as usize]) {
        let (count, last_step) = endings.entry((run.status, run.trend)).or_default();
        *count += 1;
        *last_step = run.trained_steps.max(*last_step);
    }
    let phrases = endings.into_iter().map(|((status, trend), (count, last_step))| {
        let after = format!("after {}", counted(last_step, "step"));
        let words = match (status, trend) {
            (Status::Diverged, _) if runs.len() == 1 => format!("diverges {after}"),
            (Status::Converged | Status::Diverged | Status::Failed, _) => status.name().to_owned(),
            (Status::Exhausted, Some(Trend::Falling)) => format!("still falling {after}"),
            (Status::Exhausted, Some(Trend::Flat)) => format!("flat {after}"),
            (Status::Exhausted, Some(Trend::Oscillating)) if runs.len() == 1 => format!("oscillates {after}"),
            (Status::Exhausted, Some(Trend::Oscillating)) => format!("oscillating {after}"),
            (Status::Exhausted, Some(Trend::Rising)) => format!("rising {after}"),
            (Status::Exhausted, None) => format!("budget spent {after}"),
            (Status::Unknown, _) => format!("unknown {after}"),
        };
        if runs.len() == 1 { words } else { format!("{count} {words}") }
    });
    phrases.collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Run;
    use crate::record::sample::{converged, diverged, exhausted, failed};

    #[test]
    fn numbers_have_four_significant_digits_unless_they_are_whole() {
        for (real, expected) in [
            (0.003_162_277_66, "0.003162"),
            (1234.56, "1235"),
            (81.0, "81"),
            (71_638_836.0, "71638836"),
            (1e-7, "1e-7"),
        ] {
            assert_eq!(number(real), expected);
        }
        assert_eq!((counted(1, "run"), counted(0, "run")), ("1 run".into(), "0 runs".into()));
    }

    /// No run is a copy of another.
    fn of(runs: &[Run]) -> Study {
        let runs = (1..).zip(runs).map(|(trajectory, run)| Run { trajectory, ..run.clone() });
        Study { runs: runs.collect(), ..Study::default() }
    }

    #[test]
    fn bounds_in_words() {
        let only = Bounds { at_least: Some(10.0), at_most: Some(10.0), ..Bounds::default() };
        assert_eq!(bounds(&only), "10");
        let between = Bounds { above: Some(0.5), at_most: Some(9.0), ..Bounds::default() };
        assert_eq!(bounds(&between), "above 0.5 and at most 9");
    }

    #[test]
    fn outcomes_are_told_in_words() {
        let outcome_of = |runs: &[Run]| {
            let numbers: Vec<u32> = (0..runs.len() as u32).collect();
            outcome(&of(runs), &numbers)
        };
        assert_eq!(outcome_of(&[diverged(7)]), "diverges after 7 steps");
        assert_eq!(outcome_of(&[exhausted(1000, Trend::Falling)]), "still falling after 1000 steps");
        assert_eq!(outcome_of(&[exhausted(1000, Trend::Oscillating)]), "oscillates after 1000 steps");
        assert_eq!(outcome_of(&[exhausted(1, Trend::Flat)]), "flat after 1 step");
        assert_eq!(outcome_of(&[exhausted(9, Trend::Rising)]), "rising after 9 steps");
        assert_eq!(outcome_of(&[failed("no memory")]), "failed");
        let unknown = Run { status: Status::Unknown, trend: None, ..exhausted(9, Trend::Flat) };
        assert_eq!(outcome_of(&[unknown]), "unknown after 9 steps");
        let mixed = [exhausted(9, Trend::Flat), diverged(3), exhausted(8, Trend::Flat), failed(""), converged(4)];
        assert_eq!(outcome_of(&mixed), "1 converged, 1 diverged, 2 flat after 9 steps, 1 failed");
    }

    #[test]
    fn quartiles_stand_beside_a_median_of_replicates() {
        let steps_of = |runs: &[Run]| {
            let numbers: Vec<u32> = (0..runs.len() as u32).collect();
            steps(&Summary::of(&of(runs), &numbers))
        };
        assert_eq!(steps_of(&[converged(7)]), Some("7".into()));
        assert_eq!(steps_of(&[converged(7), converged(8)]), Some("7.5 [7.25–7.75]".into()));
        assert_eq!(steps_of(&[converged(7), diverged(1), converged(8), converged(7)]), Some("7.5 [7–∞]".into()));
        assert_eq!(steps_of(&[converged(7), diverged(1)]), None);
    }
}
