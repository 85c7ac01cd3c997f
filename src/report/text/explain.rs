//! Why a run ended as it did, in plain sentences.

use super::phrases;
use super::words::{counted, exact, rounded};
use crate::check::{Course, Crossings, Distance, Ending, Explanation, Growth};
use crate::record::{Status, Trend};

/// Tells of one run: how it ended, how its loss went, how far it was from its targets, what the neighboring learning rates
/// did, and what theory says.
pub fn explanation(about: &Explanation) -> Vec<String> {
    let mut sentences = vec![ending(about)];
    let Some(course) = &about.course else { return sentences };
    sentences.push(loss(course, about.ending.trained_steps));
    match &course.curve {
        Some(seen) => {
            sentences.extend(seen.growth.as_ref().map(growth));
            sentences.extend(seen.crossings.map(|seen| crossings(seen, about.ending.status)));
            sentences.extend(seen.distances.iter().map(|one| distance(one, about.ending.status)));
        }
        None => sentences.push("Its curve was not recorded; `--curves all` records every evaluation.".to_owned()),
    }
    sentences.extend(neighbors(course));
    sentences.extend(course.limit.map(|(limit, rate)| theory(limit, rate, &about.ending)));
    sentences
}

fn ending(about: &Explanation) -> String {
    let Explanation { number, settings, ending, course } = about;
    let settings = phrases::settings(settings);
    let settings = if settings.is_empty() { String::new() } else { format!(" ({settings})") };
    let after = counted(ending.trained_steps, "step");
    let reason = ending.reason.as_deref();
    let end = match (ending.status, ending.trend) {
        (Status::Converged, _) => format!("converged after {}", counted(ending.steps.unwrap_or_default(), "step")),
        (Status::Diverged, _) => format!("diverged after {after}: {}", reason.unwrap_or("the loss was too large")),
        (Status::Failed, _) => format!("could not be carried out: {}", reason.unwrap_or("no reason is known")),
        (Status::Exhausted, Some(Trend::Falling)) => {
            // A loss that also rises on its way is not slow for want of a larger learning rate.
            let only_fell = course.as_ref().and_then(|course| course.curve.as_ref()).is_some_and(|seen| seen.only_fell);
            let slow = if only_fell { ": it was too slow" } else { "" };
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
        (Status::Exhausted, None) => format!("spent its budget of {after}"),
        (Status::Unknown, _) => {
            format!("stopped at another target after {after}; whether it would have reached this one is unknown")
        }
    };
    format!("Run {number}{settings} {end}.")
}

fn loss(course: &Course, trained_steps: u64) -> String {
    let [initial, last, best] = course.losses;
    let ratio = last / initial;
    let times = match ratio {
        1.0 if initial > 0.0 => ", just its start".to_owned(),
        ratio if ratio.is_finite() && initial > 0.0 => format!(", {} times its start", digits(ratio)),
        _ => String::new(),
    };
    let best = match course.best_step {
        step if step == trained_steps => String::new(),
        0 => "; it was never below its start".to_owned(),
        step => format!("; its least value was {} at step {step}", digits(best)),
    };
    format!("Its loss began at {} and ended at {}{times}{best}.", digits(initial), finite(last))
}

fn growth(growth: &Growth) -> String {
    let Growth { steps: [before, after], losses: [old, new], stretches: (growing, all), not_finite_from } = growth;
    let when =
        if after - before == 1 { format!("at step {after}") } else { format!("between steps {before} and {after}") };
    let how_often = if growing == all && *all > 1 {
        ", and from then on always".to_owned()
    } else {
        format!("; it grew in {growing} of {all} recorded stretches")
    };
    let broke = not_finite_from.map_or(String::new(), |step| format!(" It was not finite from step {step} on."));
    format!("The loss first grew {when}, from {} to {}{how_often}.{broke}", digits(*old), finite(*new))
}

fn crossings(crossings: Crossings, status: Status) -> String {
    let Crossings { flips, all, is_whole } = crossings;
    match (flips, is_whole) {
        (0, true) => "No step jumped over the minimum.".to_owned(),
        (0, false) => "It was on one side of the minimum at every recorded step.".to_owned(),
        (flips, true) if flips == all => {
            let why = if status == Status::Converged { "" } else { ": it oscillates, its steps are too long" };
            format!("Every step jumped over the minimum{why}.")
        }
        (flips, true) => format!("{flips} of its {all} steps jumped over the minimum."),
        (flips, false) => format!(
            "It oscillates: it changed sides of the minimum in {flips} of {all} recorded stretches (`--curves all` records every step)."
        ),
    }
}

fn distance(distance: &Distance, status: Status) -> String {
    let Distance { target, goal, last } = distance;
    let share = if target.relative { format!(" ({} of its start)", exact(target.value)) } else { String::new() };
    let name = target.measure.replace('_', " ");
    let compared = match last / goal {
        _ if status == Status::Converged => "which it met".to_owned(),
        ratio if ratio.is_finite() && *goal > 0.0 && ratio > 1.0 => format!("{} times the target", digits(ratio)),
        _ => "the target was not met".to_owned(),
    };
    format!("Its {name} ended at {}; the target was {}{share}, {compared}.", finite(*last), digits(*goal))
}

fn neighbors(course: &Course) -> Option<String> {
    let told = ["smaller", "larger"].into_iter().zip(&course.neighbors).filter_map(|(word, found)| {
        let (rate, ending) = found.as_ref()?;
        // `exhausted after 9 steps` reads as `was exhausted after 9 steps`.
        let was = if ending.status == Status::Exhausted { "was " } else { "" };
        Some(format!("the next {word} learning rate, {}, {was}{}", exact(*rate), phrases::ending(ending)))
    });
    let told = told.collect::<Vec<String>>().join("; ");
    let mut letters = told.chars();
    let first = letters.next()?;
    let seeds = if course.same_seed { " (same seed)" } else { "" };
    Some(format!("{}{}{seeds}.", first.to_uppercase(), letters.as_str()))
}

/// The theoretical limit of stability.
fn theory(limit: f64, rate: f64, ending: &Ending) -> String {
    let place = match digits(rate / limit).as_str() {
        "1" if rate == limit => "this learning rate lies".to_owned(),
        "1" => "this learning rate lies just".to_owned(),
        share => format!("this learning rate is {share} times that,"),
    };
    let verdict = match (rate / limit, ending.status) {
        (1.0, _) => "on it, where a step neither gains nor loses",
        (ratio, Status::Diverged) if ratio > 1.0 => "above it, where divergence is to be expected",
        (ratio, _) if ratio > 1.0 => "above it, where divergence is to be expected in the end",
        (_, Status::Diverged) => "below it, so that not the full batch but the noise of small ones made it diverge",
        (_, Status::Exhausted) if ending.trend == Some(Trend::Falling) => {
            "below it, so that a larger one would be faster"
        }
        _ => "below it",
    };
    format!("In theory the limit of stability (of the full batch) is {}; {place} {verdict}.", digits(limit))
}

/// A number to four digits.
fn digits(number: f64) -> String {
    rounded(number, 4)
}

fn finite(number: f64) -> String {
    if number.is_finite() { digits(number) } else { "no finite number".to_owned() }
}
