//! [`Panel`]: a rectangle with two scales, and what is drawn in and around it: grid, ticks, labels, clipped lines.

use super::figure::wrapped;
use super::font::text_width;
use super::scale::{Scale, Tick};
use super::scene::{Align, Point, Rect, Scene, Text};
use super::style::{Color, FINE_GRID, FRAME, GRID, LABEL_SIZE, NOTE_SIZE, TEXT, THIN, TICK_SIZE};

/// A plotting area.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) area: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

/// What stands beside the axes of a panel.
#[derive(Debug, Default)]
pub(super) struct Axes {
    pub(super) x_ticks: Vec<Tick>,
    pub(super) y_ticks: Vec<Tick>,
    /// Below the ticks; empty for none.
    pub(super) x_label: String,
    /// Left of the ticks; empty for none.
    pub(super) y_label: String,
    /// Whether the ticks have labels here, or only in another panel of the same row or column.
    pub(super) x_labeled: bool,
    pub(super) y_labeled: bool,
}

/// Room for tick labels and the axis label below a panel.
pub(super) const BELOW: f64 = 88.0;
/// Room for tick labels and the axis label left of a panel.
pub(super) const BESIDE: f64 = 138.0;

impl Panel {
    pub(super) fn x_at(&self, value: f64) -> f64 {
        self.area.left + self.x.fraction(value) * self.area.width()
    }

    pub(super) fn y_at(&self, value: f64) -> f64 {
        self.area.bottom - self.y.fraction(value) * self.area.height()
    }

    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (self.x_at(x), self.y_at(y))
    }

    /// Grid lines, to be drawn before the data.
    pub(super) fn grid(&self, scene: &mut Scene, axes: &Axes) {
        let color = |tick: &Tick| if tick.label.is_empty() { FINE_GRID } else { GRID };
        let Rect { left, top, right, bottom } = self.area;
        for fine in [true, false] {
            for tick in axes.x_ticks.iter().filter(|tick| tick.label.is_empty() == fine && tick.is_inside()) {
                let x = left + tick.fraction * self.area.width();
                scene.line(vec![(x, top), (x, bottom)], THIN, color(tick));
            }
            for tick in axes.y_ticks.iter().filter(|tick| tick.label.is_empty() == fine && tick.is_inside()) {
                let y = bottom - tick.fraction * self.area.height();
                scene.line(vec![(left, y), (right, y)], THIN, color(tick));
            }
        }
    }

    /// Frame, tick labels and axis labels, to be drawn after the data. A tick label that would touch another is left out.
    pub(super) fn frame(&self, scene: &mut Scene, axes: &Axes) {
        let Rect { left, bottom, .. } = self.area;
        scene.outline(self.area, THIN, FRAME);
        let mut widest: f64 = 0.0;
        let mut taken: Vec<Rect> = Vec::new();
        let mut place = |text: Text, scene: &mut Scene| -> f64 {
            let bounds = text.bounds();
            let room = Rect { left: bounds.left - 8.0, right: bounds.right + 8.0, ..bounds };
            if taken.iter().any(|other| other.overlaps(room)) {
                return 0.0;
            }
            taken.push(bounds);
            scene.text(text);
            bounds.width()
        };
        if axes.y_labeled {
            for tick in labeled(&axes.y_ticks) {
                let y = bottom - tick.fraction * self.area.height();
                scene.line(vec![(left - 7.0, y), (left, y)], THIN, FRAME);
                let text = Text::new(&tick.label, (left - 13.0, y), TICK_SIZE, TEXT).align(Align::Right);
                widest = widest.max(place(text, scene));
            }
        }
        if axes.x_labeled {
            for tick in labeled(&axes.x_ticks) {
                let x = left + tick.fraction * self.area.width();
                scene.line(vec![(x, bottom), (x, bottom + 7.0)], THIN, FRAME);
                let text = Text::new(&tick.label, (x, bottom + 26.0), TICK_SIZE, TEXT).align(Align::Center);
                place(text, scene);
            }
        }
        let (middle, center) = self.area.center();
        if !axes.x_label.is_empty() {
            let at = (middle, bottom + 64.0);
            scene.text(Text::new(&axes.x_label, at, LABEL_SIZE, TEXT).align(Align::Center));
        }
        if !axes.y_label.is_empty() {
            // Beside the longest numbers there is no room left; the label stays in the picture all the same.
            let at = ((left - 13.0 - widest - 28.0).max(LABEL_SIZE), center);
            scene.text(Text::new(&axes.y_label, at, LABEL_SIZE, TEXT).align(Align::Center).upright());
        }
    }

    /// A line through points in scene pixels, cut where it leaves the panel.
    pub(super) fn polyline(&self, scene: &mut Scene, points: &[Point], width: f64, color: Color) {
        let mut piece: Vec<Point> = Vec::new();
        for pair in simplified(points).windows(2) {
            match clip(self.area, pair[0], pair[1]) {
                Some((from, to)) => {
                    if piece.last() != Some(&from) {
                        flush(scene, &mut piece, width, color);
                        piece.push(from);
                    }
                    piece.push(to);
                }
                None => flush(scene, &mut piece, width, color),
            }
        }
        flush(scene, &mut piece, width, color);
    }

    /// A band between two lines over the same x, cut to the panel.
    pub(super) fn band(&self, scene: &mut Scene, lower: &[Point], upper: &[Point], color: Color) {
        if lower.len() < 2 {
            return;
        }
        let inside = |point: &Point| {
            let Rect { left, top, right, bottom } = self.area;
            (point.0.clamp(left, right), point.1.clamp(top, bottom))
        };
        let edge = |points: &[Point]| simplified(&points.iter().map(inside).collect::<Vec<_>>());
        let points: Vec<Point> = edge(lower).into_iter().chain(edge(upper).into_iter().rev()).collect();
        scene.fill(points, color);
    }
}

/// Where several panels with the same scales stand, row by row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facets {
    body: Rect,
    count: usize,
    columns: usize,
    titled: bool,
}

/// Between a panel and the next to its right: wide enough for the last label of one beside the first of the other.
const GAP: f64 = 52.0;

impl Facets {
    /// So many panels in a body; `titled` leaves room for a title above each.
    pub(super) fn new(body: Rect, count: usize, titled: bool) -> Facets {
        let columns = if count < 3 { count.max(1) } else { count.div_ceil(count.div_ceil(4)) };
        Facets { body, count, columns, titled }
    }

    /// The width of each panel.
    pub(super) fn width(&self) -> f64 {
        (self.body.width() - BESIDE - GAP * (self.columns - 1) as f64) / self.columns as f64
    }

    /// Where a panel stands.
    pub(super) fn area(&self, index: usize) -> Rect {
        let (row, column) = ((index / self.columns) as f64, (index % self.columns) as f64);
        let rows = self.count.div_ceil(self.columns) as f64;
        let (between, title) = (26.0, if self.titled { 40.0 } else { 0.0 });
        let height = (self.body.height() - BELOW - title * rows - between * (rows - 1.0)) / rows;
        let left = self.body.left + BESIDE + column * (self.width() + GAP);
        let top = self.body.top + title + row * (height + between + title);
        Rect { left, top, right: left + self.width(), bottom: top + height }
    }

    /// Whether it is the lowest of its column, which carries the labels of the horizontal axis.
    pub(super) fn is_lowest(&self, index: usize) -> bool {
        index + self.columns >= self.count
    }

    /// Whether it is the first of its row, which carries the labels of the vertical axis.
    pub(super) fn is_first(&self, index: usize) -> bool {
        index.is_multiple_of(self.columns)
    }

    /// The title of a panel.
    pub(super) fn title(&self, index: usize, title: &str, scene: &mut Scene) {
        let area = self.area(index);
        for line in wrapped(title, NOTE_SIZE, false, area.width() + GAP - 16.0, 1) {
            let at = (area.center().0, area.top - 18.0);
            scene.text(Text::new(line, at, NOTE_SIZE, TEXT).align(Align::Center));
        }
    }

    /// The labels of the axes that all panels share.
    pub(super) fn labels(&self, x: &str, y: &str, scene: &mut Scene) {
        let panels = Rect { left: self.body.left + BESIDE, bottom: self.body.bottom - BELOW, ..self.body };
        let below = (panels.center().0, panels.bottom + 64.0);
        let beside = (self.body.left + 14.0, panels.center().1);
        scene.text(Text::new(x, below, LABEL_SIZE, TEXT).align(Align::Center));
        scene.text(Text::new(y, beside, LABEL_SIZE, TEXT).align(Align::Center).upright());
    }
}

/// The titles of panels this wide: the values with the names of their settings, or, where these do not fit, the values alone, and
/// a sentence that names the settings.
pub(super) fn titles(names: &[&str], values: &[&[String]], width: f64) -> (Vec<String>, Option<String>) {
    let named = |values: &&[String]| {
        let parts: Vec<String> = names.iter().zip(*values).map(|(name, value)| format!("{name} {value}")).collect();
        parts.join(" · ")
    };
    let named: Vec<String> = values.iter().map(named).collect();
    if named.iter().all(|title| text_width(title, NOTE_SIZE, false) <= width) {
        return (named, None);
    }
    let values = values.iter().map(|values| values.join(" · ")).collect();
    (values, Some(format!("Above each panel: {}.", names.join(" · "))))
}

impl Tick {
    /// Whether a grid line there would not fall on the frame.
    fn is_inside(&self) -> bool {
        self.fraction > 1e-6 && self.fraction < 1.0 - 1e-6
    }
}

/// As many ticks as have room for their labels along a length from left to right.
pub(super) fn fitting_ticks(scale: Scale, length: f64) -> Vec<Tick> {
    const ROOM: f64 = 10.0;
    let most = (length / 72.0).max((length / 50.0).min(5.0)) as usize;
    let without_crowding = |most: usize| {
        let mut ticks = scale.ticks(most);
        // Next to 0 on a logarithmic axis there is often no room for 1, however few labels there are.
        let ends = |tick: &Tick| {
            let half = 0.5 * (text_width(&tick.label, TICK_SIZE, false) + ROOM);
            (tick.fraction * length - half, tick.fraction * length + half)
        };
        if let [zero, one, ..] = &mut ticks[..]
            && zero.label == "0"
            && ends(zero).1 > ends(one).0
        {
            one.label.clear();
        }
        let places: Vec<(f64, f64)> = labeled(&ticks).map(ends).collect();
        (places.windows(2).all(|pair| pair[0].1 <= pair[1].0), ticks)
    };
    let fitting = (3..=most).rev().map(without_crowding).find(|(fits, _)| *fits);
    fitting.map_or_else(|| without_crowding(2).1, |(_, ticks)| ticks)
}

fn labeled(ticks: &[Tick]) -> impl Iterator<Item = &Tick> {
    ticks.iter().filter(|tick| !tick.label.is_empty() && (-1e-9..=1.0 + 1e-9).contains(&tick.fraction))
}

fn flush(scene: &mut Scene, piece: &mut Vec<Point>, width: f64, color: Color) {
    if piece.len() > 1 {
        scene.line(std::mem::take(piece), width, color);
    }
    piece.clear();
}

/// The same line without the points that it would pass closely anyway (Ramer, 1972; Douglas and Peucker, 1973).
fn simplified(points: &[Point]) -> Vec<Point> {
    const TOLERANCE: f64 = 0.3;
    let mut kept = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = open.pop() {
        let (Some(from), Some(to)) = (points.get(first), points.get(last)) else { continue };
        (kept[first], kept[last]) = (true, true);
        let inner = first + 1..last.max(first + 1);
        let farthest =
            inner.max_by(|a, b| distance(points[*a], *from, *to).total_cmp(&distance(points[*b], *from, *to)));
        if let Some(index) = farthest.filter(|index| distance(points[*index], *from, *to) > TOLERANCE) {
            open.extend([(first, index), (index, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// How far a point lies from a segment.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (px - share * dx, py - share * dy);
    (ex * ex + ey * ey).sqrt()
}

/// The part of a segment that lies in a rectangle (Liang and Barsky, 1984).
pub(super) fn clip(area: Rect, from: Point, to: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let sides =
        [(-dx, from.0 - area.left), (dx, area.right - from.0), (-dy, from.1 - area.top), (dy, area.bottom - from.1)];
    for (toward, room) in sides {
        if toward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if toward < 0.0 {
            enter = enter.max(room / toward);
        } else {
            leave = leave.min(room / toward);
        }
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    let start = if enter > 0.0 { at(enter) } else { from };
    let end = if leave < 1.0 { at(leave) } else { to };
    (enter <= leave).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_are_dropped_and_corners_kept() {
        let points = [(0.0, 0.0), (1.0, 0.1), (2.0, 0.0), (2.0, 5.0), (2.1, 9.0), (2.0, 12.0)];
        assert_eq!(simplified(&points), [(0.0, 0.0), (2.0, 0.0), (2.0, 12.0)]);
        assert_eq!(simplified(&points[..1]), [(0.0, 0.0)]);
        assert!(simplified(&[]).is_empty());
    }

    #[test]
    fn a_segment_is_cut_at_the_sides() {
        let area = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        assert_eq!(clip(area, (2.0, 2.0), (4.0, 4.0)), Some(((2.0, 2.0), (4.0, 4.0))));
        assert_eq!(clip(area, (5.0, 5.0), (5.0, -5.0)), Some(((5.0, 5.0), (5.0, 0.0))));
        assert_eq!(clip(area, (-5.0, 5.0), (15.0, 5.0)), Some(((0.0, 5.0), (10.0, 5.0))));
        assert_eq!(clip(area, (-5.0, -5.0), (-5.0, 20.0)), None);
        assert_eq!(clip(area, (-5.0, 5.0), (5.0, 17.0)), None);
    }
}
