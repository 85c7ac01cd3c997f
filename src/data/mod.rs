//! Data sets: where examples come from, how they are scaled, split and sampled.
//!
//! Knows nothing of problems, runs or sweeps.

mod blocks;
mod classes;
mod csv;
mod dataset;
mod definition;
mod error;
mod linear;
mod order;
pub mod playground;
mod points;

pub use blocks::{EXAMPLES_PER_SUM, in_parallel, sum_of_blocks};
pub use dataset::{Dataset, Examples};
pub use definition::{
    CsvSource, Definition, Generator, LinearSource, Missing, PlaygroundSource, Sampling, Scale, Separator, Size,
    Source, Targets,
};
pub use error::Error;
pub use order::{Order, Schedule, SharedOrders};
pub use points::Points;
