//! The eigenvalues and eigenvectors of `XᵀX/N` for examples extended by a one.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use pulp::NullaryFnOnce;

use crate::data::{Examples, sum_of_blocks};

/// Why a problem with these features has no gap.
pub(super) const ILL_CONDITIONED: &str = "the features are too badly conditioned for the least loss to be known, so gaps cannot be \
    measured: some of them nearly depend on others, or hardly vary beside their mean";

/// A direction without an eigenvalue must be this flat, relative to the largest one, for the features really to depend on each other.
const FLAT: f64 = 1e-12;

/// `XᵀX/N = V · diag(values) · Vᵀ`.
pub(super) struct Spectrum {
    /// One for each column of `vectors`; with fewer examples than parameters, the other eigenvalues are zero.
    pub(super) values: DVector<f64>,
    /// Each column an eigenvector.
    pub(super) vectors: DMatrix<f64>,
    /// Eigenvalues up to this one are zero up to rounding.
    pub(super) threshold: f64,
    /// Whether some direction counts as flat though the examples do vary along it, only too little to tell how much.
    pub(super) is_blurred: bool,
}

impl Spectrum {
    /// Decomposes whichever of `XᵀX` and `XXᵀ` is smaller.
    pub(super) fn new(examples: &Examples) -> Spectrum {
        let n = examples.width + 1;
        if examples.len() < n {
            return Spectrum::from_products_of_rows(examples);
        }
        let eigen = gram(examples).symmetric_eigen();
        let threshold = threshold(&eigen.eigenvalues, n);
        let mut spectrum =
            Spectrum { values: eigen.eigenvalues, vectors: eigen.eigenvectors, threshold, is_blurred: false };
        let flat: Vec<usize> = (0..n).filter(|&i| spectrum.values[i] <= threshold).collect();
        let along = |i: usize| {
            let direction = spectrum.vectors.column(i);
            let squares = (0..examples.len()).map(|example| {
                let row = extended(examples, example);
                row.zip(&direction).fold(0.0f64, |sum, (x, v)| x.mul_add(*v, sum)).powi(2)
            });
            (squares.sum::<f64>() / examples.len() as f64).sqrt()
        };
        let limit = FLAT * spectrum.values.max().max(0.0).sqrt();
        spectrum.is_blurred = flat.into_iter().any(|i| along(i) > limit);
        spectrum
    }

    /// `XXᵀ/N` has the same eigenvalues but for zeros, and `Xᵀu` is an eigenvector of `XᵀX` for every `u` of its own.
    fn from_products_of_rows(examples: &Examples) -> Spectrum {
        let (n, count) = (examples.width + 1, examples.len());
        let rows = DMatrix::from_row_iterator(count, n, (0..count).flat_map(|example| extended(examples, example)));
        let eigen = products_of_rows(examples).symmetric_eigen();
        let threshold = threshold(&eigen.eigenvalues, n);
        let limit = FLAT * eigen.eigenvalues.max().max(0.0).sqrt();
        let (mut values, mut vectors, mut is_blurred) = (Vec::new(), Vec::new(), false);
        for (i, &value) in eigen.eigenvalues.iter().enumerate() {
            let mut vector = rows.tr_mul(&eigen.eigenvectors.column(i));
            let length = vector.norm();
            if value > threshold {
                vector /= length;
                values.push(value);
                vectors.push(vector);
            } else {
                is_blurred |= length / (count as f64).sqrt() > limit;
            }
        }
        let vectors = if vectors.is_empty() { DMatrix::zeros(n, 0) } else { DMatrix::from_columns(&vectors) };
        Spectrum { values: DVector::from_vec(values), vectors, threshold, is_blurred }
    }
}

/// All `n` eigenvalues of `XᵀX/N`, ascending, of features of any size.
pub(super) fn eigenvalues(examples: &Examples) -> Vec<f64> {
    let n = examples.width + 1;
    let mut matrix = if examples.len() < n { products_of_rows(examples) } else { gram(examples) };
    // Entries near the largest of numbers overflow when they are squared on the way.
    let scale = libm::exp2(libm::floor(libm::log2(matrix.amax().max(f64::MIN_POSITIVE))));
    matrix /= scale;
    let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().map(|value| value * scale).collect();
    values.resize(n, 0.0);
    values.sort_by(f64::total_cmp);
    values
}

/// `XᵀX/N`.
pub(super) fn gram(examples: &Examples) -> DMatrix<f64> {
    let n = examples.width + 1;
    DMatrix::from_row_slice(n, n, &sum_of_outer_products(examples)) / examples.len() as f64
}

/// `XXᵀ/N`.
fn products_of_rows(examples: &Examples) -> DMatrix<f64> {
    let count = examples.len();
    DMatrix::from_fn(count, count, |a, b| {
        extended(examples, a).zip(extended(examples, b)).fold(0.0f64, |sum, (x, y)| x.mul_add(y, sum)) / count as f64
    })
}

/// An example's features and a one.
fn extended(examples: &Examples, example: usize) -> impl Iterator<Item = f64> + '_ {
    examples.row(example).iter().copied().chain([1.0])
}

fn threshold(eigenvalues: &DVector<f64>, n: usize) -> f64 {
    eigenvalues.iter().copied().fold(0.0, f64::max) * f64::EPSILON * n as f64 * 16.0
}

/// `Σ x xᵀ` over examples extended by a one, in canonical blocks; row after row.
fn sum_of_outer_products(examples: &Examples) -> Vec<f64> {
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
