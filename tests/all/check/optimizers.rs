//! Broken optimizers, caught on the project's own specs: by a change of the spec, and by results that a broken program wrote.

use std::fs::{self, File};
use std::path::Path;

use goldilocks::engine::{self, Lanes, Options, Plan, Prepared};
use goldilocks::grid;
use goldilocks::outcome::Status;
use goldilocks::record::{self, Run, Study};
use goldilocks::spec::LaneSettings;
use goldilocks::store;
use goldilocks::train::Detail;

use super::{Place, prints};
use crate::support;

/// What a broken program makes of the settings of a run.
type Defect = fn(&mut LaneSettings);

const SIGN: Defect = |settings| settings.learning_rate = -settings.learning_rate;
const SCALE: Defect = |settings| settings.learning_rate *= 1.1;
const MOMENTUM: Defect = |settings| settings.momentum += 0.1;

/// The results of a program that trains every run of an experiment with other settings than its own: the identities, and so
/// the places in every table, are those of the settings that were asked for.
fn broken(name: &str, defect: Defect) -> Study {
    let experiment = support::experiment(name, &[]);
    let mut grid = grid::expand(&experiment).unwrap();
    grid.runs.iter_mut().for_each(|run| defect(&mut run.settings));
    let prepared = Prepared::new(&grid).unwrap();
    let plan = Plan::new(&experiment, &grid, &prepared).with_curves(Detail::None, 0);
    engine::run(&plan, &Lanes::default(), &Options { threads: 2, ..Options::default() }).unwrap()
}

/// Writes results as a program does, and holds them against the expectations and the committed baseline.
fn check(place: &Place, name: &str, study: &Study) -> String {
    let folder = place.path("broken");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let table = |name: &str| File::create(folder.join(name)).unwrap();
    record::write_runs(study, &mut table("runs.csv")).unwrap();
    store::write_manifest(Path::new(&folder)).unwrap();
    prints(&place.run(&["check", &format!("experiments/{name}"), "--results", "broken"]), 1)
}

/// How many lines tell of something.
fn count(text: &str, what: &str) -> usize {
    text.lines().filter(|line| line.contains(what)).count()
}

#[test]
fn a_sound_program_passes() {
    let place = Place::of_the_repository();
    let text = prints(
        &place.run(&[
            "check",
            "experiments/learning-rate.toml",
            "experiments/batch-size.toml",
            "experiments/u-curve.toml",
        ]),
        0,
    );
    assert_eq!(count(&text, "bit by bit"), 3, "{text}");
}

#[test]
fn a_wrong_sign_is_caught() {
    let place = Place::of_the_repository();
    for (name, least) in [("learning-rate.toml", 6), ("u-curve.toml", 3), ("batch-size.toml", 8)] {
        let text = check(&place, name, &broken(name, SIGN));
        assert!(count(&text, ": error: expected ") >= least, "{text}");
        assert!(count(&text, ": error: status changed: ") >= 5, "{text}");
    }
}

#[test]
fn a_learning_rate_a_tenth_too_large_is_caught() {
    let place = Place::of_the_repository();
    for (name, least) in [("learning-rate.toml", 6), ("u-curve.toml", 2), ("batch-size.toml", 2)] {
        let text = check(&place, name, &broken(name, SCALE));
        assert!(count(&text, ": error: expected ") >= least, "{text}");
        // And by the baseline alone, though most runs are faster so.
        assert!(
            count(&text, "improved: ") + count(&text, "slower: ") + count(&text, "status changed: ") >= 3,
            "{text}"
        );
    }
}

#[test]
fn a_momentum_off_by_a_tenth_is_caught() {
    let place = Place::of_the_repository();
    for (name, least) in [("learning-rate.toml", 5), ("u-curve.toml", 2), ("batch-size.toml", 2)] {
        let text = check(&place, name, &broken(name, MOMENTUM));
        assert!(count(&text, ": error: expected ") >= least, "{text}");
    }
}

/// Gradient descent whose velocity comes one step late: it uses the gradient of the step before.
#[test]
fn a_velocity_one_step_late_is_caught() {
    let place = Place::of_the_repository();
    for (name, least) in [("learning-rate.toml", 4), ("u-curve.toml", 1)] {
        let mut study = support::train(&support::experiment(name, &[]), support::USUAL);
        let rates: Vec<f64> = (0..study.runs.len()).map(|run| study.axes[0].value(run).as_number().unwrap()).collect();
        study.runs.iter_mut().zip(rates).for_each(|(run, rate)| *run = one_step_late(run, rate));
        let text = check(&place, name, &study);
        assert!(count(&text, ": error: expected ") >= least, "{text}");
        assert!(count(&text, ": error: slower: ") + count(&text, ": error: status changed: ") >= 5, "{text}");
    }
}

fn one_step_late(run: &Run, rate: f64) -> Run {
    let (mut w, mut velocity, mut steps) = (1.0f64, 0.0, 0);
    let status = loop {
        match (w.abs() <= 0.0055, w * w > 1e3, steps) {
            (true, ..) => break Status::Converged,
            (_, true, _) => break Status::Diverged,
            (.., 1000) => break Status::Exhausted,
            _ => {}
        }
        let gradient = 0.625 * w;
        w -= rate * velocity;
        velocity = gradient;
        steps += 1;
    };
    Run {
        status,
        steps: (status == Status::Converged).then_some(steps),
        trained_steps: steps,
        trend: None,
        reason: None,
        trajectory: run.trajectory ^ 1,
        final_loss: 0.3125 * w * w,
        ..run.clone()
    }
}

/// The same defects as changes of the spec: a curvature a tenth too large is a learning rate a tenth too large.
#[test]
fn changes_of_the_spec_are_caught() {
    let place = Place::of_the_repository();
    let check =
        |name: &str, change: &str| prints(&place.run(&["check", &format!("experiments/{name}"), "--set", change]), 1);
    for name in ["learning-rate.toml", "u-curve.toml"] {
        let text = check(name, "problem.curvature=0.6875");
        assert!(count(&text, ": error: expected ") >= 3, "{text}");
        assert!(text.contains("not comparable: settings beside the axes differ from those of the baseline"), "{text}");
        let text = check(name, "optimizer.momentum=0.1");
        assert!(count(&text, ": error: expected ") >= 2, "{text}");
    }
    assert!(count(&check("batch-size.toml", "optimizer.momentum=0.1"), ": error: expected ") >= 2);
    assert!(count(&check("batch-size.toml", "data.scale=\"min-max\""), ": error: expected ") >= 5);
}
