//! Data sets: where examples come from, how they are scaled, split and sampled.
//!
//! Knows nothing of problems, runs or sweeps.

mod batches;
mod blocks;
mod classes;
mod csv;
mod dataset;
mod definition;
mod error;
mod examples;
mod linear;
pub mod playground;
mod points;

pub use batches::{BatchWalk, Batches, SharedOrders};
pub use blocks::{EXAMPLES_PER_SUM, in_parallel, sum_of_blocks};
pub use dataset::Dataset;
pub use definition::{
    CsvSource, Definition, Generator, GeneratorKind, LinearSource, Missing, PlaygroundSource, Sampling, Scale,
    Separator, Size, Source, SourceKind, Targets,
};
pub use error::Error;
pub use examples::Examples;
pub use points::Points;
