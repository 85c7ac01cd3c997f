//! Draws studies of every kind and looks at what was drawn.

mod basins;
mod edges;
mod extremes;
mod honest;
mod legends;
mod looks;
mod planes;
mod studies;
mod truth;

use std::time::Instant;

use super::*;
use crate::outcome::Status;
use scene::{Mark, Rect};
use studies::{COURSE_RATES, batches, log_grid, parabola};

fn usual() -> Vec<(&'static str, Study)> {
    vec![
        ("course", parabola(&COURSE_RATES)),
        ("dense", parabola(&log_grid(0.005, 5.0, 200))),
        ("forty", parabola(&log_grid(0.01, 5.0, 40))),
        ("batches", batches(8, &log_grid(0.0005, 0.5, 13), 10)),
        ("carton", basins::cartons(1, 4)),
        ("map", basins::cartons(2, 3)),
        ("many minima", basins::cartons(1, 12)),
        ("seeds", planes::seeds(50)),
        ("planes", planes::planes(4)),
        ("many planes", planes::planes(9)),
        ("twelve", batches(12, &log_grid(0.0005, 0.5, 25), 3)),
    ]
}

fn everything() -> Vec<(&'static str, Study)> {
    usual().into_iter().chain(edges::all()).collect()
}

fn scenes(study: &Study) -> Vec<(&'static str, Scene)> {
    let cells = Cells::new(study);
    Plot::ALL.into_iter().filter_map(|plot| Some((plot.name(), plot.scene(&cells)?))).collect()
}

fn texts(study: &Study, plot: Plot) -> Vec<String> {
    let scene = plot.scene(&Cells::new(study)).expect("the plot makes sense");
    scene.texts().map(|text| text.text.clone()).collect()
}

fn svg_of(study: &Study, plot: Plot) -> String {
    String::from_utf8(super::plot(study, plot, Format::Svg).unwrap().unwrap()).unwrap()
}

#[test]
fn each_kind_of_study_has_the_plots_that_make_sense() {
    let names =
        |study: &Study| plots(study, Format::Svg).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&parabola(&COURSE_RATES)), ["loss.svg", "steps.svg", "bowl.svg"]);
    assert_eq!(names(&parabola(&[0.7])), ["loss.svg", "bowl.svg"]);
    assert_eq!(names(&parabola(&[4.0, 5.0])), ["loss.svg", "steps.svg"]);
    assert_eq!(names(&batches(3, &[0.01, 0.02, 0.04], 2)), ["loss.svg", "steps.svg", "batch.svg", "heatmap.svg"]);
    assert_eq!(names(&batches(3, &[0.01], 2)), ["loss.svg", "steps.svg", "batch.svg"]);
    assert_eq!(names(&Study { curves: Vec::new(), ..batches(0, &[0.01, 0.02], 2) }), ["steps.svg"]);
    assert!(names(&Study::default()).is_empty());
}

#[test]
fn equal_studies_give_equal_bytes() {
    for format in [Format::Png, Format::Svg] {
        let draw = || plots(&batches(3, &log_grid(0.001, 0.5, 6), 3), format).unwrap();
        assert_eq!(draw(), draw());
    }
}

#[test]
fn a_png_is_small_and_1600_wide() {
    for (name, bytes) in plots(&parabola(&log_grid(0.005, 5.0, 200)), Format::Png).unwrap() {
        assert!(bytes.len() < 150_000, "{name}: {} bytes", bytes.len());
        let info = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        assert_eq!(info.info().width, 1600, "{name}");
    }
}

#[test]
fn no_two_texts_overlap_and_none_is_cut_off() {
    for (study_name, study) in everything() {
        for (name, scene) in scenes(&study) {
            let boxes: Vec<(&str, Rect)> =
                scene.texts().filter(|text| !text.text.is_empty()).map(|text| (&*text.text, text.bounds())).collect();
            for (index, (text, bounds)) in boxes.iter().enumerate() {
                let inside = bounds.left >= 0.0 && bounds.top >= 0.0;
                let inside = inside && bounds.right <= scene.width && bounds.bottom <= scene.height;
                assert!(inside, "{study_name}, {name}: {text:?} is cut off: {bounds:?}");
                for (other, place) in &boxes[index + 1..] {
                    assert!(!bounds.overlaps(*place), "{study_name}, {name}: {text:?} and {other:?} overlap");
                }
            }
        }
    }
}

/// The corners of what a mark covers.
fn corners(mark: &Mark) -> Vec<scene::Point> {
    let around = |(x, y): scene::Point, radius: f64| vec![(x - radius, y - radius), (x + radius, y + radius)];
    match mark {
        Mark::Line { points, .. } | Mark::Fill { points, .. } => points.clone(),
        Mark::Dashes { from, to, .. } => vec![*from, *to],
        Mark::Disc { center, radius, .. } => around(*center, *radius),
        Mark::Marker { shape, at, radius, color } => {
            marker::parts(*shape, *at, *radius, *color).iter().flat_map(corners).collect()
        }
        Mark::Text(text) => {
            let Rect { left, top, right, bottom } = text.bounds();
            vec![(left, top), (right, bottom)]
        }
    }
}

/// A mark that is not wholly in the picture, or a marker that is neither in the legend nor in a frame.
fn misplaced(scene: &Scene) -> Option<&Mark> {
    let in_picture = |(x, y): &scene::Point| (0.0..=scene.width).contains(x) && (0.0..=scene.height).contains(y);
    let frames: Vec<(scene::Point, scene::Point)> = scene.marks.iter().filter_map(frame).collect();
    let in_frame = |(x, y): scene::Point| {
        frames.iter().any(|((left, top), (right, bottom))| {
            (left - 1e-6..=right + 1e-6).contains(&x) && (top - 1e-6..=bottom + 1e-6).contains(&y)
        })
    };
    let is_well_placed = |(index, mark): (usize, &Mark)| {
        let framed = match mark {
            Mark::Disc { center: at, .. } | Mark::Marker { at, .. } => scene.legend.contains(&index) || in_frame(*at),
            Mark::Line { .. } | Mark::Dashes { .. } | Mark::Fill { .. } | Mark::Text(_) => true,
        };
        framed && corners(mark).iter().all(in_picture)
    };
    scene.marks.iter().enumerate().find(|one| !is_well_placed(*one)).map(|(_, mark)| mark)
}

/// The corners of a mark that is the frame of a panel.
fn frame(mark: &Mark) -> Option<(scene::Point, scene::Point)> {
    match mark {
        Mark::Line { points, color, .. } if points.len() == 5 && points[0] == points[4] && *color == style::FRAME => {
            Some((points[0], points[2]))
        }
        _ => None,
    }
}

#[test]
fn every_mark_lies_in_the_picture() {
    for (study_name, study) in everything() {
        for (name, scene) in scenes(&study) {
            assert_eq!(misplaced(&scene), None, "{study_name}, {name}");
        }
    }
}

#[test]
fn every_study_can_be_written_in_both_formats() {
    for (study_name, study) in edges::all() {
        for (name, bytes) in plots(&study, Format::Png).unwrap() {
            assert!(bytes.starts_with(b"\x89PNG"), "{study_name}, {name}");
        }
        for (name, bytes) in plots(&study, Format::Svg).unwrap() {
            let document = String::from_utf8(bytes).unwrap();
            assert!(document.starts_with("<svg ") && document.trim_end().ends_with("</svg>"), "{study_name}, {name}");
            // Every tag closes, and no text smuggles one in.
            let opened = document.matches('<').count();
            assert_eq!(opened, document.matches('>').count(), "{study_name}, {name}");
            assert_eq!(document.matches("<text ").count(), document.matches("</text>").count(), "{study_name}, {name}");
        }
    }
}

#[test]
fn the_course_is_told_in_words() {
    let study = parabola(&COURSE_RATES);
    let steps = svg_of(&study, Plot::Steps);
    for text in ["1.6: 1 step", "2/λmax = 3.2", "diverged", "budget spent", "learning rate", "0.001", "all diverge"] {
        assert!(steps.contains(text), "{text}");
    }
    let loss = svg_of(&study, Plot::Loss);
    for text in
        ["step (parameter updates), log scale", "optimality gap", "3.2", "diverged", "converged", "budget spent"]
    {
        assert!(loss.contains(text), "{text}");
    }
    let bowl = svg_of(&study, Plot::Bowl);
    for text in ["too small", "just right", "too large", "learning rate 1.6: 1 step", "learning rate 4: diverged"] {
        assert!(bowl.contains(text), "{text}");
    }
}

#[test]
fn the_label_of_the_best_does_not_touch_the_limit() {
    for rate in [3.0, 3.1, 3.19, 3.21, 3.3, 3.4] {
        let mut study = parabola(&[0.01, 0.1, 1.0, rate, 10.0, 100.0]);
        for (number, run) in study.runs.iter_mut().enumerate() {
            let is_best = number == 3;
            run.status = if is_best { Status::Converged } else { Status::Exhausted };
            run.steps = is_best.then_some(5);
        }
        let scene = steps::scene(&Cells::new(&study)).unwrap();
        let label = scene.texts().find(|text| text.text.ends_with(": 5 steps")).unwrap().bounds();
        let mut dashes = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Dashes { from, to, .. } if from.0 == to.0 => Some(from.0),
            _ => None,
        });
        let limit = dashes.next_back().unwrap();
        assert!(limit < label.left || limit > label.right, "{rate}: {limit} {label:?}");
    }
}

#[test]
fn one_diverging_run_does_not_flatten_the_others() {
    let height = |rates: &[f64]| {
        let scene = loss::scene(&Cells::new(&parabola(rates))).unwrap();
        // The frame of the panel is the only closed outline of five points.
        let frame = scene.marks.iter().find_map(|mark| match mark {
            Mark::Line { points, .. } if points.len() == 5 && points[0] == points[4] => Some(points[2].1 - points[0].1),
            _ => None,
        });
        let falls = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Line { points, width, .. } if *width == style::LINE => Some(points[points.len() - 1].1 - points[0].1),
            _ => None,
        });
        falls.fold(0.0, f64::max) / frame.unwrap()
    };
    let (alone, beside) = (height(&[0.1, 0.2]), height(&[0.1, 0.2, 400.0]));
    assert!(alone > 0.5 && (alone - beside).abs() < 1e-9, "{alone} {beside}");
}

#[test]
fn many_lines_get_a_color_scale_and_more_than_forty_are_thinned() {
    let legend = |rates: usize| texts(&parabola(&log_grid(0.01, 1.0, rates)), Plot::Loss);
    let few = legend(8);
    assert!(few.contains(&"0.0193".to_owned()), "{few:?}");
    let many = legend(40);
    assert!(!many.iter().any(|text| text.contains("0.0113") || text.contains("drawn")), "{many:?}");
    assert!(many.contains(&"0.1".to_owned()), "{many:?}");
    assert!(legend(200).iter().any(|text| text.contains("40 of 200 values of learning rate drawn")));
}

#[test]
fn panels_left_out_are_named() {
    let texts = texts(&batches(12, &[0.01, 0.02], 2), Plot::Loss);
    assert_eq!(texts.iter().filter(|text| text.starts_with("batch size ")).count(), 12);
    assert!(texts.iter().any(|text| text.contains("Left out: batch size 64.")), "{texts:?}");
}

#[test]
fn another_setting_takes_the_place_of_the_learning_rate() {
    let study = edges::all().into_iter().find(|(name, _)| *name == "momentum").unwrap().1;
    let texts = texts(&study, Plot::Steps);
    assert!(texts.contains(&"momentum".to_owned()) && texts.contains(&"0.9: 28 steps".to_owned()), "{texts:?}");
}

#[test]
fn full_stands_where_its_examples_are_and_last_when_unknown() {
    let texts = texts(&batches(8, &log_grid(0.001, 0.3, 6), 2), Plot::Batch);
    assert!(texts.iter().any(|text| text.contains("full = 353 examples.")), "{texts:?}");
    let unknown = edges::all().into_iter().find(|(name, _)| *name == "full of unknown size").unwrap().1;
    let scene = batch::scene(&Cells::new(&unknown)).unwrap();
    let at = |wanted: &str| scene.texts().find(|text| text.text == wanted).unwrap().at.0;
    assert!(at("1") < at("4") && at("4") < at("full"));
}

#[test]
fn the_median_counts_runs_that_never_converged() {
    let mut study = batches(1, &[0.01], 10);
    for run in &mut study.runs[..6] {
        run.status = Status::Exhausted;
        run.steps = None;
    }
    let cells = Cells::new(&study);
    assert_eq!(cells.cells.len(), 2);
    assert_eq!(cells.cells[0].status(), Status::Exhausted);
    assert!(cells.cells[0].summary.steps.median.is_infinite() && cells.cells[0].is_partial());
    assert!(cells.cells[1].summary.steps.median.is_finite() && !cells.cells[1].is_partial());
}

#[test]
fn a_million_runs_are_merged_before_they_are_drawn() {
    let study = edges::million();
    let started = Instant::now();
    let scene = steps::scene(&Cells::new(&study)).unwrap();
    let elapsed = started.elapsed();
    assert!(scene.marks.len() < 5_000, "{} marks", scene.marks.len());
    // Far above what it takes, to notice only a change of kind.
    assert!(elapsed.as_secs() < 20, "{elapsed:?}");
}

#[test]
#[ignore = "writes pictures to look at into the folder GALLERY"]
fn gallery() {
    let folder = std::path::PathBuf::from(std::env::var_os("GALLERY").expect("GALLERY names a folder"));
    let made_up = everything().into_iter().map(|(name, study)| (name.to_owned(), study));
    let million = [("million".to_owned(), edges::million())];
    for (name, study) in made_up.chain(million).chain(truth::experiments()) {
        for format in [Format::Png, Format::Svg] {
            for (file, bytes) in plots(&study, format).unwrap() {
                std::fs::write(folder.join(format!("{name}-{file}").replace(' ', "-")), bytes).unwrap();
            }
        }
    }
}
