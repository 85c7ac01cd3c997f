//! [`Scene`]: a picture as a list of simple marks, before it becomes pixels or SVG.
//!
//! Plots are built here, so that layout (which label lies where) can be computed and tested without an image.
//! Knows the width of text; knows nothing of axes or studies.

use std::ops::Range;

use super::font;
use super::style::Color;

/// A place: x to the right, y down, in pixels of the scene.
pub(super) type Point = (f64, f64);

/// A rectangle with upright sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn center(self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub(super) fn overlaps(self, other: Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Which point of a text is held fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    /// Horizontally as `align` says, vertically the middle of capital letters.
    pub(super) at: Point,
    /// The em in pixels.
    pub(super) size: f64,
    pub(super) color: Color,
    pub(super) align: Align,
    pub(super) bold: bool,
    /// Read from bottom to top; `align` then holds along the text.
    pub(super) upright: bool,
}

impl Text {
    pub(super) fn new(text: impl Into<String>, at: Point, size: f64, color: Color) -> Text {
        Text { text: text.into(), at, size, color, align: Align::Left, bold: false, upright: false }
    }

    pub(super) fn align(self, align: Align) -> Text {
        Text { align, ..self }
    }

    pub(super) fn bold(self) -> Text {
        Text { bold: true, ..self }
    }

    pub(super) fn upright(self) -> Text {
        Text { upright: true, ..self }
    }

    /// The space it takes.
    pub(super) fn bounds(&self) -> Rect {
        let width = font::text_width(&self.text, self.size, self.bold);
        let start = match self.align {
            Align::Left => 0.0,
            Align::Center => -width / 2.0,
            Align::Right => -width,
        };
        let half = 0.5 * self.size;
        let (x, y) = self.at;
        if self.upright {
            Rect { left: x - half, right: x + half, top: y - start - width, bottom: y - start }
        } else {
            Rect { left: x + start, right: x + start + width, top: y - half, bottom: y + half }
        }
    }
}

/// A small figure around a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Disc,
    Ring,
    Triangle,
    HollowTriangle,
    Cross,
    CircledCross,
    Square,
    HollowSquare,
    Diamond,
    HollowDiamond,
    Star,
    /// An arrow head: it goes on beyond the edge.
    Up,
    Down,
    Left,
    Right,
}

/// One thing drawn; later ones cover earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Straight strokes from point to point.
    Line { points: Vec<Point>, width: f64, color: Color },
    /// A straight line of dashes.
    Dashes { from: Point, to: Point, width: f64, color: Color },
    /// A filled polygon.
    Fill { points: Vec<Point>, color: Color },
    /// A filled circle.
    Disc { center: Point, radius: f64, color: Color },
    /// A shape around a point.
    Marker { shape: Shape, at: Point, radius: f64, color: Color },
    /// A text.
    Text(Text),
}

impl Mark {
    fn has_a_place(&self) -> bool {
        let finite = |(x, y): &Point| x.is_finite() && y.is_finite();
        match self {
            Mark::Line { points, .. } | Mark::Fill { points, .. } => points.iter().all(finite),
            Mark::Dashes { from, to, .. } => finite(from) && finite(to),
            Mark::Disc { center: at, .. } | Mark::Marker { at, .. } | Mark::Text(Text { at, .. }) => finite(at),
        }
    }

    fn raise(&mut self, by: f64) {
        match self {
            Mark::Line { points, .. } | Mark::Fill { points, .. } => points.iter_mut().for_each(|(_, y)| *y -= by),
            Mark::Dashes { from, to, .. } => [from, to].into_iter().for_each(|(_, y)| *y -= by),
            Mark::Disc { center: (_, y), .. } | Mark::Marker { at: (_, y), .. } => *y -= by,
            Mark::Text(Text { at: (_, y), .. }) => *y -= by,
        }
    }
}

/// The strokes of a line of dashes.
pub(super) fn strokes(from: Point, to: Point) -> Vec<[Point; 2]> {
    const DASH: f64 = 14.0;
    const GAP: f64 = 9.0;
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt();
    let at = |distance: f64| (from.0 + dx * distance / length, from.1 + dy * distance / length);
    let mut strokes = Vec::new();
    let mut start = 0.0;
    while start < length {
        strokes.push([at(start), at((start + DASH).min(length))]);
        start += DASH + GAP;
    }
    strokes
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
    /// Which of them are the legend.
    pub(super) legend: Range<usize>,
    title: Title,
}

/// What stands at the top and can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Title {
    /// It is made of the first marks.
    marks: usize,
    height: f64,
}

impl Scene {
    pub(super) fn new(width: f64, height: f64) -> Scene {
        Scene { width, height, marks: Vec::new(), legend: 0..0, title: Title::default() }
    }

    /// Says that what has been drawn so far is the title, and how much of the height it takes.
    pub(super) fn end_title(&mut self, height: f64) {
        self.title = Title { marks: self.marks.len(), height };
    }

    /// The same picture, less high by its title.
    pub(super) fn without_title(mut self) -> Scene {
        let Title { marks, height } = std::mem::take(&mut self.title);
        self.marks.drain(..marks);
        self.marks.iter_mut().for_each(|mark| mark.raise(height));
        let legend = self.legend.start.saturating_sub(marks)..self.legend.end.saturating_sub(marks);
        Scene { height: self.height - height, legend, ..self }
    }

    /// Draws a mark; what has no place, because arithmetic overflowed on the way, is left out.
    pub(super) fn draw(&mut self, mark: Mark) {
        if mark.has_a_place() {
            self.marks.push(mark);
        }
    }

    pub(super) fn line(&mut self, points: Vec<Point>, width: f64, color: Color) {
        self.draw(Mark::Line { points, width, color });
    }

    pub(super) fn fill(&mut self, points: Vec<Point>, color: Color) {
        self.draw(Mark::Fill { points, color });
    }

    pub(super) fn disc(&mut self, center: Point, radius: f64, color: Color) {
        self.draw(Mark::Disc { center, radius, color });
    }

    pub(super) fn text(&mut self, text: Text) {
        self.draw(Mark::Text(text));
    }

    pub(super) fn rect(&mut self, rect: Rect, color: Color) {
        self.fill(
            vec![(rect.left, rect.top), (rect.right, rect.top), (rect.right, rect.bottom), (rect.left, rect.bottom)],
            color,
        );
    }

    pub(super) fn outline(&mut self, rect: Rect, width: f64, color: Color) {
        let corner = (rect.left, rect.top);
        let points = vec![corner, (rect.right, rect.top), (rect.right, rect.bottom), (rect.left, rect.bottom), corner];
        self.line(points, width, color);
    }

    /// A dashed straight line.
    pub(super) fn dashes(&mut self, from: Point, to: Point, width: f64, color: Color) {
        if from != to {
            self.draw(Mark::Dashes { from, to, width, color });
        }
    }

    /// The texts in it.
    #[cfg(test)]
    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some(text),
            _ => None,
        })
    }
}
