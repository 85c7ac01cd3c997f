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
fn curves_asked_for_on_the_command_line_are_part_of_the_estimate() {
    let folder = place(&REGRESSION.replace("max_steps = 50", "max_steps = 1000000000000000"), "");
    let arguments = ["run", "study.toml", "--curves", "all"];
    let (code, text) = outcome(folder.path(), &arguments);
    assert!(code == Some(2) && text.contains(" of memory, and ") && text.contains("is for curves"), "{text}");
    assert!(!folder.path().join("results").exists());
    // The same steps without curves are no matter of memory.
    assert_eq!(outcome(folder.path(), &["plan", "study.toml"]).0, Some(0));
}

#[test]
fn what_plan_says_of_the_size_of_curves_is_about_what_run_writes() {
    let folder = place(REGRESSION, "");
    let set = ["--set", "record.curves=\"all\"", "--set", "stop.max_steps=5000"];
    let (_, text) = outcome(folder.path(), &[&["plan", "study.toml"], &set[..]].concat());
    let told = text.lines().find_map(|line| line.strip_prefix("curves.csv: up to 10,002 rows, about ")).unwrap();
    let (amount, unit) = told.split_once(' ').unwrap();
    let scale = match unit {
        "kB" => 1e3,
        "MB" => 1e6,
        _ => panic!("{told}"),
    };
    let told = amount.parse::<f64>().unwrap() * scale;
    assert_eq!(outcome(folder.path(), &[&["run", "study.toml", "--no-plots"], &set[..]].concat()).0, Some(0));
    let written = fs::metadata(folder.path().join("results/sizes/curves.csv")).unwrap().len() as f64;
    assert!((0.5..2.0).contains(&(told / written)), "told {told}, written {written}");
}

/// The copy of the spec may have been changed since; results of two runs are explained without expanding it.
#[test]
fn a_spec_of_no_end_of_runs_is_not_expanded_to_explain_one() {
    let folder = place(REGRESSION, "");
    assert_eq!(outcome(folder.path(), &["run", "study.toml", "--no-plots"]).0, Some(0));
    let (_, usual) = outcome(folder.path(), &["explain", "results/sizes", "1"]);
    let grid = "learning_rate = [0.01, 0.02]\nseed = { count = 4000000000 }";
    let spec = REGRESSION.replace("learning_rate = [0.01, 0.02]", grid);
    fs::write(folder.path().join("results/sizes/spec.toml"), spec).unwrap();
    let script = format!(
        "ulimit -v 4000000; exec '{}' explain results/sizes 1",
        assert_cmd::cargo::cargo_bin!("goldilocks").display()
    );
    let output = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), usual);
}

#[test]
fn a_regression_that_takes_long_to_load_is_announced() {
    let spec = REGRESSION.replace("examples = 20", "examples = 3000").replace("features = 3", "features = 3000");
    let folder = place(&spec, "");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    let mut child =
        command.current_dir(folder.path()).args(["plan", "study.toml"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().unwrap()), &mut line).unwrap();
    // It is told before it begins; nobody has to wait for the end of it.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("note: solving least squares first, which takes about "), "{line}");
    let seconds: f64 = line.split_whitespace().rev().nth(1).unwrap().parse().unwrap();
    assert!((10.0..200.0).contains(&seconds), "{line}");
    // What takes a moment is not.
    let small = place(REGRESSION, "");
    let output = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"))
        .current_dir(small.path())
        .args(["plan", "study.toml"])
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
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
