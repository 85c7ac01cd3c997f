//! Any number of classes: a score each, the probabilities are their softmax.

use pulp::Simd;

use super::MOST_ROWS;
use super::head::{Batch, Head, Judgment, Sums};
use crate::math;
use crate::problem::model::Lanes;
use crate::problem::rows::{add_outer, dot};

/// A weight vector and a bias per class, class after class; the target is the number of the class.
///
/// With scores `z`, their largest `m` and `σ = Σ exp(z_c − m)` in the order of classes, an example of class `y` has the cross-entropy
/// `(m − z_y) + ln σ`, and its derivative by `z_c` is `exp(z_c − m)/σ`, less 1 for `c = y`. The first of the largest scores is the prediction.
#[derive(Debug, Clone, Copy)]
pub struct Softmax {
    /// How many classes, at least two.
    pub classes: usize,
}

/// The largest scores of `E` examples, and the first classes that have them.
struct Largest<S: Simd, const V: usize, const E: usize> {
    scores: [Lanes<S, V>; E],
    classes: [Lanes<S, V>; E],
}

/// Scores examples for class after class.
#[inline(always)]
fn score<S: Simd, const V: usize, const E: usize>(
    simd: S,
    rows: [&[f64]; E],
    parameters: &[Lanes<S, V>],
    scores: &mut [[Lanes<S, V>; E]],
) -> Largest<S, V, E> {
    let mut largest =
        Largest { scores: [[simd.splat_f64s(f64::NEG_INFINITY); V]; E], classes: [[simd.splat_f64s(0.0); V]; E] };
    let width = parameters.len() / scores.len();
    for (class, (scores, parameters)) in scores.iter_mut().zip(parameters.chunks_exact(width)).enumerate() {
        let Some((bias, weights)) = parameters.split_last() else { return largest };
        *scores = dot(simd, rows, weights, *bias);
        let class = simd.splat_f64s(class as f64);
        for (e, scores) in scores.iter().enumerate() {
            for (v, &score) in scores.iter().enumerate() {
                let is_larger = simd.greater_than_f64s(score, largest.scores[e][v]);
                largest.scores[e][v] = simd.select_f64s(is_larger, score, largest.scores[e][v]);
                largest.classes[e][v] = simd.select_f64s(is_larger, class, largest.classes[e][v]);
            }
        }
    }
    largest
}

/// Replaces scores `z` by `exp(z − largest)`; returns the sums over classes.
#[inline(always)]
fn exponentiate<S: Simd, const V: usize, const E: usize>(
    simd: S,
    scores: &mut [[Lanes<S, V>; E]],
    largest: &[Lanes<S, V>; E],
) -> [Lanes<S, V>; E] {
    let mut sums = [[simd.splat_f64s(0.0); V]; E];
    for scores in scores {
        for e in 0..E {
            for v in 0..V {
                scores[e][v] = math::exp(simd, simd.sub_f64s(scores[e][v], largest[e][v]));
                sums[e][v] = simd.add_f64s(sums[e][v], scores[e][v]);
            }
        }
    }
    sums
}

impl Head for Softmax {
    fn scores(&self) -> usize {
        self.classes
    }

    fn scratch(&self) -> usize {
        MOST_ROWS * self.classes
    }

    #[inline(always)]
    fn add_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Batch { features, targets }: Batch<'_, E>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
        fresh: bool,
    ) {
        let scores = &mut scratch.as_chunks_mut::<E>().0[..self.classes];
        let largest = score(simd, features, parameters, scores);
        let mut scales = exponentiate(simd, scores, &largest.scores);
        for scale_over_sum in scales.as_flattened_mut() {
            *scale_over_sum = simd.div_f64s(simd.splat_f64s(scale), *scale_over_sum);
        }
        let width = parameters.len() / self.classes;
        for (class, (errors, gradient)) in scores.iter_mut().zip(gradient.chunks_exact_mut(width)).enumerate() {
            let Some((bias_gradient, gradient)) = gradient.split_last_mut() else { return };
            if fresh {
                *bias_gradient = [simd.splat_f64s(0.0); V];
            }
            for e in 0..E {
                // Negative zero changes no product that it is added to.
                let own = simd.splat_f64s(if targets[e] == class as f64 { -scale } else { -0.0 });
                for v in 0..V {
                    errors[e][v] = simd.mul_add_f64s(errors[e][v], scales[e][v], own);
                    bias_gradient[v] = simd.add_f64s(bias_gradient[v], errors[e][v]);
                }
            }
            add_outer(simd, features, errors, gradient, fresh);
        }
    }

    #[inline(always)]
    fn judge_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Batch { features, targets }: Batch<'_, E>,
        parameters: &[Lanes<S, V>],
        sums: &mut Sums<S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let scores = &mut scratch.as_chunks_mut::<E>().0[..self.classes];
        let largest = score(simd, features, parameters, scores);
        let mut shortfalls = largest.scores;
        for (e, target) in targets.into_iter().enumerate() {
            let own = scores[target as usize][e];
            let target = simd.splat_f64s(target);
            for v in 0..V {
                shortfalls[e][v] = simd.sub_f64s(largest.scores[e][v], own[v]);
                let is_hit = simd.equal_f64s(largest.classes[e][v], target);
                let hits = simd.select_f64s(is_hit, simd.splat_f64s(1.0), simd.splat_f64s(0.0));
                sums.hits[v] = simd.add_f64s(sums.hits[v], hits);
            }
        }
        let totals = exponentiate(simd, scores, &largest.scores);
        for e in 0..E {
            for v in 0..V {
                let loss = simd.add_f64s(shortfalls[e][v], math::ln(simd, totals[e][v]));
                sums.loss[v] = simd.add_f64s(sums.loss[v], loss);
            }
        }
    }

    fn expand(&self, scores: &[f64], target: f64, gradient: &mut [f64], hessian: &mut [f64]) -> Judgment {
        let own = target as usize;
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (g, score) in gradient.iter_mut().zip(scores) {
            *g = math::exp_scalar(score - largest);
        }
        let sum = gradient.iter().fold(0.0, |sum, x| sum + x);
        gradient.iter_mut().for_each(|g| *g /= sum);
        for (a, row) in hessian.chunks_exact_mut(self.classes).enumerate() {
            for (b, h) in row.iter_mut().enumerate() {
                *h = if a == b { gradient[a] * (1.0 - gradient[a]) } else { -gradient[a] * gradient[b] };
            }
        }
        gradient[own] -= 1.0;
        let mut others = scores.iter().enumerate().filter(|(class, _)| *class != own);
        Judgment {
            loss: (largest - scores[own]) + math::ln_scalar(sum),
            is_right: others.all(|(_, score)| *score < scores[own]),
        }
    }
}
