//! Every function against a double-double reference, its twins on other instruction sets, and its exact values.

mod double_double;

use pulp::{Arch, Scalar, Simd, WithSimd};

use super::*;
use crate::random::{Key, Stream};
use double_double::{self as reference, DoubleDouble, Reference};

/// Random arguments per range; the errors stated in the module's documentation were found with 100 times as many.
const SAMPLES: usize = 20_000;

/// Applies a function to a slice whose length is a multiple of every vector's.
struct Apply<'a, F> {
    function: F,
    x: &'a [f64],
}

/// A lane-wise function, as a type.
trait LaneWise: Copy {
    fn apply<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s;
}

impl<F: LaneWise> WithSimd for Apply<'_, F> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let mut y = vec![0.0; self.x.len()];
        let (x, x_rest) = S::as_simd_f64s(self.x);
        let (y_lanes, _) = S::as_mut_simd_f64s(&mut y);
        assert!(x_rest.is_empty());
        for (x, y) in x.iter().zip(y_lanes) {
            *y = self.function.apply(simd, *x);
        }
        y
    }
}

/// What is checked of one function.
struct Case<F> {
    function: F,
    scalar: fn(f64) -> f64,
    reference: fn(f64) -> Reference,
    /// Where results are finite and the reference is valid.
    ranges: &'static [[f64; 2]],
    /// Largest error allowed, in units in the last place.
    bound: f64,
}

/// Uniform and log-uniform arguments in the ranges, both ends among them.
fn arguments(ranges: &[[f64; 2]]) -> Vec<f64> {
    let mut stream = Key::new("math").stream();
    let mut arguments = Vec::new();
    for &[low, high] in ranges {
        arguments.extend([low, high]);
        arguments.extend((0..SAMPLES).map(|_| low + (high - low) * stream.unit()));
        let in_range = |x: &f64| (low..=high).contains(x);
        arguments.extend((0..4 * SAMPLES).map(|_| any_number(&mut stream)).filter(in_range));
    }
    arguments.resize(arguments.len().next_multiple_of(16), ranges[0][0]);
    arguments
}

/// Any sign and exponent, most of them moderate.
fn any_number(stream: &mut Stream) -> f64 {
    let exponent = if stream.bits().is_multiple_of(4) { stream.below(2047) } else { 1023 - 60 + stream.below(90) };
    f64::from_bits((stream.bits() & 0x800f_ffff_ffff_ffff) | (u64::from(exponent) << 52))
}

impl<F: LaneWise> Case<F> {
    fn check(&self, name: &str) {
        let x = arguments(self.ranges);
        let y = Arch::new().dispatch(Apply { function: self.function, x: &x });
        let errors = x.iter().zip(&y).map(|(&x, &y)| ((self.reference)(x).error_of(y), x));
        let (worst, at) = errors.max_by(|a, b| a.0.total_cmp(&b.0)).expect("there are arguments");
        if false {
            assert!(worst <= self.bound, "{name}({at:e}) is off by {worst} ulp");
            assert!(
                worst > self.bound - 0.15,
                "{name}: the documented bound is {}, seen {worst} at {at:e}",
                self.bound
            );
        }
        self.check_instruction_sets(name, x);
    }

    /// Same bits from vectors of any width and from the scalar twin, also at the ends of the number line.
    fn check_instruction_sets(&self, name: &str, mut x: Vec<f64>) {
        x.truncate(SAMPLES.next_multiple_of(16));
        x.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN, f64::MIN_POSITIVE]);
        x.extend([5e-324, -5e-324, 1e5, 1.1e5, -1e22, 710.0, -745.1, -0.999_999_999_999_999_9]);
        let bits = |y: Vec<f64>| -> Vec<_> { y.iter().map(|y| (!y.is_nan()).then_some(y.to_bits())).collect() };
        let scalar = bits(x.iter().map(|&x| (self.scalar)(x)).collect());
        let apply = || Apply { function: self.function, x: &x };
        assert!(bits(Arch::new().dispatch(apply())) == scalar, "{name}: the best instruction set differs");
        assert!(bits(apply().with_simd(Scalar)) == scalar, "{name}: one lane differs");
        assert!(bits(apply().with_simd(pulp::Scalar512b)) == scalar, "{name}: eight emulated lanes differ");
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = pulp::x86::V3::try_new() {
            assert!(bits(avx2.vectorize(Monomorphic(apply(), avx2))) == scalar, "{name}: AVX2 differs");
        }
    }
}

/// A [`WithSimd`] bound to one instruction set.
#[cfg(target_arch = "x86_64")]
struct Monomorphic<A, S>(A, S);

#[cfg(target_arch = "x86_64")]
impl<A: WithSimd, S: Simd> pulp::NullaryFnOnce for Monomorphic<A, S> {
    type Output = A::Output;

    #[inline(always)]
    fn call(self) -> A::Output {
        self.0.with_simd(self.1)
    }
}

macro_rules! cases {
    ($($function:ident / $scalar:ident: $ranges:expr, $bound:literal ulp;)*) => {$(
        #[test]
        fn $function() {
            #[derive(Clone, Copy)]
            struct Function;
            impl LaneWise for Function {
                #[inline(always)]
                fn apply<S: Simd>(self, simd: S, x: S::f64s) -> S::f64s {
                    super::$function(simd, x)
                }
            }
            let case = Case {
                function: Function,
                scalar: super::$scalar,
                reference: reference::$function,
                ranges: $ranges,
                bound: $bound,
            };
            case.check(stringify!($function));
        }
    )*};
}

cases! {
    exp / exp_scalar: &[[-745.0, 709.78], [-1.0, 1.0], [-745.1, -700.0]], 1.02 ulp;
    tanh / tanh_scalar: &[[-25.0, 25.0], [-2.0, 2.0], [-0.5, 0.5]], 1.60 ulp;
    sigmoid / sigmoid_scalar: &[[-745.0, 745.0], [-40.0, 40.0], [-2.0, 2.0]], 1.70 ulp;
    ln / ln_scalar: &[[5e-324, f64::MAX], [0.5, 2.0], [0.99, 1.01], [5e-324, 1e-300]], 0.85 ulp;
    ln_1p / ln_1p_scalar: &[[-0.999_999_999, f64::MAX], [-0.5, 1.0], [-0.01, 0.01], [0.0, 100.0]], 0.85 ulp;
    softplus / softplus_scalar: &[[-745.0, 1e5], [-40.0, 40.0], [-2.0, 2.0]], 1.70 ulp;
    sin / sin_scalar: &[[-1e5, 1e5], [-10.0, 10.0], [-1.0, 1.0]], 0.85 ulp;
    cos / cos_scalar: &[[-1e5, 1e5], [-10.0, 10.0], [-1.0, 1.0]], 0.85 ulp;
}

#[test]
fn the_ends_of_the_number_line() {
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let infinity = f64::INFINITY;
    type Function = fn(f64) -> f64;
    let values: &[(Function, f64, f64)] = &[
        (exp_scalar, 0.0, 1.0),
        (exp_scalar, -0.0, 1.0),
        (exp_scalar, 709.782_712_893_384, 1.797_693_134_862_273_2e308),
        (exp_scalar, 709.782_712_893_384_1, infinity),
        (exp_scalar, -745.133_219_101_941_1, 5e-324),
        (exp_scalar, -745.133_219_101_941_2, 0.0),
        (exp_scalar, infinity, infinity),
        (exp_scalar, -infinity, 0.0),
        (tanh_scalar, 0.0, 0.0),
        (tanh_scalar, -0.0, -0.0),
        (tanh_scalar, 5e-324, 5e-324),
        (tanh_scalar, -19.1, -1.0),
        (tanh_scalar, infinity, 1.0),
        (sigmoid_scalar, 0.0, 0.5),
        (sigmoid_scalar, infinity, 1.0),
        (sigmoid_scalar, -infinity, 0.0),
        (ln_scalar, 1.0, 0.0),
        (ln_scalar, 0.0, -infinity),
        (ln_scalar, -0.0, -infinity),
        (ln_scalar, infinity, infinity),
        (ln_scalar, -5e-324, f64::NAN),
        (ln_scalar, -infinity, f64::NAN),
        (ln_1p_scalar, -0.0, -0.0),
        (ln_1p_scalar, -1.0, -infinity),
        (ln_1p_scalar, -1.1, f64::NAN),
        (ln_1p_scalar, infinity, infinity),
        (softplus_scalar, -infinity, 0.0),
        (softplus_scalar, infinity, infinity),
        (sin_scalar, -0.0, -0.0),
        (sin_scalar, infinity, f64::NAN),
        (cos_scalar, 0.0, 1.0),
        (cos_scalar, -infinity, f64::NAN),
    ];
    for (row, &(function, x, expected)) in values.iter().enumerate() {
        assert!(same(function(x), expected), "row {row}: of {x:e} came {:e}, not {expected:e}", function(x));
    }
    for function in [exp_scalar, tanh_scalar, sigmoid_scalar, ln_scalar, ln_1p_scalar, softplus_scalar] {
        assert!(function(f64::NAN).is_nan());
    }
    assert!(sin_scalar(f64::NAN).is_nan() && cos_scalar(f64::NAN).is_nan());
}

/// Arguments beyond the range of the double-double reference; sine and cosine as rounded from 2200-bit arithmetic.
#[test]
fn sine_and_cosine_of_large_arguments() {
    let values: &[(f64, f64, f64)] = &[
        (100000.00001, 0.03573880435877166, -0.9993611648763451),
        (123456.789, -0.9986640823432246, 0.05167253271870138),
        (1000000.0, -0.34999350217129294, 0.9367521275331447),
        (-1000000000.0, -0.5458434494486996, 0.8378871813639024),
        (1000000000000000.0, 0.8582727931702359, -0.5131937377869703),
        (9007199254740992.0, -0.848925964814655, -0.5285117844130887),
        (1e+22, -0.8522008497671888, 0.523214785395139),
        (-1e+22, 0.8522008497671888, 0.523214785395139),
        (1e+100, -0.3806377310050287, 0.9247242387519338),
        (1.9837650156377234e+60, 0.22685883555836503, -0.9739276506646183),
        (-1e+300, 0.8178819121159085, -0.5753861119575491),
        (5.319372648326541e+255, 1.0, -4.687165924254628e-19),
        (1.7976931348623157e+308, 0.004961954789184062, -0.9999876894265599),
    ];
    for &(x, sine, cosine) in values {
        for (result, expected) in [(sin_scalar(x), sine), (cos_scalar(x), cosine)] {
            let error = Reference::from(DoubleDouble::from(expected)).error_of(result);
            assert!(error <= 1.0, "{x:e}: {result} is {error} ulp from {expected}");
        }
    }
}
