//! The settings of a spec: one table that drives reading, checking, suggestions, axes, defaults and the JSON Schema.
//!
//! A new family of problems or data is a few rows here, a row in [`FAMILIES`] if it is a problem,
//! and a conversion in `setup.rs`.

use super::kind::{Kind, Range};
use super::words::Sharing;
use crate::data::playground::Dataset;
use crate::data::{GeneratorKind, Missing, Sampling, Scale, Separator, SourceKind};
use crate::problem::PenaltyKind;
use crate::problem::{
    Activation, Family as ProblemFamily, InitialKind, InitialWeightsKind, NetworkLoss, OutputActivation,
};
use crate::train::{AfterConvergence, Detail, OptimizerKind, ParameterDetail};
use crate::value::Value;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Its dotted path.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Default,
    /// All of these must hold for the setting to mean anything.
    pub(super) when: &'static [When],
    pub(super) place: Place,
    /// One sentence for editors.
    pub(super) doc: &'static str,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// It must be given wherever it applies.
    Required,
    /// Nothing is set.
    Absent,
    Number(f64),
    Count(u64),
    Flag(bool),
    Text(&'static str),
}

impl Default {
    /// The default as a value.
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Default::Required | Default::Absent => None,
            Default::Number(number) => Some(Value::Number(number)),
            Default::Count(count) => Some(Value::Count(count)),
            Default::Flag(flag) => Some(Value::Flag(flag)),
            Default::Text(text) => Some(Value::Text(text.into())),
        }
    }
}

/// Where a setting may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In its section or as an axis of the grid.
    Anywhere,
    /// In its section only.
    Fixed,
    /// In the grid only.
    Grid,
}

/// A condition on the rest of the spec.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// The setting at this path is one of these words.
    Is(&'static str, &'static [&'static str]),
    /// The problem can do this.
    Problem(Ability),
}

/// What some problems can do and others cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ability {
    /// It learns from examples.
    Examples,
    /// It tells classes apart.
    Classes,
}

impl Ability {
    /// What a problem without this ability does not have.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Ability::Examples => "examples",
            Ability::Classes => "classes",
        }
    }
}

/// A family of problems.
pub(super) struct Family {
    /// Its word in `problem.kind`.
    pub(super) kind: &'static str,
    /// How sentences call it.
    pub(super) noun: &'static str,
    pub(super) abilities: &'static [Ability],
}

/// All families of problems.
pub(super) const FAMILIES: &[Family] = &[
    Family { kind: "parabola", noun: "a parabola", abilities: &[] },
    Family { kind: "linear-regression", noun: "linear regression", abilities: &[Ability::Examples] },
    Family {
        kind: "logistic-regression",
        noun: "logistic regression",
        abilities: &[Ability::Examples, Ability::Classes],
    },
    Family { kind: "egg-carton", noun: "an egg carton", abilities: &[] },
    Family { kind: "network", noun: "a network", abilities: &[Ability::Examples, Ability::Classes] },
];

/// The family with this `problem.kind`.
pub(super) fn family(kind: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.kind == kind)
}

const EXAMPLES: When = When::Problem(Ability::Examples);
const CURVE: &[When] = &[When::Is("problem.kind", &["parabola", "egg-carton"])];
const EGG_CARTON: &[When] = &[When::Is("problem.kind", &["egg-carton"])];
const LOGISTIC: &[When] = &[When::Is("problem.kind", &["logistic-regression"])];
const INITIAL: &[When] = &[When::Is("problem.kind", &["linear-regression", "logistic-regression"])];
const INITIAL_VALUE: &[When] = &[
    When::Is("problem.kind", &["linear-regression", "logistic-regression"]),
    When::Is("problem.initial", &["constant", "normal", "uniform"]),
];
const NETWORK: &[When] = &[When::Is("problem.kind", &["network"])];
const NETWORK_INITIAL_VALUE: &[When] =
    &[When::Is("problem.kind", &["network"]), When::Is("problem.initial", &["normal", "uniform"])];
const PENALTY: &[When] = &[When::Is("problem.kind", &["network"]), When::Is("problem.regularization", &["l1", "l2"])];
const DATA: &[When] = &[EXAMPLES];
const TABLE: &[When] = &[EXAMPLES, When::Is("data.kind", &["csv", "linear"])];
const PLAYGROUND: &[When] = &[EXAMPLES, When::Is("data.kind", &["playground"])];
const PLANE: &[When] = &[When::Is("problem.kind", &["network"]), When::Is("data.kind", &["playground"])];
const PAGE: &[When] = &[EXAMPLES, When::Is("data.kind", &["playground"]), When::Is("data.rng", &["seedrandom"])];
const SGD: &[When] = &[When::Is("optimizer.kind", &["sgd"])];
const CSV: &[When] = &[EXAMPLES, When::Is("data.kind", &["csv"])];
const LINEAR: &[When] = &[EXAMPLES, When::Is("data.kind", &["linear"])];
const COUNT: Kind = Kind::Count { least: 1 };

const fn key(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { path, kind, default: Default::Absent, when: &[], place: Place::Anywhere, doc }
}

impl Key {
    const fn or(mut self, default: Default) -> Key {
        self.default = default;
        self
    }

    const fn required(mut self) -> Key {
        self.default = Default::Required;
        self
    }

    const fn when(mut self, when: &'static [When]) -> Key {
        self.when = when;
        self
    }

    const fn fixed(mut self) -> Key {
        self.place = Place::Fixed;
        self
    }

    const fn grid(mut self) -> Key {
        self.place = Place::Grid;
        self
    }

    /// The documentation as a part of a sentence.
    pub(super) fn clause(&self) -> String {
        let mut letters = self.doc.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }

    /// Whether runs with different values are different runs of different setups.
    pub(super) fn is_setup(&self) -> bool {
        SETUP_SECTIONS.iter().any(|section| is_below(self.path, section)) && self.path != MOMENTUM
    }
}

/// The sections that decide what a run computes.
const SETUP_SECTIONS: &[&str] = &["problem", "data", "optimizer", "random", "stop"];

/// The setting that belongs to the lane although it stands in a section.
pub(crate) const MOMENTUM: &str = "optimizer.momentum";

/// All settings, in the order of the documentation.
#[rustfmt::skip]
pub(super) const KEYS: &[Key] = &[
    key("name", Kind::FolderName, "Name of the study and of its results folder.").required().fixed(),
    key("description", Kind::Text, "One sentence for tables and plots.").or(Default::Text("")).fixed(),

    key("problem.kind", Kind::Choice(ProblemFamily::WORDS), "What is trained.").required().fixed(),
    key("problem.curvature", Kind::Number(Range::POSITIVE), "Second derivative of the loss: loss(w) = curvature/2 · (w − minimum)².")
        .or(Default::Number(1.0)).when(CURVE),
    key("problem.start", Kind::Number(Range::ANY), "The parameter before the first step.").or(Default::Number(1.0)).when(CURVE),
    key("problem.minimum", Kind::Number(Range::ANY), "The parameter with the least loss.").or(Default::Number(0.0)).when(CURVE),
    key("problem.dimensions", COUNT, "How many parameters: 1 or 2.").or(Default::Count(1)).when(EGG_CARTON),
    key("problem.ripple", Kind::Number(Range::NOT_NEGATIVE), "Half the height of the ripples: ripple · (1 − cos(frequency · (w − minimum))) is added; 0 is a convex bowl.")
        .or(Default::Number(1.0)).when(EGG_CARTON),
    key("problem.frequency", Kind::Number(Range::POSITIVE), "Ripples per 2π.").or(Default::Number(6.0)).when(EGG_CARTON),
    key("problem.start_y", Kind::Number(Range::ANY), "The second parameter before the first step; in two dimensions.").when(EGG_CARTON),
    key("problem.minimum_y", Kind::Number(Range::ANY), "The second parameter with the least loss; in two dimensions.").when(EGG_CARTON),
    key("problem.l2", Kind::Number(Range::NOT_NEGATIVE), "The penalty l2/2 · |weights|² is part of the training loss; biases are free of it.")
        .or(Default::Number(0.0)).when(LOGISTIC),
    key("problem.classes", Kind::Count { least: 2 }, "How many classes the target must have; by default as many as it has.").when(LOGISTIC),
    key("problem.initial", Kind::Choice(InitialKind::WORDS), "Parameters before the first step.")
        .or(Default::Text("zeros")).when(INITIAL),
    key("problem.initial_value", Kind::Number(Range::ANY), "The constant, the standard deviation of the normal, or the half width of the uniform distribution.")
        .required().when(INITIAL_VALUE),
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
    key("data.sampling", Kind::Choice(Sampling::WORDS), "In which order examples are visited: a new permutation each epoch, drawn with replacement, or as they come.")
        .or(Default::Text("shuffle")).when(TABLE),

    key("optimizer.kind", Kind::Choice(OptimizerKind::WORDS), "How parameters follow the gradient: by gradient descent, or as the TensorFlow Playground does it.")
        .or(Default::Text("sgd")),
    key(MOMENTUM, Kind::Number(Range::BELOW_ONE), "velocity ← momentum · velocity + gradient; 0 is plain gradient descent.")
        .or(Default::Number(0.0)).when(SGD),
    key("optimizer.nesterov", Kind::Flag, "Look ahead: step along gradient + momentum · velocity.").or(Default::Flag(false)).when(SGD),

    key("random.data", Kind::Choice(Sharing::WORDS), "Whether generated examples and the split into training and test change with the seed.")
        .or(Default::Text("shared")).when(DATA),
    key("random.init", Kind::Choice(Sharing::WORDS), "Whether initial parameters change with the seed.").or(Default::Text("per-seed")).when(DATA),
    key("random.order", Kind::Choice(Sharing::WORDS), "Whether the order of examples changes with the seed.").or(Default::Text("per-seed")).when(DATA),

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

    key("record.curves", Kind::Choice(Detail::WORDS), "Which evaluations of a run are kept in curves.csv.")
        .or(Default::Text("thinned")).fixed(),
    key("record.max_curves", Kind::Count { least: 0 }, "At most so many runs keep a curve.").or(Default::Count(2000)).fixed(),
    key("record.parameters", Kind::Choice(ParameterDetail::WORDS), "Which parameters of all runs are written to parameters.csv.")
        .or(Default::Text("none")).fixed(),
    key("record.boundary.epochs", Kind::Counts { least: 0 }, "Epochs after which the decision boundary of some runs is drawn.")
        .when(PLANE).fixed(),
    key("check.fail_on", Kind::Texts, "Which changes against the baseline fail `check`, for example `median:10%`.").fixed(),

    key("learning_rate", Kind::Number(Range::POSITIVE), "Learning rate.").required().grid(),
    key("batch_size", Kind::CountOr { word: "full" }, "Examples per step.").or(Default::Text("full")).grid(),
    key("seed", Kind::Count { least: 0 }, "Seed of the random streams.").or(Default::Count(0)).grid(),
];

/// Whether `path` lies in `section`, at any depth.
pub(super) fn is_below(path: &str, section: &str) -> bool {
    path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether any setting lies below this path.
pub(super) fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| is_below(key.path, path))
}

/// The name of a setting within its section.
pub(super) fn leaf(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, leaf)| leaf)
}

/// The kinds that select which settings exist; `None` where the spec names no valid one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    pub(super) problem: Option<&'static str>,
    pub(super) data: Option<&'static str>,
}

impl Kinds {
    /// The condition that rules this setting out, if one does. Conditions that cannot be decided yet rule nothing out.
    pub(super) fn obstacle(&self, key: &Key) -> Option<&'static When> {
        key.when.iter().find(|when| match when {
            When::Is("problem.kind", words) => self.problem.is_some_and(|kind| !words.contains(&kind)),
            When::Is("data.kind", words) => self.data.is_some_and(|kind| !words.contains(&kind)),
            When::Is(..) => false,
            When::Problem(ability) => self.family().is_some_and(|family| !family.abilities.contains(ability)),
        })
    }

    pub(super) fn family(&self) -> Option<&'static Family> {
        self.problem.and_then(family)
    }

    /// Whether the problem can do this; unknown problems can.
    pub(super) fn can(&self, ability: Ability) -> bool {
        self.family().is_none_or(|family| family.abilities.contains(&ability))
    }

    /// The setting at this path, preferring the one that applies.
    pub(super) fn find(&self, path: &str) -> Option<&'static Key> {
        let mut at_path = KEYS.iter().filter(|key| key.path == path);
        at_path.clone().find(|key| self.obstacle(key).is_none()).or_else(|| at_path.next())
    }

    /// The settings that apply.
    pub(super) fn applicable(&self) -> impl Iterator<Item = &'static Key> + '_ {
        KEYS.iter().filter(|key| self.obstacle(key).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::Given;
    use super::super::tree;
    use super::*;

    #[test]
    fn every_kind_of_problem_has_a_family_and_the_other_way_round() {
        let Some(Kind::Choice(kinds)) = KEYS.iter().find(|key| key.path == "problem.kind").map(|key| key.kind) else {
            panic!("`problem.kind` is a choice");
        };
        assert_eq!(kinds.to_vec(), FAMILIES.iter().map(|family| family.kind).collect::<Vec<_>>());
    }

    #[test]
    fn conditions_speak_of_words_that_exist() {
        for when in KEYS.iter().flat_map(|key| key.when) {
            let When::Is(path, words) = when else { continue };
            let selector = KEYS.iter().find(|key| key.path == *path).map(|key| key.kind);
            assert!(
                matches!(selector, Some(Kind::Choice(all)) if words.iter().all(|word| all.contains(word))),
                "{path}"
            );
        }
    }

    #[test]
    fn defaults_are_values_of_their_kind() {
        for key in KEYS {
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
        for key in KEYS {
            assert!(key.doc.ends_with('.') && !key.doc.contains('\n'), "{}", key.path);
        }
    }
}
