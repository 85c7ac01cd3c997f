//! `goldilocks compare`: two results folders side by side.

use std::io::stdout;
use std::path::{Path, PathBuf};

use super::look::LookArgs;
use super::{Failure, NOT_COMPARABLE, interrupt, terminal};
use crate::check::{self, FailOn, FailOnError, Strictness};
use crate::record::Study;
use crate::report::plot::Look;
use crate::report::{ci, plot, text};
use crate::spec::Experiment;
use crate::store;

/// Put two results folders side by side, cell by cell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks compare results/.baselines/main/batch-size results/batch-size
  goldilocks compare before after --markdown >> comment.md
  goldilocks compare before after --out difference --format svg

Runs of the same settings are paired by their seed. Cells whose other settings differ are compared all the same, and
the output says so.

Exit codes: 0 compared (whatever the verdicts; `check` is the verb that fails), 2 a bad argument or a folder that is
not complete, 3 the folders have no cell in common.")]
pub(super) struct Args {
    /// The earlier results folder
    #[arg(value_name = "A")]
    before: PathBuf,

    /// The later results folder
    #[arg(value_name = "B")]
    after: PathBuf,

    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,

    /// Print GitHub's Markdown instead of a table
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    /// Draw both studies in one plot each of steps and loss, into this folder
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    look: LookArgs,

    /// Which changes count: `median:10%`, `median:2 steps`, `success:5%`
    #[arg(long, value_name = "CHANGE", value_delimiter = ',')]
    fail_on: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let fail_on = FailOn::parse(args.fail_on.iter().map(String::as_str))
        .map_err(|error| Failure::bad_input(format!("`--fail-on`: {error}\nhelp: {}", FailOnError::HELP)))?;
    if let Some(out) = &args.out {
        store::check_plots_folder(out).map_err(Failure::bad_input)?;
    }
    let studies = [read(&args.before)?, read(&args.after)?];
    let [before, after] = &studies;
    let specs = [store::read_spec(&args.before), store::read_spec(&args.after)];
    let has_programs = specs.iter().flatten().any(Experiment::has_programs);
    let fail_on = FailOn { lone: !has_programs, ..fail_on };
    let mut comparison = check::compare(before, after, fail_on, Strictness::AxesOnly);
    if let [Some(before), Some(after)] = &specs {
        comparison = comparison.between(before, after);
    }
    let folders = [&args.before, &args.after].map(|folder| folder.display().to_string());
    let names = [folders[0].as_str(), folders[1].as_str()];
    if let Some(out) = &args.out {
        draw([before, after], names, args.look.into(), out)?;
    }
    terminal::verdict(|| match (args.json, args.markdown) {
        (true, _) => terminal::print(&ci::comparison_json(names[0], names[1], &comparison)),
        (_, true) => terminal::print(&ci::comparison_markdown(names[0], names[1], &comparison)),
        _ => {
            let color = terminal::is_colored(&stdout());
            terminal::print_page(&text::comparison(names, &comparison, terminal::width(), color))
        }
    })?;
    let in_common = comparison.cells.iter().any(|cell| cell.pairs > 0);
    Ok(if in_common { 0 } else { NOT_COMPARABLE })
}

fn read(folder: &Path) -> Result<Study, Failure> {
    store::verify_manifest(folder).map_err(Failure::bad_input)?;
    store::read(folder).map_err(Failure::bad_input)
}

fn draw(studies: [&Study; 2], names: [&str; 2], look: Look, out: &Path) -> Result<(), Failure> {
    let plots = plot::overlays(studies, names, look).map_err(Failure::lost_output)?;
    interrupt::finish_with(|| store::write_plots(&plots, out).map_err(Failure::lost_output))
}
