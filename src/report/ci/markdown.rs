//! What a check or a comparison found, in GitHub's Markdown: for job summaries and comments.

use crate::check::{Against, CellChange, Checked, Comparison, Conclusion, Side, Verdict};
use crate::report::text::findings::{differing_settings, headline, message, note};
use crate::report::text::phrases;
use crate::report::text::words::rounded;

/// Of the cells at most so many rows are shown, the worst first.
const MOST_ROWS: usize = 50;

/// What the checks of some specs found.
pub fn check_markdown(checked: &[Checked]) -> String {
    let mut text = String::from("## goldilocks check\n\n| | spec | outcome |\n| --- | --- | --- |\n");
    for one in checked {
        let mark = match one.conclusion() {
            Conclusion::Passed => "✅",
            Conclusion::NotComparable => "⚠️",
            Conclusion::Regressed => "❌",
        };
        text.push_str(&format!(
            "| {mark} | {} | {} |\n",
            escaped(&one.spec.to_string_lossy()),
            escaped(&headline(one))
        ));
    }
    for one in checked {
        let findings = one.findings();
        if !findings.is_empty() {
            text.push_str(&format!("\n### {}\n\n", escaped(&one.name)));
        }
        for finding in findings {
            text.push_str(&format!("* `{}` {}\n", finding.place, escaped(&message(one, &finding))));
        }
        if let Against::Baseline { comparison, .. } = &one.against
            && comparison.identical() < comparison.cells.len()
        {
            text.push_str(&format!("\n{}", cells(comparison)));
        }
    }
    text
}

/// Two studies, cell by cell.
pub fn comparison_markdown(before: &str, after: &str, comparison: &Comparison) -> String {
    let mut text = format!("## {} → {}\n\n", escaped(before), escaped(after));
    for one in &comparison.notes {
        text.push_str(&format!("* {}\n", escaped(&note(*one))));
    }
    if !comparison.differences.is_empty() {
        text.push_str(&format!("* settings that differ: {}\n", escaped(&differing_settings(&comparison.differences))));
    }
    if !comparison.notes.is_empty() {
        text.push('\n');
    }
    text + &cells(comparison)
}

fn cells(comparison: &Comparison) -> String {
    let mut text =
        String::from("| cell | before | after | paired ratio | verdict |\n| --- | ---: | ---: | ---: | --- |\n");
    let mut shown: Vec<&CellChange> = comparison.cells.iter().collect();
    if shown.len() > MOST_ROWS {
        shown.sort_by_key(|cell| Verdict::ALL.iter().position(|verdict| *verdict == cell.verdict));
    }
    for cell in shown.iter().take(MOST_ROWS) {
        let ratio = cell.paired_ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let verdict = match cell.p_value {
            Some(p) => format!("{} (p = {})", cell.verdict, rounded(p, 2)),
            None => cell.verdict.to_string(),
        };
        let (before, after) = (steps(cell.before.as_ref()), steps(cell.after.as_ref()));
        text.push_str(&format!(
            "| {} | {before} | {after} | {ratio} | {verdict} |\n",
            escaped(&phrases::settings(&cell.name))
        ));
    }
    if shown.len() > MOST_ROWS {
        text.push_str(&format!("\n{} more cells are not shown.\n", shown.len() - MOST_ROWS));
    }
    text
}

fn steps(side: Option<&Side>) -> String {
    match side.map(|side| side.summary.steps.median) {
        Some(median) if median.is_finite() => format!("{median}"),
        Some(_) => "never".to_owned(),
        None => "–".to_owned(),
    }
}

/// Keeps a text from being taken for Markdown: within a table row, and as no HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '|' | '*' | '_' | '`' | '\\' | '[' | ']' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}
