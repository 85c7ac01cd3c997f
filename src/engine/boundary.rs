//! What networks make of the plane: some runs trained once more, to the epochs that are asked for.

use super::prepare::{Prepared, Problem};
use crate::data::{self, PlaygroundSource, Points, Source};
use crate::grid::Grid;
use crate::problem::{Model as _, Network};
use crate::random::Key;
use crate::record::{Boundary, BoundaryPoint, Plane};
use crate::spec::Setup;
use crate::train::{self, AfterConvergence, Budget, Detail, Group, Lane, Stop};

/// At most so many runs, evenly chosen.
const MOST_RUNS: usize = 6;

/// The plane reaches so far from the middle.
const REACH: f64 = 6.0;

/// From the middle to the edge there are so many coordinates.
const HALF: i32 = 24;

/// The outputs over the plane after these epochs, of the runs that share seed and points with the first one. `None` if there are no
/// such runs, or no epochs.
pub fn boundary(grid: &Grid, prepared: &Prepared, epochs: &[u64]) -> Option<Boundary> {
    let first = grid.runs.first()?;
    let setup_of = |number: usize| &grid.setups[grid.runs[number].setup as usize];
    let definition = setup_of(0).data.as_ref()?;
    let data::Definition { source: Source::Playground(source), .. } = definition else { return None };
    let shares = |number: &usize| {
        grid.runs[*number].settings.seed == first.settings.seed && setup_of(*number).data.as_ref() == Some(definition)
    };
    let runs: Vec<usize> = (0..grid.runs.len()).filter(shares).collect();
    let mut epochs = epochs.to_vec();
    epochs.sort_unstable();
    epochs.dedup();

    let mut boundary = Boundary {
        coordinates: (-HALF..=HALF).map(|place| REACH * f64::from(place) / f64::from(HALF)).collect(),
        planes: Vec::new(),
        points: points(source, setup_of(0).streams.data.then_some(first.settings.seed)),
    };
    for run in evenly(&runs) {
        let problem = &prepared.problems[prepared.problem_of(grid.runs[run].setup, first.settings.seed)];
        let Problem::Network(network) = &**problem else { continue };
        for &epoch in &epochs {
            let parameters = train_to(epoch, grid, run, setup_of(run), problem, network)?;
            let outputs = outputs(network, source, &parameters, &boundary.coordinates);
            boundary.planes.push(Plane { run, epoch, outputs });
        }
    }
    (!boundary.planes.is_empty()).then_some(boundary)
}

fn evenly(runs: &[usize]) -> impl Iterator<Item = usize> {
    let shown = runs.len().min(MOST_RUNS);
    (0..shown).map(move |place| runs[place * (runs.len() - 1) / (shown - 1).max(1)])
}

fn points(source: &PlaygroundSource, seed: Option<u64>) -> Vec<BoundaryPoint> {
    let Points { train, test, .. } = Points::new(source, seed);
    let parts = [(train, false), (test, true)].into_iter();
    let point = |(samples, is_test): (Vec<data::playground::Sample>, bool)| {
        samples.into_iter().map(move |sample| BoundaryPoint { x: sample.x, y: sample.y, label: sample.label, is_test })
    };
    parts.flat_map(point).collect()
}

/// The parameters of a run after so many epochs, or where it diverged before.
fn train_to(
    epoch: u64,
    grid: &Grid,
    run: usize,
    setup: &Setup,
    problem: &Problem,
    network: &Network,
) -> Option<Vec<f64>> {
    let settings = &grid.runs[run].settings;
    let key = Key::new("init");
    let key = if setup.streams.init { key.number("seed", settings.seed) } else { key };
    let stop = Stop {
        budget: Budget { steps: None, epochs: Some(epoch) },
        converged: None,
        after_convergence: AfterConvergence::Stop,
        ..setup.stop.clone()
    };
    let group = Group {
        lanes: vec![Lane {
            learning_rate: settings.learning_rate,
            momentum: settings.momentum,
            initial: network.initial(&key).into(),
            keeps_curve: false,
        }],
        schedule: problem.schedule(settings.batch_size, setup),
        order_seed: setup.streams.order.then_some(settings.seed),
        orders: None,
        optimizer: setup.optimizer,
        stop: &stop,
        detail: Detail::None,
        keeps_parameters: true,
        interrupted: &|| false,
    };
    train::train(pulp::Arch::new(), network, &group)?.pop()?.parameters
}

fn outputs(network: &Network, source: &PlaygroundSource, parameters: &[f64], coordinates: &[f64]) -> Vec<f64> {
    let output = |x: f64, y: f64| {
        let inputs: Vec<f64> = source.features.iter().map(|feature| feature.value(x, y)).collect();
        // Adding zero turns −0 into 0.
        (network.score(parameters, &inputs) * 1000.0).round() / 1000.0 + 0.0
    };
    coordinates.iter().flat_map(|&y| coordinates.iter().map(move |&x| output(x, y))).collect()
}
