//! The reference: numbers of about 106 bits as the unevaluated sum of two `f64` (Dekker 1971), and series in them.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `high + low`, `low` at most half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy)]
pub(super) struct DoubleDouble {
    pub(super) high: f64,
    pub(super) low: f64,
}

const ZERO: DoubleDouble = DoubleDouble { high: 0.0, low: 0.0 };
const ONE: DoubleDouble = DoubleDouble { high: 1.0, low: 0.0 };
const LN_2: DoubleDouble = DoubleDouble { high: std::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> DoubleDouble {
        DoubleDouble { high, low: 0.0 }
    }
}

/// a + b without error, for |a| ≥ |b|.
fn ordered_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    DoubleDouble { high, low: b - (high - a) }
}

/// a + b without error.
fn exact_sum(a: f64, b: f64) -> DoubleDouble {
    if a.abs() >= b.abs() { ordered_sum(a, b) } else { ordered_sum(b, a) }
}

/// a · b without error.
fn exact_product(a: f64, b: f64) -> DoubleDouble {
    let high = a * b;
    DoubleDouble { high, low: a.mul_add(b, -high) }
}

impl Add for DoubleDouble {
    type Output = DoubleDouble;

    fn add(self, other: DoubleDouble) -> DoubleDouble {
        let high = exact_sum(self.high, other.high);
        let low = exact_sum(self.low, other.low);
        let sum = ordered_sum(high.high, high.low + low.high);
        ordered_sum(sum.high, sum.low + low.low)
    }
}

impl Neg for DoubleDouble {
    type Output = DoubleDouble;

    fn neg(self) -> DoubleDouble {
        DoubleDouble { high: -self.high, low: -self.low }
    }
}

impl Sub for DoubleDouble {
    type Output = DoubleDouble;

    fn sub(self, other: DoubleDouble) -> DoubleDouble {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = DoubleDouble;

    fn mul(self, other: DoubleDouble) -> DoubleDouble {
        let product = exact_product(self.high, other.high);
        ordered_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for DoubleDouble {
    type Output = DoubleDouble;

    fn div(self, other: DoubleDouble) -> DoubleDouble {
        let first = self.high / other.high;
        let rest = self - DoubleDouble::from(first) * other;
        let second = rest.high / other.high;
        let rest = rest - DoubleDouble::from(second) * other;
        ordered_sum(first, second) + DoubleDouble::from(rest.high / other.high)
    }
}

/// 2ⁿ for a normal result.
pub(super) fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// A reference value: `mantissa · 2^exponent`, so that even subnormal results keep all their digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) mantissa: DoubleDouble,
    pub(super) exponent: i32,
}

impl From<DoubleDouble> for Reference {
    fn from(mantissa: DoubleDouble) -> Reference {
        Reference { mantissa, exponent: 0 }
    }
}

impl Reference {
    /// How far `result` is from this, in units in the last place of this.
    pub(super) fn error_of(self, result: f64) -> f64 {
        let leading = ((self.mantissa.high.abs().to_bits() >> 52) as i32 - 1023).max(-1022);
        let unit = (leading + self.exponent).max(-1022) - 52 - self.exponent;
        // In two steps, each exact: the whole factor may be out of range.
        let half = -self.exponent / 2;
        let scaled = result * power_of_two(half) * power_of_two(-self.exponent - half);
        let error = (scaled - self.mantissa.high) - self.mantissa.low;
        let half = -unit / 2;
        (error * power_of_two(half) * power_of_two(-unit - half)).abs()
    }

    /// The value, where it is not too small to matter beside 1.
    fn beside_one(self) -> DoubleDouble {
        if self.exponent < -200 {
            return ZERO;
        }
        let power = power_of_two(self.exponent);
        DoubleDouble { high: self.mantissa.high * power, low: self.mantissa.low * power }
    }
}

/// eˣ − 1 for |x| ≤ 1: the Taylor series of x/256, and e²ˣ − 1 = (eˣ − 1)·(eˣ + 1) eight times.
fn small_exp_m1(x: DoubleDouble) -> DoubleDouble {
    let x = DoubleDouble { high: x.high / 256.0, low: x.low / 256.0 };
    let mut sum = ZERO;
    for k in (1..=14).rev() {
        sum = (sum + ONE) * x / DoubleDouble::from(f64::from(k));
    }
    for _ in 0..8 {
        sum = sum * (sum + DoubleDouble::from(2.0));
    }
    sum
}

/// eˣ.
pub(super) fn exp(x: f64) -> Reference {
    let n = (x / LN_2.high).round();
    let r = DoubleDouble::from(x) - DoubleDouble::from(n) * LN_2;
    Reference { mantissa: small_exp_m1(r) + ONE, exponent: n as i32 }
}

/// tanh x.
pub(super) fn tanh(x: f64) -> Reference {
    let size = x.abs();
    let tanh = if size < 1e-9 {
        // Its square is lost in the last of 106 bits.
        let cube = DoubleDouble::from(size) * DoubleDouble::from(size) * DoubleDouble::from(size);
        DoubleDouble::from(size) - cube / DoubleDouble::from(3.0)
    } else if size < 0.5 {
        let power = small_exp_m1(DoubleDouble::from(2.0 * size));
        power / (power + DoubleDouble::from(2.0))
    } else {
        let power = exp(-2.0 * size).beside_one();
        (ONE - power) / (ONE + power)
    };
    (if x < 0.0 { -tanh } else { tanh }).into()
}

/// 1/(1 + e⁻ˣ).
pub(super) fn sigmoid(x: f64) -> Reference {
    let power = exp(-x.abs());
    let denominator = ONE + power.beside_one();
    if x < 0.0 {
        Reference { mantissa: power.mantissa / denominator, exponent: power.exponent }
    } else {
        (ONE / denominator).into()
    }
}

/// 2·artanh(s), as a series for small s.
fn double_artanh(s: DoubleDouble) -> DoubleDouble {
    let square = s * s;
    let mut sum = ZERO;
    for k in (0..30).rev() {
        sum = sum * square + ONE / DoubleDouble::from(f64::from(2 * k + 1));
    }
    sum * (s + s)
}

/// ln(1 + x), x given exactly.
fn ln_of_one_plus(x: DoubleDouble) -> DoubleDouble {
    let half = DoubleDouble::from(0.5);
    if x.high.abs() < 1e-30 {
        return x - x * x * half;
    }
    if x.high.abs() < 0.1 {
        return double_artanh(x / (DoubleDouble::from(2.0) + x));
    }
    // 1 + x = m·2ⁿ; an estimate of ln m is good to 53 bits, and ln(m/e^estimate) = 2·artanh((m − e^estimate)/(m + e^estimate)).
    let z = x + ONE;
    let n = (z.high.to_bits() >> 52) as i32 - 1023;
    let half = n / 2;
    let factor = |part: f64| part * power_of_two(-half) * power_of_two(half - n);
    let m = DoubleDouble { high: factor(z.high), low: factor(z.low) };
    let estimate = libm::log(m.high);
    let power = exp(estimate).beside_one();
    let correction = double_artanh((m - power) / (m + power));
    DoubleDouble::from(f64::from(n)) * LN_2 + DoubleDouble::from(estimate) + correction
}

/// ln x.
pub(super) fn ln(x: f64) -> Reference {
    // Scaled by 2⁵⁴ where x is subnormal.
    if x < f64::MIN_POSITIVE {
        let lifted = ln(x * power_of_two(54)).mantissa;
        return (lifted - DoubleDouble::from(54.0) * LN_2).into();
    }
    ln_of_one_plus(DoubleDouble::from(x) - ONE).into()
}

/// ln(1 + x).
pub(super) fn ln_1p(x: f64) -> Reference {
    ln_of_one_plus(x.into()).into()
}

/// ln(1 + eˣ).
pub(super) fn softplus(x: f64) -> Reference {
    let power = exp(-x.abs());
    if x < -60.0 {
        // ln(1 + p) = p − p²/2 to 106 bits.
        let half = DoubleDouble::from(0.5);
        let mantissa = power.mantissa - power.mantissa * power.beside_one() * half;
        return Reference { mantissa, exponent: power.exponent };
    }
    (ln_of_one_plus(power.beside_one()) + DoubleDouble::from(x.max(0.0))).into()
}

/// The quarter turns in x, and what is left of it (|x| ≤ 1e5).
fn quarters(x: f64) -> (i64, DoubleDouble) {
    let n = (x / HALF_PI[0]).round();
    let rest = HALF_PI.iter().fold(DoubleDouble::from(x), |rest, &part| rest - exact_product(n, part));
    (n as i64, rest)
}

/// Sine (`first` = 1) or cosine (`first` = 0) of |x| ≤ π/4 by Taylor's series.
fn alternating_series(x: DoubleDouble, first: u32) -> DoubleDouble {
    let square = x * x;
    let mut sum = ONE;
    for k in (1..=14).rev() {
        let divisor = f64::from((2 * k + first) * (2 * k + first - 1));
        sum = ONE - square * sum / DoubleDouble::from(divisor);
    }
    if first == 1 { sum * x } else { sum }
}

/// Sine of x plus so many quarter turns.
fn sine_of_turned(x: f64, turns: i64) -> Reference {
    let (n, rest) = quarters(x);
    let turns = n + turns;
    let size = alternating_series(rest, if turns % 2 == 0 { 1 } else { 0 });
    (if turns.rem_euclid(4) < 2 { size } else { -size }).into()
}

/// sin x for |x| ≤ 1e5.
pub(super) fn sin(x: f64) -> Reference {
    sine_of_turned(x, 0)
}

/// cos x for |x| ≤ 1e5.
pub(super) fn cos(x: f64) -> Reference {
    sine_of_turned(x, 1)
}
