use proptest::prelude::*;

use super::*;

const INF: f64 = f64::INFINITY;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1e-3)
}

/// `n` pairs that differ by 1, 2, …, n, those with a negative difference having ranks that sum to `sum`.
fn pairs_with_rank_sum(n: u32, mut sum: u32) -> Vec<(f64, f64)> {
    let pair = |rank: u32| {
        let negative = rank <= sum;
        if negative {
            sum -= rank;
        }
        if negative { (f64::from(rank), 0.0) } else { (0.0, f64::from(rank)) }
    };
    (1..=n).rev().map(pair).collect()
}

#[test]
fn critical_values_as_published() {
    // Two-sided critical values of the smaller rank sum (Wilcoxon and Wilcox, "Some rapid approximate statistical
    // procedures", 1964), as in most textbooks: the largest sum that is significant.
    let five_percent = [(6, 0), (7, 2), (8, 3), (9, 5), (10, 8), (12, 13), (15, 25), (20, 52), (25, 89), (30, 137)];
    let one_percent = [(8, 0), (9, 1), (10, 3), (12, 7), (15, 15), (20, 37), (25, 68)];
    for (level, table) in [(0.05, five_percent.as_slice()), (0.01, one_percent.as_slice())] {
        for &(n, critical) in table {
            let p_value = |sum| signed_rank(&pairs_with_rank_sum(n, sum)).p_value;
            assert!(p_value(critical) <= level, "n = {n}, {critical}: {}", p_value(critical));
            assert!(p_value(critical + 1) > level, "n = {n}, {}: {}", critical + 1, p_value(critical + 1));
        }
    }
}

#[test]
fn a_small_sample_by_hand() {
    // Differences 1, 2, −3. Sums of at most 3: {}, {1}, {2}, {1, 2}, {3}, five of eight; twice that is more than 1.
    let test = signed_rank(&[(0.0, 1.0), (0.0, 2.0), (3.0, 0.0)]);
    assert_eq!((test.first_larger, test.second_larger, test.p_value), (3.0, 3.0, 1.0));
    // All five in one direction: 2/32.
    assert_eq!(signed_rank(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0), (1.0, 5.0), (1.0, 6.0)]).p_value, 0.0625);
}

#[test]
fn never_is_worse_than_any_number_of_steps_and_two_nevers_are_equal() {
    let test = signed_rank(&[(5.0, INF), (1000.0, 2.0), (INF, INF), (7.0, INF)]);
    // Ranks: the pair of nevers 1, the finite one 2, the two infinite ones 3.5 each.
    assert_eq!((test.differing, test.first_larger, test.second_larger), (3, 2.0, 7.0));
    // Sums of at most 2 out of {2, 3.5, 3.5}: none and the first alone, 2/8.
    assert_eq!(test.p_value, 0.5);
}

#[test]
fn pairs_that_do_not_differ_shift_the_ranks() {
    // Ranks 3, 4, 5 (Pratt), not 1, 2, 3; the p-value is that of three equal directions.
    let test = signed_rank(&[(1.0, 1.0), (2.0, 2.0), (0.0, 1.0), (0.0, 2.0), (0.0, 3.0)]);
    assert_eq!((test.second_larger, test.p_value), (12.0, 0.25));
    let nothing = signed_rank(&[(1.0, 1.0)]);
    assert_eq!((nothing.differing, nothing.p_value), (0, 1.0));
    assert_eq!(signed_rank(&[]).p_value, 1.0);
}

#[test]
fn the_normal_approximation_meets_the_exact_distribution() {
    let ranks: Vec<usize> = (1..=100).map(|rank| 2 * rank).collect();
    for sum in [1500, 1955, 2200, 2500] {
        let (exact, normal) = (exact_tail(&ranks, 2 * sum), normal_tail(&ranks, 2 * sum));
        assert!((exact - normal).abs() < 0.001, "{sum}: {exact} {normal}");
    }
    let many = signed_rank(&pairs_with_rank_sum(101, 1200));
    assert!(many.p_value < 1e-4 && many.p_value > 0.0);
}

#[test]
fn mcnemar_by_hand() {
    assert_eq!(mcnemar(0, 0), 1.0);
    assert!(close(mcnemar(0, 6), 2.0 / 64.0));
    assert!(close(mcnemar(5, 1), 2.0 * (1.0 + 6.0) / 64.0));
    assert!(close(mcnemar(2, 8), 2.0 * (1.0 + 10.0 + 45.0) / 1024.0));
    assert_eq!(mcnemar(4, 4), 1.0);
    assert!(mcnemar(1000, 3000) < 1e-200, "no underflow to NaN");
}

#[test]
fn holm_by_hand() {
    // Sorted 0.005·4, 0.01·3, 0.03·2, 0.04·1, then made ascending.
    let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (corrected, expected) in corrected.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
        assert!(close(corrected, expected));
    }
    assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
    assert!(holm(&[]).is_empty());
}

/// Steps with many ties, zeros and nevers.
fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let steps = || prop_oneof![4 => (1u32..6).prop_map(f64::from), 1 => Just(INF)];
    prop::collection::vec((steps(), steps()), 0..9)
}

proptest! {
    #[test]
    fn the_exact_p_value_is_that_of_all_assignments_of_signs(pairs in pairs()) {
        let test = signed_rank(&pairs);
        let observed = test.first_larger.min(test.second_larger);
        let differing: Vec<usize> = (0..pairs.len()).filter(|&pair| pairs[pair].0 != pairs[pair].1).collect();
        let mut as_uneven = 0;
        for flips in 0..1u32 << differing.len() {
            let mut flipped = pairs.clone();
            for (bit, &pair) in differing.iter().enumerate() {
                if flips >> bit & 1 == 1 {
                    flipped[pair] = (flipped[pair].1, flipped[pair].0);
                }
            }
            as_uneven += u32::from(signed_rank(&flipped).first_larger <= observed);
        }
        let expected = (2.0 * f64::from(as_uneven) / f64::from(1u32 << differing.len())).min(1.0);
        prop_assert!(close(test.p_value, expected), "{} {}", test.p_value, expected);
    }

    #[test]
    fn neither_test_prefers_a_side(pairs in pairs(), a in 0u64..50, b in 0u64..50) {
        let swapped: Vec<(f64, f64)> = pairs.iter().map(|&(first, second)| (second, first)).collect();
        prop_assert_eq!(signed_rank(&pairs).p_value, signed_rank(&swapped).p_value);
        prop_assert_eq!(mcnemar(a, b), mcnemar(b, a));
    }

    #[test]
    fn holm_never_lowers_and_keeps_the_order(p_values in prop::collection::vec(0.0..1.0, 0..20)) {
        let corrected = holm(&p_values);
        for (i, (&p, &corrected_p)) in p_values.iter().zip(&corrected).enumerate() {
            prop_assert!(p <= corrected_p && corrected_p <= 1.0);
            for (&q, &corrected_q) in p_values.iter().zip(&corrected).skip(i) {
                prop_assert!((p <= q) <= (corrected_p <= corrected_q));
            }
        }
    }
}
