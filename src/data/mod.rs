//! Data sets: where examples come from, how they are scaled, split and sampled.
//!
//! Knows nothing of problems, runs or sweeps.

mod definition;
pub mod playground;

pub use definition::{CsvSource, Definition, LinearSource, Sampling, Scale, Source};
