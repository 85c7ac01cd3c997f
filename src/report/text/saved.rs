//! What was saved by stopping programs early.

use super::page::{Page, Tone};
use crate::metric::SAVED_STEPS;
use crate::record::Study;
use crate::value::grouped;

/// `1,200 of 8,000 steps were saved by stopping 6 programs early.`
pub(super) fn sentence(page: &mut Page, study: &Study) {
    let Some(extra) = study.extras.iter().find(|extra| extra.name == SAVED_STEPS) else { return };
    let saved: Vec<u64> = extra.values.iter().filter_map(|saved| saved.get()).map(|saved| saved as u64).collect();
    let stopped = saved.iter().filter(|&&saved| saved > 0).count();
    let trained = study.runs.iter().fold(0u128, |sum, run| sum + u128::from(run.trained_steps));
    let saved: u128 = saved.iter().fold(0, |sum, &saved| sum + u128::from(saved));
    if stopped > 0 {
        let programs =
            if stopped == 1 { "1 program".to_owned() } else { format!("{} programs", grouped(stopped as u128)) };
        let (saved, all) = (grouped(saved), grouped(saved + trained));
        let sentence = format!("Stopping {programs} early saved {saved} of {all} steps.");
        page.paragraph(Tone::Plain, &sentence);
    }
}
