//! `parameters.csv`: where runs began and where they ended, one row per parameter.

use std::io::{self, Write};

use super::study::Parameters;
use super::table;

/// The columns of `parameters.csv`.
pub(crate) const PARAMETER_COLUMNS: [&str; 4] = ["run", "at", "parameter", "value"];

/// What stands in the column `at`: before the first step, and at the end of the run.
pub(crate) const ENDS: [&str; 2] = ["initial", "final"];

/// Writes `parameters.csv`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_parameters(parameters: &[Parameters], out: &mut (impl Write + Send)) -> io::Result<()> {
    table::write(out, PARAMETER_COLUMNS, parameters.len(), 64, |number, rows| {
        let Parameters { run, is_final, values } = &parameters[number];
        for (place, &value) in values.iter().enumerate() {
            rows.count(*run as u64);
            rows.text(ENDS[usize::from(*is_final)]);
            rows.count(place as u64);
            rows.number(value);
            rows.end();
        }
    })
}
