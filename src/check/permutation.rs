//! The permutation test behind verdicts: exact where there are few seeds, and corrected for the number of cells.
//!
//! Were nothing but chance between two studies, then swapping the two runs of a seed, in all cells at once, would give
//! outcomes just as likely. So every assignment of signs to the seeds is tried (or, beyond [`MOST_EXACT_SEEDS`], a sample of
//! them), and a statistic is held against the *largest* of all cells under each assignment (Westfall and Young,
//! "Resampling-based multiple testing", 1993, the single-step maximum). The chance of any false alarm in a whole study is
//! then about the level, and, unlike with Holm's or Bonferroni's correction, cells that move together do not pay for their
//! number: with ten seeds the smallest corrected p-value is 2/1024 however many cells there are.
//!
//! The statistic is a moderated t: |mean| / (standard error + a constant). It has no upper bound, so a large change stands out
//! however many cells move a little; a rank sum has one, and among many cells some reach theirs under most assignments. The
//! constant (Tusher, Tibshirani and Chu, "Significance analysis of microarrays", 2001) keeps a tiny change from standing
//! out only because it is the same in every seed.

use rayon::prelude::*;

use crate::random::Key;

/// A change with a corrected p-value of at most this is not put down to chance.
pub(super) const LEVEL: f64 = 0.05;

/// Up to so many seeds all assignments of signs are tried.
const MOST_EXACT_SEEDS: usize = 13;

/// Beyond, so many random ones are, fewer where the cells are very many.
const DRAWS: usize = 4999;

/// And never fewer than this.
const LEAST_DRAWS: usize = 199;

/// Multiplications that a test may cost before draws are saved.
const MOST_WORK: usize = 2_000_000_000;

/// One thing that is compared in one cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statistic {
    /// For each seed (by its index), a number that changes its sign when the seed's two runs are swapped.
    pub(super) scores: Vec<(u32, f64)>,
    /// What is added to the standard error, in the unit of the scores: means well below it never stand out.
    pub(super) moderation: f64,
}

impl Statistic {
    fn is_zero(&self) -> bool {
        self.scores.iter().all(|(_, score)| *score == 0.0)
    }
}

/// A statistic made ready for many assignments of signs.
struct Prepared<'a> {
    scores: &'a [(u32, f64)],
    moderation: f64,
    /// Of the scores; no assignment changes it.
    mean_square: f64,
}

impl<'a> Prepared<'a> {
    fn new(statistic: &'a Statistic) -> Prepared<'a> {
        let Statistic { scores, moderation } = statistic;
        let squares = scores.iter().map(|(_, score)| score * score).fold(0.0, |a, b| a + b);
        Prepared { scores, moderation: *moderation, mean_square: squares / scores.len() as f64 }
    }

    /// The moderated t of the scores with these signs.
    fn value(&self, sign: impl Fn(u32) -> f64) -> f64 {
        let count = self.scores.len() as f64;
        let mean = self.scores.iter().map(|&(seed, score)| sign(seed) * score).fold(0.0, |a, b| a + b) / count;
        // Rounding must not make the variance of equal scores negative.
        let variance = (self.mean_square - mean * mean).max(0.0) / (count - 1.0).max(1.0);
        mean.abs() / (variance.sqrt() + self.moderation)
    }
}

/// The smallest p-value that so many seeds can give.
pub(super) fn least_p_value(seeds: usize) -> f64 {
    if seeds <= MOST_EXACT_SEEDS { (2.0 * 0.5_f64.powi(seeds as i32)).min(1.0) } else { 1.0 / (DRAWS + 1) as f64 }
}

/// The corrected two-sided p-value of each statistic; 1 for one whose scores are all zero.
pub(super) fn p_values(statistics: &[Statistic], seeds: usize) -> Vec<f64> {
    let prepared: Vec<Prepared> = statistics.iter().filter(|one| !one.is_zero()).map(Prepared::new).collect();
    let exact = seeds <= MOST_EXACT_SEEDS;
    let draws = if exact { 1 << seeds.saturating_sub(1) } else { affordable_draws(&prepared) };
    let largest = |draw: usize| {
        let signs = if exact { exact_signs(draw, seeds) } else { random_signs(draw, seeds) };
        prepared.iter().map(|one| one.value(|seed| signs[seed as usize])).fold(0.0, f64::max)
    };
    let mut maxima: Vec<f64> = (0..draws).into_par_iter().map(largest).collect();
    maxima.sort_unstable_by(f64::total_cmp);
    // The assignment that came is one of the exact ones; of random ones it is one more.
    let extra = usize::from(!exact);
    let p_value = |statistic: &Statistic| {
        let observed = Prepared::new(statistic).value(|_| 1.0);
        // What is equal but for rounding counts as equal.
        let below = maxima.partition_point(|&maximum| maximum < observed * (1.0 - ROUNDING));
        (draws - below + extra) as f64 / (draws + extra) as f64
    };
    statistics.iter().map(|one| if one.is_zero() { 1.0 } else { p_value(one) }).collect()
}

/// The relative difference of two values of a statistic that rounding may make: where scores are equal in every seed, the
/// variance is a difference of nearly equal numbers, and its root is off by some 1e-8 of the mean.
const ROUNDING: f64 = 1e-6;

fn affordable_draws(statistics: &[Prepared]) -> usize {
    let work: usize = statistics.iter().map(|one| one.scores.len()).sum();
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

    fn statistic(scores: &[f64]) -> Statistic {
        Statistic { scores: (0..).zip(scores.iter().copied()).collect(), moderation: 0.05 }
    }

    /// The share of all assignments of signs whose sum is at least as far from 0: the permutation test of one cell.
    fn of_one_cell(scores: &[f64]) -> f64 {
        let sum = |flips: u32| {
            let sign = |place: usize| if flips >> place & 1 == 1 { -1.0 } else { 1.0 };
            scores.iter().enumerate().map(|(place, score)| sign(place) * score).sum::<f64>().abs()
        };
        let all = 1u32 << scores.len();
        let as_far = (0..all).filter(|flips| sum(*flips) >= sum(0) - 1e-9).count();
        as_far as f64 / f64::from(all)
    }

    #[test]
    fn cells_that_move_together_do_not_pay_for_their_number() {
        let together = vec![statistic(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]); 500];
        assert!(p_values(&together, 10).iter().all(|p| *p == 2.0 / 1024.0));
        assert_eq!(least_p_value(10), 2.0 / 1024.0);
    }

    #[test]
    fn cells_that_move_each_on_its_own_do() {
        // Each of three cells has all its scores on one side of its own pattern of seeds.
        let cell = |pattern: u32| {
            statistic(&(0..8).map(|seed| if pattern >> seed & 1 == 1 { -1.0 } else { 1.0 }).collect::<Vec<f64>>())
        };
        let p = p_values(&[cell(0), cell(0b1111), cell(0b110011)], 8);
        assert_eq!(p[0], 3.0 * 2.0 / 256.0);
    }

    #[test]
    fn a_large_change_stands_out_among_any_number_of_small_ones() {
        // Every assignment of six seeds is the pattern of some cell that is off by 2%.
        let small = |pattern: u32| {
            statistic(&(0..6).map(|seed| if pattern >> seed & 1 == 1 { -0.02 } else { 0.02 }).collect::<Vec<f64>>())
        };
        let mut cells: Vec<Statistic> = (0..64).map(small).collect();
        cells.push(statistic(&[1.0, 1.1, 1.2, 1.1, 1.0, 0.9]));
        let p = p_values(&cells, 6);
        assert_eq!(p[64], 2.0 / 64.0);
        assert_eq!(p[0], 1.0);
    }

    #[test]
    fn nothing_changed_means_one() {
        assert_eq!(p_values(&[statistic(&[0.0; 6]), statistic(&[])], 6), [1.0, 1.0]);
        assert!(p_values(&[], 0).is_empty());
        assert_eq!(least_p_value(0), 1.0);
    }

    #[test]
    fn a_sample_of_assignments_meets_all_of_them() {
        let ranks: Vec<f64> =
            (1..=16).map(|rank| if rank % 4 == 0 { -f64::from(rank) } else { f64::from(rank) }).collect();
        let (exact, sampled) = (of_one_cell(&ranks), p_values(&[statistic(&ranks)], 16)[0]);
        assert!((sampled - exact).abs() < 0.01, "{sampled} {exact}");
    }

    proptest! {
        #[test]
        fn one_cell_is_the_permutation_test_of_the_mean(scores in prop::collection::vec(-5i32..6, 2..9)) {
            let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
            let ours = p_values(&[statistic(&scores)], scores.len())[0];
            let theirs = of_one_cell(&scores);
            prop_assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
        }
    }
}
