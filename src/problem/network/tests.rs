//! Gradients against central differences, starts, and targets that a loss is not for.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::data::EXAMPLES_PER_SUM;
use crate::random::Stream;

const ACTIVATIONS: [Activation; 4] = Activation::ALL;

const HEADS: [Head; 8] = [
    Head::Squared { activation: Activation::Linear, half: true },
    Head::Squared { activation: Activation::Linear, half: false },
    Head::Squared { activation: Activation::Tanh, half: true },
    Head::Squared { activation: Activation::Sigmoid, half: false },
    Head::Squared { activation: Activation::Relu, half: true },
    Head::Log,
    Head::CrossEntropy,
    Head::CrossEntropy,
];

fn examples(width: usize, classes: Option<usize>, stream: &mut Stream) -> Examples {
    let count = 13;
    let features = (0..count * width).map(|_| stream.normal()).collect();
    let target = |example| match classes {
        Some(classes) => (example % classes) as f64,
        None => stream.normal(),
    };
    let targets = (0..count).map(target).collect();
    Examples { width, features, targets }
}

fn network(definition: NetworkDefinition, width: usize, classes: Option<usize>, seed: u64) -> Network {
    let mut stream = Key::new("test").number("seed", seed).stream();
    let (train, test) = (examples(width, classes, &mut stream), examples(width, classes, &mut stream));
    let classes = (0..classes.unwrap_or(0)).map(|class| class.to_string()).collect();
    let data = Dataset { train, test, classes, notes: Vec::new(), generator: None, contents: None };
    Network::new(definition, Arc::new(data))
}

fn definition(hidden: &[usize], activation: Activation, head: Head) -> NetworkDefinition {
    let initial = InitialWeights::Normal(0.7);
    NetworkDefinition { hidden: hidden.to_vec(), activation, head, penalty: Penalty::None, initial }
}

fn lanes(parameters: &[f64]) -> Vec<[f64; 1]> {
    parameters.iter().map(|&parameter| [parameter]).collect()
}

fn loss(network: &Network, parameters: &[f64], measure: Measure) -> f64 {
    let wanted = Measures::of(&[measure]);
    let mut rows = [[0.0; 1]; Measure::COUNT];
    let mut scratch = vec![[0.0; 1]; network.scratch()];
    let mut out = Measured::new(wanted, &mut rows, 1, 0);
    network.measure(pulp::Scalar, wanted, &lanes(parameters), &mut out, &mut scratch);
    rows[measure as usize][0]
}

fn gradient(network: &Network, parameters: &[f64]) -> Vec<f64> {
    let examples = network.examples().unwrap();
    let indices: Vec<u32> = (0..examples.len() as u32).collect();
    let mut gradient = vec![[0.0; 1]; parameters.len()];
    let mut scratch = vec![[0.0; 1]; network.scratch()];
    let rows = Rows { examples, indices: &indices };
    let scale = 1.0 / examples.len() as f64;
    network.write_gradient(pulp::Scalar, rows, scale, &lanes(parameters), &mut gradient, &mut scratch);
    gradient.into_iter().map(|[g]| g).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn gradients_are_the_slopes_of_the_loss(
        hidden in prop::collection::vec(1usize..5, 0..4),
        width in 1usize..4,
        activation in 0usize..4,
        head in 0usize..8,
        seed in 0u64..1000,
    ) {
        let (activation, head) = (ACTIVATIONS[activation], HEADS[head]);
        let classes = match head {
            Head::Squared { .. } => None,
            Head::Log => Some(2),
            Head::CrossEntropy => Some(2 + hidden.len()),
        };
        let network = network(definition(&hidden, activation, head), width, classes, seed);
        let start = network.initial(&Key::new("init").number("seed", seed));
        let gradient = gradient(&network, &start);
        for place in 0..start.len() {
            let at = |step: f64| {
                let mut moved = start.clone();
                moved[place] += step;
                loss(&network, &moved, Measure::Loss)
            };
            let (h, here) = (1e-6, loss(&network, &start, Measure::Loss));
            let (left, right) = ((here - at(-h)) / h, (at(h) - here) / h);
            // A ReLU has a kink: where the two sides disagree, they say nothing of the slope.
            let size = 1.0 + left.abs() + right.abs();
            if (left - right).abs() < 1e-4 * size {
                let (found, expected) = (gradient[place], (left + right) / 2.0);
                prop_assert!((found - expected).abs() < 1e-7 * size, "{place}: {found}, not {expected}");
            }
        }
    }
}

#[test]
fn the_test_loss_is_that_of_the_test_examples() {
    let network = network(definition(&[3], Activation::Tanh, Head::CrossEntropy), 2, Some(3), 1);
    let swapped =
        Dataset { train: network.data.test.clone(), test: network.data.train.clone(), ..(*network.data).clone() };
    let swapped = Network::new(network.definition.clone(), Arc::new(swapped));
    let start = network.initial(&Key::new("init"));
    assert_eq!(loss(&network, &start, Measure::TestLoss), loss(&swapped, &start, Measure::Loss));
    assert_ne!(loss(&network, &start, Measure::TestLoss), loss(&network, &start, Measure::Loss));
}

#[test]
fn a_sum_over_many_examples_is_made_of_blocks() {
    let mut stream = Key::new("test").stream();
    let count = EXAMPLES_PER_SUM + 5;
    let features: Vec<f64> = (0..count).map(|_| stream.normal()).collect();
    let train = Examples { width: 1, features: features.clone(), targets: vec![0.0; count] };
    let test = Examples { width: 1, ..Examples::default() };
    let data = Dataset { train, test, classes: Vec::new(), notes: Vec::new(), generator: None, contents: None };
    let head = Head::Squared { activation: Activation::Linear, half: false };
    let network = Network::new(definition(&[], Activation::Tanh, head), Arc::new(data));
    let part = |part: &[f64]| part.iter().fold(0.0, |sum: f64, x| x.mul_add(*x, sum));
    let expected = (part(&features[..EXAMPLES_PER_SUM]) + part(&features[EXAMPLES_PER_SUM..])) / count as f64;
    assert_eq!(loss(&network, &[1.0, 0.0], Measure::Loss), expected);
}

#[test]
fn starts_have_the_asked_spread() {
    let spread = |initial: InitialWeights| {
        let definition = NetworkDefinition { initial, ..definition(&[200], Activation::Tanh, HEADS[0]) };
        let network = network(definition, 100, None, 1);
        let start = network.initial(&Key::new("init"));
        let hidden: Vec<f64> = start[..200 * 101].chunks(101).flat_map(|row| &row[..100]).copied().collect();
        let deviation = (hidden.iter().map(|w| w * w).sum::<f64>() / hidden.len() as f64).sqrt();
        let most = hidden.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        (deviation, most, start[100])
    };
    let close = |(deviation, most, bias): (f64, f64, f64), expected: f64, limit: f64, expected_bias: f64| {
        assert!(
            (deviation / expected - 1.0).abs() < 0.02 && most <= limit && bias == expected_bias,
            "{deviation} {most} {bias}"
        );
    };
    let third = 3.0f64.sqrt();
    close(spread(InitialWeights::Normal(0.3)), 0.3, 2.0, 0.0);
    close(spread(InitialWeights::Uniform(0.3)), 0.3 / third, 0.3, 0.0);
    close(spread(InitialWeights::Xavier), 0.02f64.sqrt() / third, 0.02f64.sqrt(), 0.0);
    close(spread(InitialWeights::He), 0.02f64.sqrt(), 1.0, 0.0);
    close(spread(InitialWeights::Playground), 0.5 / third, 0.5, 0.1);
    assert_eq!(spread(InitialWeights::Zeros), (0.0, 0.0, 0.0));
}

#[test]
fn an_example_counts_as_correct_when_its_class_has_the_first_largest_sum() {
    let accuracy = |head, targets: &[f64], parameters: &[f64]| {
        let train = Examples { width: 1, features: vec![1.0; targets.len()], targets: targets.to_vec() };
        let test = Examples { width: 1, ..Examples::default() };
        let classes = vec!["a".to_owned(), "b".to_owned()];
        let data = Dataset { train, test, classes, notes: Vec::new(), generator: None, contents: None };
        let network = Network::new(definition(&[], Activation::Tanh, head), Arc::new(data));
        loss(&network, parameters, Measure::Accuracy)
    };
    assert_eq!(accuracy(Head::Log, &[0.0, 1.0, 1.0, 1.0], &[0.5, 0.1]), 0.75);
    assert_eq!(accuracy(Head::Log, &[0.0, 1.0, 1.0, 1.0], &[0.0, 0.0]), 0.25);
    assert_eq!(accuracy(Head::CrossEntropy, &[0.0, 1.0, 1.0, 1.0], &[0.5, 0.0, 0.7, 0.0]), 0.75);
    assert_eq!(accuracy(Head::CrossEntropy, &[0.0, 1.0, 1.0, 1.0], &[0.5, 0.0, 0.5, 0.0]), 0.25);
    assert_eq!(accuracy(Head::CrossEntropy, &[0.0, 1.0], &[f64::NAN, 0.0, f64::NAN, 0.0]), 0.0);
}

#[test]
fn a_score_is_what_the_head_makes_of_the_sums() {
    let of =
        |head| network(definition(&[], Activation::Tanh, head), 1, Some(2), 1).score(&[2.0, 0.5, 3.0, 0.5], &[0.25]);
    let sigmoid = crate::math::sigmoid_scalar;
    assert_eq!(of(Head::Squared { activation: Activation::Linear, half: true }), 1.0);
    assert_eq!(of(Head::Squared { activation: Activation::Tanh, half: true }), crate::math::tanh_scalar(1.0));
    assert_eq!(of(Head::Log), 2.0 * sigmoid(1.0) - 1.0);
    assert_eq!(of(Head::CrossEntropy), 2.0 * sigmoid(0.25) - 1.0);
}

#[test]
fn penalties_pull_weights_and_spare_biases() {
    let pulled = |penalty| {
        let definition = NetworkDefinition { penalty, ..definition(&[], Activation::Tanh, HEADS[0]) };
        let network = network(definition, 3, None, 1);
        let mut gradient = lanes(&[1.0; 4]);
        network.add_penalty(pulp::Scalar, &lanes(&[2.0, -0.5, 0.0, 7.0]), &mut gradient);
        gradient.into_iter().map(|[g]| g).collect::<Vec<f64>>()
    };
    assert_eq!(pulled(Penalty::None), [1.0; 4]);
    assert_eq!(pulled(Penalty::L1(0.25)), [1.25, 0.75, 1.0, 1.0]);
    assert_eq!(pulled(Penalty::L2(0.25)), [1.5, 0.875, 1.0, 1.0]);
}
