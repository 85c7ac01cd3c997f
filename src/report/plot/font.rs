//! The embedded font: how wide a text is, and its letters as coverage of pixels, each rasterized once.
//!
//! Knows nothing of scenes or colors. Coverage is computed in `f32` without fused operations or functions of the system, so that it is the same
//! on every machine.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ab_glyph::{Font as _, FontRef, Glyph, GlyphId, PxScale, point};

/// The first is embedded in PNG; a viewer of an SVG without it takes the next.
pub(super) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// A letter begins at one of so many places within a pixel.
const PHASES: i64 = 4;
/// Rasterized letters that are kept; far more than the plots of a study need.
const MAX_KEPT: usize = 1 << 14;

/// One weight of the font.
struct Face {
    font: FontRef<'static>,
    /// The font's own units per em.
    em: f64,
}

static FACES: LazyLock<Option<[Face; 2]>> =
    LazyLock::new(|| Some([face(dejavu::sans::regular())?, face(dejavu::sans::bold())?]));

fn face(bytes: &'static [u8]) -> Option<Face> {
    let font = FontRef::try_from_slice(bytes).ok()?;
    let em = font.units_per_em()?.into();
    Some(Face { font, em })
}

/// The width of a text in units of its size's unit.
pub(super) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    match pens(text, bold) {
        Some((_, width)) => width * size,
        // A rough guess, should the font be unusable.
        None => 0.6 * size * text.chars().count() as f64,
    }
}

/// Where each letter of a text begins, and where the text ends, in em.
fn pens(text: &str, bold: bool) -> Option<(Vec<(GlyphId, f64)>, f64)> {
    let Face { font, em } = &FACES.as_ref()?[usize::from(bold)];
    let mut pens = Vec::with_capacity(text.len());
    let mut end = 0.0;
    let mut last = None;
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        if let Some(last) = last {
            end += f64::from(font.kern_unscaled(last, id));
        }
        pens.push((id, end / em));
        end += f64::from(font.h_advance_unscaled(id));
        last = Some(id);
    }
    Some((pens, end / em))
}

/// A rasterized letter.
pub(super) struct Stencil {
    /// The column of its first pixel, from the whole pixel at which the letter begins.
    left: i32,
    /// The row of its first pixel, from the baseline, downwards.
    pub(super) top: i32,
    pub(super) width: usize,
    /// Row by row, 0 to 255.
    pub(super) coverage: Vec<u8>,
}

/// The letters of a text whose em has `size` pixels and that begins at `start` along its baseline: the column of each one's first
/// pixel, and its pixels. `None` should the font be unusable.
pub(super) fn stencils(text: &str, size: f64, bold: bool, start: f64) -> Option<Vec<(i32, Arc<Stencil>)>> {
    let (pens, _) = pens(text, bold)?;
    let placed = pens.into_iter().map(|(id, pen)| {
        let place = ((start + pen * size) * PHASES as f64).round() as i64;
        let stencil = stencil(Key { id: id.0, bold, size: size.to_bits(), phase: place.rem_euclid(PHASES) });
        (place.div_euclid(PHASES) as i32 + stencil.left, stencil)
    });
    Some(placed.collect())
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    id: u16,
    bold: bool,
    size: u64,
    phase: i64,
}

fn stencil(key: Key) -> Arc<Stencil> {
    static KEPT: LazyLock<Mutex<HashMap<Key, Arc<Stencil>>>> = LazyLock::new(Mutex::default);
    // Whoever panicked while holding it left it whole.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MAX_KEPT {
        kept.clear();
    }
    kept.entry(key).or_insert_with(|| Arc::new(rasterized(key))).clone()
}

fn rasterized(key: Key) -> Stencil {
    let outline = FACES.as_ref().and_then(|faces| {
        let Face { font, em } = &faces[usize::from(key.bold)];
        // ab_glyph counts the size from ascender to descender.
        let scale = PxScale::from((f64::from_bits(key.size) * f64::from(font.height_unscaled()) / em) as f32);
        let position = point(key.phase as f32 / PHASES as f32, 0.0);
        font.outline_glyph(Glyph { id: GlyphId(key.id), scale, position })
    });
    let Some(outline) = outline else { return Stencil { left: 0, top: 0, width: 0, coverage: Vec::new() } };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as usize, bounds.height() as usize);
    let mut coverage = vec![0; width * height];
    outline.draw(|x, y, share| {
        if let Some(pixel) = coverage.get_mut(y as usize * width + x as usize) {
            *pixel = (share.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    Stencil { left: bounds.min.x as i32, top: bounds.min.y as i32, width, coverage }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_letters() {
        let letter = text_width("n", 100.0, false);
        assert!((letter - 63.4).abs() < 0.1, "{letter}");
        assert!((text_width("nnnn", 100.0, false) - 4.0 * letter).abs() < 1e-9);
        assert!(text_width("n", 100.0, true) > letter);
        assert_eq!(text_width("", 100.0, false), 0.0);
    }

    #[test]
    fn a_letter_lies_where_its_text_says() {
        // The bar of an l is about 9% of an em wide, 76% high, and begins about 9% to the right.
        for start in [10.0, 10.25, 10.5] {
            let letters = stencils("l", 100.0, false, start).unwrap();
            let (left, stencil) = &letters[0];
            let covered: f64 = stencil.coverage.iter().map(|share| f64::from(*share) / 255.0).sum();
            assert!((covered - 9.0 * 76.0).abs() < 15.0, "{covered}");
            let center: f64 = stencil.coverage[..stencil.width]
                .iter()
                .zip(*left..)
                .map(|(share, x)| f64::from(*share) * (f64::from(x) + 0.5))
                .sum::<f64>()
                / stencil.coverage[..stencil.width].iter().map(|share| f64::from(*share)).sum::<f64>();
            assert!((center - start - 13.9).abs() < 0.2, "{start}: {center}");
            assert_eq!(stencil.top, -76);
        }
    }
}
