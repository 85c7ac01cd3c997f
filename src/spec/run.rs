//! What a run is made of, checked: the [`Setup`] that a group shares and the settings of its own lane.

use crate::data;
use crate::problem;
use crate::train;

/// All that decides a run's numbers except the four settings that may differ between lanes of one group
/// (learning rate, momentum, batch size and seed).
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// What is trained.
    pub problem: problem::Definition,
    /// What it is trained on, if the problem has examples.
    pub data: Option<data::Definition>,
    /// In which order the examples are visited.
    pub sampling: data::Sampling,
    /// Which random streams change with the seed.
    pub streams: Streams,
    /// How parameters follow the gradient.
    pub optimizer: train::Optimizer,
    /// How the learning rate changes from step to step.
    pub schedule: train::Schedule,
    /// When a run ends.
    pub stop: train::Stop,
}

/// Which random streams change with the seed: `true` is `"per-seed"`, `false` is `"shared"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Streams {
    /// Generated examples, and the split into training and test.
    pub data: bool,
    /// Initial parameters.
    pub init: bool,
    /// The order of examples.
    pub order: bool,
}

/// The settings of one run that may differ between lanes of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneSettings {
    /// Learning rate, positive and finite.
    pub learning_rate: f64,
    /// Momentum in `[0, 1)`.
    pub momentum: f64,
    /// Examples per step. Curves have none and use [`train::BatchSize::Full`].
    pub batch_size: train::BatchSize,
    /// Seed of the random streams.
    pub seed: u64,
}
