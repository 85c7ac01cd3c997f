//! `goldilocks report`: tables and plots again from the files of a results folder alone, for other targets too.

use std::io::stdout;
use std::path::{Path, PathBuf};

use super::look::LookArgs;
use super::results::write_plots;
use super::{Failure, interrupt, terminal};
use crate::record;
use crate::report::text;
use crate::{fs, store};

/// Make tables and plots again from a results folder, for another target too; trains nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks report results/learning-rate
  goldilocks report results/batch-size --target relative_gap=0.001
  goldilocks report results/batch-size --target relative_gap=0.001 --out stricter
  goldilocks report results/learning-rate --format svg --out figures
  goldilocks report results/learning-rate --width 3200 --no-title --out figures

Another target is looked up in curves.csv: with thinned curves, steps are rounded up to the next
recorded one (train with `--curves all` for exact counts). A run that stopped at its own target
before it came to the other one is unknown beyond its end, and is counted as not converged.")]
pub(super) struct Args {
    /// A results folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Count steps to another target, for example `loss=0.01` or `relative_gap=1e-3`
    #[arg(long, value_name = "MEASURE=VALUE")]
    target: Option<String>,

    /// Where to write tables and plots [default: print the summary and write nothing]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    look: LookArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut study = store::read(&args.folder).map_err(Failure::bad_input)?;
    if let Some(target) = &args.target {
        let (measure, value) = parse_target(target)?;
        study = record::retarget(&study, measure, value).map_err(Failure::bad_input)?;
    }
    if let Some(out) = &args.out {
        if args.target.is_some() && is_same(out, &args.folder) {
            return Err(Failure::bad_input(format!(
                "another target needs another folder than {}\nhelp: choose one with `--out`",
                args.folder.display()
            )));
        }
        let staging = store::stage(out).map_err(Failure::bad_input)?;
        if args.target.is_none() {
            store::copy_origin(&args.folder, staging.path()).map_err(Failure::lost_output)?;
        }
        store::write_tables(&study, staging.path()).map_err(Failure::lost_output)?;
        write_plots(&study, args.look.into(), staging.path())?;
        interrupt::finish(staging)?;
    }
    let folder = args.out.as_ref().unwrap_or(&args.folder);
    terminal::print_page(&text::summary(&study, folder, terminal::width(), terminal::is_colored(&stdout())))?;
    Ok(0)
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((fs::resolve(a), fs::resolve(b)), (Ok(a), Ok(b)) if a == b)
}

fn parse_target(target: &str) -> Result<(&str, f64), Failure> {
    let parsed = target.split_once('=').and_then(|(measure, value)| Some((measure.trim(), value.trim().parse().ok()?)));
    match parsed {
        Some((measure, value)) if f64::is_finite(value) => Ok((measure, value)),
        _ => Err(Failure::bad_input(format!(
            "`--target {target}` is not a target\nhelp: write it like `--target loss=0.01` or `--target relative_gap=1e-3`"
        ))),
    }
}
