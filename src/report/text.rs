//! The summary that ends a sweep on the terminal.
//!
//! Owns its words and its layout; the statistics are those of [`crate::record`]. Numbers have 4 significant digits here, the
//! files keep them all.

mod check;
mod compare;
mod explain;
pub(super) mod findings;
mod page;
pub(super) mod phrases;
mod reached;
mod saved;
mod warnings;
pub(super) mod words;

use std::path::Path;

use crate::outcome::Status;
use crate::record::{BATCH_SIZE, Best, Goldilocks, Groups, LEARNING_RATE, Reached, SEED, Study, Summary};
use crate::value::grouped;
use page::{Column, Page, Tone};
use words::{counted, number, outcome, steps, value, varying};

pub use check::check;
pub use compare::comparison;
pub use explain::explanation;
pub use phrases::cell as cell_change;

/// A table with more rows than this is for a file, not for a terminal.
const MOST_ROWS: usize = 40;

/// So many cells are shown of a table that is too long, where no learning rate is tuned.
const MOST_BEST: usize = 10;

/// The summary of a study whose files are in `folder`, at most `width` (and never more than 100) columns wide.
///
/// `color` asks for ANSI colors.
pub fn summary(study: &Study, folder: &Path, width: usize, color: bool) -> String {
    let mut page = Page::new(width, color);
    let cells = Groups::cells(study);
    let groups = Goldilocks::of(study);
    heading(&mut page, study, &cells);
    let all: Vec<usize> = (0..cells.len()).collect();
    if cells.len() > MOST_ROWS {
        let tunes = groups.iter().any(|group| group.rates > 1);
        let best = match (tunes, groups.len()) {
            (true, 1) => "is the best".to_owned(),
            (true, _) => "are the best".to_owned(),
            (false, _) => format!("are the first {MOST_BEST} by steps, then by best loss"),
        };
        let hint = format!("All {} cells are in summary.csv; here {best}.", grouped(cells.len() as u128));
        page.gap();
        page.paragraph(Tone::Plain, &hint);
        if !tunes {
            cell_table(&mut page, study, &cells, &best_cells(study, &cells));
        }
    } else if !cells.is_empty() {
        page.gap();
        cell_table(&mut page, study, &cells, &all);
    }
    goldilocks(&mut page, study, &groups, &cells);
    reached::presses(&mut page, study, &cells);
    warnings::warnings(&mut page, study, &groups, &cells);
    saved::sentence(&mut page, study);
    page.gap();
    page.line(Tone::Plain, &format!("Results are in {}", folder.display()));
    for note in &study.notes {
        page.paragraph(Tone::Plain, &format!("Note: {note}"));
    }
    page.into_text()
}

fn heading(page: &mut Page, study: &Study, cells: &Groups) {
    let mut counts = [0; Status::ALL.len()];
    study.runs.iter().for_each(|run| counts[run.status as usize] += 1);
    let outcomes = Status::ALL
        .into_iter()
        .filter(|&status| counts[status as usize] > 0)
        .map(|status| format!("{} {status}", grouped(counts[status as usize])));
    let many = |count: usize, thing| counted(grouped(count as u128), thing);
    let runs = match study.runs.len() {
        runs if runs == cells.len() => many(runs, "run"),
        runs => format!("{} in {}", many(runs, "run"), many(cells.len(), "cell")),
    };
    let counts: Vec<String> = [runs].into_iter().chain(outcomes).collect();
    page.paragraph(Tone::Plain, &format!("{}: {}", study.name, counts.join(", ")));
    page.paragraph(Tone::Plain, &study.description);
    let constant = study.axes.iter().filter(|axis| axis.path != SEED);
    let constant: Vec<String> = constant
        .filter_map(|axis| match axis.values.as_slice() {
            [only] => Some(format!("{} = {}", axis.path, value(only))),
            _ => None,
        })
        .collect();
    if !constant.is_empty() {
        page.paragraph(Tone::Plain, &format!("In all runs {}", constant.join(", ")));
    }
}

/// The cells with the fewest steps, among equals with the least loss.
fn best_cells(study: &Study, cells: &Groups) -> Vec<usize> {
    let summaries: Vec<Summary> = cells.iter().map(|runs| Summary::of(study, runs)).collect();
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&summaries[a], &summaries[b]);
        let by_steps = a.steps.median.total_cmp(&b.steps.median);
        by_steps.then(a.best_loss_median.total_cmp(&b.best_loss_median))
    });
    order.truncate(MOST_BEST);
    order
}

fn cell_table(page: &mut Page, study: &Study, cells: &Groups, shown: &[usize]) {
    let summaries: Vec<(&[u32], Summary)> =
        shown.iter().map(|&cell| cells.get(cell)).map(|runs| (runs, Summary::of(study, runs))).collect();
    let replicated = summaries.iter().any(|(_, summary)| summary.runs > 1);
    let with_epochs = summaries.iter().any(|(_, summary)| summary.epochs_median.is_finite());

    let mut columns: Vec<Column> = varying(study, &[SEED]).map(|axis| Column::right(&axis.path)).collect();
    columns.push(if replicated { Column::right("steps [q25–q75]") } else { Column::left("steps") });
    if with_epochs {
        columns.push(Column::right("epochs"));
    }
    if replicated {
        columns.push(Column::left("runs"));
    }

    let rows = summaries.iter().map(|(runs, summary)| {
        let mut row: Vec<String> = varying(study, &[SEED]).map(|axis| value(axis.value(runs[0] as usize))).collect();
        let outcome = outcome(study, runs);
        row.push(steps(summary).unwrap_or_else(|| if replicated { dash() } else { outcome.clone() }));
        if with_epochs {
            row.push(finite(summary.epochs_median));
        }
        if replicated {
            row.push(outcome);
        }
        row
    });
    page.table(varying(study, &[SEED]).count(), &columns, rows);
}

/// Where there is nothing to tell.
fn dash() -> String {
    "–".to_owned()
}

fn finite(count: f64) -> String {
    if count.is_finite() { number(count) } else { dash() }
}

fn goldilocks(page: &mut Page, study: &Study, groups: &[Goldilocks], cells: &Groups) {
    let says_nothing = |group: &Goldilocks| {
        let limits = [group.converging.map(|(low, _)| low), group.diverging_from, group.stability_limit];
        group.best.is_none() && limits.iter().all(Option::is_none)
    };
    if groups.iter().all(|group| group.rates < 2 || says_nothing(group)) {
        return;
    }
    page.gap();
    match groups {
        [only] => {
            best_sentence(page, study, only, cells);
            limits_sentence(page, only);
        }
        _ => goldilocks_table(page, study, groups, cells),
    }
}

/// The learning rate of a run, in words.
fn rate_of(study: &Study, run: usize) -> String {
    study.axes.iter().find(|axis| axis.path == LEARNING_RATE).map_or_else(String::new, |axis| value(axis.value(run)))
}

/// The cell of a run.
fn cell_of(cells: &Groups, run: usize) -> &[u32] {
    cells.iter().find(|runs| runs[0] as usize == run).unwrap_or_default()
}

fn best_sentence(page: &mut Page, study: &Study, group: &Goldilocks, cells: &Groups) {
    let Some(best) = &group.best else { return };
    let summary = &best.summary;
    let rate = rate_of(study, best.run);
    let successes = format!("{} of {}", summary.count(Status::Converged), counted(summary.runs, "run"));
    let Some(steps) = steps(summary) else {
        let sentence = format!("Goldilocks learning rate: {rate}, but only {successes} converged.");
        return page.paragraph(Tone::Warning, &sentence);
    };
    let unit = if steps == "1" { "step" } else { "steps" };
    let epochs = match summary.epochs_median {
        epochs if epochs.is_finite() => format!(", {}", counted(number(epochs), "epoch")),
        _ => String::new(),
    };
    let runs = if summary.runs > 1 { format!("; {successes} converged") } else { String::new() };
    page.paragraph(
        Tone::Good,
        &format!("Goldilocks learning rate: {rate}, converged after {steps} {unit}{epochs}{runs}."),
    );
    let reached = reached::sentence(study, cell_of(cells, best.run), summary);
    page.paragraph(Tone::Plain, &format!("At {rate}: {reached}."));
    let count = warnings::false_convergences_beside(study, best.run);
    if count > 0 {
        let sentence = format!(
            "{} of the cell made over 10% of the total drop in loss after that point (false convergence).",
            counted(count, "run")
        );
        page.paragraph(Tone::Warning, &sentence);
    }
}

fn limits_sentence(page: &mut Page, group: &Goldilocks) {
    let clauses = [
        group.converging.map(|(low, high)| format!("all runs converge at {}", range(low, high))),
        group.diverging_from.map(|from| format!("runs diverge from {} upwards", number(from))),
        group.stability_limit.map(|limit| format!("in theory the limit is {}", number(limit))),
    ];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    if !clauses.is_empty() {
        page.paragraph(Tone::Plain, &format!("Learning rates: {}.", clauses.join("; ")));
    }
}

fn range(low: f64, high: f64) -> String {
    if low == high { number(low) } else { format!("{} to {}", number(low), number(high)) }
}

/// What stands in a column of the table of best rates for a group.
type Content<'a> = Box<dyn Fn(&Goldilocks) -> Option<String> + 'a>;

/// The columns of the table of best rates.
#[derive(Default)]
struct Table<'a> {
    columns: Vec<(String, Content<'a>)>,
}

impl<'a> Table<'a> {
    fn column(&mut self, name: &str, content: impl Fn(&Goldilocks) -> Option<String> + 'a) {
        self.columns.push((name.to_owned(), Box::new(content)));
    }

    /// A column about the best of a group.
    fn best(&mut self, name: &str, content: impl Fn(&Best) -> Option<String> + 'a) {
        self.column(name, move |group| group.best.as_ref().and_then(&content));
    }
}

fn goldilocks_table(page: &mut Page, study: &Study, groups: &[Goldilocks], cells: &Groups) {
    const EXCEPT: [&str; 2] = [SEED, LEARNING_RATE];
    let bests = || groups.iter().filter_map(|group| group.best.as_ref());
    let with_epochs = bests().any(|best| best.summary.epochs_median.is_finite());
    let with_examples = with_epochs && varying(study, &EXCEPT).any(|axis| axis.path == BATCH_SIZE);
    let replicated = bests().any(|best| best.summary.runs > 1);
    let reached = Reached::of(study);

    let mut table = Table::default();
    for axis in varying(study, &EXCEPT) {
        table.column(&axis.path, |group| Some(value(axis.value(group.run))));
    }
    table.best("best rate", |best| Some(rate_of(study, best.run)));
    table.best(if replicated { "steps [q25–q75]" } else { "steps" }, |best| steps(&best.summary));
    if with_epochs {
        table.best("epochs", |best| Some(finite(best.summary.epochs_median)));
    }
    if with_examples {
        table.best("examples", |best| Some(finite(best.summary.examples_median)));
    }
    if replicated {
        let successes = |summary: &Summary| format!("{} of {}", summary.count(Status::Converged), summary.runs);
        table.best("converged", move |best| Some(successes(&best.summary)));
    }
    table.best("final loss", |best| Some(number(best.summary.final_loss_median)));
    table.best("best loss", |best| Some(number(best.summary.best_loss_median)));
    for reached in &reached {
        table.best(&reached.words(), |best| reached.median(cell_of(cells, best.run)).map(number));
    }
    table.column("all converge at", |group| group.converging.map(|(low, high)| range(low, high)));
    table.column("diverge from", |group| group.diverging_from.map(number));
    if groups.iter().any(|group| group.stability_limit.is_some()) {
        table.column("in theory", |group| group.stability_limit.map(number));
    }

    let heads: Vec<Column> = table.columns.iter().map(|(name, _)| Column::right(name)).collect();
    let row = |group| table.columns.iter().map(|(_, cell)| cell(group).unwrap_or_else(dash)).collect();
    page.paragraph(Tone::Good, "Goldilocks learning rates");
    page.table(varying(study, &EXCEPT).count(), &heads, groups.iter().take(MOST_ROWS).map(row));
    if groups.len() > MOST_ROWS {
        page.paragraph(Tone::Plain, &format!("… and {} more in goldilocks.csv", groups.len() - MOST_ROWS));
    }
}

#[cfg(test)]
mod tests;
