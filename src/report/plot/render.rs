//! From a [`Scene`] to PNG or SVG bytes, through plotters' backends. The same scene always gives the same bytes: nothing of the machine
//! enters.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::pixels::{self, Pixels};
use super::scene::{Align, Mark, Point, Scene, Text, strokes};
use super::style::Color;
use super::{PlotError, font, marker, palette};

/// Half the height of a capital letter in em: from a text's middle to its baseline.
const HALF_CAPITAL: f64 = 0.365;
/// Units of the coordinates of an SVG per pixel; plotters' are whole numbers.
const SVG_UNITS: i32 = 10;

/// The scene as an SVG document of this width, in pixels of CSS.
pub(super) fn svg(scene: &Scene, width: u32) -> Result<Vec<u8>, PlotError> {
    let mut document = String::new();
    let units = |length: f64| (length * f64::from(SVG_UNITS)).round() as u32;
    let size = (units(scene.width), units(scene.height));
    let mut backend = SVGBackend::with_string(&mut document, size);
    let mut canvas = Canvas { backend: &mut backend, units: f64::from(SVG_UNITS) };
    canvas.rect((0, 0), (size.0 as i32, size.1 as i32), super::style::WHITE)?;
    canvas.draw(scene)?;
    drop(backend);

    let (_, marks) = document.split_once('\n').unwrap_or_default();
    let height = (scene.height * f64::from(width) / scene.width).round();
    let head = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" stroke-linejoin=\"round\" \
         xmlns=\"http://www.w3.org/2000/svg\">",
        size.0, size.1
    );
    Ok(format!("{head}\n{marks}").into_bytes())
}

/// The scene as a PNG image, so many pixels wide.
pub(super) fn png(scene: &Scene, width: u32) -> Result<Vec<u8>, PlotError> {
    let scale = f64::from(width) / scene.width;
    let height = (scene.height * scale).round() as u32;
    let mut pixels = Pixels::new(width, height).ok_or_else(|| PlotError::new("a picture has too many pixels"))?;
    Canvas { backend: &mut pixels, units: f64::from(pixels::UNITS) * scale }.draw(scene)?;
    palette::encode(pixels.data(), width, height, &named(scene))
}

/// The colors that something is drawn in, on white and before they blend at edges.
fn named(scene: &Scene) -> Vec<[u8; 3]> {
    let colors = scene.marks.iter().map(|mark| match mark {
        Mark::Line { color, .. }
        | Mark::Dashes { color, .. }
        | Mark::Fill { color, .. }
        | Mark::Disc { color, .. }
        | Mark::Marker { color, .. }
        | Mark::Text(Text { color, .. }) => color,
    });
    let on_white = |part: u8, opacity: f64| (255.0 - (255.0 - f64::from(part)) * opacity).round() as u8;
    colors.map(|color| [color.red, color.green, color.blue].map(|part| on_white(part, color.opacity))).collect()
}

/// A plotters backend, and how many of its units a pixel of the scene has.
struct Canvas<'b, B> {
    backend: &'b mut B,
    units: f64,
}

impl<B: DrawingBackend> Canvas<'_, B> {
    fn draw(&mut self, scene: &Scene) -> Result<(), PlotError> {
        scene.marks.iter().try_for_each(|mark| self.mark(mark))?;
        self.backend.present().map_err(PlotError::new)
    }

    fn mark(&mut self, mark: &Mark) -> Result<(), PlotError> {
        match mark {
            Mark::Line { points, width, color } => self.line(points, *width, *color),
            Mark::Dashes { from, to, width, color } => {
                strokes(*from, *to).iter().try_for_each(|stroke| self.line(stroke, *width, *color))
            }
            Mark::Fill { points, color } => self.fill(points, *color),
            Mark::Disc { center, radius, color } => {
                let (center, radius) = (self.place(*center), self.length(*radius));
                self.backend.draw_circle(center, radius, &shape(*color, 1), true).map_err(PlotError::new)
            }
            Mark::Marker { shape, at, radius, color } => {
                marker::parts(*shape, *at, *radius, *color).iter().try_for_each(|part| self.mark(part))
            }
            Mark::Text(text) => self.text(text),
        }
    }

    fn place(&self, (x, y): Point) -> (i32, i32) {
        ((x * self.units).round() as i32, (y * self.units).round() as i32)
    }

    fn places(&self, points: &[Point]) -> Vec<(i32, i32)> {
        points.iter().map(|point| self.place(*point)).collect()
    }

    fn length(&self, length: f64) -> u32 {
        (length * self.units).round().max(1.0) as u32
    }

    /// Never empty.
    fn rect(&mut self, from: (i32, i32), to: (i32, i32), color: Color) -> Result<(), PlotError> {
        let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
        self.backend.draw_rect(from, to, &shape(color, 1), true).map_err(PlotError::new)
    }

    fn line(&mut self, points: &[Point], width: f64, color: Color) -> Result<(), PlotError> {
        let mut places = self.places(points);
        places.dedup();
        self.backend.draw_path(places, &shape(color, self.length(width))).map_err(PlotError::new)
    }

    fn fill(&mut self, points: &[Point], color: Color) -> Result<(), PlotError> {
        let places = self.places(points);
        match places[..] {
            [] => Ok(()),
            [a, b, c, d] if a.1 == b.1 && b.0 == c.0 && c.1 == d.1 && d.0 == a.0 => self.rect(a, c, color),
            _ => self.backend.fill_polygon(places, &shape(color, 1)).map_err(PlotError::new),
        }
    }

    fn text(&mut self, text: &Text) -> Result<(), PlotError> {
        let shift = (pixels::BASELINE - HALF_CAPITAL) * text.size;
        let (x, y) = text.at;
        let (at, turn) = match text.upright {
            true => ((x - shift, y), FontTransform::Rotate270),
            false => ((x, y - shift), FontTransform::None),
        };
        let horizontal = match text.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = text.size * pixels::FONT_FACTOR * self.units;
        let color = rgba(text.color);
        let style = TextStyle::from(FontDesc::new(FontFamily::Name(font::FAMILY), size, weight).transform(turn))
            .color(&color)
            .pos(Pos::new(horizontal, VPos::Top));
        self.backend.draw_text(&printable(&text.text), &style, self.place(at)).map_err(PlotError::new)
    }
}

/// The text with a � for each character that has no shape and that XML cannot hold.
fn printable(text: &str) -> String {
    let is_printable = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_printable(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

fn rgba(color: Color) -> RGBAColor {
    RGBAColor(color.red, color.green, color.blue, color.opacity)
}

fn shape(color: Color, stroke_width: u32) -> ShapeStyle {
    ShapeStyle { color: rgba(color), filled: true, stroke_width }
}
