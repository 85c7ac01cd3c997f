use super::*;
use crate::outcome::Trend;
use crate::record::cell::BATCH_SIZE;
use crate::record::sample::{self, converged, diverged, exhausted, failed};
use crate::record::study::{Extra, Run};

/// One batch size, learning rates 1, 2, 3, …; `outcomes[rate][seed]`.
fn study<const RATES: usize, const SEEDS: usize>(outcomes: [[Run; SEEDS]; RATES]) -> Study {
    let rates: [Value; RATES] = std::array::from_fn(|rate| Value::Number(rate as f64 + 1.0));
    let seeds: [Value; SEEDS] = std::array::from_fn(|seed| Value::Count(seed as u64));
    let outcome = |values: &[Value]| {
        let place = |value: &Value| value.as_number().unwrap() as usize;
        outcomes[place(&values[1]) - 1][place(&values[2])].clone()
    };
    sample::study(&[(BATCH_SIZE, &sample::counts([8])), (LEARNING_RATE, &rates), (SEED, &seeds)], outcome)
}

fn only(study: &Study) -> Goldilocks {
    let [group] = <[Goldilocks; 1]>::try_from(Goldilocks::of(study)).unwrap();
    group
}

fn best_rate(study: &Study) -> f64 {
    study.axes[1].value(only(study).best.unwrap().run).as_number().unwrap()
}

fn still_falling() -> Run {
    exhausted(1000, Trend::Falling)
}

#[test]
fn the_fewest_steps_win() {
    let study =
        study([[still_falling()], [converged(9)], [converged(3)], [converged(5)], [diverged(4)], [diverged(2)]]);
    assert_eq!(best_rate(&study), 3.0);
    let group = only(&study);
    assert_eq!(group.best.unwrap().edge, Edge::Inside);
    assert_eq!(group.converging, Some((2.0, 4.0)));
    assert_eq!(group.diverging_from, Some(5.0));
    assert_eq!(group.rates, 6);
}

#[test]
fn four_lucky_replicates_of_ten_do_not_win() {
    let lucky = std::array::from_fn(|seed| if seed < 4 { converged(1) } else { diverged(1) });
    let steady: [Run; 10] = std::array::from_fn(|_| converged(50));
    assert_eq!(best_rate(&study([lucky, steady])), 2.0);
}

#[test]
fn ties_go_to_success_then_to_expected_steps_then_to_the_smaller_rate() {
    let risky = [converged(5), converged(5), diverged(1)];
    let sure = [converged(4), converged(5), converged(6)];
    assert_eq!(best_rate(&study([risky.clone(), sure.clone(), risky])), 2.0, "success rate");
    let dearer = [converged(5), converged(5), converged(6)];
    assert_eq!(best_rate(&study([dearer.clone(), sure.clone(), dearer])), 2.0, "expected steps");
    assert_eq!(best_rate(&study([sure.clone(), sure])), 1.0, "smaller rate");
}

#[test]
fn an_edge_is_told_only_where_there_is_one() {
    let edge = |study: Study| only(&study).best.unwrap().edge;
    assert_eq!(edge(study([[converged(1)], [converged(2)]])), Edge::Lower);
    assert_eq!(edge(study([[converged(2)], [converged(1)]])), Edge::Upper);
    assert_eq!(edge(study([[converged(1)]])), Edge::Inside);
    assert_eq!(edge(study([[converged(2)], [converged(1)], [diverged(1)]])), Edge::Inside);
}

#[test]
fn the_measured_limit_needs_every_larger_rate_to_diverge() {
    let half = [diverged(3), still_falling()];
    let study = study([
        [diverged(3), diverged(3)],
        [still_falling(), still_falling()],
        half.clone(),
        [diverged(3), diverged(3)],
        half,
    ]);
    let group = only(&study);
    assert_eq!(group.diverging_from, Some(3.0));
    assert_eq!((group.best, group.converging), (None, None));
}

#[test]
fn the_learning_rate_is_tuned_anew_for_each_batch_size() {
    let study = sample::study(
        &[(LEARNING_RATE, &sample::numbers([0.2, 0.1])), (BATCH_SIZE, &sample::counts([1, 8]))],
        |values| match values {
            [Value::Number(0.1), Value::Count(1)] => converged(7),
            [Value::Number(0.2), Value::Count(8)] => converged(3),
            _ => diverged(1),
        },
    );
    let mut bytes = Vec::new();
    write_goldilocks(&study, &mut bytes).unwrap();
    let expected = "batch_size,full_batch,learning_rate,steps_median,steps_q25,steps_q75,epochs_median,examples_median,ert,\
                    success_rate,runs,on_edge,converging_low,converging_high,diverging_from,stability_limit\n\
                    1,false,0.1,7,7,7,,,7,1,1,extend downwards,0.1,0.1,0.2,\n\
                    8,false,0.2,3,3,3,,,3,1,1,extend upwards,0.2,0.2,,\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn theory_stands_beside_the_measurement() {
    let mut study = study([[converged(3)], [failed("no memory")]]);
    study.extras = vec![Extra::new("distance", [Some(9.0), None]), Extra::new("stability_limit", [Some(3.2), None])];
    assert_eq!(only(&study).stability_limit, Some(3.2));
    let mut bytes = Vec::new();
    write_goldilocks(&study, &mut bytes).unwrap();
    assert!(bytes.ends_with(b"\n8,false,1,3,3,3,,,3,1,1,extend downwards,1,1,,3.2\n"));
}

#[test]
fn where_nothing_converged_the_best_is_empty() {
    let mut bytes = Vec::new();
    write_goldilocks(&study([[diverged(3)], [diverged(1)]]), &mut bytes).unwrap();
    assert!(bytes.ends_with(b"\n8,false,,,,,,,,,,,,,1,\n"), "{}", String::from_utf8_lossy(&bytes));
}
