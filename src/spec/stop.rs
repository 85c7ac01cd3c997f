//! From settings to rules of when a run ends.

use super::data::playground;
use super::key::{Ability, COUNT, DATA, Default, Key, When, key};
use super::kind::{Kind, Range};
use super::settings::{Fault, Point};
use crate::metric::Metric;
use crate::train::{AfterConvergence, Budget, Convergence, Criterion, EvaluateEvery, Stop};
use crate::value::Value;

#[rustfmt::skip]
pub(super) const KEYS: &[Key] = &[
    key("stop.max_steps", COUNT, "A run ends after so many steps at the latest."),
    key("stop.max_epochs", COUNT, "A run ends after so many epochs at the latest.").when(DATA),
    key("stop.evaluate_every", Kind::CountOr { word: "epoch" }, "How often a run is evaluated: after so many steps, or after every epoch."),
    key("stop.converged.loss", Kind::Number(Range::ANY), "Training loss at most this."),
    key("stop.converged.gap", Kind::Number(Range::NOT_NEGATIVE), "Optimality gap (loss − best possible loss) at most this."),
    key("stop.converged.relative_gap", Kind::Number(Range::NOT_NEGATIVE), "Optimality gap at most this multiple of the gap at step 0."),
    key("stop.converged.distance", Kind::Number(Range::NOT_NEGATIVE), "|w − w*| at most this multiple of |w₀ − w*|."),
    key("stop.converged.gradient_norm", Kind::Number(Range::NOT_NEGATIVE), "Euclidean norm of the full gradient at most this."),
    key("stop.converged.accuracy", Kind::Number(Range::SHARE), "Share of training examples classified correctly at least this.")
        .when(&[When::Problem(Ability::Classes)]),
    key("stop.converged.test_loss", Kind::Number(Range::ANY), "Loss on the test examples at most this.").when(DATA),
    key("stop.converged.test_accuracy", Kind::Number(Range::SHARE), "Share of test examples classified correctly at least this.")
        .when(&[When::Problem(Ability::Classes)]),
    key("stop.converged.plateau.change", Kind::Number(Range::NOT_NEGATIVE), "Largest relative change of the loss over the window."),
    key("stop.converged.plateau.window", COUNT, "Number of evaluations in the window."),
    key("stop.converged.hold", COUNT, "So many evaluations in a row must meet the criteria; the first of them counts.").or(Default::Count(1)),
    key("stop.after_convergence", Kind::Choice(AfterConvergence::WORDS), "Whether a run ends when it has converged, or trains on to its budget to see whether the loss drops again.")
        .or(Default::Text("stop")),
    key("stop.diverged.loss_factor", Kind::Number(Range::ABOVE_ONE), "A run has diverged when its loss exceeds this multiple of the loss at step 0.")
        .or(Default::Number(1e3)),
];

/// When a run ends at a point.
pub(super) fn stop(point: Point<'_>) -> Result<Stop, Fault> {
    let budget =
        Budget { steps: point.optional_count("stop.max_steps"), epochs: point.optional_count("stop.max_epochs") };
    if budget.steps.is_none() && budget.epochs.is_none() {
        let fault = Fault { message: "the budget is missing".to_owned(), ..Fault::missing("stop.max_steps") };
        return Err(fault.help("add `max_steps` or `max_epochs` to [stop]"));
    }
    let evaluate_every = match point.given("stop.evaluate_every") {
        Some(Value::Count(steps)) => Some(EvaluateEvery::Steps(*steps)),
        // The only word is "epoch".
        Some(Value::Text(_)) => Some(EvaluateEvery::Epoch),
        Some(Value::Number(_) | Value::Flag(_) | Value::Counts(_)) | None => None,
    };
    Ok(Stop {
        budget,
        converged: convergence(point)?,
        after_convergence: point.word("stop.after_convergence")?,
        diverged_loss_factor: point.number("stop.diverged.loss_factor")?,
        evaluate_every,
    })
}

/// What is measured on test examples, and where a criterion on it stands.
const TEST_CRITERIA: [(Metric, &str); 2] =
    [(Metric::TestLoss, "stop.converged.test_loss"), (Metric::TestAccuracy, "stop.converged.test_accuracy")];

fn convergence(point: Point<'_>) -> Result<Option<Convergence>, Fault> {
    let criterion = |name, make: fn(f64) -> Criterion| point.optional_number(name).map(make);
    let plateau = match (
        point.optional_number("stop.converged.plateau.change"),
        point.optional_count("stop.converged.plateau.window"),
    ) {
        (Some(change), Some(window)) => Some(Criterion::Plateau { change, window }),
        (None, None) => None,
        (Some(_), None) => return Err(Fault::missing("stop.converged.plateau.window")),
        (None, Some(_)) => return Err(Fault::missing("stop.converged.plateau.change")),
    };
    let criteria: Vec<Criterion> = [
        criterion("stop.converged.loss", Criterion::Loss),
        criterion("stop.converged.gap", Criterion::Gap),
        criterion("stop.converged.relative_gap", Criterion::RelativeGap),
        criterion("stop.converged.distance", Criterion::Distance),
        criterion("stop.converged.gradient_norm", Criterion::GradientNorm),
        criterion("stop.converged.accuracy", Criterion::Accuracy),
        criterion("stop.converged.test_loss", Criterion::TestLoss),
        criterion("stop.converged.test_accuracy", Criterion::TestAccuracy),
        plateau,
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut named =
        TEST_CRITERIA.iter().filter(|(measure, _)| criteria.iter().any(|criterion| criterion.measure() == *measure));
    if let Some((measure, path)) = named.next()
        && !playground::is_used(point)
        && !point.settings.kinds.is_command()
        && point.optional_number("data.test_fraction").is_none_or(|fraction| fraction == 0.0)
    {
        let message = format!("`{}` cannot be measured: there are no test examples", measure.name());
        return Err(Fault::wrong(path, message).help("set some aside with `test_fraction` in [data]"));
    }
    if criteria.is_empty() && point.optional_word("stop.after_convergence") == Some(AfterConvergence::Continue) {
        return Err(Fault::wrong("stop.after_convergence", "`after_convergence` is given without a criterion")
            .help("name one in `converged`, such as `plateau`"));
    }
    if criteria.is_empty() {
        let on_its_own = point.given("stop.converged.hold").is_some();
        return if on_its_own {
            Err(Fault::wrong("stop.converged.hold", "`hold` is given without a criterion that could hold")
                .help("name a criterion beside it, such as `relative_gap`"))
        } else {
            Ok(None)
        };
    }
    Ok(Some(Convergence { criteria, hold: point.count("stop.converged.hold")? }))
}
