//! [`Commands`]: the executor that starts a program per run, and judges what it prints by the books that judge lanes.
//!
//! Owns when a process is started, ended, given up and tried again. Knows of files only where logs go.

mod attempt;
mod course;
mod guard;
mod log;
mod names;
mod process;
mod replicate;
mod settings;
mod slots;
mod tail;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub use guard::{Guard, watch_over};
pub use replicate::{Differing, Replicates};

use super::executor::{Executor, Interrupted, Options, carry_out};
use super::finish::Finisher;
use super::plan::{Part, Plan};
use super::sink::Sink;
use super::tasks::Task;
use crate::event::{Event, Listener};
use crate::output::StepKey;
use crate::problem::{Command, Problem};
use crate::record::Finished;
use attempt::Attempt;
use course::Followed;
use process::GLANCE;
use replicate::Watched;
use settings::Settings;
use slots::Slots;

/// Starts a program per run.
pub struct Commands<'a> {
    /// So many at once; `None` leaves it to the spec.
    jobs: Option<usize>,
    /// How many there are for all of them: as many as threads.
    cores: usize,
    /// Where logs go, by the identity of the run; without it there are none.
    logs: Option<PathBuf>,
    guard: Option<&'a Guard>,
    listener: Listener<'a>,
    slots: OnceLock<Slots>,
    watched: Option<Watched>,
    step_keys: Mutex<Vec<StepKey>>,
}

/// The first wait before a run is tried again; each later one is twice as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl<'a> Commands<'a> {
    /// Runs at most so many programs at once; by default as many as the spec says.
    pub fn new(jobs: Option<usize>) -> Commands<'a> {
        Commands {
            jobs,
            cores: rayon::current_num_threads(),
            logs: None,
            guard: None,
            listener: &|_| {},
            slots: OnceLock::new(),
            watched: None,
            step_keys: Mutex::default(),
        }
    }

    /// Keeps what runs print in this folder, which must be there, a file `ID.log` each.
    #[must_use]
    pub fn logging_to(self, folder: PathBuf) -> Commands<'a> {
        Commands { logs: Some(folder), ..self }
    }

    /// Has somebody watch over the processes, so that none outlives this one, whatever happens to it.
    #[must_use]
    pub fn guarded_by(self, guard: &'a Guard) -> Commands<'a> {
        Commands { guard: Some(guard), ..self }
    }

    /// Tells how each run gets on.
    #[must_use]
    pub fn telling(self, listener: Listener<'a>) -> Commands<'a> {
        Commands { listener, ..self }
    }

    /// Remembers the losses of so many cells of a plan, for [`Commands::replicate`].
    #[must_use]
    pub fn replicating(self, plan: &Plan<'_>, cells: u64) -> Commands<'a> {
        Commands { watched: (cells > 0).then(|| Watched::new(plan, cells)), ..self }
    }

    /// Carries out those runs once more that [`Commands::replicating`] has chosen and that have been carried out here.
    ///
    /// # Errors
    /// When interrupted.
    pub fn replicate(&self, plan: &Plan<'_>, options: &Options<'_>) -> Result<Option<Replicates>, Interrupted> {
        let Some(watched) = &self.watched else { return Ok(None) };
        let runs: Vec<u32> = watched.runs.iter().copied().filter(|&run| watched.has_seen(run)).collect();
        // What becomes of them is known already; only their losses are compared.
        let mut forgotten = Forget;
        carry_out(plan, Part::Runs(&runs), self, &mut forgotten, options).map_err(|_| Interrupted)?;
        Ok(Some(watched.compare()))
    }

    /// What programs were seen to call a step, in the order of first appearance.
    pub fn step_keys(&self) -> Vec<StepKey> {
        self.step_keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, step_key: Option<StepKey>) {
        let mut known = self.step_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = step_key.filter(|key| !known.contains(key)) {
            known.push(key);
        }
    }

    /// The program of a run and its arguments, as they are started; empty if another kind of problem is trained.
    pub fn line(plan: &Plan<'_>, number: u32) -> Vec<String> {
        let Problem::Command(command) = plan.problem_of(number).1 else { return Vec::new() };
        let settings = Settings::of(plan, number);
        command.program.iter().map(|argument| settings.fill(argument)).collect()
    }

    /// The name of a run's log.
    pub fn log_name(id: u64) -> String {
        format!("{id:016x}.log")
    }

    fn jobs(&self, command: &Command) -> usize {
        let resources = &command.resources;
        match self.jobs {
            Some(jobs) if resources.gpus.is_empty() => jobs,
            Some(jobs) => jobs.min(resources.gpus.len()),
            None => resources.jobs(self.cores),
        }
    }

    /// Tries a run until it succeeds or has failed often enough.
    fn run(
        &self,
        plan: &Plan<'_>,
        number: u32,
        command: &Command,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted> {
        let slot = self.slots.get_or_init(|| Slots::new(&command.resources, self.jobs(command))).take();
        slot.pin();
        let settings = Settings::of(plan, number);
        let log = self.logs.as_ref().map(|folder| folder.join(Commands::log_name(plan.grid.runs[number as usize].id)));
        let attempt = Attempt {
            plan,
            number,
            command,
            program: command.program.iter().map(|argument| settings.fill(argument)).collect(),
            environment: settings.environment(command, &slot),
            file: command.output.file.as_ref().map(|file| command.folder.join(settings.fill(file))),
            guard: self.guard,
            listener: self.listener,
            interrupted,
            remembers: self.watched.as_ref().is_some_and(|watched| watched.runs.contains(&number)),
        };
        let mut wait = FIRST_WAIT;
        let mut reason = String::new();
        for tried in 0..=command.limits.retries {
            if tried > 0 {
                pause(wait, interrupted)?;
                wait = (2 * wait).min(LONGEST_WAIT);
            }
            match attempt.carry_out(log.clone())? {
                Ok(Followed { outcome, losses, step_key }) => {
                    if let Some(watched) = self.watched.as_ref().filter(|watched| watched.runs.contains(&number)) {
                        watched.keep(number, losses);
                    }
                    self.note(step_key);
                    let (setup, problem) = plan.problem_of(number);
                    let mut finished = Finished::default();
                    let finisher = Finisher::new(problem, setup, None, &plan.columns);
                    finisher.finish(number, &plan.grid.runs[number as usize], outcome, &mut finished);
                    return Ok(finished);
                }
                Err(failure) => reason = failure,
            }
        }
        if command.limits.retries > 0 {
            reason = format!("{reason} (tried {} times)", command.limits.retries + 1);
        }
        Ok(plan.failed(number, &reason))
    }
}

impl Executor for Commands<'_> {
    fn threads(&self, plan: &Plan<'_>) -> Option<usize> {
        let commands = plan.prepared.problems.iter().filter_map(|problem| match &**problem {
            Problem::Command(command) => Some(self.jobs(command)),
            _ => None,
        });
        commands.max().map(|jobs| jobs.min(plan.grid.runs.len().max(1)))
    }

    fn carry_out(
        &self,
        plan: &Plan<'_>,
        task: &Task,
        interrupted: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Finished, Interrupted> {
        let mut finished = Finished::default();
        for &number in &task.runs {
            let Problem::Command(command) = plan.problem_of(number).1 else {
                finished.append(plan.failed(number, "no program is named that would train it"));
                continue;
            };
            (self.listener)(Event::Began { run: number });
            let outcome = self.run(plan, number, command, interrupted);
            (self.listener)(Event::Left { run: number });
            finished.append(outcome?);
        }
        Ok(finished)
    }
}

/// Takes runs and forgets them.
struct Forget;

impl Sink for Forget {
    fn take(&mut self, _runs: &[u32], _finished: Finished) -> io::Result<()> {
        Ok(())
    }
}

/// Waits, unless it is given up.
fn pause(wait: Duration, interrupted: &(dyn Fn(u64) -> bool + Sync)) -> Result<(), Interrupted> {
    let end = Instant::now() + wait;
    loop {
        if interrupted(0) {
            return Err(Interrupted);
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(GLANCE));
    }
}
