//! The settings of the Playground's points.

use super::super::key::{Default, EXAMPLES, Key, When, key};
use super::super::kind::{Kind, Range};
use super::super::run::Streams;
use super::super::settings::{Fault, Point};
use super::super::suggest;
use crate::data::playground::{Dataset, Feature};
use crate::data::{Generator, GeneratorKind, PlaygroundSource, Sampling, Scale, SourceKind, Targets};

const PLAYGROUND: &[When] = &[EXAMPLES, When::Is("data.kind", &[SourceKind::Playground.name()])];
const PAGE: &[When] = &[
    EXAMPLES,
    When::Is("data.kind", &[SourceKind::Playground.name()]),
    When::Is("data.rng", &[GeneratorKind::SeedRandom.name()]),
];

#[rustfmt::skip]
pub(in crate::spec) const KEYS: &[Key] = &[
    key("data.dataset", Kind::Choice(Dataset::WORDS), "Which points: four data sets with two classes, −1 and 1, and two with amounts from −1 to 1.")
        .required().when(PLAYGROUND),
    key("data.noise", Kind::Number(Range::NOISE_PERCENT), "Noise in percent.").or(Default::Number(0.0)).when(PLAYGROUND),
    key("data.train_percent", Kind::Number(Range::PART_PERCENT), "The share of points to train on, in percent; the others are for testing.")
        .or(Default::Number(50.0)).when(PLAYGROUND),
    key("data.features", Kind::Names, "Inputs: x, y, xSquared, ySquared, xTimesY, sinX, sinY; x and y by default.").when(PLAYGROUND).fixed(),
    key("data.rng", Kind::Choice(GeneratorKind::WORDS), "Who draws: this project's generator, or the page's, from whose one stream come points, order and initial weights.")
        .or(Default::Text("chacha")).when(PLAYGROUND),
    key("data.page_seed", Kind::Text, "The page's seed as the text it is; by default the run's seed in decimal digits.").when(PAGE),
    key("data.scale", Kind::Choice(Scale::WORDS), "How features are scaled; fitted on the training part.")
        .or(Default::Text("none")).when(PLAYGROUND),
    key("data.sampling", Kind::Choice(Sampling::WORDS), "In which order examples are visited: a new permutation each epoch, drawn with replacement, or as they come.")
        .or(Default::Text("sequential")).when(PLAYGROUND),
];

/// Whether the examples at a point are the Playground's points.
pub(in crate::spec) fn is_used(point: Point<'_>) -> bool {
    point.optional_word("data.kind") == Some(SourceKind::Playground)
}

/// Whether the Playground's own generator draws at a point.
pub(in crate::spec) fn is_seedrandom(point: Point<'_>) -> bool {
    is_used(point) && point.optional_word("data.rng") == Some(GeneratorKind::SeedRandom)
}

/// The Playground's points at a point of the grid.
pub(in crate::spec) fn source(point: Point<'_>, targets: Targets) -> Result<PlaygroundSource, Fault> {
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
pub(in crate::spec) fn streams(point: Point<'_>, streams: Streams) -> Result<Streams, Fault> {
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
