//! The points of one block: the product of its axes, zipped ones walked together, excluded points left out.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::Run;
use super::filter::matches;
use super::identity::{self, Digest};
use crate::spec::{self, AxisValues, Block, Diagnostic, Experiment, LaneSettings, Point, Setup};
use crate::train::BatchSize;
use crate::value::Value;

/// The distinct setups so far.
#[derive(Debug, Default)]
pub(super) struct Setups {
    pub(super) list: Vec<Setup>,
    pub(super) digests: Vec<Digest>,
    index: HashMap<Digest, u32>,
}

impl Setups {
    /// The index of the setup at a point, and whether it is a new one.
    fn resolve(&mut self, point: Point<'_>, base_dir: &Path) -> Result<(u32, bool), Vec<spec::Fault>> {
        let digest = identity::setup_digest(&point.resolved());
        if let Some(index) = self.index.get(&digest) {
            return Ok((*index, false));
        }
        self.list.push(spec::setup(point, base_dir)?);
        self.digests.push(digest);
        let index = self.list.len() as u32 - 1;
        self.index.insert(digest, index);
        Ok((index, true))
    }
}

/// An axis with its values computed.
pub(super) struct AxisColumn {
    pub(super) path: &'static str,
    pub(super) values: Vec<Value>,
    /// Which dimension it moves with.
    dimension: usize,
    /// Which setting of the lane it is; the others belong to the setup.
    lane: Option<Lane>,
}

/// The dimensions of a block: single axes and groups of zipped ones.
pub(super) struct Shape {
    pub(super) axes: Vec<AxisColumn>,
    /// The number of positions of each dimension, slowest first.
    lengths: Vec<usize>,
}

/// The settings that belong to a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    LearningRate,
    BatchSize,
    Seed,
    Momentum,
}

impl Lane {
    fn of(path: &str) -> Option<Lane> {
        match path {
            "learning_rate" => Some(Lane::LearningRate),
            "batch_size" => Some(Lane::BatchSize),
            "seed" => Some(Lane::Seed),
            spec::MOMENTUM => Some(Lane::Momentum),
            _ => None,
        }
    }

    fn set(self, settings: &mut LaneSettings, value: &Value) {
        match (self, value) {
            (Lane::LearningRate, Value::Number(rate)) => settings.learning_rate = *rate,
            (Lane::Momentum, Value::Number(momentum)) => settings.momentum = *momentum,
            (Lane::Seed, Value::Count(seed)) => settings.seed = *seed,
            (Lane::BatchSize, Value::Count(size)) => settings.batch_size = BatchSize::Examples(*size),
            // The only word is "full".
            (Lane::BatchSize, Value::Text(_)) => settings.batch_size = BatchSize::Full,
            // The reader lets no other types through.
            (Lane::LearningRate | Lane::Momentum | Lane::Seed | Lane::BatchSize, _) => {}
        }
    }
}

/// For each axis of a block the dimension it moves with, and the number of dimensions; a zipped group stands where its first axis stands.
pub(super) fn dimensions(block: &Block) -> (Vec<usize>, usize) {
    let mut dimensions: Vec<usize> = Vec::with_capacity(block.axes.len());
    let mut next = 0;
    for axis in 0..block.axes.len() {
        let group = block.zips.iter().find(|group| group.contains(&axis));
        let first = group.and_then(|group| group.first()).copied().filter(|&first| first < axis);
        let known = first.and_then(|first| dimensions.get(first).copied());
        dimensions.push(known.unwrap_or(next));
        next += usize::from(known.is_none());
    }
    (dimensions, next)
}

impl Shape {
    /// Computes the values of all axes.
    ///
    /// # Errors
    /// When computed values are not distinct.
    pub(super) fn new(block: &Block) -> Result<Shape, Diagnostic> {
        let (dimensions, count) = dimensions(block);
        let mut lengths = vec![0; count];
        let mut axes = Vec::with_capacity(block.axes.len());
        for (axis, dimension) in block.axes.iter().zip(dimensions) {
            let values: Vec<Value> = match &axis.values {
                AxisValues::Listed(values) => values.iter().map(|listed| listed.value.clone()).collect(),
                AxisValues::Computed(sequence) => {
                    let positions = (0..sequence.count() as usize).into_par_iter().with_min_len(1024);
                    positions.map(|position| sequence.value(position as u64)).collect()
                }
            };
            let is_computed = matches!(axis.values, AxisValues::Computed(_));
            let pairs = values.par_windows(2).with_min_len(4096);
            if is_computed && let Some(same) = pairs.find_map_first(|pair| (pair[0] == pair[1]).then_some(&pair[0])) {
                let message = format!("`{}` has {} twice", axis.path, same);
                return Err(Diagnostic::new(message, axis.span).label("too many values for so small a range"));
            }
            lengths[dimension] = values.len();
            axes.push(AxisColumn { path: axis.path, values, dimension, lane: Lane::of(axis.path) });
        }
        Ok(Shape { axes, lengths })
    }

    /// What the axes say at a point.
    fn settings(&self, at: &[usize]) -> Vec<(&'static str, Value)> {
        self.axes.iter().map(|axis| (axis.path, axis.values[at[axis.dimension]].clone())).collect()
    }
}

/// The points of a block.
#[derive(Debug, Default)]
pub(super) struct Points {
    pub(super) runs: Vec<Run>,
    /// For each axis of the block the position of its value, per run.
    pub(super) positions: Vec<Vec<u32>>,
    pub(super) excluded: u64,
    /// Whether points may be the same run because settings that differ have no effect.
    pub(super) may_repeat: bool,
}

/// Walks all points of a block, last axis fastest.
///
/// # Errors
/// Every combination of settings that makes no sense, once.
pub(super) fn points(
    experiment: &Experiment,
    block: &Block,
    shape: &Shape,
    setups: &mut Setups,
) -> Result<Points, Vec<Diagnostic>> {
    let masks = masks(block, shape);
    let mut at = vec![0; shape.lengths.len()];
    let axes = shape.settings(&at);
    let point = Point { settings: &experiment.settings, axes: &axes };
    let lane = spec::lane(point).map_err(|fault| vec![spec::fault_diagnostic(&fault, point, &experiment.blocks)])?;

    let mut resolver = Resolver::new(experiment, shape, setups);
    let total = shape.lengths.iter().product();
    if masks.is_empty() && resolver.dimensions.is_empty() {
        // All points have the setup of the first one.
        let setup = resolver.setup(&at);
        let may_repeat = resolver.may_repeat;
        return match setup {
            Some(setup) => Ok(Points { may_repeat, ..full(shape, Run { id: 0, setup, settings: lane }, total) }),
            None => Err(resolver.errors),
        };
    }
    let mut points = Points {
        runs: Vec::with_capacity(total),
        positions: shape.axes.iter().map(|_| Vec::with_capacity(total)).collect(),
        ..Points::default()
    };
    for _ in 0..total {
        if masks.iter().any(|mask| mask.iter().all(|(dimension, matching)| matching[at[*dimension]])) {
            points.excluded += 1;
        } else if let Some(setup) = resolver.setup(&at) {
            let mut settings = lane;
            for (positions, axis) in points.positions.iter_mut().zip(&shape.axes) {
                let position = at[axis.dimension];
                positions.push(position as u32);
                if let Some(lane) = axis.lane {
                    lane.set(&mut settings, &axis.values[position]);
                }
            }
            points.runs.push(Run { id: 0, setup, settings });
        }
        advance(&mut at, &shape.lengths);
    }
    points.may_repeat = resolver.may_repeat;
    if resolver.errors.is_empty() { Ok(points) } else { Err(resolver.errors) }
}

/// All `total` points of a block whose axes belong to the lane; everything else is as in `first`.
fn full(shape: &Shape, first: Run, total: usize) -> Points {
    // A dimension moves on by one after so many points.
    let mut strides = vec![1; shape.lengths.len()];
    for dimension in (1..strides.len()).rev() {
        strides[dimension - 1] = strides[dimension] * shape.lengths[dimension];
    }
    let place = |axis: &AxisColumn, point: usize| point / strides[axis.dimension] % shape.lengths[axis.dimension];
    let all = || (0..total).into_par_iter().with_min_len(4096);
    let run = |point: usize| {
        let mut run = first;
        for axis in &shape.axes {
            if let Some(lane) = axis.lane {
                lane.set(&mut run.settings, &axis.values[place(axis, point)]);
            }
        }
        run
    };
    let positions = |axis: &AxisColumn| all().map(|point| place(axis, point) as u32).collect();
    Points {
        runs: all().map(run).collect(),
        positions: shape.axes.iter().map(positions).collect(),
        ..Points::default()
    }
}

/// Finds the setup of each point; neighbors mostly share one.
struct Resolver<'a> {
    experiment: &'a Experiment,
    shape: &'a Shape,
    setups: &'a mut Setups,
    /// The dimensions that setups depend on.
    dimensions: Vec<usize>,
    /// The setups by their positions along these dimensions; `None` where there was a fault.
    known: HashMap<Vec<usize>, Option<u32>>,
    /// The latest positions along these dimensions, with their setup.
    latest: Option<(Vec<usize>, Option<u32>)>,
    may_repeat: bool,
    errors: Vec<Diagnostic>,
}

impl<'a> Resolver<'a> {
    fn new(experiment: &'a Experiment, shape: &'a Shape, setups: &'a mut Setups) -> Resolver<'a> {
        let is_of_setup =
            |dimension: &usize| shape.axes.iter().any(|axis| axis.lane.is_none() && axis.dimension == *dimension);
        Resolver {
            experiment,
            shape,
            setups,
            dimensions: (0..shape.lengths.len()).filter(is_of_setup).collect(),
            known: HashMap::new(),
            latest: None,
            may_repeat: false,
            errors: Vec::new(),
        }
    }

    fn setup(&mut self, at: &[usize]) -> Option<u32> {
        let along = self.dimensions.iter().map(|&dimension| at[dimension]);
        if let Some((latest, setup)) = &self.latest
            && along.clone().eq(latest.iter().copied())
        {
            return *setup;
        }
        let key: Vec<usize> = along.collect();
        let setup = match self.known.get(&key) {
            Some(setup) => *setup,
            None => {
                let setup = self.resolve(at);
                self.known.insert(key.clone(), setup);
                setup
            }
        };
        self.latest = Some((key, setup));
        setup
    }

    fn resolve(&mut self, at: &[usize]) -> Option<u32> {
        let axes = self.shape.settings(at);
        let point = Point { settings: &self.experiment.settings, axes: &axes };
        match self.setups.resolve(point, &self.experiment.base_dir) {
            Ok((setup, is_new)) => {
                self.may_repeat |= !is_new;
                Some(setup)
            }
            Err(faults) => {
                for fault in &faults {
                    let diagnostic = spec::fault_diagnostic(fault, point, &self.experiment.blocks);
                    if !self.errors.contains(&diagnostic) {
                        self.errors.push(diagnostic);
                    }
                }
                None
            }
        }
    }
}

/// To the next point: the last dimension first.
fn advance(at: &mut [usize], lengths: &[usize]) {
    for (position, length) in at.iter_mut().zip(lengths).rev() {
        *position += 1;
        if *position < *length {
            return;
        }
        *position = 0;
    }
}

/// For each `exclude` of the block, for each of its conditions: the dimension, and which of its positions match.
fn masks(block: &Block, shape: &Shape) -> Vec<Vec<(usize, Vec<bool>)>> {
    block
        .excludes
        .iter()
        .map(|conditions| {
            conditions
                .iter()
                .filter_map(|condition| {
                    let axis = shape.axes.iter().find(|axis| axis.path == condition.path)?;
                    Some((axis.dimension, axis.values.iter().map(|value| matches(condition, value)).collect()))
                })
                .collect()
        })
        .collect()
}
