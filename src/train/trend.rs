//! What an exhausted run was doing at its end.

#[cfg(test)]
mod tests;

use crate::outcome::Trend;

/// So many of the last losses decide the trend.
pub(super) const WINDOW: usize = 32;

/// The two-sided 1% quantile of the normal distribution.
const SIGNIFICANT: f64 = 2.576;

/// Judges the last evaluations (at most [`WINDOW`], oldest first); the first of these that applies:
///
/// 1. The later half no longer changes: flat, or oscillating where the parameters still go to and fro (`moves_back`).
/// 2. No loss lies above (below) the one before: falling (rising), however few there are; a fall during which the parameters go to
///    and fro is an oscillation around the minimum.
/// 3. The Mann–Kendall test finds a trend at the level of 1%: falling (rising).
/// 4. Else the losses vary without a trend: oscillating.
///
/// Losses that differ by rounding only count as equal.
pub(super) fn trend(losses: &[f64], moves_back: bool) -> Trend {
    let oscillating_or = |otherwise| if moves_back { Trend::Oscillating } else { otherwise };
    // The half of two or three losses would be one of them.
    let later = if losses.len() < 4 { losses } else { &losses[losses.len() / 2..] };
    if losses.len() < 2 || is_constant(later) {
        return oscillating_or(Trend::Flat);
    }
    let steps = || losses.windows(2).map(|pair| sign(pair[0], pair[1]));
    if steps().all(|sign| sign <= 0) {
        return oscillating_or(Trend::Falling);
    }
    if steps().all(|sign| sign >= 0) {
        return Trend::Rising;
    }
    match mann_kendall(losses) {
        z if z < -SIGNIFICANT => Trend::Falling,
        z if z > SIGNIFICANT => Trend::Rising,
        _ => Trend::Oscillating,
    }
}

/// Whether all differ by rounding only.
fn is_constant(losses: &[f64]) -> bool {
    let low = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let high = losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    sign(low, high) == 0
}

/// The sign of the move from one loss to another; 0 for a move in the last digits.
fn sign(from: f64, to: f64) -> i64 {
    let rounding = 4.0 * f64::EPSILON * from.abs().max(to.abs());
    i64::from(to - from > rounding) - i64::from(from - to > rounding)
}

/// The statistic of the Mann–Kendall test for a trend, standard normal where there is none: the number of rising pairs less that of
/// falling ones. Neighbouring losses of a run are alike, which makes long waves of its noise look like trends; so the variance grows
/// by (1 + r)/(1 − r), where r is the correlation of neighbouring ranks about their line (as in Hamed and Rao 1998, first lag only).
fn mann_kendall(losses: &[f64]) -> f64 {
    let n = losses.len() as f64;
    // Twice the ranks, less their mean.
    let rank = |&loss: &f64| losses.iter().map(|&other| sign(other, loss)).sum::<i64>() as f64;
    let ranks: Vec<f64> = losses.iter().map(rank).collect();
    let place = |i: usize| i as f64 - (n - 1.0) / 2.0;
    let products = (0..losses.len()).fold(0.0, |sum, i| sum + place(i) * ranks[i]);
    let slope = products / (n * (n * n - 1.0) / 12.0);
    let about: Vec<f64> = ranks.iter().enumerate().map(|(i, rank)| rank - slope * place(i)).collect();
    let squares = about.iter().fold(0.0, |sum, x| sum + x * x);
    let neighbors = about.windows(2).fold(0.0, |sum, pair| sum + pair[0] * pair[1]);
    let alike = if squares > 0.0 { (neighbors / squares).clamp(0.0, 0.9) } else { 0.0 };

    let pairs = (0..losses.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
    let rising: i64 = pairs.map(|(earlier, later)| sign(losses[earlier], losses[later])).sum();
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0 * (1.0 + alike) / (1.0 - alike);
    // Pairs come in twos: from one count to the next; half of that lies between them.
    (rising.abs() - 1).max(0) as f64 / variance.sqrt() * rising.signum() as f64
}
