//! Runs that have begun and not ended yet.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::event::Event;

/// Runs in the air, with what they said last.
#[derive(Debug, Default)]
pub(super) struct Flights {
    runs: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last step and loss of each, if it has told any.
    runs: BTreeMap<u32, Option<(u64, f64)>>,
    shown: Option<Instant>,
}

/// So many are shown.
const MOST: usize = 3;

/// No more often than this.
const PAUSE: Duration = Duration::from_millis(100);

impl Flights {
    /// Notes an event; whether it is time to show it.
    pub(super) fn tell(&self, event: Event) -> bool {
        let mut state = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Began { run } => drop(state.runs.insert(run, None)),
            Event::Measured { run, step, loss } => drop(state.runs.insert(run, Some((step, loss)))),
            Event::Left { run } => drop(state.runs.remove(&run)),
            Event::Started { .. } | Event::Trained { .. } | Event::Finished { .. } | Event::Ended => {}
        }
        let is_due = state.shown.is_none_or(|shown| shown.elapsed() >= PAUSE);
        if is_due {
            state.shown = Some(Instant::now());
        }
        is_due
    }

    /// The end of a message about them; empty if there are none.
    pub(super) fn words(&self) -> String {
        let state = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if state.runs.is_empty() {
            return String::new();
        }
        let told = state.runs.iter().take(MOST).map(|(run, said)| match said {
            Some((step, loss)) => format!("run {run} at step {step}, loss {loss:.4}"),
            None => format!("run {run}"),
        });
        let mut told: Vec<String> = told.collect();
        if state.runs.len() > MOST {
            told.push("…".to_owned());
        }
        format!(", {} running: {}", state.runs.len(), told.join("; "))
    }
}
