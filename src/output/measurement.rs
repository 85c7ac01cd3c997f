//! What is read: [`Measurement`]s, and the error of steps that go backwards.

use std::fmt;

use crate::word::words;

words! {
    /// Where a step came from; its word is the key in the output.
    pub enum StepKey {
        /// `global_step`, which never restarts and so comes before the others of a line.
        GlobalStep = "global_step",
        /// `step`
        Step = "step",
        /// `iter`
        Iter = "iter",
        /// `iteration`
        Iteration = "iteration",
        /// A count in brackets at the beginning of a line, as gradient boosting prints it.
        Bracket = "[n]",
        /// `epoch`
        Epoch = "epoch",
        /// None was printed: measurements are counted from 1.
        Counter = "counter",
    }
}

/// What a program printed about one step.
///
/// The same step may come a second time, with further values (and with a loss only if that one is not finite): a loss is handed
/// out as soon as it is certain, and lines after it may add to its step. [`Measurement::add`] puts the two together.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The step; never smaller than that of the measurement before.
    pub step: u64,
    /// Where the step came from.
    pub step_key: StepKey,
    /// The loss, which may be NaN or infinite; `None` if none was printed for this step.
    pub loss: Option<f64>,
    /// Every other number by its name, in the order of the output.
    pub values: Vec<(String, f64)>,
    /// The line, from 1, that completed it.
    pub line: u64,
}

impl Measurement {
    /// Takes over what a later measurement of the same step adds.
    pub fn add(&mut self, later: Measurement) {
        self.loss = later.loss.or(self.loss);
        self.values.extend(later.values);
        self.line = later.line;
    }

    /// Adds measurements to others, those of one step put together.
    pub fn collect(into: &mut Vec<Measurement>, later: impl IntoIterator<Item = Measurement>) {
        for measurement in later {
            match into.last_mut().filter(|last| last.step == measurement.step) {
                Some(last) => last.add(measurement),
                None => into.push(measurement),
            }
        }
    }
}

/// A loss of an earlier step after that of a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backwards {
    /// The line, from 1.
    pub line: u64,
    /// The step that it tells of.
    pub step: u64,
    /// Where that step came from.
    pub key: StepKey,
    /// The latest step before it.
    pub before: u64,
}

impl fmt::Display for Backwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, key, step, before) = (self.line, self.key.name(), self.step, self.before);
        writeln!(f, "line {line}: a loss of `{key}` {step} after one of {before}; steps must increase")?;
        write!(f, "help: print the step of the whole run, not one that begins anew in every epoch or phase")
    }
}

impl std::error::Error for Backwards {}
