//! The command line: one file per verb, each of whose `run` reads as a recipe.

mod baseline;
mod check;
mod ci;
mod compare;
mod completions;
mod explain;
mod import;
mod init;
mod interrupt;
mod load;
mod look;
mod memory;
mod merge;
mod parse;
mod plan;
mod programs;
mod report;
mod results;
mod retrain;
mod run;
mod schema;
mod script;
mod shard;
mod status;
mod supervise;
mod sweep;
mod terminal;
#[cfg(test)]
mod tests;
mod train;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::value::visible;

/// Runs a grid of training runs in parallel and reports how many steps each one takes to converge, and which never do.
#[derive(Debug, Parser)]
#[command(name = "goldilocks", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
Start here:
  goldilocks init                                write a commented spec to begin with
  goldilocks plan learning-rate.toml             see the runs it expands to
  goldilocks run learning-rate.toml              train them; tables and plots go to results/

Exit codes: 0 fine; 1 a run failed, output was lost, or a check found a regression; 2 a bad argument or spec;
3 a check cannot compare, or shards are missing; 4 two copies of a shard differ; 130, 143 or 129 ended by Ctrl-C, SIGTERM
or SIGHUP.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Plan(plan::Args),
    Check(check::Args),
    Compare(compare::Args),
    Explain(explain::Args),
    Verify(verify::Args),
    Report(report::Args),
    Merge(merge::Args),
    Status(status::Args),
    Init(init::Args),
    Import(import::Args),
    Parse(parse::Args),
    Schema(schema::Args),
    Script(script::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    Retrain(retrain::Args),
    #[command(hide = true)]
    Supervise(supervise::Args),
}

/// What goes wrong: a text for people, control characters as symbols, and an exit code for programs.
#[derive(Debug)]
struct Failure {
    text: String,
    code: u8,
}

/// A bad argument or spec.
const BAD_INPUT: u8 = 2;
/// A run failed, or output was lost.
const FAILED: u8 = 1;
/// The outcome of a check is not as expected, or worse than before.
const REGRESSED: u8 = 1;
/// A check cannot tell: the baseline does not fit.
const NOT_COMPARABLE: u8 = 3;
/// Shards of a sweep are missing.
const INCOMPLETE: u8 = 3;
/// Two copies of a shard differ.
const DIFFERENT: u8 = 4;

impl Failure {
    fn bad_input(error: impl std::fmt::Display) -> Failure {
        Failure { text: visible(&error.to_string()).into_owned(), code: BAD_INPUT }
    }

    fn lost_output(error: impl std::fmt::Display) -> Failure {
        Failure { text: visible(&error.to_string()).into_owned(), code: FAILED }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        // Whoever reads our output may stop early (`| head`); that is a normal end.
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure { text: String::new(), code: 0 },
            _ => Failure::lost_output(format!("cannot write to standard output: {error}")),
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { BAD_INPUT } else { 0 };
            // Nothing can be done about a closed standard error.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if let Command::Supervise(args) = &cli.command {
        // It is told of its end by its standard input alone.
        return interrupt::end(supervise::run(args));
    }
    // The others are told how many, and say it themselves.
    if !matches!(cli.command, Command::Run(_) | Command::Check(_) | Command::Merge(_) | Command::Retrain(_)) {
        train::use_threads(None);
    }
    interrupt::watch();
    let outcome = match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Parse(args) => parse::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Script(args) => script::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Retrain(args) => retrain::run(&args),
        Command::Supervise(args) => supervise::run(&args),
    };
    interrupt::end(outcome)
}
