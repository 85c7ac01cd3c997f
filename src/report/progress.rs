//! How training gets on: a bar on standard error, only where that is a terminal, or lines of JSON for other programs.

mod flights;
mod json;

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::Event;
use crate::word::words;
use flights::Flights;
use json::Lines;

words! {
    /// How it is shown.
    pub enum Form {
        /// A bar, where there is a terminal.
        Auto = "auto",
        /// A line of JSON per event, on standard error.
        Json = "json",
        /// Not at all.
        None = "none",
    }
}

/// Shows how far training has come, by steps: runs end in groups, and those of a long study all at once. Of runs that are told of
/// by themselves it shows those that are in the air.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    lines: Option<Lines>,
    /// Steps of all runs, and those that are done with.
    all: AtomicU64,
    done: AtomicU64,
    runs: AtomicU64,
    finished: AtomicU64,
    failed: AtomicU64,
    flights: Flights,
}

/// Steps of the bar.
const LENGTH: u64 = 1000;

impl Progress {
    /// A bar that appears with the first event, unless `quiet` or standard error is no terminal.
    pub fn new(quiet: bool) -> Progress {
        Progress::shown(if quiet { Form::None } else { Form::Auto })
    }

    /// Shows it in this form.
    pub fn shown(form: Form) -> Progress {
        let target = match form {
            Form::Auto => ProgressDrawTarget::stderr_with_hz(10),
            Form::Json | Form::None => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(LENGTH), target);
        let template = "{bar:32} {percent:>3}%  {msg}  {elapsed}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let count = AtomicU64::default;
        Progress {
            bar,
            lines: (form == Form::Json).then(Lines::default),
            all: count(),
            done: count(),
            runs: count(),
            finished: count(),
            failed: count(),
            flights: Flights::default(),
        }
    }

    /// Shows what happened.
    pub fn tell(&self, event: Event) {
        if let Some(lines) = &self.lines {
            return lines.tell(event);
        }
        match event {
            Event::Started { runs, steps, .. } => {
                self.all.store(steps, Ordering::Relaxed);
                self.runs.store(runs, Ordering::Relaxed);
                self.count_runs(0);
            }
            Event::Began { .. } | Event::Measured { .. } | Event::Left { .. } => {
                if self.flights.tell(event) {
                    self.count_runs(0);
                }
            }
            Event::Trained { steps } => {
                let add = |done: u64| Some(done.saturating_add(steps));
                let _ = self.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
                let position = self.position();
                // A bar takes a lock at every move.
                if position > self.bar.position() {
                    self.bar.set_position(position);
                }
            }
            Event::Finished { runs, failed, .. } => {
                self.failed.fetch_add(failed, Ordering::Relaxed);
                self.count_runs(runs);
            }
            Event::Ended => self.bar.finish_and_clear(),
        }
    }

    /// How far the bar is to be.
    fn position(&self) -> u64 {
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed));
        (u128::from(done.min(all)) * u128::from(LENGTH) / u128::from(all.max(1))) as u64
    }

    fn count_runs(&self, more: u64) {
        let finished = self.finished.fetch_add(more, Ordering::Relaxed) + more;
        if !self.bar.is_hidden() {
            self.bar.set_message(self.message(finished));
        }
    }

    /// `3/12 runs, 1 failed, 2 running: run 4 at step 120, loss 0.531; …`
    fn message(&self, finished: u64) -> String {
        let mut message = format!("{finished}/{} runs", self.runs.load(Ordering::Relaxed));
        let failed = self.failed.load(Ordering::Relaxed);
        if failed > 0 {
            message.push_str(&format!(", {failed} failed"));
        }
        message + &self.flights.words()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_moves_while_runs_train_and_is_full_when_all_have_ended() {
        let progress = Progress::new(true);
        progress.tell(Event::Started { runs: 2, threads: 1, steps: 2000 });
        assert_eq!(progress.position(), 0);
        progress.tell(Event::Trained { steps: 500 });
        assert_eq!(progress.position(), 250);
        progress.tell(Event::Trained { steps: 1500 });
        progress.tell(Event::Finished { runs: 2, steps: 600, diverged: 0, failed: 0 });
        assert_eq!(progress.position(), LENGTH);
    }

    #[test]
    fn runs_in_the_air_are_told_with_their_step_and_loss() {
        let progress = Progress::new(true);
        progress.tell(Event::Started { runs: 9, threads: 2, steps: 900 });
        progress.tell(Event::Began { run: 4 });
        progress.tell(Event::Began { run: 5 });
        progress.tell(Event::Measured { run: 4, step: 120, loss: 0.53125 });
        progress.tell(Event::Finished { runs: 1, steps: 10, diverged: 0, failed: 1 });
        assert_eq!(progress.message(1), "1/9 runs, 1 failed, 2 running: run 4 at step 120, loss 0.5312; run 5");
        progress.tell(Event::Left { run: 4 });
        assert_eq!(progress.message(1), "1/9 runs, 1 failed, 1 running: run 5");
    }
}
