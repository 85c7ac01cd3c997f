//! The wells of an egg carton along one parameter: where each has its bottom, and between which barriers it lies.
//!
//! With `u` counted from the best minimum, curvature `c`, ripple `r` and frequency `f`, the slope is `g(u) = c·u + r·f·sin(f·u)`. It is odd, so
//! only `u > 0` has to be searched. For `c < r·f²` the slope falls and rises in turns; it rises where `cos(f·u) > −c/(r·f²)`. So the `k`-th
//! minimum lies between the turning point `(2πk − a)/f`, `a = arccos(−c/(r·f²))`, and `2πk/f`, where the slope is positive: if and only
//! if the slope at the turning point is negative. The barrier before it lies between `(2π(k−1) + a)/f` and that turning point.
//! Every root is found by bisection, to the last digit.

use std::f64::consts::PI;

use super::definition::EggCarton;
use crate::math;

/// One well; places are counted from the best minimum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Well {
    /// Its minimum.
    pub(super) bottom: f64,
    /// The barrier at its left; infinite for the first well.
    pub(super) low: f64,
    /// The barrier at its right; infinite for the last.
    pub(super) high: f64,
}

/// An upper bound of their number: the slope of the ripples, at most `r·f`, must make up for that of the bowl.
pub(super) fn at_most(carton: &EggCarton) -> f64 {
    let EggCarton { curvature, ripple, frequency, .. } = *carton;
    if curvature >= ripple * frequency * frequency {
        return 1.0;
    }
    let farthest = ripple * frequency / curvature;
    2.0 * (farthest * frequency / (2.0 * PI) + 1.0) + 1.0
}

/// The wells from left to right.
pub(super) fn wells(carton: &EggCarton) -> Vec<Well> {
    let EggCarton { curvature, ripple, frequency, .. } = *carton;
    let slope = |u: f64| curvature * u + ripple * frequency * math::sin_scalar(frequency * u);
    let mut right: Vec<(f64, f64)> = Vec::new();
    let ratio = curvature / (ripple * frequency * frequency);
    if ratio < 1.0 {
        let turn = libm::acos(-ratio);
        let at = |k: usize, angle: f64| (2.0 * PI * k as f64 + angle) / frequency;
        right = (1..=EggCarton::MOST_MINIMA)
            .take_while(|&k| slope(at(k, -turn)) < 0.0)
            .map(|k| {
                let barrier = root(|u| -slope(u), at(k - 1, turn), at(k, -turn));
                (barrier, root(slope, at(k, -turn), at(k, 0.0)))
            })
            .collect();
    }
    // Barriers and minima in turns, from the last on the left to the last on the right.
    let mirrored = right.iter().rev().flat_map(|&(barrier, bottom)| [-bottom, -barrier]);
    let turns: Vec<f64> =
        mirrored.chain([0.0]).chain(right.iter().flat_map(|&(barrier, bottom)| [barrier, bottom])).collect();
    let barrier = |place: Option<usize>, none: f64| place.and_then(|place| turns.get(place)).copied().unwrap_or(none);
    (0..turns.len())
        .step_by(2)
        .map(|i| Well {
            bottom: turns[i],
            low: barrier(i.checked_sub(1), f64::NEG_INFINITY),
            high: barrier(Some(i + 1), f64::INFINITY),
        })
        .collect()
}

/// Where a function that is negative at `low` and positive at `high` changes its sign.
fn root(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if !(low < middle && middle < high) {
            return if function(low).abs() < function(high).abs() { low } else { high };
        }
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}
