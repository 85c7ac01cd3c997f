//! From a [`Scene`] to PNG or SVG bytes, through plotters; the only file that knows plotters, fonts and image formats.
//!
//! A PNG is drawn at three times its size and averaged down, which smooths every edge alike. The same scene always gives the
//! same bytes: the font is embedded and nothing of the machine enters.

use std::sync::LazyLock;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle, register_font,
};

use super::scene::{Align, Mark, Point, Scene, Text};
use super::style::{Color, WHITE};
use super::{PlotError, palette};

/// The first is embedded in PNG; a viewer of an SVG without it takes the next.
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// Half the height of a capital letter in em: from a text's middle to its baseline.
const HALF_CAPITAL: f64 = 0.365;
/// How much larger a PNG is drawn than it becomes.
const OVERSAMPLING: u32 = 3;

static FONT_READY: LazyLock<bool> = LazyLock::new(|| {
    register_font(FONT, FontStyle::Normal, dejavu::sans::regular()).is_ok()
        && register_font(FONT, FontStyle::Bold, dejavu::sans::bold()).is_ok()
});

/// What differs between the two formats.
#[derive(Clone, Copy)]
struct Device {
    /// Device pixels per scene pixel.
    scale: f64,
    /// Whether a wide polyline must be drawn stroke by stroke, because the device fills its outline by the even-odd rule
    /// and a line that crosses itself would get holes.
    separate_strokes: bool,
    /// plotters' font size per em.
    font_factor: f64,
    /// From a top-anchored text's position to its baseline, in em.
    baseline: f64,
}

/// ab_glyph counts the size from ascender to descender: 2384 of 2048 units per em in DejaVu Sans; plotters puts the
/// baseline at half of it.
const BITMAP: Device =
    Device { scale: OVERSAMPLING as f64, separate_strokes: true, font_factor: 1.164, baseline: 0.582 };
/// plotters divides the size by 1.24 and moves top-anchored text down by 0.76 em.
const VECTOR: Device = Device { scale: 1.0, separate_strokes: false, font_factor: 1.24, baseline: 0.76 };

/// The width of a text in scene pixels; a rough guess should the font be unusable.
pub(super) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    // Measured at a large size, because plotters rounds down to whole pixels.
    const MEASURED: f64 = 1000.0;
    let measured = if *FONT_READY { font(MEASURED, bold).box_size(text).ok() } else { None };
    match measured {
        Some((width, _)) => f64::from(width) * size * BITMAP.font_factor / MEASURED,
        None => 0.6 * size * text.chars().count() as f64,
    }
}

/// The scene as an SVG document.
pub(super) fn svg(scene: &Scene) -> Result<Vec<u8>, PlotError> {
    let mut document = String::new();
    let mut backend = SVGBackend::with_string(&mut document, (scene.width as u32, scene.height as u32));
    draw(scene, &mut backend, VECTOR)?;
    drop(backend);
    Ok(document.into_bytes())
}

/// The scene as a PNG image.
pub(super) fn png(scene: &Scene) -> Result<Vec<u8>, PlotError> {
    let (width, height) = (scene.width as u32, scene.height as u32);
    let large = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut pixels = vec![255; large.0 as usize * large.1 as usize * 3];
    let mut backend = BitMapBackend::with_buffer(&mut pixels, large);
    draw(scene, &mut backend, BITMAP)?;
    drop(backend);

    palette::encode(&reduced(&pixels, width as usize), width, height)
}

/// Averages squares of [`OVERSAMPLING`] by [`OVERSAMPLING`] pixels; `width` is that of the result.
fn reduced(pixels: &[u8], width: usize) -> Vec<[u8; 3]> {
    const SIDE: usize = OVERSAMPLING as usize;
    const COUNT: u32 = OVERSAMPLING * OVERSAMPLING;
    let mut small = Vec::with_capacity(pixels.len() / 3 / COUNT as usize);
    let mut sums = vec![[0u32; 3]; width];
    for rows in pixels.chunks_exact(SIDE * SIDE * width * 3) {
        sums.fill([0; 3]);
        for row in rows.chunks_exact(SIDE * width * 3) {
            for (sum, square) in sums.iter_mut().zip(row.chunks_exact(SIDE * 3)) {
                for pixel in square.chunks_exact(3) {
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
                }
            }
        }
        small.extend(sums.iter().map(|sum| sum.map(|sum| ((sum + COUNT / 2) / COUNT) as u8)));
    }
    small
}

/// A plotters backend and its peculiarities.
struct Canvas<'b, B> {
    backend: &'b mut B,
    device: Device,
}

fn draw<B: DrawingBackend>(scene: &Scene, backend: &mut B, device: Device) -> Result<(), PlotError> {
    if !*FONT_READY {
        return Err(PlotError::new("the embedded font cannot be read"));
    }
    let mut canvas = Canvas { backend, device };
    let corner = canvas.place((scene.width, scene.height));
    canvas.rect((0, 0), corner, WHITE)?;
    for mark in &scene.marks {
        match mark {
            Mark::Line { points, width, color } => canvas.line(points, *width, *color)?,
            Mark::Fill { points, color } => canvas.fill(points, *color)?,
            Mark::Disc { center, radius, color } => canvas.disc(*center, *radius, *color)?,
            Mark::Text(text) => canvas.text(text)?,
        }
    }
    canvas.backend.present().map_err(PlotError::new)
}

impl<B: DrawingBackend> Canvas<'_, B> {
    fn place(&self, (x, y): Point) -> (i32, i32) {
        ((x * self.device.scale).round() as i32, (y * self.device.scale).round() as i32)
    }

    fn places(&self, points: &[Point]) -> Vec<(i32, i32)> {
        points.iter().map(|point| self.place(*point)).collect()
    }

    /// Up to, but without, the lower right corner's column and row; never empty.
    fn rect(&mut self, from: (i32, i32), to: (i32, i32), color: Color) -> Result<(), PlotError> {
        let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
        self.backend.draw_rect(from, to, &shape(color, 1), true).map_err(PlotError::new)
    }

    fn circle(&mut self, center: (i32, i32), radius: u32, color: Color) -> Result<(), PlotError> {
        self.backend.draw_circle(center, radius, &shape(color, 1), true).map_err(PlotError::new)
    }

    fn disc(&mut self, center: Point, radius: f64, color: Color) -> Result<(), PlotError> {
        self.circle(self.place(center), (radius * self.device.scale).round().max(1.0) as u32, color)
    }

    fn line(&mut self, points: &[Point], width: f64, color: Color) -> Result<(), PlotError> {
        let width = (width * self.device.scale).round().max(1.0) as u32;
        let mut places = self.places(points);
        places.dedup();
        if !self.device.separate_strokes {
            return self.backend.draw_path(places, &shape(color, width)).map_err(PlotError::new);
        }
        for pair in places.windows(2) {
            self.stroke(pair[0], pair[1], width, color)?;
        }
        // Round joints close the wedges between strokes.
        let joints = places.get(1..places.len().saturating_sub(1)).unwrap_or_default();
        joints.iter().try_for_each(|place| self.circle(*place, width / 2, color))
    }

    /// One stroke; upright and level ones as exact rectangles.
    fn stroke(&mut self, from: (i32, i32), to: (i32, i32), width: u32, color: Color) -> Result<(), PlotError> {
        let (before, after) = ((width / 2) as i32, (width - width / 2) as i32);
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        if left == right {
            self.rect((left - before, top), (right + after, bottom), color)
        } else if top == bottom {
            self.rect((left, top - before), (right, bottom + after), color)
        } else {
            self.backend.draw_line(from, to, &shape(color, width)).map_err(PlotError::new)
        }
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
        let shift = (self.device.baseline - HALF_CAPITAL) * text.size;
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
        let color = rgba(text.color);
        let size = text.size * self.device.font_factor * self.device.scale;
        let style =
            TextStyle::from(font(size, text.bold).transform(turn)).color(&color).pos(Pos::new(horizontal, VPos::Top));
        self.backend.draw_text(&text.text, &style, self.place(at)).map_err(PlotError::new)
    }
}

fn font(size: f64, bold: bool) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FONT), size, style)
}

fn rgba(color: Color) -> RGBAColor {
    RGBAColor(color.red, color.green, color.blue, color.opacity)
}

fn shape(color: Color, stroke_width: u32) -> ShapeStyle {
    ShapeStyle { color: rgba(color), filled: true, stroke_width }
}
