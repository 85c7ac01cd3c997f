//! From settings to optimizers.

use super::key::{Default, Key, MOMENTUM, PROBLEM_KIND, When, key};
use super::kind::{Kind, Range};
use super::settings::{Fault, Point};
use crate::data::Sampling;
use crate::problem::Family;
use crate::train::{Optimizer, OptimizerKind, Playground, Sgd};

const KIND: &str = "optimizer.kind";
const SGD: &[When] = &[When::Is(KIND, &[OptimizerKind::Sgd.name()])];

#[rustfmt::skip]
pub(super) const KEYS: &[Key] = &[
    key(KIND, Kind::Choice(OptimizerKind::WORDS), "How parameters follow the gradient: by gradient descent, or as the TensorFlow Playground does it.")
        .or(Default::Text("sgd")),
    key(MOMENTUM, Kind::Number(Range::BELOW_ONE), "velocity ← momentum · velocity + gradient; 0 is plain gradient descent.")
        .or(Default::Number(0.0)).when(SGD),
    key("optimizer.nesterov", Kind::Flag, "Look ahead: step along gradient + momentum · velocity.").or(Default::Flag(false)).when(SGD),
];

/// The optimizer at a point.
pub(super) fn optimizer(point: Point<'_>) -> Result<Optimizer, Fault> {
    match point.word(KIND)? {
        OptimizerKind::Playground if point.word::<Family>(PROBLEM_KIND)? != Family::Network => {
            Err(Fault::wrong(KIND, "`optimizer.kind` cannot be \"playground\" for this problem")
                .label("the Playground trains networks"))
        }
        OptimizerKind::Playground if point.word::<Sampling>("data.sampling")? == Sampling::Uniform => {
            Err(Fault::wrong("data.sampling", "`data.sampling` cannot be \"uniform\" with this optimizer")
                .label("the Playground's epochs visit every example"))
        }
        OptimizerKind::Playground => Ok(Optimizer::Playground(Playground)),
        OptimizerKind::Sgd => Ok(Optimizer::Sgd(Sgd { nesterov: point.flag("optimizer.nesterov") })),
    }
}
