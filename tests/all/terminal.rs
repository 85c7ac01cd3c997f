//! What reaches the terminal: folders that are made, escape codes that are not passed on, tables that fit.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const STUDY: &str = "name = \"study\"
description = \"clear\\u001B[2Jed\"
[problem]
kind = \"parabola\"
curvature = 0.625
[grid]
learning_rate = [0.7, 1.6, 4.0]
[stop]
max_steps = 100
converged = { distance = 0.0055 }
";

/// What a command prints on both streams.
fn output(folder: &TempDir, arguments: &[&str]) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    command.current_dir(folder.path()).args(arguments).env_remove("COLUMNS").stdin(Stdio::null());
    let output = command.output().unwrap();
    format!("{}{}", String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn escape_codes_from_files_are_shown_and_not_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), STUDY).unwrap();
    for arguments in [&["plan", "study.toml"][..], &["run", "study.toml"], &["report", "results/study"]] {
        let text = output(&folder, arguments);
        assert!(text.contains("clear␛[2Jed") && !text.contains('\u{1b}'), "{text:?}");
    }
    // A reason in a table, a name in an address, a column, and a name given on the command line.
    let runs = folder.path().join("results/study/runs.csv");
    let reason = fs::read_to_string(&runs).unwrap().replace("loss above 1000 times its start", "\u{1b}[31mred");
    fs::write(&runs, reason).unwrap();
    let text = output(&folder, &["explain", "results/study", "2"]);
    assert!(text.contains("␛[31mred") && !text.contains('\u{1b}'), "{text:?}");

    fs::write(folder.path().join("data.csv"), "\u{1b}[2Ja,y\n1,2\nx\u{7}y,3\n").unwrap();
    let regression = "name = \"r\"\n[problem]\nkind = \"linear-regression\"\n[data]\ncsv = \"data.csv\"\ntarget = \"y\"\n\
                      [grid]\nlearning_rate = 0.1\n[stop]\nmax_epochs = 1\n";
    fs::write(folder.path().join("r.toml"), regression).unwrap();
    let wrong = "\u{1b}]0;title\u{7}";
    let invocations: [&[&str]; 4] = [
        &["run", "r.toml"],
        &["import", &format!("#dataset={wrong}")],
        &["run", "study.toml", "--set", &format!("{wrong}=1")],
        &["plan", wrong],
    ];
    for arguments in invocations {
        let text = output(&folder, arguments);
        assert!(!text.is_empty() && !text.contains(['\u{1b}', '\u{7}']), "{arguments:?}: {text:?}");
    }
}

#[test]
fn a_spec_is_begun_in_a_folder_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        output(&folder, &["init", "studies/deep/x.toml"]),
        "wrote studies/deep/x.toml\nnow try:  goldilocks run studies/deep/x.toml\n"
    );
    output(&folder, &["import", "-o", "pages/p.toml", "#dataset=circle&seed=0.5"]);
    assert!(folder.path().join("studies/deep/x.toml").is_file() && folder.path().join("pages/p.toml").is_file());
}
