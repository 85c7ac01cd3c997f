//! Reads the forms of an axis: a value, a list, or a table that computes the values.

use super::axis::{AxisValues, Sequence, Spaced};
use super::diagnostic::{Diagnostic, Located};
use super::key::{Key, Kinds};
use super::kind::{Given, Kind};
use super::report::{self, Report};
use super::sections;
use super::tree::{Item, Node, Table};
use crate::value::Value;

/// Reads the values of an axis; a zipped axis may repeat values.
pub(super) fn read(key: &Key, item: &Item, may_repeat: bool, kinds: &Kinds, report: &mut Report) -> Option<AxisValues> {
    match &item.node {
        Node::List(items) if is_list_of_values(key.kind, items) => list(key, items, item, may_repeat, kinds, report),
        Node::Table(table) if key.kind.is_numeric() => {
            let sequence = computed(key, table, item, report)?;
            if let Some(diagnostic) = sections::meaningless(kinds, key, &sequence.value(0), item) {
                report.fault(key.path, diagnostic);
                return None;
            }
            Some(AxisValues::Computed(sequence))
        }
        Node::Table(_) => {
            let expected = format!("{}, or a list of such values", key.kind.expected());
            report.fault(key.path, report::wrong_type(key.path, item, &expected));
            None
        }
        _ => Some(AxisValues::Listed(vec![value(key, item, kinds, report)?])),
    }
}

/// Whether a list holds values; for a setting that is itself a list, whether it holds lists.
pub(super) fn is_list_of_values(kind: Kind, items: &[Item]) -> bool {
    !matches!(kind, Kind::Counts { .. }) || matches!(items.first(), Some(Item { node: Node::List(_), .. }))
}

fn value(key: &Key, item: &Item, kinds: &Kinds, report: &mut Report) -> Option<Located<Value>> {
    match report.keep(key.path, key.kind.read(key.path, item))? {
        Given::Scalar(value) => match sections::meaningless(kinds, key, &value, item) {
            Some(diagnostic) => {
                report.fault(key.path, diagnostic);
                None
            }
            None => Some(Located::new(value, item.span)),
        },
        Given::Names(_) => None,
    }
}

fn list(
    key: &Key,
    items: &[Item],
    whole: &Item,
    may_repeat: bool,
    kinds: &Kinds,
    report: &mut Report,
) -> Option<AxisValues> {
    if items.is_empty() {
        let diagnostic = Diagnostic::new(format!("`{}` has no values", key.path), whole.span);
        report.fault(key.path, diagnostic.label("expected at least one value"));
        return None;
    }
    let values: Vec<Located<Value>> = items.iter().filter_map(|item| value(key, item, kinds, report)).collect();
    if !may_repeat {
        // A stable sort brings equal values together in the order of the file.
        let mut sorted: Vec<&Located<Value>> = values.iter().collect();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        for pair in sorted.windows(2) {
            if let [first, again] = pair
                && first.value == again.value
            {
                let diagnostic = Diagnostic::new(format!("`{}` has {} twice", key.path, first.value), again.span)
                    .label("given again here")
                    .context(first.span, "first given here");
                report.fault(key.path, diagnostic);
            }
        }
    }
    (!values.is_empty()).then_some(AxisValues::Listed(values))
}

fn computed(key: &Key, table: &Table, item: &Item, report: &mut Report) -> Option<Sequence> {
    let is_count = key.kind.is_count();
    if !report.check_keys(&format!("`{}`", key.path), table, &["from", "to", "count", "log", "powers_of_two"]) {
        return None;
    }
    let form =
        |names: &[&str]| table.entries.len() == names.len() && names.iter().all(|name| table.get(name).is_some());
    if form(&["from", "to", "count"]) {
        let (from, to) = (end(key, table.get("from")?, report)?, end(key, table.get("to")?, report)?);
        spaced(key, from, to, table, item, report).map(Sequence::Linear)
    } else if form(&["log", "count"]) {
        let (from, to) = two_ends(key, "log", table.get("log")?, report)?;
        spaced(key, from, to, table, item, report).map(|spaced| Sequence::Log(spaced.into()))
    } else if form(&["powers_of_two"]) {
        powers_of_two(key, table.get("powers_of_two")?, report)
    } else if is_count && (form(&["count"]) || form(&["from", "count"])) {
        counting(key, table, item, report)
    } else {
        let counting = if is_count { ", { count }, { from, count }" } else { "" };
        let lacks_count = table.get("count").is_none();
        let message = if lacks_count && (table.get("log").is_some() || table.get("from").is_some()) {
            format!("`count` is missing in `{}`", key.path)
        } else {
            format!("these keys do not make an axis of `{}`", key.path)
        };
        let diagnostic = Diagnostic::new(message, item.span).label(format!(
            "expected {{ from, to, count }}, {{ log = [a, b], count }} or {{ powers_of_two = [a, b] }}{counting}"
        ));
        report.fault(key.path, diagnostic);
        None
    }
}

fn end(key: &Key, item: &Item, report: &mut Report) -> Option<f64> {
    match report.keep(key.path, key.kind.read(key.path, item))? {
        Given::Scalar(value) => value.as_number().or_else(|| {
            report.fault(key.path, report::wrong_type(key.path, item, "a number"));
            None
        }),
        Given::Names(_) => None,
    }
}

/// The two ends of a form that multiplies: both greater than zero.
fn two_ends(key: &Key, form: &str, item: &Item, report: &mut Report) -> Option<(f64, f64)> {
    let Node::List(ends) = &item.node else {
        report.fault(key.path, report::wrong_type(&format!("{}.{form}", key.path), item, "a list of two numbers"));
        return None;
    };
    let [first, last] = ends.as_slice() else {
        let diagnostic = Diagnostic::new(format!("`{}.{form}` needs two numbers", key.path), item.span);
        report.fault(key.path, diagnostic.label("expected the first and the last value"));
        return None;
    };
    let (from, to) = (end(key, first, report), end(key, last, report));
    let (from, to) = (from?, to?);
    for (number, item) in [(from, first), (to, last)] {
        if number <= 0.0 {
            let diagnostic = Diagnostic::new(format!("`{}.{form}` is out of range", key.path), item.span);
            report.fault(key.path, diagnostic.label("expected a number greater than 0"));
            return None;
        }
    }
    Some((from, to))
}

fn count(key: &Key, least: u64, table: &Table, report: &mut Report) -> Option<u64> {
    let subject = format!("{}.count", key.path);
    match report.keep(key.path, Kind::Count { least }.read(&subject, table.get("count")?))? {
        Given::Scalar(Value::Count(count)) => Some(count),
        _ => None,
    }
}

fn spaced(key: &Key, from: f64, to: f64, table: &Table, item: &Item, report: &mut Report) -> Option<Spaced> {
    let count = count(key, 2, table, report)?;
    if from == to {
        let diagnostic = Diagnostic::new(format!("`{}` begins and ends with the same value", key.path), item.span);
        report.fault(key.path, diagnostic.label("expected two different ends"));
        return None;
    }
    Some(Spaced { from, to, count, whole: key.kind.is_count() })
}

fn powers_of_two(key: &Key, item: &Item, report: &mut Report) -> Option<Sequence> {
    let (from, to) = two_ends(key, "powers_of_two", item, report)?;
    let (low, high) = (libm::ceil(libm::log2(from)) as i32, libm::floor(libm::log2(to)) as i32);
    if low > high {
        let diagnostic = Diagnostic::new(format!("`{}` has no values", key.path), item.span);
        report.fault(key.path, diagnostic.label("no power of two lies between these"));
        return None;
    }
    Some(Sequence::PowersOfTwo { low, high, whole: key.kind.is_count() })
}

fn counting(key: &Key, table: &Table, item: &Item, report: &mut Report) -> Option<Sequence> {
    let from = match table.get("from") {
        Some(from) => match report.keep(key.path, key.kind.read(key.path, from))? {
            Given::Scalar(Value::Count(from)) => from,
            _ => {
                report.fault(key.path, report::wrong_type(key.path, from, "a whole number"));
                return None;
            }
        },
        None => key.kind.least_count(),
    };
    let count = count(key, 1, table, report)?;
    if from.checked_add(count).is_none() {
        report.fault(key.path, Diagnostic::new(format!("`{}` counts too far", key.path), item.span));
        return None;
    }
    Some(Sequence::Counting { from, count })
}

#[cfg(test)]
mod tests {
    use super::super::key::{Default, Place};
    use super::super::keys;
    use super::super::tree;
    use super::*;

    const WIDTHS: Key = Key {
        path: "problem.hidden",
        kind: Kind::Counts { least: 1 },
        default: Default::Absent,
        when: &[],
        place: Place::Anywhere,
        doc: "Widths of the hidden layers.",
        is_aside: false,
    };

    fn read_widths(text: &str) -> Result<Vec<String>, Vec<String>> {
        let table = tree::parse(0, text, &mut Vec::new());
        let mut report = Report::default();
        let kinds = Kinds { problem: None, data: None, table: &keys::TABLE };
        match read(&WIDTHS, table.get("x").unwrap(), false, &kinds, &mut report) {
            Some(AxisValues::Listed(values)) if report.list.is_empty() => {
                Ok(values.iter().map(|located| located.value.to_string()).collect())
            }
            _ => Err(report.list.into_iter().map(|diagnostic| diagnostic.message).collect()),
        }
    }

    #[test]
    fn an_axis_of_lists_tells_one_list_from_several() {
        assert_eq!(read_widths("x = [4, 2]"), Ok(vec!["4,2".to_owned()]));
        assert_eq!(read_widths("x = []"), Ok(vec![String::new()]));
        assert_eq!(read_widths("x = [[4, 2], [], [8]]"), Ok(vec!["4,2".to_owned(), String::new(), "8".to_owned()]));
        assert_eq!(read_widths("x = [[4], [4]]"), Err(vec!["`problem.hidden` has 4 twice".to_owned()]));
        assert_eq!(read_widths("x = [[4], [0]]"), Err(vec!["`problem.hidden` is out of range".to_owned()]));
        assert_eq!(read_widths("x = { count = 3 }"), Err(vec!["`problem.hidden` has the wrong type".to_owned()]));
    }
}
