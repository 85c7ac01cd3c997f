//! Logistic regression with bias: `loss(w) = 1/N Σ (log loss of an example) + l2/2 · |weights|²`.
//!
//! Every weight vector is followed by its bias, which the penalty leaves alone. The test loss has no penalty.
//! [`Binary`] has one weight vector, [`Softmax`] one per class; all else is the same for both and stands here.

mod binary;
mod head;
mod newton;
mod softmax;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use pulp::{Scalar, Simd};

pub use binary::Binary;
use head::{Batch, Head, Sums};
pub use softmax::Softmax;

use super::blocks::sum_blocks;
use super::initial::Initial;
use super::measure::{Measure, Measures};
use super::model::{Lanes, Measured, Model, Rows};
use super::quadratic::add_square;
use crate::data::{Dataset, Examples};
use crate::random::Key;

/// Logistic regression with bias, binary (one weight vector) for two classes and multinomial (softmax) for more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticRegression {
    /// The parameters before the first step.
    pub initial: Initial,
    /// The penalty `l2/2 · |weights|²` is part of the training loss; the biases are free of it. Not negative.
    pub l2: f64,
}

/// So many examples are scored at a time: more would hide the latency of a multiply-add better, but most of the time goes into
/// exponentials, and every further number of rows is compiled for every kind of vector.
const ROWS: usize = 4;

/// With one vector of lanes, as in wide models, it takes more rows to hide that latency.
const MOST_ROWS: usize = 8;

/// Logistic regression on some data, its minimum found once and shared by all runs.
#[derive(Debug, Clone)]
pub struct Logistic<H> {
    head: H,
    data: Arc<Dataset>,
    initial: Initial,
    l2: f64,
    train: Vec<u32>,
    test: Vec<u32>,
    /// The minimum of the training loss, or why none is known.
    minimum: Result<Minimum, String>,
}

/// The minimum of a training loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// Where it is.
    pub parameters: Vec<f64>,
    /// The training loss there.
    pub loss: f64,
    /// Whether there is no other place with this loss.
    pub is_unique: bool,
}

impl Logistic<Binary> {
    /// The model for data with two classes.
    pub fn binary(definition: LogisticRegression, data: Arc<Dataset>) -> Logistic<Binary> {
        Logistic::new(Binary, definition, data)
    }
}

impl Logistic<Softmax> {
    /// The model for data with any number of classes.
    pub fn softmax(definition: LogisticRegression, data: Arc<Dataset>) -> Logistic<Softmax> {
        Logistic::new(Softmax { classes: data.classes.len() }, definition, data)
    }
}

impl<H: Head> Logistic<H> {
    fn new(head: H, definition: LogisticRegression, data: Arc<Dataset>) -> Logistic<H> {
        let found = newton::minimize(&head, &data.train, definition.l2);
        let rows = |examples: &Examples| (0..examples.len() as u32).collect();
        let (train, test) = (rows(&data.train), rows(&data.test));
        let LogisticRegression { initial, l2 } = definition;
        let mut model = Logistic { head, data, initial, l2, train, test, minimum: Err(String::new()) };
        model.minimum = found.map(|found| Minimum {
            loss: model.loss(&found.parameters),
            parameters: found.parameters,
            is_unique: found.is_unique,
        });
        model
    }

    /// The minimum of the training loss, or why none is known.
    pub fn minimum(&self) -> Result<&Minimum, &str> {
        self.minimum.as_ref().map_err(String::as_str)
    }

    /// The training loss, in the same order of operations as in training.
    pub fn loss(&self, parameters: &[f64]) -> f64 {
        let lanes: Vec<[f64; 1]> = parameters.iter().map(|&parameter| [parameter]).collect();
        let scratch = &mut vec![[0.0]; self.head.scratch()];
        let [mut loss, _] = self.judge(Scalar, &self.data.train, &self.train, &lanes, scratch);
        self.penalize(Scalar, &lanes, &mut loss);
        loss[0]
    }

    /// The positions of parameters that are weights: all but the last of each weight vector.
    fn is_weight(&self, parameter: usize) -> bool {
        !(parameter + 1).is_multiple_of(self.data.train.width + 1)
    }

    /// Adds the penalty to a mean log loss.
    #[inline(always)]
    fn penalize<S: Simd, const V: usize>(&self, simd: S, parameters: &[Lanes<S, V>], loss: &mut Lanes<S, V>) {
        if self.l2 == 0.0 {
            return;
        }
        let mut square = [simd.splat_f64s(0.0); V];
        for (parameter, &w) in parameters.iter().enumerate() {
            if self.is_weight(parameter) {
                add_square(simd, &mut square, w);
            }
        }
        let half = simd.splat_f64s(0.5 * self.l2);
        for v in 0..V {
            loss[v] = simd.mul_add_f64s(half, square[v], loss[v]);
        }
    }

    /// Mean log loss and accuracy over these examples.
    #[inline(always)]
    fn judge<S: Simd, const V: usize>(
        &self,
        simd: S,
        examples: &Examples,
        indices: &[u32],
        parameters: &[Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) -> [Lanes<S, V>; 2] {
        let zero = [simd.splat_f64s(0.0); V];
        let (mut total, mut part) = ([zero; 2], [zero; 2]);
        sum_blocks(
            simd,
            indices.len(),
            &mut total,
            &mut part,
            scratch,
            #[inline(always)]
            |range, sum, scratch| {
                let mut sums = Sums { loss: zero, hits: zero };
                self.judge_rows(simd, Rows { examples, indices: &indices[range] }, parameters, &mut sums, scratch);
                sum.copy_from_slice(&[sums.loss, sums.hits]);
            },
        );
        let count = simd.splat_f64s(indices.len() as f64);
        total.map(|sum| sum.map(|sum| simd.div_f64s(sum, count)))
    }

    #[inline(always)]
    fn judge_rows<S: Simd, const V: usize>(
        &self,
        simd: S,
        Rows { examples, indices }: Rows<'_>,
        parameters: &[Lanes<S, V>],
        sums: &mut Sums<S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let rest = match const { V == 1 } {
            true => self.judge_groups::<S, V, MOST_ROWS>(simd, Rows { examples, indices }, parameters, sums, scratch),
            false => self.judge_groups::<S, V, ROWS>(simd, Rows { examples, indices }, parameters, sums, scratch),
        };
        self.judge_groups::<S, V, 1>(simd, Rows { examples, indices: rest }, parameters, sums, scratch);
    }

    /// Judges as many rows as make whole groups of `E`; returns the others.
    #[inline(always)]
    fn judge_groups<'r, S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Rows { examples, indices }: Rows<'r>,
        parameters: &[Lanes<S, V>],
        sums: &mut Sums<S, V>,
        scratch: &mut [Lanes<S, V>],
    ) -> &'r [u32] {
        let (groups, rest) = indices.as_chunks::<E>();
        for group in groups {
            self.head.judge_rows(simd, Batch::new(examples, group), parameters, sums, scratch);
        }
        rest
    }

    /// Adds the gradients of as many rows as make whole groups of `E` to a gradient that counts as zero if it is `fresh`; returns
    /// the others.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "what a kernel works on and with")]
    fn add_groups<'r, S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        Rows { examples, indices }: Rows<'r>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
        fresh: &mut bool,
    ) -> &'r [u32] {
        let (groups, rest) = indices.as_chunks::<E>();
        for group in groups {
            self.head.add_rows(simd, Batch::new(examples, group), scale, parameters, gradient, scratch, *fresh);
            *fresh = false;
        }
        rest
    }

    /// Norm of the gradient of the training loss.
    #[inline(always)]
    fn gradient_norm<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) -> Lanes<S, V> {
        let (gradient, rest) = scratch.split_at_mut(parameters.len());
        let (part, scratch) = rest.split_at_mut(parameters.len());
        let (examples, scale) = (&self.data.train, 1.0 / self.train.len() as f64);
        sum_blocks(
            simd,
            self.train.len(),
            gradient,
            part,
            scratch,
            #[inline(always)]
            |range, gradient, scratch| {
                let rows = Rows { examples, indices: &self.train[range] };
                self.write_gradient(simd, rows, scale, parameters, gradient, scratch);
            },
        );
        self.add_penalty(simd, parameters, gradient);
        root_of_squares(simd, gradient.iter().copied())
    }
}

#[inline(always)]
fn root_of_squares<S: Simd, const V: usize>(simd: S, terms: impl Iterator<Item = Lanes<S, V>>) -> Lanes<S, V> {
    let mut square = [simd.splat_f64s(0.0); V];
    for term in terms {
        add_square(simd, &mut square, term);
    }
    square.map(|square| simd.sqrt_f64s(square))
}

impl<H: Head> Model for Logistic<H> {
    fn parameters(&self) -> usize {
        self.head.scores() * (self.data.train.width + 1)
    }

    fn scratch(&self) -> usize {
        2 * self.parameters() + self.head.scratch()
    }

    fn examples(&self) -> Option<&Examples> {
        Some(&self.data.train)
    }

    fn test_examples(&self) -> usize {
        self.data.test.len()
    }

    fn initial(&self, key: &Key) -> Vec<f64> {
        self.initial.draw(self.parameters(), key)
    }

    fn measurable(&self) -> Measures {
        let mut measures = Measures::of(&[Measure::Loss, Measure::GradientNorm]).union(self.recorded());
        if self.minimum.as_ref().is_ok_and(|minimum| minimum.is_unique) {
            measures = measures.with(Measure::Distance);
        }
        measures
    }

    fn recorded(&self) -> Measures {
        let mut measures = Measures::of(&[Measure::Accuracy]);
        if self.minimum.is_ok() {
            measures = measures.with(Measure::Gap);
        }
        if !self.test.is_empty() {
            measures = measures.with(Measure::TestLoss).with(Measure::TestAccuracy);
        }
        measures
    }

    fn why_unmeasurable(&self, measure: Measure) -> Option<&str> {
        match (measure, &self.minimum) {
            (Measure::Gap | Measure::Distance, Err(why)) => Some(why),
            (Measure::Distance, Ok(_)) => Some("the least loss is reached at more than one place; use `relative_gap`"),
            _ => None,
        }
    }

    fn notes(&self) -> Vec<String> {
        self.minimum.as_ref().err().cloned().into_iter().collect()
    }

    fn is_cheap_to_measure(&self) -> bool {
        false
    }

    #[inline(always)]
    fn write_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        Rows { examples, indices }: Rows<'_>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) {
        let (mut fresh, rows) = (true, Rows { examples, indices });
        let rest = match const { V == 1 } {
            true => self.add_groups::<S, V, MOST_ROWS>(simd, rows, scale, parameters, gradient, scratch, &mut fresh),
            false => self.add_groups::<S, V, ROWS>(simd, rows, scale, parameters, gradient, scratch, &mut fresh),
        };
        let rows = Rows { examples, indices: rest };
        self.add_groups::<S, V, 1>(simd, rows, scale, parameters, gradient, scratch, &mut fresh);
    }

    #[inline(always)]
    fn add_penalty<S: Simd, const V: usize>(&self, simd: S, parameters: &[Lanes<S, V>], gradient: &mut [Lanes<S, V>]) {
        if self.l2 == 0.0 {
            return;
        }
        let l2 = simd.splat_f64s(self.l2);
        for (parameter, (w, g)) in parameters.iter().zip(gradient).enumerate() {
            if self.is_weight(parameter) {
                for v in 0..V {
                    g[v] = simd.mul_add_f64s(l2, w[v], g[v]);
                }
            }
        }
    }

    #[inline(always)]
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let on_test = !self.test.is_empty() && (wanted.has(Measure::TestLoss) || wanted.has(Measure::TestAccuracy));
        let parts = [(&self.data.train, &self.train), (&self.data.test, &self.test)];
        let mut judged = [[[simd.splat_f64s(0.0); V]; 2]; 2];
        // A loop, so that there is only one copy of all this code.
        for (judged, (examples, indices)) in judged.iter_mut().zip(parts).take(1 + usize::from(on_test)) {
            *judged = self.judge(simd, examples, indices, parameters, scratch);
        }
        let [[mut loss, accuracy], [test_loss, test_accuracy]] = judged;
        self.penalize(simd, parameters, &mut loss);
        out.set(Measure::Loss, loss);
        out.set(Measure::Accuracy, accuracy);
        if let Ok(minimum) = &self.minimum {
            let least = simd.splat_f64s(minimum.loss);
            // Rounding may take a loss below the least one.
            out.set(
                Measure::Gap,
                loss.map(|loss| {
                    let gap = simd.sub_f64s(loss, least);
                    simd.select_f64s(simd.less_than_f64s(gap, simd.splat_f64s(0.0)), simd.splat_f64s(0.0), gap)
                }),
            );
            if wanted.has(Measure::Distance) {
                let offsets = parameters
                    .iter()
                    .zip(&minimum.parameters)
                    .map(|(w, &best)| w.map(|w| simd.sub_f64s(w, simd.splat_f64s(best))));
                out.set(Measure::Distance, root_of_squares(simd, offsets));
            }
        }
        if wanted.has(Measure::GradientNorm) {
            out.set(Measure::GradientNorm, self.gradient_norm(simd, parameters, scratch));
        }
        out.set(Measure::TestLoss, test_loss);
        out.set(Measure::TestAccuracy, test_accuracy);
    }
}
