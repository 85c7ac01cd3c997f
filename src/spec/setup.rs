//! From settings to definitions: one function per family of problems and kind of data.
//!
//! The settings have the right types and ranges by now; what is checked here is whether they go together.

use std::path::Path;

use super::initial::initial;
use super::keys::MOMENTUM;
use super::network;
use super::run::{LaneSettings, Setup, Streams};
use super::settings::{Fault, Point};
use super::words::Sharing;
use crate::data::{self, CsvSource, LinearSource, Sampling, Scale, Source, SourceKind, Targets};
use crate::problem::{self, EggCarton, Family, LinearRegression, LogisticRegression, Measure, Parabola};
use crate::train::{
    self, AfterConvergence, BatchSize, Budget, Convergence, Criterion, EvaluateEvery, Optimizer, OptimizerKind,
    Schedule, Stop,
};
use crate::value::Value;

/// The setup at a point; paths are resolved against `base_dir`.
///
/// # Errors
/// Everything that does not go together.
pub(crate) fn setup(point: Point<'_>, base_dir: &Path) -> Result<Setup, Vec<Fault>> {
    let mut faults = Vec::new();
    let problem = keep(problem(point), &mut faults);
    let data = match problem {
        Some(problem::Definition::Parabola(_) | problem::Definition::EggCarton(_)) => Some(None),
        Some(problem::Definition::LinearRegression(_)) => {
            keep(data(point, base_dir, Targets::Numbers), &mut faults).map(Some)
        }
        Some(problem::Definition::LogisticRegression(_)) => keep(classes(point, base_dir), &mut faults).map(Some),
        Some(problem::Definition::Network(ref network)) => {
            keep(network::targets(point, network.head).and_then(|targets| data(point, base_dir, targets)), &mut faults)
                .map(Some)
        }
        None => None,
    };
    let stop = keep(stop(point), &mut faults);
    let optimizer = keep(optimizer(point), &mut faults);
    let streams = keep(streams(point), &mut faults);
    match (problem, data, stop, optimizer, streams) {
        (Some(problem), Some(data), Some(stop), Some(optimizer), Some(streams)) if faults.is_empty() => Ok(Setup {
            problem,
            data,
            // Without examples there is no order.
            sampling: point.optional_word("data.sampling").unwrap_or(Sampling::Shuffle),
            streams,
            optimizer,
            schedule: Schedule::Constant,
            stop,
        }),
        (None, ..) | (_, None, ..) | (_, _, None, ..) | (_, _, _, None, _) | (_, _, _, _, None) | (Some(_), ..) => {
            Err(faults)
        }
    }
}

fn keep<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

fn optimizer(point: Point<'_>) -> Result<Optimizer, Fault> {
    match point.word("optimizer.kind")? {
        OptimizerKind::Playground if point.word::<Family>("problem.kind")? != Family::Network => {
            Err(Fault::wrong("optimizer.kind", "`optimizer.kind` cannot be \"playground\" for this problem")
                .label("the Playground trains networks"))
        }
        OptimizerKind::Playground if point.word::<Sampling>("data.sampling")? == Sampling::Uniform => {
            Err(Fault::wrong("data.sampling", "`data.sampling` cannot be \"uniform\" with this optimizer")
                .label("the Playground's epochs visit every example"))
        }
        OptimizerKind::Playground => Ok(Optimizer::Playground(train::Playground)),
        OptimizerKind::Sgd => Ok(Optimizer::Sgd(train::Sgd { nesterov: point.flag("optimizer.nesterov") })),
    }
}

fn streams(point: Point<'_>) -> Result<Streams, Fault> {
    let is_per_seed = |path| point.optional_word(path) == Some(Sharing::PerSeed);
    let streams = Streams {
        data: is_per_seed("random.data"),
        init: is_per_seed("random.init"),
        order: is_per_seed("random.order"),
    };
    network::streams(point, streams)
}

fn problem(point: Point<'_>) -> Result<problem::Definition, Fault> {
    match point.word("problem.kind")? {
        Family::Parabola => parabola(point),
        Family::LinearRegression => linear_regression(point),
        Family::LogisticRegression => logistic_regression(point),
        Family::EggCarton => egg_carton(point),
        Family::Network => network::problem(point),
    }
}

fn parabola(point: Point<'_>) -> Result<problem::Definition, Fault> {
    Ok(problem::Definition::Parabola(Parabola {
        curvature: point.number("problem.curvature")?,
        start: point.number("problem.start")?,
        minimum: point.number("problem.minimum")?,
    }))
}

fn linear_regression(point: Point<'_>) -> Result<problem::Definition, Fault> {
    Ok(problem::Definition::LinearRegression(LinearRegression { initial: initial(point)? }))
}

fn logistic_regression(point: Point<'_>) -> Result<problem::Definition, Fault> {
    let (initial, l2) = (initial(point)?, point.number("problem.l2")?);
    Ok(problem::Definition::LogisticRegression(LogisticRegression { initial, l2 }))
}

fn egg_carton(point: Point<'_>) -> Result<problem::Definition, Fault> {
    const DIMENSIONS: &str = "problem.dimensions";
    let dimensions = size(point, DIMENSIONS)?;
    if dimensions > 2 {
        let fault = Fault::wrong(DIMENSIONS, format!("`{DIMENSIONS}` is out of range"));
        return Err(fault.label("expected 1 or 2"));
    }
    for path in ["problem.start_y", "problem.minimum_y"] {
        if dimensions == 1 && point.given(path).is_some() {
            let fault = Fault::wrong(path, format!("`{path}` has no effect"));
            return Err(fault.label(format!("only used when `{DIMENSIONS}` is 2")));
        }
    }
    let start = point.number("problem.start")?;
    let minimum = point.number("problem.minimum")?;
    let carton = EggCarton {
        dimensions,
        curvature: point.number("problem.curvature")?,
        ripple: point.number("problem.ripple")?,
        frequency: point.number("problem.frequency")?,
        minimum: [minimum, point.optional_number("problem.minimum_y").unwrap_or(0.0)],
        start: [start, point.optional_number("problem.start_y").unwrap_or(1.0)],
    };
    if carton.minima_at_most() > EggCarton::MOST_MINIMA as f64 {
        let message = format!("this loss has more than {} minima along a parameter", EggCarton::MOST_MINIMA);
        return Err(Fault::wrong("problem.frequency", message).help("use a smaller `frequency` or `ripple`"));
    }
    Ok(problem::Definition::EggCarton(carton))
}

/// Examples of classes, which a file names.
fn classes(point: Point<'_>, base_dir: &Path) -> Result<data::Definition, Fault> {
    if point.word::<SourceKind>("data.kind")? != SourceKind::Csv {
        let fault = Fault::wrong("data.kind", "logistic regression takes its classes from a file");
        return Err(fault.label("expected \"csv\""));
    }
    let count = match point.optional_count("problem.classes") {
        Some(_) => Some(size(point, "problem.classes")?),
        None => None,
    };
    data(point, base_dir, Targets::Classes { count })
}

fn data(point: Point<'_>, base_dir: &Path, targets: Targets) -> Result<data::Definition, Fault> {
    let source = match point.word("data.kind")? {
        SourceKind::Csv => Source::Csv(csv_source(point, base_dir, targets)?),
        SourceKind::Linear => Source::Linear(LinearSource {
            examples: size(point, "data.examples")?,
            features: size(point, "data.features")?,
            noise: point.number("data.noise")?,
            condition: point.number("data.condition")?,
            seed: point.count("data.seed")?,
        }),
        SourceKind::Playground => Source::Playground(network::playground_source(point, targets)?),
    };
    let scale = point.word("data.scale")?;
    if let Source::Linear(LinearSource { condition, .. }) = source
        && condition > 1.0
        && scale != Scale::None
    {
        let fault = Fault::wrong("data.condition", "`data.condition` has no effect once features are scaled");
        return Err(fault.help("add `scale = \"none\"` to [data]"));
    }
    let test_fraction = if network::is_playground(point) { 0.0 } else { point.number("data.test_fraction")? };
    Ok(data::Definition { source, scale, test_fraction })
}

fn csv_source(point: Point<'_>, base_dir: &Path, targets: Targets) -> Result<CsvSource, Fault> {
    let path = point.text("data.csv").map_err(|fault| {
        fault.help("give a file and its target, `csv = \"data.csv\"` and `target = \"y\"`, or generate examples with `kind = \"linear\"`")
    })?;
    let target = point.text("data.target")?;
    let features = point.names("data.features");
    if features.is_some_and(|features| features.iter().any(|feature| feature == target)) {
        return Err(Fault::wrong("data.features", format!("`data.features` names the target \"{target}\""))
            .label("a model cannot learn the target from itself"));
    }
    let categories = point.names("data.categories").unwrap_or_default();
    if let Some(features) = features
        && let Some(name) = categories.iter().find(|name| !features.contains(name))
    {
        let message = format!("`data.categories` names \"{name}\", which is not among `features`");
        return Err(Fault::wrong("data.categories", message).label(format!("expected some of {}", features.join(", "))));
    }
    Ok(CsvSource {
        path: base_dir.join(path),
        target: target.to_owned(),
        features: features.map(<[String]>::to_vec),
        targets,
        separator: point.word("data.separator")?,
        missing: point.word("data.missing")?,
        categories: categories.to_vec(),
    })
}

fn size(point: Point<'_>, path: &'static str) -> Result<usize, Fault> {
    usize::try_from(point.count(path)?).map_err(|_| Fault::wrong(path, format!("`{path}` is too large")))
}

fn stop(point: Point<'_>) -> Result<Stop, Fault> {
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
const TEST_CRITERIA: [(Measure, &str); 2] =
    [(Measure::TestLoss, "stop.converged.test_loss"), (Measure::TestAccuracy, "stop.converged.test_accuracy")];

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
        && !network::is_playground(point)
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

/// The settings of the lane at a point.
///
/// # Errors
/// When there is no learning rate.
pub(crate) fn lane(point: Point<'_>) -> Result<LaneSettings, Fault> {
    Ok(LaneSettings {
        learning_rate: point.number("learning_rate")?,
        momentum: point.number(MOMENTUM)?,
        batch_size: match point.given("batch_size") {
            Some(Value::Count(size)) => BatchSize::Examples(*size),
            // The only word is "full".
            Some(Value::Text(_)) | None => BatchSize::Full,
            Some(Value::Number(_) | Value::Flag(_) | Value::Counts(_)) => return Err(Fault::missing("batch_size")),
        },
        seed: point.count("seed")?,
    })
}
