//! `goldilocks supervise`: what a sweep of programs starts beside itself, so that none of them outlives it.

use std::time::Duration;

use super::Failure;
use crate::engine;

/// End the process groups named on standard input when it is closed (for sweeps of programs)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How long they may take to end by themselves
    #[arg(long, value_name = "MILLISECONDS")]
    grace: u64,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    engine::watch_over(std::io::stdin().lock(), Duration::from_millis(args.grace));
    Ok(0)
}
