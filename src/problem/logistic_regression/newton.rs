//! The minimum of the training loss, by Newton's method.
//!
//! Exact up to rounding, and the same on every machine: every sum has a fixed order, and the linear algebra is plain loops.
//! Without a penalty there may be no minimum: where the classes are linearly separable the loss falls for ever as the weights grow
//! (Albert and Anderson, Biometrika 71, 1984). An iterate that separates them proves it.

use nalgebra::{Cholesky, DMatrix, DVector};
use pulp::NullaryFnOnce;

use super::head::Head;
use crate::data::Examples;
use crate::problem::quadratic::sum_of_outer_products;

/// A minimum of the training loss.
pub(super) struct Found {
    pub(super) parameters: Vec<f64>,
    /// Whether there is no other.
    pub(super) is_unique: bool,
}

/// With a unique minimum a dozen steps are enough.
const MOST_STEPS: usize = 100;

/// A step is not tried if it takes more multiply-adds than this.
const MOST_WORK: f64 = 1e9;

const SEPARABLE: &str = "the classes are linearly separable and there is no penalty: the loss has no minimum, \
    so gaps cannot be measured; `l2` in [problem] gives it one";

const NONE_FOUND: &str = "no minimum of the loss was found: it may be approached only as the weights grow without end, \
    so gaps cannot be measured; `l2` in [problem] gives it one";

const NOT_FOUND: &str = "the minimum of the loss was not found, so gaps cannot be measured; \
    features of about the same size would help, as `scale = \"standard\"` in [data] makes them";

/// Finds the minimum, or says in a sentence why there is none or it is not known.
pub(super) fn minimize<H: Head>(head: &H, examples: &Examples, l2: f64) -> Result<Found, String> {
    let parameters = (head.scores() * (examples.width + 1)) as f64;
    let work = parameters * parameters * (examples.len() as f64 / 4.0 + parameters / 3.0);
    if work > MOST_WORK {
        return Err(format!(
            "the least possible loss is not known: with {parameters} parameters it would take too long to find"
        ));
    }
    let basis = if l2 > 0.0 { Basis::plain(examples) } else { Basis::orthonormal(examples) };
    let objective = Objective { head, targets: &examples.targets, basis, l2 };
    let mut point = vec![0.0; head.scores() * objective.basis.width];
    let mut here = objective.expand(&point);
    for _ in 0..MOST_STEPS {
        if l2 == 0.0 && here.separates {
            return Err(SEPARABLE.into());
        }
        let Some(factors) = Cholesky::new(here.hessian) else { break };
        let step = factors.solve(&-DVector::from_column_slice(&here.gradient));
        let descent = -step.iter().zip(&here.gradient).fold(0.0, |sum, (s, g)| sum + s * g);
        let at = |share: f64| -> Vec<f64> { point.iter().zip(&step).map(|(p, s)| share.mul_add(*s, *p)).collect() };
        let mut share = 1.0;
        let mut next = objective.expand(&at(share));
        // A loss that is not a number is no progress either. Close to the minimum a full step is right, and the loss too coarse to tell.
        let falls = |loss: f64, share: f64| loss <= here.loss - 1e-4 * share * descent;
        while descent > 1e-10 * here.loss.abs() && share > 1e-9 && !falls(next.loss, share) {
            share *= 0.5;
            next = objective.expand(&at(share));
        }
        if !next.loss.is_finite() {
            break;
        }
        point = at(share);
        here = next;
        let size = |values: &[f64]| values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
        if share == 1.0 && size(step.as_slice()) <= 1e-9 * (1.0 + size(&point)) {
            // Of the softmax, all scores of a class may be raised by the same number.
            let is_unique = head.scores() == 1 && (l2 > 0.0 || objective.basis.width == examples.width + 1);
            return Ok(Found { parameters: objective.basis.parameters(&point), is_unique });
        }
    }
    Err(if l2 > 0.0 { NOT_FOUND } else { NONE_FOUND }.into())
}

/// The features, extended by a one, in coordinates that suit the problem.
struct Basis {
    width: usize,
    /// Row after row.
    rows: Vec<f64>,
    /// From coordinates of weights back to weights and bias, unless they are the same.
    back: Option<DMatrix<f64>>,
}

impl Basis {
    /// The features themselves: a penalty makes the Hessian positive.
    fn plain(examples: &Examples) -> Basis {
        let rows = (0..examples.len()).flat_map(|i| examples.row(i).iter().copied().chain([1.0])).collect();
        Basis { width: examples.width + 1, rows, back: None }
    }

    /// Uncorrelated combinations of unit size: features that depend on others vanish, which keeps the Hessian positive.
    fn orthonormal(examples: &Examples) -> Basis {
        let (n, count) = (examples.width + 1, examples.len() as f64);
        let eigen = (DMatrix::from_row_slice(n, n, &sum_of_outer_products(examples)) / count).symmetric_eigen();
        let largest = eigen.eigenvalues.iter().copied().fold(0.0, f64::max);
        let threshold = largest * f64::EPSILON * n as f64 * 16.0;
        let kept: Vec<usize> = (0..n).filter(|&i| eigen.eigenvalues[i] > threshold).collect();
        let back = DMatrix::from_fn(n, kept.len(), |row, column| {
            eigen.eigenvectors[(row, kept[column])] / eigen.eigenvalues[kept[column]].sqrt()
        });
        let plain = Basis::plain(examples);
        let coordinate = |row: &[f64], column: usize| {
            row.iter().enumerate().fold(0.0, |sum: f64, (j, x)| x.mul_add(back[(j, column)], sum))
        };
        let rows = plain.rows.chunks_exact(n).flat_map(|row| (0..kept.len()).map(move |column| (row, column)));
        Basis { width: kept.len(), rows: rows.map(|(row, column)| coordinate(row, column)).collect(), back: Some(back) }
    }

    /// Weights and bias, one weight vector after the other.
    fn parameters(&self, point: &[f64]) -> Vec<f64> {
        match &self.back {
            None => point.to_vec(),
            Some(back) => point
                .chunks_exact(self.width)
                .flat_map(|coordinates| (back * DVector::from_column_slice(coordinates)).as_slice().to_vec())
                .collect(),
        }
    }
}

struct Objective<'a, H> {
    head: &'a H,
    targets: &'a [f64],
    basis: Basis,
    l2: f64,
}

/// The loss around a point, up to second order.
struct Expansion {
    loss: f64,
    gradient: Vec<f64>,
    hessian: DMatrix<f64>,
    /// Whether every example scores highest for its own class.
    separates: bool,
}

impl<H: Head> Objective<'_, H> {
    fn expand(&self, point: &[f64]) -> Expansion {
        let (scores, width, count) = (self.head.scores(), self.basis.width, self.targets.len() as f64);
        let mut loss = 0.0;
        let mut gradient = vec![0.0; point.len()];
        let mut separates = true;
        let mut curvatures = vec![0.0; self.targets.len() * scores * scores];
        let (mut of_example, mut slopes) = (vec![0.0; scores], vec![0.0; scores]);
        let examples = self.basis.rows.chunks_exact(width).zip(self.targets);
        for ((row, &target), curvature) in examples.zip(curvatures.chunks_exact_mut(scores * scores)) {
            for (score, weights) in of_example.iter_mut().zip(point.chunks_exact(width)) {
                *score = row.iter().zip(weights).fold(0.0, |sum, (x, w)| x.mul_add(*w, sum));
            }
            let judgment = self.head.expand(&of_example, target, &mut slopes, curvature);
            loss += judgment.loss;
            separates &= judgment.is_right;
            for (slope, gradient) in slopes.iter().zip(gradient.chunks_exact_mut(width)) {
                gradient.iter_mut().zip(row).for_each(|(g, x)| *g = slope.mul_add(*x, *g));
            }
        }
        let mut hessian = DMatrix::zeros(point.len(), point.len());
        for a in 0..scores {
            for b in a..scores {
                let factors = curvatures.iter().skip(a * scores + b).step_by(scores * scores);
                let factors: Vec<f64> = factors.map(|factor| factor / count).collect();
                let mut block = vec![0.0; width * width];
                let sum = WeightedSquares { rows: &self.basis.rows, width, factors: &factors, sum: &mut block };
                pulp::Arch::new().dispatch(sum);
                for i in 0..width {
                    for j in i..width {
                        let value = block[i * width + j];
                        for (row, column) in [(i, j), (j, i)] {
                            hessian[(a * width + row, b * width + column)] = value;
                            hessian[(b * width + column, a * width + row)] = value;
                        }
                    }
                }
            }
        }
        loss /= count;
        gradient.iter_mut().for_each(|g| *g /= count);
        self.add_penalty(point, &mut loss, &mut gradient, &mut hessian);
        if scores > 1 {
            fix_common_shift(scores, width, &mut hessian);
        }
        Expansion { loss, gradient, hessian, separates }
    }

    fn add_penalty(&self, point: &[f64], loss: &mut f64, gradient: &mut [f64], hessian: &mut DMatrix<f64>) {
        if self.l2 == 0.0 {
            return;
        }
        let is_bias = |index: usize| (index + 1).is_multiple_of(self.basis.width);
        for index in (0..point.len()).filter(|index| !is_bias(*index)) {
            *loss = (0.5 * self.l2 * point[index]).mul_add(point[index], *loss);
            gradient[index] = self.l2.mul_add(point[index], gradient[index]);
            hessian[(index, index)] += self.l2;
        }
    }
}

/// Softmax scores may all be raised by the same number. Curvature is added along these directions, in which the loss is flat and the
/// gradient has no part, so that a step never goes there.
fn fix_common_shift(scores: usize, width: usize, hessian: &mut DMatrix<f64>) {
    for j in 0..width {
        for a in 0..scores {
            for b in 0..scores {
                hessian[(a * width + j, b * width + j)] += 1.0 / scores as f64;
            }
        }
    }
}

/// `Σ factorᵢ · xᵢ xᵢᵀ`, the upper triangle, in the order of rows.
struct WeightedSquares<'a> {
    rows: &'a [f64],
    width: usize,
    factors: &'a [f64],
    sum: &'a mut [f64],
}

impl NullaryFnOnce for WeightedSquares<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let WeightedSquares { rows, width, factors, sum } = self;
        for (row, factor) in rows.chunks_exact(width).zip(factors) {
            for i in 0..width {
                let x = factor * row[i];
                for (sum, &other) in sum[i * width + i..(i + 1) * width].iter_mut().zip(&row[i..]) {
                    *sum = x.mul_add(other, *sum);
                }
            }
        }
    }
}
