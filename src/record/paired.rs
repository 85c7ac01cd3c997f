//! Tests for two studies of the same seeds: exact where samples are small, corrected for how many are made at once.
//!
//! Owns the arithmetic of p-values; knows nothing of verdicts or thresholds.

/// Up to so many differing pairs the distribution of [`signed_rank`] is exact; beyond, it is approximated by a normal one.
const MOST_EXACT_PAIRS: usize = 100;

/// Additions that an exact distribution may cost; exceeded only when a few differing pairs stand among very many equal ones.
const MOST_EXACT_WORK: usize = 100_000_000;

/// The outcome of a [`signed_rank`] test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignedRank {
    /// Pairs whose members differ.
    pub differing: usize,
    /// The sum of the ranks of the pairs whose first member is larger.
    pub first_larger: f64,
    /// The sum of the ranks of the pairs whose second member is larger.
    pub second_larger: f64,
    /// Two-sided p-value: the chance of rank sums at least this uneven, were each difference as likely in the other direction.
    /// 1 if no pair differs.
    pub p_value: f64,
}

/// The Wilcoxon signed-rank test, two-sided, of pairs such as the steps of one seed before and after a change.
///
/// Infinite stands for "never": a pair of two infinite values does not differ, and a pair with one infinite value differs by
/// more than any pair of finite ones. Differences of one size share their mean rank. Pairs that do not differ take part in the
/// ranking but have no sign (Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank procedures", 1959).
///
/// Up to 100 differing pairs the p-value is exact: every assignment of signs to the ranks as they are, ties and gaps included,
/// is equally likely, and all of them are counted. Beyond, it comes from a normal distribution with the variance of these
/// ranks and a continuity correction. Values must not be NaN.
pub fn signed_rank(pairs: &[(f64, f64)]) -> SignedRank {
    let difference = |&(first, second): &(f64, f64)| if first == second { 0.0 } else { second - first };
    let mut differences: Vec<f64> = pairs.iter().map(difference).collect();
    differences.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));

    // Ranks are doubled, so that mean ranks are whole numbers.
    let mut ranks: Vec<usize> = Vec::with_capacity(differences.len());
    let (mut first_larger, mut second_larger) = (0, 0);
    let mut ranked = 0;
    for tied in differences.chunk_by(|a, b| a.abs() == b.abs()) {
        let rank = 2 * ranked + tied.len() + 1;
        ranked += tied.len();
        for difference in tied.iter().filter(|difference| **difference != 0.0) {
            ranks.push(rank);
            let side = if *difference > 0.0 { &mut second_larger } else { &mut first_larger };
            *side += rank;
        }
    }
    let smaller = first_larger.min(second_larger);
    let exact = ranks.len() <= MOST_EXACT_PAIRS && ranks.len() * smaller <= MOST_EXACT_WORK;
    let tail = if exact { exact_tail(&ranks, smaller) } else { normal_tail(&ranks, smaller) };
    SignedRank {
        differing: ranks.len(),
        first_larger: first_larger as f64 / 2.0,
        second_larger: second_larger as f64 / 2.0,
        p_value: (2.0 * tail).min(1.0),
    }
}

/// The chance that the ranks with one of the signs sum to at most `most`, each sign being as likely as the other.
fn exact_tail(ranks: &[usize], most: usize) -> f64 {
    // chances[sum], built up rank by rank.
    let mut chances = vec![0.0; most + 1];
    chances[0] = 1.0;
    for &rank in ranks {
        for sum in (0..=most).rev() {
            let without = chances[sum];
            let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = 0.5 * (without + with);
        }
    }
    chances.iter().fold(0.0, |total, chance| total + chance)
}

fn normal_tail(ranks: &[usize], most: usize) -> f64 {
    let mean = ranks.iter().sum::<usize>() as f64 / 2.0;
    let variance = ranks.iter().map(|&rank| rank as f64 * rank as f64).fold(0.0, |total, square| total + square) / 4.0;
    // Half a rank of continuity correction is one doubled half.
    let distance = (mean - most as f64 - 1.0).max(0.0) / variance.sqrt();
    0.5 * libm::erfc(distance / std::f64::consts::SQRT_2)
}

/// McNemar's exact test, two-sided, of success in pairs: `only_first` pairs succeeded only in the first study, `only_second`
/// only in the second; pairs that agree say nothing. The chance, were both as likely, of a split at least this uneven.
pub fn mcnemar(only_first: u64, only_second: u64) -> f64 {
    let trials = only_first + only_second;
    let fewer = only_first.min(only_second);
    let (n, k) = (trials as f64, fewer as f64);
    // The binomial probability of `fewer` through logarithms, for 2⁻ⁿ underflows; those below it by their ratios.
    let log_choose = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let mut chance = libm::exp(log_choose - n * std::f64::consts::LN_2);
    let mut tail = chance;
    for successes in (1..=fewer).rev() {
        chance *= successes as f64 / (trials - successes + 1) as f64;
        tail += chance;
        if chance < tail * f64::EPSILON {
            break;
        }
    }
    (2.0 * tail).min(1.0)
}

/// p-values corrected for their number, in the same order (Holm, "A simple sequentially rejective multiple test procedure",
/// 1979): the chance of a single false alarm among all of them stays below a level if those below the level are reported.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest = 0.0;
    for (place, &index) in order.iter().enumerate() {
        let remaining = (p_values.len() - place) as f64;
        largest = (p_values[index] * remaining).min(1.0).max(largest);
        corrected[index] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests;
