//! What a check or a comparison found, for programs: numbers, and words of enums. The fields are described in docs/ci.md.

mod expectation;
mod wire;

use serde::Serialize;

use crate::check::{Checked, Comparison};

/// What the checks of some specs found.
pub fn check_json(checked: &[Checked]) -> String {
    text(&wire::Checks::of(checked))
}

/// Two studies, cell by cell.
pub fn comparison_json(before: &str, after: &str, comparison: &Comparison) -> String {
    #[derive(Serialize)]
    struct Wire<'a> {
        before: &'a str,
        after: &'a str,
        #[serde(flatten)]
        comparison: wire::Comparison,
    }
    text(&Wire { before, after, comparison: wire::Comparison::of(comparison) })
}

fn text(wire: &impl Serialize) -> String {
    // Plain structs can always be written.
    let mut text = serde_json::to_string_pretty(wire).unwrap_or_default();
    text.push('\n');
    text
}
