//! The copy of the spec beside the tables, and what the command line changed in it.

use std::path::Path;

use super::layout;
use crate::fs;
use crate::spec::{self, Experiment};

/// Writes the spec as it was read, and what `--set` changed in it, so that the folder says by itself what was run.
///
/// # Errors
/// When a file cannot be written.
pub fn write_spec(text: &str, overrides: &[String], folder: &Path) -> Result<(), fs::Error> {
    fs::write(&folder.join(layout::SPEC), text.as_bytes())?;
    if overrides.is_empty() {
        return Ok(());
    }
    fs::write_stream(&folder.join(layout::OVERRIDES), |out| {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(["set"])?;
        overrides.iter().try_for_each(|change| table.write_record([change]))?;
        table.flush()
    })
}

/// Copies what tells where results came from, as far as it is there: for tables and plots that are made of them again.
///
/// # Errors
/// When a file cannot be written.
pub fn copy_origin(from: &Path, to: &Path) -> Result<(), fs::Error> {
    for name in [layout::SPEC, layout::OVERRIDES, layout::PROVENANCE, layout::TIMING] {
        match fs::read_text(&from.join(name)) {
            Ok(text) => fs::write(&to.join(name), text.as_bytes())?,
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the copy of the spec with the changes that the command line made; nothing if it is not there or of another version.
pub fn read_spec(folder: &Path) -> Option<Experiment> {
    spec::read(&folder.join(layout::SPEC), &read_overrides(folder)?).ok()
}

/// What `--set` changed; `None` if that cannot be read.
pub(super) fn read_overrides(folder: &Path) -> Option<Vec<String>> {
    let text = match fs::read_text(&folder.join(layout::OVERRIDES)) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Some(Vec::new()),
        Err(_) => return None,
    };
    let mut table = csv::Reader::from_reader(text.as_bytes());
    table.records().map(|row| Some(row.ok()?.get(0)?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_any_number_of_lines_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let spec = spec::STARTER;
        let changes =
            ["grid.learning_rate=[\n  0.1, # \"slow\"\n  0.2,\n]".to_owned(), "description='a, b'".to_owned()];
        write_spec(spec, &changes, folder.path()).unwrap();
        assert_eq!(fs::read_text(&folder.path().join(layout::SPEC)).unwrap(), spec, "the copy is the spec itself");
        assert_eq!(read_overrides(folder.path()).unwrap(), changes);
        let read = read_spec(folder.path()).expect("it is valid");
        assert_eq!(read.description, "a, b");
        let grid = crate::grid::expand(&read).expect("a grid");
        let rates = grid.axes.iter().find(|axis| axis.path == "learning_rate").expect("an axis");
        assert_eq!(rates.values.len(), 2);
    }
}
