//! [`Value`]: one scalar setting of a run, as it stands in a spec, a table cell or a plot label.
//!
//! Owns how numbers are written everywhere (shortest form that reads back to the same bits) and how control characters are
//! shown; knows nothing of specs or tables.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A scalar setting.
#[derive(Debug, Clone)]
pub enum Value {
    /// A real number; never NaN when it comes from a spec.
    Number(f64),
    /// A count: steps, examples, a batch size, a seed.
    Count(u64),
    /// A yes or no.
    Flag(bool),
    /// A word: a kind, a file name, `"full"`.
    Text(Arc<str>),
    /// A list of counts, such as the widths of hidden layers.
    Counts(Arc<[u64]>),
}

impl Value {
    /// The value as a real number, if it is one (counts are).
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Count(count) => Some(*count as f64),
            _ => None,
        }
    }

    /// A total order: numbers before words before flags before lists; numbers by size.
    pub fn total_cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Count(a), Value::Count(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
            (Value::Counts(a), Value::Counts(b)) => a.cmp(b),
            _ => match (self.as_number(), other.as_number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Number(_) | Value::Count(_) => 0,
            Value::Text(_) => 1,
            Value::Flag(_) => 2,
            Value::Counts(_) => 3,
        }
    }
}

/// Bit equality for numbers, so that equal values have equal identities.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.total_cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => f.pad(Shortest::new().format(*number)),
            Value::Count(count) => fmt::Display::fmt(count, f),
            Value::Flag(flag) => fmt::Display::fmt(flag, f),
            Value::Text(text) => f.pad(text),
            Value::Counts(counts) => {
                let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
                f.pad(&counts.join(","))
            }
        }
    }
}

/// What may be missing, in eight bytes: results of a million runs hold several of these each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Compact<T> {
    bits: u64,
    of: PhantomData<T>,
}

/// Stands for a missing value: a count that nobody reaches, and a NaN that no arithmetic yields.
const MISSING: u64 = u64::MAX;

impl From<Option<u64>> for Compact<u64> {
    /// The count; [`u64::MAX`] is taken for a missing one.
    fn from(count: Option<u64>) -> Compact<u64> {
        Compact { bits: count.unwrap_or(MISSING), of: PhantomData }
    }
}

impl From<Option<f64>> for Compact<f64> {
    /// The number; every NaN becomes the same one.
    fn from(number: Option<f64>) -> Compact<f64> {
        let bits = |number: f64| if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
        Compact { bits: number.map_or(MISSING, bits), of: PhantomData }
    }
}

impl Compact<u64> {
    /// The count, if there is one.
    pub fn get(self) -> Option<u64> {
        (self.bits != MISSING).then_some(self.bits)
    }
}

impl Compact<f64> {
    /// The number, if there is one.
    pub fn get(self) -> Option<f64> {
        (self.bits != MISSING).then_some(f64::from_bits(self.bits))
    }
}

impl<T> Default for Compact<T> {
    /// A missing value.
    fn default() -> Compact<T> {
        Compact { bits: MISSING, of: PhantomData }
    }
}

impl fmt::Debug for Compact<u64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl fmt::Debug for Compact<f64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A count with its thousands apart: `12,345,678`.
pub fn grouped(count: u128) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text as a terminal may show it: control characters (but line ends) become their symbols, so that a name or description from
/// a file cannot clear the screen or color it. Marks that turn the direction of writing become U+FFFD.
pub fn visible(text: &str) -> Cow<'_, str> {
    let symbol = |c: char| match c {
        '\n' => None,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some('\u{fffd}'),
        _ => None,
    };
    if !text.chars().any(|c| symbol(c).is_some()) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| symbol(c).unwrap_or(c)).collect()
}

/// A buffer that writes numbers in their shortest round-trip form: `0.1`, `10`, `1e-7`, `inf`, `NaN`.
#[derive(Default)]
pub struct Shortest {
    buffer: zmij::Buffer,
}

impl Shortest {
    /// An empty buffer.
    pub fn new() -> Shortest {
        Shortest::default()
    }

    /// The shortest text that parses back to the same bits; whole numbers have no `.0`.
    pub fn format(&mut self, number: f64) -> &str {
        let text = self.buffer.format(number);
        text.strip_suffix(".0").unwrap_or(text)
    }
}

/// A text for a message: its beginning if it is long.
pub fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_symbols() {
        assert_eq!(visible("plain – ✓\nnext"), "plain – ✓\nnext");
        assert_eq!(visible("\u{1b}[2J\r\t\u{7f}\u{9b}2J\u{202e}x"), "␛[2J␍␉␡\u{fffd}2J\u{fffd}x");
    }
}
