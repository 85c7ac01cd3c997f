//! Why a run ended as it did, in plain sentences, from the tables alone.

use super::words;
use crate::metric::{Metric, STABILITY_LIMIT};
use crate::record::{Curve, LEARNING_RATE, Run, SEED, Status, Study, Trend};

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

/// Tells of one run: how it ended, how its loss went, how far it was from its targets, what the neighboring learning rates
/// did, and what theory says.
pub fn explain(study: &Study, number: usize, targets: &[Target]) -> Vec<String> {
    let Some(run) = study.runs.get(number) else { return Vec::new() };
    let curve = study.curves.iter().find(|curve| curve.run == number);
    let mut sentences = vec![ending(study, number, run, curve)];
    if run.status == Status::Failed {
        return sentences;
    }
    sentences.extend(loss(run));
    match curve {
        Some(curve) => {
            sentences.extend(growth(curve));
            sentences.extend(oscillation(study, curve, run));
            sentences.extend(targets.iter().filter_map(|target| distance(study, curve, run, target)));
        }
        None => sentences.push("Its curve was not recorded; `--curves all` records every evaluation.".to_owned()),
    }
    sentences.extend(neighbors(study, number));
    sentences.extend(theory(study, number, run));
    sentences
}

fn ending(study: &Study, number: usize, run: &Run, curve: Option<&Curve>) -> String {
    let settings = study.axes.iter().map(|axis| format!("{} {}", axis.path, axis.value(number)));
    let settings = settings.collect::<Vec<String>>().join(", ");
    let settings = if settings.is_empty() { String::new() } else { format!(" ({settings})") };
    let after = words::counted(run.trained_steps, "step");
    let reason = run.reason.as_deref().unwrap_or("the loss was too large");
    let end = match (run.status, run.trend) {
        (Status::Converged, _) => {
            let steps = words::counted(run.steps.unwrap_or_default(), "step");
            format!("converged after {steps}")
        }
        (Status::Diverged, _) => format!("diverged after {after}: {reason}"),
        (Status::Failed, _) => {
            format!("could not be carried out: {}", run.reason.as_deref().unwrap_or("no reason is known"))
        }
        (Status::Exhausted, Some(Trend::Falling)) => {
            // A loss that also rises on its way is not slow for want of a larger learning rate.
            let only_fell = |curve: &&Curve| curve.loss.windows(2).all(|pair| pair[1] <= pair[0]);
            let slow = if curve.filter(only_fell).is_some() { ": it was too slow" } else { "" };
            format!("spent its budget of {after} while its loss was still falling{slow}")
        }
        (Status::Exhausted, Some(Trend::Flat)) => {
            format!("spent its budget of {after}; at its end the loss no longer changed")
        }
        (Status::Exhausted, Some(Trend::Oscillating)) => {
            format!("spent its budget of {after}; at its end it went to and fro without getting anywhere")
        }
        (Status::Exhausted, Some(Trend::Rising)) => format!(
            "spent its budget of {after}; at its end the loss was rising, but not yet far enough to count as diverged"
        ),
        (Status::Exhausted, None) => {
            format!("stopped after {after}, before it came to this target; the rest is unknown")
        }
    };
    format!("Run {number}{settings} {end}.")
}

fn loss(run: &Run) -> Option<String> {
    let ratio = run.final_loss / run.initial_loss;
    let times = if ratio.is_finite() && run.initial_loss > 0.0 {
        format!(", {} its start", times(ratio))
    } else {
        String::new()
    };
    let ended = if run.final_loss.is_finite() { digits(run.final_loss) } else { "no finite number".to_owned() };
    let best = if run.best_step == run.trained_steps {
        String::new()
    } else if run.best_step == 0 {
        "; it was never below its start".to_owned()
    } else {
        format!("; its least value was {} at step {}", digits(run.best_loss), run.best_step)
    };
    Some(format!("Its loss began at {} and ended at {ended}{times}{best}.", digits(run.initial_loss)))
}

/// The first growing and the first non-finite step, as far as the curve knows.
fn growth(curve: &Curve) -> Option<String> {
    let points = || curve.steps.iter().zip(&curve.loss);
    let pairs = || points().zip(points().skip(1));
    let grew = pairs().find(|((_, before), (_, after))| after > before || after.is_nan());
    let broke = points().find(|(_, loss)| !loss.is_finite());
    let ((before, old), (after, new)) = grew?;
    let when =
        if after - before == 1 { format!("at step {after}") } else { format!("between steps {before} and {after}") };
    let growing = pairs().filter(|((_, before), (_, after))| after > before).count();
    let all = curve.steps.len() - 1;
    let how_often = if growing == all && all > 1 {
        ", and from then on always".to_owned()
    } else {
        format!("; it grew in {growing} of {all} recorded stretches")
    };
    let broke = broke.map_or(String::new(), |(step, _)| format!(" It was not finite from step {step} on."));
    let new = if new.is_finite() { digits(*new) } else { "no finite number".to_owned() };
    Some(format!("The loss first grew {when}, from {} to {new}{how_often}.{broke}", digits(*old)))
}

/// How often the parameter of a one-parameter problem crossed the minimum.
fn oscillation(study: &Study, curve: &Curve, run: &Run) -> Option<String> {
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
    match (flips, is_whole) {
        _ if all == 0 => None,
        (0, true) => Some("No step jumped over the minimum.".to_owned()),
        (0, false) => Some("It was on one side of the minimum at every recorded step.".to_owned()),
        (flips, true) if flips == all => {
            let why = if run.status == Status::Converged { "" } else { ": it oscillates, its steps are too long" };
            Some(format!("Every step jumped over the minimum{why}."))
        }
        (flips, true) => Some(format!("{flips} of its {all} steps jumped over the minimum.")),
        (flips, false) => Some(format!(
            "It oscillates: it changed sides of the minimum in {flips} of {all} recorded stretches (`--curves all` records every step)."
        )),
    }
}

fn distance(study: &Study, curve: &Curve, run: &Run, target: &Target) -> Option<String> {
    let values = measured(study, curve, &target.measure)?;
    let last = *values.last()?;
    let goal = if target.relative { target.value * values.first()? } else { target.value };
    let share =
        if target.relative { format!(" ({} of its start)", words::number(target.value)) } else { String::new() };
    let name = target.measure.replace('_', " ");
    let reached = run.status == Status::Converged;
    let ratio = last / goal;
    let compared = match ratio {
        _ if reached => "which it met".to_owned(),
        ratio if ratio.is_finite() && goal > 0.0 && ratio > 1.0 => format!("{} times the target", digits(ratio)),
        _ => "the target was not met".to_owned(),
    };
    let last = if last.is_finite() { digits(last) } else { "no finite number".to_owned() };
    Some(format!("Its {name} ended at {last}; the target was {}{share}, {compared}.", digits(goal)))
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
    study.landscape.iter().min_by(|a, b| a.loss.total_cmp(&b.loss)).map(|point| point.w)
}

/// What the next smaller and the next larger learning rate did, everything else being equal.
fn neighbors(study: &Study, number: usize) -> Option<String> {
    let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE)?;
    let own = rate.value(number).as_number()?;
    let alike = |other: &usize| {
        study
            .axes
            .iter()
            .filter(|axis| axis.path != LEARNING_RATE)
            .all(|axis| axis.positions[*other] == axis.positions[number])
    };
    let alike: Vec<(f64, usize)> =
        (0..study.runs.len()).filter(alike).filter_map(|run| Some((rate.value(run).as_number()?, run))).collect();
    let below = alike.iter().filter(|(value, _)| *value < own).max_by(|a, b| a.0.total_cmp(&b.0));
    let above = alike.iter().filter(|(value, _)| *value > own).min_by(|a, b| a.0.total_cmp(&b.0));
    let tell = |word: &str, found: Option<&(f64, usize)>| {
        let (value, run) = found?;
        Some(format!(
            "the next {word} learning rate, {}, {}",
            words::number(*value),
            past(words::ending(&study.runs[*run]))
        ))
    };
    let told: Vec<String> = [tell("smaller", below), tell("larger", above)].into_iter().flatten().collect();
    let told = told.join("; ");
    let mut letters = told.chars();
    let first = letters.next()?;
    let seeds =
        if study.axes.iter().any(|axis| axis.path == SEED && axis.values.len() > 1) { " (same seed)" } else { "" };
    Some(format!("{}{}{seeds}.", first.to_uppercase(), letters.as_str()))
}

/// `exhausted after 9 steps` reads as `was exhausted after 9 steps`.
fn past(ending: String) -> String {
    if ending.starts_with("exhausted") { format!("was {ending}") } else { ending }
}

/// The theoretical limit of stability, where the problem has one.
fn theory(study: &Study, number: usize, run: &Run) -> Option<String> {
    let limit = study.extra(STABILITY_LIMIT)?.get(number)?;
    let rate = study.axes.iter().find(|axis| axis.path == LEARNING_RATE)?.value(number).as_number()?;
    let place = match digits(rate / limit).as_str() {
        "1" if rate == limit => "this learning rate lies".to_owned(),
        "1" => "this learning rate lies just".to_owned(),
        share => format!("this learning rate is {share} times that,"),
    };
    let verdict = match (rate / limit, run.status) {
        (1.0, _) => "on it, where a step neither gains nor loses",
        (ratio, Status::Diverged) if ratio > 1.0 => "above it, where divergence is to be expected",
        (ratio, _) if ratio > 1.0 => "above it, where divergence is to be expected in the end",
        (_, Status::Diverged) => "below it, so that not the full batch but the noise of small ones made it diverge",
        (_, Status::Exhausted) if run.trend == Some(Trend::Falling) => "below it, so that a larger one would be faster",
        _ => "below it",
    };
    Some(format!("In theory the limit of stability (of the full batch) is {}; {place} {verdict}.", digits(limit)))
}

/// `0.5 times`; nothing for one.
fn times(ratio: f64) -> String {
    if ratio == 1.0 { "just".to_owned() } else { format!("{} times", digits(ratio)) }
}

/// A number to four digits.
fn digits(number: f64) -> String {
    words::number(format!("{number:.3e}").parse().unwrap_or(number))
}
