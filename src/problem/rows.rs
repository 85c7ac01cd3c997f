//! The two loops every linear layer is made of, register-blocked over `E` examples and `V` vectors of lanes.
//!
//! Blocking decides only which independent sums are in flight together; each sum runs over features (or examples) in index
//! order, one fused multiply-add at a time, whatever `E`, `V` and the vector width are.

use pulp::Simd;

use super::model::Lanes;

/// The rows, each visibly of this length, so that the loops below need no check of an index.
/// (A plain loop: `array::map` is not always inlined, and then the optimizer forgets the lengths.)
#[inline(always)]
fn cut<const E: usize>(rows: [&[f64]; E], length: usize) -> [&[f64]; E] {
    let mut cut: [&[f64]; E] = [&[]; E];
    for e in 0..E {
        cut[e] = &rows[e][..length];
    }
    cut
}

/// `start + Σⱼ xₑⱼ · wⱼ` for each of `E` rows. All rows are as long as `weights`.
#[inline(always)]
pub(super) fn dot<S: Simd, const V: usize, const E: usize>(
    simd: S,
    rows: [&[f64]; E],
    weights: &[Lanes<S, V>],
    start: Lanes<S, V>,
) -> [Lanes<S, V>; E] {
    let rows = cut(rows, weights.len());
    let mut sums = [start; E];
    for j in 0..weights.len() {
        let w = weights[j];
        for e in 0..E {
            let x = simd.splat_f64s(rows[e][j]);
            for v in 0..V {
                sums[e][v] = simd.mul_add_f64s(w[v], x, sums[e][v]);
            }
        }
    }
    sums
}

/// `gradientⱼ += Σₑ xₑⱼ · factorₑ`, in the order of rows; a `fresh` gradient counts as zero, whatever it holds.
/// All rows are as long as `gradient`.
#[inline(always)]
pub(super) fn add_outer<S: Simd, const V: usize, const E: usize>(
    simd: S,
    rows: [&[f64]; E],
    factors: &[Lanes<S, V>; E],
    gradient: &mut [Lanes<S, V>],
    fresh: bool,
) {
    let zero = [simd.splat_f64s(0.0); V];
    let rows = cut(rows, gradient.len());
    for j in 0..gradient.len() {
        let mut g = if fresh { zero } else { gradient[j] };
        for e in 0..E {
            let x = simd.splat_f64s(rows[e][j]);
            for v in 0..V {
                g[v] = simd.mul_add_f64s(factors[e][v], x, g[v]);
            }
        }
        gradient[j] = g;
    }
}
