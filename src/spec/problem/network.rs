//! The settings of a network.

use super::super::initial::initial_value;
use super::super::key::{Ability, Default, Family as Row, Key, PROBLEM_KIND, When, key};
use super::super::kind::{Kind, Range};
use super::super::settings::{Fault, Point};
use crate::data::{SourceKind, Targets};
use crate::problem::{Activation, Definition, Family, Head, InitialWeights, InitialWeightsKind, NetworkDefinition};
use crate::problem::{NetworkLoss, OutputActivation, Penalty, PenaltyKind};
use crate::value::Value;

pub(in crate::spec) const FAMILY: Row =
    Row { kind: Family::Network, noun: "a network", abilities: &[Ability::Examples, Ability::Classes], keys: KEYS };

const NETWORK: &[When] = &[When::Is(PROBLEM_KIND, &[Family::Network.name()])];
const NETWORK_INITIAL_VALUE: &[When] = &[
    When::Is(PROBLEM_KIND, &[Family::Network.name()]),
    When::Is("problem.initial", &[InitialWeightsKind::Normal.name(), InitialWeightsKind::Uniform.name()]),
];
const PENALTY: &[When] = &[
    When::Is(PROBLEM_KIND, &[Family::Network.name()]),
    When::Is("problem.regularization", &[PenaltyKind::L1.name(), PenaltyKind::L2.name()]),
];

#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("problem.hidden", Kind::Counts { least: 1 }, "Widths of the hidden layers; `[]` has none.").required().when(NETWORK),
    key("problem.activation", Kind::Choice(Activation::WORDS), "What nodes of the hidden layers do with their sum.")
        .or(Default::Text("tanh")).when(NETWORK),
    key("problem.output_activation", Kind::Choice(OutputActivation::WORDS), "What the output does with its sum: \"linear\" by default, \"sigmoid\" for a log loss, \"softmax\" for cross-entropy.")
        .when(NETWORK),
    key("problem.loss", Kind::Choice(NetworkLoss::WORDS), "The mean over examples of (output − target)²/2, of (output − target)², of the log loss of two classes, or of the cross-entropy of any number. A penalty is no part of it.")
        .or(Default::Text("half-squared")).when(NETWORK),
    key("problem.regularization", Kind::Choice(PenaltyKind::WORDS), "What keeps weights small: nothing, rate · Σ|w|, or rate/2 · Σw²; biases are spared.")
        .or(Default::Text("none")).when(NETWORK),
    key("problem.regularization_rate", Kind::Number(Range::NOT_NEGATIVE), "How strong the regularization is.")
        .or(Default::Number(0.0)).when(PENALTY),
    key("problem.initial", Kind::Choice(InitialWeightsKind::WORDS), "Weights before the first step; biases are 0, or 0.1 with \"playground\".")
        .or(Default::Text("xavier")).when(NETWORK),
    key("problem.initial_value", Kind::Number(Range::POSITIVE), "The standard deviation of the normal, or the half width of the uniform distribution.")
        .required().when(NETWORK_INITIAL_VALUE),
];

/// The network at a point.
pub(super) fn definition(point: Point<'_>) -> Result<Definition, Fault> {
    let Some(Value::Counts(widths)) = point.given("problem.hidden") else {
        return Err(Fault::missing("problem.hidden").help("for example `hidden = [4, 2]`; `[]` has none"));
    };
    let hidden = widths.iter().map(|&width| width as usize).collect();
    let rate = point.optional_number("problem.regularization_rate").unwrap_or_default();
    Ok(Definition::Network(NetworkDefinition {
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
