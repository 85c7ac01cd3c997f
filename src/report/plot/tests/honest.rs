//! What pictures must not suggest: each test stands for a picture that once misled.

use std::sync::Arc;

use super::studies::axis;
use super::*;
use crate::record::{Extra, LEARNING_RATE, Run, SEED, Target, sample};
use crate::value::Value;

use cells::Varying;
use line::{Line, Values};
use panel::Panel;
use quantity::drawn;

/// The lines of `loss.png` in one panel.
fn lines(study: &Study) -> (Panel, Values, Vec<Line>) {
    let cells = Cells::new(study);
    let drawn = drawn(study);
    let lines: Vec<Line> =
        (0..cells.cells.len()).filter_map(|cell| Line::new(&cells, cell, drawn.quantity, style::TEXT)).collect();
    let all: Vec<&Line> = lines.iter().collect();
    let y = Values::new(study, &all, drawn);
    let area = Rect { left: 100.0, top: 100.0, right: 1100.0, bottom: 900.0 };
    (Panel { area, x: line::step_scale(&all), y: y.scale }, y, lines)
}

#[test]
fn a_diverged_line_leaves_at_the_top_and_has_its_mark_at_the_step_where_it_diverged() {
    let study = parabola(&COURSE_RATES);
    let (panel, y, lines) = lines(&study);
    let (end, leaves) = lines[7].end(&panel, y).unwrap();
    assert_eq!(study.runs[7].trained_steps, 9);
    assert_eq!(end, (panel.x_at(9.0), panel.area.top));
    let leaves = leaves.unwrap();
    assert!(leaves.1 == panel.area.top && leaves.0 < panel.x_at(2.0), "{leaves:?}");
}

#[test]
fn every_other_mark_stands_on_the_last_point_of_its_line() {
    let studies = [parabola(&COURSE_RATES), batches(2, &log_grid(0.001, 0.2, 5), 4), edges::zero()];
    for study in studies {
        let (panel, y, lines) = lines(&study);
        for line in lines.iter().filter(|line| line.status != Status::Diverged) {
            let (step, value) = (line.course.end(), *line.course.median.last().unwrap());
            let end = line.end(&panel, y).unwrap().0;
            assert_eq!(end, panel.at(step, y.shown(value)));
            let Rect { left, top, right, bottom } = panel.area;
            assert!((left..right).contains(&end.0) && (top..bottom).contains(&end.1), "{end:?}");
        }
    }
}

#[test]
fn what_is_no_more_than_rounding_stands_at_0() {
    let (panel, y, lines) = lines(&edges::zero());
    let end = lines[0].end(&panel, y).unwrap().0;
    assert_eq!(end.1, panel.y_at(0.0));
    assert!(end.1 < panel.area.bottom && end.1 > panel.y_at(1e-5));
}

#[test]
fn a_run_that_trains_on_has_its_mark_where_it_converged() {
    let mut study = parabola(&[0.1]);
    study.runs[0].steps = Some(20);
    let (panel, y, lines) = lines(&study);
    let end = lines[0].end(&panel, y).unwrap().0;
    assert_eq!(end.0, panel.x_at(20.0));
    assert!((end.1 - panel.y_at(lines[0].course.median[20])).abs() < 1e-9);
    assert!(texts(&study, Plot::Loss).contains(&"trains on".to_owned()));
}

#[test]
fn a_line_that_another_covers_shows_through() {
    let strokes_of_first = |rates: &[f64]| {
        let scene = loss::scene(&Cells::new(&parabola(rates))).unwrap();
        let color = figure::ordered_color(0, rates.len());
        let is_it = |mark: &&Mark| matches!(mark, Mark::Line { color: own, .. } if *own == color);
        scene.marks.iter().filter(is_it).count()
    };
    assert!(strokes_of_first(&[1e-5, 3.2]) > strokes_of_first(&[0.1, 3.2]) + 10);
}

#[test]
fn the_target_is_drawn_in_its_own_measure() {
    let mut study = parabola(&[0.1, 0.2]);
    study.measures = vec!["gap".to_owned(), "test_accuracy".to_owned()];
    let target = |measure: &str, value| Some(Target { measure: measure.to_owned(), value });
    for (target, expected) in [
        (target("test_accuracy", 0.95), ["test accuracy", "target 0.95"]),
        (target("relative_gap", 0.01), ["relative gap (optimality gap / gap at step 0), log scale", "target 0.01"]),
        (target("loss", 0.01), ["training loss, log scale", "target 0.01"]),
    ] {
        study.target = target;
        let texts = texts(&study, Plot::Loss);
        for text in expected {
            assert!(texts.iter().any(|own| own == text), "{text}: {texts:?}");
        }
    }
    // What is measured otherwise leaves the gap.
    study.target = target("plateau.change", 0.01);
    assert!(!texts(&study, Plot::Loss).iter().any(|text| text.starts_with("target")));
}

#[test]
fn where_nothing_converged_no_numbers_of_steps_are_invented() {
    let texts = texts(&parabola(&[4.0, 5.0, 6.0]), Plot::Steps);
    assert!(texts.contains(&"Nothing converged.".to_owned()), "{texts:?}");
    let numbers: Vec<f64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    assert!(numbers.iter().all(|number| (3.9..=6.1).contains(number)), "{numbers:?}");
}

#[test]
fn the_bowl_has_every_one_of_the_first_steps_or_ends_before_the_gap() {
    let mut study = parabola(&COURSE_RATES);
    let steps_of = |study: &Study| -> Vec<Vec<u64>> {
        let cells = Cells::new(study);
        let chart = bowl::Chart::new(&cells, 0.0).unwrap();
        chart.paths.iter().map(|(_, path)| path.points.iter().map(|point| point.0).collect()).collect()
    };
    assert_eq!(steps_of(&study)[0], (0..=12).collect::<Vec<u64>>());
    for curve in &mut study.curves {
        let kept: Vec<bool> = curve.steps.iter().map(|step| ![9, 11].contains(step)).collect();
        let keep = |values: &mut Vec<f64>| {
            let mut kept = kept.iter();
            values.retain(|_| *kept.next().unwrap());
        };
        keep(&mut curve.loss);
        curve.measures.iter_mut().for_each(keep);
        curve.steps.retain(|step| ![9, 11].contains(step));
    }
    assert_eq!(steps_of(&study)[0], (0..=8).collect::<Vec<u64>>());
}

#[test]
fn just_right_is_the_best_of_all_and_not_of_those_recorded() {
    let mut study = parabola(&COURSE_RATES);
    assert!(texts(&study, Plot::Bowl).contains(&"just right".to_owned()));
    study.curves.retain(|curve| curve.run != 4);
    let texts = texts(&study, Plot::Bowl).join("|");
    assert!(!texts.contains("just right") && texts.contains("best of those recorded"), "{texts}");
    assert!(texts.contains("The best learning rate is 1.6, whose steps were not recorded."), "{texts}");
}

#[test]
fn a_heat_map_of_starts_shows_all_of_them_and_no_best_start() {
    let study = basins::cartons(2, 3);
    let cells = Cells::new(&study);
    let chart = heatmap::Chart::new(&cells).unwrap();
    assert_eq!(chart.panels.len(), 2, "a panel for each ripple");
    for table in &chart.panels {
        assert!(table.tiles.len() == 49 && table.tiles.iter().all(|row| row.len() == 49));
        assert!(table.tiles.iter().flatten().all(Option::is_some) && table.best.iter().all(Option::is_none));
    }
}

#[test]
fn the_best_over_what_is_tuned_never_goes_over_problems() {
    let mut study = batches(2, &[0.01, 0.02, 0.04], 1);
    let count = study.runs.len();
    let twice = |positions: &[u32]| [positions, positions].concat();
    let mut axes: Vec<_> =
        study.axes.iter().map(|one| axis(&one.path, one.values.clone(), twice(&one.positions))).collect();
    let of_copy = (0..2 * count).map(|run| (run / count) as u32).collect();
    axes.push(axis("data.condition", vec![Value::Number(1.0), Value::Number(100.0)], of_copy));
    study.axes = axes.into();
    let slower: Vec<Run> =
        study.runs.iter().map(|run| Run { steps: run.steps.map(|steps| 3 * steps), ..run.clone() }).collect();
    study.runs.extend(slower);
    let cells = Cells::new(&study);
    let lines = batch::Chart::new(&cells).unwrap().lines;
    assert_eq!(lines.len(), 2);
    for (fast, slow) in lines[0].batches.iter().zip(&lines[1].batches) {
        assert_eq!(3.0 * fast.summary.steps.median, slow.summary.steps.median);
    }
    assert_eq!(heatmap::Chart::new(&cells).unwrap().panels.len(), 2);
}

#[test]
fn the_resolution_of_evaluation_is_told_where_it_exceeds_a_tenth_of_the_steps() {
    let mut study = batches(1, &[0.02], 1);
    for run in &mut study.runs {
        (run.status, run.trend, run.steps) = (Status::Converged, None, Some(100));
    }
    study.extras = vec![Extra::new("steps_resolution", [Some(10.0), Some(25.0)])];
    let chart = Cells::new(&study);
    let told: Vec<Option<f64>> =
        batch::Chart::new(&chart).unwrap().lines[0].batches.iter().map(|b| b.resolution).collect();
    assert_eq!(told, [None, Some(25.0)]);
    assert!(texts(&study, Plot::Batch).join(" ").contains("the true number lies on the bar: full (25)."));
}

#[test]
fn a_number_has_one_form_in_all_pictures() {
    for (study_name, study) in usual() {
        for (name, scene) in scenes(&study) {
            for text in scene.texts() {
                let characters: Vec<char> = text.text.chars().collect();
                for three in characters.windows(3) {
                    let exponent = three[0].is_ascii_digit() && three[1] == 'e';
                    let hyphen = !three[0].is_alphanumeric() && three[1] == '-' && three[2].is_ascii_digit();
                    assert!(!exponent && !hyphen, "{study_name}, {name}: {}", text.text);
                }
            }
        }
    }
}

#[test]
fn words_keep_the_order_of_the_spec_and_have_colors_of_their_own() {
    let word = |word: &str| Value::Text(Arc::from(word));
    let values = vec![word("sgd"), word("adam"), word("momentum")];
    let study = Study {
        runs: batches(2, &[0.1], 1).runs,
        axes: [axis("optimizer.kind", values, vec![0, 1, 2])].into(),
        ..Study::default()
    };
    let cells = Cells::new(&study);
    let labels: Vec<String> = (0..3).map(|rank| Varying::label(&cells.axes[0], rank)).collect();
    assert_eq!(labels, ["sgd", "adam", "momentum"]);
    let colors = figure::line_colors(false, style::MOST_CATEGORIES);
    for (index, color) in colors.iter().enumerate() {
        assert!(!colors[index + 1..].contains(color), "{color:?} twice");
    }
}

#[test]
fn a_scale_is_logarithmic_where_values_have_equal_ratios() {
    let kind = |values: &[f64]| cells::scale_of(values.iter().copied()).kind;
    for log in [&[0.03, 0.1, 0.3][..], &[0.01, 0.1], &[1.0, 2.0, 4.0]] {
        assert_eq!(kind(log), scale::Kind::Log, "{log:?}");
    }
    for linear in [&[0.0, 1.0, 100.0][..], &[1.0, 2.0, 3.0], &[0.1, 0.2], &[-1.0, 1.0]] {
        assert_eq!(kind(linear), scale::Kind::Linear, "{linear:?}");
    }
}

#[test]
fn titles_of_panels_name_their_settings_or_a_note_does() {
    let study = edges::all().into_iter().find(|(name, _)| *name == "three axes").unwrap().1;
    let scene = heatmap::scene(&Cells::new(&study)).unwrap();
    assert!(scene.texts().any(|text| text.text == "hidden [16, 2]"));
    let values: Vec<Vec<String>> = vec![vec!["0.9".to_owned(), "32".to_owned()]];
    let values: Vec<&[String]> = values.iter().map(Vec::as_slice).collect();
    let names = ["momentum", "batch size"];
    assert_eq!(panel::titles(&names, &values, 500.0), (vec!["momentum 0.9 · batch size 32".to_owned()], None));
    let note = Some("Above each panel: momentum · batch size.".to_owned());
    assert_eq!(panel::titles(&names, &values, 100.0), (vec!["0.9 · 32".to_owned()], note));
}

#[test]
fn the_star_of_a_median_between_0_and_1_stands_in_the_panel() {
    let rates = sample::numbers([0.1, 0.2]);
    let seeds = sample::counts([1, 2]);
    // Medians of one half.
    let study = sample::study(&[(LEARNING_RATE, &rates), (SEED, &seeds)], |values| {
        sample::converged(u64::from(values[1].as_number() == Some(1.0)))
    });
    let scene = steps::scene(&Cells::new(&study)).unwrap();
    assert!(scene.texts().any(|text| text.text == "0.1: 0.5 steps"));
    assert_eq!(misplaced(&scene), None);
}

#[test]
fn a_series_that_another_covers_is_seen_in_steps() {
    let rates = sample::numbers([0.1, 0.2, 0.4]);
    let values = sample::numbers([1.0, 2.0]);
    let study = sample::study(&[("problem.initial", &values), (LEARNING_RATE, &rates)], |_| sample::converged(20));
    let scene = steps::scene(&Cells::new(&study)).unwrap();
    let colors = [0, 1].map(|index| figure::ordered_color(index, 2));
    let radii = |wanted: style::Color| -> Vec<f64> {
        let discs = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Marker { shape: scene::Shape::Disc, radius, color, .. } if *color == wanted => Some(*radius),
            _ => None,
        });
        discs.collect()
    };
    let [below, above] = colors.map(radii);
    assert!(below.len() == 3 && below.iter().zip(&above).all(|(below, above)| below > above), "{below:?} {above:?}");
}
