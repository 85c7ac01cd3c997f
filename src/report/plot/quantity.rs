//! [`Quantity`]: what `loss.png` draws along the steps: what the target is judged by, else the optimality gap, else the loss.
//!
//! Knows nothing of drawing.

use std::borrow::Cow;

use crate::metric::{Metric, RELATIVE_GAP, Unit};
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

    /// What is measured, and whether it is a part of its value at step 0; `None` for what another program measured.
    fn metric(self, study: &Study) -> (Option<Metric>, bool) {
        let metric = |index: usize| study.measures.get(index).and_then(|name| Metric::from_name(name));
        match self {
            Quantity::Loss => (Some(Metric::Loss), false),
            Quantity::Measure(index) => (metric(index), false),
            Quantity::Relative(index) => (metric(index), true),
        }
    }

    /// Its name in tables.
    fn key(self, study: &Study) -> &str {
        match self {
            Quantity::Loss => Metric::Loss.name(),
            Quantity::Measure(index) | Quantity::Relative(index) => {
                study.measures.get(index).map_or("", String::as_str)
            }
        }
    }

    /// Whether it is a share of which more is better.
    pub(super) fn is_share(self, study: &Study) -> bool {
        self.metric(study).0.is_some_and(|metric| metric.unit() == Unit::Share)
    }

    /// For people, in a title.
    pub(super) fn name(self, study: &Study) -> String {
        match self.metric(study) {
            (Some(Metric::Gap), true) => "relative gap".to_owned(),
            (Some(metric), _) => metric.title().to_owned(),
            (None, _) => self.key(study).replace('_', " "),
        }
    }

    /// For people, along an axis.
    pub(super) fn label(self, study: &Study) -> String {
        match self.metric(study) {
            (Some(Metric::Loss), _) => "training loss".to_owned(),
            (Some(Metric::Gap), false) => "optimality gap (loss − least possible loss)".to_owned(),
            (Some(Metric::Gap), true) => "relative gap (optimality gap / gap at step 0)".to_owned(),
            (Some(Metric::Distance), _) => "distance to the minimum / distance at step 0".to_owned(),
            _ => self.name(study),
        }
    }
}

/// The target's own measure; else the gap where it was recorded, which shows progress that vanishes in the digits of the loss; else
/// the loss.
pub(super) fn drawn(study: &Study) -> Drawn {
    let place = |name: &str| study.measures.iter().position(|measure| measure == name);
    let of_target = |name: &str| match Metric::from_name(name) {
        Some(Metric::Loss) => Some(Quantity::Loss),
        // The measure is a length, the target a part of the first one.
        Some(Metric::Distance) => place(name).map(Quantity::Relative),
        None if name == RELATIVE_GAP => study.measure(Metric::Gap).map(Quantity::Relative),
        _ => place(name).map(Quantity::Measure),
    };
    let target = study.target.as_ref();
    match target.and_then(|target| Some((of_target(&target.measure)?, target.value))) {
        Some((quantity, value)) => Drawn { quantity, target: Some(value) },
        None => Drawn { quantity: study.measure(Metric::Gap).map_or(Quantity::Loss, Quantity::Measure), target: None },
    }
}
