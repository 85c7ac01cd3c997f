//! The data sets of the TensorFlow Playground: points in the plane with a label, and what the page makes inputs of.
//!
//! Given the page's own generator ([`SeedRandom`]), the points, their order and the initial weights are those that the page shows
//! for the same seed text; any other source of random numbers ([`Draw`]) gives other points of the same kind. One source serves, in
//! this order: [`generate`], [`shuffle`], [`initial_weights`].
//!
//! Knows nothing of networks, beyond the order in which their initial weights are drawn.

mod dataset;
mod draw;
mod feature;
mod seedrandom;
#[cfg(test)]
mod tests;

pub use dataset::{Dataset, Sample, generate, normal};
pub use draw::{Draw, INITIAL_BIAS, initial_weights, shuffle, split};
pub use feature::Feature;
pub use seedrandom::SeedRandom;
