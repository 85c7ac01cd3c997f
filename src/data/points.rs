//! The Playground's points as examples.

use super::definition::{Generator, PlaygroundSource, Targets};
use super::examples::{Examples, stream_key};
use super::playground::{self, Draw, Sample, SeedRandom};

/// The points of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// Those to train on.
    pub train: Vec<Sample>,
    /// Those set aside.
    pub test: Vec<Sample>,
    /// The page's generator behind them.
    generator: Option<SeedRandom>,
}

impl Points {
    /// Draws the points, their order and their split. `seed` is the run's seed, `None` where all runs share the points.
    pub fn new(source: &PlaygroundSource, seed: Option<u64>) -> Points {
        let (samples, generator) = match &source.generator {
            Generator::ChaCha => (samples(source, &mut stream_key("examples", seed).stream()), None),
            Generator::SeedRandom { page_seed } => {
                let text = page_seed.clone().unwrap_or_else(|| seed.unwrap_or_default().to_string());
                let mut generator = SeedRandom::new(&text);
                (samples(source, &mut generator), Some(generator))
            }
        };
        let (train, test) = playground::split(&samples, source.train_percent);
        Points { train: train.to_vec(), test: test.to_vec(), generator }
    }
}

/// Points as examples.
pub(super) struct Generated {
    pub(super) train: Examples,
    pub(super) test: Examples,
    /// The features' names.
    pub(super) names: Vec<String>,
    pub(super) classes: Vec<String>,
    pub(super) generator: Option<SeedRandom>,
}

/// The points of a source as examples.
pub(super) fn generate(source: &PlaygroundSource, seed: Option<u64>) -> Generated {
    let Points { train, test, generator } = Points::new(source, seed);
    let (train, test) = (examples(source, &train), examples(source, &test));
    let names = source.features.iter().map(|feature| feature.name().to_owned()).collect();
    let classes = match source.targets {
        Targets::Numbers => Vec::new(),
        Targets::Classes { .. } => vec!["-1".to_owned(), "1".to_owned()],
    };
    Generated { train, test, names, classes, generator }
}

fn samples(source: &PlaygroundSource, draw: &mut impl Draw) -> Vec<Sample> {
    let mut samples = playground::generate(source.dataset, source.noise, draw);
    playground::shuffle(&mut samples, draw);
    samples
}

fn examples(source: &PlaygroundSource, samples: &[Sample]) -> Examples {
    let inputs = |sample: &Sample| {
        let (x, y) = (sample.x, sample.y);
        source.features.iter().map(move |feature| feature.value(x, y)).collect::<Vec<f64>>()
    };
    let target = |sample: &Sample| match source.targets {
        Targets::Numbers => sample.label,
        Targets::Classes { .. } => f64::from(u8::from(sample.label > 0.0)),
    };
    Examples {
        width: source.features.len(),
        features: samples.iter().flat_map(inputs).collect(),
        targets: samples.iter().map(target).collect(),
    }
}
