//! The axes of a grid block: which values they take, computed without being stored.

use super::diagnostic::{Located, Span};
use super::experiment::Condition;
use crate::value::Value;

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
    /// As listed.
    Listed(Vec<Located<Value>>),
    /// Evenly spaced, both ends in.
    Linear(Spaced),
    /// Evenly spaced in the logarithm, both ends in.
    Log(Spaced),
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

impl AxisValues {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        match self {
            AxisValues::Listed(values) => values.len() as u64,
            AxisValues::Linear(spaced) | AxisValues::Log(spaced) => spaced.count,
            AxisValues::PowersOfTwo { low, high, .. } => u64::from(high.abs_diff(*low)) + 1,
            AxisValues::Counting { count, .. } => *count,
        }
    }

    /// The value at a position; `None` past the end.
    pub fn value(&self, position: u64) -> Option<Value> {
        if position >= self.count() {
            return None;
        }
        Some(match self {
            AxisValues::Listed(values) => values.get(usize::try_from(position).ok()?)?.value.clone(),
            AxisValues::Linear(spaced) => {
                spaced.value(position, |share| spaced.from + (spaced.to - spaced.from) * share)
            }
            AxisValues::Log(spaced) => spaced.value(position, |share| {
                let (from, to) = (libm::log(spaced.from), libm::log(spaced.to));
                libm::exp(from + (to - from) * share)
            }),
            AxisValues::PowersOfTwo { low, whole, .. } => number(libm::exp2(*low as f64 + position as f64), *whole),
            AxisValues::Counting { from, .. } => Value::Count(from + position),
        })
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.count()).map_while(|position| self.value(position))
    }

    /// Whether `value` is on the axis: `None` if it is not, `Some(None)` if it was computed, else its own place.
    pub(super) fn locate(&self, value: &Value) -> Option<Option<Span>> {
        match self {
            AxisValues::Listed(values) => values.iter().find(|listed| listed.value == *value).map(|l| Some(l.span)),
            computed => computed.iter().any(|candidate| candidate == *value).then_some(None),
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
    let exponent = libm::floor(libm::log10(number.abs())) as i32;
    let shift = DIGITS - 1 - exponent;
    match power_of_ten(shift) {
        Some(power) => libm::rint(number * power) / power,
        None => match power_of_ten(-shift) {
            Some(power) => libm::rint(number / power) * power,
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

    fn log(from: f64, to: f64, count: u64) -> Vec<f64> {
        let values = AxisValues::Log(Spaced { from, to, count, whole: false });
        values.iter().filter_map(|value| value.as_number()).collect()
    }

    #[test]
    fn log_values_are_what_a_reader_would_write() {
        assert_eq!(log(1e-4, 1.0, 5), [0.0001, 0.001, 0.01, 0.1, 1.0]);
        assert_eq!(log(1.0, 1e-3, 4), [1.0, 0.1, 0.01, 0.001]);
        assert_eq!(log(1.0, 2.0, 3), [1.0, 1.41421356237, 2.0]);
        assert_eq!(log(1e-40, 1e-36, 5), [1e-40, 1e-39, 1e-38, 1e-37, 1e-36]);
        assert_eq!(log(1e30, 1e34, 5), [1e30, 1e31, 1e32, 1e33, 1e34]);
    }

    #[test]
    fn linear_values_keep_their_ends() {
        let values = AxisValues::Linear(Spaced { from: 0.1, to: 0.7, count: 7, whole: false });
        let values: Vec<f64> = values.iter().filter_map(|value| value.as_number()).collect();
        assert_eq!(values, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        let third = AxisValues::Linear(Spaced { from: 1.0 / 3.0, to: 2.0 / 3.0, count: 2, whole: false });
        assert_eq!(third.value(0), Some(Value::Number(1.0 / 3.0)));
        assert_eq!(third.value(2), None);
    }

    #[test]
    fn counts_are_rounded_to_whole_numbers() {
        let values = AxisValues::Log(Spaced { from: 1.0, to: 100.0, count: 4, whole: true });
        assert_eq!(values.iter().collect::<Vec<_>>(), [1, 5, 22, 100].map(Value::Count));
        let values = AxisValues::PowersOfTwo { low: 0, high: 3, whole: true };
        assert_eq!(values.iter().collect::<Vec<_>>(), [1, 2, 4, 8].map(Value::Count));
        let values = AxisValues::Counting { from: 5, count: 3 };
        assert_eq!(values.iter().collect::<Vec<_>>(), [5, 6, 7].map(Value::Count));
    }

    #[test]
    fn twelve_digits_are_the_ones_of_the_decimal_text() {
        for number in [0.1 + 0.2, 2.0_f64.sqrt() * 1e-7, 123456.7890123456, 9.999_999_999_999_9e5, 1e-300 / 3.0] {
            let text: f64 = format!("{number:.11e}").parse().unwrap();
            assert_eq!(round_to_12_digits(number), text);
        }
    }
}
