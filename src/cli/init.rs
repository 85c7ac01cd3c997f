//! `goldilocks init`: a commented spec to begin with.

use std::path::PathBuf;

use super::{Failure, terminal};
use crate::{fs, spec};

/// Write a commented spec to begin with; it runs as it is
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  goldilocks init\n  goldilocks init studies/momentum.toml && goldilocks run studies/momentum.toml"
)]
pub(super) struct Args {
    /// The file to write; it must not exist yet
    #[arg(default_value = "learning-rate.toml", value_name = "SPEC")]
    path: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let path = args.path.display();
    if args.path.exists() {
        return Err(Failure::bad_input(format!("{path} exists already\nhelp: name another file")));
    }
    if let Some(folder) = args.path.parent() {
        fs::make_folder(folder).map_err(Failure::bad_input)?;
    }
    fs::write(&args.path, spec::STARTER.as_bytes()).map_err(Failure::bad_input)?;
    terminal::print(&format!("wrote {path}\nnow try:  goldilocks run {path}\n"))?;
    Ok(0)
}
