use super::super::summary;
use super::*;
use crate::outcome::Trend;
use crate::record::sample::{self, converged, exhausted};
use crate::record::{BATCH_SIZE, Curve, Extra, LEARNING_RATE, Run, Target};
use crate::value::Value;
use std::path::Path;

fn page(study: &Study) -> String {
    summary(study, Path::new("out"), 100, false).replace('\n', " ")
}

#[test]
fn losses_and_accuracies_of_the_best_are_told() {
    let mut study = sample::study(&[(LEARNING_RATE, &sample::numbers([0.1, 0.2]))], |values| match values {
        [Value::Number(0.1)] => Run { final_loss: 0.25, best_loss: 0.125, ..converged(5) },
        _ => converged(9),
    });
    study.extras = vec![
        Extra::new("final_test_accuracy", [Some(0.9375), Some(0.5)]),
        Extra::new("stability_limit", [Some(2.0), None]),
    ];
    let text = page(&study);
    assert!(text.contains("At 0.1: final loss 0.25, best loss 0.125, test accuracy 0.9375."), "{text}");
}

#[test]
fn where_nothing_converged_the_closest_is_named() {
    let mut study = sample::study(&[(LEARNING_RATE, &sample::numbers([0.1, 0.2]))], |values| match values {
        [Value::Number(0.1)] => Run { best_loss: 0.375, ..exhausted(9, Trend::Falling) },
        _ => Run { best_loss: 0.25, ..exhausted(9, Trend::Falling) },
    });
    let text = page(&study);
    assert!(text.contains("nothing converged. Closest was learning_rate 0.2: best loss 0.25."), "{text}");
    // A target on accuracy is judged by accuracy, and more of it is better.
    study.target = Some(Target { measure: "test_accuracy".into(), value: 0.99 });
    study.extras = vec![Extra::new("final_test_accuracy", [Some(0.75), Some(0.5)])];
    let text = page(&study);
    assert!(text.contains("Closest was learning_rate 0.1: final test accuracy 0.75."), "{text}");
}

#[test]
fn losses_after_ten_and_twenty_presses_stand_in_a_study_of_the_page() {
    let seeds = sample::counts([1, 2]);
    let mut study = sample::study(&[(LEARNING_RATE, &sample::numbers([0.1, 0.2])), (SEED, &seeds)], |_| converged(5));
    study.curves = (0..4)
        .map(|run| Curve {
            run,
            steps: vec![0, 830, 1660],
            epochs: vec![0.0, 10.0, 20.0],
            loss: vec![1.0, 0.5 + run as f64, 0.25],
            ..Curve::default()
        })
        .collect();
    assert!(!page(&study).contains("presses"));
    study.trains_as_the_page = true;
    let text = summary(&study, Path::new("out"), 100, false);
    assert!(text.contains("learning_rate  after 10  after 20\n"), "{text}");
    assert!(text.contains("          0.1         1      0.25\n          0.2         3      0.25\n"), "{text}");
}

#[test]
fn copies_of_one_run_are_no_replicates() {
    let batches = [Value::Count(1), Value::Text("full".into())];
    let axes: [(&str, &[Value]); 2] = [(BATCH_SIZE, &batches), (SEED, &sample::counts([1, 2]))];
    let study = sample::study(&axes, |values| match values {
        [Value::Count(_), Value::Count(seed)] => Run { trajectory: *seed, ..converged(5) },
        _ => Run { trajectory: 7, ..converged(5) },
    });
    let text = page(&study);
    // The page without its line ends: a cell of two replicates, and one of a run that was copied.
    assert!(text.contains("5 [5–5]  2 converged ") && text.contains("full                5  converged "), "{text}");
    let expected =
        "Warning: the seed changes nothing in 1 of 2 cells (batch_size full): the runs there are copies of one run";
    assert!(text.contains(expected), "{text}");
    let real = sample::study(&axes, |values| match values {
        [_, Value::Count(seed)] => Run { trajectory: *seed, ..converged(5) },
        _ => unreachable!(),
    });
    assert!(!page(&real).contains("copies"), "{}", page(&real));
}
