//! Statistics of replicates: quantiles with infinities, the Wilson interval, expected steps per success and its bootstrap.
//!
//! Every function is a function of its arguments alone: sums have one order, and random draws come from a given stream.

use crate::random::Stream;

/// The 97.5% quantile of the standard normal distribution, for two-sided 95% intervals.
const Z_95: f64 = 1.959_963_984_540_054;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 1000;

/// A two-sided 95% interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end; may be infinite.
    pub high: f64,
}

/// The three quartiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// A quarter of the values lies below.
    pub q25: f64,
    /// Half of the values lies below.
    pub median: f64,
    /// Three quarters of the values lie below.
    pub q75: f64,
}

impl Quartiles {
    /// The quartiles of `values`, which are put in order; infinite if there are none.
    pub fn of(values: &mut [f64]) -> Quartiles {
        values.sort_unstable_by(f64::total_cmp);
        Quartiles { q25: quantile(values, 0.25), median: quantile(values, 0.5), q75: quantile(values, 0.75) }
    }
}

/// The `p`-quantile of values in ascending order: linear between the two order statistics around `(n − 1)·p`
/// (type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996).
///
/// A value that never came counts as infinite. There is nothing between a finite value and an infinite one: if either
/// neighbor with a positive weight is infinite, so is the quantile. The quantile of no values is infinite.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::INFINITY };
    let place = last as f64 * p;
    let below = (place as usize).min(last);
    let weight = place - below as f64;
    let (lower, upper) = (sorted[below], sorted[last.min(below + 1)]);
    if weight == 0.0 || lower == upper {
        lower
    } else if upper.is_infinite() {
        upper
    } else {
        lower + weight * (upper - lower)
    }
}

/// The Wilson score interval of a proportion (Wilson 1927): 95%, without continuity correction; `[0, 1]` for no trials.
pub fn wilson(successes: u64, trials: u64) -> Interval {
    if trials == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = trials as f64;
    let rate = successes as f64 / n;
    let square = Z_95 * Z_95;
    let center = rate + square / (2.0 * n);
    let half_width = Z_95 * (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    Interval {
        // The ends are exact where no run or every run succeeded; rounding must not move them off 0 and 1.
        low: if successes == 0 { 0.0 } else { (center - half_width) / scale },
        high: if successes == trials { 1.0 } else { (center + half_width) / scale },
    }
}

/// What one replicate cost and whether it reached its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Steps to its goal; all it trained if it did not reach it.
    pub steps: u64,
    /// Whether it converged.
    pub success: bool,
}

/// Expected steps per success, ERT: the sum of all attempts' steps / number of successes, infinite without a success. A
/// successful attempt counts up to its goal only, however long it trained
/// (Hansen et al., "COCO: a platform for comparing continuous optimizers in a black-box setting", 2021).
pub fn expected_steps(attempts: impl IntoIterator<Item = Attempt>) -> f64 {
    // Wide enough for any number of any counts.
    let (mut steps, mut successes) = (0u128, 0u64);
    for attempt in attempts {
        steps += u128::from(attempt.steps);
        successes += u64::from(attempt.success);
    }
    if successes == 0 { f64::INFINITY } else { steps as f64 / successes as f64 }
}

/// The 95% percentile bootstrap interval of [`expected_steps`]: 1000 resamples of the attempts, with replacement.
/// An end is infinite where too many resamples have no success. `None` for fewer than two attempts.
pub fn expected_steps_interval(attempts: &[Attempt], stream: &mut Stream) -> Option<Interval> {
    let [first, rest @ ..] = attempts else { return None };
    if rest.is_empty() {
        return None;
    }
    let always = |value| Some(Interval { low: value, high: value });
    if attempts.iter().all(|attempt| !attempt.success) {
        return always(f64::INFINITY);
    }
    if rest.iter().all(|attempt| attempt == first) {
        return always(first.steps as f64);
    }
    let count = u32::try_from(attempts.len()).ok()?;
    let mut resampled: Vec<f64> =
        (0..RESAMPLES).map(|_| expected_steps((0..count).map(|_| attempts[stream.below(count) as usize]))).collect();
    resampled.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&resampled, 0.025), high: quantile(&resampled, 0.975) })
}

#[cfg(test)]
mod tests;
