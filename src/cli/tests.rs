//! Verbs on an executor that follows a script: what becomes of runs that cannot be carried out, up to the exit code.

use std::fs;
use std::path::Path;

use clap::Parser;

use super::*;
use crate::engine::Fake;
use crate::record::Run;
use crate::record::sample::converged;

const SPEC: &str = "
    name = \"broken\"
    [problem]
    kind = \"parabola\"
    [grid]
    learning_rate = [0.1, 0.2, 0.4, 0.8]
    [stop]
    max_steps = 100
    converged = { distance = 0.01 }";

/// Run 1 panics, run 2 cannot be carried out, the others converge.
fn script(run: u32) -> Result<Run, String> {
    match run {
        1 => panic!("index out of bounds"),
        2 => Err("no memory".to_owned()),
        _ => Ok(converged(10 - u64::from(run))),
    }
}

fn parse(folder: &Path, arguments: &[&str]) -> Command {
    let place = |argument: &&str| argument.replace("HERE", folder.to_str().unwrap());
    Cli::try_parse_from(["goldilocks".to_owned()].into_iter().chain(arguments.iter().map(place))).unwrap().command
}

#[test]
fn failed_runs_are_in_tables_and_plots_and_the_exit_code_is_1() {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("spec.toml"), SPEC).unwrap();
    let Command::Run(args) =
        parse(here.path(), &["run", "HERE/spec.toml", "--out=HERE/out", "--quiet", "--format=svg"])
    else {
        panic!("run");
    };
    assert_eq!(run::run_on(&Fake(script), &args).unwrap(), FAILED);
    let read = |name: &str| fs::read_to_string(here.path().join("out").join(name)).unwrap();
    let runs = read("runs.csv");
    let rows: Vec<&str> = runs.lines().collect();
    assert!(rows[2].contains("failed") && rows[2].contains("panicked: index out of bounds"), "{runs}");
    assert!(rows[3].contains("failed") && rows[3].contains("no memory"), "{runs}");
    assert!(rows[1].contains("converged,10") && rows[4].contains("converged,7"), "{runs}");
    assert!(read("summary.csv").contains("\n0.2,1,0,0,0,1,0,"), "{}", read("summary.csv"));
    // Failed cells stand on a strip of their own, which bears this word.
    assert!(read("steps.svg").contains("failed"));
}

#[test]
fn failed_runs_fail_a_check() {
    let here = tempfile::tempdir().unwrap();
    // One expectation that is met: the failed runs alone decide.
    let text = format!("{SPEC}\n[[expect]]\nwhere = {{ learning_rate = 0.8 }}\nsteps = 7");
    fs::write(here.path().join("spec.toml"), text).unwrap();
    let Command::Check(args) = parse(here.path(), &["check", "HERE/spec.toml", "--quiet", "--junit=HERE/check.xml"])
    else {
        panic!("check");
    };
    assert_eq!(check::run_on(&|| Fake(script), &args).unwrap(), REGRESSED);
    let report = fs::read_to_string(here.path().join("check.xml")).unwrap();
    assert!(report.contains("panicked: index out of bounds") && report.contains("no memory"), "{report}");
    let all_is_well = || Fake(|run| Ok(converged(10 - u64::from(run))));
    assert_eq!(check::run_on(&all_is_well, &args).unwrap(), 0);
}

#[test]
fn a_run_that_panics_says_so_in_the_tables_only() {
    // The test above once more, in a process whose output nobody captures.
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let name = "cli::tests::failed_runs_are_in_tables_and_plots_and_the_exit_code_is_1";
    let output = command.args(["--exact", name, "--nocapture", "--test-threads=1"]).output().unwrap();
    let [told, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success() && told.contains("1 passed"), "{told}{errors}");
    assert!(!errors.contains("panicked") && !told.contains("panicked"), "{told}{errors}");
}

/// Runs the spec with these arguments; the exit code or the message, and which runs were trained, in order.
fn sweep(
    here: &Path,
    arguments: &[&str],
    script: impl Fn(u32) -> Result<Run, String> + Sync,
) -> (Result<u8, String>, Vec<u32>) {
    let all =
        [&["run", "HERE/spec.toml", "--out=HERE/out", "--quiet", "--no-plots", "--curves=none"], arguments].concat();
    let Command::Run(args) = parse(here, &all) else { panic!("run") };
    let trained = std::sync::Mutex::new(Vec::new());
    let told = |run: u32| {
        trained.lock().unwrap().push(run);
        script(run)
    };
    let outcome = run::run_on(&Fake(told), &args).map_err(|failure| failure.text);
    let mut trained = trained.into_inner().unwrap();
    trained.sort_unstable();
    (outcome, trained)
}

#[test]
fn failed_runs_are_trained_again_only_when_asked() {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("spec.toml"), SPEC).unwrap();
    let journal = here.path().join(".unfinished/out/journal");
    let (outcome, _) = sweep(here.path(), &["--fail-fast"], script);
    let message = outcome.unwrap_err();
    assert!(
        message.starts_with("run 1 failed: panicked: index out of bounds")
            || message.starts_with("run 2 failed: no memory"),
        "{message}"
    );
    assert!(message.contains("runs are kept\nhelp: the same command goes on with the others"), "{message}");
    assert!(journal.is_file() && !here.path().join("out").exists());
    // Going on trains the others; what has failed is known to have.
    let (outcome, first) = sweep(here.path(), &[], script);
    assert_eq!(outcome.unwrap(), FAILED);
    assert!(first.len() < 4, "{first:?}");
    assert!(!here.path().join(".unfinished").exists());
    let runs = || fs::read_to_string(here.path().join("out/runs.csv")).unwrap();
    let before = runs();
    assert_eq!(sweep(here.path(), &["--extend"], script), (Ok(FAILED), vec![]));
    assert_eq!(runs(), before);
    let is_well = |run: u32| Ok(converged(10 - u64::from(run)));
    assert_eq!(sweep(here.path(), &["--retry-failed"], is_well), (Ok(0), vec![1, 2]));
    assert!(!runs().contains("failed"));
    // Without a word everything is trained afresh.
    assert_eq!(sweep(here.path(), &[], script), (Ok(FAILED), vec![0, 1, 2, 3]));
    assert_eq!(runs(), before);
}

#[test]
fn failed_runs_of_an_interrupted_sweep_are_trained_again_when_asked() {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("spec.toml"), SPEC).unwrap();
    let fails = |run: u32| if run == 0 { Err("no memory".to_owned()) } else { Ok(converged(10 - u64::from(run))) };
    let (outcome, _) = sweep(here.path(), &["--fail-fast"], fails);
    assert!(outcome.unwrap_err().starts_with("run 0 failed: no memory"));
    let is_well = |run: u32| Ok(converged(10 - u64::from(run)));
    let (outcome, trained) = sweep(here.path(), &["--retry-failed"], is_well);
    assert_eq!(outcome, Ok(0));
    assert!(trained.contains(&0), "{trained:?}");
    let runs = fs::read_to_string(here.path().join("out/runs.csv")).unwrap();
    assert!(!runs.contains("failed"), "{runs}");
}
