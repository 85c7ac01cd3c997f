//! The settings of a linear regression.

use super::super::initial::initial;
use super::super::key::{Ability, Default, Family as Row, Key, PROBLEM_KIND, When, key};
use super::super::kind::{Kind, Range};
use super::super::settings::{Fault, Point};
use crate::problem::{Definition, Family, InitialKind, LinearRegression};

pub(in crate::spec) const FAMILY: Row =
    Row { kind: Family::LinearRegression, noun: "linear regression", abilities: &[Ability::Examples], keys: KEYS };

/// Other linear models start alike.
const INITIAL: &[When] =
    &[When::Is(PROBLEM_KIND, &[Family::LinearRegression.name(), Family::LogisticRegression.name()])];
const INITIAL_VALUE: &[When] = &[
    When::Is(PROBLEM_KIND, &[Family::LinearRegression.name(), Family::LogisticRegression.name()]),
    When::Is(
        "problem.initial",
        &[InitialKind::Constant.name(), InitialKind::Normal.name(), InitialKind::Uniform.name()],
    ),
];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.initial", Kind::Choice(InitialKind::WORDS), "Parameters before the first step.")
        .or(Default::Text("zeros")).when(INITIAL),
    key("problem.initial_value", Kind::Number(Range::ANY), "The constant, the standard deviation of the normal, or the half width of the uniform distribution.")
        .required().when(INITIAL_VALUE),
];

/// The linear regression at a point.
pub(super) fn definition(point: Point<'_>) -> Result<Definition, Fault> {
    Ok(Definition::LinearRegression(LinearRegression { initial: initial(point)? }))
}
