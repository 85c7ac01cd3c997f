//! The minimum of the training loss, by Newton's method.
//!
//! Exact up to rounding, and the same on every machine: every sum has a fixed order, and the linear algebra is plain loops.
//! Without a penalty there may be no minimum: where the classes are linearly separable the loss falls for ever as the weights grow
//! (Albert and Anderson, Biometrika 71, 1984). An iterate that separates them proves it.

use nalgebra::{Cholesky, DMatrix, DVector};
use pulp::NullaryFnOnce;

use super::head::Head;
use crate::data::Examples;
use crate::problem::columns::Columns;
use crate::problem::spectrum::{ILL_CONDITIONED, Spectrum};

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
    let basis = if l2 > 0.0 { Basis::penalized(examples, l2) } else { Basis::orthonormal(examples)? };
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
    columns: Columns,
    /// From coordinates back to weights and bias for columns of comparable sizes, unless they are the same.
    back: Option<DMatrix<f64>>,
}

impl Basis {
    /// The features in comparable sizes: a penalty makes the Hessian positive.
    fn penalized(examples: &Examples, l2: f64) -> Basis {
        let columns = Columns::penalized(examples, l2);
        Basis { width: examples.width + 1, rows: extended(&columns.apply(examples)), columns, back: None }
    }

    /// Uncorrelated combinations of unit size: features that depend on others vanish, which keeps the Hessian positive.
    fn orthonormal(examples: &Examples) -> Result<Basis, String> {
        let n = examples.width + 1;
        let columns = Columns::centered(examples);
        let comparable = columns.apply(examples);
        let spectrum = Spectrum::new(&comparable);
        if spectrum.is_blurred || columns.lose_digits {
            return Err(ILL_CONDITIONED.into());
        }
        let kept: Vec<usize> =
            (0..spectrum.values.len()).filter(|&i| spectrum.values[i] > spectrum.threshold).collect();
        let back = DMatrix::from_fn(n, kept.len(), |row, column| {
            spectrum.vectors[(row, kept[column])] / spectrum.values[kept[column]].sqrt()
        });
        let coordinate = |row: &[f64], column: usize| {
            row.iter().enumerate().fold(0.0, |sum: f64, (j, x)| x.mul_add(back[(j, column)], sum))
        };
        let plain = extended(&comparable);
        let rows = plain.chunks_exact(n).flat_map(|row| (0..kept.len()).map(move |column| (row, column)));
        let rows = rows.map(|(row, column)| coordinate(row, column)).collect();
        Ok(Basis { width: kept.len(), rows, columns, back: Some(back) })
    }

    /// Weights and bias, one weight vector after the other.
    fn parameters(&self, point: &[f64]) -> Vec<f64> {
        let of_columns = |coordinates: &[f64]| match &self.back {
            None => self.columns.parameters(coordinates),
            Some(back) => self.columns.parameters((back * DVector::from_column_slice(coordinates)).as_slice()),
        };
        point.chunks_exact(self.width).flat_map(of_columns).collect()
    }
}

/// The features of every example and a one, row after row.
fn extended(examples: &Examples) -> Vec<f64> {
    (0..examples.len()).flat_map(|i| examples.row(i).iter().copied().chain([1.0])).collect()
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
        // A weight is its coordinate divided by the size of its column; the bias, the last of each vector, is free.
        for (vector, coordinates) in point.chunks_exact(self.basis.width).enumerate() {
            for (feature, (coordinate, size)) in coordinates.iter().zip(self.basis.columns.sizes()).enumerate() {
                let (index, l2) = (vector * self.basis.width + feature, self.l2 / size / size);
                *loss = (0.5 * l2 * coordinate).mul_add(*coordinate, *loss);
                gradient[index] = l2.mul_add(*coordinate, gradient[index]);
                hessian[(index, index)] += l2;
            }
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
