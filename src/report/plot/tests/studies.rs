//! Studies to draw: gradient descent on a parabola, and a made-up study of batch sizes.

use std::sync::Arc;

use crate::outcome::{Status, Trend};
use crate::random::{Key, Stream};
use crate::record::{Attachment, Axis, Curve, Extra, LandscapePoint, Run, Study};
use crate::value::Value;

const CURVATURE: f64 = 0.625;
const MAX_STEPS: u64 = 1000;

/// The published exercise.
pub(crate) const COURSE_RATES: [f64; 8] = [0.001, 0.1, 0.7, 1.0, 1.6, 1.8, 3.2, 4.0];

/// `count` numbers from `from` to `to`, evenly in their logarithm.
pub(crate) fn log_grid(from: f64, to: f64, count: usize) -> Vec<f64> {
    let share = |index: usize| index as f64 / (count - 1) as f64;
    (0..count).map(|index| from * libm::pow(to / from, share(index))).collect()
}

/// A run that went nowhere yet.
pub(crate) fn blank_run(id: u64) -> Run {
    Run {
        id,
        status: Status::Exhausted,
        trend: Some(Trend::Falling),
        steps: None,
        epochs: None.into(),
        examples: None.into(),
        trained_steps: MAX_STEPS,
        initial_loss: 1.0,
        final_loss: 0.5,
        best_loss: 0.5,
        best_step: MAX_STEPS,
        trajectory: id,
        reason: None,
    }
}

/// An axis along which run number `i` has the value `values[i % values.len() ...]` given by `positions`.
pub(crate) fn axis(path: &str, values: Vec<Value>, positions: Vec<u32>) -> Axis {
    Axis { path: path.to_owned(), values, positions }
}

/// One learning rate after the other on `loss = 0.3125 w²` from `w = 1`, until `|w| ≤ 0.0055`.
pub(crate) fn parabola(rates: &[f64]) -> Study {
    let mut study = Study {
        name: "learning-rate".to_owned(),
        description: "How the learning rate decides between slow, fast and never.".to_owned(),
        axes: [axis(
            "learning_rate",
            rates.iter().map(|rate| Value::Number(*rate)).collect(),
            (0..rates.len() as u32).collect(),
        )]
        .into(),
        extras: vec![Extra::new("stability_limit", vec![Some(2.0 / CURVATURE); rates.len()])],
        measures: vec!["gap".to_owned(), "w".to_owned()],
        attachments: vec![Attachment::Landscape(
            (-40..=40).map(|i| f64::from(i) * 0.05).map(|w| LandscapePoint { w, loss: 0.3125 * w * w }).collect(),
        )],
        ..Study::default()
    };
    for (index, rate) in rates.iter().enumerate() {
        let (run, curve) = descend(index, *rate);
        study.runs.push(run);
        study.curves.push(curve);
    }
    study
}

fn descend(index: usize, rate: f64) -> (Run, Curve) {
    let mut curve = Curve { run: index, measures: vec![Vec::new(), Vec::new()], ..Curve::default() };
    let mut run = Run { initial_loss: 0.3125, ..blank_run(index as u64) };
    let mut w: f64 = 1.0;
    for step in 0..=MAX_STEPS {
        let loss = 0.3125 * w * w;
        curve.steps.push(step);
        curve.loss.push(loss);
        curve.measures[0].push(loss);
        curve.measures[1].push(w);
        run.trained_steps = step;
        run.final_loss = loss;
        if w.abs() <= 0.0055 {
            (run.status, run.trend, run.steps) = (Status::Converged, None, Some(step));
            break;
        }
        if loss > 1e3 * 0.3125 {
            (run.status, run.trend) = (Status::Diverged, None);
            break;
        }
        w -= rate * CURVATURE * w;
    }
    if run.status == Status::Exhausted && w.abs() > 0.9 {
        run.trend = Some(if rate > 2.0 { Trend::Oscillating } else { Trend::Falling });
    }
    (run, curve)
}

/// Batch sizes × learning rates × seeds with noise, divergence at large rates, and `full` as the last batch size.
pub(crate) fn batches(sizes: usize, rates: &[f64], seeds: u64) -> Study {
    const EXAMPLES: u64 = 353;
    let mut values: Vec<Value> = (0..sizes as u32).map(|power| Value::Count(1 << power)).collect();
    values.push(Value::Text(Arc::from("full")));
    let mut study = Study {
        name: "batch-size".to_owned(),
        description: "Steps, epochs and examples to a relative gap of 0.01 on the diabetes data, by batch size."
            .to_owned(),
        measures: vec!["gap".to_owned()],
        ..Study::default()
    };
    let mut positions = [Vec::new(), Vec::new(), Vec::new()];
    for (b, size) in values.iter().enumerate() {
        let size = size.as_number().unwrap_or(EXAMPLES as f64);
        for (r, rate) in rates.iter().enumerate() {
            for seed in 0..seeds {
                let index = study.runs.len();
                let (run, curve) = noisy_run(index, size, *rate, seed, EXAMPLES);
                study.runs.push(run);
                study.curves.push(curve);
                for (column, position) in positions.iter_mut().zip([b as u32, r as u32, seed as u32]) {
                    column.push(position);
                }
            }
        }
    }
    let [batch, rate, seed] = positions;
    study.axes = [
        axis("batch_size", values, batch),
        axis("learning_rate", rates.iter().map(|rate| Value::Number(*rate)).collect(), rate),
        axis("seed", (0..seeds).map(Value::Count).collect(), seed),
    ]
    .into();
    study
}

/// Small batches tolerate smaller rates only; the gap falls to a floor set by the noise.
fn noisy_run(index: usize, size: f64, rate: f64, seed: u64, examples: u64) -> (Run, Curve) {
    let mut stream: Stream = Key::new("plot test").number("seed", seed).number("run", index as u64).stream();
    let limit = 0.25 * size / (size + 12.0);
    let floor = 0.004 * rate / limit;
    let mut run = Run { initial_loss: 26_000.0, ..blank_run(index as u64) };
    let mut curve = Curve { run: index, measures: vec![Vec::new()], ..Curve::default() };
    let (mut gap, mut step): (f64, u64) = (26_000.0, 0);
    let start = gap;
    loop {
        curve.steps.push(step);
        curve.epochs.push(step as f64 * size / examples as f64);
        curve.loss.push(2859.7 + gap);
        curve.measures[0].push(gap);
        (run.trained_steps, run.final_loss) = (step, 2859.7 + gap);
        if gap <= 0.01 * start {
            (run.status, run.trend, run.steps) = (Status::Converged, None, Some(step));
            run.examples = Some((step as f64 * size) as u64).into();
            run.epochs = Some(step as f64 * size / examples as f64).into();
            break;
        }
        if gap.is_nan() || gap > 1e3 * start {
            (run.status, run.trend) = (Status::Diverged, None);
            break;
        }
        if step >= 20_000 {
            break;
        }
        let stride = (step / 20).max(1);
        let shrink = libm::pow((1.0 - 2.0 * rate * (1.0 - rate / (limit * 1.05))).abs(), stride as f64);
        let noise = libm::exp(0.12 * stream.normal());
        gap = (gap * shrink + start * floor * rate) * noise;
        step += stride;
    }
    (run, curve)
}
