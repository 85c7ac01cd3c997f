//! Places and ticks of scales.

use proptest::prelude::*;

use super::*;

fn labels(scale: Scale, most: usize) -> Vec<String> {
    scale.ticks(most).into_iter().map(|tick| tick.label).filter(|label| !label.is_empty()).collect()
}

#[test]
fn ticks_stand_at_round_numbers() {
    assert_eq!(labels(Scale::linear(0.0, 1.0), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(labels(Scale::log(200.0, 900.0), 8), ["200", "300", "400", "500", "700"]);
    assert_eq!(labels(Scale::log(0.1, 10.0), 8), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
    assert_eq!(labels(Scale::log(0.001, 1000.0), 8), ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]);
    assert_eq!(labels(Scale::log(1e-12, 1.0), 6), ["10⁻¹²", "10⁻⁹", "10⁻⁶", "0.001", "1"]);
    assert_eq!(labels(Scale::log(2.1, 2.9), 5), ["2.2", "2.4", "2.6", "2.8"]);
    assert_eq!(labels(Scale::log_one_plus(1000.0), 6), ["0", "1", "10", "100", "1000"]);
    assert_eq!(labels(Scale::linear(0.0, 4e7), 5), ["0", "10⁷", "2×10⁷", "3×10⁷", "4×10⁷"]);
}

#[test]
fn numbers_are_rounded_for_people() {
    let cases = [
        (0.088_914, "0.0889"),
        (1e-6, "10⁻⁶"),
        (2.55e-7, "2.55×10⁻⁷"),
        (0.000_099_996, "0.0001"),
        (1e9, "10⁹"),
        (-1.5, "−1.5"),
        (-1e-9, "−10⁻⁹"),
        (5154.0, "5154"),
        (40.5, "40.5"),
        (100.0, "100"),
    ];
    for (value, text) in cases {
        assert_eq!(rounded(value, 3), text);
    }
    assert_eq!(rounded(0.0, 3), "0");
    assert_eq!(rounded(f64::INFINITY, 3), "inf");
}

#[test]
fn zero_has_its_own_place_below_a_logarithmic_range() {
    let scale = Scale::log(1e-3, 1.0).with_zero();
    assert!(scale.fraction(0.0) > 0.0 && scale.fraction(0.0) < scale.fraction(1e-3));
    assert_eq!(scale.fraction(1.0), 1.0);
    assert_eq!(labels(scale, 5)[0], "0");
}

#[test]
fn any_number_has_a_bounded_place() {
    for scale in [Scale::linear(0.0, 0.0), Scale::log(1.0, 1.0), Scale::log_one_plus(0.0)] {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, f64::MAX, 5e-324] {
            assert!(scale.fraction(value).abs() <= 100.0, "{scale:?} {value}");
        }
        assert!(!scale.ticks(5).is_empty());
    }
}

#[test]
fn every_tick_lies_within_its_scale() {
    for high in [1.5, 3.0, 9.9, 70.0, 1e5, 1e12, 1e40] {
        for scale in [Scale::log(1.0, high), Scale::log_one_plus(high), Scale::linear(0.0, high)] {
            for tick in scale.ticks(7) {
                assert!((-1e-9..=1.0 + 1e-9).contains(&tick.fraction), "{scale:?} {tick:?}");
            }
            assert!((2..=9).contains(&labels(scale, 7).len()), "{scale:?} {:?}", labels(scale, 7));
        }
    }
}

/// The numbers at which arithmetic ends, and those between.
fn extreme() -> impl Strategy<Value = f64> {
    let ends = [0.0, 5e-324, 1e-308, 1e-154, 1.0, 1.0 + f64::EPSILON, 1e154, 1e308, f64::MAX, f64::INFINITY, f64::NAN];
    prop_oneof![
        prop::sample::select(ends.to_vec()),
        any::<f64>(),
        (-308..=308i32).prop_map(|power| libm::pow(10.0, power.into()))
    ]
    .prop_flat_map(|number| prop::sample::select(vec![number, -number]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ticks_are_few_and_lie_within_whatever_the_ends((low, high) in (extreme(), extreme()), most in 0..30usize) {
        let (linear, log) = (Scale::linear(low, high), Scale::log(low, high));
        let scales = [
            linear,
            linear.padded(0.04, 0.04),
            log,
            log.padded(0.04, 0.1).with_zero(),
            log.at_least_half_a_decade(),
            Scale::log_one_plus(high),
        ];
        for scale in scales {
            let ticks = scale.ticks(most);
            prop_assert!(ticks.len() <= 200, "{} ticks of {scale:?}", ticks.len());
            for tick in ticks {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&tick.fraction), "{tick:?} of {scale:?}");
            }
            for value in [low, high, -high, 0.0] {
                prop_assert!(scale.fraction(value).abs() <= 100.0);
            }
        }
    }
}
