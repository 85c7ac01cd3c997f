//! Where parameters start, from the settings of a point.

use super::settings::{Fault, Point};
use crate::problem::{Initial, InitialKind};

/// Where the parameters of a linear model start.
pub(super) fn initial(point: Point<'_>) -> Result<Initial, Fault> {
    Ok(match point.word("problem.initial")? {
        InitialKind::Zeros => Initial::Zeros,
        InitialKind::Constant => Initial::Constant(given_initial_value(point, "constant", "the constant")?),
        InitialKind::Normal => Initial::Normal(initial_value(point, "normal", "the standard deviation")?),
        InitialKind::Uniform => Initial::Uniform(initial_value(point, "uniform", "the half width")?),
    })
}

const INITIAL_VALUE: &str = "problem.initial_value";

/// The `initial_value` that a kind of start needs, and what it is to it.
fn given_initial_value(point: Point<'_>, kind: &str, role: &str) -> Result<f64, Fault> {
    point.optional_number(INITIAL_VALUE).ok_or_else(|| Fault {
        at: "problem.initial",
        ..Fault::missing(INITIAL_VALUE)
            .label(format!("\"{kind}\" needs {role}"))
            .help("add `initial_value` to [problem]")
    })
}

/// The same where it must be positive.
pub(super) fn initial_value(point: Point<'_>, kind: &str, role: &str) -> Result<f64, Fault> {
    let value = given_initial_value(point, kind, role)?;
    if value <= 0.0 {
        return Err(Fault::wrong(INITIAL_VALUE, format!("`{INITIAL_VALUE}` is out of range"))
            .label(format!("as {role} of \"{kind}\" it must be greater than 0")));
    }
    Ok(value)
}
