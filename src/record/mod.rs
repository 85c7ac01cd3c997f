//! Results: what is known of each run, the tables made of it, and their statistics.
//!
//! Exporters are pure (results in, bytes out). Knows nothing of training.

mod attachment;
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
pub use attachment::{
    Attachment, Boundary, BoundaryPoint, LandscapePoint, Plane, write_boundary, write_landscape, write_points,
};
pub(crate) use attachment::{BOUNDARY_COLUMNS, LANDSCAPE_COLUMNS, PARTS, POINT_COLUMNS};
pub use cell::{BATCH_SIZE, Groups, LEARNING_RATE, SEED, distinct};
pub(crate) use curves::CURVE_COLUMNS;
pub use curves::write_curves;
pub use finished::Finished;
pub use goldilocks::{Best, Edge, Goldilocks, write_goldilocks};
pub use parameters::write_parameters;
pub(crate) use parameters::{ENDS, PARAMETER_COLUMNS};
pub use retarget::{RetargetError, retarget};
pub use runs::write_runs;
pub(crate) use runs::{FIRST_COLUMNS, OUTCOME_COLUMNS};
pub use study::{Curve, Extra, Parameters, Run, Study, Target};
pub use summary::{Reached, Summary, expected_steps_interval, write_summary};
pub use table::FULL_BATCH;
