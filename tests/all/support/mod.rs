//! What several tests need: experiments trained through the library.
#![allow(dead_code, unreachable_pub)]

pub mod naive_network;
pub mod naive_page;

use std::path::{Path, PathBuf};

use goldilocks::engine::{self, Lanes, MOST_LANES, Options, Plan, Prepared};
use goldilocks::grid::{self, Grid};
use goldilocks::record::Study;
use goldilocks::spec::{self, Experiment, SourceFile};
use goldilocks::train::Detail;

/// How to train, where it must not matter.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub threads: usize,
    pub scalar: bool,
    pub most_lanes: usize,
    pub curves: Detail,
}

pub const USUAL: How = How { threads: 2, scalar: false, most_lanes: MOST_LANES, curves: Detail::Thinned };

/// The path of an experiment of this repository.
pub fn experiment_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments").join(name)
}

/// Reads an experiment of this repository, with changes as `--set` takes them.
pub fn experiment(name: &str, changes: &[&str]) -> Experiment {
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    spec::read(&experiment_path(name), &changes).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads a spec from a text; paths in it are relative to the experiments.
pub fn parse(text: &str) -> Experiment {
    let source = SourceFile { path: "test.toml".into(), text: text.to_owned() };
    spec::parse(source, &experiment_path(""), &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The grid of an experiment and its problems.
pub fn prepare(experiment: &Experiment) -> (Grid, Prepared) {
    let grid = grid::expand(experiment).unwrap_or_else(|error| panic!("{error}"));
    let prepared = Prepared::new(&grid).unwrap_or_else(|error| panic!("{error:?}"));
    (grid, prepared)
}

/// Trains an experiment.
pub fn train(experiment: &Experiment, how: How) -> Study {
    let (grid, prepared) = prepare(experiment);
    let plan = Plan::new(experiment, &grid, &prepared).with_curves(how.curves, usize::MAX);
    let options = Options { threads: how.threads, ..Options::default() };
    engine::run(&plan, &Lanes::new(how.scalar, how.most_lanes), &options).unwrap()
}
