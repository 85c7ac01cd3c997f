//! What a spec's `[data]` section says, checked.

use std::path::PathBuf;

use super::playground;
use crate::word::words;

/// Where examples come from and how they are prepared.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The origin of the examples.
    pub source: Source,
    /// How features are scaled; fitted on the training part.
    pub scale: Scale,
    /// The share of examples set aside for testing, in `[0, 1)`.
    pub test_fraction: f64,
}

/// How large a data set is, at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Training and test part together.
    pub examples: u128,
    /// Features per example.
    pub features: u128,
    /// The classes that targets name; 0 where they are numbers.
    pub classes: u128,
    /// Bytes of the file it comes from.
    pub bytes: u128,
}

/// The origin of a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A CSV file with a header line.
    Csv(CsvSource),
    /// A generated linear regression.
    Linear(LinearSource),
    /// Points as the TensorFlow Playground generates them.
    Playground(PlaygroundSource),
}

words! {
    /// The kinds of sources.
    pub enum SourceKind {
        /// [`Source::Csv`].
        Csv = "csv",
        /// [`Source::Linear`].
        Linear = "linear",
        /// [`Source::Playground`].
        Playground = "playground",
    }
}

/// A CSV file with a header line.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvSource {
    /// The file, already resolved against the folder of the spec.
    pub path: PathBuf,
    /// The column to predict.
    pub target: String,
    /// The columns to predict from; all but the target when `None`.
    pub features: Option<Vec<String>>,
    /// What the target column holds.
    pub targets: Targets,
    /// What stands between two cells.
    pub separator: Separator,
    /// What becomes of rows that lack a value.
    pub missing: Missing,
    /// Columns whose cells name categories though some or all of them are numbers.
    pub categories: Vec<String>,
}

impl CsvSource {
    /// All columns but the target of a file of numbers separated by commas.
    pub fn new(path: PathBuf, target: &str, targets: Targets) -> CsvSource {
        CsvSource {
            path,
            target: target.to_owned(),
            features: None,
            targets,
            separator: Separator::Comma,
            missing: Missing::Error,
            categories: Vec::new(),
        }
    }
}

words! {
    /// What stands between two cells of a file.
    pub enum Separator {
        /// `,`
        Comma = ",",
        /// `;`
        Semicolon = ";",
        /// A tabulator.
        Tab = "tab",
    }
}

impl Separator {
    /// The character.
    pub fn character(self) -> char {
        match self {
            Separator::Comma => ',',
            Separator::Semicolon => ';',
            Separator::Tab => '\t',
        }
    }
}

words! {
    /// What becomes of rows that lack a value.
    pub enum Missing {
        /// They are errors.
        Error = "error",
        /// They are left out.
        Drop = "drop",
        /// The mean of the training part is filled in.
        Mean = "mean",
    }
}

/// What a target column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// Numbers to be predicted.
    Numbers,
    /// The names of classes: words or whole numbers.
    Classes {
        /// How many classes there must be; any number from two on when `None`.
        count: Option<usize>,
    },
}

/// A generated linear regression: `y = x·w + b + noise·z`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSource {
    /// How many examples.
    pub examples: usize,
    /// How many features.
    pub features: usize,
    /// Standard deviation of the noise on the target.
    pub noise: f64,
    /// Condition number of the features' covariance (at least 1).
    pub condition: f64,
    /// Seed of the generator.
    pub seed: u64,
}

/// Points as the TensorFlow Playground generates them.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaygroundSource {
    /// Which points.
    pub dataset: playground::Dataset,
    /// In percent, from 0 to 80.
    pub noise: f64,
    /// Share of the points to train on, in percent; the others are for testing.
    pub train_percent: f64,
    /// What is made of a point's coordinates, in the page's order; never empty.
    pub features: Vec<playground::Feature>,
    /// Whether labels are numbers, −1 and 1 those of classes, or positions among the two classes.
    pub targets: Targets,
    /// Who draws the points and their order.
    pub generator: Generator,
}

/// A generator of random numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Generator {
    /// This project's, as everywhere else.
    ChaCha,
    /// The page's. It draws the points, their order and then the initial parameters, all from one stream.
    SeedRandom {
        /// The seed as the text it is; the run's seed in decimal digits when `None`.
        page_seed: Option<String>,
    },
}

words! {
    /// The kinds of generators.
    pub enum GeneratorKind {
        /// [`Generator::ChaCha`].
        ChaCha = "chacha",
        /// [`Generator::SeedRandom`].
        SeedRandom = "seedrandom",
    }
}

words! {
    /// How features are scaled.
    pub enum Scale {
        /// Zero mean and unit population deviation.
        Standard = "standard",
        /// The range of each feature becomes `[0, 1]`.
        MinMax = "min-max",
        /// As they are.
        None = "none",
    }
}

words! {
    /// In which order examples are visited.
    pub enum Sampling {
        /// Each epoch is a new permutation; a short last batch is kept and averaged over its own size.
        Shuffle = "shuffle",
        /// Every example is drawn with replacement.
        Uniform = "uniform",
        /// Every epoch visits the examples in file order.
        Sequential = "sequential",
    }
}
