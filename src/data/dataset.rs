//! [`Dataset`]: examples in memory, split and scaled, ready to train on.

use super::definition::{Definition, Scale, Source};
use super::playground::SeedRandom;
use super::{Error, csv, linear, points};
use crate::random::Key;

/// Examples of one data set: training and test part, scaled alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The examples to train on.
    pub train: Examples,
    /// The examples set aside; may be empty.
    pub test: Examples,
    /// The names of the classes where targets are classes (then a target is a position in this list); else empty.
    pub classes: Vec<String>,
    /// What the user should know, for example which feature is constant.
    pub notes: Vec<String>,
    /// The Playground's generator where points, order and initial parameters are drawn from one stream: where the first two leave it.
    pub generator: Option<SeedRandom>,
}

/// Examples: a row of features and a target each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examples {
    /// Features per example.
    pub width: usize,
    /// Features, one row per example after the other.
    pub features: Vec<f64>,
    /// One target per example.
    pub targets: Vec<f64>,
}

impl Examples {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The features of one example.
    pub fn row(&self, example: usize) -> &[f64] {
        &self.features[example * self.width..][..self.width]
    }

    /// The examples at these positions, in this order.
    fn select(&self, positions: &[u32]) -> Examples {
        Examples {
            width: self.width,
            features: positions.iter().flat_map(|&i| self.row(i as usize)).copied().collect(),
            targets: positions.iter().map(|&i| self.targets[i as usize]).collect(),
        }
    }
}

/// Examples as they come from their source, before splitting and scaling.
pub(super) struct Raw {
    pub(super) names: Vec<String>,
    pub(super) examples: Examples,
    pub(super) classes: Vec<String>,
}

impl Dataset {
    /// Loads or generates the examples, splits them and scales them by what the training part says.
    ///
    /// `seed` is the run's seed where the spec makes the data differ by seed, and `None` where all runs share it.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what the definition says, or no training example is left.
    pub fn load(definition: &Definition, seed: Option<u64>) -> Result<Dataset, Error> {
        let key = |name| {
            let key = Key::new("data").text("part", name);
            match seed {
                Some(seed) => key.number("seed", seed),
                None => key,
            }
        };
        let raw = match &definition.source {
            Source::Csv(source) => csv::read(source)?,
            Source::Linear(source) => linear::generate(source, &key("examples")),
            Source::Playground(source) => {
                let (mut dataset, names) = points::generate(source, seed, &key("examples"));
                dataset.scale(definition.scale, &names);
                return Ok(dataset);
            }
        };
        let (train, test) = split(&raw.examples, definition.test_fraction, &key("split"));
        if train.is_empty() {
            return Err(Error::no_training_examples(raw.examples.len(), definition.test_fraction));
        }
        if let Some(class) = (0..raw.classes.len()).find(|&class| !train.targets.contains(&(class as f64))) {
            return Err(Error::class_without_examples(&raw.classes[class], definition.test_fraction));
        }
        let mut dataset = Dataset { train, test, classes: raw.classes, notes: Vec::new(), generator: None };
        dataset.scale(definition.scale, &raw.names);
        Ok(dataset)
    }

    /// Scales every feature as the training part says; a constant one becomes zeros, with a note.
    fn scale(&mut self, scale: Scale, names: &[String]) {
        if scale == Scale::None {
            return;
        }
        for (feature, name) in names.iter().enumerate() {
            let column = || self.train.features.iter().skip(feature).step_by(self.train.width).copied();
            let (shift, spread) = match scale {
                Scale::Standard => mean_and_deviation(column(), self.train.len()),
                Scale::MinMax | Scale::None => {
                    let low = column().fold(f64::INFINITY, f64::min);
                    (low, column().fold(f64::NEG_INFINITY, f64::max) - low)
                }
            };
            let constant = column().all(|x| x == self.train.features[feature]);
            if constant {
                self.notes.push(format!("feature `{name}` is constant in the training examples and was set to zero"));
            }
            let width = self.train.width;
            for part in [&mut self.train, &mut self.test] {
                for x in part.features.iter_mut().skip(feature).step_by(width) {
                    *x = if constant { 0.0 } else { (*x - shift) / spread };
                }
            }
        }
    }
}

/// Mean and population deviation, added in order.
fn mean_and_deviation(column: impl Iterator<Item = f64> + Clone, count: usize) -> (f64, f64) {
    let count = count as f64;
    let mean = column.clone().fold(0.0, |sum, x| sum + x) / count;
    let squares = column.fold(0.0, |sum, x| (x - mean).mul_add(x - mean, sum));
    (mean, (squares / count).sqrt())
}

/// Sets `⌊fraction · n⌉` randomly chosen examples aside; both parts keep the order of the source.
fn split(examples: &Examples, fraction: f64, key: &Key) -> (Examples, Examples) {
    let test_count = (fraction * examples.len() as f64).round() as usize;
    if test_count == 0 {
        return (examples.clone(), Examples { width: examples.width, ..Examples::default() });
    }
    let mut positions: Vec<u32> = (0..examples.len() as u32).collect();
    key.stream().shuffle(&mut positions);
    let (test, train) = positions.split_at_mut(test_count);
    test.sort_unstable();
    train.sort_unstable();
    (examples.select(train), examples.select(test))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::LinearSource;

    fn definition(scale: Scale, test_fraction: f64) -> Definition {
        let source = LinearSource { examples: 200, features: 3, noise: 0.1, condition: 4.0, seed: 0 };
        Definition { source: Source::Linear(source), scale, test_fraction }
    }

    #[test]
    fn standard_scaling_is_fitted_on_the_training_part() {
        let data = Dataset::load(&definition(Scale::Standard, 0.25), None).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (150, 50));
        for feature in 0..3 {
            let column: Vec<f64> = (0..150).map(|i| data.train.row(i)[feature]).collect();
            let mean = column.iter().sum::<f64>() / 150.0;
            let variance = column.iter().map(|x| x * x).sum::<f64>() / 150.0;
            assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn min_max_scaling_fills_the_unit_interval() {
        let data = Dataset::load(&definition(Scale::MinMax, 0.0), None).unwrap();
        let low = data.train.features.iter().copied().fold(f64::INFINITY, f64::min);
        let high = data.train.features.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert_eq!((low, high), (0.0, 1.0));
    }

    #[test]
    fn a_constant_feature_becomes_zeros_and_is_named() {
        let examples = Examples { width: 2, features: vec![0.1, 1.0, 0.1, 2.0, 0.1, 4.0], targets: vec![0.0; 3] };
        let test = Examples { width: 2, ..Examples::default() };
        let mut data = Dataset { train: examples, test, classes: Vec::new(), notes: Vec::new(), generator: None };
        data.scale(Scale::Standard, &["flat".into(), "real".into()]);
        assert!((0..3).all(|i| data.train.row(i)[0] == 0.0));
        assert_eq!(data.notes, ["feature `flat` is constant in the training examples and was set to zero"]);
    }

    #[test]
    fn the_split_changes_with_the_seed_and_loses_nothing() {
        let shared = Dataset::load(&definition(Scale::None, 0.5), None).unwrap();
        let seeded = Dataset::load(&definition(Scale::None, 0.5), Some(1)).unwrap();
        assert_ne!(shared.train, seeded.train);
        assert_eq!(shared.train.len() + shared.test.len(), 200);
    }
}
