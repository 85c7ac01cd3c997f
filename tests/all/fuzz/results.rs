//! Results folders with bytes, cells, lines and files changed: read or refused, and what is read can be told and explained.

use std::fs;
use std::path::Path;

use goldilocks::check;
use goldilocks::report::text;
use goldilocks::store;

use super::{Dice, LONGEST_MESSAGE, campaign, mutated};
use crate::support;

const SPEC: &str = "name = \"results\"\n[problem]\nkind = \"linear-regression\"\n[data]\nkind = \"linear\"\nexamples = 12\nfeatures = 2\n\
    [grid]\nlearning_rate = [0.01, 0.3, 4]\nbatch_size = [2, \"full\"]\nseed = { count = 2 }\n[stop]\nmax_epochs = 4\nconverged = { relative_gap = 0.3 }\n";

#[test]
fn no_results_folder_breaks_anything() {
    let folder = tempfile::tempdir().unwrap();
    let study = support::train(&support::parse(SPEC), support::USUAL);
    store::write_tables(&study, folder.path()).unwrap();
    store::write_spec(SPEC, &[], folder.path()).unwrap();
    let mut files: Vec<(String, String)> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let mut read = 0u64;
    campaign("results folders", 600, |dice| read += u64::from(play(dice, folder.path(), &files)));
    println!("results folders: {read} could be read");
    assert!(read > 10);
}

/// Whether the folder could be read.
fn play(dice: &mut Dice, folder: &Path, files: &[(String, String)]) -> bool {
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    let (name, text) = dice.choose(files);
    let path = folder.join(name);
    match dice.below(12) {
        0 => fs::remove_file(&path).unwrap(),
        1 => fs::write(&path, &dice.choose(files).1).unwrap(),
        _ => fs::write(&path, mutated(text, dice)).unwrap(),
    }
    // The manifest tells of a change; what stands behind it has to cope as well.
    if dice.one_in(2) {
        store::write_manifest(folder).unwrap();
    }
    if let Err(error) = store::verify_manifest(folder) {
        assert!(error.to_string().len() < LONGEST_MESSAGE);
    }
    drop(store::read_spec(folder));
    let study = match store::read(folder) {
        Ok(study) => study,
        Err(error) => {
            assert!(error.to_string().len() < LONGEST_MESSAGE, "{error}");
            return false;
        }
    };
    // Its intervals come from a bootstrap, which takes most of the time.
    if dice.one_in(4) {
        assert!(!text::summary(&study, folder, 80, false).is_empty());
    }
    if !study.runs.is_empty() {
        let run = dice.below(study.runs.len());
        let about = check::explain(&study, run, &[]).unwrap();
        assert!(!goldilocks::report::text::explanation(&about).is_empty());
    }
    true
}
