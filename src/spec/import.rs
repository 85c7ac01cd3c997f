//! From an address of the TensorFlow Playground to a spec that reproduces the page.
//!
//! [`PlaygroundPage::from_address`] reads what stands behind the `#` as the page does: names the page does not know have no effect, a missing
//! or blank value is the default, the last of two equal names counts. Where the page would silently fall back on a default
//! or compute with NaN, because a value is not what it expects, this is an error that names the key.
//!
//! Knows the page's names and the spec's; trains nothing and reads no files.

use std::collections::BTreeMap;
use std::fmt;

use super::suggest;
use crate::data::playground::{Dataset, Feature};
use crate::problem::Activation;

#[cfg(test)]
mod tests;
mod text;

pub use text::to_toml;

/// The page whose addresses are understood.
const HOST: &str = "playground.tensorflow.org";

/// Names of the page that decide only what it shows.
const DISPLAY_KEYS: [&str; 5] = ["showTestData", "discretize", "collectStats", "hideText", "tutorial"];

/// Names of the page for inputs that it has no input for.
const DEAD_FEATURES: [&str; 2] = ["cosX", "cosY"];

/// Names of the page that are not flags.
const SETTING_KEYS: [&str; 12] = [
    "activation",
    "regularization",
    "batchSize",
    "dataset",
    "regDataset",
    "learningRate",
    "regularizationRate",
    "noise",
    "networkShape",
    "percTrainData",
    "problem",
    "seed",
];

/// What keeps weights small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Regularization {
    /// Nothing.
    None,
    /// A constant pull towards zero; a weight that is pulled through zero is removed for good.
    L1,
    /// A pull in proportion to the weight.
    L2,
}

impl Regularization {
    /// All of them.
    pub const ALL: [Regularization; 3] = [Regularization::None, Regularization::L1, Regularization::L2];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Regularization::None => "none",
            Regularization::L1 => "l1",
            Regularization::L2 => "l2",
        }
    }

    fn page_name(self) -> &'static str {
        match self {
            Regularization::None => "none",
            Regularization::L1 => "L1",
            Regularization::L2 => "L2",
        }
    }
}

/// What a page of the Playground is set to.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaygroundPage {
    /// The data set of the chosen kind of problem.
    pub dataset: Dataset,
    /// Noise in percent, after the page's limits.
    pub noise: f64,
    /// Share of the points to train on, in percent, from 1 to 99.
    pub train_percent: f64,
    /// The inputs, in the page's order; never empty.
    pub features: Vec<Feature>,
    /// Widths of the hidden layers, each at least 1; there may be none.
    pub hidden: Vec<u64>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Kind of penalty.
    pub regularization: Regularization,
    /// Its strength, not negative.
    pub regularization_rate: f64,
    /// Learning rate, positive.
    pub learning_rate: f64,
    /// Examples per step, at least 1.
    pub batch_size: u64,
    /// Whether all parameters start at zero.
    pub initial_zero: bool,
    /// The seed as the text it is; without one the page invents a new one at every visit.
    pub seed: Option<String>,
    /// Names in the address that the page ignores.
    pub ignored: Vec<String>,
}

/// Why an address cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportError {
    /// There is nothing to read.
    Empty,
    /// The address ends before its settings.
    NoSettings(String),
    /// The address of something else.
    OtherPage(String),
    /// None of the names behind the `#` is a setting of the page.
    NothingKnown(String),
    /// Settings that the page does not understand; never empty.
    Settings(Vec<BadSetting>),
}

/// A setting that the page does not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    /// Its name in the address.
    pub key: String,
    /// Its value in the address.
    pub value: String,
    /// What may stand there.
    pub expected: String,
}

impl std::error::Error for ImportError {}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::Empty => write!(f, "the address is empty; expected https://{HOST}/#…"),
            ImportError::NoSettings(address) => {
                write!(f, "`{address}` has no settings behind a `#`; copy the whole address from the browser")
            }
            ImportError::OtherPage(address) => {
                write!(f, "`{address}` is not an address of {HOST}; expected https://{HOST}/#… or the part from `#` on")
            }
            ImportError::NothingKnown(hash) => {
                write!(f, "`#{hash}` has no setting of the Playground, such as `learningRate=0.03`")
            }
            ImportError::Settings(settings) => {
                for (i, BadSetting { key, value, expected }) in settings.iter().enumerate() {
                    let separator = if i == 0 { "" } else { "\n" };
                    write!(f, "{separator}`{key}={value}`: expected {expected}")?;
                }
                Ok(())
            }
        }
    }
}

impl PlaygroundPage {
    /// Reads an address of the page, or only the part of it from `#` on.
    pub fn from_address(address: &str) -> Result<PlaygroundPage, ImportError> {
        let hash = settings_part(address.trim())?;
        let mut settings = Settings::new(hash);
        let page = settings.page();
        if !settings.any_known() {
            return Err(ImportError::NothingKnown(hash.to_owned()));
        }
        if settings.bad.is_empty() { Ok(page) } else { Err(ImportError::Settings(settings.bad)) }
    }

    /// One sentence for each name of the address that the page does not know.
    pub fn warnings(&self) -> Vec<String> {
        let known = || SETTING_KEYS.into_iter().chain(["initZero"]).chain(Feature::ALL.into_iter().map(Feature::name));
        let warning = |name: &String| {
            let hint = suggest::nearest(name, known()).map(|meant| format!("; did you mean `{meant}`?"));
            format!(
                "`{}` is not a setting of the Playground and is ignored{}",
                name.escape_debug(),
                hint.unwrap_or_default()
            )
        };
        self.ignored.iter().map(warning).collect()
    }

    /// What the output node does with its sum: tanh for classes, nothing for amounts.
    pub fn output_activation(&self) -> Activation {
        if self.dataset.is_classification() { Activation::Tanh } else { Activation::Linear }
    }
}

/// What stands behind the `#` of an address of the page.
fn settings_part(address: &str) -> Result<&str, ImportError> {
    if address.is_empty() {
        return Err(ImportError::Empty);
    }
    let (page, hash) = address.split_once('#').unwrap_or((address, ""));
    let without_scheme = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://")).unwrap_or(page);
    let host = without_scheme.split(['/', '?']).next().unwrap_or_default();
    if !page.is_empty() && !host.eq_ignore_ascii_case(HOST) {
        return Err(ImportError::OtherPage(address.to_owned()));
    }
    if hash.trim().is_empty() { Err(ImportError::NoSettings(address.to_owned())) } else { Ok(hash) }
}

/// The names and values of an address, and what was found wrong with them.
struct Settings<'a> {
    values: BTreeMap<&'a str, &'a str>,
    /// Names in the order of their first appearance.
    names: Vec<&'a str>,
    bad: Vec<BadSetting>,
}

impl<'a> Settings<'a> {
    fn new(hash: &'a str) -> Settings<'a> {
        let mut settings = Settings { values: BTreeMap::new(), names: Vec::new(), bad: Vec::new() };
        for pair in hash.split('&').filter(|pair| !pair.is_empty()) {
            let mut parts = pair.split('=');
            let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if settings.values.insert(name, value).is_none() {
                settings.names.push(name);
            }
        }
        settings
    }

    fn page(&mut self) -> PlaygroundPage {
        // Classification comes first in the list.
        let (classes, amounts) = Dataset::ALL.split_at(4);
        let classes = self.choice("dataset", Dataset::Circle, classes, Dataset::name);
        let amounts = self.choice("regDataset", Dataset::Plane, amounts, Dataset::name);
        let problems = [("classification", classes), ("regression", amounts)];
        let (_, dataset) = self.choice("problem", problems[0], &problems, |(name, _)| name);
        let noise = self.number("noise", 0.0, "a percentage", |_| true);
        PlaygroundPage {
            dataset,
            noise: if noise > 80.0 { 50.0 } else { noise.max(0.0) },
            train_percent: self
                .number("percTrainData", 50.0, "a percentage from 1 to 99", |percent| (1.0..=99.0).contains(&percent)),
            features: self.features(),
            hidden: self.hidden(),
            activation: self.choice("activation", Activation::Tanh, &Activation::ALL, Activation::name),
            regularization: self.choice(
                "regularization",
                Regularization::None,
                &Regularization::ALL,
                Regularization::page_name,
            ),
            regularization_rate: self.number("regularizationRate", 0.0, "a number, not negative", |rate| rate >= 0.0),
            learning_rate: self.number("learningRate", 0.03, "a number above 0", |rate| rate > 0.0),
            batch_size: self.number("batchSize", 10.0, "a whole number from 1", is_count) as u64,
            initial_zero: self.flag("initZero", false),
            seed: self.given("seed").map(str::to_owned),
            ignored: self.names.iter().filter(|name| !is_known(name)).map(|&name| name.to_owned()).collect(),
        }
    }

    /// The value of a name, unless it is missing or blank.
    fn given(&self, key: &str) -> Option<&'a str> {
        self.values.get(key).copied().filter(|value| !value.trim().is_empty())
    }

    fn any_known(&self) -> bool {
        self.names.iter().any(|name| is_known(name))
    }

    fn reject(&mut self, key: &str, value: &str, expected: impl Into<String>) {
        self.bad.push(BadSetting { key: key.to_owned(), value: value.to_owned(), expected: expected.into() });
    }

    /// A flag is false only for the text `false`.
    fn flag(&self, key: &str, default: bool) -> bool {
        self.given(key).map_or(default, |value| value != "false")
    }

    fn number(&mut self, key: &str, default: f64, expected: &str, valid: impl Fn(f64) -> bool) -> f64 {
        let Some(value) = self.given(key) else { return default };
        match parse(value).filter(|&number| valid(number)) {
            Some(number) => number,
            None => {
                self.reject(key, value, expected);
                default
            }
        }
    }

    fn choice<C: Copy>(&mut self, key: &str, default: C, choices: &[C], name: impl Fn(C) -> &'static str) -> C {
        let Some(value) = self.given(key) else { return default };
        match choices.iter().copied().find(|&choice| name(choice) == value) {
            Some(choice) => choice,
            None => {
                let names: Vec<&str> = choices.iter().copied().map(name).collect();
                self.reject(key, value, format!("one of {}", names.join(", ")));
                default
            }
        }
    }

    fn hidden(&mut self) -> Vec<u64> {
        // Present but blank means no hidden layer, unlike every other setting.
        let Some(&value) = self.values.get("networkShape") else { return vec![4, 2] };
        if value.trim().is_empty() {
            return Vec::new();
        }
        let widths = value.split(',').map(|width| parse(width).filter(|&width| is_count(width)));
        match widths.map(|width| width.map(|width| width as u64)).collect() {
            Some(widths) => widths,
            None => {
                self.reject("networkShape", value, "whole numbers from 1, separated by commas, one per hidden layer");
                Vec::new()
            }
        }
    }

    fn features(&mut self) -> Vec<Feature> {
        let is_on = |feature: &Feature| {
            let on_by_default = matches!(feature, Feature::X | Feature::Y);
            let hidden = self.given(&format!("{}_hide", feature.name())) == Some("true");
            self.flag(feature.name(), on_by_default) && !hidden
        };
        let features: Vec<Feature> = Feature::ALL.into_iter().filter(is_on).collect();
        if features.is_empty() {
            let names = Feature::ALL.map(Feature::name).join(", ");
            self.reject("x", self.given("x").unwrap_or("true"), format!("at least one of {names} to be on"));
        }
        features
    }
}

/// A finite number in decimal digits.
fn parse(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_count(number: f64) -> bool {
    number >= 1.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX)
}

fn is_known(name: &str) -> bool {
    SETTING_KEYS.contains(&name)
        || DISPLAY_KEYS.contains(&name)
        || DEAD_FEATURES.contains(&name)
        || name == "initZero"
        || name.ends_with("_hide")
        || Feature::from_name(name).is_some()
}
