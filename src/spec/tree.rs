//! A TOML text as a tree in which everything knows its place.
//!
//! Owns TOML syntax; knows no key of a spec.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Span};

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Span,
}

/// A value and where it stands. A table under a `[header]` stands at its header.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) node: Node,
    pub(super) span: Span,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Integer(i128),
    Float(f64),
    Flag(bool),
    Date,
    List(Vec<Item>),
    Table(Table),
}

/// A table, entries in the order of the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<(Key, Item)>,
}

impl Table {
    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, item)| item)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Item> {
        self.entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, item)| item)
    }

    /// Replaces the entry of this name, or adds it at the end.
    pub(super) fn set(&mut self, key: Key, item: Item) {
        match self.entries.iter_mut().find(|(old, _)| old.name == key.name) {
            Some(entry) => *entry = (key, item),
            None => self.entries.push((key, item)),
        }
    }
}

impl Node {
    /// What it is, with its article, as errors say it.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Node::Text(_) => "text",
            Node::Integer(_) | Node::Float(_) => "a number",
            Node::Flag(_) => "a flag",
            Node::Date => "a date",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
        }
    }
}

/// Reads a text; what is wrong with its syntax goes to `errors`, and what could be read is returned all the same.
pub(super) fn parse(source: usize, text: &str, errors: &mut Vec<Diagnostic>) -> Table {
    let (table, mut syntax_errors) = DeTable::parse_recoverable(text);
    let mut converter = Converter { source, errors };
    syntax_errors.sort_by_key(|error| error.span().map_or(usize::MAX, |range| range.start));
    let unclosed =
        syntax_errors.iter().find(|error| error.message().starts_with("unclosed")).map(|error| error.message());
    for error in &syntax_errors {
        let range = error.span().unwrap_or(text.len()..text.len());
        // The lines after a list or table that is not closed are taken for a part of it: one error is enough.
        let runs_on = unclosed.filter(|_| error.message().starts_with("missing comma"));
        let message = match error.message() {
            _ if runs_on.is_some() => runs_on.unwrap_or_default(),
            message if range.is_empty() && message.starts_with("string values must be quoted") => "a value is missing",
            message => message,
        };
        let span = converter.span(widened(range, text));
        converter.errors.push(Diagnostic::new(message, span));
        if runs_on.is_some() {
            break;
        }
    }
    converter.table(table.into_inner())
}

/// The range, or the character after it if it is empty, so that there is something to point at.
fn widened(range: std::ops::Range<usize>, text: &str) -> std::ops::Range<usize> {
    match text.get(range.end..).and_then(|rest| rest.chars().next()) {
        Some(next) if range.is_empty() && next != '\n' => range.start..range.end + next.len_utf8(),
        _ => range,
    }
}

struct Converter<'e> {
    source: usize,
    errors: &'e mut Vec<Diagnostic>,
}

impl Converter<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span { source: self.source, start: range.start, end: range.end }
    }

    fn table(&mut self, table: DeTable<'_>) -> Table {
        let entries = table
            .into_iter()
            .map(|(key, value)| {
                let span = self.span(key.span());
                (Key { name: key.into_inner().into_owned(), span }, self.item(value))
            })
            .collect();
        Table { entries }
    }

    fn item(&mut self, value: Spanned<DeValue<'_>>) -> Item {
        let span = self.span(value.span());
        let node = match value.into_inner() {
            DeValue::String(text) => Node::Text(text.into_owned()),
            DeValue::Boolean(flag) => Node::Flag(flag),
            DeValue::Datetime(_) => Node::Date,
            DeValue::Integer(integer) => {
                Node::Integer(i128::from_str_radix(integer.as_str(), integer.radix()).unwrap_or_else(|_| {
                    self.errors.push(Diagnostic::new("this number is too large", span));
                    0
                }))
            }
            // What is no number in the eyes of the standard library has been reported as a syntax error.
            DeValue::Float(float) => Node::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Array(list) => Node::List(list.into_iter().map(|item| self.item(item)).collect()),
            DeValue::Table(table) => Node::Table(self.table(table)),
        };
        Item { node, span }
    }
}
