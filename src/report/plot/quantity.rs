//! [`Quantity`]: what `loss.png` draws along the steps: what the target is judged by, else the optimality gap, else the loss.
//!
//! Knows nothing of drawing.

use std::borrow::Cow;

use crate::record::{Curve, Study};

/// What is plotted against the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// The training loss.
    Loss,
    /// One of [`Study::measures`] as a part of its value at step 0.
    Relative(usize),
    /// One of [`Study::measures`].
    Measure(usize),
}

/// What is drawn of a study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drawn {
    pub(super) quantity: Quantity,
    /// The value at which a run has converged, if it is judged by this.
    pub(super) target: Option<f64>,
}

impl Quantity {
    /// The values along a curve.
    pub(super) fn of(self, curve: &Curve) -> Cow<'_, [f64]> {
        let measure = |index: usize| curve.measures.get(index).map_or(&[][..], Vec::as_slice);
        match self {
            Quantity::Loss => Cow::Borrowed(&curve.loss),
            Quantity::Measure(index) => Cow::Borrowed(measure(index)),
            Quantity::Relative(index) => {
                let values = measure(index);
                let first = values.first().copied().unwrap_or(f64::NAN);
                Cow::Owned(values.iter().map(|value| value / first).collect())
            }
        }
    }

    /// Its name in tables.
    fn key(self, study: &Study) -> &str {
        let measure = |index: usize| study.measures.get(index).map_or("", String::as_str);
        match self {
            Quantity::Loss => "loss",
            Quantity::Measure(index) => measure(index),
            Quantity::Relative(index) => match measure(index) {
                "gap" => "relative_gap",
                other => other,
            },
        }
    }

    /// Whether it is a share of which more is better.
    pub(super) fn is_share(self, study: &Study) -> bool {
        matches!(self.key(study), "accuracy" | "test_accuracy")
    }

    /// For people, in a title.
    pub(super) fn name(self, study: &Study) -> String {
        match self.key(study) {
            "gap" => "optimality gap".to_owned(),
            "relative_gap" => "relative gap".to_owned(),
            "test_loss" => "test loss".to_owned(),
            "accuracy" => "training accuracy".to_owned(),
            "test_accuracy" => "test accuracy".to_owned(),
            "gradient_norm" => "norm of the gradient".to_owned(),
            key => key.replace('_', " "),
        }
    }

    /// For people, along an axis.
    pub(super) fn label(self, study: &Study) -> String {
        match self.key(study) {
            "loss" => "training loss".to_owned(),
            "gap" => "optimality gap (loss − least possible loss)".to_owned(),
            "relative_gap" => "relative gap (optimality gap / gap at step 0)".to_owned(),
            "distance" => "distance to the minimum / distance at step 0".to_owned(),
            _ => self.name(study),
        }
    }
}

/// The target's own measure; else the gap where it was recorded, which shows progress that vanishes in the digits of the loss; else
/// the loss.
pub(super) fn drawn(study: &Study) -> Drawn {
    let place = |name: &str| study.measures.iter().position(|measure| measure == name);
    let of_target = |name: &str| match name {
        "loss" => Some(Quantity::Loss),
        "relative_gap" => place("gap").map(Quantity::Relative),
        // The measure is a length, the target a part of the first one.
        "distance" => place(name).map(Quantity::Relative),
        name => place(name).map(Quantity::Measure),
    };
    let target = study.target.as_ref();
    match target.and_then(|target| Some((of_target(&target.measure)?, target.value))) {
        Some((quantity, value)) => Drawn { quantity, target: Some(value) },
        None => Drawn { quantity: place("gap").map_or(Quantity::Loss, Quantity::Measure), target: None },
    }
}
