//! Whether settings that are right one by one also go together, and where to point when they do not.

use std::path::Path;

use super::axis::{Axis, AxisValues, Block};
use super::data::playground;
use super::diagnostic::{Diagnostic, Span};
use super::key::{self, Key, Place};
use super::keys;
use super::kind::Kind;
use super::report::Report;
use super::settings::{Fault, Point, Settings};
use super::setup;
use super::suggest;
use crate::data::Sampling;
use crate::value::Value;

/// Checks the first point of each block (the grid checks the others), and that every setting has an effect somewhere.
pub(super) fn check(settings: &Settings, blocks: &[Block], base_dir: &Path, report: &mut Report) {
    let mut points: Vec<(Vec<(&'static str, Value)>, bool)> =
        blocks.iter().map(|block| (first_point(block), !block.excludes.is_empty())).collect();
    if points.is_empty() {
        points.push((Vec::new(), false));
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for (axes, may_be_excluded) in &points {
        let point = Point { settings, axes };
        let mut faults = setup::setup(point, base_dir).err().unwrap_or_default();
        if *may_be_excluded {
            faults.retain(|fault| !axes.iter().any(|(path, _)| *path == fault.at));
        }
        for fault in faults.iter().filter(|fault| !is_consequence(fault, report)) {
            let diagnostic = diagnostic(fault, point, blocks);
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
    }
    found.extend(blocks.iter().filter_map(|block| copies(settings, block)));
    found.extend(keys::all().filter_map(|key| idle(key, settings, blocks)));
    found.into_iter().for_each(|diagnostic| report.add(diagnostic));
}

/// The error for seeds of a block that change nothing, so that its replicates would be copies of one run: a page whose own seed
/// is given, where everything is drawn from that.
fn copies(settings: &Settings, block: &Block) -> Option<Diagnostic> {
    const PAGE_SEED: &str = "data.page_seed";
    let decides = |axis: &&Axis| ["data.rng", "data.sampling"].contains(&axis.path);
    let axes = first_point(block);
    let point = Point { settings, axes: &axes };
    let seeds = block.axes.iter().find(|axis| axis.path == "seed" && axis.values.count() > 1)?;
    let is_fixed = playground::is_seedrandom(point)
        && point.given(PAGE_SEED).is_some()
        && point.optional_word("data.sampling") == Some(Sampling::Sequential);
    if !is_fixed || block.axes.iter().any(|axis| decides(&axis)) {
        return None;
    }
    let diagnostic = Diagnostic::new("these seeds change nothing: they would be copies of one run", seeds.span);
    Some(
        diagnostic
            .label(format!("`{PAGE_SEED}` fixes the points, their order and the initial weights"))
            .help("remove `page_seed`, and every seed is a page of its own; or remove this axis"),
    )
}

fn first_point(block: &Block) -> Vec<(&'static str, Value)> {
    block.axes.iter().filter_map(|axis| Some((axis.path, axis.values.first()?))).collect()
}

/// Whether a fault only follows from an error that has been reported.
fn is_consequence(fault: &Fault, report: &Report) -> bool {
    let of_selector = |selector: &str, section: &str| report.is_faulty(selector) && fault.at.starts_with(section);
    report.is_faulty(fault.at)
        || fault.missing.is_some_and(|path| report.is_faulty(path))
        || of_selector("problem.kind", "problem.")
        || of_selector("data.kind", "data.")
}

/// A fault at a point of the grid as an error with its place.
pub(crate) fn diagnostic(fault: &Fault, point: Point<'_>, blocks: &[Block]) -> Diagnostic {
    let span = point
        .given(fault.at)
        .and_then(|value| locate(fault.at, value, point.settings, blocks))
        .or_else(|| point.settings.span(fault.at))
        .or_else(|| point.settings.section_span(fault.at));
    let mut diagnostic = Diagnostic::new(fault.message.clone(), span)
        .suggest(fault.help.clone().or_else(|| fault.missing.and_then(addition)));
    diagnostic.label = fault.label.clone();
    diagnostic
}

/// What to do about a setting that is missing.
fn addition(path: &str) -> Option<String> {
    let key = keys::all().find(|key| key.path == path)?;
    let what = if matches!(key.kind, Kind::Choice(_)) { key.kind.expected() } else { key.clause() };
    Some(format!("add `{}`, {what}", key::leaf(path)))
}

/// Where a setting got this value: on an axis, else outside the grid.
pub(super) fn locate(path: &str, value: &Value, settings: &Settings, blocks: &[Block]) -> Option<Span> {
    let mut axes = blocks.iter().flat_map(|block| &block.axes).filter(|axis| axis.path == path);
    let on_axis = axes.find_map(|axis| axis.values.locate(value).map(|span| span.unwrap_or(axis.span)));
    on_axis.or_else(|| settings.span(path))
}

/// The error for a setting that is given although no point of the grid uses it.
fn idle(key: &'static Key, settings: &Settings, blocks: &[Block]) -> Option<Diagnostic> {
    if key.place != Place::Anywhere || settings.kinds.obstacle(key).is_some() {
        return None;
    }
    let axis = |path: &str| blocks.iter().flat_map(|block| &block.axes).find(|axis| axis.path == path);
    let span = axis(key.path).map(|axis| axis.span).or_else(|| settings.span(key.path))?;
    let (selector, words) = Point { settings, axes: &[] }.idle(key)?;
    let is_used = blocks.iter().flat_map(|block| &block.axes).filter(|axis| axis.path == selector).any(|axis| {
        let AxisValues::Listed(values) = &axis.values else { return false };
        values.iter().any(|listed| matches!(&listed.value, Value::Text(text) if words.contains(&&**text)))
    });
    let words = suggest::list(words.iter().map(|word| format!("\"{word}\"")));
    let message = format!("`{}` has no effect", key.path);
    (!is_used).then(|| Diagnostic::new(message, span).label(format!("only used when `{selector}` is {words}")))
}
