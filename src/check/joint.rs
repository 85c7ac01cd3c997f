//! The test behind verdicts: exact where there are few seeds, and corrected for the number of cells.
//!
//! Were nothing but chance between two studies, then swapping the two runs of a seed, in all cells at once, would give
//! outcomes just as likely. So every assignment of signs to the seeds is tried (or, beyond [`MOST_EXACT_SEEDS`], a sample of
//! them), and a statistic is held against the *largest* of all cells under each assignment (Westfall and Young,
//! "Resampling-based multiple testing", 1993, the single-step maximum). The chance of any false alarm in a whole study then
//! stays below the level, and, unlike with Holm's or Bonferroni's correction, cells that move together do not pay for their
//! number: with ten seeds the smallest corrected p-value is 2/1024 however many cells there are.

use rayon::prelude::*;

use crate::random::Key;

/// A finding with a corrected p-value of at most this is no accident.
pub(super) const LEVEL: f64 = 0.05;

/// Up to so many seeds all assignments of signs are tried.
const MOST_EXACT_SEEDS: usize = 13;

/// Beyond, so many random ones are, fewer where the cells are very many.
const DRAWS: usize = 4999;

/// And never fewer than this.
const LEAST_DRAWS: usize = 199;

/// Multiplications that a test may cost before draws are saved.
const MOST_WORK: usize = 2_000_000_000;

/// A statistic's parts: for each seed (by its index), a number that changes its sign when the seed's two runs are swapped.
pub(super) type Scores = Vec<(u32, f64)>;

/// The smallest p-value that so many seeds can give.
pub(super) fn least_p_value(seeds: usize) -> f64 {
    if seeds <= MOST_EXACT_SEEDS { 2.0 * 0.5_f64.powi(seeds as i32) } else { 1.0 / (DRAWS + 1) as f64 }
}

/// Signed ranks of pairs of steps (Wilcoxon; infinite is "never"): positive where the second is larger. Ties share their mean
/// rank; pairs that do not differ take part in the ranking and have no sign (Pratt, 1959).
pub(super) fn signed_ranks(pairs: &[(f64, f64)]) -> Vec<f64> {
    let difference = |&(first, second): &(f64, f64)| if first == second { 0.0 } else { second - first };
    let differences: Vec<f64> = pairs.iter().map(difference).collect();
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|&a, &b| differences[a].abs().total_cmp(&differences[b].abs()));
    let mut ranks = vec![0.0; pairs.len()];
    let mut ranked = 0;
    for tied in order.chunk_by(|&a, &b| differences[a].abs() == differences[b].abs()) {
        let rank = ranked as f64 + (tied.len() + 1) as f64 / 2.0;
        ranked += tied.len();
        for &pair in tied.iter().filter(|&&pair| differences[pair] != 0.0) {
            ranks[pair] = rank.copysign(differences[pair]);
        }
    }
    ranks
}

/// The corrected two-sided p-value of each statistic; 1 for one whose scores are all zero.
pub(super) fn p_values(statistics: &[Scores], seeds: usize) -> Vec<f64> {
    // Scaled to unit variance, so that cells of any size are judged alike.
    let scaled: Vec<Scores> = statistics.iter().map(scaled).collect();
    let exact = seeds <= MOST_EXACT_SEEDS;
    let draws = if exact { 1 << seeds.saturating_sub(1) } else { affordable_draws(&scaled) };
    let largest = |draw: usize| {
        let signs = if exact { exact_signs(draw, seeds) } else { random_signs(draw, seeds) };
        let value =
            |scores: &Scores| scores.iter().map(|&(seed, score)| signs[seed as usize] * score).fold(0.0, |a, b| a + b);
        scaled.iter().map(|scores| f64::abs(value(scores))).fold(0.0, f64::max)
    };
    let mut maxima: Vec<f64> = (0..draws).into_par_iter().map(largest).collect();
    maxima.sort_unstable_by(f64::total_cmp);
    // The assignment that came is one of the exact ones; of random ones it is one more.
    let extra = usize::from(!exact);
    let p_value = |scores: &Scores| {
        let observed = f64::abs(scores.iter().map(|(_, score)| score).fold(0.0, |a, b| a + b));
        // What is equal but for rounding counts as equal.
        let below = maxima.partition_point(|&maximum| maximum < observed - 1e-9);
        (draws - below + extra) as f64 / (draws + extra) as f64
    };
    scaled.iter().map(|scores| if scores.is_empty() { 1.0 } else { p_value(scores) }).collect()
}

fn scaled(scores: &Scores) -> Scores {
    let squares = scores.iter().map(|(_, score)| score * score).fold(0.0, |a, b| a + b);
    let parts = scores.iter().filter(|(_, score)| *score != 0.0);
    parts.map(|&(seed, score)| (seed, score / squares.sqrt())).collect()
}

fn affordable_draws(statistics: &[Scores]) -> usize {
    let work: usize = statistics.iter().map(Vec::len).sum();
    (MOST_WORK / work.max(1)).clamp(LEAST_DRAWS, DRAWS)
}

/// Every assignment but for a common sign, which changes nothing: the first seed keeps its own.
fn exact_signs(draw: usize, seeds: usize) -> Vec<f64> {
    (0..seeds).map(|seed| if (draw << 1) >> seed & 1 == 1 { -1.0 } else { 1.0 }).collect()
}

fn random_signs(draw: usize, seeds: usize) -> Vec<f64> {
    let mut stream = Key::new("signs").number("draw", draw as u64).stream();
    let words: Vec<u64> = (0..seeds.div_ceil(64)).map(|_| stream.bits()).collect();
    (0..seeds).map(|seed| if words[seed / 64] >> (seed % 64) & 1 == 1 { -1.0 } else { 1.0 }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::paired;

    fn scores(ranks: &[f64]) -> Scores {
        (0..).zip(ranks.iter().copied()).collect()
    }

    #[test]
    fn cells_that_move_together_do_not_pay_for_their_number() {
        let together = vec![scores(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]); 500];
        assert!(p_values(&together, 10).iter().all(|p| *p == 2.0 / 1024.0));
        assert_eq!(least_p_value(10), 2.0 / 1024.0);
    }

    #[test]
    fn cells_that_move_each_on_its_own_do() {
        // Each of three cells has all its ranks on one side of its own pattern of seeds.
        let cell = |pattern: u32| -> Scores {
            (0..8).map(|seed| (seed, if pattern >> seed & 1 == 1 { -1.0 } else { 1.0 })).collect()
        };
        let p = p_values(&[cell(0), cell(0b1111), cell(0b110011)], 8);
        assert_eq!(p[0], 3.0 * 2.0 / 256.0);
    }

    #[test]
    fn nothing_changed_means_one() {
        assert_eq!(p_values(&[scores(&[0.0; 6]), Vec::new()], 6), [1.0, 1.0]);
        assert!(p_values(&[], 0).is_empty());
    }

    #[test]
    fn a_sample_of_assignments_meets_all_of_them() {
        let ranks: Vec<f64> =
            (1..=20).map(|rank| if rank % 4 == 0 { -f64::from(rank) } else { f64::from(rank) }).collect();
        let pairs: Vec<(f64, f64)> = ranks.iter().map(|rank| (0.0, *rank)).collect();
        let exact = paired::signed_rank(&pairs).p_value;
        let sampled = p_values(&[scores(&ranks)], 20)[0];
        assert!((sampled - exact).abs() < 0.01, "{sampled} {exact}");
    }

    proptest! {
        #[test]
        fn one_cell_is_the_signed_rank_test(pairs in prop::collection::vec((0u32..6, 0u32..6), 1..9)) {
            let pairs: Vec<(f64, f64)> = pairs.into_iter().map(|(a, b)| (f64::from(a), f64::from(b))).collect();
            let ours = p_values(&[scores(&signed_ranks(&pairs))], pairs.len())[0];
            let theirs = paired::signed_rank(&pairs).p_value;
            prop_assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
        }
    }
}
