//! Studies made by hand, for tests.

use super::study::{Run, Study};
use crate::grid::Axis;
use crate::outcome::{Status, Trend};
use crate::value::Value;

/// The full product of the axes, last axis fastest; `outcome` says how the run with these values went.
pub(crate) fn study(axes: &[(&str, &[Value])], outcome: impl Fn(&[Value]) -> Run) -> Study {
    let runs: usize = axes.iter().map(|(_, values)| values.len()).product();
    let mut stride = runs;
    let axes: Vec<Axis> = axes
        .iter()
        .map(|(path, values)| {
            stride /= values.len();
            let positions = (0..runs).map(|run| (run / stride % values.len()) as u32).collect();
            Axis { path: (*path).to_owned(), values: values.to_vec(), positions }
        })
        .collect();
    let runs = (0..runs)
        .map(|number| {
            let values: Vec<Value> = axes.iter().map(|axis| axis.value(number).clone()).collect();
            let run = outcome(&values);
            // No two of them are copies of each other.
            let trajectory = if run.trajectory == 0xabc { 0xabc_000 + number as u64 } else { run.trajectory };
            Run { id: 0x1000 + number as u64, trajectory, ..run }
        })
        .collect();
    Study { name: "sample".to_owned(), axes: axes.into(), runs, ..Study::default() }
}

/// Real numbers as axis values.
pub(crate) fn numbers<const N: usize>(numbers: [f64; N]) -> [Value; N] {
    numbers.map(Value::Number)
}

/// Counts as axis values.
pub(crate) fn counts<const N: usize>(counts: [u64; N]) -> [Value; N] {
    counts.map(Value::Count)
}

/// A run that converged after so many steps.
pub(crate) fn converged(steps: u64) -> Run {
    Run {
        id: 0,
        status: Status::Converged,
        trend: None,
        steps: Some(steps),
        epochs: None.into(),
        examples: None.into(),
        trained_steps: steps,
        initial_loss: 1.0,
        final_loss: 0.001,
        best_loss: 0.001,
        best_step: steps,
        trajectory: 0xabc,
        reason: None,
    }
}

/// A run that diverged after so many steps.
pub(crate) fn diverged(trained_steps: u64) -> Run {
    Run {
        status: Status::Diverged,
        steps: None,
        trained_steps,
        final_loss: f64::INFINITY,
        best_loss: 1.0,
        best_step: 0,
        ..converged(trained_steps)
    }
}

/// A run that spent its budget.
pub(crate) fn exhausted(trained_steps: u64, trend: Trend) -> Run {
    Run {
        status: Status::Exhausted,
        trend: Some(trend),
        steps: None,
        final_loss: 0.5,
        best_loss: 0.5,
        ..converged(trained_steps)
    }
}

/// A run that could not be carried out.
pub(crate) fn failed(reason: &str) -> Run {
    Run {
        status: Status::Failed,
        steps: None,
        reason: Some(reason.into()),
        initial_loss: f64::NAN,
        final_loss: f64::NAN,
        best_loss: f64::NAN,
        ..converged(0)
    }
}
