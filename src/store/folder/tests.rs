use std::fs as files;

use super::*;

const RUN: &str = "run,id,status\n0,aa,converged\n";

fn root() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let path = files::canonicalize(root.path()).unwrap();
    (root, path)
}

/// Writes results that say `text`.
fn fill_staging(staging: &Staging, text: &str) {
    files::write(staging.path().join(RUNS), RUN).unwrap();
    files::write(staging.path().join("summary.csv"), text).unwrap();
    super::super::write_manifest(staging.path()).unwrap();
}

fn publish(target: &Path, text: &str) {
    let staging = stage(target).unwrap();
    fill_staging(&staging, text);
    staging.sync().unwrap();
    staging.publish().unwrap();
}

fn text(path: &Path) -> String {
    files::read_to_string(path).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = files::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_dropped_folder_leaves_the_old_one_alone() {
    let (_root, root) = root();
    let target = root.join("deep/results");
    publish(&target, "1");
    let second = stage(&target).unwrap();
    fill_staging(&second, "2");
    drop(second);
    assert_eq!(text(&target.join("summary.csv")), "1");
    publish(&target, "3");
    assert_eq!(text(&target.join("summary.csv")), "3");
    assert_eq!(names(&root.join("deep")), ["results"], "nothing else is left behind");
}

#[test]
fn a_file_in_the_way_is_named() {
    let (_root, root) = root();
    let target = root.join("results");
    files::write(&target, "").unwrap();
    let message = stage(&target).unwrap_err().to_string();
    assert!(message.starts_with("cannot write results to") && message.ends_with("there is a file of that name"));
    let message = stage(&target.join("inner")).unwrap_err().to_string();
    assert!(message.ends_with("a file of that name") || message.ends_with("not a folder"), "{message}");
}

#[test]
fn what_is_not_ours_is_kept_or_refused_by_name() {
    let (_root, root) = root();
    let target = root.join("r");
    files::create_dir(&target).unwrap();
    files::write(target.join("thesis.txt"), "years").unwrap();
    files::write(target.join("runs.csv"), "").unwrap();
    let message = stage(&target).unwrap_err().to_string();
    assert!(message.contains("r contains other files: runs.csv, thesis.txt\n"), "{message}");
    files::remove_file(target.join("runs.csv")).unwrap();
    assert!(stage(&target).unwrap_err().to_string().contains("other files: thesis.txt\n"));
    assert_eq!(text(&target.join("thesis.txt")), "years");

    files::remove_file(target.join("thesis.txt")).unwrap();
    publish(&target, "1");
    files::write(target.join("notes.md"), "notes").unwrap();
    files::create_dir_all(target.join("sub/folder")).unwrap();
    files::write(target.join("loss.svg"), "an old plot").unwrap();
    publish(&target, "2");
    assert_eq!(text(&target.join("notes.md")), "notes");
    assert_eq!(names(&target), ["manifest.csv", "notes.md", "runs.csv", "sub", "summary.csv"]);
    assert_eq!(names(&target.join("sub")), ["folder"]);

    // A table that the manifest does not name, and a folder of a plot's name, would be lost.
    files::write(target.join("points.csv"), "mine").unwrap();
    files::create_dir(target.join("loss.png")).unwrap();
    assert!(stage(&target).unwrap_err().to_string().contains("other files: loss.png, points.csv\n"));
    assert_eq!(text(&target.join("points.csv")), "mine");
}

#[test]
#[cfg(unix)]
fn links_lead_to_the_folder_that_is_replaced() {
    let (_root, root) = root();
    publish(&root.join("real"), "1");
    std::os::unix::fs::symlink("real", root.join("link")).unwrap();
    publish(&root.join("link"), "2");
    assert!(files::symlink_metadata(root.join("link")).unwrap().is_symlink());
    assert_eq!(text(&root.join("real/summary.csv")), "2");
    publish(&root.join("real/../real"), "3");
    assert_eq!(text(&root.join("real/summary.csv")), "3");
    assert_eq!(names(&root), ["link", "real"]);
}

#[test]
fn a_second_writer_is_told_who_holds_the_folder() {
    let (_root, root) = root();
    let target = root.join("r");
    let first = stage(&target).unwrap();
    let message = stage(&target).unwrap_err().to_string();
    let by = format!("r is being written by process {}", std::process::id());
    assert!(message.contains(&by), "{message}");
    drop(first);
    stage(&target).unwrap();
}

#[test]
fn leftovers_of_the_dead_are_removed_and_those_of_the_living_stay() {
    let (_root, root) = root();
    publish(&root.join("a"), "1");
    let living = stage(&root.join("b")).unwrap();
    fill_staging(&living, "b");
    // A process that was killed with its results exchanged but the notes of its user not carried over yet.
    let dead = root.join(".unfinished/a/new-x");
    files::create_dir_all(dead.join("sub")).unwrap();
    for name in ["runs.csv", "loss.png", ".unfinished-y", "notes.md"] {
        files::write(dead.join(name), name).unwrap();
    }
    files::write(root.join(".unfinished/a/lock"), "process 1\n").unwrap();
    publish(&root.join("c"), "1");
    assert_eq!(names(&root.join(".unfinished")), ["b"]);
    assert_eq!(names(&root.join("a")), ["manifest.csv", "notes.md", "runs.csv", "sub", "summary.csv"]);
    assert_eq!(text(&root.join("a/notes.md")), "notes.md");
    assert_eq!(text(&root.join("a/summary.csv")), "1");
    living.publish().unwrap();
    assert_eq!(text(&root.join("b/summary.csv")), "b");
    assert_eq!(names(&root), ["a", "b", "c"]);
}

#[test]
fn without_an_exchange_the_old_folder_moves_away_first_and_comes_back() {
    let (_root, root) = root();
    let target = root.join("r");
    publish(&target, "1");
    let mut staging = stage(&target).unwrap();
    fill_staging(&staging, "2");
    staging.fresh.disable_cleanup(true);
    let old = staging.two_steps().unwrap().unwrap();
    assert_eq!(text(&target.join("summary.csv")), "2");
    assert_eq!(text(&old.join("summary.csv")), "1");

    // As if it had been killed between the two steps: whoever reads or writes next finds the old results.
    files::rename(&target, root.join(".unfinished/r/new-z")).unwrap();
    drop(staging);
    assert!(!target.exists());
    super::super::verify_manifest(&target).unwrap();
    assert_eq!(text(&target.join("summary.csv")), "1");
    assert_eq!(names(&root), ["r"]);
}

#[test]
fn a_failed_rollback_says_where_the_old_results_are() {
    let (_root, root) = root();
    let target = root.join("r");
    publish(&target, "1");
    let staging = stage(&target).unwrap();
    let error = staging.elsewhere("the old results are in", root.join("x"), io::Error::other("no space"));
    let expected =
        format!("cannot replace {}: no space\nthe old results are in {}", target.display(), root.join("x").display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_folder_that_cannot_move_is_filled_with_its_manifest_last() {
    let (_root, root) = root();
    let target = root.join("r");
    publish(&target, "1");
    files::write(target.join("notes.md"), "notes").unwrap();
    files::write(target.join("loss.svg"), "an old plot").unwrap();
    let mut staging = stage(&target).unwrap();
    fill_staging(&staging, "2");
    staging.place.is_movable = false;
    staging.publish().unwrap();
    super::super::verify_manifest(&target).unwrap();
    assert_eq!(names(&target), ["manifest.csv", "notes.md", "runs.csv", "summary.csv"]);
    assert_eq!(text(&target.join("summary.csv")), "2");

    let (fresh, to) = (root.join("fresh"), root.join("to"));
    files::create_dir_all(&fresh).unwrap();
    files::create_dir_all(to.join("summary.csv/in/the/way")).unwrap();
    for name in ["runs.csv", "summary.csv", "manifest.csv"] {
        files::write(fresh.join(name), name).unwrap();
    }
    files::write(to.join("manifest.csv"), "old").unwrap();
    fill(&fresh, &to).unwrap_err();
    assert_eq!(names(&to), ["runs.csv", "summary.csv"], "half of it has no manifest");
}

/// A disk that is full, or fails once, at every point in turn, while results are written and put in the place of others.
#[test]
fn results_are_old_or_new_wherever_the_disk_fails() {
    let write = |target: &Path, text: &str| -> Result<(), Box<dyn std::error::Error>> {
        let staging = stage(target)?;
        crate::fs::write(&staging.path().join(RUNS), RUN.as_bytes())?;
        crate::fs::write_stream(&staging.path().join("summary.csv"), |out| io::Write::write_all(out, text.as_bytes()))?;
        super::super::write_manifest(staging.path())?;
        staging.sync()?;
        Ok(staging.publish()?)
    };
    for is_full in [true, false] {
        let mut failures = 0;
        for well in 0.. {
            let (_root, root) = root();
            let target = root.join("results");
            write(&target, "old").unwrap();
            let refusal = crate::fs::faults::Refusal::after(well, is_full, &root);
            let outcome = write(&target, "new");
            let refused = refusal.count();
            drop(refusal);
            super::super::verify_manifest(&target).unwrap();
            let expected = if outcome.is_ok() { "new" } else { "old" };
            assert_eq!(text(&target.join("summary.csv")), expected);
            write(&target, "last").unwrap();
            assert_eq!(text(&target.join("summary.csv")), "last");
            assert_eq!(names(&root), ["results"], "nothing is left behind");
            failures += usize::from(outcome.is_err());
            if refused == 0 {
                break;
            }
        }
        assert!(failures > 8, "every point had its turn: {failures}");
    }
}
