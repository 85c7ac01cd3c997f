//! The pieces the functions share: rounding to a whole number, powers of two, polynomials, signs.

use pulp::Simd;

/// ln 2 in two parts; the first has 42 bits, so that its product with an exponent is exact.
pub(super) const LN_2_PARTS: [f64; 2] = [0.693_147_180_559_890_3, 5.497_923_018_708_371e-14];

/// 1.5 · 2⁵² + 1023: adding it to a number of at most 2⁵⁰ in size rounds that number to an integer, which is then in the low bits, plus 1023.
const ROUNDER: f64 = 6_755_399_441_055_744.0 + EXPONENT_BIAS as f64;

/// What the exponent field of 1 holds.
pub(super) const EXPONENT_BIAS: u64 = 1023;

/// Whole numbers, as numbers and as bits; the low 51 of the bits are the number plus [`EXPONENT_BIAS`] in two's complement.
#[derive(Clone, Copy)]
pub(super) struct Whole<S: Simd> {
    pub(super) number: S::f64s,
    pub(super) bits: S::u64s,
}

/// `a · b`, rounded to the nearest integer; the product must be below 2⁵⁰ in size.
#[inline(always)]
pub(super) fn round_product<S: Simd>(simd: S, a: S::f64s, b: f64) -> Whole<S> {
    let rounder = simd.splat_f64s(ROUNDER);
    let shifted = simd.mul_add_f64s(a, simd.splat_f64s(b), rounder);
    Whole { number: simd.sub_f64s(shifted, rounder), bits: simd.transmute_u64s_f64s(shifted) }
}

/// 2ⁿ for n from −1022 to 1023.
#[inline(always)]
pub(super) fn power_of_two<S: Simd>(simd: S, n: Whole<S>) -> S::f64s {
    simd.transmute_f64s_u64s(map_bits::<S>(n.bits, |bits| bits << 52))
}

/// Two powers of two whose product is 2ⁿ, for n from −2044 to 2046: 2ⁿ itself may be too large for a number, or too small.
/// Multiplied with one after the other, a number is rounded once.
#[inline(always)]
pub(super) fn halves_of_power<S: Simd>(simd: S, n: Whole<S>) -> [S::f64s; 2] {
    let half = round_product(simd, n.number, 0.5);
    let rest = round_product(simd, simd.sub_f64s(n.number, half.number), 1.0);
    [power_of_two(simd, half), power_of_two(simd, rest)]
}

/// Applies `f` to the bits of every lane: pulp has no shifts of 64-bit lanes, and the compiler makes vector shifts of this.
#[inline(always)]
pub(super) fn map_bits<S: Simd>(mut lanes: S::u64s, f: impl Fn(u64) -> u64) -> S::u64s {
    for lane in bytemuck::cast_slice_mut::<S::u64s, u64>(std::slice::from_mut(&mut lanes)) {
        *lane = f(*lane);
    }
    lanes
}

/// `coefficients[0] + coefficients[1]·x + …`, one operation after the other.
#[inline(always)]
pub(super) fn horner<S: Simd, const N: usize>(simd: S, x: S::f64s, coefficients: [f64; N]) -> S::f64s {
    let mut sum = simd.splat_f64s(coefficients[N - 1]);
    for power in (0..N - 1).rev() {
        sum = simd.mul_add_f64s(sum, x, simd.splat_f64s(coefficients[power]));
    }
    sum
}

/// The same with even and odd powers apart, which halves the chain of operations that wait for one another.
#[inline(always)]
pub(super) fn even_odd<S: Simd, const N: usize>(
    simd: S,
    x: S::f64s,
    x_squared: S::f64s,
    coefficients: [f64; N],
) -> S::f64s {
    // Counted with indices, not with `step_by`: this loop the compiler unrolls.
    let every_other = |first: usize| {
        let terms = (N - first).div_ceil(2);
        let mut sum = simd.splat_f64s(coefficients[first + 2 * (terms - 1)]);
        for term in (0..terms - 1).rev() {
            sum = simd.mul_add_f64s(sum, x_squared, simd.splat_f64s(coefficients[first + 2 * term]));
        }
        sum
    };
    simd.mul_add_f64s(every_other(1), x, every_other(0))
}

/// `magnitude`, which must not be negative, with the sign of `sign`.
#[inline(always)]
pub(super) fn copy_sign<S: Simd>(simd: S, magnitude: S::f64s, sign: S::f64s) -> S::f64s {
    simd.or_f64s(magnitude, simd.and_f64s(sign, simd.splat_f64s(-0.0)))
}

/// `x`, or `bound` where `x` is greater. NaN stays NaN.
#[inline(always)]
pub(super) fn at_most<S: Simd>(simd: S, x: S::f64s, bound: f64) -> S::f64s {
    let bound = simd.splat_f64s(bound);
    simd.select_f64s(simd.greater_than_f64s(x, bound), bound, x)
}

/// `x`, or `bound` where `x` is less. NaN stays NaN.
#[inline(always)]
pub(super) fn at_least<S: Simd>(simd: S, x: S::f64s, bound: f64) -> S::f64s {
    let bound = simd.splat_f64s(bound);
    simd.select_f64s(simd.less_than_f64s(x, bound), bound, x)
}
