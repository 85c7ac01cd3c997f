//! From settings to problems: one file per family, with its settings and what becomes of them.
//!
//! Owns the list of families; a new one is a file, a line of [`FAMILIES`] and an arm of each `match`.

mod command;
mod egg_carton;
mod linear_regression;
mod logistic_regression;
mod network;
mod parabola;

use std::path::Path;

pub(super) use command::check as check_program;

use super::key::Family as Row;
use super::settings::{Fault, Point};
use crate::data::Targets;
use crate::problem::{Definition, Family};

/// All families of problems, in the order of their words.
pub(super) const FAMILIES: &[Row] = &[
    parabola::FAMILY,
    linear_regression::FAMILY,
    logistic_regression::FAMILY,
    egg_carton::FAMILY,
    network::FAMILY,
    command::FAMILY,
];

/// The problem at a point; paths are resolved against `base_dir`.
pub(super) fn definition(point: Point<'_>, base_dir: &Path) -> Result<Definition, Fault> {
    match point.word("problem.kind")? {
        Family::Parabola => parabola::definition(point),
        Family::LinearRegression => linear_regression::definition(point),
        Family::LogisticRegression => logistic_regression::definition(point),
        Family::EggCarton => egg_carton::definition(point),
        Family::Network => network::definition(point),
        Family::Command => command::definition(point, base_dir),
    }
}

/// What the examples of a problem have for targets; `None` if it learns from no examples.
pub(super) fn targets(point: Point<'_>, definition: &Definition) -> Result<Option<Targets>, Fault> {
    match definition {
        Definition::Parabola(_) | Definition::EggCarton(_) | Definition::Command(_) => Ok(None),
        Definition::LinearRegression(_) => Ok(Some(Targets::Numbers)),
        Definition::LogisticRegression(_) => logistic_regression::targets(point).map(Some),
        Definition::Network(network) => network::targets(point, network.head).map(Some),
    }
}
