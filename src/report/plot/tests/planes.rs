//! Studies of networks on the plane: decision boundaries, and the spread over many seeds.

use super::studies::{axis, blank_run};
use super::*;
use crate::record::{Attachment, Boundary, BoundaryPoint, Curve, Plane, Run};
use crate::value::Value;

/// Two learning rates, each with as many seeds; every run trains to the budget.
pub(super) fn seeds(count: u32) -> Study {
    let rates = vec![Value::Number(0.03), Value::Number(3.0)];
    let seed = (0..u64::from(count)).map(Value::Count).collect();
    let loss = |run: u32| 0.1 + f64::from(run % count) * 0.01;
    let runs = (0..2 * count).map(|run| Run { final_loss: loss(run), ..blank_run(u64::from(run)) }).collect();
    let curve = |run: u32| Curve {
        run: run as usize,
        steps: vec![0, 500, 1000],
        loss: vec![1.0, if run < count { 0.9 } else { 1.5 }, loss(run)],
        ..Curve::default()
    };
    Study {
        name: "seeds".to_owned(),
        axes: [
            axis("learning_rate", rates, (0..2 * count).map(|run| run / count).collect()),
            axis("seed", seed, (0..2 * count).map(|run| run % count).collect()),
        ]
        .into(),
        runs,
        curves: (0..2 * count).map(curve).collect(),
        ..Study::default()
    }
}

/// The same with pictures after as many epochs, the last of which are of training gone too far.
pub(super) fn planes(epochs: u64) -> Study {
    let study = seeds(12);
    let outputs =
        |epoch: u64| (0..9).map(|place| f64::from(place) / 4.0 - 1.0).map(move |x| x / epoch as f64).collect();
    let plane = |run: usize, epoch: u64| match (run, epoch) {
        (12, 2..) => Plane { run, epoch, loss: f64::INFINITY, test_loss: f64::NAN, outputs: vec![f64::NAN; 9] },
        _ => Plane { run, epoch, loss: 0.012_345, test_loss: 0.5, outputs: outputs(epoch) },
    };
    let point = |(x, label, is_test)| BoundaryPoint { x, y: 0.5, label, is_test };
    let points = [(-5.0, -1.0, false), (0.0, 1.0, true), (7.0, 1.0, false)].map(point).to_vec();
    let planes = [0, 12].into_iter().flat_map(|run| (1..=epochs).map(move |epoch| plane(run, epoch))).collect();
    let boundary = Boundary { coordinates: vec![-6.0, 0.0, 6.0], planes, points };
    Study { attachments: vec![Attachment::Boundary(boundary)], ..study }
}

#[test]
fn panels_say_learning_rate_epoch_and_loss() {
    let texts = texts(&planes(3), Plot::Boundary);
    for text in ["learning rate", "0.03", "3", "epoch 1", "epoch 3", "loss 0.0123, test 0.5", "loss not finite", "test"]
    {
        assert!(texts.iter().any(|own| own == text), "{text}: {texts:?}");
    }
    let notes = texts.join(" ");
    assert!(notes.contains("Seed 0, one of 12. One point lies outside."), "{notes}");
}

#[test]
fn the_boundary_is_blue_above_and_orange_below() {
    let scene = boundary::scene(&Cells::new(&planes(1))).unwrap();
    let tiles: Vec<(f64, style::Color)> = scene
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Fill { points, color } if color.opacity == 0.7 => Some((points[0].1, *color)),
            _ => None,
        })
        .collect();
    let top = tiles.iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap().1;
    let bottom = tiles.iter().rfind(|tile| tile.1.red > tile.1.blue).unwrap().1;
    assert!(top.blue > top.red && bottom.red > bottom.blue, "{top:?} {bottom:?}");
}

#[test]
fn the_spread_is_drawn_for_ten_seeds_that_train_equally_long() {
    let is_drawn = |study: &Study| plot(study, Plot::Seeds, Format::Svg).unwrap().is_some();
    assert!(is_drawn(&seeds(10)) && !is_drawn(&seeds(9)));
    let mut stopped = seeds(10);
    stopped.runs[3].trained_steps = 7;
    assert!(!is_drawn(&stopped));
    stopped.runs[3].status = Status::Diverged;
    assert!(texts(&stopped, Plot::Seeds).iter().any(|text| text.contains("Left out: 1 that diverged.")));
}
