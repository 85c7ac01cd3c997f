//! Transcendental functions over many vectors of lanes: compiled once per instruction set, not into every loop that needs one.

use pulp::{Simd, WithSimd};

use crate::math;

/// A function of one number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Function {
    Tanh,
    Sigmoid,
    /// ln(1 + eˣ).
    Softplus,
    Exp,
    Ln,
}

impl Function {
    /// Replaces every number by its function.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, numbers: &mut [S::f64s]) {
        simd.vectorize(Apply { function: self, numbers: bytemuck::cast_slice_mut(numbers) });
    }
}

struct Apply<'a> {
    function: Function,
    numbers: &'a mut [f64],
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (numbers, _) = S::as_mut_simd_f64s(self.numbers);
        match self.function {
            Function::Tanh => each(numbers, |x| math::tanh(simd, x)),
            Function::Sigmoid => each(numbers, |x| math::sigmoid(simd, x)),
            Function::Softplus => each(numbers, |x| math::softplus(simd, x)),
            Function::Exp => each(numbers, |x| math::exp(simd, x)),
            Function::Ln => each(numbers, |x| math::ln(simd, x)),
        }
    }
}

#[inline(always)]
fn each<T: Copy>(numbers: &mut [T], function: impl Fn(T) -> T) {
    for number in numbers {
        *number = function(*number);
    }
}
