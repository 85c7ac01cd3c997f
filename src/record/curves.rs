//! `curves.csv`, one row per run and recorded step.

use std::io::{self, Write};

use super::study::Study;
use super::table;

/// The columns of `curves.csv` before the measures.
pub(crate) const CURVE_COLUMNS: [&str; 4] = ["run", "step", "epoch", "loss"];

/// Curves that one thread formats at a time; each has some hundred rows.
const CURVES_PER_CHUNK: usize = 64;

/// Writes `curves.csv`.
///
/// `epoch` is empty for problems without examples; a measure that is not a number is empty, a loss that is none is `NaN`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_curves(study: &Study, out: &mut (impl Write + Send)) -> io::Result<()> {
    let header = CURVE_COLUMNS.into_iter().chain(study.measures.iter().map(String::as_str));
    table::write(out, header, study.curves.len(), CURVES_PER_CHUNK, |number, rows| {
        let curve = &study.curves[number];
        for (point, (&step, &loss)) in curve.steps.iter().zip(&curve.loss).enumerate() {
            rows.count(curve.run as u64);
            rows.count(step);
            rows.optional_number(curve.epochs.get(point).copied());
            rows.number(loss);
            for measure in 0..study.measures.len() {
                let values = curve.measures.get(measure);
                let value = values.and_then(|values| values.get(point)).copied();
                rows.optional_number(value.filter(|value| !value.is_nan()));
            }
            rows.end();
        }
    })
}
