//! The learning-rate study as a program has the steps and statuses of the built-in one, also when it was killed on the way.

use std::process::{Command, Stdio};

use goldilocks::engine::{Commands, Lanes, Options, Plan, Prepared};
use goldilocks::record::Study;
use goldilocks::{engine, grid, spec};

use super::study_of;
use crate::support;

/// Whether a program can be started.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok()
}

fn built_in(changes: &[&str]) -> Study {
    let experiment = support::experiment("learning-rate.toml", changes);
    let grid = grid::expand(&experiment).unwrap();
    let prepared = Prepared::new(&grid).unwrap();
    engine::run(&Plan::new(&experiment, &grid, &prepared), &Lanes::default(), &Options::default()).unwrap()
}

/// What both must agree in. (What an exhausted run was doing at its end is told apart by its parameters, which programs keep to
/// themselves: there `flat` may be `oscillating` here.)
fn outcomes(study: &Study) -> Vec<(String, &'static str, Option<u64>, u64)> {
    let rate = study.axes.iter().find(|axis| axis.path == "learning_rate").unwrap();
    let runs = study.runs.iter().enumerate();
    runs.map(|(number, run)| (rate.value(number).to_string(), run.status.name(), run.steps, run.trained_steps))
        .collect()
}

fn as_program(name: &str, changes: &[String]) -> Study {
    let path = support::experiment_path("command").join(name);
    let experiment = spec::read(&path, changes).unwrap_or_else(|error| panic!("{error}"));
    study_of(&experiment, Commands::new(None))
}

#[test]
fn a_python_script_trains_the_learning_rate_study() {
    if !has("python3") {
        return;
    }
    let (here, there) = (built_in(&[]), as_program("learning-rate.toml", &[]));
    assert_eq!(outcomes(&there), outcomes(&here));
    let losses = |study: &Study| study.runs.iter().map(|run| (run.initial_loss, run.final_loss)).collect::<Vec<_>>();
    for ((a, b), (c, d)) in losses(&here).into_iter().zip(losses(&there)) {
        // Python has no fused multiply-add: the last digits may differ.
        assert!((a - c).abs() <= 1e-12 && (b - d).abs() <= 1e-9 * b.abs() + 1e-15, "{a} {b} {c} {d}");
    }
}

#[test]
fn a_shell_script_trains_the_learning_rate_study() {
    let there = as_program("shell.toml", &[]);
    let here = built_in(&["grid.learning_rate=[0.1, 0.7, 1.0, 1.6, 1.8, 4.0]", "stop.max_steps=200"]);
    assert_eq!(outcomes(&there), outcomes(&here));
}
