//! The natural logarithm, and the two forms of it that a log loss needs.

use pulp::{Scalar, Simd};

use super::exponential::exp;
use super::lanes::{LN_2_PARTS, even_odd, map_bits};

/// (2·artanh(s) − 2s)/s³ as a polynomial of s² for |s| ≤ (√2 − 1)/(√2 + 1), with an error of 2⁻⁵⁷/s².
const ARTANH_TAIL: [f64; 7] = [
    0.666_666_666_666_667,
    0.399_999_999_998_995_05,
    0.285_714_286_259_757_5,
    0.222_222_111_347_518_35,
    0.181_828_891_284_124_58,
    0.153_317_214_958_260_12,
    0.146_164_109_795_521_1,
];

/// The bits of √½.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;

/// The bits of 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// Sign and exponent.
const EXPONENT_MASK: u64 = 0xfff0_0000_0000_0000;

/// 2⁵²; its low bits can hold a whole number.
const TWO_TO_52: f64 = 4_503_599_627_370_496.0;

/// A positive normal number as 2ᵏ · m with m in [√½, √2).
struct Split<S: Simd> {
    k: S::f64s,
    m: S::f64s,
}

#[inline(always)]
fn split<S: Simd>(simd: S, x: S::f64s) -> Split<S> {
    let bits = simd.transmute_u64s_f64s(x);
    // The exponent field holds k, once numbers are shifted so that √½ takes the place of 1.
    let shifted = simd.sub_u64s(bits, simd.splat_u64s(SQRT_HALF));
    let power = simd.and_u64s(shifted, simd.splat_u64s(EXPONENT_MASK));
    let m = simd.transmute_f64s_u64s(simd.sub_u64s(bits, power));
    let biased = simd.add_u64s(power, simd.splat_u64s(ONE));
    let whole = simd.or_u64s(map_bits::<S>(biased, |bits| bits >> 52), simd.splat_u64s(TWO_TO_52.to_bits()));
    let k = simd.sub_f64s(simd.transmute_f64s_u64s(whole), simd.splat_f64s(TWO_TO_52 + 1023.0));
    Split { k, m }
}

/// k·ln 2 + ln m + extra for m in [√½, √2) and a small `extra`.
///
/// With f = m − 1 and s = f/(2 + f), ln(1 + f) = 2·artanh s = f − f²/2 + s·(f²/2 + s²·(polynomial)).
#[inline(always)]
fn combine<S: Simd>(simd: S, Split { k, m }: Split<S>, extra: S::f64s) -> S::f64s {
    let f = simd.sub_f64s(m, simd.splat_f64s(1.0));
    let s = simd.div_f64s(f, simd.add_f64s(f, simd.splat_f64s(2.0)));
    let z = simd.mul_f64s(s, s);
    let series = simd.mul_f64s(z, even_odd(simd, z, simd.mul_f64s(z, z), ARTANH_TAIL));
    let half_square = simd.mul_f64s(simd.mul_f64s(f, simd.splat_f64s(0.5)), f);
    let low = simd.mul_add_f64s(k, simd.splat_f64s(LN_2_PARTS[1]), extra);
    let correction = simd.mul_add_f64s(s, simd.add_f64s(half_square, series), low);
    let rest = simd.sub_f64s(f, simd.sub_f64s(half_square, correction));
    simd.mul_add_f64s(k, simd.splat_f64s(LN_2_PARTS[0]), rest)
}

/// The natural logarithm in every lane: −∞ at zero, NaN below.
#[inline(always)]
pub fn ln<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let zero = simd.splat_f64s(0.0);
    let subnormal = simd.less_than_f64s(x, simd.splat_f64s(f64::MIN_POSITIVE));
    let scaled = simd.mul_f64s(x, simd.splat_f64s(TWO_TO_52));
    let mut parts = split(simd, simd.select_f64s(subnormal, scaled, x));
    parts.k = simd.sub_f64s(parts.k, simd.select_f64s(subnormal, simd.splat_f64s(52.0), zero));
    let result = combine(simd, parts, zero);
    at_the_ends(simd, x, x, result)
}

/// ln(1 + x) in every lane, exact to the last digits for small x: −∞ at −1, NaN below.
#[inline(always)]
pub fn ln_1p<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let one = simd.splat_f64s(1.0);
    let sum = simd.add_f64s(x, one);
    // What rounding took from the sum: from the smaller of the two, once the larger has been taken out.
    let x_is_small = simd.less_than_f64s(x, one);
    let lost_of_x = simd.sub_f64s(x, simd.sub_f64s(sum, one));
    let lost_of_one = simd.sub_f64s(one, simd.sub_f64s(sum, x));
    let lost = simd.select_f64s(x_is_small, lost_of_x, lost_of_one);
    let result = combine(simd, split(simd, sum), simd.div_f64s(lost, sum));
    // Here ln(1 + x) rounds to x; the way above would lose the sign of zero.
    let tiny = simd.less_than_f64s(simd.abs_f64s(x), simd.splat_f64s(f64::EPSILON / 4.0));
    at_the_ends(simd, x, sum, simd.select_f64s(tiny, x, result))
}

/// `result`, except where the logarithm of `y` is not an ordinary number; `x` is the argument, for its NaN and infinity.
#[inline(always)]
fn at_the_ends<S: Simd>(simd: S, x: S::f64s, y: S::f64s, result: S::f64s) -> S::f64s {
    let zero = simd.splat_f64s(0.0);
    let infinity = simd.splat_f64s(f64::INFINITY);
    let result = simd.select_f64s(simd.less_than_f64s(y, infinity), result, x);
    let result = simd.select_f64s(simd.less_than_f64s(y, zero), simd.splat_f64s(f64::NAN), result);
    simd.select_f64s(simd.equal_f64s(y, zero), simd.splat_f64s(f64::NEG_INFINITY), result)
}

/// ln(1 + eˣ) in every lane, without overflow: the log loss of a logistic model at margin −x.
#[inline(always)]
pub fn softplus<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let zero = simd.splat_f64s(0.0);
    let positive_part = simd.select_f64s(simd.less_than_f64s(x, zero), zero, x);
    let power = exp(simd, simd.neg_f64s(simd.abs_f64s(x)));
    simd.add_f64s(positive_part, ln_1p(simd, power))
}

/// [`ln`] of one number.
#[inline]
pub fn ln_scalar(x: f64) -> f64 {
    ln(Scalar, x)
}

/// [`ln_1p`] of one number.
#[inline]
pub fn ln_1p_scalar(x: f64) -> f64 {
    ln_1p(Scalar, x)
}

/// [`softplus`] of one number.
#[inline]
pub fn softplus_scalar(x: f64) -> f64 {
    softplus(Scalar, x)
}
