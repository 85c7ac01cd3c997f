//! The program as a process: exit codes, messages, files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PARABOLA: &str = "name = \"study\"
[problem]
kind = \"parabola\"
curvature = 0.625
[grid]
learning_rate = [0.7, 1.6, 4.0]
[stop]
max_steps = 100
converged = { distance = 0.0055 }
";

const REGRESSION: &str = "name = \"study\"
[problem]
kind = \"linear-regression\"
[data]
csv = \"data.csv\"
target = \"y\"
[grid]
learning_rate = 0.1
batch_size = 2
[stop]
max_epochs = 3
";

/// A folder to run the program in.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(files: &[(&str, &str)]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Place { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
        command.current_dir(self.folder.path()).args(arguments).env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of the files in a folder.
    fn list(&self, name: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The exit code, and what was written to standard error.
#[track_caller]
fn fails(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    text
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_study_runs_from_spec_to_tables_and_plots() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let text = succeeds(&place.run(&["run", "study.toml"]));
    assert!(text.contains("Goldilocks learning rate: 1.6"), "{text}");
    assert!(text.contains("results/study"), "{text}");
    assert_eq!(
        place.list("results/study"),
        [
            "bowl.png",
            "curves.csv",
            "goldilocks.csv",
            "landscape.csv",
            "loss.png",
            "manifest.csv",
            "provenance.toml",
            "runs.csv",
            "spec.toml",
            "steps.png",
            "summary.csv",
            "timing.csv"
        ]
    );
    let runs = fs::read_to_string(place.path("results/study/runs.csv")).unwrap();
    let rows: Vec<Vec<&str>> = runs.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..5], ["run", "id", "learning_rate", "status", "steps"]);
    let found: Vec<[&str; 3]> = rows[1..].iter().map(|row| [row[2], row[3], row[4]]).collect();
    assert_eq!(found, [["0.7", "converged", "10"], ["1.6", "converged", "1"], ["4", "diverged", ""]]);
    assert_eq!(place.list("results"), ["study"], "nothing else is left behind");
}

#[test]
fn a_second_run_replaces_the_first_with_the_same_tables() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    succeeds(&place.run(&["run", "study.toml", "--quiet"]));
    fs::write(place.path("results/study/batch.png"), "old").unwrap();
    let tables = |place: &Place| {
        ["runs.csv", "summary.csv", "goldilocks.csv", "curves.csv", "landscape.csv"]
            .map(|name| fs::read(place.path("results/study").join(name)).unwrap())
    };
    let first = tables(&place);
    assert_eq!(succeeds(&place.run(&["run", "study.toml", "--quiet", "-j", "7", "--scalar"])), "");
    assert_eq!(tables(&place), first);
    assert!(!place.path("results/study/batch.png").exists(), "our files are replaced as a whole");
}

#[test]
fn report_makes_the_same_tables_and_plots_from_the_files_alone() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    succeeds(&place.run(&["run", "study.toml", "--quiet"]));
    succeeds(&place.run(&["report", "results/study", "--out", "again"]));
    for name in place.list("again") {
        let same = fs::read(place.path("again").join(&name)).unwrap()
            == fs::read(place.path("results/study").join(&name)).unwrap();
        assert!(same, "{name} differs");
    }
    assert_eq!(place.list("again").len(), 12, "with the spec, the provenance and the timing");
    succeeds(&place.run(&["report", "results/study", "--target", "loss=0.1", "--out", "looser", "--format", "svg"]));
    let runs = fs::read_to_string(place.path("looser/runs.csv")).unwrap();
    // 0.3125 · 0.5625² = 0.0989: the first step already brings the loss below 0.1.
    assert!(runs.lines().nth(1).unwrap().contains(",converged,1,"), "{runs}");
    assert!(place.path("looser/loss.svg").is_file());

    // Without a folder it prints, names the target, and says what is not known.
    let printed = succeeds(&place.run(&["report", "results/study", "--target", "loss=1e-9"]));
    assert!(printed.contains("Steps to loss ≤ 1e-9."), "{printed}");
    assert!(printed.starts_with("study: 3 runs, 1 converged, 1 diverged, 1 unknown\n"), "{printed}");
    assert!(printed.contains("stopped at another target") && printed.contains("unknown after 10 steps"), "{printed}");
    assert!(!printed.contains("exhausted") && !printed.contains("budget"), "{printed}");

    // The tables say so too, are read again, and stay as they are under the same target.
    let message = succeeds(&place.run(&["report", "results/study", "--target", "loss=1e-9", "--out", "strict"]));
    assert!(message.contains("1 unknown"), "{message}");
    let runs = fs::read_to_string(place.path("strict/runs.csv")).unwrap();
    assert!(runs.lines().nth(1).unwrap().contains(",unknown,,"), "{runs}");
    let summary = fs::read_to_string(place.path("strict/summary.csv")).unwrap();
    assert!(summary.contains("exhausted,failed,unknown,success_rate"), "{summary}");
    assert!(!fs::read_to_string(place.path("results/study/summary.csv")).unwrap().contains("unknown"));
    assert!(succeeds(&place.run(&["report", "strict"])).contains("1 unknown"));
    let told = succeeds(&place.run(&["explain", "strict", "0"]));
    assert!(told.contains("stopped at another target after 10 steps"), "{told}");
}

#[test]
fn plan_trains_nothing() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let text = succeeds(&place.run(&["plan", "study.toml"]));
    assert!(
        text.starts_with("study: 3 runs\n") && text.contains("learning_rate") && text.contains("0.7, 1.6, 4"),
        "{text}"
    );
    assert_eq!(place.list(""), ["study.toml"]);
}

#[test]
fn the_starter_spec_runs_and_is_never_written_over() {
    let place = Place::with(&[]);
    succeeds(&place.run(&["init"]));
    succeeds(&place.run(&["run", "learning-rate.toml", "--quiet"]));
    let message = fails(&place.run(&["init"]), 2);
    assert_eq!(message, "error: learning-rate.toml exists already\nhelp: name another file\n");
}

#[test]
fn no_argument_shows_the_help() {
    let place = Place::with(&[]);
    let message = fails(&place.run(&[]), 2);
    assert!(message.contains("Start here:") && message.contains("goldilocks init"), "{message}");
    assert!(fails(&place.run(&["rum"]), 2).contains("'run'"), "a typo in a verb gets the nearest one");
    for verb in ["run", "plan", "report", "init", "schema", "completions"] {
        assert!(succeeds(&place.run(&[verb, "--help"])).contains("Example"), "{verb} has examples");
    }
    assert!(succeeds(&place.run(&["completions", "bash"])).contains("goldilocks"));
}

#[test]
fn a_missing_spec_is_named() {
    let message = fails(&Place::with(&[]).run(&["run", "nowhere.toml"]), 2);
    assert_eq!(message, "error: cannot read nowhere.toml: there is no such file or folder\n");
}

/// Runs the regression on a data file with this text; what it says on standard error.
fn with_data(data: Option<&str>, changes: &[&str]) -> String {
    let mut files = vec![("study.toml", REGRESSION)];
    files.extend(data.map(|text| ("data.csv", text)));
    let place = Place::with(&files);
    let mut arguments = vec!["run", "study.toml"];
    for change in changes {
        arguments.extend(["--set", change]);
    }
    let message = fails(&place.run(&arguments), 2);
    assert!(!place.path("results").exists(), "nothing is written");
    message
}

#[test]
fn what_is_wrong_with_data_is_said_in_the_spec() {
    assert_eq!(
        with_data(None, &[]),
        "error: cannot read data.csv: there is no such file or folder
 --> study.toml:5:7
  |
5 | csv = \"data.csv\"
  |       ^^^^^^^^^^
  |
  = help: the path is relative to the spec\n"
    );
    assert_eq!(
        with_data(Some("a,z\n1,2\n"), &[]),
        "error: data.csv:1: there is no column `y`
 --> study.toml:6:10
  |
6 | target = \"y\"
  |          ^^^
  |
  = help: the columns are: a, z\n"
    );
    let cell = with_data(Some("a,y\n1,2\nx,3\n"), &[]);
    assert!(cell.starts_with("error: data.csv:3: column 1 (`a`): expected a finite number, found `x`\n"), "{cell}");
    let ragged = with_data(Some("a,y\n1,2\n3\n"), &[]);
    assert!(ragged.starts_with("error: data.csv:3: expected 2 columns as in the header, found 1\n"), "{ragged}");
    let empty = with_data(Some(""), &[]);
    assert!(empty.starts_with("error: data.csv is empty; expected a header line and examples\n"), "{empty}");
}

#[test]
fn what_is_wrong_with_classes_is_said_in_the_spec() {
    let classes = |data, change| with_data(Some(data), &["problem.kind='logistic-regression'", change]);
    let seen = "grid.batch_size='full'";
    assert_eq!(
        classes("a,y\n1,b\n2,c\n3,a\n4,b\n5,c\n6,a\n", "problem.classes=2"),
        "error: column `y` holds 3 classes, expected 2
 --> study.toml:6:10
  |
6 | target = \"y\"
  |          ^^^
  |
  = help: the classes are: a, b, c\n"
    );
    let lone = classes("a,y\n1,b\n2,b\n3,a\n", seen);
    assert!(lone.starts_with("error: data.csv:4: column `y`: class `a` has this one example only\n"), "{lone}");
    let single = classes("a,y\n1,b\n2,b\n", seen);
    assert!(single.starts_with("error: column `y` holds a single class, `b`"), "{single}");
    let amount = classes("a,y\n1,0.5\n2,b\n", seen);
    assert!(
        amount.starts_with("error: data.csv:2: column `y`: expected a class (a word or a whole number)"),
        "{amount}"
    );
    let word = with_data(Some("a,y\n1,2\n2,b\n"), &[]);
    assert!(word.ends_with("= help: classes are for `kind = \"logistic-regression\"`, or a network with `loss = \"log\"` or \"cross-entropy\"\n"), "{word}");
}

#[test]
fn a_gap_to_a_minimum_that_does_not_exist_is_refused() {
    let data = "a,y\n1,no\n2,no\n3,yes\n4,yes\n";
    let changes = ["problem.kind='logistic-regression'", "stop.converged={ relative_gap = 0.1 }"];
    let message = with_data(Some(data), &changes);
    assert!(message.starts_with("error: `relative_gap` cannot be measured on this problem with these data\n"));
    assert!(message.contains("= help: the classes are linearly separable and there is no penalty"), "{message}");
}

#[test]
fn a_batch_larger_than_the_data_is_refused_where_it_stands() {
    assert_eq!(
        with_data(Some("a,y\n1,2\n"), &[]),
        "error: batch size 2 is above the number of training examples, 1
 --> study.toml:9:14
  |
9 | batch_size = 2
  |              ^ expected at most 1
  |
  = help: use \"full\" for all training examples\n"
    );
}

#[test]
fn a_criterion_these_data_cannot_measure_is_refused() {
    let data = "a,b,y\n1,1,2\n2,2,3\n3,3,5\n";
    let message = with_data(Some(data), &["stop.converged={ distance = 0.1 }"]);
    assert!(message.starts_with("error: `distance` cannot be measured on this problem with these data\n"), "{message}");
}

#[test]
fn a_results_folder_that_cannot_be_written_is_named_before_training() {
    let place = Place::with(&[("study.toml", PARABOLA), ("results", "a file")]);
    let message = fails(&place.run(&["run", "study.toml"]), 2);
    assert!(message.starts_with("error: cannot write results to results/study: "), "{message}");
    assert_eq!(fs::read_to_string(place.path("results")).unwrap(), "a file");
}

#[test]
fn a_folder_with_something_else_in_it_is_never_replaced() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    fs::create_dir(place.path("thesis")).unwrap();
    fs::write(place.path("thesis/chapter1.tex"), "precious").unwrap();
    let message = fails(&place.run(&["run", "study.toml", "--out", "thesis"]), 2);
    assert_eq!(
        message,
        "error: thesis contains other files: chapter1.tex\nhelp: choose another folder with `--out`, or move them away\n"
    );
    assert_eq!(place.list("thesis"), ["chapter1.tex"]);
}

#[test]
fn a_gigantic_grid_is_refused_with_its_size() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let huge = "grid.seed={ count = 100000000 }";
    let message = fails(&place.run(&["run", "study.toml", "--set", huge]), 2);
    assert_eq!(
        message,
        "error: study.toml expands to 300,000,000 runs, more than 10,000,000\nhelp: make an axis smaller, or add `--yes` to go on\n"
    );
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let mut child = place.command(&["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_old_results_and_exits_130() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    succeeds(&place.run(&["run", "study.toml", "--quiet"]));
    let before = fs::read(place.path("results/study/runs.csv")).unwrap();
    // A rate that goes nowhere, for a very long time.
    let long =
        ["run", "study.toml", "--force", "--set", "grid.learning_rate=1e-12", "--set", "stop.max_steps=1000000000000"];
    let child = place.command(&long).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_staging(&place.path("results"));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    let message = fails(&output, 130);
    assert_eq!(message, "error: interrupted; nothing was written, and old results are as they were\n");
    assert_eq!(fs::read(place.path("results/study/runs.csv")).unwrap(), before);
    assert_eq!(place.list("results"), ["study"]);
}

/// Waits until the program has begun to train: its unfinished folder is there (and its handler soon after).
#[cfg(unix)]
fn wait_for_staging(results: &Path) {
    for _ in 0..600 {
        let names = fs::read_dir(results).unwrap().map(|entry| entry.unwrap().file_name());
        if names.into_iter().any(|name| name.to_string_lossy().starts_with(".unfinished")) {
            std::thread::sleep(std::time::Duration::from_millis(300));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("training has not begun");
}
