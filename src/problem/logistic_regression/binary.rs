//! Two classes: one score, the probability of the second class is its sigmoid.

use pulp::Simd;

use super::head::{Batch, Head, Judgment, Sums};
use crate::math;
use crate::problem::model::Lanes;
use crate::problem::rows::{add_outer, dot};

/// One weight vector and a bias; the target is 0 or 1.
///
/// With `s = 1` for class 0, `s = −1` for class 1 and the score `z`, an example's log loss is `softplus(s·z)` and its derivative
/// `s · sigmoid(s·z)`; neither overflows, nor loses digits where the model is nearly certain. A score above zero says class 1.
#[derive(Debug, Clone, Copy)]
pub struct Binary;

/// `s` of a target.
fn sign(target: f64) -> f64 {
    1.0 - 2.0 * target
}

impl Head for Binary {
    fn scores(&self) -> usize {
        1
    }

    fn scratch(&self) -> usize {
        0
    }

    #[inline(always)]
    fn add_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Batch { features, targets }: Batch<'_, E>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
        fresh: bool,
    ) {
        let (Some((bias, weights)), Some((bias_gradient, gradient))) =
            (parameters.split_last(), gradient.split_last_mut())
        else {
            return;
        };
        let mut errors = dot(simd, features, weights, *bias);
        if fresh {
            *bias_gradient = [simd.splat_f64s(0.0); V];
        }
        for e in 0..E {
            let sign = sign(targets[e]);
            let (sign, factor) = (simd.splat_f64s(sign), simd.splat_f64s(scale * sign));
            for v in 0..V {
                let probability = math::sigmoid(simd, simd.mul_f64s(errors[e][v], sign));
                errors[e][v] = simd.mul_f64s(probability, factor);
                bias_gradient[v] = simd.add_f64s(bias_gradient[v], errors[e][v]);
            }
        }
        add_outer(simd, features, &errors, gradient, fresh);
    }

    #[inline(always)]
    fn judge_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Batch { features, targets }: Batch<'_, E>,
        parameters: &[Lanes<S, V>],
        sums: &mut Sums<S, V>,
        _scratch: &mut [Lanes<S, V>],
    ) {
        let Some((bias, weights)) = parameters.split_last() else { return };
        let scores = dot(simd, features, weights, *bias);
        let zero = simd.splat_f64s(0.0);
        for (scores, target) in scores.into_iter().zip(targets) {
            let sign = simd.splat_f64s(sign(target));
            let (hit, miss) = (simd.splat_f64s(target), simd.splat_f64s(1.0 - target));
            for (v, score) in scores.into_iter().enumerate() {
                let loss = math::softplus(simd, simd.mul_f64s(score, sign));
                let hits = simd.select_f64s(simd.greater_than_f64s(score, zero), hit, miss);
                sums.loss[v] = simd.add_f64s(sums.loss[v], loss);
                sums.hits[v] = simd.add_f64s(sums.hits[v], hits);
            }
        }
    }

    fn expand(&self, scores: &[f64], target: f64, gradient: &mut [f64], hessian: &mut [f64]) -> Judgment {
        let margin = sign(target) * scores[0];
        let probability = math::sigmoid_scalar(margin);
        gradient[0] = sign(target) * probability;
        hessian[0] = probability * math::sigmoid_scalar(-margin);
        Judgment { loss: math::softplus_scalar(margin), is_right: margin < 0.0 }
    }
}
