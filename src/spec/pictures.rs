//! Reads `record.boundary`: which pictures of the plane are drawn.

use std::collections::BTreeSet;

use super::conditions::{self, Axes};
use super::diagnostic::{Diagnostic, Located};
use super::experiment::Pictures;
use super::kind::Given;
use super::report::Report;
use super::sections::{PICTURES_EPOCHS as EPOCHS, PICTURES_WHERE};
use super::settings::{Point, Settings};
use super::tree::{Node, Table};
use crate::value::Value;

/// More columns than this make no picture.
const MOST_EPOCHS: usize = 8;

/// The pictures that are asked for; none if there are none or something about them is wrong.
pub(super) fn read(root: &Table, settings: &Settings, axes: Axes<'_>, report: &mut Report) -> Option<Pictures> {
    let section = section(root)?;
    let conditions = match section.get(PICTURES_WHERE) {
        Some(item) => {
            let table = report.table("record.boundary.where", item, "a table of axes, such as { learning_rate = 0.1 }");
            conditions::read(table?, axes, &settings.kinds, report)
        }
        None => Vec::new(),
    };
    // Where they are not given there are default ones, unless something is wrong with them.
    let Located { value: Given::Scalar(Value::Counts(epochs)), span } = settings.given.get(EPOCHS)? else {
        return None;
    };
    let distinct: BTreeSet<u64> = epochs.iter().copied().collect();
    let last = Point { settings, axes: &[] }.optional_count("stop.max_epochs");
    let beyond = last.filter(|last| distinct.last().is_some_and(|epoch| epoch > last));
    let wrong = |message: &str, label: String| Diagnostic::new(format!("`{EPOCHS}` {message}"), *span).label(label);
    report.add(match (distinct.len(), beyond) {
        (0, _) => wrong("is empty", "expected epochs, such as [1, 10, 100]".to_owned()),
        (count, _) if count < epochs.len() => wrong("names an epoch twice", "expected different epochs".to_owned()),
        (count, _) if count > MOST_EPOCHS => wrong("names too many epochs", format!("expected at most {MOST_EPOCHS}")),
        (_, Some(last)) => wrong("goes beyond the budget", format!("expected at most `max_epochs`, {last}")),
        _ => return Some(Pictures { epochs: distinct.into_iter().collect(), conditions, span: *span }),
    });
    None
}

fn section(root: &Table) -> Option<&Table> {
    ["record", "boundary"].into_iter().try_fold(root, |table, name| match &table.get(name)?.node {
        Node::Table(inner) => Some(inner),
        _ => None,
    })
}
