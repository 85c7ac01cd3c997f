use proptest::prelude::*;

use super::*;
use crate::random::Key;

const INF: f64 = f64::INFINITY;

fn attempts(steps: &[u64], successes: &[bool]) -> Vec<Attempt> {
    steps.iter().zip(successes).map(|(&steps, &success)| Attempt { steps, success }).collect()
}

fn bootstrap(attempts: &[Attempt]) -> Option<Interval> {
    expected_steps_interval(attempts, &mut Key::new("test").stream())
}

#[test]
fn quantiles_by_hand() {
    // (n − 1)·p = 0.75, 1.5, 2.25 for n = 4.
    let quartiles = Quartiles::of(&mut [4.0, 1.0, 3.0, 2.0]);
    assert_eq!(quartiles, Quartiles { q25: 1.75, median: 2.5, q75: 3.25 });
    assert_eq!(quantile(&[7.0], 0.25), 7.0);
    assert_eq!(quantile(&[], 0.5), INF);
}

#[test]
fn a_median_over_ten_of_which_six_never_came_is_infinite() {
    let mut values = [INF, 5.0, INF, 6.0, INF, 7.0, INF, 8.0, INF, INF];
    let quartiles = Quartiles::of(&mut values);
    // (10 − 1)·0.25 = 2.25: between 7 and 8.
    assert_eq!(quartiles, Quartiles { q25: 7.25, median: INF, q75: INF });
}

#[test]
fn there_is_nothing_between_finite_and_infinite() {
    assert_eq!(quantile(&[1.0, INF], 0.5), INF);
    assert_eq!(quantile(&[1.0, 2.0, INF], 0.5), 2.0, "the infinite neighbor has no weight");
    assert_eq!(quantile(&[INF, INF], 0.5), INF, "not NaN");
}

#[test]
fn wilson_as_published() {
    // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    for (successes, trials, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let interval = wilson(successes, trials);
        assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
    }
}

#[test]
fn expected_steps_by_hand() {
    let three = attempts(&[10, 1000, 20], &[true, false, true]);
    assert_eq!(expected_steps(three), 515.0);
    assert_eq!(expected_steps(attempts(&[10], &[false])), INF);
    assert_eq!(expected_steps([]), INF);
    assert_eq!(expected_steps(attempts(&[u64::MAX, u64::MAX, 1], &[true, true, false])), 2f64.powi(64));
}

#[test]
fn bootstrap_of_two_attempts_by_hand() {
    // Resamples: both the first (1/4), one of each (1/2), both the second (1/4).
    let interval = bootstrap(&attempts(&[10, 30], &[true, true])).unwrap();
    assert_eq!(interval, Interval { low: 10.0, high: 30.0 });
    // A quarter of the resamples has no success.
    let interval = bootstrap(&attempts(&[10, 100], &[true, false])).unwrap();
    assert_eq!(interval, Interval { low: 10.0, high: INF });
}

#[test]
fn bootstrap_where_there_is_nothing_to_draw() {
    assert_eq!(bootstrap(&attempts(&[10], &[true])), None);
    assert_eq!(bootstrap(&attempts(&[10, 10], &[true, true])), Some(Interval { low: 10.0, high: 10.0 }));
    assert_eq!(bootstrap(&attempts(&[9, 10], &[false, false])), Some(Interval { low: INF, high: INF }));
}

#[test]
fn bootstrap_of_a_mean_has_the_width_that_the_normal_approximation_gives() {
    let steps: Vec<u64> = (0..200).map(|i| 1000 + i).collect();
    let interval = bootstrap(&attempts(&steps, &[true; 200])).unwrap();
    // Mean 1099.5, deviation of the mean sqrt((200² − 1)/12/200) = 4.08; the ends of a bootstrap wander a little.
    assert!((interval.low - (1099.5 - 1.96 * 4.08)).abs() < 1.2, "{interval:?}");
    assert!((interval.high - (1099.5 + 1.96 * 4.08)).abs() < 1.2, "{interval:?}");
}

fn values_with_infinities() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![3 => (1u32..1000).prop_map(f64::from), 1 => Just(INF)], 1..30)
}

proptest! {
    #[test]
    fn the_median_is_finite_exactly_if_enough_values_are(mut values in values_with_infinities()) {
        let finite = values.iter().filter(|value| value.is_finite()).count();
        let n = values.len();
        let median = Quartiles::of(&mut values).median;
        prop_assert_eq!(median.is_finite(), finite > n / 2);
    }

    #[test]
    fn quantiles_are_ordered_and_between_the_extremes(mut values in values_with_infinities()) {
        let Quartiles { q25, median, q75 } = Quartiles::of(&mut values);
        prop_assert!(values[0] <= q25 && q25 <= median && median <= q75 && q75 <= values[values.len() - 1]);
    }

    #[test]
    fn one_more_failure_never_lowers_a_quantile(mut values in values_with_infinities(), p in 0.0..1.0) {
        values.sort_unstable_by(f64::total_cmp);
        let before = quantile(&values, p);
        values.push(INF);
        prop_assert!(quantile(&values, p) >= before);
    }

    #[test]
    fn wilson_holds_the_rate_and_mirrors(trials in 1u64..10_000, share in 0.0..=1.0) {
        let successes = (share * trials as f64) as u64;
        let interval = wilson(successes, trials);
        let rate = successes as f64 / trials as f64;
        prop_assert!(0.0 <= interval.low && interval.low <= rate && rate <= interval.high && interval.high <= 1.0);
        let mirrored = wilson(trials - successes, trials);
        prop_assert!((mirrored.low - (1.0 - interval.high)).abs() < 1e-12);
        // Its ends solve (rate − p)² = z²·p·(1 − p)/n.
        for p in [interval.low, interval.high] {
            let z = Z_95 * Z_95 * p * (1.0 - p) / trials as f64;
            prop_assert!(((rate - p) * (rate - p) - z).abs() < 1e-12);
        }
    }

    #[test]
    fn expected_steps_of_successes_alone_is_their_mean(steps in prop::collection::vec(1u64..1000, 1..20)) {
        let mean = steps.iter().sum::<u64>() as f64 / steps.len() as f64;
        let successes = vec![true; steps.len()];
        prop_assert_eq!(expected_steps(attempts(&steps, &successes)), mean);
    }

    #[test]
    fn the_bootstrap_stays_within_what_can_be_drawn(
        drawn in prop::collection::vec((1u64..1000, any::<bool>()), 2..12)
    ) {
        let attempts: Vec<Attempt> = drawn.iter().map(|&(steps, success)| Attempt { steps, success }).collect();
        let interval = bootstrap(&attempts).unwrap();
        let cheapest = attempts.iter().filter(|attempt| attempt.success).map(|attempt| attempt.steps).min();
        prop_assert!(interval.low <= interval.high);
        prop_assert!(interval.low >= cheapest.map_or(INF, |steps| steps as f64));
    }
}
