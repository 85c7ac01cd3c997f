//! Linear regression with bias: `loss(w) = 1/N Σ (w·x + b − y)²`; parameters are the weights in feature order, then the bias.

use std::sync::Arc;

use pulp::Simd;

use super::apart::{ROWS_APART, turn};
use super::initial::Initial;
use super::measure::{Measure, Measures};
use super::model::{Lanes, Measured, Model, Rows};
use super::quadratic::{Quadratic, add_square};
use super::rows::{Row, add_outer, dot};
use super::spectrum::ILL_CONDITIONED;
use crate::data::{Dataset, Examples};
use crate::random::Key;

/// Linear regression with bias; the loss is the mean squared error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearRegression {
    /// The parameters before the first step.
    pub initial: Initial,
}

/// A least-squares problem, solved once and shared by all runs on the same data.
#[derive(Debug, Clone)]
pub struct LeastSquares {
    data: Arc<Dataset>,
    initial: Initial,
    /// The training loss.
    pub train: Quadratic,
    /// The test loss, if examples were set aside.
    pub test: Option<Quadratic>,
}

impl LeastSquares {
    /// Solves the problem on these data.
    pub fn new(definition: LinearRegression, data: Arc<Dataset>) -> LeastSquares {
        let train = Quadratic::new(&data.train);
        let test = (!data.test.is_empty()).then(|| Quadratic::new(&data.test));
        LeastSquares { data, initial: definition.initial, train, test }
    }

    /// Adds the gradient of `E` rows that all lanes see.
    #[inline(always)]
    fn add_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        indices: [u32; E],
        scale: S::f64s,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        fresh: bool,
    ) {
        let examples = &self.data.train;
        let mut rows: [&[f64]; E] = [&[]; E];
        let mut targets = [[simd.splat_f64s(0.0); V]; E];
        for e in 0..E {
            rows[e] = examples.row(indices[e] as usize);
            targets[e] = [simd.splat_f64s(examples.targets[indices[e] as usize]); V];
        }
        add_gradient(simd, rows, targets, scale, parameters, gradient, fresh);
    }

    /// Adds the gradient of `E` rows of each lane, those from the `first` of its batch on.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "what a kernel works on and with")]
    fn add_rows_apart<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        batches: &[&[u32]],
        first: usize,
        scale: S::f64s,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        tile: &mut [Lanes<S, V>],
    ) {
        let examples = &self.data.train;
        let mut targets = [[simd.splat_f64s(0.0); V]; E];
        for (e, tile) in tile.chunks_exact_mut(parameters.len()).take(E).enumerate() {
            targets[e] = turn(
                simd,
                examples,
                #[inline(always)]
                |lane| batches[lane][first + e],
                tile,
            );
        }
        let mut rows: [&[Lanes<S, V>]; E] = [&[]; E];
        for (row, tile) in rows.iter_mut().zip(tile.chunks_exact(parameters.len())) {
            *row = &tile[..examples.width];
        }
        add_gradient(simd, rows, targets, scale, parameters, gradient, first == 0);
    }

    /// Adds the gradient of as many rows as make whole groups of `E`; returns the others, and whether they are still the first.
    #[inline(always)]
    fn add_groups<'r, S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        (rows, mut fresh): (&'r [u32], bool),
        scale: S::f64s,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
    ) -> (&'r [u32], bool) {
        let (groups, rest) = rows.as_chunks::<E>();
        for &group in groups {
            self.add_rows(simd, group, scale, parameters, gradient, fresh);
            fresh = false;
        }
        (rest, fresh)
    }
}

/// Adds the gradient of `E` rows: predict, scale the errors, and add them up feature by feature.
#[inline(always)]
fn add_gradient<S: Simd, const V: usize, R: Row<S, V>, const E: usize>(
    simd: S,
    rows: [R; E],
    targets: [Lanes<S, V>; E],
    scale: S::f64s,
    parameters: &[Lanes<S, V>],
    gradient: &mut [Lanes<S, V>],
    fresh: bool,
) {
    let (Some((bias, weights)), Some((bias_gradient, gradient))) = (parameters.split_last(), gradient.split_last_mut())
    else {
        return;
    };
    let mut errors = dot(simd, rows, weights, *bias);
    if fresh {
        *bias_gradient = [simd.splat_f64s(0.0); V];
    }
    for e in 0..E {
        for v in 0..V {
            errors[e][v] = simd.mul_f64s(simd.sub_f64s(errors[e][v], targets[e][v]), scale);
            bias_gradient[v] = simd.add_f64s(bias_gradient[v], errors[e][v]);
        }
    }
    add_outer(simd, rows, &errors, gradient, fresh);
}

impl Model for LeastSquares {
    fn parameters(&self) -> usize {
        self.data.train.width + 1
    }

    fn scratch(&self) -> usize {
        self.parameters()
    }

    fn examples(&self) -> Option<&Examples> {
        Some(&self.data.train)
    }

    fn initial(&self, key: &Key) -> Vec<f64> {
        self.initial.draw(self.parameters(), key)
    }

    fn measurable(&self) -> Measures {
        let mut measures = Measures::of(&[Measure::Loss, Measure::GradientNorm]);
        if !self.train.is_inexact {
            measures = measures.with(Measure::Gap);
            if self.train.rank == self.parameters() {
                measures = measures.with(Measure::Distance);
            }
        }
        if self.test.is_some() {
            measures = measures.with(Measure::TestLoss);
        }
        measures
    }

    fn recorded(&self) -> Measures {
        let mut measures = Measures::default();
        if !self.train.is_inexact {
            measures = measures.with(Measure::Gap);
        }
        if self.test.is_some() { measures.with(Measure::TestLoss) } else { measures }
    }

    fn why_unmeasurable(&self, measure: Measure) -> Option<&str> {
        match measure {
            Measure::Gap | Measure::Distance if self.train.is_inexact => Some(ILL_CONDITIONED),
            Measure::Distance => {
                Some("these examples have many best fits (features depend on each other); use `relative_gap`")
            }
            _ => None,
        }
    }

    fn notes(&self) -> Vec<String> {
        self.train.is_inexact.then(|| ILL_CONDITIONED.to_owned()).into_iter().collect()
    }

    fn is_cheap_to_measure(&self) -> bool {
        true
    }

    fn largest_curvature(&self) -> Option<f64> {
        Some(self.train.largest_eigenvalue())
    }

    fn has_closed_gradient(&self) -> bool {
        true
    }

    #[inline(always)]
    fn closed_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) {
        self.train.gradient(simd, parameters, scratch, gradient);
    }

    #[inline(always)]
    fn write_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        rows: Rows<'_>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        let scale = simd.splat_f64s(2.0 * scale);
        if let &[row] = rows.indices {
            // One example at a time is all overhead; it has a way of its own.
            return self.add_rows(simd, [row], scale, parameters, gradient, true);
        }
        // As many sums in flight as hide the latency of the multiply-add and still fit the registers.
        let mut rest = (rows.indices, true);
        if V <= S::REGISTER_COUNT / 16 {
            rest = self.add_groups::<S, V, 8>(simd, rest, scale, parameters, gradient);
        }
        rest = self.add_groups::<S, V, 4>(simd, rest, scale, parameters, gradient);
        rest = self.add_groups::<S, V, 2>(simd, rest, scale, parameters, gradient);
        self.add_groups::<S, V, 1>(simd, rest, scale, parameters, gradient);
    }

    fn takes_rows_apart(&self) -> bool {
        true
    }

    #[inline(always)]
    fn write_gradient_apart<S: Simd, const V: usize>(
        &self,
        simd: S,
        batches: &[&[u32]],
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        tile: &mut [Lanes<S, V>],
    ) {
        let scale = simd.splat_f64s(2.0 * scale);
        let count = batches.first().map_or(0, |batch| batch.len());
        let groups = count - count % ROWS_APART;
        for first in (0..groups).step_by(ROWS_APART) {
            self.add_rows_apart::<S, V, ROWS_APART>(simd, batches, first, scale, parameters, gradient, tile);
        }
        for first in groups..count {
            self.add_rows_apart::<S, V, 1>(simd, batches, first, scale, parameters, gradient, tile);
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
        let plus = |gap: Lanes<S, V>, best: f64| gap.map(|gap| simd.add_f64s(gap, simd.splat_f64s(best)));
        let gap = self.train.gap(simd, parameters, scratch);
        out.set(Measure::Gap, gap);
        out.set(Measure::Loss, plus(gap, self.train.best_loss));
        let zero = [simd.splat_f64s(0.0); V];
        if wanted.has(Measure::Distance) {
            // The offsets from the minimizer are still in the scratch space.
            let square = scratch.iter().fold(zero, |mut sum, &offset| {
                add_square(simd, &mut sum, offset);
                sum
            });
            out.set(Measure::Distance, square.map(|square| simd.sqrt_f64s(square)));
        }
        if wanted.has(Measure::GradientNorm) {
            let square = self.train.gradient_square(simd, scratch);
            out.set(Measure::GradientNorm, square.map(|square| simd.sqrt_f64s(square)));
        }
        if let Some(test) = &self.test
            && wanted.has(Measure::TestLoss)
        {
            out.set(Measure::TestLoss, plus(test.gap(simd, parameters, scratch), test.best_loss));
        }
    }
}
