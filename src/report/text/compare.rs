//! Two studies side by side, for the terminal.

use super::findings::{differing_settings, note};
use super::page::{Column, Page, Tone};
use super::words::{counted, number, value};
use super::{MOST_ROWS, dash};
use crate::check::{CellChange, Comparison, Side, Verdict};

/// Two studies with these names, cell by cell, at most `width` columns wide.
pub fn comparison(names: [&str; 2], comparison: &Comparison, width: usize, color: bool) -> String {
    let mut page = Page::new(width, color);
    let [before, after] = names;
    let cells = &comparison.cells;
    page.paragraph(Tone::Plain, &format!("{before} → {after}: {}", counted(cells.len(), "cell")));
    page.paragraph(Tone::Plain, &format!("Changes count from {}", comparison.fail_on));
    comparison.notes.iter().for_each(|one| page.paragraph(Tone::Plain, &format!("Note: {}.", note(*one))));
    if !comparison.differences.is_empty() {
        page.paragraph(Tone::Plain, &format!("Settings that differ: {}.", differing_settings(&comparison.differences)));
    }
    page.gap();

    let mut shown: Vec<&CellChange> = cells.iter().collect();
    if shown.len() > MOST_ROWS {
        // What is the same is the least news.
        shown.sort_by_key(|cell| Verdict::ALL.iter().position(|verdict| *verdict == cell.verdict));
    }
    shown.truncate(MOST_ROWS);
    let axes = varying(cells);
    let mut columns: Vec<Column> = axes.iter().map(|axis| Column::right(axis.as_str())).collect();
    columns.extend([
        Column::right("before"),
        Column::right("after"),
        Column::right("paired ratio"),
        Column::left("verdict"),
    ]);
    let rows = shown.iter().map(|cell| {
        let setting =
            |axis: &String| cell.settings.iter().find(|(path, _)| path == axis).map_or_else(dash, |(_, v)| value(v));
        let mut row: Vec<String> = axes.iter().map(setting).collect();
        row.push(steps(cell.before.as_ref()));
        row.push(steps(cell.after.as_ref()));
        row.push(cell.paired_ratio.map_or_else(dash, number));
        row.push(verdict(cell));
        row
    });
    page.table(axes.len(), &columns, rows);
    if cells.len() > MOST_ROWS {
        let rest = cells.len() - MOST_ROWS;
        page.paragraph(Tone::Plain, &format!("… and {} (`--json` has all)", counted(rest, "more cell")));
    }
    page.gap();
    let counts = Verdict::ALL.into_iter().map(|verdict| (comparison.count(verdict), verdict));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}")).collect();
    let identical = comparison.identical();
    let bits = if identical > 0 { format!(" ({identical} bit by bit)") } else { String::new() };
    page.paragraph(Tone::Plain, &format!("Cells: {}{bits}", counts.join(", ")));
    page.into_text()
}

/// The settings in which some cells differ, in their order.
fn varying(cells: &[CellChange]) -> Vec<String> {
    let mut paths: Vec<&String> = Vec::new();
    for (path, _) in cells.iter().flat_map(|cell| &cell.settings) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let value =
        |cell: &CellChange, path: &String| cell.settings.iter().find(|(p, _)| p == path).map(|(_, v)| v.to_string());
    let varies = |path: &&String| {
        let first = cells.first().and_then(|cell| value(cell, path));
        cells.iter().any(|cell| value(cell, path) != first)
    };
    paths.into_iter().filter(|path| cells.len() == 1 || varies(path)).cloned().collect()
}

fn steps(side: Option<&Side>) -> String {
    match side.map(|side| side.summary.steps.median) {
        Some(median) if median.is_finite() => number(median),
        Some(_) => "never".to_owned(),
        None => dash(),
    }
}

fn verdict(cell: &CellChange) -> String {
    match cell.p_value {
        Some(p) => format!("{}, p = {}", cell.verdict, number(p)),
        None if cell.pairs > 0 && cell.identical == cell.pairs => format!("{}, bit by bit", cell.verdict),
        None => cell.verdict.to_string(),
    }
}
