//! Reads conditions on axes: the tables of `where` and `exclude`, and the text of a filter.

use std::path::PathBuf;

use super::axis;
use super::axis_forms;
use super::condition::{Bounds, Condition, Matcher};
use super::diagnostic::{Diagnostic, Diagnostics, SourceFile, Span};
use super::flatten::flatten;
use super::key::{Key, Kinds, Place};
use super::keys;
use super::kind::{Given, Kind, Range};
use super::overrides;
use super::report::{self, Report};
use super::suggest;
use super::tree::{Item, Node, Table};
use crate::value::Value;

/// The axes that conditions may speak of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axes<'a> {
    pub(super) paths: &'a [&'a str],
    /// The names in the spec, those of wrong axes included: they have been reported already.
    pub(super) given: &'a [&'a str],
    /// Whose axes they are.
    pub(super) of: &'static str,
}

impl Axes<'_> {
    fn has_wrong_ones(&self) -> bool {
        let is_axis = |name| self.paths.contains(name) || axis::OTHER_KEYS.contains(name);
        !self.given.iter().all(is_axis)
    }
}

/// Reads a table of conditions.
pub(super) fn read(table: &Table, axes: Axes<'_>, kinds: &Kinds, report: &mut Report) -> Vec<Condition> {
    let mut table = table.clone();
    flatten(&mut table);
    let mut conditions = Vec::new();
    for (name, item) in &table.entries {
        let path = name.name.as_str();
        let key = kinds.find(path).filter(|_| axes.paths.contains(&path));
        match key {
            Some(key) => {
                if let Some(matcher) = matcher(key, item, report) {
                    let span = Span { end: item.span.end.max(name.span.end), ..name.span };
                    conditions.push(Condition { path: path.to_owned(), matcher, span });
                }
            }
            // A wrong axis has been reported; which axis it was meant to be cannot be known.
            None if axes.has_wrong_ones() => {}
            None => {
                let all = || format!("its axes are {}", listed(axes.paths));
                let help = suggest::did_you_mean(path, axes.paths.iter().copied(), '`').unwrap_or_else(all);
                report.add(Diagnostic::new(format!("`{path}` is not an axis of {}", axes.of), name.span).help(help));
            }
        }
    }
    conditions
}

fn listed(paths: &[&str]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

fn matcher(key: &'static Key, item: &Item, report: &mut Report) -> Option<Matcher> {
    let scalar = |item: &Item, report: &mut Report| match key.kind.read(key.path, item) {
        Ok(Given::Scalar(value)) => Some(value),
        Ok(Given::Names(_)) => None,
        Err(diagnostic) => {
            report.add(diagnostic);
            None
        }
    };
    match &item.node {
        Node::List(items) if items.is_empty() => {
            report.add(Diagnostic::new(format!("`{}` has no values", key.path), item.span).label("matches nothing"));
            None
        }
        Node::List(items) if axis_forms::is_list_of_values(key.kind, items) => {
            let values: Vec<Value> = items.iter().filter_map(|item| scalar(item, report)).collect();
            (values.len() == items.len()).then_some(Matcher::OneOf(values))
        }
        Node::Table(_) if key.kind.is_numeric() => bounds(key.path, item, &[], report).map(Matcher::Within),
        _ => scalar(item, report).map(|value| Matcher::OneOf(vec![value])),
    }
}

/// Reads a table of bounds; keys in `others` are left to the caller.
pub(super) fn bounds(subject: &str, item: &Item, others: &[&str], report: &mut Report) -> Option<Bounds> {
    const NAMES: [&str; 4] = ["above", "below", "at_least", "at_most"];
    let expected = "bounds such as { at_least = 1, at_most = 10 }";
    let table = report.table(subject, item, expected)?;
    let allowed: Vec<&str> = NAMES.iter().chain(others).copied().collect();
    report.check_keys(&format!("`{subject}`"), table, &allowed);
    let mut read = |name: &str| {
        let bound = Kind::Number(Range::ANY).read(&format!("{subject}.{name}"), table.get(name)?);
        match bound {
            Ok(Given::Scalar(value)) => value.as_number(),
            Ok(Given::Names(_)) => None,
            Err(diagnostic) => {
                report.add(diagnostic);
                None
            }
        }
    };
    let bounds =
        Bounds { above: read(NAMES[0]), below: read(NAMES[1]), at_least: read(NAMES[2]), at_most: read(NAMES[3]) };
    if !NAMES.iter().any(|name| table.get(name).is_some()) {
        report.add(
            Diagnostic::new(format!("`{subject}` has no bounds"), item.span).label(format!("expected {expected}")),
        );
        return None;
    }
    let low = bounds.at_least.into_iter().chain(bounds.above).max_by(f64::total_cmp);
    let high = bounds.at_most.into_iter().chain(bounds.below).min_by(f64::total_cmp);
    if let (Some(low), Some(high)) = (low, high)
        && (low > high || (low == high && (bounds.above == Some(low) || bounds.below == Some(high))))
    {
        report.add(Diagnostic::new(format!("no number lies within the bounds of `{subject}`"), item.span));
        return None;
    }
    Some(bounds)
}

/// Reads the text of a filter: conditions with `=`, `<`, `<=`, `>` or `>=`, separated by commas, all of which must hold;
/// for example `learning_rate<=0.5,batch_size=full`. A list takes any of its values: `seed=[1,2]`.
///
/// # Errors
/// When a condition cannot be read or names no setting that can be an axis.
pub fn parse_conditions(text: &str) -> Result<Vec<Condition>, Diagnostics> {
    let mut report = Report::default();
    let mut conditions = Vec::new();
    let mut start = 0;
    for piece in split(text) {
        let span = Span { source: 0, start, end: start + piece.len() };
        start = span.end + 1;
        match condition(piece, span) {
            Ok(condition) => conditions.push(condition),
            Err(errors) => errors.into_iter().for_each(|error| report.add(Diagnostic { span: Some(span), ..error })),
        }
    }
    if report.list.is_empty() {
        return Ok(conditions);
    }
    let source = SourceFile { path: PathBuf::from("conditions"), text: text.to_owned() };
    Err(Diagnostics::new([source].into(), report.list))
}

/// The parts between the commas that are in no list and no quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted) = (0_u32, false);
    text.split(|c| {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0 && !quoted
    })
    .collect()
}

fn condition(piece: &str, span: Span) -> Result<Condition, Vec<Diagnostic>> {
    let fail = |message: String| Err(vec![Diagnostic::new(message, span)]);
    let Some(at) = piece.find(['<', '>', '=']) else {
        return Err(vec![
            Diagnostic::new("this is not a condition", span)
                .label("expected an axis, `=`, `<`, `<=`, `>` or `>=`, and a value"),
        ]);
    };
    let (path, rest) = piece.split_at(at);
    let path = path.trim();
    let operators = [("<=", 2), (">=", 2), ("<", 1), (">", 1), ("=", 1)];
    let (operator, length) = operators.into_iter().find(|(sign, _)| rest.starts_with(sign)).unwrap_or(("=", 1));
    let no_kinds = Kinds { problem: None, data: None, table: &keys::TABLE };
    let Some(key) = no_kinds.find(path).filter(|key| key.place != Place::Fixed) else {
        let axes = no_kinds.applicable().filter(|key| key.place != Place::Fixed).map(|key| key.path);
        let help = suggest::did_you_mean(path, axes, '`');
        return Err(vec![Diagnostic::new(format!("`{path}` is not an axis"), span).suggest(help)]);
    };
    let mut report = Report::default();
    let (_, table) = overrides::fragment(0, &format!("value={}", &rest[length..]), &mut report.list);
    let Some(item) = table.get("value").filter(|_| report.list.is_empty()) else { return Err(report.list) };
    let matcher = if operator == "=" {
        matcher(key, item, &mut report)
    } else {
        let bound = match item.node {
            Node::Integer(integer) => Some(integer as f64),
            Node::Float(float) if float.is_finite() => Some(float),
            _ => None,
        };
        if bound.is_none() || !key.kind.is_numeric() {
            return fail(format!("`{path}` cannot be compared with this by `{operator}`"));
        }
        let mut bounds = Bounds::default();
        match operator {
            "<=" => bounds.at_most = bound,
            ">=" => bounds.at_least = bound,
            "<" => bounds.below = bound,
            ">" => bounds.above = bound,
            _ => return fail(format!("`{operator}` compares nothing")),
        }
        Some(Matcher::Within(bounds))
    };
    match matcher {
        Some(matcher) => Ok(Condition { path: path.to_owned(), matcher, span }),
        None if report.list.is_empty() => Err(vec![report::wrong_type(path, item, &key.kind.expected())]),
        None => Err(report.list),
    }
}
