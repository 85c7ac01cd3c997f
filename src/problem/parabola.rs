//! The parabola: one parameter, `loss(w) = curvature/2 · (w − minimum)²`.

use pulp::Simd;

use super::measure::{Measure, Measures};
use super::model::{Lanes, Measured, Model};
use crate::data::Examples;
use crate::random::Key;

/// `loss(w) = curvature/2 · (w − minimum)²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parabola {
    /// The second derivative of the loss, positive.
    pub curvature: f64,
    /// The parameter before the first step.
    pub start: f64,
    /// The parameter with the least loss.
    pub minimum: f64,
}

impl Parabola {
    /// The loss at `w`, in the same order of operations as in training.
    pub fn loss(&self, w: f64) -> f64 {
        let offset = w - self.minimum;
        0.5 * self.curvature * offset * offset
    }
}

impl Model for Parabola {
    fn parameters(&self) -> usize {
        1
    }

    fn scratch(&self) -> usize {
        0
    }

    fn examples(&self) -> Option<&Examples> {
        None
    }

    fn initial(&self, _key: &Key) -> Vec<f64> {
        vec![self.start]
    }

    fn measurable(&self) -> Measures {
        Measures::of(&[Measure::Loss, Measure::Gap, Measure::Distance, Measure::GradientNorm, Measure::W])
    }

    fn recorded(&self) -> Measures {
        Measures::of(&[Measure::W])
    }

    fn is_cheap_to_measure(&self) -> bool {
        true
    }

    fn largest_curvature(&self) -> Option<f64> {
        Some(self.curvature)
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
        _scratch: &mut [Lanes<S, V>],
    ) {
        let (curvature, minimum) = (simd.splat_f64s(self.curvature), simd.splat_f64s(self.minimum));
        for (w, g) in parameters.iter().zip(gradient) {
            for v in 0..V {
                g[v] = simd.mul_f64s(curvature, simd.sub_f64s(w[v], minimum));
            }
        }
    }

    #[inline(always)]
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        _wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        _scratch: &mut [Lanes<S, V>],
    ) {
        let half = simd.splat_f64s(0.5 * self.curvature);
        let (curvature, minimum) = (simd.splat_f64s(self.curvature), simd.splat_f64s(self.minimum));
        let w = parameters[0];
        let (mut loss, mut distance, mut slope) = (w, w, w);
        for v in 0..V {
            let offset = simd.sub_f64s(w[v], minimum);
            loss[v] = simd.mul_f64s(simd.mul_f64s(half, offset), offset);
            distance[v] = simd.abs_f64s(offset);
            slope[v] = simd.abs_f64s(simd.mul_f64s(curvature, offset));
        }
        out.set(Measure::Loss, loss);
        out.set(Measure::Gap, loss);
        out.set(Measure::Distance, distance);
        out.set(Measure::GradientNorm, slope);
        out.set(Measure::W, w);
    }
}
