//! Progress for other programs: a line of JSON per event on standard error.

use std::collections::BTreeMap;
use std::io::{Write as _, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::event::Event;

/// Writes events, those that come by the thousand at most ten times a second.
#[derive(Debug, Default)]
pub(super) struct Lines {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    runs: u64,
    done: u64,
    failed: u64,
    steps: u64,
    trained: u64,
    /// When a measurement of a run was last written.
    told: BTreeMap<u32, Instant>,
    progressed: Option<Instant>,
}

const PAUSE: Duration = Duration::from_millis(100);

impl Lines {
    pub(super) fn tell(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = state.line(event) {
            // Nobody has to read it.
            let _ = writeln!(stderr().lock(), "{line}");
        }
    }
}

impl State {
    fn line(&mut self, event: Event) -> Option<Value> {
        let is_due = |last: Option<&Instant>| last.is_none_or(|last| last.elapsed() >= PAUSE);
        match event {
            Event::Started { runs, threads, steps } => {
                *self = State { runs, steps, ..State::default() };
                Some(json!({ "event": "started", "runs": runs, "at_once": threads, "steps": steps }))
            }
            Event::Began { run } => Some(json!({ "event": "run_started", "run": run })),
            Event::Measured { run, step, loss } if is_due(self.told.get(&run)) => {
                self.told.insert(run, Instant::now());
                Some(json!({ "event": "measured", "run": run, "step": step, "loss": number(loss) }))
            }
            Event::Left { run } => {
                self.told.remove(&run);
                Some(json!({ "event": "run_ended", "run": run }))
            }
            Event::Trained { steps } => {
                self.trained = self.trained.saturating_add(steps);
                is_due(self.progressed.as_ref()).then(|| {
                    self.progressed = Some(Instant::now());
                    self.progress("progress")
                })
            }
            Event::Finished { runs, failed, .. } => {
                self.done += runs;
                self.failed += failed;
                None
            }
            Event::Measured { .. } => None,
            Event::Ended => Some(self.progress("ended")),
        }
    }

    fn progress(&self, event: &str) -> Value {
        json!({
            "event": event, "done": self.done, "runs": self.runs, "failed": self.failed,
            "steps_done": self.trained.min(self.steps), "steps": self.steps,
        })
    }
}

/// JSON has no word for a number that is not one.
fn number(number: f64) -> Value {
    if number.is_finite() { json!(number) } else { json!(number.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_lines_and_a_flood_of_them_is_thinned() {
        let mut state = State::default();
        let started = state.line(Event::Started { runs: 2, threads: 1, steps: 10 }).unwrap();
        assert_eq!(started, json!({ "event": "started", "runs": 2, "at_once": 1, "steps": 10 }));
        let measured = state.line(Event::Measured { run: 1, step: 3, loss: f64::NAN }).unwrap();
        assert_eq!(measured, json!({ "event": "measured", "run": 1, "step": 3, "loss": "NaN" }));
        assert_eq!(state.line(Event::Measured { run: 1, step: 4, loss: 1.0 }), None);
        assert!(state.line(Event::Measured { run: 0, step: 4, loss: 1.0 }).is_some());
        assert_eq!(state.line(Event::Finished { runs: 1, steps: 4, diverged: 0, failed: 1 }), None);
        let ended = state.line(Event::Ended).unwrap();
        assert_eq!((&ended["done"], &ended["failed"], &ended["event"]), (&json!(1), &json!(1), &json!("ended")));
    }
}
