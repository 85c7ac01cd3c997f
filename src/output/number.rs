//! Numbers as programs print them.

/// A number at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// The number as a count, if it is written as one.
    pub(super) count: Option<u64>,
    /// Whether it is the first part of `3/10`.
    pub(super) is_part: bool,
    /// How many bytes it takes, its unit and the rest of `3/10` included.
    pub(super) length: usize,
}

/// Units that may follow a number directly.
const UNITS: [&str; 4] = ["%", "ms", "us", "s"];

impl Number {
    /// Reads a number that ends where a word would end: `3.2E+00`, `-Infinity`, `nan`, `12ms`, `8%`, `3/10`. Not a number: `1.2.3`,
    /// `10:00:05`, `2.6G`, `1,250` (which may be 1.25 or 1250), `3x4`.
    pub(super) fn at_start_of(text: &str) -> Option<Number> {
        let bare = bare(text)?;
        let value: f64 = text[..bare].parse().ok()?;
        let count = text[..bare].parse().ok().filter(|_| text.as_bytes()[0] != b'+');
        let whole = Number { value, count, is_part: false, length: bare };
        if let Some(length) = rest_of_part(&text[bare..]).filter(|_| count.is_some()) {
            return Some(Number { is_part: true, length: bare + length, ..whole });
        }
        let unit = UNITS.into_iter().find(|unit| text[bare..].starts_with(unit) && ends(&text[bare + unit.len()..]));
        let length = bare + unit.map_or(0, str::len);
        ends(&text[length..]).then_some(Number { length, ..whole })
    }

    /// Reads a text that is a number and nothing else.
    pub(super) fn all_of(text: &str) -> Option<Number> {
        let text = text.trim();
        Number::at_start_of(text).filter(|number| number.length == text.len())
    }
}

/// The length of the number itself.
fn bare(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first()?, b'+' | b'-'));
    for word in ["infinity", "inf", "nan"] {
        if bytes[sign..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())) {
            return Some(sign + word.len());
        }
    }
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += usize::from(whole + fraction > 0) + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    // A full stop at the end of a sentence is none of the number's.
    if bytes[end - 1] == b'.' && text[end..].chars().next().is_none_or(char::is_whitespace) {
        end -= 1;
    }
    Some(end)
}

/// The length of `/10` or `/ 10`, if that stands here.
fn rest_of_part(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('/')?;
    let padded = rest.trim_start_matches(' ');
    let digits = padded.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && ends(&padded[digits..])).then_some(text.len() - padded.len() + digits)
}

/// Whether a number may end before this text.
fn ends(text: &str) -> bool {
    let mut chars = text.chars();
    let (next, after) = (chars.next(), chars.next());
    let digit_follows = after.is_some_and(|c| c.is_ascii_digit());
    match next {
        None => true,
        Some('.' | ',' | ':') => !digit_follows,
        Some('/' | '_' | '%' | '+' | '-' | '\'') => false,
        Some(c) => !c.is_alphanumeric(),
    }
}
