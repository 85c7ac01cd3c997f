//! Studies that are hard to draw.

use std::sync::Arc;

use super::studies::{COURSE_RATES, axis, batches, blank_run, log_grid, parabola};
use crate::outcome::{Status, Trend};
use crate::record::{Curve, Run, Study};
use crate::value::Value;

fn converged(id: u64, steps: u64) -> Run {
    Run { status: Status::Converged, trend: None, steps: Some(steps), ..blank_run(id) }
}

/// One run per value of one axis.
fn along(path: &str, values: Vec<Value>, runs: Vec<Run>) -> Study {
    let positions = (0..values.len() as u32).collect();
    Study { name: "edge".to_owned(), axes: [axis(path, values, positions)].into(), runs, ..Study::default() }
}

fn numbers(values: &[f64]) -> Vec<Value> {
    values.iter().map(|value| Value::Number(*value)).collect()
}

/// A word, and the study it stands for.
pub(super) fn all() -> Vec<(&'static str, Study)> {
    vec![
        ("nothing", Study::default()),
        ("one run", parabola(&[0.7])),
        ("all diverged", parabola(&[4.0, 5.0, 6.0])),
        ("all exhausted", parabola(&[1e-6, 2e-6])),
        ("losses of zero", losses(&[&[0.0, 0.0], &[1.0, 0.0]])),
        ("losses that are no numbers", losses(&[&[1.0, f64::NAN], &[f64::INFINITY, 2.0], &[1.0, 0.5]])),
        ("negative losses", losses(&[&[1.0, -2.0, -3.0], &[1.0, -1.0, -2.5]])),
        ("huge losses", losses(&[&[1e300, 1e-300], &[1.0, f64::MAX]])),
        ("constant losses", losses(&[&[2.0, 2.0], &[2.0, 2.0]])),
        ("all failed", along("learning_rate", numbers(&[1.0, 2.0]), failed(2))),
        ("converged at once", along("learning_rate", numbers(&[1.0, 2.0]), vec![converged(0, 0), converged(1, 0)])),
        (
            "momentum",
            along("optimizer.momentum", numbers(&[0.0, 0.5, 0.9]), (0..3).map(|i| converged(i, 30 - i)).collect()),
        ),
        ("words", along("optimizer.kind", words(), (0..3).map(|i| converged(i, 3 * i + 1)).collect())),
        ("no learning rate", batches(4, &[0.01], 3)),
        ("two batch sizes", batches(1, &log_grid(0.001, 0.1, 3), 2)),
        ("full of unknown size", unknown_full()),
        ("three axes", three_axes()),
        ("long texts", long_texts()),
        ("rounding", zero()),
    ]
}

fn failed(count: u64) -> Vec<Run> {
    (0..count).map(|id| Run { status: Status::Failed, trend: None, ..blank_run(id) }).collect()
}

fn words() -> Vec<Value> {
    let long = "a/very/long/path/to/a/file/that/nobody/would/want/to/read/on/an/axis.csv";
    ["sgd", "nesterov", long].into_iter().map(|word| Value::Text(Arc::from(word))).collect()
}

/// One exhausted run per list of losses, recorded at steps 0, 1, 2, …
fn losses(lists: &[&[f64]]) -> Study {
    let rates: Vec<f64> = (1..=lists.len()).map(|rate| rate as f64).collect();
    let runs = (0..lists.len() as u64).map(|id| Run { trend: Some(Trend::Flat), ..blank_run(id) }).collect();
    let curve = |(run, list): (usize, &&[f64])| Curve {
        run,
        steps: (0..list.len() as u64).collect(),
        loss: list.to_vec(),
        ..Curve::default()
    };
    Study { curves: lists.iter().enumerate().map(curve).collect(), ..along("learning_rate", numbers(&rates), runs) }
}

/// A run that jumps to within rounding of 0, beside one that goes down slowly.
pub(super) fn zero() -> Study {
    losses(&[&[1.0, 1e-33], &[1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5]])
}

/// Nothing tells how many examples `full` has.
fn unknown_full() -> Study {
    let values = vec![Value::Count(4), Value::Text(Arc::from("full")), Value::Count(1)];
    along("batch_size", values, vec![converged(0, 40), converged(1, 12), converged(2, 150)])
}

/// Learning rate × momentum × width, of which some never converge.
fn three_axes() -> Study {
    let mut study = Study { name: "three".to_owned(), ..Study::default() };
    let mut positions = [Vec::new(), Vec::new(), Vec::new()];
    for index in 0..60u32 {
        let place = [index % 5, index / 5 % 4, index / 20];
        let steps = u64::from(1000 / (place[0] + 1) + 10 * place[1]);
        let id = u64::from(index);
        study.runs.push(if index % 7 == 3 { blank_run(id) } else { converged(id, steps) });
        positions.iter_mut().zip(place).for_each(|(column, position)| column.push(position));
    }
    let [rate, momentum, width] = positions;
    study.axes = [
        axis("learning_rate", numbers(&log_grid(0.01, 1.0, 5)), rate),
        axis("optimizer.momentum", numbers(&[0.0, 0.5, 0.9, 0.99]), momentum),
        axis("problem.hidden", [4, 8, 16].map(|width| Value::Counts(Arc::from([width, 2]))).to_vec(), width),
    ]
    .into();
    study
}

fn long_texts() -> Study {
    Study {
        name: "a-name-that-is-much-too-long-for-the-title-of-any-plot-anybody-would-ever-draw".to_owned(),
        description: "A description\nwith <angles> & more, that goes on and on. ".repeat(12),
        ..parabola(&COURSE_RATES.map(|rate| rate + 1.234_567_890_123e-7))
    }
}

/// So many runs that nothing may be drawn once per run.
pub(super) fn million() -> Study {
    let count = 1_000_000u32;
    let rates = log_grid(1e-4, 5.0, count as usize);
    let run = |(id, rate): (u64, &f64)| {
        let factor = (1.0 - 0.625 * rate).abs();
        let steps = (libm::log(0.0055) / libm::log(factor)).ceil();
        match factor {
            factor if factor >= 1.0 => Run { status: Status::Diverged, trend: None, ..blank_run(id) },
            _ if steps > 1000.0 => blank_run(id),
            _ => converged(id, steps.max(1.0) as u64),
        }
    };
    let runs = (0..).zip(&rates).map(run).collect();
    along("learning_rate", numbers(&rates), runs)
}
