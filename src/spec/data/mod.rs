//! From settings to data sets.

pub(super) mod playground;

use std::path::Path;

use super::key::{COUNT, DATA, Default, EXAMPLES, Key, When, key};
use super::kind::{Kind, Range};
use super::settings::{Fault, Point};
use crate::data::{self, CsvSource, LinearSource, Missing, Sampling, Scale, Separator, Source, SourceKind, Targets};

const TABLE: &[When] = &[EXAMPLES, When::Is("data.kind", &[SourceKind::Csv.name(), SourceKind::Linear.name()])];
const CSV: &[When] = &[EXAMPLES, When::Is("data.kind", &[SourceKind::Csv.name()])];
const LINEAR: &[When] = &[EXAMPLES, When::Is("data.kind", &[SourceKind::Linear.name()])];

#[rustfmt::skip]
pub(super) const KEYS: &[Key] = &[
    key("data.kind", Kind::Choice(SourceKind::WORDS), "Where examples come from: a CSV file, a generated linear regression, or the points of the TensorFlow Playground.")
        .or(Default::Text("csv")).when(DATA).fixed(),
    key("data.csv", Kind::Path, "A CSV file with a header line, relative to the folder of the spec.").required().when(CSV),
    key("data.target", Kind::Text, "The column to predict.").required().when(CSV),
    key("data.features", Kind::Names, "The columns to predict from; all but the target by default.").when(CSV).fixed(),
    key("data.separator", Kind::Choice(Separator::WORDS), "What stands between two cells of the CSV file.").or(Default::Text(",")).when(CSV),
    key("data.missing", Kind::Choice(Missing::WORDS), "What becomes of rows with missing values: an error, left out, or filled in with means of the training part.")
        .or(Default::Text("error")).when(CSV),
    key("data.categories", Kind::Names, "Columns that hold categories though they look like numbers; columns of text always do.").when(CSV).fixed(),
    key("data.examples", COUNT, "How many examples to generate.").required().when(LINEAR),
    key("data.features", COUNT, "How many features to generate.").required().when(LINEAR),
    key("data.noise", Kind::Number(Range::NOT_NEGATIVE), "Standard deviation of the noise on the target.")
        .or(Default::Number(0.0)).when(LINEAR),
    key("data.condition", Kind::Number(Range::AT_LEAST_ONE), "Condition number of the features' covariance.")
        .or(Default::Number(1.0)).when(LINEAR),
    key("data.seed", Kind::Count { least: 0 }, "Seed of the generator.").or(Default::Count(0)).when(LINEAR),
    key("data.scale", Kind::Choice(Scale::WORDS), "How features are scaled; fitted on the training part.")
        .or(Default::Text("standard")).when(TABLE),
    key("data.test_fraction", Kind::Number(Range::BELOW_ONE), "The share of examples set aside for testing.")
        .or(Default::Number(0.0)).when(TABLE),
    key("data.sampling", Kind::Choice(Sampling::WORDS), "In which order examples are visited: a new permutation each epoch, drawn with replacement, or as they come.")
        .or(Default::Text("shuffle")).when(TABLE),
];

/// The data set at a point, with such targets; its file is looked for in `base_dir`.
pub(super) fn data(point: Point<'_>, base_dir: &Path, targets: Targets) -> Result<data::Definition, Fault> {
    let source = match point.word("data.kind")? {
        SourceKind::Csv => Source::Csv(csv_source(point, base_dir, targets)?),
        SourceKind::Linear => Source::Linear(LinearSource {
            examples: point.size("data.examples")?,
            features: point.size("data.features")?,
            noise: point.number("data.noise")?,
            condition: point.number("data.condition")?,
            seed: point.count("data.seed")?,
        }),
        SourceKind::Playground => Source::Playground(playground::source(point, targets)?),
    };
    let scale = point.word("data.scale")?;
    if let Source::Linear(LinearSource { condition, .. }) = source
        && condition > 1.0
        && scale != Scale::None
    {
        let fault = Fault::wrong("data.condition", "`data.condition` has no effect once features are scaled");
        return Err(fault.help("add `scale = \"none\"` to [data]"));
    }
    let test_fraction = if playground::is_used(point) { 0.0 } else { point.number("data.test_fraction")? };
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
