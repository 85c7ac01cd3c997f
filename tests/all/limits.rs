//! Sizes without a bound: refused with an estimate before anything is taken, in `plan` as in `run`; and messages stay short.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const REGRESSION: &str = "name = \"sizes\"
[problem]
kind = \"linear-regression\"
[data]
kind = \"linear\"
examples = 20
features = 3
[grid]
learning_rate = [0.01, 0.02]
[stop]
max_steps = 50
";

const NETWORK: &str = "name = \"sizes\"
[problem]
kind = \"network\"
hidden = [4]
[data]
csv = \"data.csv\"
target = \"y\"
[grid]
learning_rate = 0.01
[stop]
max_steps = 50
";

fn place(spec: &str, data: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), spec).unwrap();
    fs::write(folder.path().join("data.csv"), data).unwrap();
    folder
}

/// The exit code, and standard output or, if it failed, standard error.
fn outcome(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    let output = command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn what_the_machine_cannot_hold_is_refused_with_the_estimate() {
    const MOST: &str = "9223372036854775807";
    let folder = place(REGRESSION, "");
    for verb in ["plan", "run"] {
        for (set, part) in [
            ("data.examples=1000000000000", "examples"),
            (&*format!("data.examples={MOST}"), "examples"),
            ("data.features=1000000000000", "matrices of least squares"),
            (&*format!("data.features={MOST}"), "matrices of least squares"),
            ("grid.seed={ count = 2000000000 }", "runs and tables"),
        ] {
            let (code, text) = outcome(folder.path(), &[verb, "study.toml", "--yes", "--set", set]);
            assert_eq!(code, Some(2), "{set}: {text}");
            assert!(text.contains(" of memory, and ") && text.contains(part), "{set}: {text}");
        }
    }
    fs::write(folder.path().join("study.toml"), NETWORK.replace("[4]", &format!("[{MOST}, 1000000000000]"))).unwrap();
    fs::write(folder.path().join("data.csv"), "a,y\n1,2\n3,4\n").unwrap();
    let (code, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert!(code == Some(2) && text.contains("runs in training"), "{text}");
    assert!(!folder.path().join("results").exists());
}

#[test]
fn a_window_longer_than_the_run_is_never_full() {
    let folder = place(REGRESSION, "");
    let window = "stop.converged={ plateau = { change = 0.5, window = 9223372036854775807 } }";
    let (code, text) = outcome(folder.path(), &["run", "study.toml", "--no-plots", "--set", window]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("2 exhausted"), "{text}");
}

#[test]
fn a_file_without_an_end_or_without_features_is_an_error() {
    let folder = place(NETWORK, "y\n1\n2\n");
    let (code, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert!(code == Some(2) && text.contains("data.csv:1: there is no column but the target"), "{text}");
    if Path::new("/dev/zero").exists() {
        for arguments in [&["plan", "study.toml", "--set", "data.csv=\"/dev/zero\""][..], &["plan", "/dev/zero"]] {
            let (code, text) = outcome(folder.path(), arguments);
            assert!(code == Some(2) && text.contains("it is no regular file and gives more than 256 MiB"), "{text}");
        }
    }
}

#[test]
fn without_threads_to_be_had_one_does() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let folder = place(REGRESSION, "");
    let expected = outcome(folder.path(), &["run", "study.toml", "--no-plots", "-o", "plain"]);
    let program = assert_cmd::cargo::cargo_bin!("goldilocks");
    // 64 threads with stacks of two megabytes each do not fit beside the program.
    let script =
        format!("ulimit -v 100000; exec '{}' run study.toml --threads 64 --no-plots -o narrow", program.display());
    let output = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    assert_eq!((output.status.code(), expected.0), (Some(0), Some(0)), "{}", String::from_utf8_lossy(&output.stderr));
    let table = |name: &str| fs::read(folder.path().join(name).join("runs.csv")).unwrap();
    assert_eq!(table("narrow"), table("plain"));
    let provenance = fs::read_to_string(folder.path().join("narrow/provenance.toml")).unwrap();
    assert!(provenance.contains("threads = 1\n"), "{provenance}");
}

#[test]
fn plan_says_how_large_data_and_curves_are() {
    let folder = place(NETWORK, "town,y,b\nRome,1,2\nBern,2,3\nRome,3,4\nRome,4,5\n");
    let spec = NETWORK.replace("target = \"y\"", "target = \"y\"\ntest_fraction = 0.25");
    fs::write(folder.path().join("study.toml"), spec).unwrap();
    let sets = ["--set", "record.curves=\"all\"", "--set", "stop.evaluate_every=1"];
    let (_, text) = outcome(folder.path(), &[&["plan", "study.toml"], &sets[..]].concat());
    assert!(text.contains("data: 4 examples (3 to train on, 1 to test on), 3 features\n"), "{text}");
    assert!(text.contains("`town` is a category and became 2 features"), "{text}");
    assert!(text.contains("curves.csv: up to 51 rows, about "), "{text}");
    assert!(text.contains("50 steps and 51 evaluations in all"), "{text}");
    let classes = NETWORK.replace("\"network\"\nhidden = [4]", "\"logistic-regression\"").replace("\"y\"", "\"town\"");
    fs::write(folder.path().join("study.toml"), classes).unwrap();
    fs::write(folder.path().join("data.csv"), "town,b\nRome,1\nBern,2\nRome,3\nBern,4\nRome,5\n").unwrap();
    let (_, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert!(text.contains("data: 5 examples, 1 feature, 2 classes: Bern (2), Rome (3)\n"), "{text}");
}

#[test]
fn of_many_errors_the_first_twenty_are_shown_and_long_text_is_cut() {
    let unknown: String = (0..16_000).map(|key| format!("k{key} = 1\n")).collect();
    let folder = place(&format!("{unknown}{REGRESSION}"), "");
    let started = std::time::Instant::now();
    let (code, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert_eq!(code, Some(2));
    assert_eq!(text.matches("error: ").count(), 20);
    assert!(text.trim_end().ends_with("… and 15980 more errors"), "{}", &text[text.len() - 200..]);
    // A second on an idle machine; quadratic rendering took many times this limit on a busy one.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());

    let long = "x y".repeat(1_000_000);
    fs::write(folder.path().join("study.toml"), REGRESSION.replace("sizes", &long)).unwrap();
    let (code, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert!(code == Some(2) && text.len() < 2000, "{}", text.len());
    assert!(text.contains("study.toml:1:8") && text.contains("it stands at `\"x yx"), "{text}");

    fs::write(folder.path().join("study.toml"), NETWORK).unwrap();
    fs::write(folder.path().join("data.csv"), format!("a,y\n1,{long}\n")).unwrap();
    let (code, text) = outcome(folder.path(), &["plan", "study.toml"]);
    assert!(code == Some(2) && text.len() < 2000 && text.contains("data.csv:2"), "{}", text.len());
}

#[test]
fn a_condition_number_that_scaling_undoes_is_an_error() {
    let folder = place(REGRESSION, "");
    let set = ["--set", "data.condition=1000"];
    let (code, text) = outcome(folder.path(), &[&["plan", "study.toml"], &set[..]].concat());
    assert!(code == Some(2) && text.contains("`data.condition` has no effect once features are scaled"), "{text}");
    let unscaled = ["--set", "data.scale=\"none\""];
    assert_eq!(outcome(folder.path(), &[&["plan", "study.toml"], &set[..], &unscaled].concat()).0, Some(0));
}
