//! The twelve traces of the real TensorFlow Playground, reproduced from their addresses alone: settings, data, order, initial weights,
//! and the losses of a naive network.
//!
//! At learning rate 3 on noisy clouds, training is chaotic: one rounding error is a different loss in the third decimal five
//! steps later. Each trace therefore says up to which step its losses are stable, and is compared up to there.

#[path = "support/naive_network.rs"]
mod naive_network;

use goldilocks::data::playground::{self, INITIAL_BIAS, Sample, SeedRandom};
use goldilocks::spec::import::{PlaygroundPage, Regularization};
use goldilocks::{math, problem};
use naive_network::{Activation, Arithmetic, Example, Network, Penalty, Settings};
use serde_json::Value;

/// Largest difference of a loss or a weight.
const TOLERANCE: f64 = 1e-9;

/// As the page computes: products rounded before they are added.
const PAGE: Arithmetic =
    Arithmetic { multiply_add: |a, b, c| a * b + c, tanh: libm::tanh, sigmoid: |x| 1.0 / (1.0 + libm::exp(-x)) };

/// As this project computes: fused multiply-adds, and its own functions.
const OURS: Arithmetic =
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
fn start(page: &PlaygroundPage, arithmetic: Arithmetic) -> (Network, Vec<Example>, Vec<Example>) {
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

fn assert_close(what: &str, step: usize, ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().expect("a number");
    assert!((ours - theirs).abs() <= TOLERANCE, "{what} at step {step}: {ours}, not {theirs}");
}

fn check_parameters(name: &str, step: usize, network: &Network, trace: &Value) {
    for (depth, layer) in network.layers.iter().enumerate() {
        for (i, node) in layer.iter().enumerate() {
            assert_close(name, step, node.bias, &trace["biases"][depth][i]);
            for (j, link) in node.links.iter().enumerate() {
                assert_close(name, step, link.weight, &trace["weights"][depth][i][j]);
                // The initial parameters have no such list: nothing is dead yet.
                assert_eq!(link.dead, trace["dead"][depth][i][j].as_bool().unwrap_or(false), "{name}");
            }
        }
    }
}

/// Trains from the address of the trace and compares; the number of dead links at the end.
fn check(file: &str, arithmetic: Arithmetic) -> usize {
    let path = format!("{}/tests/oracles/playground/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    let page = PlaygroundPage::from_address(trace["url_hash"].as_str().expect("a hash")).expect("an address");
    let (mut network, train, test) = start(&page, arithmetic);
    let count = |key: &Value| key.as_u64().expect("a count") as usize;
    let (steps, stable) = (count(&trace["steps"]), count(&trace["sensitivity"]["stable_steps"]));

    check_parameters(file, 0, &network, &trace["init"]);
    for step in 0..=stable {
        if step > 0 {
            network.epoch(&train);
        }
        assert_close(&format!("{file}: training loss"), step, network.loss(&train), &trace["loss_train"][step]);
        assert_close(&format!("{file}: test loss"), step, network.loss(&test), &trace["loss_test"][step]);
    }
    if stable == steps {
        check_parameters(file, steps, &network, &trace["final"]);
    }
    network.layers.iter().flatten().flat_map(|node| &node.links).filter(|link| link.dead).count()
}

macro_rules! traces {
    ($($name:ident $dead:literal dead;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(check(stringify!($name), PAGE), $dead);
            assert_eq!(check(stringify!($name), OURS), $dead);
        }
    )*};
}

traces! {
    pub01_crash_course_gauss_lr3_noise80_b3 0 dead;
    pub02_crash_course_gauss_lr3_noise50_b10 0 dead;
    pub03_circle_default 0 dead;
    pub04_circle_relu_l2_b30 0 dead;
    pub05_xor_nohidden_product_b1 0 dead;
    pub06_xor_sigmoid_l1 27 dead;
    pub07_spiral_all_features_deep 0 dead;
    pub08_spiral_relu_10pct_b30_partial 0 dead;
    pub09_regplane_linear 0 dead;
    pub10_reggauss_tanh_b30 0 dead;
    pub11_gauss_initzero_b7_l2 0 dead;
    pub12_xor_relu_6layers_noiseclamp 0 dead;
}
