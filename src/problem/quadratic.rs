//! Sufficient statistics of a least-squares loss: its minimizer, curvature and least value.
//!
//! `loss(w) = best + (w − w*)ᵀ A (w − w*)` with `A = XᵀX/N`, the bias being a last column of ones. Centred on the minimizer,
//! small gaps keep their digits. The gap is computed as `|R (w − w*)|²` with `RᵀR = A`: never negative, and half the work.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use pulp::{NullaryFnOnce, Simd};

use super::model::Lanes;
use super::rows::dot;
use crate::data::{Examples, sum_of_blocks};

/// The least-squares loss over a set of examples as a quadratic around its minimizer; `n` parameters, the bias last.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadratic {
    /// `w*`, of least norm where there are several.
    pub minimizer: Vec<f64>,
    /// The loss at `w*`.
    pub best_loss: f64,
    /// Eigenvalues of the Hessian `2A`, ascending.
    pub eigenvalues: Vec<f64>,
    /// How many eigenvalues are not zero up to rounding.
    pub rank: usize,
    /// `2A`, row after row.
    hessian: Vec<f64>,
    /// `R`, upper triangular, row after row.
    root: Vec<f64>,
}

impl Quadratic {
    /// Solves the least-squares problem of these examples.
    pub fn new(examples: &Examples) -> Quadratic {
        let n = examples.width + 1;
        let count = examples.len() as f64;
        let gram = DMatrix::from_row_slice(n, n, &sum_of_outer_products(examples)) / count;
        let eigen = gram.clone().symmetric_eigen();
        let largest = eigen.eigenvalues.iter().copied().fold(0.0, f64::max);
        let threshold = largest * f64::EPSILON * n as f64 * 16.0;
        let rank = eigen.eigenvalues.iter().filter(|&&value| value > threshold).count();

        let pseudo_inverse_times = |vector: DVector<f64>| {
            let mut coordinates = eigen.eigenvectors.tr_mul(&vector);
            for (coordinate, &value) in coordinates.iter_mut().zip(&eigen.eigenvalues) {
                *coordinate = if value > threshold { *coordinate / value } else { 0.0 };
            }
            &eigen.eigenvectors * coordinates
        };
        // The normal equations square the condition number; two rounds of refinement on the residuals win the digits back.
        let mut minimizer = DVector::zeros(n);
        for _ in 0..3 {
            let (residual_products, _) = residuals(examples, minimizer.as_slice());
            minimizer += pseudo_inverse_times(DVector::from_vec(residual_products) / count);
        }
        let (_, squares) = residuals(examples, minimizer.as_slice());

        let mut scaled = eigen.eigenvectors.transpose();
        for (mut row, &value) in scaled.row_iter_mut().zip(&eigen.eigenvalues) {
            row *= value.max(0.0).sqrt();
        }
        let root = scaled.qr().r();
        let mut eigenvalues: Vec<f64> = eigen.eigenvalues.iter().map(|value| 2.0 * value).collect();
        eigenvalues.sort_by(f64::total_cmp);
        Quadratic {
            minimizer: minimizer.as_slice().to_vec(),
            best_loss: squares / count,
            eigenvalues,
            rank,
            hessian: row_major(&(gram * 2.0)),
            root: row_major(&root),
        }
    }

    /// The largest eigenvalue of the Hessian.
    pub fn largest_eigenvalue(&self) -> f64 {
        self.eigenvalues.last().copied().unwrap_or(0.0)
    }

    /// The Hessian `2A`, row after row.
    pub fn hessian(&self) -> &[f64] {
        &self.hessian
    }

    /// The upper triangular `R` with `RᵀR = A`, row after row.
    pub fn root(&self) -> &[f64] {
        &self.root
    }

    /// `gradient = H (w − w*)`: row after row, columns in index order.
    #[inline(always)]
    pub(super) fn gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        offsets: &mut [Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
    ) {
        self.offsets(simd, parameters, offsets);
        let n = self.minimizer.len();
        let zero = [simd.splat_f64s(0.0); V];
        let row = |i: usize| &self.hessian[i * n..][..n];
        let (fours, rest) = gradient.as_chunks_mut::<4>();
        for (i, four) in fours.iter_mut().enumerate() {
            *four = dot(simd, [row(4 * i), row(4 * i + 1), row(4 * i + 2), row(4 * i + 3)], offsets, zero);
        }
        let done = n - rest.len();
        for (i, one) in rest.iter_mut().enumerate() {
            [*one] = dot(simd, [row(done + i)], offsets, zero);
        }
    }

    /// `|H v|²` for offsets `v = w − w*`, the squares added in the order of rows.
    #[inline(always)]
    pub(super) fn gradient_square<S: Simd, const V: usize>(&self, simd: S, offsets: &[Lanes<S, V>]) -> Lanes<S, V> {
        let zero = [simd.splat_f64s(0.0); V];
        let mut square = zero;
        for row in self.hessian.chunks_exact(self.minimizer.len()) {
            let [sum] = dot(simd, [row], offsets, zero);
            add_square(simd, &mut square, sum);
        }
        square
    }

    /// `|R (w − w*)|²`. Row `i` of `R` counts from column `4⌊i/4⌋` on (what is left of the diagonal is zero), and the squares are
    /// added in the order of rows.
    #[inline(always)]
    pub(super) fn gap<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        offsets: &mut [Lanes<S, V>],
    ) -> Lanes<S, V> {
        self.offsets(simd, parameters, offsets);
        let n = self.minimizer.len();
        let zero = [simd.splat_f64s(0.0); V];
        let mut gap = zero;
        let row = |i: usize, from: usize| &self.root[i * n + from..][..n - from];
        for from in (0..n).step_by(4) {
            let tail = &offsets[from..];
            if n - from >= 4 {
                let rows = [row(from, from), row(from + 1, from), row(from + 2, from), row(from + 3, from)];
                for sums in dot(simd, rows, tail, zero) {
                    add_square(simd, &mut gap, sums);
                }
            } else {
                for i in from..n {
                    let [sums] = dot(simd, [row(i, from)], tail, zero);
                    add_square(simd, &mut gap, sums);
                }
            }
        }
        gap
    }

    #[inline(always)]
    fn offsets<S: Simd, const V: usize>(&self, simd: S, parameters: &[Lanes<S, V>], offsets: &mut [Lanes<S, V>]) {
        for ((offset, w), &best) in offsets.iter_mut().zip(parameters).zip(&self.minimizer) {
            let best = simd.splat_f64s(best);
            for v in 0..V {
                offset[v] = simd.sub_f64s(w[v], best);
            }
        }
    }
}

#[inline(always)]
pub(super) fn add_square<S: Simd, const V: usize>(simd: S, total: &mut Lanes<S, V>, term: Lanes<S, V>) {
    for v in 0..V {
        total[v] = simd.mul_add_f64s(term[v], term[v], total[v]);
    }
}

fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect()
}

/// `Σ x xᵀ` over examples extended by a one, in canonical blocks; row after row.
pub(super) fn sum_of_outer_products(examples: &Examples) -> Vec<f64> {
    let n = examples.width + 1;
    let mut total = sum_of_blocks(examples.len(), n * n, |rows, sum| {
        pulp::Arch::new().dispatch(OuterProducts { examples, rows, sum });
    });
    for i in 0..n {
        for j in 0..i {
            total[i * n + j] = total[j * n + i];
        }
    }
    total
}

/// The upper triangle of one block's sum.
struct OuterProducts<'a> {
    examples: &'a Examples,
    rows: Range<usize>,
    sum: &'a mut [f64],
}

impl NullaryFnOnce for OuterProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let n = self.examples.width + 1;
        let mut row = vec![1.0; n];
        for example in self.rows {
            row[..n - 1].copy_from_slice(self.examples.row(example));
            for i in 0..n {
                let x = row[i];
                for (sum, &other) in self.sum[i * n + i..(i + 1) * n].iter_mut().zip(&row[i..]) {
                    *sum = x.mul_add(other, *sum);
                }
            }
        }
    }
}

/// `Σ (y − w·x) x` and `Σ (y − w·x)²`, in canonical blocks.
fn residuals(examples: &Examples, w: &[f64]) -> (Vec<f64>, f64) {
    let mut sums = sum_of_blocks(examples.len(), w.len() + 1, |rows, sum| {
        pulp::Arch::new().dispatch(Residuals { examples, w, rows, sum });
    });
    let squares = sums.pop().unwrap_or_default();
    (sums, squares)
}

/// One block's products and, at the end, squares.
struct Residuals<'a> {
    examples: &'a Examples,
    w: &'a [f64],
    rows: Range<usize>,
    sum: &'a mut [f64],
}

impl NullaryFnOnce for Residuals<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Residuals { examples, w, rows, sum } = self;
        let (Some((bias, weights)), Some((squares, products))) = (w.split_last(), sum.split_last_mut()) else { return };
        for example in rows {
            let row = examples.row(example);
            let prediction = row.iter().zip(weights).fold(*bias, |sum, (x, w)| w.mul_add(*x, sum));
            let residual = examples.targets[example] - prediction;
            for (product, x) in products.iter_mut().zip(row.iter().chain(&[1.0])) {
                *product = residual.mul_add(*x, *product);
            }
            *squares = residual.mul_add(residual, *squares);
        }
    }
}
