//! From a study to its results folder: tables, plots, how it all went, and the summary.

use std::io::stdout;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{FAILED, Failure, interrupt, terminal};
use crate::fs;
use crate::outcome::Status;
use crate::record::Study;
use crate::report::plot::{self, Look};
use crate::report::text;
use crate::store::{self, Execution, Header, Staging};

/// What took how long.
pub(super) struct Timer {
    last: Instant,
    phases: Vec<(&'static str, Duration)>,
}

impl Timer {
    /// Begins with the first phase.
    pub(super) fn start() -> Timer {
        Timer { last: Instant::now(), phases: Vec::new() }
    }

    /// Ends a phase and begins the next one.
    pub(super) fn lap(&mut self, phase: &'static str) {
        let now = Instant::now();
        self.phases.push((phase, now - self.last));
        self.last = now;
    }
}

/// What is written, and where.
pub(super) struct Output<'a> {
    pub(super) folder: &'a Path,
    /// How plots look; none are drawn without.
    pub(super) plots: Option<Look>,
    pub(super) quiet: bool,
    /// What is said of failed runs after the summary.
    pub(super) failures: &'a str,
}

/// Writes the results of a plan and puts them in their place; the exit code.
pub(super) fn write(
    study: &Study,
    plan: Header,
    staging: Staging,
    output: &Output<'_>,
    mut timer: Timer,
) -> Result<u8, Failure> {
    store::write_spec(&plan.spec, &plan.overrides, staging.path()).map_err(Failure::lost_output)?;
    store::write_tables(study, staging.path()).map_err(Failure::lost_output)?;
    timer.lap("tables");
    if let Some(look) = output.plots {
        write_plots(study, look, staging.path())?;
    }
    timer.lap("plots");
    let execution = Execution {
        name: study.name.clone(),
        spec_hash: blake3::hash(plan.spec.as_bytes()).to_hex()[..16].to_owned(),
        runs: study.runs.len(),
        plan,
        threads: rayon::current_num_threads(),
        phases: timer.phases,
    };
    store::write_execution(&execution, staging.path()).map_err(Failure::lost_output)?;
    let summarize = || text::summary(study, output.folder, terminal::width(), terminal::is_colored(&stdout()));
    let summary = (!output.quiet).then(summarize);
    interrupt::finish(staging)?;
    if let Some(summary) = summary {
        terminal::print_page(&summary)?;
        terminal::print(output.failures)?;
    }
    let failed = study.runs.iter().any(|run| run.status == Status::Failed);
    Ok(if failed { FAILED } else { 0 })
}

/// Writes the plots that make sense for a study.
pub(super) fn write_plots(study: &Study, look: Look, folder: &Path) -> Result<(), Failure> {
    let plots = plot::plots(study, look).map_err(|error| Failure::lost_output(format!("cannot draw: {error}")))?;
    plots.iter().try_for_each(|(name, bytes)| fs::write(&folder.join(name), bytes)).map_err(Failure::lost_output)
}
