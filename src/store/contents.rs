//! What lies in a folder: results, which may be replaced, and anything else, which is kept.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use super::layout::{self, MANIFEST, MANIFEST_HEADER, RUNS, SHARDS, TABLES};
use crate::fs::UNFINISHED;

/// The names of what keeps new results out of a folder: everything, if the folder does not hold results; else what lies where a
/// file of ours would go. A folder that is not there keeps nothing out.
pub(super) fn in_the_way(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let is_results = is_results(folder);
    let named = tables(folder);
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type()?.is_file();
        // A table that the manifest does not name is somebody else's.
        let is_stray = || named.as_ref().is_some_and(|named| TABLES.contains(&&*name) && !named.contains(&name));
        let blocks = !is_results || layout::is_ours(&name) && (!is_file || is_stray());
        if blocks && !name.starts_with(UNFINISHED) && name != SHARDS {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Whether there are results in a folder, whole or not: a manifest, or a table of runs.
pub(super) fn is_results(folder: &Path) -> bool {
    let begins = |name: &str, beginning: &str| {
        let mut found = vec![0; beginning.len()];
        let path = folder.join(name);
        // A pipe of that name would wait for its writer.
        path.is_file()
            && fs::File::open(path).and_then(|mut file| file.read_exact(&mut found)).is_ok()
            && found == beginning.as_bytes()
    };
    begins(MANIFEST, MANIFEST_HEADER) || begins(RUNS, "run,id,")
}

/// The tables that the manifest of a folder names; `None` if it has none.
fn tables(folder: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let mut lines = text.lines();
    let is_manifest = lines.next() == Some(MANIFEST_HEADER);
    is_manifest.then(|| lines.filter_map(|line| line.split(',').next()).map(str::to_owned).collect())
}

/// Removes replaced or unfinished results; what is not ours goes to `target`, where the results now are. Returns what could not
/// go there, because something of that name is there already; it stays.
pub(super) fn clear(folder: &Path, target: &Path) -> io::Result<Vec<String>> {
    let mut left = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy().into_owned();
        let new = target.join(&name);
        if entry.file_type()?.is_file() && (layout::is_ours(&text) || text.starts_with(UNFINISHED)) {
            fs::remove_file(entry.path())?;
        } else if fs::symlink_metadata(&new).is_err() && fs::rename(entry.path(), &new).is_ok() {
        } else {
            left.push(text);
        }
    }
    if left.is_empty() {
        fs::remove_dir(folder)?;
    }
    Ok(left)
}
