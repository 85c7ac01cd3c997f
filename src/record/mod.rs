//! Results: what is known of each run, the tables made of it, and their statistics.
//!
//! Exporters are pure (results in, bytes out). Knows nothing of training.

mod boundary;
mod cell;
mod curves;
mod finished;
mod goldilocks;
mod parameters;
mod resolution;
mod retarget;
mod runs;
#[cfg(test)]
pub(crate) mod sample;
pub mod statistics;
mod study;
mod summary;
mod table;

pub use crate::grid::Axis;
pub use crate::outcome::{Status, Trend};
pub use crate::value::{Compact, Shortest, Value};
pub(crate) use boundary::{BOUNDARY_COLUMNS, PARTS, POINT_COLUMNS};
pub use boundary::{write_boundary, write_points};
pub use cell::{BATCH_SIZE, Groups, LEARNING_RATE, SEED};
pub(crate) use curves::{CURVE_COLUMNS, LANDSCAPE_COLUMNS};
pub use curves::{write_curves, write_landscape};
pub use finished::Finished;
pub use goldilocks::{Best, Edge, Goldilocks, write_goldilocks};
pub use parameters::write_parameters;
pub(crate) use parameters::{ENDS, PARAMETER_COLUMNS};
pub use retarget::{RetargetError, retarget};
pub use runs::write_runs;
pub(crate) use runs::{FIRST_COLUMNS, OUTCOME_COLUMNS};
pub use study::{Boundary, BoundaryPoint, Curve, Extra, LandscapePoint, Parameters, Plane, Run, Study, Target};
pub use summary::{Reached, Summary, expected_steps_interval, write_summary};
pub use table::FULL_BATCH;
