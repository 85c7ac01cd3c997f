//! What is drawn apart from the points: their order, and the initial weights.

use crate::random::Stream;

use super::SeedRandom;

/// A source of uniform random numbers.
pub trait Draw {
    /// The next number, in `[0, 1)`.
    fn unit(&mut self) -> f64;

    /// A number between `low` and `high`, from one draw.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.unit() * (high - low) + low
    }
}

impl Draw for Stream {
    fn unit(&mut self) -> f64 {
        Stream::unit(self)
    }
}

impl Draw for SeedRandom {
    fn unit(&mut self) -> f64 {
        SeedRandom::unit(self)
    }
}

/// Where every bias of the page starts, unless all parameters start at zero.
pub const INITIAL_BIAS: f64 = 0.1;

/// Puts the samples into the order in which they are trained on; the page never changes it afterwards.
pub fn shuffle<T>(samples: &mut [T], draw: &mut impl Draw) {
    for last in (0..samples.len()).rev() {
        // One draw also for the single first entry, so that what follows finds the stream where the page does.
        let other = (draw.unit() * (last + 1) as f64) as usize;
        samples.swap(last, other);
    }
}

/// The training part of shuffled samples, and the test part: the first `train_percent` percent, rounded down, and the rest.
pub fn split<T>(samples: &[T], train_percent: f64) -> (&[T], &[T]) {
    let count = (samples.len() as f64 * train_percent / 100.0) as usize;
    samples.split_at(count.min(samples.len()))
}

/// Initial weights of a fully connected network with layers of these sizes, the inputs first: layer by layer, node by node, source by source,
/// uniform in `[−0.5, 0.5)`. The page draws them even where all parameters then start at zero.
pub fn initial_weights(sizes: &[usize], draw: &mut impl Draw) -> Vec<f64> {
    let count = sizes.windows(2).map(|pair| pair.iter().product::<usize>()).sum();
    (0..count).map(|_| draw.unit() - 0.5).collect()
}
