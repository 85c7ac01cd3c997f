//! How runs of programs end: converged, diverged, spent, by themselves, and failed in each of its ways.

use std::time::{Duration, Instant};

use goldilocks::outcome::{Status, Trend};

use super::{Place, reason};

const STOP: &str = "max_steps = 100\nconverged = { loss = 0.1 }";

#[test]
fn a_run_that_has_converged_is_stopped_and_what_it_prints_later_does_not_count() {
    let place = Place::new();
    let started = Instant::now();
    let script = "for s in 0 1 2; do echo step=$s loss=0.$((9 - 4 * s)); done; echo step=3 loss=nan; exec sleep 60";
    let run = place.run(script, "", STOP);
    assert_eq!((run.status, run.steps, run.trained_steps), (Status::Converged, Some(2), 2));
    assert_eq!((run.initial_loss, run.final_loss, run.best_step), (0.9, 0.1, 2));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn saved_steps_are_those_that_were_not_asked_for() {
    let place = Place::new();
    let saved = |script: &str| {
        let study = place.study(&place.spec(script, "", 1, STOP));
        let extra = study.extras.iter().find(|extra| extra.name == "saved_steps").unwrap();
        (study.runs[0].status, extra.values[0].get())
    };
    assert_eq!(saved("echo step=7 loss=0.01; sleep 60"), (Status::Converged, Some(93.0)));
    assert_eq!(saved("echo step=0 loss=1; echo step=9 loss=1e9; sleep 60"), (Status::Diverged, Some(91.0)));
    assert_eq!(saved("echo step=0 loss=1; echo step=50 loss=0.5"), (Status::Exhausted, Some(0.0)));
}

#[test]
fn a_loss_that_is_no_finite_number_is_divergence_at_that_step() {
    for lost in ["nan", "NaN", "inf", "-inf"] {
        let run = Place::new().run(&format!("echo step=1 loss=2; echo step=2 loss={lost}; sleep 60"), "", STOP);
        assert_eq!((run.status, run.trained_steps, run.best_loss), (Status::Diverged, 2, 2.0), "{lost}");
    }
}

#[test]
fn a_budget_that_is_spent_ends_a_run_that_would_go_on() {
    let place = Place::new();
    let script = "s=0; while :; do echo step=$s loss=$((2000 - s)); s=$((s + 10)); done";
    let run = place.run(script, "", STOP);
    assert_eq!((run.status, run.trained_steps, run.final_loss), (Status::Exhausted, 100, 1900.0));
    assert_eq!(run.trend, Some(Trend::Falling));
}

#[test]
fn a_program_that_ends_by_itself_has_spent_what_it_wanted() {
    let run = Place::new().run("echo step=0 loss=2; printf 'step=5 loss=1'", "", STOP);
    assert_eq!((run.status, run.trained_steps, run.final_loss), (Status::Exhausted, 5, 1.0));
}

#[test]
fn every_way_to_fail_has_its_reason() {
    let failed = |script: &str, problem: &str| {
        let run = Place::new().run(script, problem, STOP);
        assert_eq!(run.status, Status::Failed, "{script}");
        reason(&run).to_owned()
    };
    assert_eq!(failed("echo step=0 loss=1; exit 3", ""), "exit code 3");
    assert_eq!(failed("echo hello", ""), "no measurement: nothing it printed has a loss");
    assert_eq!(
        failed("echo step=1 loss=1; sleep 60", "timeout = \"300 ms\""),
        "timeout: it was still running after 300ms"
    );
    assert_eq!(failed("echo step=1 loss=1; sleep 60", "stall = \"300 ms\""), "stalled: no output for 300ms");
    let backwards = failed("echo step=5 loss=1; echo step=4 loss=1; sleep 60", "");
    assert!(
        backwards.contains('5') && backwards.contains('4') && backwards.contains("steps must increase"),
        "{backwards}"
    );
}

#[test]
#[cfg(unix)]
fn a_signal_is_told_by_its_name() {
    let run = Place::new().run("echo step=0 loss=1; kill -SEGV $$", "", STOP);
    assert_eq!((run.status, reason(&run)), (Status::Failed, "ended by signal 11 (SIGSEGV)"));
}

#[test]
fn what_is_judged_has_to_be_printed() {
    let stop = "max_steps = 100\nconverged = { accuracy = 0.9 }";
    let run = Place::new().run("echo step=0 loss=1; echo step=1 loss=1", "", stop);
    assert_eq!(reason(&run), "no `accuracy` in anything it printed, though convergence is judged by it");
    let run = Place::new().run("echo step=1 loss=1 acc=97.5; sleep 60", "", stop);
    assert_eq!(reason(&run), "step 1: `accuracy` is 97.5; it has to be a share, at most 1");
    // In another line of the same step.
    let run = Place::new().run("echo step=1 loss=1; echo step=1 accuracy=0.95; echo step=2 loss=1; sleep 60", "", stop);
    assert_eq!((run.status, run.steps), (Status::Converged, Some(1)));
}

#[test]
fn runs_that_failed_are_tried_again_and_others_are_not() {
    let place = Place::new();
    let flaky =
        "n=$(cat tries 2>/dev/null || echo 0); echo $((n + 1)) > tries; [ $n -ge 1 ] || exit 1; echo step=1 loss=0.01";
    let run = place.run(flaky, "retries = 2", STOP);
    assert_eq!((run.status, run.steps), (Status::Converged, Some(1)));
    assert_eq!(std::fs::read_to_string(place.path().join("tries")).unwrap().trim(), "2");

    let run = Place::new().run("exit 1", "retries = 1", STOP);
    assert_eq!(reason(&run), "exit code 1 (tried 2 times)");

    let place = Place::new();
    place.run("echo x >> tries; echo step=0 loss=1; echo step=1 loss=nan", "retries = 3", STOP);
    assert_eq!(std::fs::read_to_string(place.path().join("tries")).unwrap(), "x\n");
}

#[test]
fn a_file_of_measurements_is_read_as_it_grows() {
    let place = Place::new();
    let script = "f=metrics-$2.csv; echo step,loss > $f; echo 1,0.5 >> $f; sleep 0.2; echo 2,0.05 >> $f; sleep 60";
    place.write("metrics-0.csv", "step,loss\n1,0.001\n");
    let run = place.run(script, "file = \"metrics-{seed}.csv\"", STOP);
    assert_eq!((run.status, run.steps, run.initial_loss), (Status::Converged, Some(2), 0.5));
}

#[test]
fn what_was_printed_is_in_the_log_whatever_became_of_the_run() {
    let place = Place::new();
    let run = place.run("echo step=0 loss=1; echo Traceback >&2; exit 1", "", STOP);
    assert_eq!(place.log(&run), "step=0 loss=1\nTraceback\n");
}

#[test]
fn a_program_is_told_of_its_run() {
    let place = Place::new();
    let script = "echo $GOLDILOCKS_LEARNING_RATE $GOLDILOCKS_SEED $GOLDILOCKS_STOP_MAX_STEPS $OMP_NUM_THREADS $CUDA_VISIBLE_DEVICES $SEED\n\
                  echo $GOLDILOCKS_RUN\npwd\necho step=0 loss=1";
    let problem = "gpus = [3]\ncpus_per_run = 2\nenv = { SEED = \"s{seed}\", OMP_NUM_THREADS = \"5\" }";
    let run = place.run(script, problem, STOP);
    let log = place.log(&run);
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], "0.1 0 100 5 3 s0");
    assert!(lines[1].contains("\"learning_rate\":0.1") && lines[1].contains("\"seed\":0"), "{}", lines[1]);
    assert!(lines[1].contains(&format!("\"id\":\"{:016x}\"", run.id)), "{}", lines[1]);
    let pwd = std::path::Path::new(lines[2]).canonicalize().unwrap();
    assert_eq!(pwd, place.path().canonicalize().unwrap());
}

#[test]
fn so_many_run_at_once_and_no_graphics_processor_is_shared() {
    let place = Place::new();
    let script = "mkdir gpu-$CUDA_VISIBLE_DEVICES || { echo shared; exit 1; }\nsleep 0.05\nrmdir gpu-$CUDA_VISIBLE_DEVICES\necho step=0 loss=1";
    let study = place.study(&place.spec(script, "gpus = [0, 1, 2]", 12, STOP));
    assert!(study.runs.iter().all(|run| run.status == Status::Exhausted), "{:?}", study.runs);
}
