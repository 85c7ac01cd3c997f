//! Studies whose numbers are at the ends of what there is: every plot is drawn, of few marks, all of them where they belong.

use proptest::prelude::*;

use super::studies::{axis, blank_run};
use super::*;
use crate::outcome::Trend;
use crate::record::{Attachment, Boundary, BoundaryPoint, Curve, Extra, LandscapePoint, Plane, Run};
use crate::value::Value;

const ENDS: [f64; 14] = [
    0.0,
    5e-324,
    1e-308,
    1e-154,
    1e-16,
    1.0,
    1.0 + f64::EPSILON,
    1e16,
    1e154,
    1e308,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// Any number, often one of the ends.
fn extreme() -> impl Strategy<Value = f64> {
    prop_oneof![3 => prop::sample::select(ENDS.to_vec()), 1 => any::<f64>(), 1 => 0.0..1.0f64]
}

fn finite() -> impl Strategy<Value = f64> {
    extreme().prop_map(|number| if number.is_finite() { number } else { 1e308 })
}

/// Values of an axis: each is there once.
fn values(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(finite(), 1..=most).prop_map(|mut values| {
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    })
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![0..20u64, prop::sample::select(vec![1 << 30, 1 << 53, (1 << 53) + 1, u64::MAX - 1, u64::MAX])]
}

fn run() -> impl Strategy<Value = Run> {
    let status = prop::sample::select(vec![Status::Converged, Status::Exhausted, Status::Diverged, Status::Failed]);
    let trend = prop::sample::select(vec![Trend::Falling, Trend::Flat, Trend::Oscillating, Trend::Rising]);
    (status, trend, [count(), count()], [extreme(), extreme(), extreme()]).prop_map(|(status, trend, steps, losses)| {
        Run {
            status,
            trend: (status == Status::Exhausted).then_some(trend),
            steps: (status == Status::Converged).then_some(steps[0]),
            epochs: (status == Status::Converged).then_some(losses[0]).into(),
            examples: (status == Status::Converged).then_some(steps[1]).into(),
            trained_steps: steps[0].max(steps[1]),
            initial_loss: losses[0],
            final_loss: losses[1],
            best_loss: losses[2],
            ..blank_run(steps[0])
        }
    })
}

/// A rate, a second setting and a seed; curves with a parameter; a landscape, a boundary.
fn study() -> impl Strategy<Value = Study> {
    let axes = (values(4), values(3), 1..12u32);
    let paths = prop::sample::select(vec!["batch_size", "problem.start", "problem.curvature", "optimizer.momentum"]);
    (axes, paths, any::<bool>()).prop_flat_map(|((rates, others, seeds), path, counted)| {
        let runs = rates.len() * others.len() * seeds as usize;
        let points = prop::collection::vec((count(), extreme(), extreme(), extreme()), 0..6);
        (
            (Just((rates, others, seeds, path, counted)), prop::collection::vec(run(), runs)),
            prop::collection::vec(points, runs),
            prop::collection::vec(prop::option::of(extreme()), 4 * runs),
            prop::collection::vec((finite(), extreme()), 0..6),
            (prop::collection::vec(finite(), 2..4), prop::collection::vec(extreme(), 18)),
        )
            .prop_map(
                move |(((rates, others, seeds, path, counted), runs), points, extras, landscape, plane)| {
                    built((rates, others, seeds, path, counted), runs, points, &extras, landscape, plane)
                },
            )
    })
}

type Settings = (Vec<f64>, Vec<f64>, u32, &'static str, bool);

fn built(
    (rates, others, seeds, path, counted): Settings,
    runs: Vec<Run>,
    points: Vec<Vec<(u64, f64, f64, f64)>>,
    extras: &[Option<f64>],
    mut landscape: Vec<(f64, f64)>,
    (mut coordinates, outputs): (Vec<f64>, Vec<f64>),
) -> Study {
    let all = runs.len() as u32;
    let counted = counted || path == "batch_size";
    // Counts from 1 on, however large, each once.
    let other = |(rank, value): (usize, &f64)| {
        let count = (value.abs().min(1e18) as u64).max(1) + rank as u64;
        if counted { Value::Count(count) } else { Value::Number(*value) }
    };
    let each = seeds * others.len() as u32;
    let axes = [
        axis(
            "learning_rate",
            rates.iter().map(|rate| Value::Number(*rate)).collect(),
            (0..all).map(|run| run / each).collect(),
        ),
        axis(path, others.iter().enumerate().map(other).collect(), (0..all).map(|run| run % each / seeds).collect()),
        axis("seed", (0..u64::from(seeds)).map(Value::Count).collect(), (0..all).map(|run| run % seeds).collect()),
    ];
    let curve = |(run, mut points): (usize, Vec<(u64, f64, f64, f64)>)| {
        points.sort_by_key(|point| point.0);
        points.dedup_by_key(|point| point.0);
        Curve {
            run,
            steps: points.iter().map(|point| point.0).collect(),
            epochs: points.iter().map(|point| point.1).collect(),
            loss: points.iter().map(|point| point.2).collect(),
            measures: vec![points.iter().map(|point| point.3).collect(), points.iter().map(|point| point.1).collect()],
        }
    };
    let names = ["stability_limit", "minimum", "final_w", "end"];
    let columns = names.iter().zip(extras.chunks(runs.len().max(1)));
    landscape.sort_by(|a, b| a.0.total_cmp(&b.0));
    coordinates.sort_by(f64::total_cmp);
    let cells = coordinates.len() * coordinates.len();
    let plane = |epoch: u64| Plane {
        run: 0,
        epoch,
        loss: outputs[0],
        test_loss: outputs[1],
        outputs: outputs.iter().copied().cycle().take(cells).collect(),
    };
    let planes = [0, 1, u64::MAX].map(plane).to_vec();
    let spots = outputs.windows(2).map(|pair| BoundaryPoint { x: pair[0], y: pair[1], label: pair[0], is_test: false });
    Study {
        name: "extreme".to_owned(),
        axes: axes.into(),
        curves: points.into_iter().enumerate().map(curve).filter(|curve| !curve.steps.is_empty()).collect(),
        measures: vec!["gap".to_owned(), "w".to_owned()],
        extras: columns.map(|(name, values)| Extra::new(name, values.iter().copied())).collect(),
        attachments: vec![
            Attachment::Landscape(landscape.into_iter().map(|(w, loss)| LandscapePoint { w, loss }).collect()),
            Attachment::Boundary(Boundary { coordinates, planes, points: spots.collect() }),
        ],
        runs,
        ..Study::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plot_of_extreme_numbers_has_few_marks_all_of_them_in_the_picture(study in study()) {
        for (name, scene) in scenes(&study) {
            prop_assert!(scene.marks.len() < 20_000, "{name}: {} marks", scene.marks.len());
            prop_assert_eq!(misplaced(&scene), None, "{}", name);
        }
        plots(&study, Format::Svg).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn extreme_numbers_become_pixels(study in study()) {
        plots(&study, Format::Png).unwrap();
    }
}
