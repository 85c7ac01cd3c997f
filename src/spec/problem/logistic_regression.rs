//! The settings of a logistic regression.

use super::super::initial::initial;
use super::super::key::{Ability, Default, Family as Row, Key, PROBLEM_KIND, When, key};
use super::super::kind::{Kind, Range};
use super::super::settings::{Fault, Point};
use crate::data::{SourceKind, Targets};
use crate::problem::{Definition, Family, LogisticRegression};

pub(in crate::spec) const FAMILY: Row = Row {
    kind: Family::LogisticRegression,
    noun: "logistic regression",
    abilities: &[Ability::Examples, Ability::Classes],
    keys: KEYS,
};

const LOGISTIC: &[When] = &[When::Is(PROBLEM_KIND, &[Family::LogisticRegression.name()])];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.l2", Kind::Number(Range::NOT_NEGATIVE), "The penalty l2/2 · |weights|² is part of the training loss; biases are free of it.")
        .or(Default::Number(0.0)).when(LOGISTIC),
    key("problem.classes", Kind::Count { least: 2 }, "How many classes the target must have; by default as many as it has.").when(LOGISTIC),
];

/// The logistic regression at a point.
pub(super) fn definition(point: Point<'_>) -> Result<Definition, Fault> {
    let (initial, l2) = (initial(point)?, point.number("problem.l2")?);
    Ok(Definition::LogisticRegression(LogisticRegression { initial, l2 }))
}

/// Classes, which a file names.
pub(super) fn targets(point: Point<'_>) -> Result<Targets, Fault> {
    if point.word::<SourceKind>("data.kind")? != SourceKind::Csv {
        let fault = Fault::wrong("data.kind", "logistic regression takes its classes from a file");
        return Err(fault.label("expected \"csv\""));
    }
    let count = match point.optional_count("problem.classes") {
        Some(_) => Some(point.size("problem.classes")?),
        None => None,
    };
    Ok(Targets::Classes { count })
}
