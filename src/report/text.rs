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
pub(super) mod words;

use std::path::Path;

use crate::metric::FALSE_CONVERGENCE;
use crate::outcome::Status;
use crate::record::{Axis, BATCH_SIZE, Edge, Goldilocks, Groups, LEARNING_RATE, Reached, SEED, Study, Summary};
use crate::value::grouped;
use page::{Column, Page, Tone};
use words::{counted, number, outcome, steps, value};

pub use check::check;
pub use compare::comparison;
pub use explain::explanation;
pub use phrases::cell as cell_change;

/// A table with more rows than this is for a file, not for a terminal.
const MOST_ROWS: usize = 40;

/// So many cells are shown of a table that is too long, where no learning rate is tuned.
const MOST_BEST: usize = 10;

/// At most so many things are listed in a sentence.
const MOST_NAMES: usize = 6;

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
    warnings(&mut page, study, &groups, &cells);
    page.gap();
    page.line(Tone::Plain, &format!("Results are in {}", folder.display()));
    for note in &study.notes {
        page.paragraph(Tone::Plain, &format!("Note: {note}"));
    }
    page.into_text()
}

/// Axes with more than one value, but for `except`; what never varies is said once.
fn varying<'a>(study: &'a Study, except: &'a [&str]) -> impl Iterator<Item = &'a Axis> {
    study.axes.iter().filter(move |axis| axis.values.len() > 1 && !except.contains(&axis.path.as_str()))
}

fn heading(page: &mut Page, study: &Study, cells: &Groups) {
    let count = |status| study.runs.iter().filter(|run| run.status == status).count();
    let outcomes = Status::ALL
        .into_iter()
        .filter(|&status| count(status) > 0)
        .map(|status| format!("{} {status}", grouped(count(status) as u128)));
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
    let count = false_convergences_beside(study, best.run);
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

fn goldilocks_table(page: &mut Page, study: &Study, groups: &[Goldilocks], cells: &Groups) {
    const EXCEPT: [&str; 2] = [SEED, LEARNING_RATE];
    let bests = || groups.iter().filter_map(|group| group.best.as_ref());
    let with_epochs = bests().any(|best| best.summary.epochs_median.is_finite());
    let with_examples = with_epochs && varying(study, &EXCEPT).any(|axis| axis.path == BATCH_SIZE);
    let replicated = bests().any(|best| best.summary.runs > 1);
    let reached = Reached::of(study);
    let with_theory = groups.iter().any(|group| group.stability_limit.is_some());

    let mut columns: Vec<Column> = varying(study, &EXCEPT).map(|axis| Column::right(&axis.path)).collect();
    columns.push(Column::right("best rate"));
    columns.push(Column::right(if replicated { "steps [q25–q75]" } else { "steps" }));
    if with_epochs {
        columns.push(Column::right("epochs"));
    }
    if with_examples {
        columns.push(Column::right("examples"));
    }
    if replicated {
        columns.push(Column::right("converged"));
    }
    columns.extend(["final loss", "best loss"].map(Column::right));
    columns.extend(reached.iter().map(|reached| Column::right(reached.words())));
    columns.push(Column::right("all converge at"));
    columns.push(Column::right("diverge from"));
    if with_theory {
        columns.push(Column::right("in theory"));
    }

    let rows =
        groups.iter().take(MOST_ROWS).map(|group| {
            let best = group.best.as_ref();
            let mut row: Vec<String> = varying(study, &EXCEPT).map(|axis| value(axis.value(group.run))).collect();
            row.push(best.map_or_else(dash, |best| rate_of(study, best.run)));
            row.push(best.and_then(|best| steps(&best.summary)).unwrap_or_else(dash));
            if with_epochs {
                row.push(best.map_or_else(dash, |best| finite(best.summary.epochs_median)));
            }
            if with_examples {
                row.push(best.map_or_else(dash, |best| finite(best.summary.examples_median)));
            }
            if replicated {
                let successes = |summary: &Summary| format!("{} of {}", summary.count(Status::Converged), summary.runs);
                row.push(best.map_or_else(dash, |best| successes(&best.summary)));
            }
            row.push(best.map_or_else(dash, |best| number(best.summary.final_loss_median)));
            row.push(best.map_or_else(dash, |best| number(best.summary.best_loss_median)));
            row.extend(reached.iter().map(|reached| {
                best.and_then(|best| reached.median(cell_of(cells, best.run))).map_or_else(dash, number)
            }));
            row.push(group.converging.map_or_else(dash, |(low, high)| range(low, high)));
            row.push(group.diverging_from.map_or_else(dash, number));
            if with_theory {
                row.push(group.stability_limit.map_or_else(dash, number));
            }
            row
        });
    page.paragraph(Tone::Good, "Goldilocks learning rates");
    page.table(varying(study, &EXCEPT).count(), &columns, rows);
    if groups.len() > MOST_ROWS {
        page.paragraph(Tone::Plain, &format!("… and {} more in goldilocks.csv", groups.len() - MOST_ROWS));
    }
}

fn warnings(page: &mut Page, study: &Study, groups: &[Goldilocks], cells: &Groups) {
    let mut warnings: Vec<(Tone, String)> = Vec::new();
    for (edge, extreme) in [(Edge::Upper, "largest"), (Edge::Lower, "smallest")] {
        let at_edge = |group: &&Goldilocks| group.best.as_ref().is_some_and(|best| best.edge == edge);
        let names = names(study, groups, at_edge);
        if let Some(names) = names {
            let advice = edge.advice().replacen(' ', " the grid ", 1);
            let warning = format!("Warning: the best learning rate is the {extreme} that was tried{names}: {advice}.");
            warnings.push((Tone::Warning, warning));
        }
    }
    let nothing = names(study, groups, |group| group.best.is_none());
    if let Some(names) = nothing.filter(|_| !study.without_target) {
        let closest = reached::closest(study, groups).map_or(String::new(), |closest| format!(" {closest}."));
        warnings.push((Tone::Warning, format!("Warning: nothing converged{names}.{closest}")));
    }
    warnings.extend(reached::copies(study, cells).map(|warning| (Tone::Warning, warning)));
    warnings.extend(false_convergences(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(coarse(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(stopped_before(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(failures(study).map(|failures| (Tone::Bad, failures)));
    if !warnings.is_empty() {
        page.gap();
        warnings.iter().for_each(|(tone, warning)| page.paragraph(*tone, warning));
    }
}

/// How many of the replicates of a run only seemed to have converged, the run among them.
fn false_convergences_beside(study: &Study, run: usize) -> usize {
    let Some(extra) = study.extra(FALSE_CONVERGENCE) else { return 0 };
    let is_false = |run: &&u32| extra.get(**run as usize).is_some_and(|told| told != 0.0);
    let cells = Groups::cells(study);
    let cell = cells.iter().find(|runs| runs.iter().any(|other| *other as usize == run));
    cell.map_or(0, |runs| runs.iter().filter(is_false).count())
}

/// Says how many runs only seemed to have converged, where they trained on.
fn false_convergences(study: &Study) -> Option<String> {
    let extra = study.extra(FALSE_CONVERGENCE)?;
    let told: Vec<f64> = (0..study.runs.len()).filter_map(|run| extra.get(run)).collect();
    let count = told.iter().filter(|is_false| **is_false != 0.0).count();
    let all = told.len();
    (count > 0).then(|| {
        format!(
            "Warning: {count} of {all} converged runs made over 10% of their total drop after that point (false_convergence): \
             their steps count to the false convergence."
        )
    })
}

/// Says how many runs were evaluated too rarely for their steps to mean much.
fn coarse(study: &Study) -> Option<String> {
    let count = (0..study.runs.len()).filter(|&run| study.is_coarse(run)).count();
    let all = study.runs.iter().filter(|run| run.steps.is_some()).count();
    (count > 0).then(|| {
        format!(
            "Warning: the steps of {count} of {all} converged runs are known only to within more than a tenth (steps_resolution): \
             they are the first evaluation at which the target was met. Evaluate more often to know them better."
        )
    })
}

/// Says how many runs ended at their own target before they came to the one they are held to now.
fn stopped_before(study: &Study) -> Option<String> {
    let count = study.runs.iter().filter(|run| run.is_unknown_beyond_end()).count();
    (count > 0).then(|| {
        let (runs, ended) = if count == 1 { ("run", "it had not reached") } else { ("runs", "they had not reached") };
        format!(
            "Warning: {count} {runs} stopped at another target; until then {ended} this one. What would have come later is \
             unknown; they count as not converged."
        )
    })
}

/// Names the groups that `chosen` picks: nothing if there is only one group, `None` if it picks none.
fn names(study: &Study, groups: &[Goldilocks], chosen: impl Fn(&&Goldilocks) -> bool) -> Option<String> {
    let name = |group: &Goldilocks| {
        let settings = varying(study, &[SEED, LEARNING_RATE]);
        let settings = settings.map(|axis| format!("{} {}", axis.path, value(axis.value(group.run))));
        settings.collect::<Vec<String>>().join(", ")
    };
    let chosen: Vec<&Goldilocks> = groups.iter().filter(chosen).collect();
    match (chosen.as_slice(), groups.len()) {
        ([], _) => None,
        (chosen, all) if chosen.len() == all => Some(String::new()),
        (chosen, _) => {
            let names: Vec<String> = chosen.iter().take(MOST_NAMES).map(|group| name(group)).collect();
            Some(format!(" for {}{}", names.join("; "), and_more(chosen.len())))
        }
    }
}

fn and_more(count: usize) -> String {
    if count > MOST_NAMES { format!(" and {} more", count - MOST_NAMES) } else { String::new() }
}

/// The runs that could not be carried out, with the reason of the first.
fn failures(study: &Study) -> Option<String> {
    let failed = || study.runs.iter().enumerate().filter(|(_, run)| run.status == Status::Failed);
    let count = failed().count();
    let (_, first) = failed().next()?;
    let numbers: Vec<String> = failed().take(MOST_NAMES).map(|(number, _)| number.to_string()).collect();
    let noun = if count == 1 { "run" } else { "runs" };
    let reason = first.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    let which = if count == 1 { "" } else { "; the first" };
    Some(format!(
        "{} could not be carried out ({noun} {}{}{which}{reason}). See runs.csv.",
        counted(count, "run"),
        numbers.join(", "),
        and_more(count),
    ))
}

#[cfg(test)]
mod tests;
