//! Sufficient statistics of a least-squares loss: its minimizer, curvature and least value.
//!
//! `loss(w) = best + (w − w*)ᵀ A (w − w*)` with `A = XᵀX/N`, the bias being a last column of ones. Centred on the minimizer,
//! small gaps keep their digits. The gap is computed as `|R (w − w*)|²` with `RᵀR = A`: never negative, and half the work.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use pulp::{NullaryFnOnce, Simd};

use super::columns::Columns;
use super::model::Lanes;
use super::rows::dot;
use super::spectrum::{self, Spectrum};
use crate::data::{Examples, sum_of_blocks};

/// The least-squares loss over a set of examples as a quadratic around its minimizer; `n` parameters, the bias last.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadratic {
    /// `w*`; where there are several, the one of least norm once features have comparable sizes.
    pub minimizer: Vec<f64>,
    /// The loss at `w*`.
    pub best_loss: f64,
    /// Eigenvalues of the Hessian `2A`, ascending.
    pub eigenvalues: Vec<f64>,
    /// How many eigenvalues are not zero up to rounding.
    pub rank: usize,
    /// Whether the features are too badly conditioned for the least loss to be known.
    pub is_inexact: bool,
    /// `2A`, row after row.
    hessian: Vec<f64>,
    /// `R`, upper triangular, row after row; rows of zeros at its end may be left out.
    root: Vec<f64>,
}

impl Quadratic {
    /// Solves the least-squares problem of these examples.
    pub fn new(examples: &Examples) -> Quadratic {
        let n = examples.width + 1;
        let count = examples.len() as f64;
        let columns = Columns::centered(examples);
        let comparable = columns.apply(examples);
        let spectrum = Spectrum::new(&comparable);
        let rank = spectrum.values.iter().filter(|&&value| value > spectrum.threshold).count();

        let pseudo_inverse_times = |vector: DVector<f64>| {
            let mut coordinates = spectrum.vectors.tr_mul(&vector);
            for (coordinate, &value) in coordinates.iter_mut().zip(&spectrum.values) {
                *coordinate = if value > spectrum.threshold { *coordinate / value } else { 0.0 };
            }
            &spectrum.vectors * coordinates
        };
        // The normal equations square the condition number; two rounds of refinement on the residuals win the digits back.
        let mut minimizer = DVector::zeros(n);
        for _ in 0..3 {
            let (residual_products, _) = residuals(&comparable, minimizer.as_slice());
            minimizer += pseudo_inverse_times(DVector::from_vec(residual_products) / count);
        }
        let (_, squares) = residuals(&comparable, minimizer.as_slice());

        let mut eigenvalues: Vec<f64> = match columns.are_plain() {
            true => spectrum.values.iter().copied().chain(std::iter::repeat(0.0)).take(n).collect(),
            false => spectrum::eigenvalues(examples),
        };
        eigenvalues.iter_mut().for_each(|value| *value *= 2.0);
        eigenvalues.sort_by(f64::total_cmp);
        let minimizer = columns.parameters(minimizer.as_slice());
        let is_out_of_range = minimizer.iter().any(|parameter| parameter.abs() == f64::MAX);
        Quadratic {
            minimizer,
            best_loss: squares / count,
            eigenvalues,
            rank,
            is_inexact: spectrum.is_blurred || columns.lose_digits || is_out_of_range,
            hessian: row_major(&(spectrum::gram(examples) * 2.0)),
            root: row_major(&root(&spectrum, &columns)),
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

    /// The upper triangular `R` with `RᵀR = A`, row after row; rows of zeros at its end may be left out.
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
        let rows = self.root.len() / n;
        let zero = [simd.splat_f64s(0.0); V];
        let mut gap = zero;
        let row = |i: usize, from: usize| &self.root[i * n + from..][..n - from];
        for from in (0..rows).step_by(4) {
            let tail = &offsets[from..];
            if rows - from >= 4 {
                let rows = [row(from, from), row(from + 1, from), row(from + 2, from), row(from + 3, from)];
                for sums in dot(simd, rows, tail, zero) {
                    add_square(simd, &mut gap, sums);
                }
            } else {
                for i in from..rows {
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

/// `R` with `RᵀR = A` for the features as they are.
fn root(spectrum: &Spectrum, columns: &Columns) -> DMatrix<f64> {
    let mut scaled = spectrum.vectors.transpose();
    for (mut row, &value) in scaled.row_iter_mut().zip(&spectrum.values) {
        row *= value.max(0.0).sqrt();
        if !columns.are_plain() {
            let mut form: Vec<f64> = row.iter().copied().collect();
            columns.form(&mut form);
            row.iter_mut().zip(form).for_each(|(place, value)| *place = value);
        }
    }
    scaled.qr().r()
}

fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect()
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
