//! [`Pixels`]: a plotters backend that draws into memory with tiny-skia, smooth at the edges.
//!
//! Its coordinates are [`UNITS`] per pixel. What is straight and parallel to an axis is moved to whole pixels, so that frames and grid
//! lines are sharp and rectangles side by side leave no seam. tiny-skia is built without its `simd` feature, whose approximate reciprocals
//! differ from machine to machine; without it every operation is exact IEEE arithmetic, and so are the pixels. Knows nothing of scenes.

use std::convert::Infallible;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};
use tiny_skia::{FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::font;

/// Units of a coordinate per pixel.
pub(super) const UNITS: i32 = 64;

/// A picture in memory, white at first.
pub(super) struct Pixels {
    map: Pixmap,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Pixels {
    /// `None` for a size of zero, or one beyond all bounds.
    pub(super) fn new(width: u32, height: u32) -> Option<Pixels> {
        let mut map = Pixmap::new(width, height)?;
        map.fill(tiny_skia::Color::WHITE);
        Some(Pixels { map })
    }

    /// Red, green, blue and 255 of each pixel, row by row.
    pub(super) fn data(&self) -> &[u8] {
        self.map.data()
    }

    fn fill(&mut self, path: Option<Path>, color: BackendColor) -> Drawn {
        if let Some(path) = path {
            self.map.fill_path(&path, &paint(color), FillRule::Winding, Transform::identity(), None);
        }
        Ok(())
    }

    /// A line of upright and level strokes, each on whole pixels.
    fn sharp(&mut self, points: &[BackendCoord], width: f32, color: BackendColor) -> Drawn {
        let width = width.round().max(1.0);
        let before = |place: f32| (place - width / 2.0).round();
        let closed = points.first() == points.last();
        let mut path = PathBuilder::new();
        for (index, pair) in points.windows(2).enumerate() {
            let (from, to) = (place(pair[0]), place(pair[1]));
            // Where the line goes on around a corner, the stroke fills the corner.
            let (goes_on, came_on) = (closed || index + 2 < points.len(), closed || index > 0);
            let stroke = |from: f32, to: f32, across: f32| {
                let (low, high, at_low, at_high) =
                    if from <= to { (from, to, came_on, goes_on) } else { (to, from, goes_on, came_on) };
                let low = if at_low { before(low) } else { low.round() };
                let high = if at_high { before(high) + width } else { high.round() };
                (low, high.max(low), before(across), before(across) + width)
            };
            let (left, right, top, bottom) = if from.1 == to.1 {
                stroke(from.0, to.0, from.1)
            } else {
                let (top, bottom, left, right) = stroke(from.1, to.1, from.0);
                (left, right, top, bottom)
            };
            if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
                path.push_rect(rect);
            }
        }
        if let Some(path) = path.finish() {
            let whole_pixels = Paint { anti_alias: false, ..paint(color) };
            self.map.fill_path(&path, &whole_pixels, FillRule::Winding, Transform::identity(), None);
        }
        Ok(())
    }

    /// Paints a rectangle of whole pixels with an opaque color.
    fn cover(&mut self, rect: Rect, BackendColor { rgb: (red, green, blue), .. }: BackendColor) {
        let (width, height) = (self.map.width() as usize, self.map.height() as usize);
        // A cast of a negative number is zero.
        let (left, right) = (rect.left() as usize, (rect.right() as usize).min(width));
        let (top, bottom) = (rect.top() as usize, (rect.bottom() as usize).min(height));
        let pixels = self.map.data_mut().as_chunks_mut::<4>().0;
        for row in pixels.chunks_exact_mut(width).take(bottom).skip(top) {
            row[left.min(right)..right].fill([red, green, blue, 255]);
        }
    }

    /// Lays color over the pixel, as far as it is covered (0 to 255).
    fn blend(&mut self, x: i32, y: i32, (red, green, blue): (u8, u8, u8), coverage: u32) {
        let (width, height) = (self.map.width(), self.map.height());
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if coverage == 0 || x >= width || y >= height {
            return;
        }
        let at = 4 * (y as usize * width as usize + x as usize);
        for (below, above) in self.map.data_mut()[at..at + 3].iter_mut().zip([red, green, blue]) {
            *below = ((u32::from(*below) * (255 - coverage) + u32::from(above) * coverage + 127) / 255) as u8;
        }
    }
}

impl DrawingBackend for Pixels {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.map.width() * UNITS as u32, self.map.height() * UNITS as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.blend(x.div_euclid(UNITS), y.div_euclid(UNITS), color.rgb, alpha(color));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.draw_path([from, (to.0, from.1), to, (from.0, to.1), from], style);
        }
        let (from, to) = (place(from), place(to));
        let (left, top) = (from.0.round(), from.1.round());
        let (right, bottom) = (to.0.round().max(left + 1.0), to.1.round().max(top + 1.0));
        let Some(rect) = Rect::from_ltrb(left, top, right, bottom) else { return Ok(()) };
        if alpha(style.color()) == 255 {
            self.cover(rect, style.color());
        } else {
            self.map.fill_rect(rect, &paint(style.color()), Transform::identity(), None);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let points: Vec<BackendCoord> = points.into_iter().collect();
        let width = style.stroke_width() as f32 / UNITS as f32;
        if points.windows(2).all(|pair| pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1) {
            return self.sharp(&points, width, style.color());
        }
        let stroke = Stroke { width, line_join: LineJoin::Round, ..Stroke::default() };
        if let Some(path) = path(&points, points.first() == points.last()) {
            self.map.stroke_path(&path, &paint(style.color()), &stroke, Transform::identity(), None);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let (x, y) = place(center);
        let Some(circle) = PathBuilder::from_circle(x, y, radius as f32 / UNITS as f32) else { return Ok(()) };
        if fill {
            return self.fill(Some(circle), style.color());
        }
        let stroke = Stroke { width: style.stroke_width() as f32 / UNITS as f32, ..Stroke::default() };
        self.map.stroke_path(&circle, &paint(style.color()), &stroke, Transform::identity(), None);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let points: Vec<BackendCoord> = points.into_iter().collect();
        self.fill(path(&points, true), style.color())
    }

    /// Of the vertical anchors only the baseline is known, which is where plotters' SVG has it: 0.76 em below the top.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let units = f64::from(UNITS);
        let size = style.size() / FONT_FACTOR / units;
        let bold = matches!(style.style(), FontStyle::Bold);
        let upright = matches!(style.transform(), FontTransform::Rotate270);
        let (x, y) = (f64::from(at.0) / units, f64::from(at.1) / units);
        // Along the text, and across it downwards.
        let (along, across) = if upright { (-y, x) } else { (x, y) };
        let before = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let start = along - before * font::text_width(text, size, bold);
        let baseline = (across + BASELINE * size).round() as i32;
        let color = style.color();
        for (left, stencil) in font::stencils(text, size, bold, start).unwrap_or_default() {
            let rows = stencil.coverage.chunks_exact(stencil.width.max(1));
            for (v, row) in (baseline + stencil.top..).zip(rows) {
                for (u, covered) in (left..).zip(row) {
                    let (x, y) = if upright { (v, -u - 1) } else { (u, v) };
                    self.blend(x, y, color.rgb, (u32::from(*covered) * alpha(color) + 127) / 255);
                }
            }
        }
        Ok(())
    }
}

/// plotters' font size per em, as in its SVG.
pub(super) const FONT_FACTOR: f64 = 1.24;
/// From the top of a text to its baseline in em, as in plotters' SVG.
pub(super) const BASELINE: f64 = 0.76;

/// A place in pixels.
fn place((x, y): BackendCoord) -> (f32, f32) {
    (x as f32 / UNITS as f32, y as f32 / UNITS as f32)
}

fn path(points: &[BackendCoord], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::with_capacity(points.len() + 1, points.len());
    let mut places = points.iter().map(|point| place(*point));
    let (x, y) = places.next()?;
    path.move_to(x, y);
    places.for_each(|(x, y)| path.line_to(x, y));
    if closed {
        path.close();
    }
    path.finish()
}

fn alpha(color: BackendColor) -> u32 {
    (color.alpha.clamp(0.0, 1.0) * 255.0).round() as u32
}

fn paint(color: BackendColor) -> Paint<'static> {
    let (red, green, blue) = color.rgb;
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, alpha(color) as u8);
    paint
}
