//! Studies of starting points, made up: without ripples every start ends at 0, with them at the nearest whole number.

use super::studies::{axis, blank_run};
use super::*;
use crate::outcome::Status;
use crate::record::{Axis, Extra, Run};
use crate::value::Value;

/// The starts along each parameter: from −reach to reach, eight per unit.
fn starts(reach: i32) -> Vec<f64> {
    (-8 * reach..=8 * reach).map(|i| f64::from(i) / 8.0).collect()
}

fn ending(start: &[f64], end: &[f64]) -> Run {
    let loss = |w: &[f64]| 0.5 * w.iter().map(|w| w * w).sum::<f64>();
    Run {
        status: Status::Converged,
        trend: None,
        steps: Some(20),
        trained_steps: 20,
        initial_loss: loss(start),
        final_loss: loss(end),
        ..blank_run(0)
    }
}

/// A bowl without ripples and one with, in one or two dimensions.
pub(crate) fn cartons(dimensions: usize, reach: i32) -> Study {
    let starts = starts(reach);
    let names = ["minimum", "is_best", "minimum_w", "minimum_y"];
    let mut extras: Vec<Extra> = names[..2 + dimensions].iter().map(|name| Extra::new(name, [])).collect();
    let mut runs = Vec::new();
    let mut positions: [Vec<u32>; 3] = Default::default();
    for ripple in 0..2 {
        for x in 0..starts.len() {
            for y in 0..if dimensions == 2 { starts.len() } else { 1 } {
                let start = &[starts[x], starts[y]][..dimensions];
                let end: Vec<f64> = start.iter().map(|w| if ripple == 0 { 0.0 } else { w.round() }).collect();
                // Two numbers for every ring around the best minimum.
                let ring = end.iter().fold(0.0f64, |ring, w| ring.max(w.abs()));
                let number = if ring == 0.0 { 0.0 } else { 2.0 * ring - f64::from(u8::from(end[0] < 0.0)) };
                runs.push(ending(start, &end));
                let places = end.iter().copied().chain([f64::NAN; 2]);
                let told = [number, f64::from(u8::from(number == 0.0))].into_iter().chain(places);
                extras.iter_mut().zip(told).for_each(|(extra, value)| extra.values.push(Some(value).into()));
                positions[0].push(ripple);
                positions[1].push(x as u32);
                positions[2].push(y as u32);
            }
        }
    }
    let numbers = |values: &[f64]| values.iter().map(|value| Value::Number(*value)).collect();
    let [ripple, x, y] = positions;
    let mut axes: Vec<Axis> =
        vec![axis("problem.ripple", numbers(&[0.0, 0.5]), ripple), axis("problem.start", numbers(&starts), x)];
    if dimensions == 2 {
        axes.push(axis("problem.start_y", numbers(&starts), y));
    }
    Study {
        name: "egg-carton".to_owned(),
        description: "Which minimum gradient descent reaches from where.".to_owned(),
        axes: axes.into(),
        extras,
        runs,
        ..Study::default()
    }
}

#[test]
fn panels_say_how_many_starts_reach_the_best_minimum() {
    // Two rings have two numbers each; halves are rounded away from zero.
    for (dimensions, best, count) in [(1, 7, 33), (2, 49, 33 * 33)] {
        let texts = texts(&cartons(dimensions, 2), Plot::Basins);
        assert!(texts.contains(&"every start: the same minimum".to_owned()), "{texts:?}");
        assert!(texts.contains(&format!("5 minima, the best from {best} of {count}")), "{texts:?}");
        assert!(texts.contains(&"ripple 0.5".to_owned()) && texts.contains(&"0, the best".to_owned()));
    }
}

#[test]
fn a_start_that_reaches_no_minimum_is_told_apart() {
    let mut study = cartons(1, 1);
    assert!(!texts(&study, Plot::Basins).contains(&"none".to_owned()));
    let run = &mut study.runs[20];
    (run.status, run.steps, run.final_loss) = (Status::Diverged, None, f64::INFINITY);
    study.extras.iter_mut().for_each(|extra| extra.values[20] = None.into());
    assert!(texts(&study, Plot::Basins).contains(&"none".to_owned()));
}

#[test]
fn a_map_paints_a_tile_for_every_start() {
    let study = cartons(2, 2);
    let scene = Plot::Basins.scene(&Cells::new(&study)).unwrap();
    let tiles = scene.marks.iter().filter(|mark| matches!(mark, Mark::Fill { points, .. } if points.len() == 4));
    assert!(tiles.count() >= study.runs.len());
}

#[test]
fn other_studies_have_no_basins() {
    let mut study = cartons(1, 1);
    study.axes = study.axes[..1].into();
    assert!(plot(&study, Plot::Basins, Format::Svg).unwrap().is_none());
    let mut study = cartons(1, 1);
    study.extras.clear();
    assert!(plot(&study, Plot::Basins, Format::Svg).unwrap().is_none());
}
