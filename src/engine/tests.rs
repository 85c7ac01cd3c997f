//! The engine held to its promises: groups, order of tasks, panics, parts, hashes.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::tasks::tasks;
use super::*;
use crate::event::Event;
use crate::grid::{self, Grid};
use crate::outcome::Status;
use crate::record::Run;
use crate::record::sample::converged;
use crate::spec::{self, Experiment, SourceFile};
use crate::train::Detail;

const CURVE: &str = "
    name = \"test\"
    [problem]
    kind = \"parabola\"
    curvature = 0.625
    [grid]
    learning_rate = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0]
    [stop]
    max_steps = 200
    converged = { distance = 0.0055 }";

const REGRESSION: &str = "
    name = \"test\"
    [problem]
    kind = \"linear-regression\"
    [data]
    kind = \"linear\"
    examples = 20
    features = 2
    [grid]
    batch_size = [2, \"full\", 5]
    learning_rate = { log = [0.001, 0.1], count = 20 }
    seed = [3, 1]
    [stop]
    max_epochs = 4";

struct Study {
    experiment: Experiment,
    grid: Grid,
    prepared: Prepared,
}

impl Study {
    fn new(text: &str) -> Study {
        let source = SourceFile { path: "test.toml".into(), text: text.to_owned() };
        Study::of(spec::parse(source, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}")))
    }

    fn of(experiment: Experiment) -> Study {
        let grid = grid::expand(&experiment).unwrap_or_else(|error| panic!("{error}"));
        let prepared = Prepared::new(&grid).unwrap_or_else(|error| panic!("{error:?}"));
        Study { experiment, grid, prepared }
    }

    fn plan(&self) -> Plan<'_> {
        Plan::new(&self.experiment, &self.grid, &self.prepared)
    }
}

fn on_threads(threads: usize) -> Options<'static> {
    Options { threads, ..Options::default() }
}

#[test]
fn runs_share_a_group_where_they_see_the_same_examples_in_the_same_order() {
    let study = Study::new(REGRESSION);
    let plan = study.plan();
    for (threads, most_lanes) in [(1, 64), (2, 64), (7, 64), (2, 3), (1, 1)] {
        let tasks = tasks(&plan, Part::All, threads, most_lanes);
        let mut seen = BTreeSet::new();
        for task in &tasks {
            assert!(task.runs.len() <= most_lanes);
            let settings = |run: &u32| study.grid.runs[*run as usize].settings;
            let first = settings(&task.runs[0]);
            for run in &task.runs {
                assert!(seen.insert(*run), "run {run} is in two tasks");
                assert_eq!(settings(run).batch_size, first.batch_size);
                assert!(settings(run).seed == first.seed || first.batch_size == crate::train::BatchSize::Full);
            }
        }
        assert_eq!(seen.len(), study.grid.runs.len());
    }
    // Two batch sizes with an order per seed; the full batch needs none, so that its seeds train together.
    assert_eq!(tasks(&plan, Part::All, 1, 64).len(), 2 * 2 + 1);
}

#[test]
fn tasks_of_one_order_follow_each_other_the_longest_first() {
    let study = Study::new(REGRESSION);
    let plan = study.plan();
    let tasks = tasks(&plan, Part::All, 2, 64);
    let orders: Vec<(Option<u64>, u64)> = tasks
        .iter()
        .map(|task| {
            let settings = study.grid.runs[task.runs[0] as usize].settings;
            let has_order = settings.batch_size != crate::train::BatchSize::Full;
            (has_order.then_some(settings.seed), plan.steps(task.runs[0]))
        })
        .collect();
    let mut sorted = orders.clone();
    sorted.sort_by_key(|&(order, steps)| (order, std::cmp::Reverse(steps)));
    assert_eq!(orders, sorted);
    assert_eq!(sorted.first(), Some(&(None, 4)));
    assert_eq!(sorted.last(), Some(&(Some(3), 16)));
}

#[test]
fn what_panics_or_cannot_be_carried_out_is_a_failed_run_and_the_others_go_on() {
    let study = Study::new(CURVE);
    let script = |run: u32| -> Result<Run, String> {
        // Later runs finish first.
        std::thread::sleep(Duration::from_millis(u64::from(6 - run)));
        match run {
            1 => panic!("no\n  memory"),
            3 => Err("the program is not there".to_owned()),
            _ => Ok(converged(u64::from(run) + 1)),
        }
    };
    for threads in [1, 2, 7] {
        let counts = Mutex::new((0, 0));
        let listener = |event: Event| {
            if let Event::Finished { runs, failed, .. } = event {
                let mut counts = counts.lock().unwrap();
                *counts = (counts.0 + runs, counts.1 + failed);
            }
        };
        let options = Options { listener: &listener, ..on_threads(threads) };
        let outcome = run(&study.plan(), &Fake(script), &options).unwrap();
        let steps: Vec<Option<u64>> = outcome.runs.iter().map(|run| run.steps).collect();
        assert_eq!(steps, [Some(1), None, Some(3), None, Some(5), Some(6)]);
        let reason = |run: usize| (outcome.runs[run].status, outcome.runs[run].reason.as_deref());
        assert_eq!(reason(1), (Status::Failed, Some("panicked: no memory")));
        assert_eq!(reason(3), (Status::Failed, Some("the program is not there")));
        assert!(outcome.runs.iter().zip(&study.grid.runs).all(|(run, planned)| run.id == planned.id));
        assert_eq!(*counts.lock().unwrap(), (6, 2));
    }
}

/// Trains groups, and panics over every group that has a certain run in it.
struct Trap {
    lanes: Lanes,
    run: u32,
}

impl Executor for Trap {
    fn tasks(&self, plan: &Plan<'_>, part: Part<'_>, threads: usize) -> Vec<Task> {
        self.lanes.tasks(plan, part, threads)
    }

    fn carry_out(
        &self,
        plan: &Plan<'_>,
        task: &Task,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted> {
        let finished = self.lanes.carry_out(plan, task, interrupted);
        assert!(!task.runs.contains(&self.run), "trapped");
        finished
    }
}

#[test]
fn of_a_group_that_panics_only_the_run_that_does_it_fails() {
    let study = Study::new(REGRESSION);
    let plan = study.plan();
    let undisturbed = run(&plan, &Lanes::default(), &on_threads(2)).unwrap();
    let trapped = run(&plan, &Trap { lanes: Lanes::default(), run: 5 }, &on_threads(2)).unwrap();
    for (number, (run, expected)) in trapped.runs.iter().zip(&undisturbed.runs).enumerate() {
        match number {
            5 => assert_eq!((run.status, run.reason.as_deref()), (Status::Failed, Some("panicked: trapped"))),
            _ => assert_eq!(run, expected),
        }
    }
    let curves = |study: &crate::record::Study| study.curves.iter().filter(|curve| curve.run != 5).count();
    assert_eq!(curves(&trapped), curves(&undisturbed));
}

#[test]
fn parts_carried_out_one_after_the_other_make_the_same_study() {
    let study = Study::new(REGRESSION);
    let plan = study.plan().with_curves(Detail::Thinned, 30);
    let whole = run(&plan, &Lanes::default(), &on_threads(2)).unwrap();
    let mut finished = Memory::new(&plan);
    for part in [2, 0, 1] {
        let runs: Vec<u32> = (0..plan.grid.runs.len() as u32).filter(|run| run % 3 == part).collect();
        assert!(runs.iter().all(|&run| !finished.has(run)));
        carry_out(&plan, Part::Runs(&runs), &Lanes::default(), &mut finished, &on_threads(1)).unwrap();
        assert!(runs.iter().all(|&run| finished.has(run)));
    }
    let parts = super::study(&plan, finished, &AtomicBool::new(false)).unwrap();
    assert_eq!((parts.runs, parts.extras, parts.curves), (whole.runs, whole.extras, whole.curves));
}

#[test]
fn a_study_says_which_runs_were_not_carried_out() {
    let study = Study::new(CURVE);
    let plan = study.plan();
    let mut finished = Memory::new(&plan);
    carry_out(&plan, Part::Runs(&[4]), &Lanes::default(), &mut finished, &on_threads(1)).unwrap();
    let partial = super::study(&plan, finished, &AtomicBool::new(false)).unwrap();
    assert_eq!(partial.runs[4].steps, Some(3));
    assert_eq!(partial.runs[0].reason.as_deref(), Some("not carried out"));
    assert_eq!(partial.runs[0].id, study.grid.runs[0].id);
}

#[test]
fn it_stops_when_the_sink_cannot_keep_what_was_finished() {
    struct Full;
    impl Sink for Full {
        fn take(&mut self, _runs: &[u32], _finished: Finished) -> io::Result<()> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
    }
    let study = Study::new(REGRESSION);
    let begun = Mutex::new(0);
    let script = |_| {
        *begun.lock().unwrap() += 1;
        Ok(converged(1))
    };
    let stopped = carry_out(&study.plan(), Part::All, &Fake(script), &mut Full, &on_threads(2));
    let Err(Stopped::Lost(error)) = stopped else { panic!("{stopped:?}") };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(*begun.lock().unwrap() <= 2, "no thread begins another run");
}

#[test]
fn it_stops_when_it_is_interrupted() {
    let study = Study::new(CURVE);
    let flag = AtomicBool::new(false);
    let script = |run| {
        flag.fetch_or(run == 2, Ordering::Relaxed);
        Ok(converged(1))
    };
    let options = Options { interrupted: &flag, ..on_threads(1) };
    assert_eq!(run(&study.plan(), &Fake(script), &options).err(), Some(Interrupted));
}

#[test]
fn the_hash_of_a_plan_follows_settings_inputs_and_what_is_recorded() {
    let hash = |text: &str| Study::new(text).plan().fingerprint().hash();
    let base = hash(CURVE);
    assert_eq!(hash(&CURVE.replace("\"test\"", "\"other\"")), base);
    assert_eq!(hash(&CURVE.replace("0.7", "7e-1")), base);
    for changed in [
        CURVE.replace("0.7", "0.71"),
        CURVE.replace("1.0, 1.6", "1.6, 1.0"),
        CURVE.replace("max_steps = 200", "max_steps = 201"),
        format!("{CURVE}\n[record]\ncurves = \"all\""),
    ] {
        assert_ne!(hash(&changed), base, "{changed}");
    }

    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("test.toml");
    let text = "name = \"test\"\n[problem]\nkind = \"linear-regression\"\n[data]\ncsv = \"data.csv\"\ntarget = \"y\"\n\
                [grid]\nlearning_rate = 0.1\n[stop]\nmax_steps = 3";
    std::fs::write(&spec, text).unwrap();
    let with_data = |data: &str| {
        std::fs::write(folder.path().join("data.csv"), data).unwrap();
        Study::of(spec::read(&spec, &[]).unwrap_or_else(|error| panic!("{error}"))).plan().fingerprint()
    };
    let (one, two) = (with_data("x,y\n1,2\n3,5\n"), with_data("x,y\n1,2\n3,6\n"));
    assert_eq!(one.settings, two.settings);
    assert_ne!(one.inputs, two.inputs);
    assert_ne!(one.hash(), two.hash());
    assert_eq!(with_data("x,y\n1,2\n3,5\n"), one);
}

#[test]
fn loading_is_linear_in_distinct_problems() {
    // Comparing each problem with all before it, or a table of problems by setups, would take hours or 62.5 GB.
    let starts = Study::new(
        "name = \"test\"\n[problem]\nkind = \"egg-carton\"\ndimensions = 2\nripple = 0.0\n[grid]\nlearning_rate = 0.1\n\
         \"problem.start\" = { from = -1, to = 1, count = 500 }\n\"problem.start_y\" = { from = -1, to = 1, count = 500 }\n\
         [stop]\nmax_steps = 1",
    );
    assert_eq!(starts.prepared.problems.len(), 250_000);
    let seeds = Study::new(
        &REGRESSION
            .replace("seed = [3, 1]", "seed = { count = 2000 }")
            .replace("[grid]", "[random]\ndata = \"per-seed\"\n[grid]"),
    );
    assert_eq!(seeds.prepared.problems.len(), 2000);
    let run = seeds.grid.runs.iter().rposition(|run| run.settings.seed == 1234).unwrap();
    assert_eq!(seeds.prepared.problem_of(&seeds.grid.runs[run]), 1234);
}

#[test]
fn every_run_is_dealt_once_and_costs_are_spread() {
    let study = Study::new(REGRESSION);
    let plan = study.plan();
    for shares in [1, 2, 3, 8, 500] {
        let dealt = deal(&plan, shares);
        assert_eq!(dealt.len(), shares as usize);
        assert!(dealt.iter().all(|runs| runs.is_sorted()));
        let mut all: Vec<u32> = dealt.concat();
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..study.grid.runs.len() as u32), "{shares} shares");
    }
    let costs = deal(&plan, 2).into_iter().map(|runs| runs.iter().map(|&run| plan.steps(run)).sum::<u64>());
    let costs: Vec<u64> = costs.collect();
    assert!(costs[0].abs_diff(costs[1]) * 5 < costs[0], "{costs:?}");
}

#[test]
fn a_sweep_cut_into_shares_has_the_runs_of_one_go() {
    let study = Study::new(REGRESSION);
    let plan = study.plan();
    let whole = run(&plan, &Lanes::default(), &on_threads(1)).unwrap();
    let mut memory = Memory::new(&plan);
    for runs in deal(&plan, 3) {
        assert!(missing(&plan, Part::Runs(&runs), &memory) == runs);
        carry_out(&plan, Part::Runs(&runs), &Lanes::default(), &mut memory, &on_threads(2)).unwrap();
        assert!(missing(&plan, Part::Runs(&runs), &memory).is_empty());
    }
    let joined = super::study(&plan, memory, on_threads(1).interrupted).unwrap();
    assert_eq!((joined.runs, joined.curves, joined.extras), (whole.runs, whole.curves, whole.extras));
}

/// Neither is recorded unless it is asked for.
#[test]
fn a_criterion_is_recorded_with_what_the_run_is_judged_by() {
    let criteria = "{ distance = 0.01, gradient_norm = 0.001 }";
    let study = Study::new(&REGRESSION.replace("max_epochs = 4", &format!("max_epochs = 400\nconverged = {criteria}")));
    let result = run(&study.plan(), &Lanes::default(), &on_threads(2)).unwrap();
    let [distance, norm] = ["distance", "gradient_norm"].map(|name| {
        result.measures.iter().position(|measure| measure == name).unwrap_or_else(|| panic!("{name} is not recorded"))
    });
    let meets = |curve: &crate::record::Curve, point: usize| {
        let measures = &curve.measures;
        measures[distance][point] <= 0.01 * measures[distance][0] && measures[norm][point] <= 0.001
    };
    let mut converged = 0;
    for curve in &result.curves {
        let last = curve.steps.len() - 1;
        let ended = &result.runs[curve.run];
        assert_eq!(ended.status == Status::Converged, meets(curve, last), "run {}", curve.run);
        assert!((0..last).all(|point| !meets(curve, point)), "run {} went on", curve.run);
        converged += usize::from(ended.status == Status::Converged);
        for (name, column) in [("final_distance", distance), ("final_gradient_norm", norm)] {
            let told = result.extra(name).and_then(|extra| extra.get(curve.run)).unwrap();
            assert_eq!(told.to_bits(), curve.measures[column][last].to_bits(), "{name} of run {}", curve.run);
        }
    }
    assert!((1..result.runs.len()).contains(&converged), "{converged} of {} runs", result.runs.len());
    // A run with another criterion does not pay for them.
    let plain = run(&Study::new(REGRESSION).plan(), &Lanes::default(), &on_threads(2)).unwrap();
    assert!(!plain.measures.iter().any(|measure| measure == "distance" || measure == "gradient_norm"));
}

/// 500 points are measured at an evaluation, ten are seen at a step: where every step is evaluated, that is most of the work.
#[test]
fn the_estimate_of_time_counts_evaluations() {
    let seconds = |every: &str| {
        let study = Study::new(&format!(
            "name = \"test\"\n[problem]\nkind = \"network\"\nhidden = [4]\n[data]\nkind = \"playground\"\n\
             dataset = \"circle\"\n[grid]\nlearning_rate = [0.01, 0.1]\nbatch_size = 10\n[stop]\nmax_epochs = 100\n\
             evaluate_every = {every}\n"
        ));
        work(&study.plan()).seconds
    };
    let (seldom, often) = (seconds("\"epoch\""), seconds("1"));
    assert!(seldom > 0.0 && often > 4.0 * seldom, "{often} {seldom}");
}
