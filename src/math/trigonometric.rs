//! Sine and cosine.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use pulp::{Scalar, Simd};

use super::lanes::{EXPONENT_BIAS, Whole, even_odd, map_bits, round_product};

/// π/2 as a sum of three numbers, each the nearest to what the ones before it leave.
const HALF_PI: [f64; 3] = [FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

/// Up to this size the argument is reduced with [`HALF_PI`]; beyond it, one lane at a time, by the `libm` crate.
const LARGEST: f64 = 1e5;

/// (sin r − r)/r³ as a polynomial of r² for |r| ≤ π/4, with an error of 2⁻⁵⁵/r².
const SIN_TAIL: [f64; 6] = [
    -0.166_666_666_666_666_66,
    0.008_333_333_333_330_948,
    -0.000_198_412_698_367_585_57,
    2.755_731_610_254_353e-6,
    -2.505_113_184_314_626e-8,
    1.591_812_916_105_078e-10,
];

/// (cos r − 1 + r²/2)/r⁴ as a polynomial of r² for |r| ≤ π/4, with an error of 2⁻⁵⁹/r⁴.
const COS_TAIL: [f64; 6] = [
    0.041_666_666_666_666_664,
    -0.001_388_888_888_888_739_8,
    2.480_158_729_876_567_6e-5,
    -2.755_731_727_172_422e-7,
    2.087_614_626_724_125_4e-9,
    -1.138_263_234_180_770_6e-11,
];

/// x = n·π/2 + high + low, |high| ≤ π/4, low below the last place of high.
struct Reduced<S: Simd> {
    n: Whole<S>,
    high: S::f64s,
    low: S::f64s,
}

/// Cody and Waite's reduction, the parts of π/2 taken off one after the other (x from 0 to [`LARGEST`]).
#[inline(always)]
fn reduce<S: Simd>(simd: S, x: S::f64s) -> Reduced<S> {
    let n = round_product(simd, x, FRAC_2_PI);
    // Exact: a multiple of 2⁻⁵³ below 1.
    let first = simd.negate_mul_add_f64s(n.number, simd.splat_f64s(HALF_PI[0]), x);
    let second = simd.splat_f64s(HALF_PI[1]);
    let product = simd.mul_f64s(n.number, second);
    let product_error = simd.negate_mul_add_f64s(n.number, second, product);
    let high = simd.sub_f64s(first, product);
    let difference_error = simd.sub_f64s(simd.sub_f64s(first, high), product);
    let error = simd.add_f64s(difference_error, product_error);
    let low = simd.negate_mul_add_f64s(n.number, simd.splat_f64s(HALF_PI[2]), error);
    Reduced { n, high, low }
}

/// Sine of `quarters` · π/2 + |x|: of every quarter turn the sine or the cosine, with the sign of its half turn.
#[inline(always)]
fn sine_of_turned<S: Simd>(simd: S, x: S::f64s, quarters: u64) -> S::f64s {
    let Reduced { n, high, low } = reduce(simd, simd.abs_f64s(x));
    let square = simd.mul_f64s(high, high);
    let fourth = simd.mul_f64s(square, square);
    let half_square = simd.mul_f64s(square, simd.splat_f64s(0.5));
    let one = simd.splat_f64s(1.0);

    // sin(high + low) = high + high³·(polynomial) + low·cos(high)
    let sin_tail = even_odd(simd, square, fourth, SIN_TAIL);
    let turned_low = simd.negate_mul_add_f64s(half_square, low, low);
    let sin_rest = simd.mul_add_f64s(simd.mul_f64s(high, square), sin_tail, turned_low);
    let sin = simd.add_f64s(high, sin_rest);

    // cos(high + low) = 1 − high²/2 + high⁴·(polynomial) − low·sin(high)
    let cos_tail = even_odd(simd, square, fourth, COS_TAIL);
    let lead = simd.sub_f64s(one, half_square);
    let lead_error = simd.sub_f64s(simd.sub_f64s(one, lead), half_square);
    let cos_rest = simd.mul_add_f64s(fourth, cos_tail, simd.negate_mul_add_f64s(high, low, lead_error));
    let cos = simd.add_f64s(lead, cos_rest);

    let n = simd.add_u64s(n.bits, simd.splat_u64s(quarters.wrapping_sub(EXPONENT_BIAS)));
    let even = simd.equal_u64s(simd.and_u64s(n, simd.splat_u64s(1)), simd.splat_u64s(0));
    let sign = map_bits::<S>(simd.and_u64s(n, simd.splat_u64s(2)), |bits| bits << 62);
    simd.xor_f64s(simd.select_f64s(even, sin, cos), simd.transmute_f64s_u64s(sign))
}

/// Replaces the results of arguments beyond [`LARGEST`], which do not occur in practice, by those of `function`.
#[inline(always)]
fn replace_large<S: Simd>(mut x: S::f64s, mut result: S::f64s, function: fn(f64) -> f64) -> S::f64s {
    let x: &[f64] = bytemuck::cast_slice(std::slice::from_mut(&mut x));
    if x.iter().any(|x| x.abs() > LARGEST) {
        for (result, &x) in bytemuck::cast_slice_mut(std::slice::from_mut(&mut result)).iter_mut().zip(x) {
            if x.abs() > LARGEST {
                *result = function(x);
            }
        }
    }
    result
}

/// The sine in every lane.
#[inline(always)]
pub fn sin<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let of_size = sine_of_turned(simd, x, 0);
    let odd = simd.xor_f64s(of_size, simd.and_f64s(x, simd.splat_f64s(-0.0)));
    replace_large::<S>(x, odd, libm::sin)
}

/// The cosine in every lane.
#[inline(always)]
pub fn cos<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    replace_large::<S>(x, sine_of_turned(simd, x, 1), libm::cos)
}

/// [`sin`] of one number.
#[inline]
pub fn sin_scalar(x: f64) -> f64 {
    sin(Scalar, x)
}

/// [`cos`] of one number.
#[inline]
pub fn cos_scalar(x: f64) -> f64 {
    cos(Scalar, x)
}
