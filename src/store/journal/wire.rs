//! What stands in frames, and how it becomes finished runs again.
//!
//! Numbers keep their bits. What a frame says is believed only where it fits: its checksum holds by then, but it may be of a program
//! that was wrong.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::frame::frame;
use super::header::{Header, Share};
use crate::record::{Compact, Curve, Finished, Parameters, Run, Status, Trend};

/// What a journal begins with; the version follows.
pub(super) const MAGIC: &str = "goldilocks journal ";

/// The version of the form of frames and of what is in them.
pub(super) const VERSION: &str = "1";

/// What a frame holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Content {
    /// Of which plan the runs are.
    Header(Header),
    /// Some finished runs.
    Group(Group),
    /// Whoever writes is still at work.
    Beat(Beat),
    /// Nothing more is to come.
    Seal(Seal),
}

/// The first bytes of a journal.
pub(in crate::store) fn beginning(header: &Header) -> io::Result<Vec<u8>> {
    let mut bytes = format!("{MAGIC}{VERSION}\n").into_bytes();
    bytes.extend(encode(&Content::Header(header.clone()))?);
    Ok(bytes)
}

/// As a frame.
pub(super) fn encode(content: &Content) -> io::Result<Vec<u8>> {
    frame(&postcard::to_stdvec(content).map_err(io::Error::other)?)
}

/// A sign of life of whoever writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// Seconds since it began, by a clock that is never set.
    pub seconds: f64,
    /// Runs that it has finished since then.
    pub runs: u64,
    /// Which process of which machine it is.
    pub by: String,
}

/// The end of a file that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// The plan's hash.
    pub(super) plan: [u8; 32],
    /// Which share of it this is.
    pub(super) share: Share,
    /// How many runs stand before it.
    pub(super) runs: u64,
    /// BLAKE3 of all bytes before it.
    pub(super) bytes: [u8; 32],
}

/// Some finished runs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Group {
    runs: Vec<WireRun>,
    /// For each run as many values as there are columns.
    extras: Vec<Option<f64>>,
    /// The reasons that runs give, each once.
    reasons: Vec<String>,
    curves: Vec<WireCurve>,
    parameters: Vec<WireParameters>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireRun {
    number: u32,
    id: [u8; 8],
    status: u8,
    trend: Option<u8>,
    steps: Option<u64>,
    epochs: Option<f64>,
    examples: Option<u64>,
    trained_steps: u64,
    initial_loss: f64,
    final_loss: f64,
    best_loss: f64,
    best_step: u64,
    trajectory: [u8; 8],
    /// Which of the group's reasons.
    reason: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireCurve {
    run: u32,
    steps: Vec<u64>,
    epochs: Vec<f64>,
    loss: Vec<f64>,
    measures: Vec<Vec<f64>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireParameters {
    run: u32,
    is_final: bool,
    values: Vec<f64>,
}

impl Group {
    /// The runs with these numbers.
    pub(super) fn new(numbers: &[u32], finished: &Finished) -> Group {
        let mut reasons: Vec<String> = Vec::new();
        let mut place = |reason: &Arc<str>| {
            let known = reasons.iter().rposition(|known| **known == **reason);
            known.unwrap_or_else(|| {
                reasons.push(reason.to_string());
                reasons.len() - 1
            }) as u32
        };
        let runs = numbers.iter().zip(&finished.runs).map(|(&number, run)| WireRun {
            number,
            id: run.id.to_le_bytes(),
            status: place_of(&Status::ALL, run.status),
            trend: run.trend.map(|trend| place_of(&Trend::ALL, trend)),
            steps: run.steps,
            epochs: run.epochs.get(),
            examples: run.examples.get(),
            trained_steps: run.trained_steps,
            initial_loss: run.initial_loss,
            final_loss: run.final_loss,
            best_loss: run.best_loss,
            best_step: run.best_step,
            trajectory: run.trajectory.to_le_bytes(),
            reason: run.reason.as_ref().map(&mut place),
        });
        let curve = |curve: &Curve| WireCurve {
            run: curve.run as u32,
            steps: curve.steps.clone(),
            epochs: curve.epochs.clone(),
            loss: curve.loss.clone(),
            measures: curve.measures.clone(),
        };
        let parameters = |parameters: &Parameters| WireParameters {
            run: parameters.run as u32,
            is_final: parameters.is_final,
            values: parameters.values.clone(),
        };
        Group {
            runs: runs.collect(),
            extras: finished.extras.iter().map(|extra| extra.get()).collect(),
            reasons,
            curves: finished.curves.iter().map(curve).collect(),
            parameters: finished.parameters.iter().map(parameters).collect(),
        }
    }

    /// The numbers of its runs, and whether each has failed.
    pub(super) fn failures(&self) -> impl Iterator<Item = (u32, bool)> {
        let failed = place_of(&Status::ALL, Status::Failed);
        self.runs.iter().map(move |run| (run.number, run.status == failed))
    }

    /// Those runs for which `place`, asked with number and identity, has a number. `None` if the group contradicts itself, or has
    /// other columns than `shape` says.
    pub(super) fn into_finished(
        self,
        shape: Shape,
        mut place: impl FnMut(u32, u64) -> Option<u32>,
    ) -> Option<(Vec<u32>, Finished)> {
        if self.extras.len() != self.runs.len().checked_mul(shape.extras)? {
            return None;
        }
        let reasons: Vec<Arc<str>> = self.reasons.into_iter().map(Arc::from).collect();
        let (mut numbers, mut finished) = (Vec::new(), Finished::default());
        // Of each run in the group, its number here, if it is wanted.
        let mut places: HashMap<u32, Option<u32>> = HashMap::new();
        for (row, run) in self.runs.into_iter().enumerate() {
            let (number, id) = (run.number, u64::from_le_bytes(run.id));
            let here = place(number, id);
            if places.insert(number, here).is_some() {
                return None;
            }
            let run = run.into_run(&reasons)?;
            let Some(here) = here else { continue };
            numbers.push(here);
            finished.runs.push(run);
            let extras = &self.extras[row * shape.extras..][..shape.extras];
            finished.extras.extend(extras.iter().map(|&extra| Compact::from(extra)));
        }
        for curve in self.curves {
            let here = *places.get(&curve.run)?;
            let curve = curve.into_curve(shape.measures)?;
            finished.curves.extend(here.map(|run| Curve { run: run as usize, ..curve }));
        }
        for WireParameters { run, is_final, values } in self.parameters {
            let here = *places.get(&run)?;
            finished.parameters.extend(here.map(|run| Parameters { run: run as usize, is_final, values }));
        }
        Some((numbers, finished))
    }
}

/// What stands beside every run: so many values, and so many measures of curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Values of a run beside what is said of every run.
    pub extras: usize,
    /// Measures of a curve beside the loss.
    pub measures: usize,
}

impl WireRun {
    fn into_run(self, reasons: &[Arc<str>]) -> Option<Run> {
        let reason = self.reason.map(|reason| reasons.get(reason as usize).cloned());
        Some(Run {
            id: u64::from_le_bytes(self.id),
            status: *Status::ALL.get(usize::from(self.status))?,
            trend: match self.trend {
                Some(trend) => Some(*Trend::ALL.get(usize::from(trend))?),
                None => None,
            },
            steps: self.steps,
            epochs: self.epochs.into(),
            examples: self.examples.into(),
            trained_steps: self.trained_steps,
            initial_loss: self.initial_loss,
            final_loss: self.final_loss,
            best_loss: self.best_loss,
            best_step: self.best_step,
            trajectory: u64::from_le_bytes(self.trajectory),
            reason: match reason {
                Some(reason) => Some(reason?),
                None => None,
            },
        })
    }
}

impl WireCurve {
    fn into_curve(self, measures: usize) -> Option<Curve> {
        let points = self.steps.len();
        let is_whole = self.loss.len() == points
            && (self.epochs.is_empty() || self.epochs.len() == points)
            && self.measures.len() == measures
            && self.measures.iter().all(|measure| measure.len() == points);
        let WireCurve { steps, epochs, loss, measures, .. } = self;
        is_whole.then_some(Curve { run: 0, steps, epochs, loss, measures })
    }
}

fn place_of<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).unwrap_or_default() as u8
}
