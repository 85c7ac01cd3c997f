use std::sync::Arc;

use proptest::prelude::*;

use super::super::{AfterConvergence, Budget, Detail, Group, Lane, Optimizer, OrderSeeds, Schedule, Sgd, Stop, train};
use super::*;
use crate::problem::Parabola;
use crate::random::{Key, Stream};

fn losses(of: impl FnMut(usize) -> f64) -> Vec<f64> {
    (0..WINDOW).map(of).collect()
}

#[test]
fn a_strict_fall_or_rise_of_any_length_and_shape_is_one() {
    for count in 2..=WINDOW {
        for factor in [0.05f64, 0.3, 0.7, 0.99, 1.0 - 1e-9] {
            let falling: Vec<f64> = (0..count).map(|t| factor.powi(t as i32)).collect();
            let falling_to_a_floor: Vec<f64> = falling.iter().map(|loss| 1e-9 + loss).collect();
            let rising: Vec<f64> = falling.iter().rev().copied().collect();
            assert_eq!(trend(&falling, false), Trend::Falling, "{count} by {factor}");
            assert_eq!(trend(&rising, false), Trend::Rising, "{count} by {factor}");
            assert_ne!(trend(&falling_to_a_floor, false), Trend::Oscillating, "{count} by {factor}");
        }
    }
    assert_eq!(trend(&losses(|t| 1.0 - 1e-9 * t as f64), false), Trend::Falling);
}

#[test]
fn an_equal_loss_is_flat_unless_the_parameters_go_to_and_fro() {
    for level in [0.0, 0.3, -1.0, 1e300] {
        assert_eq!(trend(&losses(|_| level), false), Trend::Flat);
        assert_eq!(trend(&losses(|_| level), true), Trend::Oscillating);
    }
    assert_eq!(trend(&[1.0], false), Trend::Flat);
    let jitter = losses(|t| 0.7 + f64::EPSILON * (t * t % 3) as f64);
    assert_eq!(trend(&jitter, false), Trend::Flat, "rounding is no oscillation");
    let settled = losses(|t| if t < 14 { 1.0 / (t + 1) as f64 } else { 1.0 / 14.0 });
    assert_eq!(trend(&settled, false), Trend::Flat, "it fell, but no longer does");
}

#[test]
fn alternation_oscillates_whatever_its_length_and_phase() {
    for count in 3..=WINDOW {
        for phase in 0..2 {
            let alternating: Vec<f64> = (0..count).map(|t| if (t + phase) % 2 == 0 { 1.0 } else { 2.0 }).collect();
            assert_eq!(trend(&alternating, true), Trend::Oscillating, "{count}");
            assert_eq!(trend(&alternating, false), Trend::Oscillating, "{count}");
        }
        let strictly_falling: Vec<f64> = (0..count).map(|t| 0.8f64.powi(t as i32)).collect();
        assert_eq!(trend(&strictly_falling, true), Trend::Oscillating, "{count}: around the minimum");
        let rising: Vec<f64> = strictly_falling.iter().map(|loss| 1.0 / loss).collect();
        assert_eq!(trend(&rising, true), Trend::Rising, "{count}: away from the minimum");
    }
}

/// The trend of a run on a parabola.
fn on_a_parabola(parabola: Parabola, learning_rate: f64, steps: u64) -> Option<Trend> {
    let stop = Stop {
        budget: Budget { steps: Some(steps), epochs: None },
        converged: None,
        after_convergence: AfterConvergence::Stop,
        diverged_loss_factor: f64::MAX,
        evaluate_every: None,
    };
    let initial: Arc<[f64]> = vec![parabola.start].into();
    let group = Group {
        lanes: vec![Lane { learning_rate, momentum: 0.0, initial, keeps_curve: false }],
        batches: None,
        order_seeds: OrderSeeds::Shared(None),
        orders: None,
        optimizer: Optimizer::Sgd(Sgd::default()),
        schedule: Schedule::Constant,
        stop: &stop,
        detail: Detail::None,
        keeps_parameters: false,
        interrupted: &|_| false,
    };
    train(pulp::Arch::new(), &parabola, &group).unwrap()[0].trend
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_run_falls_below_one_over_the_curvature_alternates_up_to_twice_that_and_rises_beyond(
        curvature in 1e-3..1e3f64,
        start in prop_oneof![0.1..10.0f64, -10.0..-0.1f64],
        minimum in prop_oneof![Just(0.0), 20.0..30.0f64],
        share in prop_oneof![0.001..0.9f64, 1.1..1.99f64, 2.01..4.0f64],
        // So few that nobody reaches the minimum to the last digit.
        steps in 1..8u64,
    ) {
        let trend = on_a_parabola(Parabola { curvature, start, minimum }, share / curvature, steps);
        let expected = match steps {
            _ if share > 2.0 => Trend::Rising,
            // One move goes nowhere back.
            2.. if share > 1.0 => Trend::Oscillating,
            _ => Trend::Falling,
        };
        prop_assert_eq!(trend, Some(expected));
    }
}

/// The share of `draws` windows that are judged so.
fn share(judged: Trend, draws: usize, mut window: impl FnMut() -> Vec<f64>) -> f64 {
    (0..draws).filter(|_| trend(&window(), false) == judged).count() as f64 / draws as f64
}

/// Losses of gradient descent with noise around its minimum: of w² where w ← keep · w + noise.
fn noisy_descent(stream: &mut Stream, keep: f64) -> Vec<f64> {
    let mut w = 0.0;
    let all = (0..100 + WINDOW).map(|_| {
        w = keep * w + stream.normal();
        w * w
    });
    all.skip(100).collect()
}

/// Shares that docs/spec.md states.
#[test]
fn the_share_of_mistakes_on_noise_is_as_documented() {
    let stream = &mut Key::new("trend").stream();
    // Noise without a trend, a fall or a rise being a mistake.
    for (count, most) in [(4, 0.10), (5, 0.03), (6, 0.015), (8, 0.015), (16, 0.015), (32, 0.015)] {
        let found = share(Trend::Oscillating, 4000, || (0..count).map(|_| 1.0 + 0.1 * stream.normal()).collect());
        assert!(1.0 - found <= most, "{count} evaluations: {}", 1.0 - found);
    }
    // Around a minimum, where neighbours are alike.
    for (keep, most) in [(0.0, 0.015), (0.5, 0.03), (0.7, 0.05), (0.9, 0.10)] {
        let found = share(Trend::Oscillating, 2000, || noisy_descent(stream, keep));
        assert!(1.0 - found <= most, "keeping {keep}: {}", 1.0 - found);
    }
    // A straight fall by so many standard deviations of the noise; not to see it is a mistake.
    for (fall, least) in [(3.0, 0.93), (4.0, 0.99), (6.0, 1.0)] {
        let found = share(Trend::Falling, 2000, || losses(|t| 9.0 - fall * t as f64 / 31.0 + stream.normal()));
        assert!(found >= least, "a fall by {fall} deviations: {found}");
    }
    // A geometric fall with noise of a fiftieth of its height.
    for factor in [0.8, 0.9, 0.97] {
        let found =
            share(Trend::Falling, 2000, || losses(|t| 1.0 + f64::powi(factor, t as i32) + 0.02 * stream.normal()));
        assert!(found >= 0.99, "a fall by {factor} each: {found}");
    }
}
