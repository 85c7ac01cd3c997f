//! `verify` as a process.

use std::io::Write;
use std::process::Stdio;

use super::{NOISY, PARABOLA, Place, fails, prints};

#[test]
fn every_condition_gives_the_same_bits() {
    let place = Place::with(&[("study.toml", NOISY)]);
    assert_eq!(
        prints(&place.run(&["verify", "study.toml", "--sample", "5"]), 0),
        "study.toml: 5 of 16 runs trained here, then again in other processes\n  \
         same bits       one thread\n  \
         same bits       seven threads, every run in a group of its own\n  \
         same bits       two threads, groups of at most three runs\n  \
         same bits       no vector instructions\n\
         certified: every loss of every step is a function of the spec alone\n"
    );
    assert!(!place.path("results").exists());
}

#[test]
fn the_spec_is_changed_for_all_processes_alike() {
    let silent = PARABOLA.split("\n[[expect]]").next().unwrap();
    let place = Place::with(&[("study.toml", silent)]);
    let text = prints(&place.run(&["verify", "study.toml", "--set", "grid.learning_rate=[0.5, 1.5]"]), 0);
    assert!(text.starts_with("study.toml: 2 of 2 runs") && text.contains("certified"), "{text}");
    fails(&place.run(&["verify", "study.toml", "--set", "grid.learning_rate=[]"]), 2);
    fails(&place.run(&["verify", "study.toml", "--sample", "0"]), 2);
}

#[test]
fn other_conditions_print_the_same_trajectories() {
    let place = Place::with(&[("study.toml", NOISY)]);
    let retrain = |more: &[&str]| {
        let mut command = place.command(&[&["retrain", "study.toml"], more].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"3\n9\n").unwrap();
        prints(&child.wait_with_output().unwrap(), 0)
    };
    let expected = retrain(&["--steps"]);
    assert!(expected.lines().count() > 10 && expected.starts_with("0 0 "), "{expected}");
    assert_eq!(retrain(&["--steps", "--scalar", "--threads=1", "--most-lanes=1"]), expected);
    assert_eq!(retrain(&[]).lines().count(), 2);
    // Another program would show: so does another seed.
    assert_ne!(retrain(&["--set", "grid.seed={ from = 1, count = 8 }"]), retrain(&[]));
}
