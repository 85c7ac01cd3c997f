//! The two loops every linear layer is made of, register-blocked over `E` examples and `V` vectors of lanes.
//!
//! Blocking decides only which independent sums are in flight together; each sum runs over features (or examples) in index
//! order, one fused multiply-add at a time, whatever `E`, `V` and the vector width are.

use pulp::Simd;

use super::model::Lanes;

/// The features of one example: the same for all lanes, or of each lane its own.
pub(super) trait Row<S: Simd, const V: usize>: Copy {
    /// The first features.
    fn cut(self, length: usize) -> Self;

    /// A feature.
    fn at(self, simd: S, feature: usize) -> Lanes<S, V>;
}

impl<S: Simd, const V: usize> Row<S, V> for &[f64] {
    #[inline(always)]
    fn cut(self, length: usize) -> Self {
        &self[..length]
    }

    #[inline(always)]
    fn at(self, simd: S, feature: usize) -> Lanes<S, V> {
        [simd.splat_f64s(self[feature]); V]
    }
}

impl<S: Simd, const V: usize> Row<S, V> for &[Lanes<S, V>] {
    #[inline(always)]
    fn cut(self, length: usize) -> Self {
        &self[..length]
    }

    #[inline(always)]
    fn at(self, _simd: S, feature: usize) -> Lanes<S, V> {
        self[feature]
    }
}

/// The rows, each visibly of this length, so that the loops below need no check of an index.
/// (A plain loop: `array::map` is not always inlined, and then the optimizer forgets the lengths.)
#[inline(always)]
fn cut<S: Simd, const V: usize, R: Row<S, V>, const E: usize>(mut rows: [R; E], length: usize) -> [R; E] {
    for row in &mut rows {
        *row = row.cut(length);
    }
    rows
}

/// `start + Σⱼ xₑⱼ · wⱼ` for each of `E` rows. All rows are as long as `weights`.
#[inline(always)]
pub(super) fn dot<S: Simd, const V: usize, R: Row<S, V>, const E: usize>(
    simd: S,
    rows: [R; E],
    weights: &[Lanes<S, V>],
    start: Lanes<S, V>,
) -> [Lanes<S, V>; E] {
    let rows = cut(rows, weights.len());
    let mut sums = [start; E];
    for j in 0..weights.len() {
        let w = weights[j];
        for e in 0..E {
            let x = rows[e].at(simd, j);
            for v in 0..V {
                sums[e][v] = simd.mul_add_f64s(w[v], x[v], sums[e][v]);
            }
        }
    }
    sums
}

/// `gradientⱼ += Σₑ xₑⱼ · factorₑ`, in the order of rows; a `fresh` gradient counts as zero, whatever it holds.
/// All rows are as long as `gradient`.
#[inline(always)]
pub(super) fn add_outer<S: Simd, const V: usize, R: Row<S, V>, const E: usize>(
    simd: S,
    rows: [R; E],
    factors: &[Lanes<S, V>; E],
    gradient: &mut [Lanes<S, V>],
    fresh: bool,
) {
    let zero = [simd.splat_f64s(0.0); V];
    let rows = cut(rows, gradient.len());
    for j in 0..gradient.len() {
        let mut g = if fresh { zero } else { gradient[j] };
        for e in 0..E {
            let x = rows[e].at(simd, j);
            for v in 0..V {
                g[v] = simd.mul_add_f64s(factors[e][v], x[v], g[v]);
            }
        }
        gradient[j] = g;
    }
}
