//! The fields of expectations and of what was found in place of what was expected.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::check::{self, Claim, Counts, Ending, Found, Judgment, Matcher, Over, Settings};
use crate::record::{Edge, Status, Trend};
use crate::value::Value;

/// Counts by words.
pub(super) type Tally = Map<String, Json>;

#[derive(Serialize)]
pub(super) struct Expectation {
    file: String,
    line: usize,
    holds: bool,
    expected: Expected,
    violations: Vec<Violation>,
}

/// What is claimed, of which runs.
#[derive(Serialize)]
struct Expected {
    claim: &'static str,
    #[serde(flatten)]
    bounds: Bounds,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_size: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    than: Option<Vec<Condition>>,
    over: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantile: Option<f64>,
    r#where: Vec<Condition>,
}

#[derive(Serialize, Default)]
struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
}

#[derive(Serialize)]
struct Condition {
    axis: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<Json>>,
    #[serde(flatten)]
    bounds: Bounds,
}

#[derive(Serialize)]
struct Violation {
    found: Finding,
    cell: Map<String, Json>,
    runs: Vec<u32>,
}

/// What was found; `kind` says which fields follow.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Finding {
    Ending(RunEnding),
    Counts { counts: Tally },
    Steps { steps: f64, counts: Option<Tally> },
    FinalLoss { final_loss: f64, counts: Option<Tally> },
    NoneOf { runs: usize },
    SuccessRate { success_rate: f64, counts: Tally },
    NoLearningRate,
    LearningRate { learning_rate: f64, edge: &'static str },
    StepsAgainst { steps: f64, others: f64 },
    NoCounterpart,
}

#[derive(Serialize)]
pub(super) struct RunEnding {
    status: &'static str,
    trend: Option<&'static str>,
    steps: Option<u64>,
    trained_steps: u64,
    reason: Option<String>,
}

impl Expectation {
    pub(super) fn of(judgment: &Judgment) -> Expectation {
        let violations = judgment.violations.iter().map(|one| Violation {
            found: Finding::of(&one.found),
            cell: settings(&one.cell),
            runs: one.runs.clone(),
        });
        Expectation {
            file: judgment.place.file.to_string_lossy().into_owned(),
            line: judgment.place.line,
            holds: judgment.violations.is_empty(),
            expected: Expected::of(judgment),
            violations: violations.collect(),
        }
    }
}

impl Expected {
    fn of(judgment: &Judgment) -> Expected {
        let (over, quantile) = match judgment.over {
            None => (None, None),
            Some(Over::Median) => (Some("median"), None),
            Some(Over::All) => (Some("all"), None),
            Some(Over::Any) => (Some("any"), None),
            Some(Over::Quantile(p)) => (Some("quantile"), Some(p)),
        };
        let conditions = judgment.conditions.iter().map(Condition::of).collect();
        let (mut bounds, mut status, mut size, mut than) = (Bounds::default(), None, None, None);
        let claim = match &judgment.claim {
            Claim::Steps(limits) => {
                bounds = Bounds::of(limits);
                "steps"
            }
            Claim::Status(wanted) => {
                status = Some(wanted.name());
                "status"
            }
            Claim::SuccessRate(limits) => {
                bounds = Bounds::of(limits);
                "success_rate"
            }
            Claim::FinalLoss(limits) => {
                bounds = Bounds::of(limits);
                "final_loss"
            }
            Claim::BestLearningRate { bounds: limits, batch_size } => {
                bounds = Bounds::of(limits);
                size = batch_size.as_ref().map(value);
                "best_learning_rate"
            }
            Claim::FewerStepsThan(others) => {
                than = Some(others.iter().map(Condition::of).collect());
                "fewer_steps_than"
            }
        };
        Expected { claim, bounds, status, batch_size: size, than, over, quantile, r#where: conditions }
    }
}

impl Bounds {
    fn of(bounds: &check::Bounds) -> Bounds {
        let check::Bounds { above, below, at_least, at_most } = *bounds;
        Bounds { above, below, at_least, at_most }
    }
}

impl Condition {
    fn of(condition: &check::Condition) -> Condition {
        let (one_of, bounds) = match &condition.matcher {
            Matcher::OneOf(values) => (Some(values.iter().map(value).collect()), Bounds::default()),
            Matcher::Within(limits) => (None, Bounds::of(limits)),
        };
        Condition { axis: condition.path.clone(), one_of, bounds }
    }
}

impl Finding {
    fn of(found: &Found) -> Finding {
        match found {
            Found::Ending(ending) => Finding::Ending(RunEnding::of(ending)),
            Found::Counts(counts) => Finding::Counts { counts: tally(counts) },
            Found::Steps(steps, counts) => Finding::Steps { steps: *steps, counts: counts.as_ref().map(tally) },
            Found::FinalLoss(loss, counts) => {
                Finding::FinalLoss { final_loss: *loss, counts: counts.as_ref().map(tally) }
            }
            Found::NoneOf(runs) => Finding::NoneOf { runs: *runs },
            Found::SuccessRate(rate, counts) => Finding::SuccessRate { success_rate: *rate, counts: tally(counts) },
            Found::NoLearningRate => Finding::NoLearningRate,
            Found::LearningRate(rate, edge) => {
                let edge = match edge {
                    Edge::Inside => "inside",
                    Edge::Upper => "upper",
                    Edge::Lower => "lower",
                };
                Finding::LearningRate { learning_rate: *rate, edge }
            }
            Found::StepsAgainst(steps, others) => Finding::StepsAgainst { steps: *steps, others: *others },
            Found::NoCounterpart => Finding::NoCounterpart,
        }
    }
}

impl RunEnding {
    pub(super) fn of(ending: &Ending) -> RunEnding {
        RunEnding {
            status: ending.status.name(),
            trend: ending.trend.map(Trend::name),
            steps: ending.steps,
            trained_steps: ending.trained_steps,
            reason: ending.reason.as_deref().map(str::to_owned),
        }
    }
}

pub(super) fn tally(Counts(counts): &Counts) -> Tally {
    // Only results that were held to another target have runs of which the rest is unknown.
    let told = |(status, count): &(Status, &u64)| *status != Status::Unknown || **count > 0;
    let counts = Status::ALL.into_iter().zip(counts).filter(told);
    counts.map(|(status, count)| (status.name().to_owned(), (*count).into())).collect()
}

pub(super) fn settings(settings: &Settings) -> Map<String, Json> {
    settings.iter().map(|(path, setting)| (path.clone(), value(setting))).collect()
}

fn value(value: &Value) -> Json {
    match value {
        Value::Number(number) => (*number).into(),
        Value::Count(count) => (*count).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Counts(counts) => counts.to_vec().into(),
    }
}
