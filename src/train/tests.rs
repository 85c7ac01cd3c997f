//! Training held against naive loops of a few lines, bit for bit.

mod classes;

use std::sync::Arc;

use super::*;
use crate::data::{self, BatchWalk, Batches, Dataset, LinearSource, Sampling, Scale, Source};
use crate::outcome::{Status, Trend};
use crate::problem::{Initial, LeastSquares, LinearRegression, Measure, Model, Parabola};
use crate::random::Key;

/// The curve of the course's exercise.
const COURSE: Parabola = Parabola { curvature: 0.625, start: 1.0, minimum: 0.0 };

fn stop(max_steps: u64, criterion: Option<Criterion>) -> Stop {
    Stop {
        budget: Budget { steps: Some(max_steps), epochs: None },
        converged: criterion.map(|criterion| Convergence { criteria: vec![criterion], hold: 1 }),
        after_convergence: AfterConvergence::Stop,
        diverged_loss_factor: 1e3,
        evaluate_every: None,
    }
}

fn group<'a>(stop: &'a Stop, rates: &[f64], initial: Vec<f64>) -> Group<'a> {
    let lane =
        |&learning_rate| Lane { learning_rate, momentum: 0.0, initial: initial.clone().into(), keeps_curve: true };
    Group {
        lanes: rates.iter().map(lane).collect(),
        batches: None,
        order_seeds: OrderSeeds::Shared(None),
        orders: None,
        optimizer: Optimizer::Sgd(Sgd::default()),
        schedule: Schedule::Constant,
        stop,
        detail: Detail::All,
        keeps_parameters: false,
        interrupted: &|_| false,
    }
}

fn arch() -> pulp::Arch {
    pulp::Arch::new()
}

#[test]
fn the_published_answers_of_the_exercise_fall_out_of_one_curve() {
    let stop = stop(1000, Some(Criterion::Distance(0.0055)));
    let rates = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0, 3.2, 1e-6];
    let outcomes = train(arch(), &COURSE, &group(&stop, &rates, vec![1.0])).unwrap();
    let steps: Vec<Option<u64>> = outcomes.iter().map(|outcome| outcome.steps).collect();
    assert_eq!(steps, [Some(81), Some(10), Some(6), Some(1), Some(3), None, None, None]);
    assert_eq!(outcomes[5].status, Status::Diverged);
    assert_eq!((outcomes[6].status, outcomes[6].trend), (Status::Exhausted, Some(Trend::Oscillating)));
    assert_eq!((outcomes[7].status, outcomes[7].trend), (Status::Exhausted, Some(Trend::Falling)));
}

#[test]
fn momentum_and_nesterov_follow_the_textbook() {
    for nesterov in [false, true] {
        let stop = stop(50, None);
        let mut group = group(&stop, &[0.3, 0.7], vec![1.0]);
        group.optimizer = Optimizer::Sgd(Sgd { nesterov });
        group.lanes.iter_mut().for_each(|lane| lane.momentum = 0.9);
        for (lane, outcome) in group.lanes.iter().zip(train(arch(), &COURSE, &group).unwrap()) {
            let (mut w, mut velocity) = (1.0f64, 0.0f64);
            let mut losses = vec![COURSE.loss(w)];
            for _ in 0..50 {
                let gradient = 0.625 * w;
                velocity = 0.9f64.mul_add(velocity, gradient);
                let direction = if nesterov { 0.9f64.mul_add(velocity, gradient) } else { velocity };
                w = (-lane.learning_rate).mul_add(direction, w);
                losses.push(COURSE.loss(w));
            }
            assert_eq!(outcome.curve.unwrap().loss, losses);
        }
    }
}

#[test]
fn a_lane_does_not_depend_on_its_neighbors_nor_on_packing() {
    let stop = stop(300, Some(Criterion::RelativeGap(1e-9)));
    let rates: Vec<f64> = (1..=100).map(|i| f64::from(i) * 0.04).collect();
    let together = train(arch(), &COURSE, &group(&stop, &rates, vec![1.0])).unwrap();
    for (rate, outcome) in rates.iter().zip(&together) {
        let alone = train(arch(), &COURSE, &group(&stop, &[*rate], vec![1.0])).unwrap();
        assert_eq!(&alone[0], outcome, "learning rate {rate}");
        let scalar = train(pulp::Arch::Scalar, &COURSE, &group(&stop, &[*rate], vec![1.0])).unwrap();
        assert_eq!(&scalar[0], outcome, "learning rate {rate}, scalar");
    }
}

fn regression(examples: usize, features: usize) -> LeastSquares {
    let source = LinearSource { examples, features, noise: 0.3, condition: 10.0, seed: 1 };
    let definition = data::Definition { source: Source::Linear(source), scale: Scale::Standard, test_fraction: 0.2 };
    let data = Dataset::load(&definition, None).unwrap();
    LeastSquares::new(LinearRegression { initial: Initial::Normal(1.0) }, Arc::new(data))
}

/// Mini-batch gradient descent in the order the canonical arithmetic prescribes; the parameters after `steps` steps.
fn naive(model: &LeastSquares, batches: &Batches, seed: u64, lane: &Lane, steps: u64) -> Vec<f64> {
    let examples = model.examples().unwrap();
    let mut order = BatchWalk::new(batches, Some(seed));
    let mut w = lane.initial.to_vec();
    for _ in 0..steps {
        let batch = order.next_batch();
        let scale = 2.0 * (1.0 / batch.len() as f64);
        let mut gradient = vec![0.0f64; w.len()];
        for block in batch.chunks(4096) {
            let mut sum = vec![0.0f64; w.len()];
            for &example in block {
                let row = examples.row(example as usize);
                let prediction = row.iter().zip(&w).fold(*w.last().unwrap(), |sum, (x, w)| w.mul_add(*x, sum));
                let error = (prediction - examples.targets[example as usize]) * scale;
                for (sum, x) in sum.iter_mut().zip(row.iter().chain(&[1.0])) {
                    *sum = error.mul_add(*x, *sum);
                }
            }
            gradient.iter_mut().zip(&sum).for_each(|(total, sum)| *total += sum);
        }
        for (w, g) in w.iter_mut().zip(&gradient) {
            *w = (-lane.learning_rate).mul_add(*g, *w);
        }
    }
    w
}

/// The gap of parameters as the canonical arithmetic prescribes.
fn naive_gap(model: &LeastSquares, w: &[f64]) -> f64 {
    let n = w.len();
    let offsets: Vec<f64> = w.iter().zip(&model.train.minimizer).map(|(w, best)| w - best).collect();
    (0..n).fold(0.0, |gap, i| {
        let from = if n - i / 4 * 4 >= 4 { i / 4 * 4 } else { i };
        let row = &model.train.root()[i * n..][..n];
        let sum = (from..n).fold(0.0f64, |sum, j| offsets[j].mul_add(row[j], sum));
        sum.mul_add(sum, gap)
    })
}

#[test]
fn mini_batches_give_the_bits_of_a_naive_loop() {
    for (examples, features, batch) in [(60, 1, 1), (100, 3, 7), (100, 10, 32), (12_000, 4, 9_000)] {
        let model = regression(examples, features);
        let count = model.examples().unwrap().len();
        for sampling in [Sampling::Shuffle, Sampling::Uniform, Sampling::Sequential] {
            let batches = Batches::new(count, batch, sampling);
            let steps = if examples > 1000 { 3 } else { 40 };
            let stop = stop(steps, None);
            let mut group = group(&stop, &[0.01, 0.1, 0.02, 0.03, 0.05], model.initial(&Key::new("test")));
            group.batches = Some(batches.clone());
            group.order_seeds = OrderSeeds::Shared(Some(5));
            for arch in [arch(), pulp::Arch::Scalar] {
                for (lane, outcome) in group.lanes.iter().zip(train(arch, &model, &group).unwrap()) {
                    let w = naive(&model, &batches, 5, lane, steps);
                    let gap = naive_gap(&model, &w);
                    assert_eq!(
                        outcome.last[Measure::Gap as usize].to_bits(),
                        gap.to_bits(),
                        "{examples} {features} {batch} {sampling:?}"
                    );
                    assert_eq!(outcome.final_loss.to_bits(), (gap + model.train.best_loss).to_bits());
                }
            }
        }
    }
}

/// Every instruction set that this machine has.
fn archs() -> Vec<pulp::Arch> {
    let mut archs = vec![pulp::Arch::Scalar, arch()];
    #[cfg(target_arch = "x86_64")]
    archs.extend(pulp::x86::V3::try_new().map(pulp::Arch::V3));
    archs
}

#[test]
fn lanes_with_rows_of_their_own_have_the_bits_of_a_naive_loop() {
    for (features, batch, lanes) in [(1, 7, 3), (3, 1, 9), (4, 32, 8), (10, 13, 5), (16, 8, 40), (17, 100, 64)] {
        let model = regression(100, features);
        for sampling in [Sampling::Shuffle, Sampling::Uniform] {
            let batches = Batches::new(model.examples().unwrap().len(), batch, sampling);
            // Large learning rates diverge early, so that the others are packed together.
            let rates: Vec<f64> = (0..lanes).map(|lane| 0.01 * f64::from(lane % 5) + f64::from(lane % 3 / 2)).collect();
            let stop = stop(40, None);
            let mut group = group(&stop, &rates, model.initial(&Key::new("test")));
            group.batches = Some(batches.clone());
            group.order_seeds = OrderSeeds::Apart((0..lanes as u64).collect());
            for arch in archs() {
                for (seed, outcome) in train(arch, &model, &group).unwrap().into_iter().enumerate() {
                    let w = naive(&model, &batches, seed as u64, &group.lanes[seed], outcome.trained_steps);
                    let what = format!("{features} {batch} {sampling:?} {arch:?}, lane {seed}");
                    assert_eq!(
                        outcome.last[Measure::Gap as usize].to_bits(),
                        naive_gap(&model, &w).to_bits(),
                        "{what}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_closed_form_agrees_with_the_direct_sum() {
    let model = regression(500, 6);
    let examples = model.examples().unwrap();
    let stop = stop(200, None);
    let mut group = group(&stop, &[0.1], model.initial(&Key::new("test")));
    group.batches = Some(Batches::new(examples.len(), examples.len(), Sampling::Shuffle));
    let outcome = &train(arch(), &model, &group).unwrap()[0];
    // One batch of all examples in file order, directly.
    let direct =
        naive(&model, &Batches::new(examples.len(), examples.len(), Sampling::Sequential), 5, &group.lanes[0], 200);
    let gap = naive_gap(&model, &direct);
    assert!((outcome.last[Measure::Gap as usize] - gap).abs() <= 1e-12 * naive_gap(&model, &group.lanes[0].initial));
}

#[test]
fn hold_asks_for_evaluations_in_a_row_and_counts_from_the_first() {
    let mut stop = stop(100, Some(Criterion::Distance(0.0055)));
    stop.converged.as_mut().unwrap().hold = 4;
    let outcome = &train(arch(), &COURSE, &group(&stop, &[0.7], vec![1.0])).unwrap()[0];
    assert_eq!((outcome.steps, outcome.trained_steps), (Some(10), 13));
}

#[test]
fn a_plateau_needs_its_whole_window() {
    let stop = stop(1000, Some(Criterion::Plateau { change: 0.5, window: 3 }));
    // The loss shrinks by (1 − 0.625·0.1)² ≈ 0.879 a step: within 50% over three steps from the third on.
    let outcome = &train(arch(), &COURSE, &group(&stop, &[0.1], vec![1.0])).unwrap()[0];
    assert_eq!(outcome.steps, Some(3));
    // And by (1 − 0.625·0.7)² ≈ 0.316 a step: never.
    let outcome = &train(arch(), &COURSE, &group(&stop, &[0.7], vec![1.0])).unwrap()[0];
    assert_ne!(outcome.steps, Some(3));
}

#[test]
fn evaluations_can_be_rare_and_the_budget_is_always_evaluated() {
    let mut stop = stop(25, Some(Criterion::Distance(0.0055)));
    stop.evaluate_every = Some(EvaluateEvery::Steps(8));
    let outcomes = train(arch(), &COURSE, &group(&stop, &[0.7, 0.01], vec![1.0])).unwrap();
    assert_eq!(outcomes[0].steps, Some(16));
    assert_eq!(outcomes[1].curve.as_ref().unwrap().steps, [0, 8, 16, 24, 25]);
}

#[test]
fn a_run_that_starts_at_its_target_converges_in_no_step() {
    let stop = stop(10, Some(Criterion::Loss(0.5)));
    let outcome = &train(arch(), &COURSE, &group(&stop, &[0.1], vec![1.0])).unwrap()[0];
    assert_eq!((outcome.status, outcome.steps, outcome.trained_steps), (Status::Converged, Some(0), 0));
}

#[test]
fn a_run_that_trains_on_after_convergence_keeps_its_steps_and_tells_what_came_later() {
    let settle = Some(Criterion::Distance(0.0055));
    let mut stop = stop(1000, settle);
    stop.after_convergence = AfterConvergence::Continue;
    let outcomes = train(arch(), &COURSE, &group(&stop, &[0.1, 0.7, 4.0, 1e-6], vec![1.0])).unwrap();
    assert_eq!((outcomes[0].status, outcomes[0].steps), (Status::Converged, Some(81)));
    assert_eq!((outcomes[1].status, outcomes[1].steps, outcomes[1].trained_steps), (Status::Converged, Some(10), 1000));
    // A distance of 0.55% leaves 0.55%² of the loss.
    let later = outcomes[0].later.unwrap();
    assert!(later.drop > 0.0 && later.drop < 0.0055 * 0.0055 && !later.was_false());
    assert_eq!((outcomes[2].status, outcomes[2].later), (Status::Diverged, None));
    assert_eq!((outcomes[3].status, outcomes[3].later), (Status::Exhausted, None));

    // A plateau criterion that any slow descent meets at once: nearly the whole drop is still to come.
    stop.converged = Some(Convergence { criteria: vec![Criterion::Plateau { change: 0.5, window: 3 }], hold: 1 });
    let outcome = &train(arch(), &COURSE, &group(&stop, &[0.05], vec![1.0])).unwrap()[0];
    assert_eq!((outcome.status, outcome.steps, outcome.trained_steps), (Status::Converged, Some(3), 1000));
    let expected = COURSE.loss((1.0f64 - 0.625 * 0.05).powi(3)) / COURSE.loss(1.0);
    let later = outcome.later.unwrap();
    assert!((later.drop - expected).abs() < 1e-12 && later.was_false());
}

#[test]
fn a_run_may_diverge_after_it_has_converged() {
    // It starts below the target, at 0.3125.
    let mut stop = stop(1000, Some(Criterion::Loss(0.32)));
    stop.after_convergence = AfterConvergence::Continue;
    let outcome = &train(arch(), &COURSE, &group(&stop, &[4.0], vec![1.0])).unwrap()[0];
    assert_eq!((outcome.status, outcome.steps), (Status::Converged, Some(0)));
    assert_eq!(outcome.later, Some(Later { drop: 0.0, diverged: true }));
    assert!(outcome.trained_steps < 1000);
}
