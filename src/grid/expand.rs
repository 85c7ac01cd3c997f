//! The recipe: blocks to points, points to runs, duplicates out, identities on.

use std::collections::HashSet;

use rayon::prelude::*;

use super::Axis;
use super::block::{self, Points, Setups, Shape};
use super::{Grid, column, filter, identity};
use crate::spec::{Block, Claim, Condition, Diagnostic, Diagnostics, Experiment, Point, Span};
use crate::value::Value;

/// How many points the grid has, excluded ones and duplicates included. Costs nothing, however large the grid is.
pub fn count(experiment: &Experiment) -> u128 {
    experiment.blocks.iter().map(block_count).fold(0, u128::saturating_add)
}

fn block_count(block: &Block) -> u128 {
    let (dimensions, count) = block::dimensions(block);
    (0..count)
        .filter_map(|dimension| {
            let axis = dimensions.iter().position(|candidate| *candidate == dimension)?;
            Some(u128::from(block.axes.get(axis)?.values.count()))
        })
        .fold(1, u128::saturating_mul)
}

/// Expands the grid of an experiment. Ask [`count`] first: this takes memory in proportion to it.
///
/// # Errors
/// Combinations of settings that make no sense, computed axes with equal values, pictures of no run, a grid without a run, or one with more runs than can be numbered.
pub fn expand(experiment: &Experiment) -> Result<Grid, Diagnostics> {
    let fail = |list| Err(experiment.diagnostics(list));
    let total = count(experiment);
    if total > u128::from(u32::MAX) {
        let span = experiment.blocks.first().map(|block| block.span);
        return fail(vec![Diagnostic::new(
            format!("the grid has {total} runs; at most {} can be numbered", u32::MAX),
            span,
        )]);
    }
    let mut axes = columns(experiment);
    let mut grid = Grid { axes: [].into(), setups: Vec::new(), runs: Vec::new(), duplicates: 0, excluded: 0 };
    let mut setups = Setups::default();
    let mut seen: HashSet<u64> = HashSet::new();
    let mut errors: Vec<Diagnostic> = Vec::new();
    for block in &experiment.blocks {
        let expanded = Shape::new(block).map_err(|error| vec![error]).and_then(|shape| {
            let points = block::points(experiment, block, &shape, &mut setups)?;
            Ok((shape, points))
        });
        match expanded {
            Ok((shape, mut points)) => {
                points.runs.par_iter_mut().with_min_len(1024).for_each(|run| {
                    run.id = identity::run_id(&setups.digests[run.setup as usize], &run.settings);
                });
                if experiment.blocks.len() > 1 || points.may_repeat || !block.zips.is_empty() {
                    grid.duplicates += remove_known(&mut points, &mut seen);
                }
                errors.extend(append(&mut grid, &mut axes, experiment, block, shape, points));
            }
            Err(list) => errors.extend(list),
        }
    }
    if !errors.is_empty() {
        return fail(errors);
    }
    grid.setups = setups.list;
    if grid.duplicates + grid.excluded > 0 {
        axes.iter_mut().for_each(column::compact);
    }
    grid.axes = axes.into();
    if grid.runs.is_empty() {
        let span = experiment.blocks.first().map(|block| block.span);
        return fail(vec![Diagnostic::new("no run is left: `exclude` drops every point", span)]);
    }
    let pictures = experiment.boundary.iter();
    let errors: Vec<Diagnostic> = pictures
        .filter_map(|pictures| {
            no_run(&grid, "the pictures of `record.boundary` show", &pictures.conditions, pictures.span)
        })
        .collect();
    if errors.is_empty() { Ok(grid) } else { fail(errors) }
}

/// An empty column per axis, in order of first appearance.
fn columns(experiment: &Experiment) -> Vec<Axis> {
    let mut columns: Vec<Axis> = Vec::new();
    for axis in experiment.blocks.iter().flat_map(|block| &block.axes) {
        if !columns.iter().any(|column| column.path == axis.path) {
            columns.push(Axis { path: axis.path.to_owned(), values: Vec::new(), positions: Vec::new() });
        }
    }
    columns
}

/// Drops the points that are already known by their identity; says how many.
fn remove_known(points: &mut Points, seen: &mut HashSet<u64>) -> u64 {
    let is_new: Vec<bool> = points.runs.iter().map(|run| seen.insert(run.id)).collect();
    filter::retain(&mut points.runs, &is_new);
    points.positions.iter_mut().for_each(|positions| filter::retain(positions, &is_new));
    is_new.iter().filter(|is_new| !**is_new).count() as u64
}

/// Adds the points of a block to the grid.
fn append(
    grid: &mut Grid,
    columns: &mut [Axis],
    experiment: &Experiment,
    block: &Block,
    shape: Shape,
    points: Points,
) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut axes: Vec<_> = shape.axes.into_iter().zip(points.positions).enumerate().map(Some).collect();
    for column in columns {
        let own = axes.iter_mut().find(|axis| matches!(axis, Some((_, (axis, _))) if axis.path == column.path));
        if let Some((index, (axis, mut positions))) = own.and_then(Option::take) {
            let zipped = block.zips.iter().any(|group| group.contains(&index));
            let places = column::absorb(column, axis.values, !zipped);
            positions.iter_mut().for_each(|position| *position = places[*position as usize]);
            join(&mut column.positions, positions);
        } else if let Some(value) = (Point { settings: &experiment.settings, axes: &[] }).value(&column.path) {
            let places = column::absorb(column, vec![value], true);
            column.positions.extend(places.iter().cycle().take(points.runs.len()));
        } else {
            let message = format!("`{}` is an axis of another block, but has no value in this one", column.path);
            let help = "add it to this block, or give it a value outside the grid";
            errors.push(Diagnostic::new(message, block.span).help(help));
        }
    }
    join(&mut grid.runs, points.runs);
    grid.excluded += points.excluded;
    errors
}

/// Appends without copying when there is nothing to append to.
fn join<T>(all: &mut Vec<T>, mut more: Vec<T>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.append(&mut more);
    }
}

/// The errors for expectations that speak of no run. Only a check holds runs to them: elsewhere a smaller grid is no mistake.
pub fn unmet_expectations(experiment: &Experiment, grid: &Grid) -> Vec<Diagnostic> {
    let check = |conditions: &[Condition], span| no_run(grid, "this expectation matches", conditions, span);
    let mut errors = Vec::new();
    for expectation in &experiment.expectations {
        errors.extend(check(&expectation.conditions, expectation.span));
        for claim in &expectation.claims {
            if let Claim::FewerStepsThan(conditions) = &claim.value {
                errors.extend(check(conditions, claim.span));
            }
        }
    }
    errors
}

/// The error for conditions that no run meets.
fn no_run(grid: &Grid, what: &str, conditions: &[Condition], span: Span) -> Option<Diagnostic> {
    let selected = filter::select(&grid.axes, grid.runs.len(), conditions);
    if selected.is_ok_and(|selected| selected.contains(&true)) {
        return None;
    }
    let axis_of = |condition: &Condition| grid.axes.iter().find(|axis| axis.path == condition.path);
    let alone = conditions.iter().find(|condition| {
        !axis_of(condition).is_some_and(|axis| axis.values.iter().any(|value| super::matches(condition, value)))
    });
    let diagnostic = Diagnostic::new(format!("{what} no run"), alone.map_or(span, |condition| condition.span));
    Some(match alone.and_then(axis_of) {
        Some(axis) => diagnostic.label(format!("the grid has {}", sample(&axis.values))),
        None => diagnostic.label("no run meets all its conditions"),
    })
}

/// The first few values.
fn sample(values: &[Value]) -> String {
    const SHOWN: usize = 6;
    let mut shown: Vec<String> = values.iter().take(SHOWN).map(Value::to_string).collect();
    if values.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
