//! Every run of the learning-rate and the batch-size study, trained again by a naive scalar loop: the same bits. The other experiments
//! are in `naive_experiments`.
//!
//! The loop below shares with the program only the order of examples, the direct solve, and the rules of canonical arithmetic.

use std::path::Path;

use goldilocks::data::{BatchWalk, Batches, Sampling};
use goldilocks::outcome::Status;
use goldilocks::problem::{Problem, Quadratic};
use goldilocks::record::Run;
use goldilocks::spec::Setup;
use goldilocks::train::{BatchSize, Criterion};

use crate::support;

/// What the naive loop knows of how a run went.
#[derive(Debug, PartialEq)]
pub(crate) struct Ending {
    pub(crate) status: Status,
    pub(crate) steps: Option<u64>,
    pub(crate) trained_steps: u64,
    pub(crate) final_loss: u64,
    pub(crate) best_loss: u64,
    pub(crate) best_step: u64,
}

impl Ending {
    pub(crate) fn of(run: &Run) -> Ending {
        Ending {
            status: run.status,
            steps: run.steps,
            trained_steps: run.trained_steps,
            final_loss: run.final_loss.to_bits(),
            best_loss: run.best_loss.to_bits(),
            best_step: run.best_step,
        }
    }
}

/// Steps until the loss is at most `target` (or too large, or the budget is spent).
fn train(
    mut step: impl FnMut(),
    mut loss_and_measure: impl FnMut(&mut dyn FnMut()) -> (f64, f64),
    factor: f64,
    budget: u64,
) -> Ending {
    let (initial, first) = loss_and_measure(&mut || {});
    let (mut loss, mut measure) = (initial, first);
    let (mut best_loss, mut best_step, mut steps) = (initial, 0, 0);
    let status = loop {
        if loss < best_loss {
            (best_loss, best_step) = (loss, steps);
        }
        if loss > 1e3 * initial || !loss.is_finite() {
            break Status::Diverged;
        }
        if measure <= factor * first {
            break Status::Converged;
        }
        if steps == budget {
            break Status::Exhausted;
        }
        steps += 1;
        (loss, measure) = loss_and_measure(&mut step);
    };
    Ending {
        status,
        steps: (status == Status::Converged).then_some(steps),
        trained_steps: steps,
        final_loss: loss.to_bits(),
        best_loss: best_loss.to_bits(),
        best_step,
    }
}

#[test]
fn the_learning_rate_study() {
    let experiment = support::experiment("learning-rate.toml", &[]);
    let (grid, _) = support::prepare(&experiment);
    let study = support::train(&experiment, support::USUAL);
    for (run, row) in grid.runs.iter().zip(&study.runs) {
        let w = std::cell::Cell::new(1.0f64);
        let step = || w.set((-run.settings.learning_rate).mul_add(0.625 * w.get(), w.get()));
        let ending = train(
            step,
            |step| {
                step();
                (0.625 / 2.0 * w.get() * w.get(), w.get().abs())
            },
            0.0055,
            1000,
        );
        assert_eq!(Ending::of(row), ending, "learning rate {}", run.settings.learning_rate);
    }
}

/// The diabetes data, read and standardized here: rows of features, and targets.
fn diabetes() -> (Vec<Vec<f64>>, Vec<f64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data/diabetes.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    let targets = rows.iter_mut().map(|row| row.pop().unwrap()).collect();
    let count = rows.len() as f64;
    for feature in 0..rows[0].len() {
        let mean = rows.iter().fold(0.0, |sum, row| sum + row[feature]) / count;
        let squares = rows.iter().fold(0.0, |sum, row| (row[feature] - mean).mul_add(row[feature] - mean, sum));
        let deviation = (squares / count).sqrt();
        rows.iter_mut().for_each(|row| row[feature] = (row[feature] - mean) / deviation);
    }
    (rows, targets)
}

/// The gap `|R (w − w*)|²`, row after row; rows count from the column where their block of four begins.
fn gap(quadratic: &Quadratic, w: &[f64]) -> f64 {
    let n = w.len();
    let offsets: Vec<f64> = w.iter().zip(&quadratic.minimizer).map(|(w, best)| w - best).collect();
    (0..n).fold(0.0, |gap, i| {
        let block = i - i % 4;
        let from = if n - block >= 4 { block } else { i };
        let sum = (from..n).fold(0.0f64, |sum, j| offsets[j].mul_add(quadratic.root()[i * n + j], sum));
        sum.mul_add(sum, gap)
    })
}

/// One step of gradient descent on a mini-batch.
fn batch_step(w: &mut [f64], batch: &[u32], rows: &[Vec<f64>], targets: &[f64], learning_rate: f64) {
    let scale = 2.0 * (1.0 / batch.len() as f64);
    let mut gradient = vec![0.0f64; w.len()];
    for &example in batch {
        let row = &rows[example as usize];
        let mut prediction = w[row.len()];
        for (w, x) in w.iter().zip(row) {
            prediction = w.mul_add(*x, prediction);
        }
        let error = (prediction - targets[example as usize]) * scale;
        for (g, x) in gradient.iter_mut().zip(row) {
            *g = error.mul_add(*x, *g);
        }
        gradient[row.len()] += error;
    }
    for (w, g) in w.iter_mut().zip(&gradient) {
        *w = (-learning_rate).mul_add(*g, *w);
    }
}

/// One step of gradient descent on all examples: `gradient = H (w − w*)`.
fn full_step(w: &mut [f64], quadratic: &Quadratic, learning_rate: f64) {
    let n = w.len();
    let offsets: Vec<f64> = w.iter().zip(&quadratic.minimizer).map(|(w, best)| w - best).collect();
    for (w, row) in w.iter_mut().zip(quadratic.hessian().chunks_exact(n)) {
        let gradient = row.iter().zip(&offsets).fold(0.0f64, |sum, (h, offset)| offset.mul_add(*h, sum));
        *w = (-learning_rate).mul_add(gradient, *w);
    }
}

fn relative_gap(setup: &Setup) -> f64 {
    let converged = setup.stop.converged.as_ref().unwrap();
    match converged.criteria[..] {
        [Criterion::RelativeGap(factor)] => factor,
        _ => panic!("the experiment stops at a relative gap"),
    }
}

/// Trains all runs of the batch-size study, with these changes, and compares.
fn compare_batch_sizes(changes: &[&str]) {
    let experiment = support::experiment("batch-size.toml", changes);
    let (grid, prepared) = support::prepare(&experiment);
    let study = support::train(&experiment, support::USUAL);
    let Problem::LeastSquares(model) = &*prepared.problems[0] else { panic!("the study is a linear regression") };
    let (rows, targets) = diabetes();
    for (run, row) in grid.runs.iter().zip(&study.runs) {
        let setup = &grid.setups[run.setup as usize];
        let (batch, sampling) = match run.settings.batch_size {
            BatchSize::Full => (rows.len(), Sampling::Sequential),
            BatchSize::Examples(batch) => (batch as usize, setup.sampling),
        };
        let batches = Batches::new(rows.len(), batch, sampling);
        let mut order = BatchWalk::new(&batches, Some(run.settings.seed));
        let budget = batches.step_of_epoch(setup.stop.budget.epochs.unwrap());
        let w = std::cell::RefCell::new(vec![0.0; rows[0].len() + 1]);
        let step = || {
            let w = &mut w.borrow_mut();
            if batch == rows.len() && sampling != Sampling::Uniform {
                full_step(w, &model.train, run.settings.learning_rate);
            } else {
                batch_step(w, order.next_batch(), &rows, &targets, run.settings.learning_rate);
            }
        };
        let measure = |step: &mut dyn FnMut()| {
            step();
            let gap = gap(&model.train, &w.borrow());
            (gap + model.train.best_loss, gap)
        };
        let ending = train(step, measure, relative_gap(setup), budget);
        assert_eq!(Ending::of(row), ending, "{:?} {changes:?}", run.settings);
    }
}

#[test]
fn the_batch_size_study() {
    compare_batch_sizes(&[]);
}

#[test]
fn the_batch_size_study_with_replacement() {
    compare_batch_sizes(&["data.sampling=\"uniform\"", "stop.max_epochs=20"]);
}

#[test]
fn the_batch_size_study_in_file_order() {
    compare_batch_sizes(&["data.sampling=\"sequential\"", "stop.max_epochs=20", "grid.seed=0"]);
}

#[test]
fn full_batch_descent_on_diabetes_and_its_stability_limit() {
    let text = |rates: &str, steps: u64| {
        format!(
            "name = \"limit\"\n[problem]\nkind = \"linear-regression\"\n[data]\ncsv = \"data/diabetes.csv\"\n\
             target = \"progression\"\n[grid]\nlearning_rate = {rates}\n[stop]\nmax_steps = {steps}\n"
        )
    };
    let study = support::train(&support::parse(&text("[0.1, 0.24, 0.25]", 5000)), support::USUAL);
    let statuses: Vec<Status> = study.runs.iter().map(|run| run.status).collect();
    assert_eq!(statuses, [Status::Exhausted, Status::Exhausted, Status::Diverged]);

    // The trajectory at learning rate 0.1, from the examples themselves and without fused operations.
    let all = support::How { curves: goldilocks::train::Detail::All, ..support::USUAL };
    let study = support::train(&support::parse(&text("0.1", 200)), all);
    let (rows, targets) = diabetes();
    let mut w = [0.0; 11];
    for (step, &loss) in study.curves[0].loss.iter().enumerate() {
        let errors: Vec<f64> = rows
            .iter()
            .zip(&targets)
            .map(|(row, target)| row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() + w[10] - target)
            .collect();
        let count = rows.len() as f64;
        let direct = errors.iter().map(|error| error * error).sum::<f64>() / count;
        assert!((loss / direct - 1.0).abs() < 1e-12, "step {step}: {loss} against {direct}");
        for feature in 0..10 {
            let slope = errors.iter().zip(&rows).map(|(error, row)| error * row[feature]).sum::<f64>();
            w[feature] -= 0.1 * 2.0 / count * slope;
        }
        w[10] -= 0.1 * 2.0 / count * errors.iter().sum::<f64>();
    }
}
