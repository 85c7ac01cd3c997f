//! Activations and their slopes, lane by lane.

use pulp::Simd;

use super::definition::Activation;
use super::function::Function;

impl Activation {
    /// Replaces sums by what the nodes make of them.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, sums: &mut [S::f64s]) {
        let zero = simd.splat_f64s(0.0);
        match self {
            Activation::Tanh => Function::Tanh.apply(simd, sums),
            Activation::Sigmoid => Function::Sigmoid.apply(simd, sums),
            // A sum that is not a number stays what it is.
            Activation::Relu => sums.iter_mut().for_each(|v| {
                *v = simd.select_f64s(simd.less_than_or_equal_f64s(*v, zero), zero, *v);
            }),
            Activation::Linear => {}
        }
    }

    /// Multiplies errors by the slope of the activation, which all of these activations tell from their `values`.
    #[inline(always)]
    pub(super) fn apply_slope<S: Simd>(self, simd: S, values: &[S::f64s], errors: &mut [S::f64s]) {
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let errors = errors.iter_mut().zip(values);
        match self {
            Activation::Tanh => {
                errors.for_each(|(e, a)| *e = simd.mul_f64s(*e, simd.negate_mul_add_f64s(*a, *a, one)));
            }
            Activation::Sigmoid => errors.for_each(|(e, a)| {
                *e = simd.mul_f64s(*e, simd.mul_f64s(*a, simd.sub_f64s(one, *a)));
            }),
            Activation::Relu => {
                errors.for_each(|(e, a)| *e = simd.select_f64s(simd.greater_than_f64s(*a, zero), *e, zero));
            }
            Activation::Linear => {}
        }
    }
}
