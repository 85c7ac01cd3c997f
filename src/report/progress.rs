//! The progress bar: on standard error, and only where that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::Event;

/// Shows how far training has come.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar that appears with the first event, unless `quiet` or standard error is no terminal.
    pub fn new(quiet: bool) -> Progress {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = "{bar:32} {human_pos}/{human_len} runs  {elapsed}  {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar }
    }

    /// Shows what happened.
    pub fn tell(&self, event: Event) {
        match event {
            Event::Started { runs, .. } => self.bar.set_length(runs),
            Event::Finished { runs, .. } => self.bar.inc(runs),
            Event::Ended => self.bar.finish_and_clear(),
        }
    }
}
