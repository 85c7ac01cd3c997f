//! The naive network of a page of the Playground, and its points.

use goldilocks::data::playground::{self, INITIAL_BIAS, Sample, SeedRandom};
use goldilocks::spec::import::{PlaygroundPage, Regularization};
use goldilocks::{math, problem};

use super::naive_network::{Activation, Arithmetic, Example, Network, Penalty, Settings};

/// As the page computes: products rounded before they are added.
pub(crate) const PAGE: Arithmetic =
    Arithmetic { multiply_add: |a, b, c| a * b + c, tanh: libm::tanh, sigmoid: |x| 1.0 / (1.0 + libm::exp(-x)) };

/// As this project computes: fused multiply-adds, and its own functions.
pub(crate) const OURS: Arithmetic =
    Arithmetic { multiply_add: f64::mul_add, tanh: math::tanh_scalar, sigmoid: math::sigmoid_scalar };

fn settings(page: &PlaygroundPage, arithmetic: Arithmetic) -> Settings {
    let activation = |activation| match activation {
        problem::Activation::Tanh => Activation::Tanh,
        problem::Activation::Relu => Activation::Relu,
        problem::Activation::Sigmoid => Activation::Sigmoid,
        problem::Activation::Linear => Activation::Linear,
    };
    Settings {
        arithmetic,
        hidden: activation(page.activation),
        output: activation(page.output_activation()),
        penalty: match page.regularization {
            Regularization::None => Penalty::None,
            Regularization::L1 => Penalty::L1,
            Regularization::L2 => Penalty::L2,
        },
        penalty_rate: page.regularization_rate,
        learning_rate: page.learning_rate,
        batch_size: page.batch_size as usize,
    }
}

/// The network before its first step, and the training and test examples.
pub(crate) fn start(page: &PlaygroundPage, arithmetic: Arithmetic) -> (Network, Vec<Example>, Vec<Example>) {
    let mut draw = SeedRandom::new(page.seed.as_deref().expect("every trace has a seed"));
    let mut samples = playground::generate(page.dataset, page.noise, &mut draw);
    playground::shuffle(&mut samples, &mut draw);
    let (train, test) = playground::split(&samples, page.train_percent);
    let example = |sample: &Sample| Example {
        inputs: page.features.iter().map(|feature| feature.value(sample.x, sample.y)).collect(),
        label: sample.label,
    };

    let hidden = page.hidden.iter().map(|&width| width as usize);
    let sizes: Vec<usize> = std::iter::once(page.features.len()).chain(hidden).chain([1]).collect();
    let mut weights = playground::initial_weights(&sizes, &mut draw);
    if page.initial_zero {
        weights.fill(0.0);
    }
    let bias = if page.initial_zero { 0.0 } else { INITIAL_BIAS };
    let network = Network::new(&sizes, &weights, bias, settings(page, arithmetic));
    (network, train.iter().map(example).collect(), test.iter().map(example).collect())
}
