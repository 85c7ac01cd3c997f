//! The settings of an egg carton; curvature, start and minimum are those of a parabola.

use super::super::key::{COUNT, Default, Family as Row, Key, PROBLEM_KIND, When, key};
use super::super::kind::{Kind, Range};
use super::super::settings::{Fault, Point};
use crate::problem::{Definition, EggCarton, Family};

pub(in crate::spec) const FAMILY: Row =
    Row { kind: Family::EggCarton, noun: "an egg carton", abilities: &[], keys: KEYS };

const EGG_CARTON: &[When] = &[When::Is(PROBLEM_KIND, &[Family::EggCarton.name()])];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.dimensions", COUNT, "How many parameters: 1 or 2.").or(Default::Count(1)).when(EGG_CARTON),
    key("problem.ripple", Kind::Number(Range::NOT_NEGATIVE), "Half the height of the ripples: ripple · (1 − cos(frequency · (w − minimum))) is added; 0 is a convex bowl.")
        .or(Default::Number(1.0)).when(EGG_CARTON),
    key("problem.frequency", Kind::Number(Range::POSITIVE), "Ripples per 2π.").or(Default::Number(6.0)).when(EGG_CARTON),
    key("problem.start_y", Kind::Number(Range::ANY), "The second parameter before the first step; in two dimensions.").when(EGG_CARTON),
    key("problem.minimum_y", Kind::Number(Range::ANY), "The second parameter with the least loss; in two dimensions.").when(EGG_CARTON),
];

/// The egg carton at a point.
pub(super) fn definition(point: Point<'_>) -> Result<Definition, Fault> {
    const DIMENSIONS: &str = "problem.dimensions";
    let dimensions = point.size(DIMENSIONS)?;
    if dimensions > 2 {
        let fault = Fault::wrong(DIMENSIONS, format!("`{DIMENSIONS}` is out of range"));
        return Err(fault.label("expected 1 or 2"));
    }
    for path in ["problem.start_y", "problem.minimum_y"] {
        if dimensions == 1 && point.given(path).is_some() {
            let fault = Fault::wrong(path, format!("`{path}` has no effect"));
            return Err(fault.label(format!("only used when `{DIMENSIONS}` is 2")));
        }
    }
    let start = point.number("problem.start")?;
    let minimum = point.number("problem.minimum")?;
    let carton = EggCarton {
        dimensions,
        curvature: point.number("problem.curvature")?,
        ripple: point.number("problem.ripple")?,
        frequency: point.number("problem.frequency")?,
        minimum: [minimum, point.optional_number("problem.minimum_y").unwrap_or(0.0)],
        start: [start, point.optional_number("problem.start_y").unwrap_or(1.0)],
    };
    if carton.minima_at_most() > EggCarton::MOST_MINIMA as f64 {
        let message = format!("this loss has more than {} minima along a parameter", EggCarton::MOST_MINIMA);
        return Err(Fault::wrong("problem.frequency", message).help("use a smaller `frequency` or `ripple`"));
    }
    Ok(Definition::EggCarton(carton))
}
