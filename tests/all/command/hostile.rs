//! Programs that do what they should not.

use std::fs;
use std::time::{Duration, Instant};

use goldilocks::outcome::Status;

use super::{Place, reason};

const STOP: &str = "max_steps = 100\nconverged = { loss = 0.1 }";

/// Whether a process is there, and is more than a zombie.
pub(super) fn is_alive(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let state = status.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z')
}

/// Waits until something holds, but not for ever.
pub(super) fn eventually(holds: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn one_that_ignores_sigterm_is_ended_after_the_grace_period() {
    let place = Place::new();
    let started = Instant::now();
    let script = "trap '' TERM; echo $$ > pid; echo step=1 loss=0.01; while :; do sleep 0.05; done";
    let run = place.run(script, "grace = \"300 ms\"", STOP);
    assert_eq!(run.status, Status::Converged);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(!is_alive(&fs::read_to_string(place.path().join("pid")).unwrap()));
}

#[test]
fn one_that_heeds_sigterm_may_say_its_last_words() {
    let place = Place::new();
    let script = "trap 'echo saved; exit 0' TERM; echo step=1 loss=0.01; while :; do sleep 0.05; done";
    let run = place.run(script, "", STOP);
    assert_eq!(run.status, Status::Converged);
    assert!(place.log(&run).ends_with("saved\n"));
}

#[test]
fn grandchildren_end_with_it() {
    let place = Place::new();
    // One holds the pipe open after the end of its parent, the other does not.
    let script = "sleep 60 & echo $! > one; sleep 60 > /dev/null 2>&1 & echo $! > other; echo step=1 loss=1";
    let started = Instant::now();
    let run = place.run(script, "", STOP);
    assert_eq!((run.status, run.trained_steps), (Status::Exhausted, 1));
    assert!(started.elapsed() < Duration::from_secs(20));
    for name in ["one", "other"] {
        let pid = fs::read_to_string(place.path().join(name)).unwrap();
        assert!(eventually(|| !is_alive(&pid)), "{name}");
    }
}

#[test]
fn half_a_line_of_one_that_dies_is_no_measurement() {
    let run = Place::new().run("echo step=1 loss=1; printf 'step=2 loss=0.0'; kill -KILL $$", "", STOP);
    assert_eq!(run.status, Status::Failed);
    assert!(reason(&run).starts_with("ended by signal 9"), "{}", reason(&run));
}

#[test]
fn one_that_closes_its_outputs_and_sleeps_is_waited_for_or_stalls() {
    let run = Place::new().run("echo step=1 loss=1; exec >&- 2>&-; sleep 0.3", "", STOP);
    assert_eq!(run.status, Status::Exhausted);
    let run = Place::new().run("echo step=1 loss=1; exec >&- 2>&-; sleep 60", "stall = \"300 ms\"", STOP);
    assert_eq!(reason(&run), "stalled: no output for 300ms");
}

#[test]
fn one_that_wants_input_has_none() {
    let run = Place::new().run("read line && exit 9; echo step=1 loss=0.01", "", STOP);
    assert_eq!(run.status, Status::Converged);
}

#[test]
fn bytes_that_are_no_text_are_passed_over() {
    let script = r"printf '\377\376\000 step=0 loss=5\n\303(\n'; echo step=1 loss=0.01";
    let run = Place::new().run(script, "", STOP);
    assert_eq!((run.status, run.steps), (Status::Converged, Some(1)));
}

#[test]
fn a_program_that_is_not_there_fails_its_run() {
    let place = Place::new();
    let text = place.spec("", "", 1, STOP).replace("\"/bin/sh\"", "\"./nobody\"");
    let run = place.study(&text).runs.remove(0);
    assert_eq!(reason(&run), "cannot start `./nobody`: there is no such program");
    let text = place.spec("", "cwd = \"nowhere\"", 1, STOP);
    let run = place.study(&text).runs.remove(0);
    assert!(reason(&run).starts_with("cannot start `/bin/sh`: there is no folder "), "{}", reason(&run));
}

#[test]
fn a_flood_of_measurements_is_read_to_its_end() {
    // 300,000 measurements as fast as they come.
    let script = "awk 'BEGIN { for (s = 0; s < 300000; s++) print \"step=\" s \" loss=\" 1 + 1 / (s + 1) }'";
    let place = Place::new();
    let run = place.run(script, "", "max_steps = 1000000");
    assert_eq!((run.status, run.trained_steps), (Status::Exhausted, 299_999), "{}", reason(&run));
    assert!(fs::metadata(place.path().join(goldilocks::engine::Commands::log_name(run.id))).unwrap().len() < 6 << 20);
}

#[test]
#[cfg(target_os = "linux")]
fn a_gigabyte_of_output_takes_no_memory() {
    let peak = || {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap()
    };
    let place = Place::new();
    // Lines, and one of a gigabyte.
    let script = "yes 'a line of a log that says nothing at all' | head -c 10000000; head -c 990000000 /dev/zero; echo; echo step=1 loss=0.01";
    let before = peak();
    let run = place.run(script, "", STOP);
    assert_eq!((run.status, run.steps), (Status::Converged, Some(1)), "{}", reason(&run));
    assert!(peak().saturating_sub(before) < 64 << 10, "{} kB before, {} kB after", before, peak());
}
