//! Specs whose runs are programs of their user's: who carries them out, and what is said before the first one and after the last.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process;

use super::load::invalid;
use super::{Failure, interrupt, terminal};
use crate::engine::{Commands, Executor, Guard, Interrupted, Options, Plan, Prepared, Replicates};
use crate::fs;
use crate::outcome::Status;
use crate::output::StepKey;
use crate::problem::{Command, Problem};
use crate::record::Study;
use crate::spec::{Diagnostic, Experiment};

/// How programs are carried out; none of it changes what they compute.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Programs<'a> {
    /// So many at once; `None` leaves it to the spec.
    pub(super) jobs: Option<usize>,
    /// The folder for their logs; without it there are none.
    pub(super) logs: Option<&'a Path>,
    /// Whether some are carried out twice, if the spec says so.
    pub(super) replicates: bool,
}

/// The program of a spec, if it has one.
pub(super) fn program(prepared: &Prepared) -> Option<&Command> {
    prepared.problems.iter().find_map(|problem| match &**problem {
        Problem::Command(command) => Some(&**command),
        _ => None,
    })
}

/// Where the logs of a spec's runs go, beside the folder of its results.
pub(super) fn logs(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".logs");
    out.with_file_name(name)
}

/// Does something with the executor for a plan: `usual`, unless its runs are programs. Has notes on what they call a step, and on whether they
/// gave the same losses twice, if the spec wants to know.
pub(super) fn with_executor<T, E>(
    usual: &dyn Executor,
    plan: &Plan<'_>,
    programs: Programs<'_>,
    options: &Options<'_>,
    act: impl FnOnce(&dyn Executor) -> Result<T, E>,
) -> Result<(Result<T, E>, Vec<String>), Failure> {
    let Some(command) = program(plan.prepared) else { return Ok((act(usual), Vec::new())) };
    check(plan.experiment, plan.prepared)?;
    let mut commands = Commands::new(programs.jobs).telling(options.listener);
    if let Some(logs) = programs.logs {
        fs::make_folder(logs).map_err(Failure::bad_input)?;
        commands = commands.logging_to(logs.to_owned());
    }
    let guard = guard(command).map_err(|error| {
        terminal::warning(&format!("nobody watches over the programs, which may outlive this process: {error}"));
    });
    if let Ok(guard) = &guard {
        commands = commands.guarded_by(guard);
    }
    if programs.replicates {
        commands = commands.replicating(plan, command.replicate_check);
    }
    let acted = act(&commands);
    if acted.is_err() {
        return Ok((acted, Vec::new()));
    }
    let replicates = commands.replicate(plan, options).map_err(|Interrupted| interrupt::given_up())?;
    Ok((acted, steps(&commands.step_keys()).into_iter().chain(replicates.as_ref().map(verdict)).collect()))
}

fn guard(command: &Command) -> std::io::Result<Guard> {
    let mut own = process::Command::new(std::env::current_exe()?);
    own.arg("supervise").arg(format!("--grace={}", command.limits.grace.as_millis()));
    Guard::start(own)
}

/// Refuses a program that is not there, before the first run fails of it.
pub(super) fn check(experiment: &Experiment, prepared: &Prepared) -> Result<(), Failure> {
    let Some(command) = program(prepared) else { return Ok(()) };
    let Some(program) = command.program.first().and_then(|program| program.plain()) else { return Ok(()) };
    let sets_path = command.environment.iter().any(|(name, _)| name == "PATH");
    if command.finds(program) || sets_path {
        return Ok(());
    }
    let message = format!("there is no program `{program}`");
    let help = match Path::new(program).components().count() {
        0 | 1 => format!("it is looked for in PATH; a file in {} is `./{program}`", command.folder.display()),
        _ => format!("it is looked for from {}", command.folder.display()),
    };
    let diagnostic = Diagnostic::new(message, experiment.place("problem.program")).help(help);
    Err(invalid(&experiment.diagnostics(vec![diagnostic])))
}

/// What programs call a step, in words, unless it is that.
fn steps(keys: &[StepKey]) -> Option<String> {
    match keys {
        [] | [StepKey::Step] => None,
        [StepKey::Counter] => Some("the program prints no step: its measurements were counted, from 1".to_owned()),
        [key] => Some(format!("steps are what the program prints as `{}`", key.name())),
        several => {
            let names: Vec<String> = several.iter().map(|key| format!("`{}`", key.name())).collect();
            Some(format!("steps are what the program prints as {}: not the same in all runs", names.join(" and ")))
        }
    }
}

/// Whether programs gave the same losses again, in words.
fn verdict(replicates: &Replicates) -> String {
    let Replicates { cells, runs, failed, differing } = replicates;
    match (*runs, *failed) {
        (0, 0) => {
            return "no run that was to be run twice succeeded: whether the program is deterministic is not known"
                .to_owned();
        }
        (_, 1..) => {
            return format!(
                "of runs that had succeeded, {failed} failed when they were run again: the program is not deterministic"
            );
        }
        (_, 0) => {}
    }
    let cells = if *cells == 1 { "1 cell was".to_owned() } else { format!("{cells} cells were") };
    let runs = if *runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    let Some(first) = differing.first() else {
        return format!(
            "{cells} run twice ({runs}), and every loss was the same: the program may well be deterministic"
        );
    };
    let loss = |loss: Option<f64>| loss.map_or("no loss".to_owned(), |loss| format!("{loss}"));
    let [before, after] = first.losses.map(loss);
    format!(
        "{cells} run twice ({runs}), and {} gave other losses: the program is not deterministic; run {} first differs at step {}: {before}, then {after}",
        differing.len(),
        first.run,
        first.step,
    )
}

/// So many failed runs are shown, and so many of their last lines.
const MOST_RUNS: usize = 3;
const MOST_LINES: usize = 5;

/// The last that failed runs printed, and where all of it is.
pub(super) fn failures(study: &Study, logs: &Path) -> String {
    let mut text = String::new();
    let failed = study.runs.iter().enumerate().filter(|(_, run)| run.status == Status::Failed);
    for (number, run) in failed.take(MOST_RUNS) {
        let _ = writeln!(text, "\nRun {number} failed: {}", run.reason.as_deref().unwrap_or("no reason is known"));
        let path = logs.join(Commands::log_name(run.id));
        match fs::last_lines(&path, MOST_LINES) {
            Ok(lines) => {
                for line in lines {
                    let _ = writeln!(text, "  | {line}");
                }
                let _ = writeln!(text, "  Its log is {}", path.display());
            }
            Err(_) => text.push_str("  It printed nothing.\n"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Differing;

    #[test]
    fn a_difference_is_told_with_its_step() {
        let mut replicates = Replicates { cells: 1, runs: 0, failed: 0, differing: Vec::new() };
        assert!(verdict(&replicates).ends_with("is not known"));
        replicates.runs = 3;
        assert!(verdict(&replicates).starts_with("1 cell was run twice (3 runs), and every loss was the same"));
        replicates.differing.push(Differing { run: 4, step: 12, losses: [Some(0.5), None] });
        let text = verdict(&replicates);
        assert!(text.contains("not deterministic; run 4 first differs at step 12: 0.5, then no loss"), "{text}");
    }
}
