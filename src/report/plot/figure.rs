//! [`Figure`]: a scene with the title of its study at the top, notes at the bottom and a legend at the right.

use super::font;
use super::scale::Tick;
use super::scene::{Point, Rect, Scene, Shape, Text};
use super::style::{
    Color, FRAME, LINE, MARKER, NOTE_SIZE, QUIET_TEXT, SHADES, TEXT, THIN, TICK_SIZE, TITLE_SIZE, WHITE,
    category_color, line_color,
};
use crate::record::Study;

/// The width of every figure; shown at about half of it.
pub(super) const WIDTH: f64 = 1600.0;
const MARGIN: f64 = 28.0;
/// From one line of a legend to the next.
const ROW: f64 = 36.0;
const KEY: f64 = 46.0;
/// Below a title, beside the distance of lines.
const TITLE_GAP: f64 = 2.0;
/// The height of a color scale.
const BAR: f64 = 400.0;

/// What stands left of a legend's text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Line(Color),
    Dashes(Color),
    Marker(Shape, Color),
    /// A line that ends in a marker.
    Ending(Color, Shape, Color),
    /// A line with a marker on its way.
    Through(Color, Shape, Color),
    /// An arrow head, and dashes to where the line would end.
    Leaving(Color),
    Swatch(Color),
    /// A swatch with a marker on it.
    MarkedSwatch(Color, Shape, Color),
    /// A disc with a rim, on a swatch.
    Rimmed(Color, Color, Color),
    /// A swatch with a white corner.
    Folded(Color),
    /// An upright line.
    Upright(Color),
    /// An upright line on a swatch.
    Spread(Color, Color),
    /// An upright line between two short ones.
    Whisker(Color),
    /// An empty frame.
    Outline,
    Star(Color),
}

/// The texts and colors at the right of a figure.
#[derive(Debug, Default)]
pub(super) struct Legend {
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    Entries { title: String, entries: Vec<(Key, String)> },
    Colors { title: String, ticks: Vec<Tick>, color: fn(f64) -> Color },
}

impl Legend {
    /// Adds entries below a title, which may be empty; nothing when there are no entries.
    pub(super) fn entries(&mut self, title: &str, entries: Vec<(Key, String)>) {
        if !entries.is_empty() {
            self.blocks.push(Block::Entries { title: title.to_owned(), entries });
        }
    }

    /// Adds a color scale.
    pub(super) fn colors(&mut self, title: &str, ticks: Vec<Tick>, color: fn(f64) -> Color) {
        self.blocks.push(Block::Colors { title: title.to_owned(), ticks, color });
    }

    /// The height it needs.
    pub(super) fn height(&self) -> f64 {
        let title = |title: &str| if title.is_empty() { 0.0 } else { ROW + TITLE_GAP };
        let block = |block: &Block| match block {
            Block::Entries { title: text, entries } => title(text) + ROW * entries.len() as f64,
            Block::Colors { title: text, .. } => title(text) + BAR + ROW,
        };
        self.blocks.iter().map(|one| block(one) + 0.5 * ROW).sum()
    }

    fn width(&self) -> f64 {
        let width = |text: &str, bold| font::text_width(text, TICK_SIZE, bold);
        let widths = self.blocks.iter().flat_map(|block| match block {
            Block::Entries { title, entries } => {
                let texts = entries.iter().map(|(_, text)| KEY + width(text, false));
                texts.chain([width(title, true)]).collect::<Vec<_>>()
            }
            Block::Colors { title, .. } => vec![width(title, true), 150.0],
        });
        widths.fold(0.0, f64::max)
    }
}

/// A picture of a study.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) scene: Scene,
    /// What is left for panels.
    pub(super) body: Rect,
}

impl Figure {
    /// A figure of this height with the study's name and description above; `topic` says what it shows.
    pub(super) fn new(study: &Study, topic: &str, height: f64) -> Figure {
        let mut scene = Scene::new(WIDTH, height);
        let width = WIDTH - 2.0 * MARGIN;
        let mut y = MARGIN + 16.0;
        let name = if study.name.is_empty() { topic.to_owned() } else { format!("{}: {topic}", study.name) };
        let title = wrapped(&name, TITLE_SIZE, true, width, 1).into_iter().next().unwrap_or_default();
        scene.text(Text::new(title, (MARGIN, y), TITLE_SIZE, TEXT).bold());
        for line in wrapped(&study.description, TICK_SIZE, false, width, 2) {
            y += 38.0;
            scene.text(Text::new(line, (MARGIN, y), TICK_SIZE, QUIET_TEXT));
        }
        scene.end_title(y + 46.0 - MARGIN);
        let body = Rect { left: MARGIN, top: y + 46.0, right: WIDTH - MARGIN, bottom: height - MARGIN };
        Figure { scene, body }
    }

    /// Writes sentences at the bottom, small.
    pub(super) fn notes(&mut self, notes: &[String]) {
        let lines = wrapped(&notes.join(" "), NOTE_SIZE, false, WIDTH - 2.0 * MARGIN, 3);
        for line in lines.iter().rev() {
            let at = (MARGIN, self.body.bottom - 10.0);
            self.scene.text(Text::new(line, at, NOTE_SIZE, QUIET_TEXT));
            self.body.bottom -= 31.0;
        }
    }

    /// Draws a legend at the right; the body becomes narrower by it.
    pub(super) fn legend(&mut self, legend: &Legend) {
        if legend.blocks.is_empty() {
            return;
        }
        self.scene.legend.start = self.scene.marks.len();
        let left = self.body.right - legend.width();
        let mut y = self.body.top + 16.0;
        for block in &legend.blocks {
            match block {
                Block::Entries { title, entries } => {
                    y = self.block_title(title, left, y);
                    for (key, text) in entries {
                        self.key(*key, (left, y));
                        self.scene.text(Text::new(text, (left + KEY, y), TICK_SIZE, TEXT));
                        y += ROW;
                    }
                }
                Block::Colors { title, ticks, color } => {
                    y = self.block_title(title, left, y);
                    self.color_bar(ticks, *color, Rect { left, top: y, right: left + 30.0, bottom: y + BAR });
                    y += BAR + ROW;
                }
            }
            y += 0.5 * ROW;
        }
        self.scene.legend.end = self.scene.marks.len();
        self.body.right = left - 36.0;
    }

    fn block_title(&mut self, title: &str, left: f64, y: f64) -> f64 {
        if title.is_empty() {
            return y;
        }
        self.scene.text(Text::new(title, (left, y), TICK_SIZE, TEXT).bold());
        y + ROW + TITLE_GAP
    }

    fn color_bar(&mut self, ticks: &[Tick], color: fn(f64) -> Color, bar: Rect) {
        let height = bar.height() / SHADES as f64;
        for step in 0..SHADES {
            let bottom = bar.bottom - step as f64 * height;
            let share = (step as f64 + 0.5) / SHADES as f64;
            self.scene.rect(Rect { top: bottom - height, bottom, ..bar }, color(share));
        }
        self.scene.outline(bar, THIN, FRAME);
        let mut taken: Option<f64> = None;
        for tick in ticks.iter().filter(|tick| !tick.label.is_empty()) {
            let y = bar.bottom - tick.fraction * bar.height();
            if taken.is_some_and(|other| (other - y).abs() < TICK_SIZE) {
                continue;
            }
            taken = Some(y);
            self.scene.line(vec![(bar.right, y), (bar.right + 8.0, y)], THIN, FRAME);
            self.scene.text(Text::new(&tick.label, (bar.right + 14.0, y), TICK_SIZE, TEXT));
        }
    }

    fn key(&mut self, key: Key, (left, y): Point) {
        let (right, middle) = (left + KEY - 12.0, left + (KEY - 12.0) / 2.0);
        let swatch = Rect { left: middle - 15.0, right: middle + 15.0, top: y - 12.0, bottom: y + 12.0 };
        match key {
            Key::Line(color) => self.scene.line(vec![(left, y), (right, y)], LINE, color),
            Key::Dashes(color) => self.scene.dashes((left, y), (right, y), 0.8 * LINE, color),
            Key::Marker(shape, color) => self.scene.marker(shape, (middle, y), MARKER, color),
            Key::Ending(line, shape, color) => {
                self.scene.line(vec![(left, y), (right - MARKER, y)], LINE, line);
                self.scene.marker(shape, (right - MARKER, y), MARKER, color);
            }
            Key::Through(line, shape, color) => {
                self.scene.line(vec![(left, y), (right, y)], LINE, line);
                self.scene.marker(shape, (middle, y), MARKER, color);
            }
            Key::Leaving(color) => {
                self.scene.dashes((left + MARKER, y), (right, y), 0.6 * LINE, color);
                self.scene.marker(Shape::Up, (left + MARKER, y), 0.9 * MARKER, color);
            }
            Key::Swatch(color) => {
                self.scene.rect(swatch, color);
                self.scene.outline(swatch, THIN, FRAME);
            }
            Key::MarkedSwatch(color, shape, mark) => {
                self.scene.rect(swatch, color);
                self.scene.marker(shape, swatch.center(), 0.8 * MARKER, mark);
            }
            Key::Rimmed(color, disc, rim) => {
                self.scene.rect(swatch, color);
                self.scene.disc(swatch.center(), MARKER, rim);
                self.scene.disc(swatch.center(), 0.65 * MARKER, disc);
            }
            Key::Folded(color) => {
                self.scene.rect(swatch, color);
                let Rect { top, right, .. } = swatch;
                self.scene.fill(vec![(right - 11.0, top), (right, top), (right, top + 11.0)], WHITE);
            }
            Key::Upright(color) => self.scene.line(vec![(middle, y - 12.0), (middle, y + 12.0)], 2.0, color),
            Key::Spread(ground, color) => {
                self.scene.rect(swatch, ground);
                self.scene.line(vec![(middle, y - 12.0), (middle, y + 12.0)], 2.0, color);
            }
            Key::Whisker(color) => {
                self.scene.line(vec![(middle, y - 12.0), (middle, y + 12.0)], 2.5, color);
                for end in [y - 12.0, y + 12.0] {
                    self.scene.line(vec![(middle - 7.0, end), (middle + 7.0, end)], 2.5, color);
                }
            }
            Key::Outline => self.scene.outline(swatch, LINE, TEXT),
            Key::Star(color) => self.scene.star((middle, y), 1.4 * MARKER, color),
        }
    }
}

/// Breaks a text into at most `most` lines of this width; what does not fit ends in an ellipsis.
pub(super) fn wrapped(text: &str, size: f64, bold: bool, width: f64, most: usize) -> Vec<String> {
    let fits = |line: &str| font::text_width(line, size, bold) <= width;
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(2000).collect();
    let mut lines: Vec<String> = Vec::new();
    for word in clean.split_whitespace() {
        match lines.last_mut() {
            Some(line) if fits(&format!("{line} {word}")) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let cut = lines.len() > most;
    lines.truncate(most);
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        if !fits(line) || (cut && index == last) {
            while !line.is_empty() && !fits(&format!("{line}…")) {
                line.pop();
            }
            line.push('…');
        }
    }
    lines
}

/// Colors for the lines of a picture: from dark to light for things in order, else colors as unlike as can be.
pub(super) fn line_colors(ordered: bool, count: usize) -> Vec<Color> {
    let color = |index| if ordered { ordered_color(index, count) } else { category_color(index) };
    (0..count).map(color).collect()
}

/// Colors for things in order: dark to light.
pub(super) fn ordered_color(index: usize, count: usize) -> Color {
    line_color(if count < 2 { 0.3 } else { index as f64 / (count - 1) as f64 })
}
