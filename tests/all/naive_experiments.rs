//! The other experiments, trained again by naive loops: the same bits. Of the large ones, evenly chosen runs.
//!
//! The loops share with the program the data sets, the order of examples, the initial parameters, the elementary functions, and where a
//! gap is asked for the direct solve; what they hold it to is all arithmetic of training.

use goldilocks::data::{BatchWalk, Batches, Dataset, Examples, Sampling};
use goldilocks::grid::{Grid, Run as Planned};
use goldilocks::math;
use goldilocks::outcome::Status;
use goldilocks::problem::{Definition, Problem};
use goldilocks::record::Run;
use goldilocks::spec::import::PlaygroundPage;
use goldilocks::train::{BatchSize, Criterion};

use crate::naive::Ending;
use crate::support::naive_page::{OURS, start};
use crate::support::{self, USUAL};

/// Evaluates every `every` steps until the criterion holds, the loss is too large, or the budget is spent; with `trains_on` it goes on
/// after convergence. `next` trains to the next evaluation (the first is at step 0) and says the loss and whether the criterion holds.
fn train(budget: u64, every: u64, trains_on: bool, mut next: impl FnMut() -> (f64, bool)) -> Ending {
    let (initial, mut holds) = next();
    let (mut loss, mut best_loss, mut best_step, mut step, mut steps) = (initial, initial, 0, 0, None);
    let status = loop {
        if loss < best_loss {
            (best_loss, best_step) = (loss, step);
        }
        if loss > 1e3 * initial || !loss.is_finite() {
            break Status::Diverged;
        }
        if holds {
            steps.get_or_insert(step);
        }
        if steps.is_some() && !trains_on {
            break Status::Converged;
        }
        if step == budget {
            break Status::Exhausted;
        }
        step += every;
        (loss, holds) = next();
    };
    let status = if steps.is_some() { Status::Converged } else { status };
    let (final_loss, best_loss) = (loss.to_bits(), best_loss.to_bits());
    Ending { status, steps, trained_steps: step, final_loss, best_loss, best_step }
}

/// Trains an experiment with `changes` that leave some of its runs out, and every `share`-th run again by `naive`.
fn compare(name: &str, changes: &[&str], share: usize, naive: impl Fn(&Grid, &Planned) -> Ending) {
    let experiment = support::experiment(name, changes);
    let (grid, _) = support::prepare(&experiment);
    let study = support::train(&experiment, USUAL);
    let mut compared = 0;
    for (number, row) in study.runs.iter().enumerate().step_by(share) {
        let planned = &grid.runs[number];
        assert_eq!(Ending::of(row), naive(&grid, planned), "{name}, run {number}");
        compared += 1;
    }
    assert!(compared >= 5, "{name}: {compared} runs");
}

#[test]
fn the_u_curve() {
    compare("u-curve.toml", &[], 1, |_, run| {
        let rate = run.settings.learning_rate;
        let mut w = None;
        train(1000, 1, false, || {
            let now = w.map_or(1.0, |w: f64| (-rate).mul_add(0.625 * w, w));
            w = Some(now);
            (0.625 / 2.0 * now * now, now.abs() <= 0.0055)
        })
    });
}

fn egg_carton(name: &str, budget: u64) {
    compare(name, &[], 1, |grid, run| {
        let Definition::EggCarton(carton) = grid.setups[run.setup as usize].problem else { panic!("an egg carton") };
        let (ripple, frequency) = (carton.ripple, carton.frequency);
        let slope = |u: f64| 1.0f64.mul_add(u, ripple * frequency * math::sin_scalar(frequency * u));
        let mut w = carton.start[..carton.dimensions].to_vec();
        let mut is_first = true;
        train(budget, 1, false, || {
            if !std::mem::take(&mut is_first) {
                w.iter_mut().for_each(|w| *w = (-run.settings.learning_rate).mul_add(slope(*w), *w));
            }
            let (mut loss, mut square) = (0.0f64, 0.0f64);
            for &u in &w {
                let sine = math::sin_scalar(0.5 * frequency * u);
                loss = (0.5 * u).mul_add(u, loss);
                loss = (2.0 * ripple * sine).mul_add(sine, loss);
                square = slope(u).mul_add(slope(u), square);
            }
            (loss, square.sqrt() <= 1e-6)
        })
    });
}

#[test]
fn the_egg_carton() {
    egg_carton("egg-carton.toml", 1000);
}

#[test]
fn the_map_of_the_egg_carton() {
    egg_carton("egg-carton-map.toml", 500);
}

/// The scores of an example, one per row of weights with its bias last.
fn scores(w: &[f64], row: &[f64]) -> Vec<f64> {
    let score = |w: &[f64]| row.iter().zip(w).fold(w[row.len()], |sum, (x, w)| w.mul_add(*x, sum));
    w.chunks_exact(row.len() + 1).map(score).collect()
}

/// The log loss of an example, whether it is classified correctly, and `scale` times the slope by each score.
fn judge(scores: &[f64], target: f64, scale: f64) -> (f64, bool, Vec<f64>) {
    if let [score] = *scores {
        let sign = if target == 1.0 { -1.0 } else { 1.0 };
        let slope = math::sigmoid_scalar(sign * score) * (scale * sign);
        return (math::softplus_scalar(sign * score), (score > 0.0) == (target == 1.0), vec![slope]);
    }
    let target = target as usize;
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = scores.iter().map(|score| math::exp_scalar(score - largest)).collect();
    let sum = exponentials.iter().fold(0.0, |sum, x| sum + x);
    let slope = |(class, e): (usize, &f64)| e.mul_add(scale / sum, if class == target { -scale } else { -0.0 });
    let slopes = exponentials.iter().enumerate().map(slope).collect();
    let first = scores.iter().position(|score| *score == largest);
    ((largest - scores[target]) + math::ln_scalar(sum), first == Some(target), slopes)
}

fn mean_loss(examples: &Examples, w: &[f64]) -> f64 {
    let loss = |i: usize| judge(&scores(w, examples.row(i)), examples.targets[i], 1.0).0;
    (0..examples.len()).fold(0.0, |sum, i| sum + loss(i)) / examples.len() as f64
}

fn accuracy(examples: &Examples, w: &[f64]) -> f64 {
    let is_right = |&i: &usize| judge(&scores(w, examples.row(i)), examples.targets[i], 1.0).1;
    (0..examples.len()).filter(is_right).count() as f64 / examples.len() as f64
}

/// One step on a batch.
fn step(w: &mut [f64], examples: &Examples, batch: &[u32], l2: f64, rate: f64) {
    let width = examples.width;
    let mut gradient = vec![0.0f64; w.len()];
    for &example in batch {
        let row = examples.row(example as usize);
        let (_, _, slopes) = judge(&scores(w, row), examples.targets[example as usize], 1.0 / batch.len() as f64);
        for (slope, sum) in slopes.iter().zip(gradient.chunks_exact_mut(width + 1)) {
            sum.iter_mut().zip(row.iter().chain(&[1.0])).for_each(|(sum, x)| *sum = slope.mul_add(*x, *sum));
        }
    }
    for (i, (w, g)) in w.iter_mut().zip(&mut gradient).enumerate() {
        if l2 > 0.0 && i % (width + 1) != width {
            *g = l2.mul_add(*w, *g);
        }
        *w = (-rate).mul_add(*g, *w);
    }
}

/// Logistic regression from zero, evaluated after every step.
fn logistic(name: &str, changes: &[&str], share: usize, least: impl Fn(&Problem) -> f64) {
    let experiment = support::experiment(name, changes);
    let (_, prepared) = support::prepare(&experiment);
    let least = least(&prepared.problems[0]);
    compare(name, changes, share, |grid, run| {
        let setup = &grid.setups[run.setup as usize];
        let Definition::LogisticRegression(definition) = setup.problem else { panic!("logistic regression") };
        let data = Dataset::load(setup.data.as_ref().unwrap(), None).unwrap();
        let examples = &data.train;
        let walk = match run.settings.batch_size {
            BatchSize::Full => Batches::new(examples.len(), examples.len(), Sampling::Sequential),
            BatchSize::Examples(batch) => Batches::new(examples.len(), batch as usize, setup.sampling),
        };
        let mut order = BatchWalk::new(&walk, Some(run.settings.seed));
        let rows = if data.classes.len() == 2 { 1 } else { data.classes.len() };
        let mut w = vec![0.0; rows * (examples.width + 1)];
        let mut first = None;
        let criterion = setup.stop.converged.as_ref().unwrap().criteria[0];
        train(walk.step_of_epoch(setup.stop.budget.epochs.unwrap()), 1, false, || {
            if first.is_some() {
                step(&mut w, examples, order.next_batch(), definition.l2, run.settings.learning_rate);
            }
            let weights = w.iter().enumerate().filter(|(i, _)| i % (examples.width + 1) != examples.width);
            let squares = weights.fold(0.0, |sum: f64, (_, w)| w.mul_add(*w, sum));
            let loss = mean_loss(examples, &w);
            let loss = if definition.l2 > 0.0 { (0.5 * definition.l2).mul_add(squares, loss) } else { loss };
            let first = *first.get_or_insert(loss);
            let holds = match criterion {
                Criterion::RelativeGap(factor) => (loss - least).max(0.0) <= factor * (first - least),
                Criterion::TestAccuracy(share) => accuracy(&data.test, &w) >= share,
                _ => panic!("{criterion:?} is none of the experiments'"),
            };
            (loss, holds)
        })
    });
}

#[test]
fn breast_cancer() {
    logistic("breast-cancer.toml", &["grid.seed=2"], 7, |problem| match problem {
        Problem::Binary(model) => model.minimum().unwrap().loss,
        _ => panic!("two classes"),
    });
}

#[test]
fn digits() {
    logistic("digits.toml", &["grid.seed=2", "grid.batch_size=[32, 128, \"full\"]"], 5, |_| f64::NAN);
}

/// The runs of a page of the Playground, from its address without learning rate and seed.
fn page(name: &str, share: usize, address: &str, holds: impl Fn(f64, f64) -> bool) {
    compare(name, &[], share, |grid, run| {
        let stop = &grid.setups[run.setup as usize].stop;
        let trains_on = stop.after_convergence == goldilocks::train::AfterConvergence::Continue;
        let (rate, seed) = (run.settings.learning_rate, run.settings.seed);
        let page = PlaygroundPage::from_address(&format!("{address}&learningRate={rate}&seed={seed}")).unwrap();
        let (mut network, examples, test) = start(&page, OURS);
        let every = (examples.len() / page.batch_size as usize) as u64;
        let mut is_first = true;
        train(every * stop.budget.epochs.unwrap(), every, trains_on, || {
            if !std::mem::take(&mut is_first) {
                network.epoch(&examples);
            }
            let loss = network.loss(&examples);
            (loss, holds(loss, network.loss(&test)))
        })
    });
}

const POINTS: &str = "percTrainData=50&x=true&y=true&problem=classification&regularization=none";

#[test]
fn the_exercise_of_the_playground() {
    let address = format!("#activation=linear&batchSize=3&dataset=gauss&noise=80&networkShape=&{POINTS}");
    page("playground.toml", 1, &address, |loss, _| loss <= 0.3);
}

#[test]
fn the_circle_of_the_playground() {
    let address = format!("#activation=tanh&batchSize=10&dataset=circle&noise=0&networkShape=4,2&{POINTS}");
    page("playground-circle.toml", 9, &address, |_, test_loss| test_loss <= 0.05);
}

/// Where a run began and ended, and that its loss follows from that.
#[test]
fn parameters_are_recorded_and_have_the_losses_of_the_run() {
    let change = |detail: &str| format!("record.parameters=\"{detail}\"");
    for (detail, ends) in [("none", &[][..]), ("initial", &[false]), ("final", &[true]), ("both", &[false, true])] {
        let experiment =
            support::experiment("breast-cancer.toml", &[&change(detail), "stop.max_epochs=2", "grid.seed=[3, 4]"]);
        let (grid, _) = support::prepare(&experiment);
        let study = support::train(&experiment, USUAL);
        let data = Dataset::load(grid.setups[0].data.as_ref().unwrap(), None).unwrap();
        let recorded: Vec<(usize, bool)> = study.parameters.iter().map(|p| (p.run, p.is_final)).collect();
        let expected: Vec<(usize, bool)> =
            (0..study.runs.len()).flat_map(|run| ends.iter().map(move |&is_final| (run, is_final))).collect();
        assert_eq!(recorded, expected, "{detail}");
        for parameters in &study.parameters {
            let run: &Run = &study.runs[parameters.run];
            let weights = parameters.values.iter().take(data.train.width);
            let squares = weights.fold(0.0, |sum: f64, w| w.mul_add(*w, sum));
            let loss = (0.5f64 * 0.01).mul_add(squares, mean_loss(&data.train, &parameters.values));
            let expected = if parameters.is_final { run.final_loss } else { run.initial_loss };
            assert_eq!(loss.to_bits(), expected.to_bits(), "{detail}, run {}", parameters.run);
        }
    }
}
