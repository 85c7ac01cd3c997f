//! All settings of a spec: one table that drives reading, checking, suggestions, axes, defaults and the JSON Schema.
//!
//! Owns those that belong to no section with a file of its own.

use super::data::{self, playground};
use super::key::{DATA, Default, Key, PROBLEM_KIND, Table, When, is_below, key};
use super::kind::{Kind, Range};
use super::optimizer;
use super::own;
use super::problem;
use super::stop;
use super::words::Sharing;
use crate::data::SourceKind;
use crate::problem::Family;
use crate::train::{Detail, ParameterDetail};

/// All settings.
pub(super) static TABLE: Table = Table {
    families: problem::FAMILIES,
    sections: &[STUDY, data::KEYS, playground::KEYS, optimizer::KEYS, RANDOM, stop::KEYS, RECORD],
    own: own::key,
};

/// All settings, in the order of the documentation.
pub(super) fn all() -> impl Iterator<Item = &'static Key> + Clone {
    TABLE.keys()
}

#[rustfmt::skip]
const STUDY: &[Key] = &[
    key("name", Kind::FolderName, "Name of the study and of its results folder.").required().fixed(),
    key("description", Kind::Text, "One sentence for tables and plots.").or(Default::Text("")).fixed(),
    key(PROBLEM_KIND, Kind::Choice(Family::WORDS), "What is trained.").required().fixed(),
];

#[rustfmt::skip]
const RANDOM: &[Key] = &[
    key("random.data", Kind::Choice(Sharing::WORDS), "Whether generated examples and the split into training and test change with the seed.")
        .or(Default::Text("shared")).when(DATA),
    key("random.init", Kind::Choice(Sharing::WORDS), "Whether initial parameters change with the seed.").or(Default::Text("per-seed")).when(DATA),
    key("random.order", Kind::Choice(Sharing::WORDS), "Whether the order of examples changes with the seed.").or(Default::Text("per-seed")).when(DATA),
];

const PLANE: &[When] =
    &[When::Is(PROBLEM_KIND, &[Family::Network.name()]), When::Is("data.kind", &[SourceKind::Playground.name()])];

#[rustfmt::skip]
const RECORD: &[Key] = &[
    key("record.curves", Kind::Choice(Detail::WORDS), "Which evaluations of a run are kept in curves.csv.")
        .or(Default::Text("thinned")).fixed(),
    key("record.max_curves", Kind::Count { least: 0 }, "At most so many runs keep a curve.").or(Default::Count(2000)).fixed(),
    key("record.parameters", Kind::Choice(ParameterDetail::WORDS), "Which parameters of all runs are written to parameters.csv.")
        .or(Default::Text("none")).fixed(),
    key("record.boundary.epochs", Kind::Counts { least: 0 }, "Epochs after which the decision boundary of some runs is drawn; by default 1, 10 and the last.")
        .when(PLANE).fixed(),
    key("check.fail_on", Kind::Texts, "Which changes against the baseline fail `check`, for example `median:10%`.").fixed(),
    key("learning_rate", Kind::Number(Range::POSITIVE), "Learning rate.").required().grid(),
    key("batch_size", Kind::CountOr { word: "full" }, "Examples per step.").or(Default::Text("full")).grid(),
    key("seed", Kind::Count { least: 0 }, "Seed of the random streams.").or(Default::Count(0)).grid(),
];

/// Whether any setting lies below this path.
pub(super) fn is_section(path: &str) -> bool {
    own::SECTIONS.contains(&path) || all().any(|key| is_below(key.path, path))
}

#[cfg(test)]
mod tests {
    use super::super::key::When;
    use super::super::kind::Given;
    use super::super::tree;
    use super::*;
    use crate::metric::{Metric, Unit};
    use crate::value::Value;

    #[test]
    fn every_kind_of_problem_has_a_family_and_the_other_way_round() {
        let Some(Kind::Choice(kinds)) = all().find(|key| key.path == "problem.kind").map(|key| key.kind) else {
            panic!("`problem.kind` is a choice");
        };
        assert_eq!(kinds.to_vec(), TABLE.families.iter().map(|family| family.kind.name()).collect::<Vec<_>>());
    }

    #[test]
    fn every_metric_that_can_be_better_is_a_criterion_with_the_range_of_its_unit() {
        for metric in Metric::ALL {
            let path = format!("stop.converged.{}", metric.name());
            let range = all().find(|key| key.path == path).map(|key| match key.kind {
                Kind::Number(range) => range,
                kind => panic!("`{path}` is a number, not {kind:?}"),
            });
            assert_eq!(range.is_some(), metric.direction().is_some(), "{path}");
            let Some(range) = range else { continue };
            assert_eq!(!range.contains(1.5), metric.unit() == Unit::Share, "{path}");
        }
    }

    #[test]
    fn conditions_speak_of_words_that_exist() {
        for when in all().flat_map(|key| key.when) {
            let When::Is(path, words) = when else { continue };
            let selector = all().find(|key| key.path == *path).map(|key| key.kind);
            assert!(
                matches!(selector, Some(Kind::Choice(all)) if words.iter().all(|word| all.contains(word))),
                "{path}"
            );
        }
    }

    #[test]
    fn defaults_are_values_of_their_kind() {
        for key in all() {
            let Some(default) = key.default.value() else { continue };
            let text = match &default {
                Value::Text(text) => format!("x = \"{text}\""),
                other => format!("x = {other}"),
            };
            let table = tree::parse(0, &text, &mut Vec::new());
            let item = table.get("x").unwrap();
            assert_eq!(key.kind.read(key.path, item), Ok(Given::Scalar(default)), "{}", key.path);
        }
    }

    #[test]
    fn documentation_is_one_sentence() {
        for key in all() {
            assert!(key.doc.ends_with('.') && !key.doc.contains('\n'), "{}", key.path);
        }
    }
}
