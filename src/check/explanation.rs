//! [`Explanation`]: why a run ended as it did, as fields, from the tables alone.

use super::judgment::{Ending, Settings};
use crate::metric::{Metric, STABILITY_LIMIT};
use crate::record::{Curve, LEARNING_RATE, SEED, Status, Study};

/// What a run was to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What is measured: `loss`, `gap`, `distance` …
    pub measure: String,
    /// The value.
    pub value: f64,
    /// The value is a multiple of the measure's value at step 0.
    pub relative: bool,
}

/// What is known of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Its number.
    pub number: usize,
    /// All its settings.
    pub settings: Settings,
    /// How it ended.
    pub ending: Ending,
    /// How its loss went; `None` if it could not be carried out.
    pub course: Option<Course>,
}

/// How a run went that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Training loss at step 0, at the last evaluation, and the least of all.
    pub losses: [f64; 3],
    /// The step of the least loss.
    pub best_step: u64,
    /// What its curve shows; `None` if it was not recorded.
    pub curve: Option<Seen>,
    /// The next smaller and the next larger learning rate, everything else being equal, and how the run with it ended.
    pub neighbors: [Option<(f64, Ending)>; 2],
    /// Whether the grid has several seeds, so that the neighbors have the same one.
    pub same_seed: bool,
    /// The theoretical limit of stability and the run's learning rate, where the problem has a limit.
    pub limit: Option<(f64, f64)>,
}

/// What a curve shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The loss grew in no recorded stretch.
    pub only_fell: bool,
    /// Where the loss first grew.
    pub growth: Option<Growth>,
    /// How often a one-parameter problem changed sides of its minimum.
    pub crossings: Option<Crossings>,
    /// How far it was from its targets.
    pub distances: Vec<Distance>,
}

/// The first growing stretch of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// The steps at its ends.
    pub steps: [u64; 2],
    /// The losses at its ends.
    pub losses: [f64; 2],
    /// The stretches in which the loss grew, and all of them.
    pub stretches: (usize, usize),
    /// The first step at which the loss was not finite.
    pub not_finite_from: Option<u64>,
}

/// How often a parameter changed sides of the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossings {
    /// So often.
    pub flips: usize,
    /// Of so many recorded stretches.
    pub all: usize,
    /// Every step is recorded, so that stretches are steps.
    pub is_whole: bool,
}

/// How far a run was from a target at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Distance {
    /// The target.
    pub target: Target,
    /// The value that was to be reached.
    pub goal: f64,
    /// The value at the end.
    pub last: f64,
}

/// Explains one run; `None` if the study has no such run.
pub fn explain(study: &Study, number: usize, targets: &[Target]) -> Option<Explanation> {
    let run = study.runs.get(number)?;
    let curve = study.curves.iter().find(|curve| curve.run == number);
    let seen = |curve: &Curve| Seen {
        only_fell: curve.loss.windows(2).all(|pair| pair[1] <= pair[0]),
        growth: growth(curve),
        crossings: crossings(study, curve),
        distances: targets.iter().filter_map(|target| distance(study, curve, target)).collect(),
    };
    let course = || Course {
        losses: [run.initial_loss, run.final_loss, run.best_loss],
        best_step: run.best_step,
        curve: curve.map(seen),
        neighbors: neighbors(study, number),
        same_seed: study.axes.iter().any(|axis| axis.path == SEED && axis.values.len() > 1),
        limit: limit(study, number),
    };
    Some(Explanation {
        number,
        settings: study.axes.iter().map(|axis| (axis.path.clone(), axis.value(number).clone())).collect(),
        ending: Ending::of(run),
        course: (run.status != Status::Failed).then(course),
    })
}

/// The first growing and the first non-finite step, as far as the curve knows.
fn growth(curve: &Curve) -> Option<Growth> {
    let points = || curve.steps.iter().zip(&curve.loss);
    let pairs = || points().zip(points().skip(1));
    let ((before, old), (after, new)) = pairs().find(|((_, before), (_, after))| after > before || after.is_nan())?;
    let growing = pairs().filter(|((_, before), (_, after))| after > before).count();
    Some(Growth {
        steps: [*before, *after],
        losses: [*old, *new],
        stretches: (growing, curve.steps.len() - 1),
        not_finite_from: points().find(|(_, loss)| !loss.is_finite()).map(|(step, _)| *step),
    })
}

/// How often the parameter of a one-parameter problem crossed the minimum.
fn crossings(study: &Study, curve: &Curve) -> Option<Crossings> {
    /// Nearer to the minimum than this share of the first distance is on it, but for rounding.
    const ON_IT: f64 = 1e-12;
    let column = study.measure(Metric::W)?;
    let best = minimum(study)?;
    let sides: Vec<f64> = curve.measures.get(column)?.iter().map(|w| w - best).collect();
    let rounding = ON_IT * sides.first()?.abs();
    let sides: Vec<f64> = sides.into_iter().filter(|side| side.abs() > rounding).collect();
    let flips = sides.windows(2).filter(|pair| pair[0].is_sign_positive() != pair[1].is_sign_positive()).count();
    let all = sides.len().saturating_sub(1);
    let is_whole = curve.steps.windows(2).all(|pair| pair[1] == pair[0] + 1);
    (all > 0).then_some(Crossings { flips, all, is_whole })
}

fn distance(study: &Study, curve: &Curve, target: &Target) -> Option<Distance> {
    let values = measured(study, curve, &target.measure)?;
    let last = *values.last()?;
    let goal = if target.relative { target.value * values.first()? } else { target.value };
    Some(Distance { target: target.clone(), goal, last })
}

/// A measure along a curve. The distance to the minimum of a one-parameter problem follows from the parameter.
fn measured(study: &Study, curve: &Curve, measure: &str) -> Option<Vec<f64>> {
    if let Some(place) = study.measures.iter().position(|name| name == measure) {
        return curve.measures.get(place).cloned();
    }
    match Metric::from_name(measure) {
        Some(Metric::Loss) => Some(curve.loss.clone()),
        Some(Metric::Distance) => {
            let (best, along) = (minimum(study)?, curve.measures.get(study.measure(Metric::W)?)?);
            Some(along.iter().map(|w| (w - best).abs()).collect())
        }
        _ => None,
    }
}

/// Where the loss of a one-parameter problem is least.
fn minimum(study: &Study) -> Option<f64> {
    study.landscape().iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).map(|point| point.w)
}

/// What the next smaller and the next larger learning rate did, everything else being equal.
fn neighbors(study: &Study, number: usize) -> [Option<(f64, Ending)>; 2] {
    let Some(rate) = study.axes.iter().find(|axis| axis.path == LEARNING_RATE) else { return [None, None] };
    let Some(own) = rate.value(number).as_number() else { return [None, None] };
    let others = || study.axes.iter().filter(|axis| axis.path != LEARNING_RATE);
    let alike = |other: &usize| others().all(|axis| axis.positions[*other] == axis.positions[number]);
    let alike: Vec<(f64, usize)> =
        (0..study.runs.len()).filter(alike).filter_map(|run| Some((rate.value(run).as_number()?, run))).collect();
    let below = alike.iter().filter(|(value, _)| *value < own).max_by(|a, b| a.0.total_cmp(&b.0));
    let above = alike.iter().filter(|(value, _)| *value > own).min_by(|a, b| a.0.total_cmp(&b.0));
    [below, above].map(|found| found.map(|(value, run)| (*value, Ending::of(&study.runs[*run]))))
}

/// The theoretical limit of stability and the learning rate, where the problem has a limit.
fn limit(study: &Study, number: usize) -> Option<(f64, f64)> {
    let limit = study.extra(STABILITY_LIMIT)?.get(number)?;
    let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE)?.value(number).as_number()?;
    Some((limit, rate))
}
