//! Whether results in a folder are of the same grid as new ones, and if not, what differs.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use super::copy::read_overrides;
use super::layout::{RUNS, SPEC};
use super::{contents, place};
use crate::fs;
use crate::grid::Grid;
use crate::spec::Experiment;
use crate::value::grouped;

/// Results of another grid, which would be replaced.
#[derive(Debug)]
pub struct OtherGrid {
    folder: PathBuf,
    /// A line per difference.
    differences: Vec<String>,
}

impl fmt::Display for OtherGrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} holds the results of another grid, which would be replaced", self.folder.display())?;
        self.differences.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        write!(f, "help: add `--force` to replace them, or choose another folder with `--out`")
    }
}

impl std::error::Error for OtherGrid {}

/// Checks that no results of another grid are in a folder. The same spec with the same changes may always replace its results,
/// and so may any spec whose runs are the same; one that `extends` them may have more.
///
/// # Errors
/// When there are results of other runs; it says what differs.
pub fn same_grid(
    folder: &Path,
    experiment: &Experiment,
    overrides: &[String],
    grid: &Grid,
    extends: bool,
) -> Result<(), OtherGrid> {
    place::repair(folder);
    if !contents::is_results(folder) {
        return Ok(());
    }
    let spec = fs::read_text(&folder.join(SPEC)).unwrap_or_default();
    let changes = read_overrides(folder).unwrap_or_default();
    if (spec.as_str(), changes.as_slice()) == (experiment.text(), overrides) {
        return Ok(());
    }
    let there = identities(folder);
    let here: HashSet<u64> = grid.runs.iter().map(|run| run.id).collect();
    let is_kept = |there: &HashSet<u64>| *there == here || extends && there.is_subset(&here);
    if there.as_ref().is_some_and(is_kept) {
        return Ok(());
    }
    let mut differences = settings(&spec, &changes, experiment.text(), overrides);
    differences.push(match there {
        Some(there) => {
            let common = there.intersection(&here).count();
            let [there, here, common] = [there.len(), here.len(), common].map(|count| grouped(count as u128));
            format!("{there} runs there, {here} runs here, {common} in both")
        }
        None => format!("its {RUNS} cannot be read"),
    });
    Err(OtherGrid { folder: folder.to_owned(), differences })
}

/// The identities of the runs in a folder.
fn identities(folder: &Path) -> Option<HashSet<u64>> {
    let mut table = csv::Reader::from_path(folder.join(RUNS)).ok()?;
    let column = table.headers().ok()?.iter().position(|name| name == "id")?;
    table.records().map(|row| u64::from_str_radix(row.ok()?.get(column)?, 16).ok()).collect()
}

/// The settings that differ between two specs with their changes, a line each.
pub(super) fn settings(there: &str, changes_there: &[String], here: &str, changes_here: &[String]) -> Vec<String> {
    const MOST: usize = 8;
    let (there, here) = (flat(there, changes_there), flat(here, changes_here));
    let paths: std::collections::BTreeSet<&String> = there.keys().chain(here.keys()).collect();
    let shown = |value: Option<&String>| value.map_or("not set".to_owned(), |value| shortened(value));
    let mut lines: Vec<String> = paths
        .into_iter()
        .filter(|path| there.get(*path) != here.get(*path))
        .map(|path| format!("{path}: {} there, {} here", shown(there.get(path)), shown(here.get(path))))
        .collect();
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("and {more} more settings"));
    }
    lines
}

fn shortened(value: &str) -> String {
    const MOST: usize = 48;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// The settings of a spec by their dotted paths, each as TOML; but for those that make no run another one.
fn flat(text: &str, changes: &[String]) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    flatten("", &toml::Value::Table(toml::from_str(text).unwrap_or_default()), &mut settings);
    for change in changes {
        let (path, value) = change.split_once('=').unwrap_or((change, ""));
        match toml::from_str(change) {
            Ok(table) => flatten("", &toml::Value::Table(table), &mut settings),
            // A plain word stands for itself.
            Err(_) => drop(settings.insert(path.trim().to_owned(), format!("\"{}\"", value.trim()))),
        }
    }
    settings
        .retain(|path, _| !["description", "expect", "check.", "record."].iter().any(|other| path.starts_with(other)));
    settings
}

fn flatten(path: &str, value: &toml::Value, into: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, value, into);
            }
        }
        value => drop(into.insert(path.to_owned(), value.to_string().split_whitespace().collect::<Vec<_>>().join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_by_its_path() {
        let there = "name = 'a'\ndescription = 'x'\n[grid]\nlearning_rate = [0.1, 0.2]\n[stop]\nmax_steps = 5\n";
        let here = "name = 'a'\n[grid]\nlearning_rate = [0.1]\n[stop]\nmax_steps = 5\n";
        assert!(settings(there, &[], there, &[]).is_empty());
        let lines = settings(there, &[], here, &["stop.max_steps=7".into(), "data.sampling=uniform".into()]);
        assert_eq!(
            lines,
            [
                "data.sampling: not set there, \"uniform\" here",
                "grid.learning_rate: [0.1, 0.2] there, [0.1] here",
                "stop.max_steps: 5 there, 7 here"
            ]
        );
    }
}
