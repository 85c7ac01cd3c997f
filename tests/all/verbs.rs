//! What verbs make of specs and results that are a little different from what they expect.

use std::fs;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const STUDY: &str = "name = \"study\"
[problem]
kind = \"parabola\"
curvature = 0.625
[grid]
learning_rate = [0.7, 1.6, 4.0]
\"problem.start\" = [1, 2]
[stop]
max_steps = 100
converged = { distance = 0.0055 }
[[expect]]
where = { learning_rate = 0.7 }
steps = 10
";

fn place() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), STUDY).unwrap();
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    command.current_dir(folder.path()).args(arguments).env_remove("COLUMNS").stdin(Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[test]
fn only_a_check_needs_runs_for_its_expectations() {
    let folder = place();
    let set = ["--set", "grid.learning_rate=[0.1, 0.2]"];
    for verb in ["plan", "run", "verify"] {
        let output = run(&folder, &[verb, "study.toml", set[0], set[1]]);
        assert!(output.status.success(), "{verb}: {}", text(&output.stderr));
        if verb != "verify" {
            let note = "1 expectation of this spec matches no run of this grid";
            assert!(text(&output.stdout).contains(note), "{verb}: {}", text(&output.stdout));
        }
    }
    let output = run(&folder, &["check", "study.toml", set[0], set[1]]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("this expectation matches no run"), "{}", text(&output.stderr));
}

#[test]
fn a_run_is_explained_by_its_settings() {
    let folder = place();
    assert!(run(&folder, &["run", "study.toml", "--quiet", "--no-plots"]).status.success());
    let by_number = run(&folder, &["explain", "results/study", "2"]);
    let by_settings = run(&folder, &["explain", "results/study", "learning_rate=1.6,problem.start=1"]);
    assert!(by_number.status.success() && by_number.stdout == by_settings.stdout, "{}", text(&by_settings.stderr));
    for (settings, expected) in [
        (
            "learning_rate=1.6",
            "2 runs have learning_rate=1.6 help: name one, such as `learning_rate=1.6,problem.start=1`",
        ),
        ("learning_rate=9", "no run has learning_rate=9"),
        ("seed=1", "`seed` is not an axis"),
        ("learning_rte=1", "did you mean `learning_rate`?"),
    ] {
        let output = run(&folder, &["explain", "results/study", settings]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }
}
