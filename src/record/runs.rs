//! `runs.csv`: one row per run, in spec order.
//!
//! Owns the names and the order of its columns; the reader takes them from here.

use std::io::{self, Write};

use super::study::{Run, Study};
use super::table;
use crate::outcome::Status;

/// The columns before the axes.
pub(crate) const FIRST_COLUMNS: [&str; 2] = ["run", "id"];

/// The columns between the axes and what the problem adds.
pub(crate) const OUTCOME_COLUMNS: [&str; 12] = [
    "status",
    "steps",
    "epochs",
    "examples",
    "trained_steps",
    "initial_loss",
    "final_loss",
    "best_loss",
    "best_step",
    "trend",
    "reason",
    "trajectory",
];

/// Rows that one thread formats at a time: about half a megabyte.
const ROWS_PER_CHUNK: usize = 4096;

/// Writes `runs.csv`.
///
/// `id` and `trajectory` are 16 hexadecimal digits; `steps`, `epochs` and `examples` are counted to convergence and empty
/// for any run that did not converge. The losses of a failed run that never had one are empty.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_runs(study: &Study, out: &mut (impl Write + Send)) -> io::Result<()> {
    let axes = study.axes.iter().flat_map(table::columns);
    let extras = study.extras.iter().map(|extra| extra.name.as_str());
    let header = FIRST_COLUMNS.into_iter().chain(axes).chain(OUTCOME_COLUMNS).chain(extras);
    table::write(out, header, study.runs.len(), ROWS_PER_CHUNK, |number, rows| {
        let run = &study.runs[number];
        rows.count(number as u64);
        rows.hash(run.id);
        study.axes.iter().for_each(|axis| rows.axis(study, axis, number));
        write_outcome(run, rows);
        study.extras.iter().for_each(|extra| rows.optional_number(extra.get(number)));
        rows.end();
    })
}

fn write_outcome(run: &Run, rows: &mut table::Rows) {
    let loss = |loss: f64| (run.status != Status::Failed || !loss.is_nan()).then_some(loss);
    rows.word(run.status.name());
    rows.optional_count(run.steps);
    rows.optional_number(run.epochs.get());
    rows.optional_count(run.examples.get());
    rows.count(run.trained_steps);
    rows.optional_number(loss(run.initial_loss));
    rows.optional_number(loss(run.final_loss));
    rows.optional_number(loss(run.best_loss));
    rows.count(run.best_step);
    rows.word(run.trend.map_or("", |trend| trend.name()));
    rows.text(run.reason.as_deref().unwrap_or(""));
    rows.hash(run.trajectory);
}
