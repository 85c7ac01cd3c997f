//! The vocabulary of how a run ends: [`Status`] and [`Trend`].
//!
//! Owns these words and their spelling in files; knows neither how a run is trained nor how it is stored.

use std::fmt;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Every named criterion held.
    Converged,
    /// The loss grew beyond its bound or stopped being finite. A result, not an error.
    Diverged,
    /// The budget of steps or epochs was spent first.
    Exhausted,
    /// The run could not be carried out; its reason says why.
    Failed,
    /// The run was held to another target than its own, and stopped at its own first: whether it would have reached the other one is
    /// not known. No training ends so.
    Unknown,
}

impl Status {
    /// All of them, in the order in which tables count them.
    pub const ALL: [Status; 5] =
        [Status::Converged, Status::Diverged, Status::Exhausted, Status::Failed, Status::Unknown];

    /// The words of those that a training can end with, in the same order.
    pub const WORDS: &'static [&'static str] =
        &[Status::Converged.name(), Status::Diverged.name(), Status::Exhausted.name(), Status::Failed.name()];

    /// The word used in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Converged => "converged",
            Status::Diverged => "diverged",
            Status::Exhausted => "exhausted",
            Status::Failed => "failed",
            Status::Unknown => "unknown",
        }
    }

    /// The status spelled `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What an exhausted run was doing at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trend {
    /// The loss was still going down.
    Falling,
    /// The loss no longer changed.
    Flat,
    /// The loss, or the parameter itself, went to and fro without getting anywhere.
    Oscillating,
    /// The loss was going up.
    Rising,
}

impl Trend {
    /// All of them.
    pub const ALL: [Trend; 4] = [Trend::Falling, Trend::Flat, Trend::Oscillating, Trend::Rising];

    /// The word used in files and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Trend::Falling => "falling",
            Trend::Flat => "flat",
            Trend::Oscillating => "oscillating",
            Trend::Rising => "rising",
        }
    }

    /// The trend spelled `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Trend> {
        Trend::ALL.into_iter().find(|trend| trend.name() == name)
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
