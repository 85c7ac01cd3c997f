//! Files and signals, as users meet them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use goldilocks::report::plot::{Format, Plot};
use goldilocks::store::layout;
use tempfile::TempDir;

const SPEC: &str = "name = \"study\"\n[problem]\nkind = \"parabola\"\ncurvature = 0.625\n[grid]\nlearning_rate = [0.7, 4.0]\n\
                    [stop]\nmax_steps = 50\nconverged = { distance = 0.0055 }\n[[expect]]\nwhere = { learning_rate = 0.7 }\nsteps = 10\n";

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.path("study.toml"), SPEC).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command_in(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
        command.current_dir(self.path(folder)).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program, which must end with this exit code; what it said on standard error.
    fn run(&self, arguments: &[&str], code: i32) -> String {
        ended(&self.command_in("", arguments).output().unwrap(), code)
    }
}

fn ended(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

const RUN: [&str; 4] = ["run", "study.toml", "--quiet", "--no-plots"];

#[test]
fn another_grid_replaces_no_results_unless_told_to() {
    let place = Place::new();
    place.run(&RUN, 0);
    let before = place.read("results/study/runs.csv");
    let other = [&RUN[..], &["--set", "stop.max_steps=7"]].concat();
    assert_eq!(
        place.run(&other, 2),
        "error: results/study holds the results of another grid, which would be replaced\n  \
         stop.max_steps: 50 there, 7 here\n  2 runs there, 2 runs here, 0 in both\n\
         help: add `--force` to replace them, or choose another folder with `--out`\n"
    );
    assert_eq!(place.read("results/study/runs.csv"), before);
    place.run(&[&other[..], &["--out", "elsewhere"]].concat(), 0);
    // The same spec, or one that differs in nothing that a run depends on.
    place.run(&RUN, 0);
    fs::write(place.path("study.toml"), SPEC.replace("steps = 10", "steps = 11")).unwrap();
    place.run(&RUN, 0);
    place.run(&[&other[..], &["--force"]].concat(), 0);
    place.run(&other, 0);
    assert_ne!(place.read("results/study/runs.csv"), before);
}

#[test]
fn changes_of_several_lines_leave_the_copied_spec_valid() {
    let place = Place::new();
    place.run(&[&RUN[..], &["--set", "grid.learning_rate=[\n  0.1, # slow\n  0.7,\n]"]].concat(), 0);
    assert_eq!(place.read("results/study/spec.toml"), SPEC);
    assert!(place.read("results/study/manifest.csv").contains("\noverrides.csv,"));
    place.run(&["plan", "results/study/spec.toml"], 0);
    place.run(&["report", "results/study", "--out", "results/study"], 0);
    assert_eq!(place.read("results/study/spec.toml"), SPEC, "`report` keeps the spec");
    assert!(place.read("results/study/overrides.csv").contains("# slow"));
    // Another target is not that of the spec, so its tables go elsewhere.
    let message = place.run(&["report", "results/study", "--target", "loss=0.1", "--out", "results/study/."], 2);
    assert!(message.contains("needs another folder"), "{message}");
}

#[test]
fn notes_among_results_and_pictures_among_plots_stay() {
    let place = Place::new();
    place.run(&RUN, 0);
    fs::write(place.path("results/study/notes.md"), "mine").unwrap();
    place.run(&RUN, 0);
    assert_eq!(place.read("results/study/notes.md"), "mine");
    fs::create_dir(place.path("album")).unwrap();
    fs::write(place.path("album/cat.png"), "mine").unwrap();
    place.run(&["compare", "results/study", "results/study", "--out", "album"], 0);
    assert_eq!(place.read("album/cat.png"), "mine");
    assert!(place.names("album").contains(&"steps.png".to_owned()));
}

#[test]
#[cfg(unix)]
fn paths_through_the_results_devices_and_links() {
    let place = Place::new();
    let run = |out: &str, code| place.run(&[&RUN[..], &["--out", out]].concat(), code);
    run("a", 0);
    run("a/../a", 0);
    let from_inside = |out: &str| {
        let arguments = ["run", "../study.toml", "--quiet", "--no-plots", "--out", out];
        ended(&place.command_in("a", &arguments).output().unwrap(), 0);
    };
    from_inside("../a");
    from_inside(".");
    std::os::unix::fs::symlink("a", place.path("link")).unwrap();
    run("link", 0);
    assert!(fs::symlink_metadata(place.path("link")).unwrap().is_symlink());
    assert!(run("/dev/null", 2).contains("cannot write results to /dev/null"));
    assert!(run(&"x".repeat(300), 2).contains("the file name is too long"));
    assert_eq!(place.names(""), ["a", "link", "study.toml"]);
    goldilocks::store::verify_manifest(&place.path("a")).unwrap();

    let check = |file: &str, code| place.run(&["check", "study.toml", "--quiet", "--junit", file], code);
    check("/dev/null", 0);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    assert!(check("no/such/file.xml", 2).contains("cannot write no/such/file.xml"));
    assert!(check(&"x".repeat(300), 2).contains("the file name is too long"));
}

#[test]
fn a_second_process_is_told_who_writes() {
    let place = Place::new();
    let _held = goldilocks::store::stage(&place.path("results/study")).unwrap();
    let message = place.run(&RUN, 2);
    let expected = format!("error: results/study is being written by process {}", std::process::id());
    assert!(message.starts_with(&expected), "{message}");
}

/// Starts a command that takes very long, as from a terminal: a test in the background ignores Ctrl-C, and so would it.
#[cfg(target_os = "linux")]
fn start(place: &Place, verb: &[&str]) -> std::process::Child {
    let program = assert_cmd::cargo::cargo_bin!("goldilocks");
    let long = ["--set", "grid.learning_rate=1e-12", "--set", "stop.max_steps=1000000000000", "--set", "expect=[]"];
    let mut command = Command::new("env");
    command.arg("--default-signal=INT,TERM,HUP").arg(program).args(verb).args(long).current_dir(place.0.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn signals_end_the_program_within_a_second_and_keep_old_results() {
    let place = Place::new();
    place.run(&RUN, 0);
    let before = place.read("results/study/provenance.toml");
    let verbs: [&[&str]; 3] = [&["run", "study.toml", "--force"], &["check", "study.toml"], &["verify", "study.toml"]];
    for verb in verbs {
        for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
            let child = start(&place, verb);
            std::thread::sleep(std::time::Duration::from_millis(700));
            let sent = std::time::Instant::now();
            assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
            let message = ended(&child.wait_with_output().unwrap(), code);
            assert!(sent.elapsed().as_secs_f64() < 2.0, "{verb:?} {signal}: {:?}", sent.elapsed());
            assert!(message.starts_with("error: interrupted"), "{message}");
        }
    }
    assert_eq!(place.read("results/study/provenance.toml"), before);
    assert_eq!(place.names("results"), ["study"]);
}

#[test]
fn the_store_knows_every_plot() {
    assert_eq!(layout::PLOTS, Plot::ALL.map(Plot::name));
    assert_eq!(layout::PLOT_ENDINGS, [Format::Png, Format::Svg].map(Format::extension));
}

#[test]
fn every_file_name_stands_once() {
    let names = [layout::RUNS, layout::SUMMARY, layout::CURVES, layout::MANIFEST, layout::SPEC, layout::PROVENANCE];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_elsewhere =
                !path.ends_with("store/layout.rs") && !path.iter().any(|part| part == "tests" || part == "tests.rs");
            for name in names {
                assert!(!(is_elsewhere && code.contains(&format!("\"{name}\""))), "{} names {name}", path.display());
            }
        }
    }
}
