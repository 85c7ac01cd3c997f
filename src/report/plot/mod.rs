//! Plots of a study: results in, bytes out.
//!
//! Each plot is one file that turns a [`Study`] into a scene of simple marks; `render` and `pixels` alone know plotters, `font` alone
//! letters, `palette` alone PNG. A plot that makes no sense for a study (steps against batch size with a single batch size) is left out.
//! Equal studies give equal bytes.

mod basins;
mod batch;
mod boundary;
mod bowl;
mod cells;
mod compare;
mod curves;
mod dots;
mod figure;
mod font;
mod heatmap;
mod line;
mod loss;
mod marker;
mod palette;
mod panel;
mod pixels;
mod quantity;
mod render;
mod scale;
mod scene;
mod seeds;
mod shades;
mod steps;
mod strips;
mod style;
#[cfg(test)]
mod tests;

use std::fmt;

use rayon::prelude::*;

use self::cells::Cells;
use self::scene::Scene;
use crate::record::Study;

/// How a plot is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Pixels, 1600 wide.
    Png,
    /// Vectors.
    Svg,
}

impl Format {
    /// The ending of file names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
        }
    }
}

/// How pictures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Pixels or vectors.
    pub format: Format,
    /// In pixels; text and lines grow with it.
    pub width: u32,
    /// Whether the name and the description of the study stand above.
    pub title: bool,
}

impl Look {
    /// The least width, below which no text can be read.
    pub const MIN_WIDTH: u32 = 400;
    /// The usual width.
    pub const WIDTH: u32 = figure::WIDTH as u32;
    /// The greatest width.
    pub const MAX_WIDTH: u32 = 8000;
}

impl From<Format> for Look {
    fn from(format: Format) -> Look {
        Look { format, width: Look::WIDTH, title: true }
    }
}

/// A plot could not be drawn or encoded.
#[derive(Debug)]
pub struct PlotError {
    cause: String,
}

impl PlotError {
    fn new(cause: impl fmt::Display) -> PlotError {
        PlotError { cause: cause.to_string() }
    }
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot draw a plot: {}", self.cause)
    }
}

impl std::error::Error for PlotError {}

/// A way to draw a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// Loss or optimality gap against the step.
    Loss,
    /// Steps to convergence against the learning rate.
    Steps,
    /// Steps to convergence against the batch size, everything else tuned.
    Batch,
    /// Steps to convergence over two settings.
    Heatmap,
    /// The first steps on the loss curve of a one-parameter problem.
    Bowl,
    /// Which minimum each starting point leads to.
    Basins,
    /// What networks make of the plane, after some epochs.
    Boundary,
    /// How runs spread that differ only in their seed.
    Seeds,
}

impl Plot {
    /// All of them, in the order in which they are written.
    pub const ALL: [Plot; 8] =
        [Plot::Loss, Plot::Steps, Plot::Batch, Plot::Heatmap, Plot::Bowl, Plot::Basins, Plot::Boundary, Plot::Seeds];

    /// The name of its file, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Plot::Loss => "loss",
            Plot::Steps => "steps",
            Plot::Batch => "batch",
            Plot::Heatmap => "heatmap",
            Plot::Bowl => "bowl",
            Plot::Basins => "basins",
            Plot::Boundary => "boundary",
            Plot::Seeds => "seeds",
        }
    }

    fn scene(self, cells: &Cells) -> Option<Scene> {
        match self {
            Plot::Loss => loss::scene(cells),
            Plot::Steps => steps::scene(cells),
            Plot::Batch => batch::scene(cells),
            Plot::Heatmap => heatmap::scene(cells),
            Plot::Bowl => bowl::scene(cells),
            Plot::Basins => basins::scene(cells),
            Plot::Boundary => boundary::scene(cells),
            Plot::Seeds => seeds::scene(cells),
        }
    }
}

/// One plot of a study; `None` when it makes no sense for this study.
///
/// # Errors
/// When the drawing or the image encoder fails, which no study should cause.
pub fn plot(study: &Study, plot: Plot, look: impl Into<Look>) -> Result<Option<Vec<u8>>, PlotError> {
    plot.scene(&Cells::new(study)).map(|scene| encode(scene, look.into())).transpose()
}

/// Every plot that makes sense for a study, as file names and their contents; drawn by all threads of the pool.
///
/// # Errors
/// When the drawing or the image encoder fails, which no study should cause.
pub fn plots(study: &Study, look: impl Into<Look>) -> Result<Vec<(String, Vec<u8>)>, PlotError> {
    let look = look.into();
    let cells = Cells::new(study);
    let drawn = Plot::ALL.into_par_iter().map(|plot| file(plot.name(), plot.scene(&cells), look));
    drawn.filter_map(Result::transpose).collect()
}

/// The plots of two studies with these names, one drawn over the other, as file names and their contents.
///
/// # Errors
/// When the drawing or the image encoder fails, which no study should cause.
pub fn overlays(
    studies: [&Study; 2],
    names: [&str; 2],
    look: impl Into<Look>,
) -> Result<Vec<(String, Vec<u8>)>, PlotError> {
    let look = look.into();
    let pair = compare::Pair { cells: studies.map(Cells::new), names };
    [("steps", compare::steps(&pair)), ("loss", compare::loss(&pair))]
        .into_iter()
        .filter_map(|(name, scene)| file(name, scene, look).transpose())
        .collect()
}

/// A picture's file name and contents.
fn file(name: &str, scene: Option<Scene>, look: Look) -> Result<Option<(String, Vec<u8>)>, PlotError> {
    let Some(scene) = scene else { return Ok(None) };
    Ok(Some((format!("{name}.{}", look.format.extension()), encode(scene, look)?)))
}

fn encode(scene: Scene, look: Look) -> Result<Vec<u8>, PlotError> {
    let scene = if look.title { scene } else { scene.without_title() };
    match look.format {
        Format::Png => render::png(&scene, look.width),
        Format::Svg => render::svg(&scene, look.width),
    }
}
