//! The `goldilocks` command: errors become text and exit codes here, once.

use std::process::ExitCode;

fn main() -> ExitCode {
    goldilocks::cli::main()
}
