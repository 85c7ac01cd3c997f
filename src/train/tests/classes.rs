//! Logistic regression and the egg carton against naive loops of a few lines, bit for bit, on every instruction set.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::data::{CsvSource, Examples, Targets};
use crate::math;
use crate::problem::{Carton, EggCarton, Logistic, LogisticRegression, Measure};

/// Three classes along a line, with noise.
fn data(examples: usize, width: usize, classes: usize) -> Arc<Dataset> {
    let mut stream = Key::new("test").stream();
    let mut part = |count: usize| {
        let mut part = Examples { width, ..Examples::default() };
        for _ in 0..count {
            let row: Vec<f64> = (0..width).map(|_| stream.normal()).collect();
            part.targets.push((row[0] + 0.7 * stream.normal() + 1.5).floor().clamp(0.0, classes as f64 - 1.0));
            part.features.extend(row);
        }
        part
    };
    let (train, test) = (part(examples), part(50));
    let names = (0..classes).map(|class| class.to_string()).collect();
    Arc::new(Dataset { train, test, classes: names, notes: Vec::new(), generator: None, contents: None })
}

/// The scores of an example: each weight vector's features in index order, onto its bias.
fn scores(w: &[f64], row: &[f64]) -> Vec<f64> {
    let score = |w: &[f64]| row.iter().zip(w).fold(w[row.len()], |sum, (x, w)| w.mul_add(*x, sum));
    w.chunks_exact(row.len() + 1).map(score).collect()
}

/// Log loss, whether the prediction is right, and `scale ·` the derivative by each score.
fn judge(scores: &[f64], target: f64, scale: f64) -> (f64, bool, Vec<f64>) {
    if let [score] = *scores {
        let sign = if target == 1.0 { -1.0 } else { 1.0 };
        let slope = math::sigmoid_scalar(sign * score) * (scale * sign);
        return (math::softplus_scalar(sign * score), (score > 0.0) == (target == 1.0), vec![slope]);
    }
    let target = target as usize;
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = scores.iter().map(|score| math::exp_scalar(score - largest)).collect();
    let sum = exponentials.iter().fold(0.0, |sum, x| sum + x);
    let slope = |(class, e): (usize, &f64)| e.mul_add(scale / sum, if class == target { -scale } else { -0.0 });
    let slopes = exponentials.iter().enumerate().map(slope).collect();
    let first = scores.iter().position(|score| *score == largest);
    ((largest - scores[target]) + math::ln_scalar(sum), first == Some(target), slopes)
}

fn is_weight(parameter: usize, width: usize) -> bool {
    parameter % (width + 1) != width
}

/// Parameters after training as the canonical arithmetic prescribes.
fn naive(examples: &Examples, batches: &Batches, lane: &Lane, l2: f64, steps: u64) -> Vec<f64> {
    let width = examples.width;
    let mut order = BatchWalk::new(batches, Some(5));
    let mut w = lane.initial.to_vec();
    for _ in 0..steps {
        let batch = order.next_batch();
        let mut gradient = vec![0.0f64; w.len()];
        for block in batch.chunks(4096) {
            let mut sum = vec![0.0f64; w.len()];
            for &example in block {
                let row = examples.row(example as usize);
                let target = examples.targets[example as usize];
                let (_, _, slopes) = judge(&scores(&w, row), target, 1.0 / batch.len() as f64);
                for (slope, sum) in slopes.iter().zip(sum.chunks_exact_mut(width + 1)) {
                    sum.iter_mut().zip(row.iter().chain(&[1.0])).for_each(|(sum, x)| *sum = slope.mul_add(*x, *sum));
                }
            }
            gradient.iter_mut().zip(&sum).for_each(|(total, sum)| *total += sum);
        }
        for (i, (w, g)) in w.iter_mut().zip(&mut gradient).enumerate() {
            if l2 > 0.0 && is_weight(i, width) {
                *g = l2.mul_add(*w, *g);
            }
            *w = (-lane.learning_rate).mul_add(*g, *w);
        }
    }
    w
}

/// Mean log loss and accuracy.
fn naive_loss(examples: &Examples, w: &[f64]) -> (f64, f64) {
    let (mut loss, mut hits) = (0.0, 0.0);
    for block in (0..examples.len()).collect::<Vec<_>>().chunks(4096) {
        let mut sum = 0.0;
        for &example in block {
            let (loss, is_right, _) = judge(&scores(w, examples.row(example)), examples.targets[example], 1.0);
            sum += loss;
            hits += f64::from(u8::from(is_right));
        }
        loss += sum;
    }
    (loss / examples.len() as f64, hits / examples.len() as f64)
}

fn agrees_with_naive<M: Model>(model: &M, data: &Dataset, l2: f64, steps: u64, batch: usize) {
    for sampling in [Sampling::Shuffle, Sampling::Uniform, Sampling::Sequential] {
        let batches = Batches::new(data.train.len(), batch, sampling);
        // All examples at once are taken in file order.
        let walked = match batches.is_full_batch() {
            true => Batches::new(data.train.len(), batch, Sampling::Sequential),
            false => batches.clone(),
        };
        let stop = stop(steps, None);
        let mut group = group(&stop, &[0.5, 0.1, 0.02, 0.3, 1.5], model.initial(&Key::new("test")));
        group.batches = Some(batches);
        group.order_seeds = OrderSeeds::Shared(Some(5));
        for arch in [arch(), pulp::Arch::Scalar] {
            for (lane, outcome) in group.lanes.iter().zip(train(arch, model, &group).unwrap()) {
                let w = naive(&data.train, &walked, lane, l2, steps);
                let ((loss, accuracy), test) = (naive_loss(&data.train, &w), naive_loss(&data.test, &w));
                let weights = w.iter().enumerate().filter(|(i, _)| is_weight(*i, data.train.width));
                let squares = weights.fold(0.0, |sum: f64, (_, w)| w.mul_add(*w, sum));
                let loss = if l2 > 0.0 { (0.5 * l2).mul_add(squares, loss) } else { loss };
                let last = |measure| outcome.last[measure as usize];
                let what = format!("{} parameters, batch {batch}, {sampling:?}", w.len());
                assert_eq!(outcome.final_loss.to_bits(), loss.to_bits(), "{what}");
                assert_eq!(last(Measure::Accuracy), accuracy, "{what}");
                assert_eq!(last(Measure::TestLoss).to_bits(), test.0.to_bits(), "{what}");
                assert_eq!(last(Measure::TestAccuracy), test.1, "{what}");
            }
        }
    }
}

#[test]
fn logistic_regression_gives_the_bits_of_a_naive_loop() {
    for (examples, width, batch, steps) in [(60, 1, 1, 40), (100, 3, 7, 40), (100, 10, 100, 20), (9_000, 4, 8_500, 2)] {
        for l2 in [0.0, 0.03] {
            let definition = LogisticRegression { initial: Initial::Normal(1.0), l2 };
            let two = data(examples, width, 2);
            agrees_with_naive(&Logistic::binary(definition, Arc::clone(&two)), &two, l2, steps, batch);
            let three = data(examples, width, 3);
            agrees_with_naive(&Logistic::softmax(definition, Arc::clone(&three)), &three, l2, steps, batch);
        }
    }
}

#[test]
fn one_long_run_has_the_same_bits_whatever_the_number_of_threads() {
    // More than two blocks of examples, so that threads share the sums.
    let data = data(12_000, 3, 3);
    let model = Logistic::softmax(LogisticRegression { initial: Initial::Normal(1.0), l2: 0.01 }, Arc::clone(&data));
    let stop = stop(4, None);
    let mut group = group(&stop, &[0.5], model.initial(&Key::new("test")));
    group.batches = Some(Batches::new(data.train.len(), data.train.len(), Sampling::Sequential));
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(arch(), &model, &group).unwrap().remove(0))
    };
    let expected = on(1);
    assert!(expected.final_loss < expected.initial_loss);
    for threads in [2, 7] {
        let outcome = on(threads);
        assert_eq!(outcome.trajectory, expected.trajectory, "{threads} threads");
        assert_eq!(outcome.final_loss.to_bits(), expected.final_loss.to_bits(), "{threads} threads");
    }
}

#[test]
fn many_full_batch_steps_on_breast_cancer_reach_the_minimum() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data/breast_cancer.csv");
    let targets = Targets::Classes { count: Some(2) };
    let source = Source::Csv(CsvSource::new(path, "diagnosis", targets));
    let definition = data::Definition { source, scale: Scale::Standard, test_fraction: 0.0 };
    let data = Arc::new(Dataset::load(&definition, None).unwrap());
    let model = Logistic::binary(LogisticRegression { initial: Initial::Zeros, l2: 0.01 }, data);
    let stop = stop(5000, Some(Criterion::GradientNorm(1e-12)));
    let mut group = group(&stop, &[0.5], model.initial(&Key::new("test")));
    group.batches = Some(Batches::new(569, 569, Sampling::Shuffle));
    let outcome = &train(arch(), &model, &group).unwrap()[0];
    assert_eq!(outcome.status, Status::Converged);
    assert!((outcome.final_loss - model.minimum().unwrap().loss).abs() < 1e-15, "{}", outcome.final_loss);
    let gap = outcome.last[Measure::Gap as usize];
    assert!((0.0..1e-15).contains(&gap), "{gap}");
}

#[test]
fn the_egg_carton_gives_the_bits_of_a_naive_loop() {
    let definition = EggCarton {
        dimensions: 2,
        curvature: 1.0,
        ripple: 0.5,
        frequency: 5.0,
        minimum: [0.3, -0.2],
        start: [2.0, 1.0],
    };
    let carton = Carton::new(definition);
    let stop = stop(60, None);
    let group = group(&stop, &[0.01, 0.05, 0.3, 1.0, 0.1], vec![2.0, 1.0]);
    for arch in [arch(), pulp::Arch::Scalar] {
        for (lane, outcome) in group.lanes.iter().zip(train(arch, &carton, &group).unwrap()) {
            let mut w = [2.0f64, 1.0];
            for _ in 0..60 {
                for (w, center) in w.iter_mut().zip(definition.minimum) {
                    let u = *w - center;
                    let slope = 1.0f64.mul_add(u, 2.5 * math::sin_scalar(5.0 * u));
                    *w = (-lane.learning_rate).mul_add(slope, *w);
                }
            }
            assert_eq!(outcome.final_loss.to_bits(), carton.loss(&w).to_bits());
            assert_eq!(outcome.extras[0], carton.reached(&w).map(|minimum| minimum as f64));
        }
    }
}

#[test]
fn where_measuring_costs_steps_are_known_to_a_tenth() {
    let data = data(200, 2, 2);
    let model = Logistic::binary(LogisticRegression { initial: Initial::Zeros, l2: 0.01 }, Arc::clone(&data));
    let steps = |stop: &Stop| {
        let mut group = group(stop, &[0.01], model.initial(&Key::new("test")));
        // 67 steps make an epoch.
        group.batches = Some(Batches::new(200, 3, Sampling::Shuffle));
        train(arch(), &model, &group).unwrap().remove(0)
    };
    let mut stop = stop(1000, Some(Criterion::Loss(0.0)));
    // As the documentation says it: grown by a tenth, or the end of an epoch.
    let mut expected = vec![0];
    for step in 1..=1000u64 {
        let last = *expected.last().unwrap();
        if step - last >= (last / 10).max(1) || step % 67 == 0 || step == 1000 {
            expected.push(step);
        }
    }
    let outcome = steps(&stop);
    let curve = outcome.curve.unwrap();
    assert_eq!(curve.steps, expected);
    assert_eq!(outcome.resolution, None);

    // A run that converges at some evaluation says how far the one before lies back.
    for place in [0, 1, 12, 25, 40] {
        stop.converged = Some(Convergence { criteria: vec![Criterion::Loss(curve.loss[place])], hold: 1 });
        let outcome = steps(&stop);
        let first = curve.loss.iter().position(|&loss| loss <= curve.loss[place]).unwrap();
        assert_eq!(outcome.steps, Some(expected[first]));
        let resolution = outcome.resolution.unwrap();
        assert_eq!(resolution, expected[first] - expected[first.saturating_sub(1)]);
        assert!(resolution <= 1 || 10 * resolution <= expected[first], "{resolution} of {}", expected[first]);
    }

    // Criteria that count evaluations count epochs.
    for (criterion, hold) in [(Criterion::Loss(0.0), 2), (Criterion::Plateau { change: 0.0, window: 3 }, 1)] {
        stop.converged = Some(Convergence { criteria: vec![criterion], hold });
        assert_eq!(steps(&stop).curve.unwrap().steps[..4], [0, 67, 134, 201]);
    }
    stop.converged = None;
    assert_eq!(steps(&stop).curve.unwrap().steps[..3], [0, 67, 134]);
}
