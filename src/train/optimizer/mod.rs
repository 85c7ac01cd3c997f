//! The optimizers: how parameters follow the gradient; one file per optimizer.
//!
//! Owns the list of them; a new one is a file, a word, a variant and an arm of each `match` here. What of it depends on the
//! learning rate alone is in `rate.rs`, and models know nothing of any of them.

mod playground;
mod sgd;
mod step;

use pulp::Simd;

pub use playground::Playground;
pub use sgd::Sgd;
pub(super) use step::Step;

use crate::problem::Penalty;
use crate::word::words;

words! {
    /// The optimizers.
    pub enum OptimizerKind {
        /// [`Optimizer::Sgd`].
        Sgd = "sgd",
        /// [`Optimizer::Playground`].
        Playground = "playground",
    }
}

/// How parameters follow the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Optimizer {
    /// Gradient descent, with momentum where a run has some.
    Sgd(Sgd),
    /// As the TensorFlow Playground does it.
    Playground(Playground),
}

/// The gradient that an optimizer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gradient {
    /// Of the mean loss of the batch and the penalty.
    Mean,
    /// Of the summed loss of the batch, without the penalty, which the optimizer lets act by itself.
    Sum,
}

impl Optimizer {
    /// Whether examples left over at the end of an epoch join the first step of the next one; else they are a smaller batch.
    pub fn carries_over(self) -> bool {
        match self {
            Optimizer::Sgd(_) => false,
            Optimizer::Playground(_) => true,
        }
    }

    /// The least upper bound of stable learning rates on a quadratic whose largest second derivative is `curvature`, where theory
    /// gives it: full batch, a constant learning rate.
    pub fn stability_limit(self, curvature: f64, momentum: f64) -> Option<f64> {
        match self {
            Optimizer::Sgd(sgd) => Some(sgd.stability_limit(curvature, momentum)),
            Optimizer::Playground(playground) => Some(playground.stability_limit(curvature)),
        }
    }

    /// How many numbers it remembers of each parameter; all are zero before the first step.
    pub(super) fn memory(self, penalty: Penalty, with_momentum: bool) -> usize {
        match self {
            Optimizer::Sgd(sgd) => sgd.memory(with_momentum),
            Optimizer::Playground(playground) => playground.memory(penalty),
        }
    }

    /// The gradient that its step wants.
    pub(super) fn gradient(self) -> Gradient {
        match self {
            Optimizer::Sgd(_) => Gradient::Mean,
            Optimizer::Playground(_) => Gradient::Sum,
        }
    }

    /// Moves the parameters of a block of lanes.
    #[inline(always)]
    pub(super) fn step<S: Simd, const V: usize>(self, simd: S, step: Step<'_, S, V>) {
        match self {
            Optimizer::Sgd(sgd) => sgd.step(simd, step),
            Optimizer::Playground(playground) => playground.step(simd, step),
        }
    }
}

#[cfg(test)]
mod tests;
