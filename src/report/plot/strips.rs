//! Strips above `steps.png` for cells that never converged: one per way to end, a row in it per line.

use super::dots::{Curve, MOST_MARKERS};
use super::marker::status_name;
use super::panel::Panel;
use super::scene::{Align, Rect, Scene, Text};
use super::style::{Color, FRAME, NOTE_SIZE, TEXT, THIN, status_color};
use crate::outcome::Status;

/// A strip above the panel for cells that never converged.
pub(super) struct Strip {
    pub(super) status: Status,
    pub(super) area: Rect,
}

impl Strip {
    /// The middle of the row of a line.
    pub(super) fn row(&self, index: usize, curves: usize) -> f64 {
        self.area.top + (index as f64 + 0.5) * self.area.height() / curves as f64
    }
}

/// The statuses that have a strip, if some cell ended so.
const STRIPS: [Status; 4] = [Status::Diverged, Status::Exhausted, Status::Unknown, Status::Failed];
/// Between strips.
const GAP: f64 = 12.0;

fn strip_height(curves: &[Curve]) -> f64 {
    if curves.len() == 1 { 46.0 } else { (12.0 * curves.len() as f64 + 10.0).clamp(40.0, 154.0) }
}

fn strip_statuses(curves: &[Curve]) -> impl Iterator<Item = Status> {
    let ends_so = |status| curves.iter().flat_map(|curve| &curve.dots).any(|dot| dot.status == status);
    STRIPS.into_iter().filter(move |status| ends_so(*status))
}

/// The height of all strips that are needed.
pub(super) fn strips_height(curves: &[Curve]) -> f64 {
    strip_statuses(curves).count() as f64 * (strip_height(curves) + GAP)
}

/// The strips that are needed, from the top of an area on, and what they leave of it.
pub(super) fn layout(mut area: Rect, curves: &[Curve]) -> (Rect, Vec<Strip>) {
    let height = strip_height(curves);
    let mut strips = Vec::new();
    for status in strip_statuses(curves) {
        strips.push(Strip { status, area: Rect { bottom: area.top + height, ..area } });
        area.top += height + GAP;
    }
    (area, strips)
}

/// Draws a strip; its panel has the horizontal axis.
pub(super) fn draw_strip(panel: &Panel, strip: &Strip, curves: &[Curve], scene: &mut Scene) {
    let Strip { status, area } = *strip;
    let row = area.height() / curves.len() as f64;
    for (index, curve) in curves.iter().enumerate() {
        let y = strip.row(index, curves.len());
        let dots = curve.dots.iter().filter(|dot| dot.status == status);
        let marks: Vec<(f64, bool)> = dots.map(|dot| (panel.x_at(dot.x), dot.partial)).collect();
        if curves.len() > 1 {
            let key = Rect { right: area.left + 12.0, top: y - 0.4 * row, bottom: y + 0.4 * row, ..area };
            scene.rect(key, curve.color);
        }
        if !curve.dense {
            let radius = curve.radius().min(0.4 * row);
            marks.iter().for_each(|(x, partial)| scene.status_marker(status, *partial, (*x, y), radius));
        } else {
            draw_runs(&marks, panel, (y, 0.3 * row), status_color(status), scene);
        }
    }
    scene.outline(area, THIN, FRAME);
    let at = (area.left - 13.0, area.center().1);
    scene.text(Text::new(status_name(status), at, NOTE_SIZE, TEXT).align(Align::Right));
}

/// Dense marks as bars; neighbors closer than a few pixels join.
fn draw_runs(marks: &[(f64, bool)], panel: &Panel, (y, half): (f64, f64), color: Color, scene: &mut Scene) {
    let reach = (0.6 * panel.area.width() / MOST_MARKERS as f64).min(12.0);
    let mut open: Option<(f64, f64)> = None;
    let bar = |(left, right): (f64, f64), scene: &mut Scene| {
        let (left, right) = (left.max(panel.area.left), (right.max(left + 2.0)).min(panel.area.right));
        scene.rect(Rect { left, right, top: y - half, bottom: y + half }, color);
    };
    for (x, _) in marks {
        open = match open {
            Some((left, right)) if x - right <= reach => Some((left, *x)),
            Some(done) => {
                bar(done, scene);
                Some((*x, *x))
            }
            None => Some((*x, *x)),
        };
    }
    if let Some(last) = open {
        bar(last, scene);
    }
}
