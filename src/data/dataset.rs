//! [`Dataset`]: examples in memory, split and scaled, ready to train on.

use std::fmt::Write as _;

use rayon::prelude::*;

use super::blocks::EXAMPLES_PER_SUM;
use super::definition::{Definition, Scale, Size, Source};
use super::examples::{Examples, LARGEST, Raw, stream_key};
use super::playground::SeedRandom;
use super::{Error, csv, linear, points};
use crate::random::Key;
use crate::value::{grouped, shortened};

/// The smallest spread whose square keeps all digits.
const SMALLEST: f64 = 1e-150;

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
    /// BLAKE3 of the file the examples were read from, if there is one.
    pub contents: Option<blake3::Hash>,
}

impl Definition {
    /// How large the data set is, as far as can be told before it is loaded.
    pub fn size(&self) -> Size {
        match &self.source {
            Source::Csv(source) => csv::size(source).unwrap_or(Size { examples: 1, features: 1, classes: 0, bytes: 0 }),
            Source::Linear(source) => {
                Size { examples: source.examples as u128, features: source.features as u128, classes: 0, bytes: 0 }
            }
            Source::Playground(source) => {
                Size { examples: 1200, features: source.features.len() as u128, classes: 2, bytes: 0 }
            }
        }
    }
}

impl Dataset {
    /// Loads or generates the examples, splits them and scales them by what the training part says.
    ///
    /// `seed` is the run's seed where the spec makes the data differ by seed, and `None` where all runs share it.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what the definition says, or no training example is left.
    pub fn load(definition: &Definition, seed: Option<u64>) -> Result<Dataset, Error> {
        let key = |name| stream_key(name, seed);
        let raw = match &definition.source {
            Source::Csv(source) => csv::read(source)?,
            Source::Linear(source) => linear::generate(source, &key("examples")),
            Source::Playground(source) => {
                let points::Generated { train, test, names, classes, generator } = points::generate(source, seed);
                let mut dataset = Dataset { train, test, classes, notes: Vec::new(), generator, contents: None };
                dataset.scale(definition.scale, &names)?;
                return Ok(dataset);
            }
        };
        let count = raw.examples.len();
        if count > u32::MAX as usize {
            return Err(Error::too_many_examples(count));
        }
        if raw.examples.targets.iter().any(|target| target.is_nan() || target.abs() > LARGEST) {
            return Err(Error::targets_too_large());
        }
        let (train, test) = split(raw.examples, definition.test_fraction, &key("split"));
        if train.is_empty() {
            return Err(Error::no_training_examples(count, definition.test_fraction));
        }
        if let Some(class) = (0..raw.classes.len()).find(|&class| !train.targets.contains(&(class as f64))) {
            return Err(Error::class_without_examples(&raw.classes[class], definition.test_fraction));
        }
        let Raw { names, classes, notes, contents, .. } = raw;
        let mut dataset = Dataset { train, test, classes, notes, generator: None, contents };
        dataset.fill(&names)?;
        dataset.scale(definition.scale, &names)?;
        Ok(dataset)
    }

    /// How many examples, features and classes there are, in one line.
    pub fn summary(&self) -> String {
        let count = |count: usize, noun: &str| {
            format!("{} {noun}{}", grouped(count as u128), if count == 1 { "" } else { "s" })
        };
        let (train, test) = (self.train.len(), self.test.len());
        let mut text = count(train + test, "example");
        if test > 0 {
            let _ = write!(text, " ({} to train on, {} to test on)", grouped(train as u128), grouped(test as u128));
        }
        let _ = write!(text, ", {}", count(self.train.width, "feature"));
        if !self.classes.is_empty() {
            let mut counts = vec![0usize; self.classes.len()];
            let targets = self.train.targets.iter().chain(&self.test.targets);
            targets.for_each(|&class| counts[class as usize] += 1);
            let shown = self
                .classes
                .iter()
                .zip(&counts)
                .take(10)
                .map(|(class, count)| format!("{} ({})", shortened(class), grouped(*count as u128)));
            let rest = if self.classes.len() > 10 { ", …" } else { "" };
            let _ = write!(text, ", {} classes: {}{rest}", self.classes.len(), shown.collect::<Vec<_>>().join(", "));
        }
        text
    }

    /// Fills in what is missing, which is NaN so far: the mean of what the training part has.
    fn fill(&mut self, names: &[String]) -> Result<(), Error> {
        let width = self.train.width;
        for (feature, name) in names.iter().enumerate() {
            let column =
                |part: &Examples| (0..part.len()).map(|example| part.row(example)[feature]).collect::<Vec<_>>();
            let (train, test) = (column(&self.train), column(&self.test));
            let missing = train.iter().chain(&test).filter(|x| x.is_nan()).count();
            if missing == 0 {
                continue;
            }
            let known: Vec<f64> = train.into_iter().filter(|x| !x.is_nan()).collect();
            if known.is_empty() {
                return Err(Error::no_mean(name));
            }
            let mean = known.iter().map(|x| x / known.len() as f64).sum::<f64>();
            for part in [&mut self.train, &mut self.test] {
                part.features.iter_mut().skip(feature).step_by(width).filter(|x| x.is_nan()).for_each(|x| *x = mean);
            }
            let (count, verb) = (grouped(missing as u128), if missing == 1 { "value was" } else { "values were" });
            let name = shortened(name);
            self.notes
                .push(format!("`{name}`: {count} missing {verb} set to {mean}, the mean of the training examples"));
        }
        Ok(())
    }

    /// Scales every feature as the training part says; a constant one becomes zeros, with a note.
    fn scale(&mut self, scale: Scale, names: &[String]) -> Result<(), Error> {
        let train = &self.train;
        let (shifts, spreads) = match scale {
            Scale::None => return Ok(()),
            Scale::Standard => train.means_and_deviations(),
            Scale::MinMax => train.lows_and_widths(),
        };
        let mut constant = vec![!train.is_empty(); train.width];
        for row in train.features.chunks_exact(train.width.max(1)) {
            let first = train.row(0);
            constant.iter_mut().zip(row).zip(first).for_each(|((constant, x), first)| *constant &= x == first);
        }
        for (name, _) in names.iter().zip(&constant).filter(|(_, constant)| **constant) {
            let name = shortened(name);
            self.notes.push(format!("feature `{name}` is constant in the training examples and was set to zero"));
        }
        // Squares of smaller spreads lose digits or vanish.
        let mut too_small = spreads.iter().zip(&constant).zip(names);
        if let Some((_, name)) =
            too_small.find(|((spread, constant), _)| !**constant && (spread.is_nan() || **spread < SMALLEST))
        {
            return Err(Error::spread_too_small(name));
        }
        for part in [&mut self.train, &mut self.test] {
            part.features.par_chunks_mut(part.width.max(1)).with_min_len(EXAMPLES_PER_SUM).for_each(|row| {
                for (((x, shift), spread), constant) in row.iter_mut().zip(&shifts).zip(&spreads).zip(&constant) {
                    *x = if *constant { 0.0 } else { (*x - shift) / spread };
                }
            });
        }
        Ok(())
    }
}

/// Sets `⌊fraction · n⌉` randomly chosen examples aside; both parts keep the order of the source.
fn split(examples: Examples, fraction: f64, key: &Key) -> (Examples, Examples) {
    let test_count = (fraction * examples.len() as f64).round() as usize;
    if test_count == 0 {
        let test = Examples { width: examples.width, ..Examples::default() };
        return (examples, test);
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
        let mut data =
            Dataset { train: examples, test, classes: Vec::new(), notes: Vec::new(), generator: None, contents: None };
        data.scale(Scale::Standard, &["flat".into(), "real".into()]).unwrap();
        assert!((0..3).all(|i| data.train.row(i)[0] == 0.0));
        assert_eq!(data.notes, ["feature `flat` is constant in the training examples and was set to zero"]);
    }

    #[test]
    fn what_cannot_be_scaled_is_named() {
        let with = |values: [f64; 2], scale| {
            let examples = Examples { width: 1, features: values.to_vec(), targets: vec![0.0; 2] };
            let test = Examples { width: 1, ..Examples::default() };
            let mut data = Dataset {
                train: examples,
                test,
                classes: Vec::new(),
                notes: Vec::new(),
                generator: None,
                contents: None,
            };
            data.scale(scale, &["size".into()]).map(|()| data.train.features)
        };
        for scale in [Scale::Standard, Scale::MinMax] {
            let error = with([1e-300, 3e-300], scale).unwrap_err();
            assert!(error.message.contains("`size`") && error.key == "scale", "{error}");
        }
        assert_eq!(with([1e150, -1e150], Scale::Standard).unwrap(), [1.0, -1.0]);
        assert_eq!(with([1e-140, 3e-140], Scale::MinMax).unwrap(), [0.0, 1.0]);
    }

    #[test]
    fn the_split_changes_with_the_seed_and_loses_nothing() {
        let shared = Dataset::load(&definition(Scale::None, 0.5), None).unwrap();
        let seeded = Dataset::load(&definition(Scale::None, 0.5), Some(1)).unwrap();
        assert_ne!(shared.train, seeded.train);
        assert_eq!(shared.train.len() + shared.test.len(), 200);
    }
}
