//! The exponential and what is made of it: tanh and the logistic sigmoid.

use std::f64::consts::{LN_2, LOG2_E};

use pulp::{Scalar, Simd};

use super::lanes::{
    LN_2_PARTS, at_least, at_most, copy_sign, even_odd, halves_of_power, horner, power_of_two, round_product,
};

/// What ln 2 has beyond 53 bits.
const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;

/// (eʳ − 1 − r)/r² for |r| ≤ ln 2 / 2, with an error of 2⁻⁶⁰/|r|.
const EXP_TAIL: [f64; 11] = [
    0.5,
    0.166_666_666_666_666_7,
    0.041_666_666_666_666_67,
    0.008_333_333_333_326_141,
    0.001_388_888_888_888_375_2,
    0.000_198_412_698_748_006_83,
    2.480_158_732_553_350_2e-5,
    2.755_725_542_550_29e-6,
    2.755_727_366_117_472_6e-7,
    2.510_520_647_533_483_4e-8,
    2.091_467_944_897_855e-9,
];

/// (tanh u − u)/u³ as a polynomial of u² for |u| ≤ ln 2 / 4, with an error of 2⁻⁵⁵/u².
const TANH_TAIL: [f64; 6] = [
    -0.333_333_333_333_332_8,
    0.133_333_333_332_128_13,
    -0.053_968_253_499_594_94,
    0.021_869_421_824_863_983,
    -0.008_858_936_160_572_484,
    0.003_463_917_544_574_649,
];

/// Beyond this eˣ is infinite.
const EXP_OVERFLOW: f64 = 710.0;

/// Below this eˣ rounds to zero.
const EXP_UNDERFLOW: f64 = -746.0;

/// Beyond this tanh x rounds to 1.
const TANH_SATURATION: f64 = 20.0;

/// eˣ in every lane.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and eˣ = 2ⁿ · (1 + r + r²·(polynomial)).
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let x = at_least(simd, at_most(simd, x, EXP_OVERFLOW), EXP_UNDERFLOW);
    let n = round_product(simd, x, LOG2_E);
    let r = simd.negate_mul_add_f64s(n.number, simd.splat_f64s(LN_2_PARTS[0]), x);
    let r = simd.negate_mul_add_f64s(n.number, simd.splat_f64s(LN_2_PARTS[1]), r);
    let square = simd.mul_f64s(r, r);
    let fraction = simd.mul_add_f64s(square, even_odd(simd, r, square, EXP_TAIL), r);
    let [first, second] = halves_of_power(simd, n);
    simd.mul_f64s(simd.mul_f64s(simd.add_f64s(simd.splat_f64s(1.0), fraction), first), second)
}

/// tanh(u + extra) for |u| ≤ ln 2 / 4 and an `extra` below the last place of 1.
#[inline(always)]
fn tanh_near_zero<S: Simd>(simd: S, u: S::f64s, extra: S::f64s) -> S::f64s {
    let square = simd.mul_f64s(u, u);
    let cube = simd.mul_f64s(u, square);
    simd.add_f64s(u, simd.mul_add_f64s(cube, horner(simd, square, TANH_TAIL), extra))
}

/// The hyperbolic tangent in every lane.
///
/// With |x| = −n·ln 2/2 + u, s = 2ⁿ and b = tanh u, tanh |x| = (1 − e^(−2|x|))/(1 + e^(−2|x|)) is
/// ((1 − s) + (1 + s)·b) / (1 + (s + (1 − s)·b)): no digits cancel, and one division will do. The quotient is
/// then corrected by what it leaves of the numerator, and by what rounding took from that.
#[inline(always)]
pub fn tanh<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let one = simd.splat_f64s(1.0);
    let size = at_most(simd, simd.abs_f64s(x), TANH_SATURATION);
    let n = round_product(simd, size, -2.0 * LOG2_E);
    // Exact, because both terms are multiples of 2⁻⁵⁵; what ln 2 has beyond 53 bits is added with the small terms.
    let u = simd.mul_add_f64s(n.number, simd.splat_f64s(0.5 * LN_2), size);
    let b = tanh_near_zero(simd, u, simd.mul_f64s(n.number, simd.splat_f64s(0.5 * LN_2_REST)));

    let s = power_of_two(simd, n);
    let (sum, difference) = (simd.add_f64s(one, s), simd.sub_f64s(one, s));
    let numerator = simd.mul_add_f64s(sum, b, difference);
    let denominator_less_one = simd.mul_add_f64s(difference, b, s);
    let reciprocal = simd.div_f64s(one, simd.add_f64s(one, denominator_less_one));
    let quotient = simd.mul_f64s(numerator, reciprocal);
    let lost = simd.mul_add_f64s(sum, b, simd.sub_f64s(difference, numerator));
    let rest = simd.negate_mul_add_f64s(quotient, denominator_less_one, simd.sub_f64s(numerator, quotient));
    copy_sign(simd, simd.mul_add_f64s(reciprocal, simd.add_f64s(rest, lost), quotient), x)
}

/// The logistic sigmoid 1/(1 + e^(−x)) in every lane.
///
/// With |x|/2 = −n·ln 2/2 + u, s = 2ⁿ and b = tanh u, it is q = s·(1 − b) / (1 + (s + (1 − s)·b)) for negative x, which keeps
/// its digits down to the smallest number, and 1 − q for positive x. What rounding takes from the denominator is made good in b,
/// where it weighs about 1/(1 + s), which 1 − s/2 is near enough.
#[inline(always)]
pub fn sigmoid<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let (half, one) = (simd.splat_f64s(0.5), simd.splat_f64s(1.0));
    let size = simd.mul_f64s(at_most(simd, simd.abs_f64s(x), -EXP_UNDERFLOW), half);
    let n = round_product(simd, size, -2.0 * LOG2_E);
    let u = simd.mul_add_f64s(n.number, simd.splat_f64s(0.5 * LN_2_PARTS[0]), size);
    let u = simd.mul_add_f64s(n.number, simd.splat_f64s(0.5 * LN_2_PARTS[1]), u);
    let b = tanh_near_zero(simd, u, simd.splat_f64s(0.0));

    let [first, second] = halves_of_power(simd, n);
    let s = simd.mul_f64s(first, second);
    let denominator_less_one = simd.mul_add_f64s(simd.sub_f64s(one, s), b, s);
    let denominator = simd.add_f64s(one, denominator_less_one);
    let lost = simd.sub_f64s(denominator_less_one, simd.sub_f64s(denominator, one));
    let b = simd.mul_add_f64s(simd.negate_mul_add_f64s(half, s, one), lost, b);
    let quotient = simd.div_f64s(simd.sub_f64s(one, b), denominator);
    let q = simd.mul_f64s(simd.mul_f64s(quotient, first), second);
    simd.select_f64s(simd.less_than_f64s(x, simd.splat_f64s(0.0)), q, simd.sub_f64s(one, q))
}

/// [`exp`] of one number.
#[inline]
pub fn exp_scalar(x: f64) -> f64 {
    exp(Scalar, x)
}

/// [`tanh`] of one number.
#[inline]
pub fn tanh_scalar(x: f64) -> f64 {
    tanh(Scalar, x)
}

/// [`sigmoid`] of one number.
#[inline]
pub fn sigmoid_scalar(x: f64) -> f64 {
    sigmoid(Scalar, x)
}
