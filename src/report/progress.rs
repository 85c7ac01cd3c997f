//! The progress bar: on standard error, and only where that is a terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::Event;

/// Shows how far training has come, by steps: runs end in groups, and those of a long study all at once.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Steps of all runs, and those that are done with.
    all: AtomicU64,
    done: AtomicU64,
    runs: AtomicU64,
    finished: AtomicU64,
}

/// Steps of the bar.
const LENGTH: u64 = 1000;

impl Progress {
    /// A bar that appears with the first event, unless `quiet` or standard error is no terminal.
    pub fn new(quiet: bool) -> Progress {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(Some(LENGTH), target);
        let template = "{bar:32} {percent:>3}%  {msg}  {elapsed}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let count = AtomicU64::default;
        Progress { bar, all: count(), done: count(), runs: count(), finished: count() }
    }

    /// Shows what happened.
    pub fn tell(&self, event: Event) {
        match event {
            Event::Started { runs, steps, .. } => {
                self.all.store(steps, Ordering::Relaxed);
                self.runs.store(runs, Ordering::Relaxed);
                self.count_runs(0);
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
            Event::Finished { runs, .. } => self.count_runs(runs),
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
            self.bar.set_message(format!("{finished}/{} runs", self.runs.load(Ordering::Relaxed)));
        }
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
}
