//! Training: the loop, the optimizers and the stop rules, for one group of lanes.
//!
//! Knows nothing of threads, clocks, files or printing.

mod definition;

pub use definition::{BatchSize, Budget, Convergence, Criterion, EvaluateEvery, Optimizer, Stop};
