//! How plots are asked for: format, width, title.

use crate::report::plot::{Format, Look};

/// How plots look.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct LookArgs {
    /// The format of plots
    #[arg(long, default_value = "png")]
    format: PlotFormat,

    /// The width of plots in pixels; text and lines grow with it
    #[arg(long, value_name = "PIXELS", default_value_t = Look::WIDTH,
        value_parser = clap::value_parser!(u32).range(i64::from(Look::MIN_WIDTH)..=i64::from(Look::MAX_WIDTH)))]
    width: u32,

    /// Draw plots without name and description, for a paper that has a caption
    #[arg(long)]
    no_title: bool,
}

/// The format of plots.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum PlotFormat {
    /// Pixels
    Png,
    /// Scalable
    Svg,
}

impl From<LookArgs> for Look {
    fn from(args: LookArgs) -> Look {
        let format = match args.format {
            PlotFormat::Png => Format::Png,
            PlotFormat::Svg => Format::Svg,
        };
        Look { format, width: args.width, title: !args.no_title }
    }
}
