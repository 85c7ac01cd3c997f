//! What networks make of the plane: some runs trained once more, to the epochs that are asked for.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::executor::Interrupted;
use super::super::plan::{Plan, init_key, order_seed};
use crate::choice::evenly;
use crate::data::{self, PlaygroundSource, Points, Source};
use crate::grid;
use crate::problem::{Measure, Model as _, Network, Problem};
use crate::record::{Boundary, BoundaryPoint, Plane};
use crate::train::{self, AfterConvergence, Budget, Detail, Group, Lane, OrderSeeds, Outcome, Stop};

/// At most so many runs, evenly chosen: of all, and of those that were asked for.
const MOST_RUNS: usize = 6;
const MOST_CHOSEN_RUNS: usize = 12;

/// The plane reaches so far from the middle.
const REACH: f64 = 6.0;

/// From the middle to the edge there are so many coordinates.
const HALF: i32 = 24;

/// The outputs over the plane of the runs that are asked for, after the epochs that are asked for. All panels of a picture show the
/// same points: of these runs only those that share seed and points with the first of them are kept, and of those that failed none.
/// `None` if there are none, or none are asked for.
///
/// # Errors
/// When interrupted.
pub(super) fn boundary(
    plan: &Plan<'_>,
    failed: impl Fn(usize) -> bool,
    interrupted: &AtomicBool,
) -> Result<Option<Boundary>, Interrupted> {
    let Some(pictures) = &plan.experiment.boundary else { return Ok(None) };
    let grid = plan.grid;
    let Ok(chosen) = grid::select(&grid.axes, grid.runs.len(), &pictures.conditions) else { return Ok(None) };
    let chosen: Vec<usize> = (0..grid.runs.len()).filter(|&run| chosen[run] && !failed(run)).collect();
    let settings_of = |run: usize| &grid.runs[run].settings;
    let setup_of = |run: usize| &grid.setups[grid.runs[run].setup as usize];
    let Some(&first) = chosen.first() else { return Ok(None) };
    let seed = settings_of(first).seed;
    let Some(definition) = &setup_of(first).data else { return Ok(None) };
    let data::Definition { source: Source::Playground(source), .. } = definition else { return Ok(None) };
    let shares = |run: &usize| settings_of(*run).seed == seed && setup_of(*run).data.as_ref() == Some(definition);
    let runs: Vec<usize> = chosen.into_iter().filter(shares).collect();
    let most = if pictures.conditions.is_empty() { MOST_RUNS } else { MOST_CHOSEN_RUNS };

    let mut boundary = Boundary {
        coordinates: (-HALF..=HALF).map(|place| REACH * f64::from(place) / f64::from(HALF)).collect(),
        planes: Vec::new(),
        points: points(source, setup_of(first).streams.data.then_some(seed)),
    };
    for run in evenly(runs.len(), most).into_iter().map(|place| runs[place]) {
        let (_, problem) = plan.problem_of(run as u32);
        let Problem::Network(network) = problem else { continue };
        let has_test = network.recorded().has(Measure::TestLoss);
        for &epoch in &pictures.epochs {
            let outcome = train_to(plan, run as u32, epoch, network, interrupted).ok_or(Interrupted)?;
            let Some(parameters) = &outcome.parameters else { continue };
            boundary.planes.push(Plane {
                run,
                epoch,
                loss: outcome.final_loss,
                test_loss: if has_test { outcome.last[Measure::TestLoss as usize] } else { f64::NAN },
                outputs: outputs(network, source, parameters, &boundary.coordinates),
            });
        }
    }
    Ok((!boundary.planes.is_empty()).then_some(boundary))
}

fn points(source: &PlaygroundSource, seed: Option<u64>) -> Vec<BoundaryPoint> {
    let Points { train, test, .. } = Points::new(source, seed);
    let parts = [(train, false), (test, true)].into_iter();
    let point = |(samples, is_test): (Vec<data::playground::Sample>, bool)| {
        samples.into_iter().map(move |sample| BoundaryPoint { x: sample.x, y: sample.y, label: sample.label, is_test })
    };
    parts.flat_map(point).collect()
}

/// A run after so many epochs, or where it diverged before; `None` if interrupted.
fn train_to(plan: &Plan<'_>, run: u32, epoch: u64, network: &Network, interrupted: &AtomicBool) -> Option<Outcome> {
    let (setup, settings) = (plan.problem_of(run).0, &plan.grid.runs[run as usize].settings);
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
            initial: network.initial(&init_key(setup, settings.seed)).into(),
            keeps_curve: false,
        }],
        batches: plan.batches(run),
        order_seeds: OrderSeeds::Shared(order_seed(setup, settings.seed)),
        orders: None,
        optimizer: setup.optimizer,
        schedule: setup.schedule,
        stop: &stop,
        detail: Detail::None,
        keeps_parameters: true,
        interrupted: &|_| interrupted.load(Ordering::Relaxed),
    };
    train::train(pulp::Arch::new(), network, &group)?.pop()
}

fn outputs(network: &Network, source: &PlaygroundSource, parameters: &[f64], coordinates: &[f64]) -> Vec<f64> {
    let output = |x: f64, y: f64| {
        let inputs: Vec<f64> = source.features.iter().map(|feature| feature.value(x, y)).collect();
        // Adding zero turns −0 into 0.
        (network.score(parameters, &inputs) * 1000.0).round() / 1000.0 + 0.0
    };
    coordinates.iter().flat_map(|&y| coordinates.iter().map(move |&x| output(x, y))).collect()
}
