//! From settings to networks and the Playground's points.

use super::experiment::Streams;
use super::settings::{Fault, Point};
use super::setup::initial_value;
use super::suggest;
use crate::data::playground::{Dataset, Feature};
use crate::data::{Generator, PlaygroundSource, Targets};
use crate::problem::{self, Activation, Head, InitialWeights, NetworkDefinition, Penalty};
use crate::value::Value;

/// The network at a point.
pub(super) fn problem(point: Point<'_>) -> Result<problem::Definition, Fault> {
    let hidden = match point.given("problem.hidden") {
        Some(Value::Counts(widths)) => widths.iter().map(|&width| width as usize).collect(),
        _ => return Err(Fault::missing("problem.hidden").help("for example `hidden = [4, 2]`; `[]` has none")),
    };
    let rate = point.optional_number("problem.regularization_rate").unwrap_or_default();
    Ok(problem::Definition::Network(NetworkDefinition {
        hidden,
        activation: Activation::from_name(point.text("problem.activation")?).unwrap_or(Activation::Tanh),
        head: head(point)?,
        penalty: match point.text("problem.regularization")? {
            "l1" => Penalty::L1(rate),
            "l2" => Penalty::L2(rate),
            _ => Penalty::None,
        },
        initial: match point.text("problem.initial")? {
            "zeros" => InitialWeights::Zeros,
            "normal" => InitialWeights::Normal(initial_value(point, "normal", "the standard deviation")?),
            "uniform" => InitialWeights::Uniform(initial_value(point, "uniform", "the half width")?),
            "he" => InitialWeights::He,
            "playground" => InitialWeights::Playground,
            _ => InitialWeights::Xavier,
        },
    }))
}

fn head(point: Point<'_>) -> Result<Head, Fault> {
    const OUTPUT: &str = "problem.output_activation";
    let loss = point.text("problem.loss")?;
    let output = point.optional_text(OUTPUT);
    let unfit = |needed: &str| {
        Err(Fault::wrong(OUTPUT, format!("`{OUTPUT}` does not go with the loss \"{loss}\""))
            .label(format!("expected {needed}"))
            .help("\"log\" goes with \"sigmoid\", \"cross-entropy\" with \"softmax\", and the squared losses with the others"))
    };
    match (loss, output) {
        ("log", None | Some("sigmoid")) => Ok(Head::Log),
        ("log", Some(_)) => unfit("\"sigmoid\""),
        ("cross-entropy", None | Some("softmax")) => Ok(Head::CrossEntropy),
        ("cross-entropy", Some(_)) => unfit("\"softmax\""),
        (_, Some("softmax")) => unfit("\"linear\", \"tanh\" or \"sigmoid\""),
        (loss, output) => Ok(Head::Squared {
            activation: output.and_then(Activation::from_name).unwrap_or(Activation::Linear),
            half: loss == "half-squared",
        }),
    }
}

/// What a network's loss takes for targets.
pub(super) fn targets(point: Point<'_>, head: Head) -> Result<Targets, Fault> {
    let targets = match head {
        Head::Squared { .. } => return Ok(Targets::Numbers),
        Head::Log => Targets::Classes { count: Some(2) },
        Head::CrossEntropy => Targets::Classes { count: None },
    };
    if point.text("data.kind")? == "linear" {
        let fault = Fault::wrong("data.kind", "generated examples of a linear regression have no classes");
        return Err(fault.label("expected \"csv\" or \"playground\""));
    }
    Ok(targets)
}

/// Whether the examples at a point are the Playground's points.
pub(super) fn is_playground(point: Point<'_>) -> bool {
    point.optional_text("data.kind") == Some("playground")
}

/// Whether the Playground's own generator draws at a point.
fn is_seedrandom(point: Point<'_>) -> bool {
    is_playground(point) && point.optional_text("data.rng") == Some("seedrandom")
}

/// The Playground's points at a point of the grid.
pub(super) fn playground_source(point: Point<'_>, targets: Targets) -> Result<PlaygroundSource, Fault> {
    let generator = if is_seedrandom(point) {
        Generator::SeedRandom { page_seed: point.optional_text("data.page_seed").map(str::to_owned) }
    } else {
        Generator::ChaCha
    };
    if point.given("record.boundary.epochs").is_some() && point.text("data.scale")? != "none" {
        return Err(Fault::wrong("data.scale", "`record.boundary` needs features that are not scaled")
            .label("expected \"none\""));
    }
    let name = point.text("data.dataset")?;
    let dataset = Dataset::from_name(name).ok_or_else(|| Fault::missing("data.dataset"))?;
    match targets {
        Targets::Classes { count: None | Some(2) } if dataset.is_classification() => {}
        Targets::Classes { count: Some(count) } if dataset.is_classification() => {
            return Err(Fault::wrong("data.dataset", format!("\"{name}\" has two classes, not {count}")));
        }
        Targets::Classes { .. } => {
            return Err(Fault::wrong("data.dataset", format!("\"{name}\" has amounts, no classes"))
                .label("expected \"circle\", \"xor\", \"gauss\" or \"spiral\""));
        }
        Targets::Numbers => {}
    }
    Ok(PlaygroundSource {
        dataset,
        targets,
        noise: point.number("data.noise")?,
        train_percent: point.number("data.train_percent")?,
        features: features(point)?,
        generator,
    })
}

/// The features in the page's order, whatever the order of the spec.
fn features(point: Point<'_>) -> Result<Vec<Feature>, Fault> {
    const FEATURES: &str = "data.features";
    let Some(names) = point.names(FEATURES) else { return Ok(vec![Feature::X, Feature::Y]) };
    let all = || Feature::ALL.into_iter().map(Feature::name);
    if let Some(unknown) = names.iter().find(|name| Feature::from_name(name).is_none()) {
        let fault = Fault::wrong(FEATURES, format!("`{FEATURES}` cannot name \"{unknown}\""))
            .label(format!("expected some of {}", suggest::list(all().map(|name| format!("\"{name}\"")))));
        return Err(match suggest::did_you_mean(unknown, all(), '"') {
            Some(help) => fault.help(help),
            None => fault,
        });
    }
    Ok(Feature::ALL.into_iter().filter(|feature| names.iter().any(|name| name == feature.name())).collect())
}

/// Which streams change with the seed: the page's generator draws everything from one, which does unless `page_seed` fixes it.
pub(super) fn streams(point: Point<'_>, streams: Streams) -> Result<Streams, Fault> {
    if !is_seedrandom(point) {
        return Ok(streams);
    }
    if let Some(given) = ["random.data", "random.init"].into_iter().find(|path| point.given(path).is_some()) {
        return Err(Fault::wrong(given, format!("`{given}` has no effect with `rng = \"seedrandom\"`"))
            .label("the page draws points, order and initial weights from one stream")
            .help("that stream changes with the seed, unless `data.page_seed` fixes it"));
    }
    let per_seed = point.given("data.page_seed").is_none();
    Ok(Streams { data: per_seed, init: per_seed, ..streams })
}
