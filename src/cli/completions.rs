//! `goldilocks completions`: completion scripts for shells.

use clap::CommandFactory;

use super::{Cli, Failure, terminal};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  goldilocks completions bash > ~/.local/share/bash-completion/completions/goldilocks")]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "goldilocks", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}
