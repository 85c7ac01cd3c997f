//! Results: what is known of each run, the tables made of it, and their statistics.
//!
//! Exporters are pure (results in, bytes out). Knows nothing of training.

mod curves;
mod runs;
mod study;
mod table;

pub use crate::outcome::{Status, Trend};
pub use crate::value::{Shortest, Value};
pub use curves::{write_curves, write_landscape};
pub use runs::write_runs;
pub use study::{Axis, Curve, LandscapePoint, Run, Study};
