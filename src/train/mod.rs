//! Training: the loop, the optimizers and the stop rules, for one group of lanes.
//!
//! Knows nothing of threads, clocks, files or printing.

mod definition;
mod follow;
mod group;
mod kernel;
mod lanes;
mod ledger;
mod optimizer;
mod rate;
mod recording;
#[cfg(test)]
mod tests;
mod trend;
mod walk;

pub use definition::{AfterConvergence, BatchSize, Budget, Convergence, Criterion, EvaluateEvery, Stop};
pub use follow::{Backwards, End, Follower, Said};
pub use group::{Group, Lane, Outcome, recorded, train};
pub use ledger::Later;
pub use optimizer::{Optimizer, OptimizerKind, Playground, Sgd};
pub use rate::Schedule;
pub use recording::{Curve, Detail, POINTS_PER_DECADE, ParameterDetail};
pub use walk::OrderSeeds;
