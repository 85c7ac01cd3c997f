//! `goldilocks init`: a commented spec to begin with.

use std::path::{Path, PathBuf};

use super::{Failure, terminal};
use crate::{fs, spec};

/// Write a commented spec to begin with; it runs as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  goldilocks init
  goldilocks init studies/momentum.toml && goldilocks run studies/momentum.toml
  goldilocks init --command my-program.toml              for a training program of your own, with a script beside it")]
pub(super) struct Args {
    /// The file to write; it must not exist yet
    #[arg(default_value = "learning-rate.toml", value_name = "SPEC")]
    path: PathBuf,

    /// For a training program of your own: a spec that starts one per run, and train.py beside it to be replaced by yours
    #[arg(long)]
    command: bool,
}

/// The script that a spec for programs starts.
const SCRIPT: &str = "train.py";

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let script = args.command.then(|| args.path.with_file_name(SCRIPT));
    for path in [Some(&args.path), script.as_ref()].into_iter().flatten() {
        if path.exists() {
            return Err(Failure::bad_input(format!("{} exists already\nhelp: name another file", path.display())));
        }
    }
    if let Some(folder) = args.path.parent() {
        fs::make_folder(folder).map_err(Failure::bad_input)?;
    }
    let text = if args.command { spec::COMMAND_STARTER } else { spec::STARTER };
    let write = |path: &Path, text: &str| fs::write(path, text.as_bytes()).map_err(Failure::bad_input);
    write(&args.path, text)?;
    script.iter().try_for_each(|script| write(script, spec::COMMAND_SCRIPT))?;
    let path = args.path.display();
    let beside = script.map_or(String::new(), |script| format!(" and {}", script.display()));
    terminal::print(&format!("wrote {path}{beside}\nnow try:  goldilocks run {path}\n"))?;
    Ok(0)
}
