//! The settings of a parabola.

use super::super::key::{Default, Family as Row, Key, PROBLEM_KIND, When, key};
use super::super::kind::{Kind, Range};
use super::super::settings::{Fault, Point};
use crate::problem::{Definition, Family, Parabola};

pub(in crate::spec) const FAMILY: Row = Row { kind: Family::Parabola, noun: "a parabola", abilities: &[], keys: KEYS };

/// Other curves have the same settings.
const CURVE: &[When] = &[When::Is(PROBLEM_KIND, &[Family::Parabola.name(), Family::EggCarton.name()])];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.curvature", Kind::Number(Range::POSITIVE), "Second derivative of the loss: loss(w) = curvature/2 · (w − minimum)².")
        .or(Default::Number(1.0)).when(CURVE),
    key("problem.start", Kind::Number(Range::ANY), "The parameter before the first step.").or(Default::Number(1.0)).when(CURVE),
    key("problem.minimum", Kind::Number(Range::ANY), "The parameter with the least loss.").or(Default::Number(0.0)).when(CURVE),
];

/// The parabola at a point.
pub(super) fn definition(point: Point<'_>) -> Result<Definition, Fault> {
    Ok(Definition::Parabola(Parabola {
        curvature: point.number("problem.curvature")?,
        start: point.number("problem.start")?,
        minimum: point.number("problem.minimum")?,
    }))
}
