//! The look shared by all plots: colors, text sizes, and how the names of axes are written.
//!
//! Lengths are in pixels of a 1600 pixel wide picture that is usually shown at half that width.
//! Knows nothing of scenes or studies.

use crate::outcome::Status;

/// A color with opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Color {
    pub(super) red: u8,
    pub(super) green: u8,
    pub(super) blue: u8,
    /// From 0 (invisible) to 1.
    pub(super) opacity: f64,
}

impl Color {
    const fn new(red: u8, green: u8, blue: u8) -> Color {
        Color { red, green, blue, opacity: 1.0 }
    }

    /// The same hue, seen through.
    pub(super) const fn faded(self, opacity: f64) -> Color {
        Color { opacity, ..self }
    }

    /// Whether dark text is easier to read on it than white text (luminance by ITU-R BT.601).
    pub(super) fn is_light(self) -> bool {
        299 * u32::from(self.red) + 587 * u32::from(self.green) + 114 * u32::from(self.blue) > 140_000
    }
}

pub(super) const WHITE: Color = Color::new(255, 255, 255);
pub(super) const TEXT: Color = Color::new(34, 34, 34);
pub(super) const QUIET_TEXT: Color = Color::new(96, 96, 96);
pub(super) const FRAME: Color = Color::new(120, 120, 120);
pub(super) const GRID: Color = Color::new(226, 226, 226);
pub(super) const FINE_GRID: Color = Color::new(243, 243, 243);
pub(super) const STRIP: Color = Color::new(247, 247, 247);
pub(super) const REFERENCE: Color = Color::new(110, 110, 110);

// Three of the colors of Okabe and Ito (Color Universal Design, 2008) say how a run ended; they stand for nothing else.
pub(super) const CONVERGED: Color = Color::new(0, 114, 178);
pub(super) const EXHAUSTED: Color = Color::new(230, 159, 0);
pub(super) const DIVERGED: Color = Color::new(213, 94, 0);
/// The best of a row or line.
pub(super) const BEST: Color = Color::new(0, 158, 115);

/// The color of a status.
pub(super) fn status_color(status: Status) -> Color {
    match status {
        Status::Converged => CONVERGED,
        Status::Exhausted => EXHAUSTED,
        Status::Diverged => DIVERGED,
        Status::Failed | Status::Unknown => QUIET_TEXT,
    }
}

/// Seventeen evenly spaced samples of the viridis color map (Smith and van der Walt, 2015, CC0).
const VIRIDIS: [(u8, u8, u8); 17] = [
    (68, 1, 84),
    (72, 24, 106),
    (71, 45, 123),
    (66, 64, 134),
    (59, 82, 139),
    (51, 99, 141),
    (44, 114, 142),
    (38, 130, 142),
    (33, 145, 140),
    (31, 160, 136),
    (40, 174, 128),
    (63, 188, 115),
    (94, 201, 98),
    (132, 212, 75),
    (173, 220, 48),
    (216, 226, 25),
    (253, 231, 37),
];

/// How many shades a color scale has.
pub(super) const SHADES: usize = 100;

/// The middle of the shade that a share belongs to.
pub(super) fn stepped(share: f64) -> f64 {
    let shade = ((share.clamp(0.0, 1.0) * SHADES as f64) as usize).min(SHADES - 1);
    (shade as f64 + 0.5) / SHADES as f64
}

/// The viridis color at `fraction` in 0..=1; anything else is clamped.
pub(super) fn viridis(fraction: f64) -> Color {
    let last = VIRIDIS.len() - 1;
    let place = fraction.clamp(0.0, 1.0) * last as f64;
    let below = (place as usize).min(last - 1);
    let share = place - below as f64;
    let (from, to) = (VIRIDIS[below], VIRIDIS[below + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    Color::new(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The part of viridis that is dark enough for a line on white.
pub(super) fn line_color(fraction: f64) -> Color {
    viridis(0.88 * fraction.clamp(0.0, 1.0))
}

/// Colors without an order, for eyes of every kind: the muted scheme of Paul Tol (Colour schemes, SRON technical note, 2021), and
/// a dark gray.
const CATEGORIES: [Color; MOST_CATEGORIES] = [
    Color::new(51, 34, 136),
    Color::new(204, 102, 119),
    Color::new(68, 170, 153),
    Color::new(170, 68, 153),
    Color::new(153, 153, 51),
    Color::new(136, 34, 85),
    Color::new(136, 204, 238),
    Color::new(17, 119, 51),
    Color::new(221, 204, 119),
    Color::new(60, 60, 60),
];

/// So many things without an order can be told apart by color.
pub(super) const MOST_CATEGORIES: usize = 10;

/// The color of a thing that has no order among the others.
pub(super) fn category_color(index: usize) -> Color {
    CATEGORIES[index % MOST_CATEGORIES]
}

/// Orange, light gray and blue as on the Playground's page.
const CLASSES: [(u8, u8, u8); 3] = [(245, 147, 34), (232, 234, 235), (8, 119, 189)];

/// The color between one class (0) and the other (1).
pub(super) fn between_classes(share: f64) -> Color {
    let place = 2.0 * share.clamp(0.0, 1.0);
    let (from, to) = if place < 1.0 { (CLASSES[0], CLASSES[1]) } else { (CLASSES[1], CLASSES[2]) };
    let part = if place < 1.0 { place } else { place - 1.0 };
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    Color::new(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

pub(super) const TITLE_SIZE: f64 = 34.0;
pub(super) const LABEL_SIZE: f64 = 26.0;
pub(super) const TICK_SIZE: f64 = 23.0;
pub(super) const NOTE_SIZE: f64 = 21.0;

/// Width of a curve.
pub(super) const LINE: f64 = 3.6;
/// Width of frames and grid lines.
pub(super) const THIN: f64 = 1.5;
/// Radius of a marker.
pub(super) const MARKER: f64 = 8.0;

/// The longest text of a value or a name in a legend, in characters.
const LONGEST: usize = 24;

/// The last part of a dotted path in words: `optimizer.momentum` becomes `momentum`.
pub(super) fn axis_name(path: &str) -> String {
    shortened(&path.rsplit('.').next().unwrap_or(path).replace('_', " "))
}

/// At most [`LONGEST`] characters; control characters, which SVG cannot hold, become spaces.
pub(super) fn shortened(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    if text.chars().count() <= LONGEST { clean.collect() } else { clean.take(LONGEST - 1).chain(['…']).collect() }
}
