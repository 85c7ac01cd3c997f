//! From settings to networks and the Playground's points.

use super::initial::initial_value;
use super::run::Streams;
use super::settings::{Fault, Point};
use super::suggest;
use crate::data::playground::{Dataset, Feature};
use crate::data::{Generator, GeneratorKind, PlaygroundSource, Scale, SourceKind, Targets};
use crate::problem::{self, Activation, Head, InitialWeights, InitialWeightsKind, NetworkDefinition, NetworkLoss};
use crate::problem::{OutputActivation, Penalty, PenaltyKind};
use crate::value::Value;

/// The network at a point.
pub(super) fn problem(point: Point<'_>) -> Result<problem::Definition, Fault> {
    let Some(Value::Counts(widths)) = point.given("problem.hidden") else {
        return Err(Fault::missing("problem.hidden").help("for example `hidden = [4, 2]`; `[]` has none"));
    };
    let hidden = widths.iter().map(|&width| width as usize).collect();
    let rate = point.optional_number("problem.regularization_rate").unwrap_or_default();
    Ok(problem::Definition::Network(NetworkDefinition {
        hidden,
        activation: point.word("problem.activation")?,
        head: head(point)?,
        penalty: match point.word("problem.regularization")? {
            PenaltyKind::None => Penalty::None,
            PenaltyKind::L1 => Penalty::L1(rate),
            PenaltyKind::L2 => Penalty::L2(rate),
        },
        initial: match point.word("problem.initial")? {
            InitialWeightsKind::Zeros => InitialWeights::Zeros,
            InitialWeightsKind::Normal => {
                InitialWeights::Normal(initial_value(point, "normal", "the standard deviation")?)
            }
            InitialWeightsKind::Uniform => InitialWeights::Uniform(initial_value(point, "uniform", "the half width")?),
            InitialWeightsKind::Xavier => InitialWeights::Xavier,
            InitialWeightsKind::He => InitialWeights::He,
            InitialWeightsKind::Playground => InitialWeights::Playground,
        },
    }))
}

fn head(point: Point<'_>) -> Result<Head, Fault> {
    const OUTPUT: &str = "problem.output_activation";
    let loss: NetworkLoss = point.word("problem.loss")?;
    let output = point.optional_word(OUTPUT);
    let unfit = |needed: &str| {
        Err(Fault::wrong(OUTPUT, format!("`{OUTPUT}` does not go with the loss \"{}\"", loss.name()))
            .label(format!("expected {needed}"))
            .help("\"log\" goes with \"sigmoid\", \"cross-entropy\" with \"softmax\", and the squared losses with the others"))
    };
    match (loss, output) {
        (NetworkLoss::Log, None | Some(OutputActivation::Sigmoid)) => Ok(Head::Log),
        (NetworkLoss::Log, Some(_)) => unfit("\"sigmoid\""),
        (NetworkLoss::CrossEntropy, None | Some(OutputActivation::Softmax)) => Ok(Head::CrossEntropy),
        (NetworkLoss::CrossEntropy, Some(_)) => unfit("\"softmax\""),
        (NetworkLoss::HalfSquared | NetworkLoss::MeanSquared, output) => {
            let activation = match output {
                None | Some(OutputActivation::Linear) => Activation::Linear,
                Some(OutputActivation::Tanh) => Activation::Tanh,
                Some(OutputActivation::Sigmoid) => Activation::Sigmoid,
                Some(OutputActivation::Softmax) => return unfit("\"linear\", \"tanh\" or \"sigmoid\""),
            };
            Ok(Head::Squared { activation, half: loss == NetworkLoss::HalfSquared })
        }
    }
}

/// What a network's loss takes for targets.
pub(super) fn targets(point: Point<'_>, head: Head) -> Result<Targets, Fault> {
    let targets = match head {
        Head::Squared { .. } => return Ok(Targets::Numbers),
        Head::Log => Targets::Classes { count: Some(2) },
        Head::CrossEntropy => Targets::Classes { count: None },
    };
    if point.word::<SourceKind>("data.kind")? == SourceKind::Linear {
        let fault = Fault::wrong("data.kind", "generated examples of a linear regression have no classes");
        return Err(fault.label("expected \"csv\" or \"playground\""));
    }
    Ok(targets)
}

/// Whether the examples at a point are the Playground's points.
pub(super) fn is_playground(point: Point<'_>) -> bool {
    point.optional_word("data.kind") == Some(SourceKind::Playground)
}

/// Whether the Playground's own generator draws at a point.
pub(super) fn is_seedrandom(point: Point<'_>) -> bool {
    is_playground(point) && point.optional_word("data.rng") == Some(GeneratorKind::SeedRandom)
}

/// The Playground's points at a point of the grid.
pub(super) fn playground_source(point: Point<'_>, targets: Targets) -> Result<PlaygroundSource, Fault> {
    let generator = if is_seedrandom(point) {
        Generator::SeedRandom { page_seed: point.optional_text("data.page_seed").map(str::to_owned) }
    } else {
        Generator::ChaCha
    };
    if point.given("record.boundary.epochs").is_some() && point.word::<Scale>("data.scale")? != Scale::None {
        return Err(Fault::wrong("data.scale", "`record.boundary` needs features that are not scaled")
            .label("expected \"none\""));
    }
    let dataset: Dataset = point.word("data.dataset")?;
    let name = dataset.name();
    match targets {
        Targets::Classes { count: None | Some(2) } if dataset.is_classification() => {}
        Targets::Classes { count: Some(count) } if dataset.is_classification() => {
            return Err(Fault::wrong("data.dataset", format!("\"{name}\" has two classes, not {count}")));
        }
        Targets::Classes { .. } => {
            return Err(Fault::wrong("data.dataset", format!("\"{name}\" has numbers for targets, not classes"))
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
