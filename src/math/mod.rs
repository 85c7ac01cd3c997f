//! Transcendental functions over SIMD lanes, with the same bits on every instruction set.
//!
//! Every function is a fixed sequence of additions, multiplications, divisions, fused multiply-adds, comparisons, selections
//! and integer operations on bits, each of which has exactly one right answer; so a lane's result depends on
//! that lane's argument alone, not on how many lanes there are or which instructions carry them. Each lane-wise function has a scalar twin
//! (`tanh` and [`tanh_scalar`]) that is the same code with one lane. A NaN stays a NaN; which one is not specified.
//!
//! Largest error seen over the whole range, rounded up, in units in the last place of the result, against a
//! double-double reference (`tests.rs` holds each function to it):
//!
//! | function | error (ulp) |
//! | --- | --- |
//! | [`exp`] | 1.02 |
//! | [`tanh`] | 1.60 |
//! | [`sigmoid`] | 1.70 |
//! | [`ln`] | 0.85 |
//! | [`ln_1p`] | 0.85 |
//! | [`softplus`] | 1.70 |
//! | [`sin`], [`cos`] | 0.85 |
//!
//! The polynomials are Chebyshev fits made with 200-bit arithmetic, their coefficients rounded to `f64`.
//!
//! Owns these functions; knows nothing of networks, losses or data.

mod exponential;
mod lanes;
mod logarithm;
#[cfg(test)]
mod tests;
mod trigonometric;

pub use exponential::{exp, exp_scalar, sigmoid, sigmoid_scalar, tanh, tanh_scalar};
pub use logarithm::{ln, ln_1p, ln_1p_scalar, ln_scalar, softplus, softplus_scalar};
pub use trigonometric::{cos, cos_scalar, sin, sin_scalar};
