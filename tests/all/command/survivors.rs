//! Nobody outlives the sweep: not its end by Ctrl-C, nor by a signal that nobody can see coming.

use std::fs;
use std::process::{Child, Command, Stdio};

use super::Place;
use super::hostile::{eventually, is_alive};

/// A sweep of two programs that ignore SIGTERM and go on for ever, each with a child that does so too.
fn start(place: &Place) -> Child {
    let script = "trap '' TERM INT HUP\n(trap '' TERM INT HUP; while :; do sleep 0.1; done) &\n\
                  echo $! > grandchild-$2; echo $$ > child-$2; echo step=0 loss=1; while :; do sleep 0.1; done";
    place.spec(script, "grace = \"200 ms\"\njobs = 2", 2, "max_steps = 10");
    let child = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"))
        .args(["run", "study.toml"])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let written =
        |name: &str| fs::read_to_string(place.path().join(name)).is_ok_and(|pid| pid.trim().parse::<u32>().is_ok());
    assert!(eventually(|| NAMES.iter().all(|name| written(name))), "the programs start");
    child
}

const NAMES: [&str; 4] = ["child-0", "child-1", "grandchild-0", "grandchild-1"];

fn pids(place: &Place) -> Vec<String> {
    NAMES.iter().map(|name| fs::read_to_string(place.path().join(name)).unwrap()).collect()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("/bin/sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn ctrl_c_ends_all_programs() {
    let place = Place::new();
    let mut child = start(&place);
    let pids = pids(&place);
    assert!(pids.iter().all(|pid| is_alive(pid)));
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(eventually(|| !pids.iter().any(|pid| is_alive(pid))), "{pids:?}");
}

#[test]
fn a_kill_that_nobody_sees_coming_ends_all_programs() {
    let place = Place::new();
    let mut child = start(&place);
    let pids = pids(&place);
    assert!(pids.iter().all(|pid| is_alive(pid)));
    signal(&child, "KILL");
    child.wait().unwrap();
    assert!(eventually(|| !pids.iter().any(|pid| is_alive(pid))), "{pids:?}");
}

#[test]
fn a_sweep_that_was_killed_goes_on_and_gives_the_same_tables() {
    let place = Place::new();
    let script = "echo $2 >> started-$PART; s=0; while [ $s -le 4 ]; do echo step=$s loss=$((9 - s - $2 % 3)).5; s=$((s + 1)); sleep 0.03; done";
    place.spec(
        script,
        "env = { PART = \"{params.part}\" }\njobs = 1\n[params]\npart = 1",
        12,
        "max_steps = 10\nconverged = { loss = 5 }",
    );
    let program = |out: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
        command.args(["run", "study.toml", "--no-plots", "--out", out]).current_dir(place.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let started = || fs::read_to_string(place.path().join("started-1")).unwrap_or_default().lines().count();
    let mut child = program("killed").spawn().unwrap();
    assert!(eventually(|| started() >= 4));
    signal(&child, "KILL");
    child.wait().unwrap();
    let before = started();
    assert!(before < 12, "{before}");
    assert!(program("killed").status().unwrap().success());
    // What was finished is not run again.
    assert!(started() < 12 + before, "{} after {before}", started());
    assert!(program("whole").status().unwrap().success());
    for table in ["runs.csv", "curves.csv", "summary.csv"] {
        let read = |out: &str| fs::read_to_string(place.path().join(out).join(table)).unwrap();
        assert_eq!(read("killed"), read("whole"), "{table}");
    }
}

#[test]
fn an_edited_script_is_not_taken_for_the_old_one() {
    let place = Place::new();
    place.spec("sleep 0.1; echo step=1 loss=1", "jobs = 1", 20, "max_steps = 10");
    let program = || {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
        command.args(["run", "study.toml", "--no-plots"]).current_dir(place.path()).stdin(Stdio::null());
        command
    };
    let mut child = program().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let logs = || fs::read_dir(place.path().join("results/study.logs")).into_iter().flatten().count();
    assert!(eventually(|| logs() >= 3));
    signal(&child, "KILL");
    child.wait().unwrap();
    place.write("train.sh", "echo step=1 loss=2");
    let output = program().output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("train.sh"), "{text}");
}
