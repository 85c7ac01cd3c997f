//! The kinds of values a setting may have: what is accepted, and how it is described when something else was given.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::diagnostic::Diagnostic;
use super::suggest;
use super::tree::{Item, Node};
use crate::value::Value;

/// What a setting may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A finite number within a range.
    Number(Range),
    /// A whole number, at least this.
    Count { least: u64 },
    /// A whole number of at least 1, or a word that stands for one.
    CountOr { word: &'static str },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
    /// A path, relative to the folder of the spec.
    Path,
    /// The name of a folder: letters, digits, `-`, `_` and `.`.
    FolderName,
    /// A list of different names.
    Names,
    /// A text or a list of texts.
    Texts,
    /// A list of whole numbers, each at least this.
    Counts { least: u64 },
    /// A list of texts, which may be equal; at least so many of them.
    Arguments { least: usize },
    /// A time such as `"10 min"`.
    Time,
    /// A number, text or flag: what the user's own program makes of it is its own affair.
    Own,
}

/// Numbers between two limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) low: Limit,
    pub(super) high: Limit,
}

/// One end of a range.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// No limit but finiteness.
    Open,
    /// The limit itself is in.
    Included(f64),
    /// The limit itself is out.
    Excluded(f64),
}

impl Range {
    pub(super) const ANY: Range = Range { low: Limit::Open, high: Limit::Open };
    pub(super) const POSITIVE: Range = Range { low: Limit::Excluded(0.0), high: Limit::Open };
    pub(super) const NOT_NEGATIVE: Range = Range { low: Limit::Included(0.0), high: Limit::Open };
    pub(super) const AT_LEAST_ONE: Range = Range { low: Limit::Included(1.0), high: Limit::Open };
    pub(super) const ABOVE_ONE: Range = Range { low: Limit::Excluded(1.0), high: Limit::Open };
    /// `[0, 1)`.
    pub(super) const BELOW_ONE: Range = Range { low: Limit::Included(0.0), high: Limit::Excluded(1.0) };
    /// `(0, 1]`.
    pub(super) const SHARE: Range = Range { low: Limit::Excluded(0.0), high: Limit::Included(1.0) };
    /// The noise that the Playground's page takes, in percent.
    pub(super) const NOISE_PERCENT: Range = Range { low: Limit::Included(0.0), high: Limit::Included(80.0) };
    /// Percent that leave something on both sides.
    pub(super) const PART_PERCENT: Range = Range { low: Limit::Included(1.0), high: Limit::Included(99.0) };
    /// `[0, 1]`.
    pub(super) const UNIT: Range = Range { low: Limit::Included(0.0), high: Limit::Included(1.0) };

    pub(super) fn contains(self, number: f64) -> bool {
        let above = match self.low {
            Limit::Open => true,
            Limit::Included(low) => number >= low,
            Limit::Excluded(low) => number > low,
        };
        let below = match self.high {
            Limit::Open => true,
            Limit::Included(high) => number <= high,
            Limit::Excluded(high) => number < high,
        };
        above && below && number.is_finite()
    }
}

/// `greater than 0 and less than 1`; nothing without limits.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = match self.low {
            Limit::Open => None,
            Limit::Included(low) => Some(format!(" of at least {low}")),
            Limit::Excluded(low) => Some(format!(" greater than {low}")),
        };
        let high = match self.high {
            Limit::Open => None,
            Limit::Included(high) => Some(format!(" at most {high}")),
            Limit::Excluded(high) => Some(format!(" less than {high}")),
        };
        let both = low.is_some() && high.is_some();
        write!(f, "{}{}{}", low.unwrap_or_default(), if both { " and" } else { "" }, high.unwrap_or_default())
    }
}

/// Up to here every whole number is a float.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// A time as specs write it; more than none of it.
pub(super) fn time(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok().filter(|time| !time.is_zero())
}

/// What was given for a setting.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    /// One value.
    Scalar(Value),
    /// A list of names or texts.
    Names(Arc<[String]>),
}

impl Kind {
    /// What is accepted, as errors say it after "expected".
    pub(super) fn expected(self) -> String {
        match self {
            Kind::Number(range) => format!("a number{range}"),
            Kind::Count { least } => format!("a whole number of at least {least}"),
            Kind::CountOr { word } => format!("a whole number of at least 1, or \"{word}\""),
            Kind::Choice(words) => format!("one of {}", suggest::list(words.iter().map(|word| format!("\"{word}\"")))),
            Kind::Flag => "true or false".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Path => "the path of a file".to_owned(),
            Kind::FolderName => "a name of letters, digits, `-`, `_` and `.` that does not begin with `.`".to_owned(),
            Kind::Names => "a list of names".to_owned(),
            Kind::Texts => "text or a list of texts".to_owned(),
            Kind::Counts { least: 0 } => "a list of whole numbers".to_owned(),
            Kind::Counts { least } => format!("a list of whole numbers, each at least {least}"),
            Kind::Arguments { least: 0 } => "a list of texts".to_owned(),
            Kind::Arguments { .. } => "a list of texts, such as [\"python3\", \"train.py\"]".to_owned(),
            Kind::Time => "a time such as \"10 min\", \"30 s\" or \"2 h\"".to_owned(),
            Kind::Own => "a number, text, true or false".to_owned(),
        }
    }

    /// Whether values of this kind are whole numbers.
    pub(super) fn is_count(self) -> bool {
        matches!(self, Kind::Count { .. } | Kind::CountOr { .. })
    }

    /// Whether values of this kind have a size.
    pub(super) fn is_numeric(self) -> bool {
        self.is_count() || matches!(self, Kind::Number(_) | Kind::Own)
    }

    /// The least whole number that is accepted.
    pub(super) fn least_count(self) -> u64 {
        match self {
            Kind::Count { least } => least,
            _ => 1,
        }
    }

    /// Reads a value of this kind.
    ///
    /// # Errors
    /// When it is something else; `subject` names the setting in the message.
    pub(super) fn read(self, subject: &str, item: &Item) -> Result<Given, Diagnostic> {
        let scalar = |value| Ok(Given::Scalar(value));
        match (self, &item.node) {
            (Kind::Number(_), Node::Integer(integer)) => self.number(subject, *integer as f64, item),
            (Kind::Number(_), Node::Float(float)) => self.number(subject, *float, item),
            (Kind::Count { least }, Node::Integer(_) | Node::Float(_)) => {
                scalar(Value::Count(self.count(subject, least, item)?))
            }
            (Kind::CountOr { word }, Node::Text(text)) if text == word => scalar(Value::Text(text.as_str().into())),
            (Kind::CountOr { .. }, Node::Integer(_) | Node::Float(_)) => {
                scalar(Value::Count(self.count(subject, 1, item)?))
            }
            (Kind::Choice(words), Node::Text(text)) => match words.iter().find(|word| *word == text) {
                Some(word) => scalar(Value::Text((*word).into())),
                None => Err(self
                    .mismatch(format!("`{subject}` cannot be \"{text}\""), item)
                    .suggest(suggest::did_you_mean(text, words.iter().copied(), '"'))),
            },
            (Kind::CountOr { word }, Node::Text(text)) => Err(self
                .mismatch(format!("`{subject}` cannot be \"{text}\""), item)
                .suggest(suggest::did_you_mean(text, [word], '"'))),
            (Kind::Flag, Node::Flag(flag)) => scalar(Value::Flag(*flag)),
            (Kind::Text, Node::Text(text)) => scalar(Value::Text(text.as_str().into())),
            (Kind::Path, Node::Text(text)) if !text.is_empty() => scalar(Value::Text(text.as_str().into())),
            (Kind::Path, Node::Text(_)) => Err(self.mismatch(format!("`{subject}` is empty"), item)),
            (Kind::FolderName, Node::Text(text)) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
                if text.is_empty() || text.starts_with('.') || !text.chars().all(plain) {
                    return Err(
                        self.mismatch(format!("`{subject}` may hold only letters, digits, `-`, `_`, `.`"), item)
                    );
                }
                scalar(Value::Text(text.as_str().into()))
            }
            (Kind::Texts, Node::Text(text)) => Ok(Given::Names([text.clone()].into())),
            (Kind::Texts | Kind::Names, Node::List(items)) => self.names(subject, items, item),
            (Kind::Counts { least }, Node::List(items)) => {
                let counts: Result<Vec<u64>, _> = items.iter().map(|item| self.count(subject, least, item)).collect();
                scalar(Value::Counts(counts?.into()))
            }
            (Kind::Arguments { least }, Node::List(items)) => self.arguments(subject, least, items, item),
            (Kind::Time, Node::Text(text)) => match time(text) {
                Some(_) => scalar(Value::Text(text.as_str().into())),
                None => Err(self.mismatch(format!("`{subject}` is no time"), item)),
            },
            (Kind::Own, Node::Integer(integer)) => match u64::try_from(*integer) {
                // All that are as exact as a float are one, so that 1 and 1.0 are the same setting.
                Ok(count) if count > EXACT => scalar(Value::Count(count)),
                Err(_) if integer.unsigned_abs() > u128::from(EXACT) => Err(self.out_of_range(subject, item)),
                _ => scalar(Value::Number(*integer as f64 + 0.0)),
            },
            (Kind::Own, Node::Float(float)) if float.is_finite() => scalar(Value::Number(float + 0.0)),
            (Kind::Own, Node::Float(_)) => Err(self.mismatch(format!("`{subject}` must be a finite number"), item)),
            (Kind::Own, Node::Text(text)) => scalar(Value::Text(text.as_str().into())),
            (Kind::Own, Node::Flag(flag)) => scalar(Value::Flag(*flag)),
            _ => Err(self.wrong_type(subject, item)),
        }
    }

    fn arguments(self, subject: &str, least: usize, items: &[Item], whole: &Item) -> Result<Given, Diagnostic> {
        if items.len() < least {
            return Err(self.mismatch(format!("`{subject}` is empty"), whole));
        }
        let text = |item: &Item| match &item.node {
            Node::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong_type(subject, item)),
        };
        Ok(Given::Names(items.iter().map(text).collect::<Result<Vec<String>, _>>()?.into()))
    }

    fn number(self, subject: &str, number: f64, item: &Item) -> Result<Given, Diagnostic> {
        let Kind::Number(range) = self else { return Err(self.wrong_type(subject, item)) };
        if !number.is_finite() {
            return Err(self.mismatch(format!("`{subject}` must be a finite number"), item));
        }
        if !range.contains(number) {
            return Err(self.out_of_range(subject, item));
        }
        // Adding zero turns −0 into 0, so that equal numbers have equal bits.
        Ok(Given::Scalar(Value::Number(number + 0.0)))
    }

    fn count(self, subject: &str, least: u64, item: &Item) -> Result<u64, Diagnostic> {
        match item.node {
            Node::Integer(integer) => {
                let count = u64::try_from(integer).ok().filter(|&count| count >= least);
                count.ok_or_else(|| self.out_of_range(subject, item))
            }
            Node::Float(float) if float.is_finite() => {
                let whole = float == float.trunc() && float.abs() < 1e15;
                let help = whole.then(|| format!("write it without a point or exponent: {}", float as i64));
                Err(self.mismatch(format!("`{subject}` must be a whole number"), item).suggest(help))
            }
            Node::Float(_) => Err(self.mismatch(format!("`{subject}` must be a finite number"), item)),
            _ => Err(self.wrong_type(subject, item)),
        }
    }

    fn names(self, subject: &str, items: &[Item], whole: &Item) -> Result<Given, Diagnostic> {
        if items.is_empty() {
            return Err(self.mismatch(format!("`{subject}` is empty"), whole));
        }
        let mut names: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            match &item.node {
                Node::Text(name) if names.contains(name) => {
                    return Err(Diagnostic::new(format!("`{subject}` names \"{name}\" twice"), item.span)
                        .label("this is the second time"));
                }
                Node::Text(name) => names.push(name.clone()),
                _ => return Err(self.wrong_type(subject, item)),
            }
        }
        Ok(Given::Names(names.into()))
    }

    /// The error for a value of the right type in the wrong range.
    pub(super) fn out_of_range(self, subject: &str, item: &Item) -> Diagnostic {
        self.mismatch(format!("`{subject}` is out of range"), item)
    }

    fn wrong_type(self, subject: &str, item: &Item) -> Diagnostic {
        let expected = self.expected();
        Diagnostic::new(format!("`{subject}` has the wrong type"), item.span)
            .label(format!("expected {expected}, found {}", item.node.noun()))
    }

    fn mismatch(self, message: String, item: &Item) -> Diagnostic {
        Diagnostic::new(message, item.span).label(format!("expected {}", self.expected()))
    }
}
