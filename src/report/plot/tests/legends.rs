//! Every kind of mark that is drawn is in the legend, and every entry of a legend stands for something that is drawn.

use proptest::prelude::*;

use super::truth::{experiments, random_study};
use super::*;
use crate::record::Curve;
use scene::Shape;
use style::Color;

/// What a mark looks like, apart from its color.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Line,
    Upright,
    Outline,
    Dashes,
    Fill,
    Veil,
    Corner,
    Shape(Shape),
}

/// A kind of mark.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    kind: Kind,
    color: [u8; 3],
}

fn rgb(color: Color) -> [u8; 3] {
    [color.red, color.green, color.blue]
}

/// Stands in legends for the color of any line.
fn is_neutral(color: [u8; 3]) -> bool {
    [style::FRAME, style::REFERENCE, style::WHITE].map(rgb).contains(&color)
}

/// How a mark looks; none for what needs no explanation: texts, and thin lines such as grids and frames.
fn look(mark: &Mark) -> Option<Look> {
    let (kind, color) = match mark {
        Mark::Text(_) => return None,
        Mark::Line { width, .. } if *width == style::THIN => return None,
        Mark::Fill { color, .. } if *color == style::STRIP || *color == style::WHITE.faded(0.8) => return None,
        Mark::Line { points, color, .. } if points.len() == 5 && points[0] == points[4] => (Kind::Outline, color),
        Mark::Line { points, color, .. } if points.len() == 2 && points[0].0 == points[1].0 => (Kind::Upright, color),
        Mark::Line { color, .. } => (Kind::Line, color),
        Mark::Dashes { color, .. } => (Kind::Dashes, color),
        Mark::Fill { points, color } if points.len() == 3 => (Kind::Corner, color),
        Mark::Fill { color, .. } if color.opacity < 0.5 => (Kind::Veil, color),
        Mark::Fill { color, .. } => (Kind::Fill, color),
        Mark::Disc { color, .. } => (Kind::Shape(Shape::Disc), color),
        Mark::Marker { shape, color, .. } => (Kind::Shape(*shape), color),
    };
    Some(Look { kind, color: rgb(*color) })
}

fn distinct(looks: impl Iterator<Item = Look>) -> Vec<Look> {
    looks.fold(Vec::new(), |mut all, look| {
        if !all.contains(&look) {
            all.push(look);
        }
        all
    })
}

/// A step of a color scale in a legend.
fn is_shade(mark: &Mark) -> bool {
    matches!(mark, Mark::Fill { points, .. } if points.len() == 4 && points[2].1 - points[0].1 < 10.0)
}

/// A picture, taken apart.
struct Parts {
    drawn: Vec<Look>,
    entries: Vec<Look>,
    shades: Vec<[u8; 3]>,
}

impl Parts {
    fn of(scene: &Scene) -> Parts {
        let (legend, body): (Vec<_>, Vec<_>) =
            scene.marks.iter().enumerate().partition(|(index, _)| scene.legend.contains(index));
        let (shades, entries): (Vec<_>, Vec<_>) = legend.into_iter().partition(|(_, mark)| is_shade(mark));
        Parts {
            drawn: distinct(body.into_iter().filter_map(|(_, mark)| look(mark))),
            entries: distinct(entries.into_iter().filter_map(|(_, mark)| look(mark))),
            shades: shades.into_iter().filter_map(|(_, mark)| look(mark)).map(|look| look.color).collect(),
        }
    }

    /// Whether a color is that of a line in the legend, or on its color scale, or there is but one line, which needs no name.
    fn is_known(&self, color: [u8; 3]) -> bool {
        let names = |entry: &Look| entry.kind == Kind::Line && !is_neutral(entry.color);
        let is_alone = self.shades.is_empty() && !self.entries.iter().any(names);
        is_alone || self.entries.contains(&Look { kind: Kind::Line, color }) || self.is_shade(color)
    }

    fn is_shade(&self, color: [u8; 3]) -> bool {
        self.shades.iter().any(|shade| shade.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 3))
    }

    fn explains(&self, entry: &Look, drawn: &Look) -> bool {
        entry.kind == drawn.kind
            && (entry.color == drawn.color || is_neutral(entry.color) && self.is_known(drawn.color))
    }

    /// What is drawn, and nothing says what it means.
    fn unexplained(&self) -> Option<&Look> {
        let colored = |drawn: &Look| match drawn.kind {
            // Lines of a color scale, and those that join markers of their color; tiles, and the squares that say whose row of a
            // strip it is; upright pieces of lines.
            Kind::Line => {
                let joins = |entry: &Look| matches!(entry.kind, Kind::Shape(_)) && entry.color == drawn.color;
                self.is_shade(drawn.color) || self.entries.iter().any(joins)
            }
            Kind::Fill => self.is_known(drawn.color),
            Kind::Upright => {
                self.entries.iter().any(|entry| self.explains(entry, &Look { kind: Kind::Line, ..*drawn }))
            }
            Kind::Shape(Shape::Disc) => self.is_shade(drawn.color),
            _ => false,
        };
        self.drawn.iter().find(|drawn| !self.entries.iter().any(|entry| self.explains(entry, drawn)) && !colored(drawn))
    }

    /// What the legend has and nobody drew.
    fn undrawn(&self) -> Option<&Look> {
        let is_drawn = |entry: &Look| match entry.kind {
            // The names of series: any mark in the color of one.
            Kind::Line if !is_neutral(entry.color) => self.drawn.iter().any(|drawn| drawn.color == entry.color),
            // Next to markers it only says that they stand on lines.
            Kind::Line => {
                let has_line = |drawn: &Look| matches!(drawn.kind, Kind::Line | Kind::Upright | Kind::Shape(_));
                self.drawn.iter().any(has_line)
            }
            // The ground of an entry.
            Kind::Fill if self.is_shade(entry.color) => true,
            kind if is_neutral(entry.color) => self.drawn.iter().any(|drawn| drawn.kind == kind),
            _ => self.drawn.contains(entry),
        };
        self.entries.iter().find(|entry| !is_drawn(entry))
    }
}

fn hold_to_legends(study_name: &str, study: &Study) {
    for (name, scene) in scenes(study) {
        match name {
            "bowl" => hold_to_titles(study_name, &scene),
            _ => hold_to_legend(&format!("{study_name}, {name}"), &scene),
        }
    }
}

fn hold_to_legend(name: &str, scene: &Scene) {
    let parts = Parts::of(scene);
    assert_eq!(parts.unexplained(), None, "{name}: drawn, and not in the legend");
    // A place of no cell is white paper.
    let has_gaps = scene.texts().any(|text| text.text == "not in the grid");
    let white = Look { kind: Kind::Fill, color: rgb(style::WHITE) };
    let undrawn = parts.undrawn().filter(|entry| !(has_gaps && **entry == white));
    assert_eq!(undrawn, None, "{name}: in the legend, and not drawn");
    let is_used = parts.shades.is_empty() || parts.drawn.iter().any(|drawn| parts.is_shade(drawn.color));
    assert!(is_used, "{name}: a color scale of nothing");
}

/// `bowl.png` has no legend: the titles have the colors of the paths, and a note names the arrow.
fn hold_to_titles(study_name: &str, scene: &Scene) {
    let parts = Parts::of(scene);
    let mut titles: Vec<[u8; 3]> = scene.texts().filter(|text| text.bold).map(|text| rgb(text.color)).collect();
    titles.push(rgb(style::WHITE));
    let is_arrow = |kind| matches!(kind, Kind::Shape(Shape::Up | Shape::Down | Shape::Left | Shape::Right));
    for drawn in &parts.drawn {
        let is_curve = drawn.kind == Kind::Line && drawn.color == rgb(style::REFERENCE);
        assert!(is_curve || titles.contains(&drawn.color), "{study_name}, bowl: {drawn:?}");
    }
    let says_arrow = scene.texts().any(|text| text.text.contains("Arrow:"));
    assert_eq!(says_arrow, parts.drawn.iter().any(|drawn| is_arrow(drawn.kind)), "{study_name}, bowl: arrows");
}

#[test]
fn legends_of_all_experiments_say_what_is_drawn() {
    for (name, study) in experiments() {
        hold_to_legends(&name, &study);
    }
}

#[test]
fn legends_of_usual_and_hard_studies_say_what_is_drawn() {
    for (name, study) in everything() {
        hold_to_legends(name, &study);
    }
}

#[test]
fn nothing_is_beyond_the_top_where_no_line_leaves() {
    let says_so = |rates: &[f64]| texts(&parabola(rates), Plot::Loss).contains(&"beyond the top".to_owned());
    // Alone, a line that diverges has all of the panel.
    assert!(!says_so(&[4.0]) && says_so(&[0.1, 4.0]));
}

/// A curve per run: losses that fall for what converges, stay where the budget is spent, and rise for what diverges.
fn with_curves(study: Study) -> Study {
    let curve = |(run, row): (usize, &crate::record::Run)| {
        let factor: f64 = match row.status {
            Status::Converged => 0.2,
            Status::Exhausted => 0.9,
            Status::Diverged => 50.0,
            Status::Failed | Status::Unknown => 1.0,
        };
        let steps: Vec<u64> = (0..=row.trained_steps.clamp(1, 6)).collect();
        let loss = |step: &u64| factor.powi(*step as i32) * (1.0 + 0.1 * (run % 3) as f64);
        Curve {
            run,
            loss: steps.iter().map(loss).collect(),
            epochs: vec![0.0; steps.len()],
            steps,
            measures: Vec::new(),
        }
    };
    let curves = study.runs.iter().enumerate().map(curve).collect();
    Study { curves, ..study }
}

#[test]
fn legends_of_one_study_over_another_say_what_is_drawn() {
    let studies = [
        (parabola(&[0.1, 0.7, 4.0]), parabola(&[0.1, 1.6, 4.0])),
        (batches(2, &log_grid(0.001, 0.4, 6), 3), batches(3, &log_grid(0.001, 0.4, 6), 4)),
    ];
    for (before, after) in &studies {
        let pair = compare::Pair { cells: [Cells::new(before), Cells::new(after)], names: ["before", "after"] };
        hold_to_legend("steps", &compare::steps(&pair).unwrap());
        hold_to_legend("loss", &compare::loss(&pair).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn legends_of_random_studies_say_what_is_drawn(study in random_study()) {
        hold_to_legends("random", &with_curves(study));
    }
}
