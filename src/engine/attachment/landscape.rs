//! The loss along the only parameter of a problem.

use super::super::prepare::Prepared;
use crate::problem::Problem;
use crate::record::LandscapePoint;

/// The loss around the minimum of a problem with one parameter, when all runs share it.
pub(super) fn landscape(prepared: &Prepared) -> Option<Vec<LandscapePoint>> {
    let [problem] = &prepared.problems[..] else { return None };
    let Problem::Parabola(parabola) = &**problem else { return None };
    let reach = 1.5 * (parabola.start - parabola.minimum).abs().max(f64::MIN_POSITIVE);
    let places = (-100..=100).map(|i| parabola.minimum + reach * f64::from(i) / 100.0);
    Some(places.map(|w| LandscapePoint { w, loss: parabola.loss(w) }).collect())
}
