//! The axes of a grid block: which values they take, computed without being stored.

use super::condition::Condition;
use super::diagnostic::{Located, Span};
use crate::value::Value;

/// The names in a block that are no axes.
pub(super) const OTHER_KEYS: [&str; 2] = ["zip", "exclude"];

/// One block of the grid: its axes multiply each other.
#[derive(Debug, Clone)]
pub struct Block {
    /// The axes in the order of the spec.
    pub axes: Vec<Axis>,
    /// Axes that are walked together: for each group the positions in `axes`, ascending; groups do not overlap.
    pub zips: Vec<Vec<usize>>,
    /// Points that match all conditions of any of these are dropped.
    pub excludes: Vec<Vec<Condition>>,
    /// Where the block stands.
    pub span: Span,
}

/// One axis of a block.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The dotted path of the setting.
    pub path: &'static str,
    /// The values, at least one.
    pub values: AxisValues,
    /// Where the values stand.
    pub span: Span,
}

/// The values of an axis.
#[derive(Debug, Clone)]
pub enum AxisValues {
    /// As listed, at least one.
    Listed(Vec<Located<Value>>),
    /// By a formula.
    Computed(Sequence),
}

/// Values given by a formula, at least one.
#[derive(Debug, Clone, Copy)]
pub enum Sequence {
    /// Evenly spaced, both ends in.
    Linear(Spaced),
    /// Evenly spaced in the logarithm, both ends in.
    Log(LogSpaced),
    /// `2^low, …, 2^high`.
    PowersOfTwo {
        /// The least exponent.
        low: i32,
        /// The greatest exponent.
        high: i32,
        /// Whether the values are counts.
        whole: bool,
    },
    /// `from, from + 1, …`: so many counts.
    Counting {
        /// The first.
        from: u64,
        /// How many.
        count: u64,
    },
}

/// Evenly spaced values.
#[derive(Debug, Clone, Copy)]
pub struct Spaced {
    /// The first value.
    pub from: f64,
    /// The last value.
    pub to: f64,
    /// How many, at least 2.
    pub count: u64,
    /// Whether the values are counts; inner ones are rounded to whole numbers.
    pub whole: bool,
}

/// Values evenly spaced in the logarithm.
#[derive(Debug, Clone, Copy)]
pub struct LogSpaced {
    spaced: Spaced,
    log_from: f64,
    log_to: f64,
}

impl From<Spaced> for LogSpaced {
    /// Both ends must be positive.
    fn from(spaced: Spaced) -> LogSpaced {
        LogSpaced { spaced, log_from: libm::log(spaced.from), log_to: libm::log(spaced.to) }
    }
}

impl AxisValues {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        match self {
            AxisValues::Listed(values) => values.len() as u64,
            AxisValues::Computed(sequence) => sequence.count(),
        }
    }

    /// The first value.
    pub fn first(&self) -> Option<Value> {
        match self {
            AxisValues::Listed(values) => values.first().map(|listed| listed.value.clone()),
            AxisValues::Computed(sequence) => Some(sequence.value(0)),
        }
    }

    /// Whether `value` is on the axis: `None` if it is not, `Some(None)` if it was computed, else its own place.
    pub(super) fn locate(&self, value: &Value) -> Option<Option<Span>> {
        match self {
            AxisValues::Listed(values) => values.iter().find(|listed| listed.value == *value).map(|l| Some(l.span)),
            AxisValues::Computed(sequence) => {
                (0..sequence.count()).any(|position| sequence.value(position) == *value).then_some(None)
            }
        }
    }
}

impl Sequence {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        match self {
            Sequence::Linear(spaced) | Sequence::Log(LogSpaced { spaced, .. }) => spaced.count,
            Sequence::PowersOfTwo { low, high, .. } => u64::from(high.abs_diff(*low)) + 1,
            Sequence::Counting { count, .. } => *count,
        }
    }

    /// The value at a position below [`Sequence::count`].
    pub fn value(&self, position: u64) -> Value {
        match self {
            Sequence::Linear(spaced) => spaced.value(position, |share| spaced.from + (spaced.to - spaced.from) * share),
            Sequence::Log(LogSpaced { spaced, log_from, log_to }) => {
                spaced.value(position, |share| libm::exp(log_from + (log_to - log_from) * share))
            }
            Sequence::PowersOfTwo { low, whole, .. } => number(libm::exp2(f64::from(*low) + position as f64), *whole),
            Sequence::Counting { from, .. } => Value::Count(from + position),
        }
    }
}

impl Spaced {
    /// The ends exactly; between them `inner` of the share of the way, rounded to what a reader would write.
    fn value(&self, position: u64, inner: impl Fn(f64) -> f64) -> Value {
        if position == 0 {
            return number(self.from, self.whole);
        }
        if position + 1 == self.count {
            return number(self.to, self.whole);
        }
        let exact = inner(position as f64 / (self.count - 1) as f64);
        if self.whole { Value::Count(exact.round() as u64) } else { Value::Number(round_to_12_digits(exact)) }
    }
}

fn number(number: f64, whole: bool) -> Value {
    if whole { Value::Count(number as u64) } else { Value::Number(number) }
}

/// The nearest number of at most 12 significant decimal digits, so that a computed 0.010000000000000002 is 0.01.
///
/// A whole number below 2⁵³ times or over a power of ten up to 10²² is correctly rounded, because both are exact:
/// the result is the very number that its decimal text denotes. Sizes outside that go by their text.
fn round_to_12_digits(number: f64) -> f64 {
    const DIGITS: i32 = 12;
    if number == 0.0 {
        return 0.0;
    }
    let exponent = libm::log10(number.abs()).floor() as i32;
    let shift = DIGITS - 1 - exponent;
    match power_of_ten(shift) {
        Some(power) => (number * power).round_ties_even() / power,
        None => match power_of_ten(-shift) {
            Some(power) => (number / power).round_ties_even() * power,
            None => format!("{number:.11e}").parse().unwrap_or(number),
        },
    }
}

/// `10^exponent` where it is exact.
fn power_of_ten(exponent: i32) -> Option<f64> {
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sequence: Sequence) -> Vec<Value> {
        (0..sequence.count()).map(|position| sequence.value(position)).collect()
    }

    fn numbers(sequence: Sequence) -> Vec<f64> {
        all(sequence).iter().filter_map(Value::as_number).collect()
    }

    fn log(from: f64, to: f64, count: u64) -> Vec<f64> {
        numbers(Sequence::Log(Spaced { from, to, count, whole: false }.into()))
    }

    #[test]
    fn log_values_are_what_a_reader_would_write() {
        assert_eq!(log(1e-4, 1.0, 5), [0.0001, 0.001, 0.01, 0.1, 1.0]);
        assert_eq!(log(1.0, 1e-3, 4), [1.0, 0.1, 0.01, 0.001]);
        assert_eq!(log(1.0, 3.0, 3), [1.0, 1.73205080757, 3.0]);
        assert_eq!(log(1e-40, 1e-36, 5), [1e-40, 1e-39, 1e-38, 1e-37, 1e-36]);
        assert_eq!(log(1e30, 1e34, 5), [1e30, 1e31, 1e32, 1e33, 1e34]);
    }

    #[test]
    fn linear_values_keep_their_ends() {
        let values = Sequence::Linear(Spaced { from: 0.1, to: 0.7, count: 7, whole: false });
        assert_eq!(numbers(values), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        let third = Sequence::Linear(Spaced { from: 1.0 / 3.0, to: 2.0 / 3.0, count: 2, whole: false });
        assert_eq!(numbers(third), [1.0 / 3.0, 2.0 / 3.0]);
    }

    #[test]
    fn counts_are_rounded_to_whole_numbers() {
        let values = Sequence::Log(Spaced { from: 1.0, to: 100.0, count: 4, whole: true }.into());
        assert_eq!(all(values), [1, 5, 22, 100].map(Value::Count));
        let values = Sequence::PowersOfTwo { low: 0, high: 3, whole: true };
        assert_eq!(all(values), [1, 2, 4, 8].map(Value::Count));
        let values = Sequence::Counting { from: 5, count: 3 };
        assert_eq!(all(values), [5, 6, 7].map(Value::Count));
    }

    #[test]
    fn twelve_digits_are_the_ones_of_the_decimal_text() {
        for number in [0.1 + 0.2, 2.0_f64.sqrt() * 1e-7, 123456.7890123456, 9.999_999_999_999_9e5, 1e-300 / 3.0] {
            let text: f64 = format!("{number:.11e}").parse().unwrap();
            assert_eq!(round_to_12_digits(number), text);
        }
    }
}
