//! How many epochs per second the Playground's networks train, over all runs, both losses evaluated after every epoch.
//!
//! Circle, hidden 4,2, tanh, batch 10, 250 training points, 1000 epochs, 64 learning rates × 16 seeds, each with its own points.
//! The page's own code does 3,650 epochs per second on one core under Node, both losses evaluated.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use goldilocks::engine::{self, Lanes, Options, Plan, Prepared};
use goldilocks::grid;
use goldilocks::outcome::Status;
use goldilocks::spec::{self, SourceFile};
use goldilocks::train::Detail;

const EPOCHS: u64 = 1000;
const PAGE: f64 = 3650.0;

const SPEC: &str = r#"
name = "playground"

[problem]
kind = "network"
hidden = [4, 2]
activation = "tanh"
output_activation = "tanh"
initial = "playground"

[data]
kind = "playground"
dataset = "circle"
rng = "seedrandom"

[optimizer]
kind = "playground"

[grid]
learning_rate = { log = [0.001, 1], count = 64 }
batch_size = 10
seed = { count = 16 }

[stop]
max_epochs = 1000
evaluate_every = "epoch"
"#;

fn main() {
    let source = SourceFile { path: "bench.toml".into(), text: SPEC.to_owned() };
    let experiment = spec::parse(source, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"));
    let grid = grid::expand(&experiment).unwrap_or_else(|error| panic!("{error}"));
    let prepared = Prepared::new(&grid).unwrap_or_else(|error| panic!("{error:?}"));
    let plan = Plan::new(&experiment, &grid, &prepared).with_curves(Detail::All, usize::MAX);
    for round in 1..=3 {
        let start = Instant::now();
        let study = engine::run(&plan, &Lanes::default(), &Options::default()).expect("not interrupted");
        let seconds = start.elapsed().as_secs_f64();
        assert!(study.runs.iter().all(|run| run.status == Status::Exhausted), "all runs spend their budget");
        assert!(study.curves.iter().all(|curve| curve.loss.len() as u64 == EPOCHS + 1), "a loss after every epoch");
        let per_second = study.runs.len() as f64 * EPOCHS as f64 / seconds;
        println!("round {round}: {seconds:.3} s, {per_second:.0} epochs/s, {:.0} times the page", per_second / PAGE);
    }
}
