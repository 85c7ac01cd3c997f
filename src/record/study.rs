//! [`Study`]: everything the tables and plots of one sweep are made of.
//!
//! Axis values are stored as columns (distinct values once, a position per run), so that a million runs stay small.

use std::sync::Arc;

use super::attachment::{Attachment, Boundary, LandscapePoint};
use crate::grid::Axis;
use crate::metric::Metric;
use crate::outcome::{Status, Trend};
use crate::value::Compact;

/// The results of a sweep, runs in spec order.
#[derive(Debug, Clone, Default)]
pub struct Study {
    /// The spec's name; also the name of the results folder.
    pub name: String,
    /// The spec's description; may be empty.
    pub description: String,
    /// The axes of the grid in spec order, `seed` included when it is one; shared with the grid.
    pub axes: Arc<[Axis]>,
    /// What the problem adds to each run, for example `stability_limit`.
    pub extras: Vec<Extra>,
    /// The names of what is recorded beside the loss, for example `gap`, `test_loss`, `w`; see [`Curve::measures`].
    pub measures: Vec<String>,
    /// One entry per run, in spec order; run number `i` is `runs[i]`.
    pub runs: Vec<Run>,
    /// Recorded curves, ordered by run; runs without a curve are left out.
    pub curves: Vec<Curve>,
    /// Parameters of runs, ordered by run, the initial ones first; only what the spec asks for.
    pub parameters: Vec<Parameters>,
    /// What only some families of problems have to show.
    pub attachments: Vec<Attachment>,
    /// Whether no run was meant to converge, as far as is known: the spec has no criterion.
    pub without_target: bool,
    /// For each run, how many examples its full batch has; 0 where that is not its batch size, or the number is not known. Empty
    /// where no run has its full batch for batch size.
    pub full_batch: Vec<u64>,
    /// Whether the runs train as the TensorFlow Playground does, whose Step button is one epoch.
    pub trains_as_the_page: bool,
    /// What convergence is judged by, where it is one measure with one value for all runs.
    pub target: Option<Target>,
    /// What the reader should know, in plain sentences (for example: a constant feature was found).
    pub notes: Vec<String>,
}

impl Study {
    /// How many examples make an epoch, if the converged runs tell and agree.
    pub fn examples_per_epoch(&self) -> Option<f64> {
        let ratios = self.runs.iter().filter_map(|run| match (run.examples.get(), run.epochs.get()) {
            (Some(examples), Some(epochs)) if epochs > 0.0 && examples > 0 => Some((examples as f64 / epochs).round()),
            _ => None,
        });
        let mut ratios = ratios.peekable();
        let first = *ratios.peek()?;
        ratios.all(|ratio| ratio == first).then_some(first)
    }

    /// Where in [`Study::measures`] a metric stands, if it was recorded.
    pub fn measure(&self, metric: Metric) -> Option<usize> {
        self.measures.iter().position(|name| name == metric.name())
    }

    /// The loss along the parameter of a problem with one parameter, ascending in `w`; else empty.
    pub fn landscape(&self) -> &[LandscapePoint] {
        self.attachments.iter().find_map(Attachment::landscape).unwrap_or_default()
    }

    /// What networks make of the plane, if the spec asked for it.
    pub fn boundary(&self) -> Option<&Boundary> {
        self.attachments.iter().find_map(Attachment::boundary)
    }

    /// What the problem adds under this name, if it does.
    pub fn extra(&self, name: &str) -> Option<&Extra> {
        self.extras.iter().find(|extra| extra.name == name)
    }
}

/// A measure and the value at which a run has converged.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// As in a spec: `loss`, `relative_gap`, `test_accuracy`, …
    pub measure: String,
    /// Reached from above, by accuracies from below.
    pub value: f64,
}

/// Something that the problem says of every run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extra {
    /// Its name in tables.
    pub name: String,
    /// One value per run, in spec order; a missing one is an empty cell.
    pub values: Vec<Compact<f64>>,
}

impl Extra {
    /// Of these values, one per run.
    pub fn new(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Extra {
        Extra { name: name.to_owned(), values: values.into_iter().map(Compact::from).collect() }
    }

    /// What is said of a run.
    pub fn get(&self, run: usize) -> Option<f64> {
        self.values.get(run)?.get()
    }

    /// What is said of these runs, in this order.
    #[must_use]
    pub fn of_runs(&self, runs: impl IntoIterator<Item = usize>) -> Extra {
        Extra::new(&self.name, runs.into_iter().map(|run| self.get(run)))
    }
}

/// How one run went.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Identity: a hash of the run's resolved settings, the same in whatever grid the run stands.
    pub id: u64,
    /// How it ended.
    pub status: Status,
    /// What it was doing at its end; only for exhausted runs.
    pub trend: Option<Trend>,
    /// Steps to convergence; only for converged runs.
    pub steps: Option<u64>,
    /// Epochs to convergence; only for converged runs of problems that have examples.
    pub epochs: Compact<f64>,
    /// Examples seen to convergence; only for converged runs of problems that have examples.
    pub examples: Compact<u64>,
    /// Steps actually trained.
    pub trained_steps: u64,
    /// Training loss at step 0.
    pub initial_loss: f64,
    /// Training loss at the last evaluation.
    pub final_loss: f64,
    /// Least training loss at any evaluation.
    pub best_loss: f64,
    /// The step of `best_loss` (the first of them).
    pub best_step: u64,
    /// Hash over the bits of the loss at every evaluation.
    pub trajectory: u64,
    /// Why the run ended, where the status does not say it all (`failed`, `diverged`).
    pub reason: Option<Arc<str>>,
}

/// The parameters of a run before its first step or at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Number of the run.
    pub run: usize,
    /// Whether they are those at its end.
    pub is_final: bool,
    /// In the order of the problem.
    pub values: Vec<f64>,
}

/// What was recorded along one run, thinned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Number of the run.
    pub run: usize,
    /// Steps, ascending; the first is 0 and the last is the run's last evaluation.
    pub steps: Vec<u64>,
    /// Epochs at these steps; empty for problems without examples.
    pub epochs: Vec<f64>,
    /// Training loss at these steps; may hold `inf` or NaN at the end of a diverged run.
    pub loss: Vec<f64>,
    /// One column per [`Study::measures`], each as long as `steps`.
    pub measures: Vec<Vec<f64>>,
}
