//! From settings to what a run is made of, section by section.
//!
//! The settings have the right types and ranges by now; what is checked here is whether they go together.

use std::path::Path;

use super::data::{self, playground};
use super::key::MOMENTUM;
use super::optimizer;
use super::problem;
use super::run::{LaneSettings, Setup, Streams};
use super::settings::{Fault, Point};
use super::stop;
use super::words::Sharing;
use crate::data::Sampling;
use crate::train::{BatchSize, Schedule};
use crate::value::Value;

/// The setup at a point; paths are resolved against `base_dir`.
///
/// # Errors
/// Everything that does not go together.
pub(crate) fn setup(point: Point<'_>, base_dir: &Path) -> Result<Setup, Vec<Fault>> {
    let mut faults = Vec::new();
    let problem = keep(problem::definition(point, base_dir), &mut faults);
    let data = problem.as_ref().and_then(|problem| {
        let targets = keep(problem::targets(point, problem), &mut faults)?;
        match targets {
            Some(targets) => keep(data::data(point, base_dir, targets), &mut faults).map(Some),
            None => Some(None),
        }
    });
    let stop = keep(stop::stop(point), &mut faults);
    let optimizer = keep(optimizer::optimizer(point), &mut faults);
    let streams = keep(streams(point), &mut faults);
    match (problem, data, stop, optimizer, streams) {
        (Some(problem), Some(data), Some(stop), Some(optimizer), Some(streams)) if faults.is_empty() => Ok(Setup {
            problem,
            data,
            // Without examples there is no order.
            sampling: point.optional_word("data.sampling").unwrap_or(Sampling::Shuffle),
            streams,
            optimizer,
            schedule: Schedule::Constant,
            stop,
        }),
        (None, ..) | (_, None, ..) | (_, _, None, ..) | (_, _, _, None, _) | (_, _, _, _, None) | (Some(_), ..) => {
            Err(faults)
        }
    }
}

fn keep<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

fn streams(point: Point<'_>) -> Result<Streams, Fault> {
    let is_per_seed = |path| point.optional_word(path) == Some(Sharing::PerSeed);
    let streams = Streams {
        data: is_per_seed("random.data"),
        init: is_per_seed("random.init"),
        order: is_per_seed("random.order"),
    };
    playground::streams(point, streams)
}

/// The settings of the lane at a point.
///
/// # Errors
/// When there is no learning rate.
pub(crate) fn lane(point: Point<'_>) -> Result<LaneSettings, Fault> {
    Ok(LaneSettings {
        learning_rate: point.number("learning_rate")?,
        momentum: point.number(MOMENTUM)?,
        batch_size: match point.given("batch_size") {
            Some(Value::Count(size)) => BatchSize::Examples(*size),
            // The only word is "full".
            Some(Value::Text(_)) | None => BatchSize::Full,
            Some(Value::Number(_) | Value::Flag(_) | Value::Counts(_)) => return Err(Fault::missing("batch_size")),
        },
        seed: point.count("seed")?,
    })
}
