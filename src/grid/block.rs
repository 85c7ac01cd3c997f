//! The points of one block: the product of its axes, zipped ones walked together, excluded points left out.

use std::collections::HashMap;
use std::path::Path;

use super::filter::matches;
use super::identity::{self, Digest};
use crate::spec::{self, Block, Diagnostic, Experiment, Point, Setup};
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
    /// Whether its value belongs to the setup, not to the lane.
    of_setup: bool,
}

/// The dimensions of a block: single axes and groups of zipped ones.
pub(super) struct Shape {
    pub(super) axes: Vec<AxisColumn>,
    /// The number of positions of each dimension, slowest first.
    lengths: Vec<usize>,
}

/// The settings that belong to a lane.
const LANE: [&str; 4] = ["learning_rate", "batch_size", "seed", spec::MOMENTUM];

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
            let values: Vec<Value> = axis.values.iter().collect();
            let is_computed = !matches!(axis.values, spec::AxisValues::Listed(_));
            if is_computed && let Some([same, _]) = values.array_windows::<2>().find(|[a, b]| a == b) {
                let message = format!("`{}` has {} twice", axis.path, same);
                return Err(Diagnostic::new(message, axis.span).label("too many values for so small a range"));
            }
            lengths[dimension] = values.len();
            axes.push(AxisColumn { path: axis.path, values, dimension, of_setup: !LANE.contains(&axis.path) });
        }
        Ok(Shape { axes, lengths })
    }
}

/// The points of a block.
#[derive(Debug, Default)]
pub(super) struct Points {
    pub(super) runs: Vec<super::Run>,
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
    let mut errors: Vec<Diagnostic> = Vec::new();
    let mut resolved: HashMap<Vec<usize>, Option<u32>> = HashMap::new();
    let mut latest: Option<(Vec<usize>, Option<u32>)> = None;
    let mut points = Points { positions: vec![Vec::new(); shape.axes.len()], ..Points::default() };
    let setup_dimensions: Vec<usize> = (0..shape.lengths.len())
        .filter(|dimension| shape.axes.iter().any(|axis| axis.of_setup && axis.dimension == *dimension))
        .collect();
    let mut at = vec![0; shape.lengths.len()];
    let total = shape.lengths.iter().product();
    points.runs.reserve(total);
    points.positions.iter_mut().for_each(|positions| positions.reserve(total));
    let mut axes: Vec<(&'static str, Value)> = Vec::with_capacity(shape.axes.len());
    for _ in 0..total {
        if masks.iter().any(|mask| mask.iter().all(|(dimension, matching)| matching[at[*dimension]])) {
            points.excluded += 1;
            advance(&mut at, &shape.lengths);
            continue;
        }
        axes.clear();
        axes.extend(shape.axes.iter().map(|axis| (axis.path, axis.values[at[axis.dimension]].clone())));
        let point = Point { settings: &experiment.settings, axes: &axes };
        let is_latest = latest.as_ref().is_some_and(|(key, _)| {
            setup_dimensions.iter().zip(key).all(|(dimension, position)| at[*dimension] == *position)
        });
        if !is_latest {
            let key: Vec<usize> = setup_dimensions.iter().map(|dimension| at[*dimension]).collect();
            let setup =
                *resolved.entry(key.clone()).or_insert_with(|| match setups.resolve(point, &experiment.base_dir) {
                    Ok((setup, is_new)) => {
                        points.may_repeat |= !is_new;
                        Some(setup)
                    }
                    Err(faults) => {
                        report(&faults, point, experiment, &mut errors);
                        None
                    }
                });
            latest = Some((key, setup));
        }
        let setup = latest.as_ref().and_then(|(_, setup)| *setup);
        match (setup, spec::lane(point)) {
            (Some(setup), Ok(settings)) => {
                points.runs.push(super::Run { id: 0, setup, settings });
                for (positions, axis) in points.positions.iter_mut().zip(&shape.axes) {
                    positions.push(at[axis.dimension] as u32);
                }
            }
            (_, Err(fault)) => report(&[fault], point, experiment, &mut errors),
            (None, Ok(_)) => {}
        }
        advance(&mut at, &shape.lengths);
    }
    if errors.is_empty() { Ok(points) } else { Err(errors) }
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

fn report(faults: &[spec::Fault], point: Point<'_>, experiment: &Experiment, errors: &mut Vec<Diagnostic>) {
    for fault in faults {
        let diagnostic = spec::fault_diagnostic(fault, point, &experiment.blocks);
        if !errors.contains(&diagnostic) {
            errors.push(diagnostic);
        }
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
