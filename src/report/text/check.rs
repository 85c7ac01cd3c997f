//! What a check found, for the terminal: a line per finding, then a line per spec, then a count.

use std::path::PathBuf;

use super::findings::{headline, message};
use super::page::{Page, Tone};
use super::words::counted;
use crate::check::{Checked, Conclusion};

/// What the checks of some specs found. `saved` are the folders where new baselines are kept; `quiet` leaves out what is fine.
pub fn check(checked: &[Checked], saved: &[PathBuf], quiet: bool, color: bool) -> String {
    // Lines are read by programs too (`file:line: …`), so they are as long as they are.
    let mut page = Page::new(100, color);
    for one in checked {
        for finding in one.findings() {
            let (tone, word) = match finding.conclusion {
                _ if finding.is_warning => (Tone::Warning, "warning"),
                Conclusion::Regressed => (Tone::Bad, "error"),
                Conclusion::NotComparable => (Tone::Warning, "cannot tell"),
                Conclusion::Passed => (Tone::Plain, "note"),
            };
            if finding.conclusion != Conclusion::Passed || finding.is_warning || !quiet {
                page.line(tone, &format!("{}: {word}: {}", finding.place, message(one, &finding)));
            }
        }
    }
    let tone = |one: &Checked| match one.conclusion() {
        Conclusion::Passed => Tone::Good,
        Conclusion::NotComparable => Tone::Warning,
        Conclusion::Regressed => Tone::Bad,
    };
    for one in checked.iter().filter(|one| !quiet || one.conclusion() != Conclusion::Passed) {
        page.line(tone(one), &format!("{}  {}", one.conclusion().name(), headline(one)));
    }
    if quiet {
        return page.into_text();
    }
    for folder in saved {
        page.line(Tone::Plain, &format!("saved as a baseline in {}", folder.display()));
    }
    if let [_, _, ..] = checked {
        let count = |conclusion| checked.iter().filter(|one| one.conclusion() == conclusion).count();
        let counts = [Conclusion::Passed, Conclusion::Regressed, Conclusion::NotComparable];
        let counts = counts.into_iter().map(|conclusion| (count(conclusion), conclusion.name()));
        let counts: Vec<String> =
            counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        page.line(Tone::Plain, &format!("{} checked: {}", counted(checked.len(), "spec"), counts.join(", ")));
    }
    page.into_text()
}
