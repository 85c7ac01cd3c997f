//! What runs have reached, not only whether: losses and accuracies of the best, who came closest, losses along the way.

use super::page::{Column, Page, Tone};
use super::words::{number, value};
use super::{MOST_ROWS, SEED, dash, varying};
use crate::metric::{Direction, Metric};
use crate::record::statistics::Quartiles;
use crate::record::{Goldilocks, Groups, Reached, Study, Summary, distinct};

/// The presses of the Playground's Step button after which the exercise asks for the loss.
const PRESSES: [u64; 2] = [10, 20];

/// The losses and accuracies of a cell, with their names: `final loss 0.01, test accuracy 0.97`.
pub(super) fn sentence(study: &Study, runs: &[u32], summary: &Summary) -> String {
    let best = summary.best_loss_median;
    let best = (best != summary.final_loss_median).then_some(("best loss", best));
    let losses = [("final loss", summary.final_loss_median)].into_iter().chain(best);
    let beside = Reached::of(study).into_iter().filter_map(|reached| Some((reached.words(), reached.median(runs)?)));
    let all = losses.map(|(words, loss)| (words.to_owned(), loss)).chain(beside);
    let all: Vec<String> = all.map(|(words, reached)| format!("{words} {}", number(reached))).collect();
    let medians = if summary.runs > 1 { " (medians)" } else { "" };
    format!("{}{medians}", all.join(", "))
}

/// The cell that came closest to converging in groups of cells none of which did, and how close that was.
pub(super) fn closest(study: &Study, groups: &[Goldilocks]) -> Option<String> {
    let cells = Groups::cells(study);
    let by_group = Groups::of_cells_by_the_rest(study, &cells);
    let missed = groups.iter().zip(by_group.iter()).filter(|(group, _)| group.best.is_none());
    let measured = measured(study);
    let candidates = missed.flat_map(|(_, members)| members).filter_map(|&cell| {
        let runs = cells.get(cell as usize);
        // What only grew came no closer.
        runs.iter().find(|&&run| study.runs[run as usize].best_step > 0)?;
        let reached = match &measured {
            Some((reached, _)) => reached.median(runs)?,
            None => Some(Summary::of(study, runs).best_loss_median)?,
        };
        reached.is_finite().then_some((runs[0], reached))
    });
    let sign = if measured.as_ref().is_some_and(|(_, upwards)| *upwards) { -1.0 } else { 1.0 };
    let (run, reached) = candidates.min_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)))?;
    let words = measured.map_or("best loss".to_owned(), |(reached, _)| format!("final {}", reached.words()));
    let settings: Vec<String> =
        varying(study, &[SEED]).map(|axis| format!("{} {}", axis.path, value(axis.value(run as usize)))).collect();
    let who =
        if settings.is_empty() { "The closest".to_owned() } else { format!("Closest was {}", settings.join(", ")) };
    Some(format!("{who}: {words} {}", number(reached)))
}

/// The target's own measure, if runs say where they ended in it, and whether more of it is better.
fn measured(study: &Study) -> Option<(Reached<'_>, bool)> {
    let measure = &study.target.as_ref()?.measure;
    let reached = Reached::of(study).into_iter().find(|reached| reached.words() == measure.replace('_', " "))?;
    Some((reached, Metric::from_name(measure).and_then(Metric::direction) == Some(Direction::Up)))
}

/// Median losses after some presses of the Playground's Step button, which are epochs; nothing for studies that do not train as
/// the page does.
pub(super) fn presses(page: &mut Page, study: &Study, cells: &Groups) {
    if !study.trains_as_the_page || cells.len() > MOST_ROWS {
        return;
    }
    let loss = |run: u32, press: u64| {
        let curve = study.curves.binary_search_by_key(&(run as usize), |curve| curve.run).ok();
        let curve = &study.curves[curve?];
        let place = curve.epochs.iter().position(|epoch| *epoch == press as f64)?;
        curve.loss.get(place).copied()
    };
    let median = |runs: &[u32], press| {
        let losses: Option<Vec<f64>> = runs.iter().map(|&run| loss(run, press)).collect();
        let losses = losses?.into_iter().map(|loss| if loss.is_nan() { f64::INFINITY } else { loss });
        Some(Quartiles::of(&mut losses.collect::<Vec<f64>>()).median)
    };
    let known: Vec<u64> =
        PRESSES.into_iter().filter(|&press| cells.iter().any(|runs| median(runs, press).is_some())).collect();
    if known.is_empty() {
        return;
    }
    page.gap();
    page.paragraph(Tone::Plain, "Median loss after presses of the page's Step button (epochs)");
    let axes = || varying(study, &[SEED]);
    let mut columns: Vec<Column> = axes().map(|axis| Column::right(&axis.path)).collect();
    columns.extend(known.iter().map(|press| Column::right(format!("after {press}"))));
    let rows = cells.iter().map(|runs| {
        let mut row: Vec<String> = axes().map(|axis| value(axis.value(runs[0] as usize))).collect();
        row.extend(known.iter().map(|&press| median(runs, press).map_or_else(dash, number)));
        row
    });
    page.table(axes().count(), &columns, rows);
}

/// Says where the seed changed nothing: such runs are copies of one, not replicates.
pub(super) fn copies(study: &Study, cells: &Groups) -> Option<String> {
    let is_copied = |runs: &&[u32]| runs.len() > 1 && distinct(study, runs).len() == 1;
    let copied: Vec<&[u32]> = cells.iter().filter(is_copied).collect();
    let which = match (copied.len(), cells.len()) {
        (0, _) => return None,
        (count, all) if count == all => "any cell".to_owned(),
        (count, all) => format!("{count} of {all} cells"),
    };
    let axes = varying(study, &[SEED]).filter(|axis| {
        let of = |runs: &[u32]| axis.value(runs[0] as usize).clone();
        copied.len() < cells.len() && copied.iter().all(|runs| of(runs) == of(copied[0]))
    });
    let shared: Vec<String> =
        axes.map(|axis| format!("{} {}", axis.path, value(axis.value(copied[0][0] as usize)))).collect();
    let shared = if shared.is_empty() { String::new() } else { format!(" ({})", shared.join(", ")) };
    Some(format!(
        "Warning: the seed changes nothing in {which}{shared}: the runs there are copies of one run and count as one."
    ))
}

#[cfg(test)]
mod tests;
