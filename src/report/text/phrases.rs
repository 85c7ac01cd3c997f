//! How cells, runs and what became of them are named in the lines of a check.

use super::words::{bounds, counted, exact, rounded};
use crate::check::{CellChange, Condition, Counts, Ending, Matcher, Moved, Settings, Verdict};
use crate::record::{Status, Trend};

/// What became of a cell, the change, the cell and its runs.
pub fn cell(cell: &CellChange) -> String {
    let side = cell.after.as_ref().or(cell.before.as_ref());
    let runs = side.map_or(String::new(), |side| format!("; {}", runs(&side.runs)));
    let told = match (cell.verdict, change(cell)) {
        (Verdict::CannotTell, change) => change,
        (verdict, none) if none.is_empty() => verdict.to_string(),
        (verdict, change) => format!("{verdict}: {change}"),
    };
    format!("{told} ({}{runs})", settings(&cell.name))
}

/// What changed: `median steps 100 → 121, paired ratio 1.21`; nothing where nothing did.
fn change(cell: &CellChange) -> String {
    let mut text = match &cell.moved {
        None if cell.verdict == Verdict::NotComparable => {
            return "settings beside the axes differ from those of the baseline".to_owned();
        }
        None => return String::new(),
        Some(Moved::One(before, after)) => lone(before, after),
        Some(Moved::Several { before, after, ratio }) => several(cell, [*before, *after], *ratio),
    };
    if let Some(p) = cell.p_value {
        text.push_str(&format!(", p = {}", rounded(p, 2)));
    }
    if cell.verdict == Verdict::CannotTell {
        let few = match cell.seeds {
            (differing, all) if differing < all => format!("{differing} of {all} seeds differ in their steps:"),
            (_, all) => format!("{} are", counted(all, "seed")),
        };
        text.push_str(&format!("; {few} too few to tell it from chance, 6 would do"));
    }
    text
}

fn lone(before: &Ending, after: &Ending) -> String {
    if (before.status, before.steps) == (after.status, after.steps) {
        return "other losses, but the same steps".to_owned();
    }
    let (Some(old), Some(new)) = (before.steps, after.steps) else {
        return format!("{} → {}", ending(before), ending(after));
    };
    let percent =
        if old > 0 && new > 0 { format!(" ({:+.0}%)", 100.0 * (new as f64 / old as f64 - 1.0)) } else { String::new() };
    format!("steps {old} → {new}{percent}")
}

fn several(cell: &CellChange, [before, after]: [f64; 2], ratio: f64) -> String {
    let mut parts = Vec::new();
    if before != after || ratio != 1.0 {
        let ratio = cell.paired_ratio.map_or(String::new(), |ratio| format!(", paired ratio {}", rounded(ratio, 3)));
        parts.push(format!("median steps {} → {}{ratio}", never(before), never(after)));
    }
    if let (Some(old), Some(new)) = (&cell.before, &cell.after) {
        let (old, new) = (counts(&Counts::of(&old.summary)), counts(&Counts::of(&new.summary)));
        if old != new {
            parts.push(format!("{old} → {new}"));
        }
    }
    if parts.is_empty() { "other losses, but the same median".to_owned() } else { parts.join(", ") }
}

fn never(steps: f64) -> String {
    if steps.is_finite() { exact(steps) } else { "never".to_owned() }
}

/// `10 steps`, or `never`.
pub(super) fn steps(steps: f64) -> String {
    if steps.is_finite() { counted(exact(steps), "step") } else { "never".to_owned() }
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

/// How a run ended.
pub(super) fn ending(ending: &Ending) -> String {
    let after = |count| format!("after {}", counted(count, "step"));
    match (ending.status, ending.trend, ending.steps) {
        (Status::Converged, _, Some(steps)) => format!("converged {}", after(steps)),
        (Status::Exhausted, Some(Trend::Falling), _) => {
            format!("exhausted {}, still falling", after(ending.trained_steps))
        }
        (Status::Exhausted, Some(trend), _) => format!("exhausted {}, {trend}", after(ending.trained_steps)),
        (Status::Failed, _, _) => format!("failed: {}", ending.reason.as_deref().unwrap_or("no reason is known")),
        (status, _, _) => format!("{status} {}", after(ending.trained_steps)),
    }
}

/// How replicates ended: `8 converged, 2 diverged`.
pub(super) fn counts(Counts(counts): &Counts) -> String {
    let counts = Status::ALL.into_iter().zip(counts).filter(|(_, count)| **count > 0);
    counts.map(|(status, count)| format!("{count} {status}")).collect::<Vec<String>>().join(", ")
}

/// `learning_rate 0.7, batch_size 8`.
pub(in crate::report) fn settings(settings: &Settings) -> String {
    settings.iter().map(|(path, value)| format!("{path} {value}")).collect::<Vec<String>>().join(", ")
}

/// `learning_rate 0.7, seed 1 or 2`.
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
}
