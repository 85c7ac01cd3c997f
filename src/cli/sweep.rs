//! Training for `run`: what is finished goes to a journal as it comes, and what is there already is not trained again.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::interrupt::{self, GIVEN_UP, given_up};
use super::load::SpecArgs;
use super::programs::{Programs, with_executor};
use super::{Failure, terminal};
use crate::engine::{self, Executor, Finished, Interrupted, Memory, Options, Part, Plan, Sink, Stopped};
use crate::outcome::Status;
use crate::record::{Run, Study};
use crate::report::progress::{Form, Progress};
use crate::store::{self, Found, Header, InputFile, Journal, Shape, Share};
use crate::value::grouped;

/// What becomes of runs that are finished already, and of those that fail.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct ResumeArgs {
    /// Train everything anew, whatever an interrupted sweep has finished
    #[arg(long, conflicts_with_all = ["extend", "retry_failed"])]
    pub(super) fresh: bool,

    /// Keep the runs of finished results too whose settings and data are the same, and train only the others
    #[arg(long)]
    pub(super) extend: bool,

    /// Train those runs again that failed before
    #[arg(long)]
    pub(super) retry_failed: bool,

    /// Stop at the first run that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
}

/// How a sweep is carried out; none of it changes a bit of its results.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) resume: ResumeArgs,
    pub(super) quiet: bool,
    /// How progress is shown.
    pub(super) progress: Form,
    /// How programs are carried out, where runs are such.
    pub(super) programs: Programs<'a>,
}

/// A sweep and where it is kept.
pub(super) struct Sweep<'a> {
    pub(super) plan: &'a Plan<'a>,
    /// Which of its runs are trained here.
    pub(super) part: Part<'a>,
    pub(super) header: Header,
    /// Where finished runs are kept until results are in place.
    pub(super) journal: &'a Path,
    /// Finished results that may be extended.
    pub(super) results: &'a Path,
    pub(super) manner: Manner<'a>,
}

/// What is written of a plan before its runs.
pub(super) fn header(plan: &Plan<'_>, spec: &SpecArgs, share: Share, shares: &[Vec<u32>]) -> Header {
    // The same wherever the program was started.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(&spec.path);
    let input = |input: &engine::Input| InputFile {
        path: absolute(&input.path).display().to_string(),
        contents: *input.contents.as_bytes(),
    };
    let fingerprint = plan.fingerprint();
    Header {
        plan: *fingerprint.hash().as_bytes(),
        settings: *fingerprint.settings.as_bytes(),
        recorded: *plan.recorded().as_bytes(),
        inputs: plan.prepared.inputs.iter().map(input).collect(),
        numerics: fingerprint.numerics,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        runs: plan.grid.runs.len() as u64,
        share,
        spec: plan.experiment.text().to_owned(),
        overrides: spec.overrides.clone(),
        path: path.display().to_string(),
        curves: plan.curves.name().to_owned(),
        shares: shares.iter().map(|runs| runs.len() as u64).collect(),
    }
}

/// What stands beside every run of a plan.
pub(super) fn shape(plan: &Plan<'_>) -> Shape {
    Shape { extras: plan.columns.extras().len(), measures: plan.columns.measures.len() }
}

impl Sweep<'_> {
    /// Trains what is missing and puts the study together; the journal is still to be removed when its results are in place.
    pub(super) fn study(&self, executor: &dyn Executor) -> Result<(Study, Journal), Failure> {
        let (memory, mut journal, notes) = self.train(executor)?;
        journal.end();
        let mut study = engine::study(self.plan, memory, &GIVEN_UP).map_err(|Interrupted| given_up())?;
        study.notes.extend(notes);
        Ok((study, journal))
    }

    /// Trains what is missing. Has notes on how that went.
    fn train(&self, executor: &dyn Executor) -> Result<(Memory, Journal, Vec<String>), Failure> {
        let mut memory = Memory::new(self.plan);
        let journal = self.recall(&mut memory)?;
        self.carry_out(executor, memory, journal)
    }

    /// Trains what is missing in memory.
    pub(super) fn carry_out(
        &self,
        executor: &dyn Executor,
        memory: Memory,
        mut journal: Journal,
    ) -> Result<(Memory, Journal, Vec<String>), Failure> {
        let missing = engine::missing(self.plan, self.part, &memory);
        let all = self.part.len(self.plan);
        interrupt::keeps((all - missing.len()) as u64, all as u64);
        if missing.is_empty() {
            return Ok((memory, journal, Vec::new()));
        }
        let progress = Progress::shown(self.manner.progress);
        let listener = |event| progress.tell(event);
        let options = Options { threads: 0, interrupted: &GIVEN_UP, listener: &listener };
        let mut keeper =
            Keeper { memory, journal: &mut journal, fail_fast: self.manner.resume.fail_fast, failed: None };
        let act = |executor: &dyn Executor| {
            engine::carry_out(self.plan, Part::Runs(&missing), executor, &mut keeper, &options)
        };
        let outcome = with_executor(executor, self.plan, self.manner.programs, &options, act);
        let Keeper { memory, failed, .. } = keeper;
        let stopped = match outcome {
            Ok((Ok(()), notes)) => return Ok((memory, journal, notes)),
            Ok((Err(stopped), _)) => stopped,
            Err(failure) => {
                journal.finish().map_err(Failure::lost_output)?;
                return Err(failure);
            }
        };
        let kept = || interrupt::kept().map_or(String::new(), |kept| format!("\n{kept}"));
        // What was finished is on the disk when this process ends.
        let finished = journal.finish();
        Err(match (stopped, failed) {
            (Stopped::Interrupted, _) => given_up(),
            (Stopped::Lost(_), Some(failed)) => Failure::lost_output(format!("{failed}{}", kept())),
            (Stopped::Lost(error), None) => {
                let error = finished.err().map_or(error.to_string(), |error| error.to_string());
                Failure::lost_output(format!("cannot write {}: {error}{}", self.journal.display(), kept()))
            }
        })
    }

    /// Takes what is finished already, and says so.
    fn recall(&self, memory: &mut Memory) -> Result<Journal, Failure> {
        let begin = || Journal::begin(self.journal, self.header.clone()).map_err(Failure::lost_output);
        if self.manner.resume.fresh {
            return begin();
        }
        let found = store::look(self.journal).map_err(Failure::bad_input)?;
        if found.is_none() && self.journal.exists() {
            let path = self.journal.display();
            terminal::warning(&format!("{path} is damaged at its very beginning; all runs are trained again"));
        }
        let mut kept = Vec::new();
        match found {
            Some(found) if found.header.is_same_plan(&self.header) => return self.go_on(found, memory),
            Some(found) if !(self.manner.resume.extend && found.header.is_alike(&self.header)) => {
                return Err(self.another_plan(&found.header));
            }
            Some(found) => kept.extend(self.of_another_journal(found)?),
            None => {}
        }
        if self.manner.resume.extend || self.manner.resume.retry_failed {
            kept.extend(self.of_results()?);
        }
        let count: usize = kept.iter().map(|(runs, _)| runs.len()).sum();
        if count == 0 {
            return begin();
        }
        let groups = kept.iter().map(|(runs, finished)| (runs.as_slice(), finished));
        let journal = Journal::begin_with(self.journal, self.header.clone(), groups).map_err(Failure::lost_output)?;
        kept.into_iter().for_each(|(runs, finished)| keep(memory, runs, finished));
        self.say(&format!("keeps {}", self.some(count)));
        Ok(journal)
    }

    /// Takes what an interrupted sweep of this very plan has finished.
    fn go_on(&self, found: Found, memory: &mut Memory) -> Result<Journal, Failure> {
        let runs = &self.plan.grid.runs;
        let place = |number: u32, id: u64| runs.get(number as usize).filter(|run| run.id == id).map(|_| number);
        let retries = self.manner.resume.retry_failed;
        let extent = found.read(shape(self.plan), place, |runs, finished| {
            let (runs, finished) = finished.only(&runs, |_, run| !(retries && run.status == Status::Failed));
            keep(memory, runs, finished);
        });
        let extent = extent.map_err(Failure::bad_input)?;
        let count = self.part.len(self.plan) - engine::missing(self.plan, self.part, memory).len();
        if extent.is_damaged {
            let path = self.journal.display();
            let kept = self.some(count);
            terminal::warning(&format!("{path} is cut off or damaged after {kept}; the others are trained again"));
        } else {
            self.say(&format!("goes on with an interrupted sweep, which has {}", self.some(count)));
        }
        Ok(Journal::resume(self.journal, self.header.clone(), extent))
    }

    fn of_another_journal(&self, found: Found) -> Result<Vec<(Vec<u32>, Finished)>, Failure> {
        let places = self.places();
        let mut kept = Vec::new();
        let place = |_, id: u64| places.get(&id).copied();
        let read = found.read(shape(self.plan), place, |runs, finished| kept.push(self.fitting(&runs, finished)));
        read.map_err(Failure::bad_input)?;
        Ok(kept)
    }

    /// What can be kept of finished results.
    fn of_results(&self) -> Result<Vec<(Vec<u32>, Finished)>, Failure> {
        if store::verify_manifest(self.results).is_err() {
            return Ok(Vec::new());
        }
        let shown = self.results.display();
        if let Err(why) = store::is_alike(self.results, &self.header) {
            terminal::warning(&format!("no run of {shown} can be kept: {why}"));
            return Ok(Vec::new());
        }
        let study = store::read(self.results).map_err(Failure::bad_input)?;
        let extras: Vec<&str> = study.extras.iter().map(|extra| extra.name.as_str()).collect();
        if extras != self.plan.columns.extras() {
            terminal::warning(&format!("no run of {shown} can be kept: it has other columns"));
            return Ok(Vec::new());
        }
        let places = self.places();
        let (numbers, finished) = Finished::of(study, |run| places.get(&run.id).copied());
        Ok(vec![self.fitting(&numbers, finished)])
    }

    fn fitting(&self, runs: &[u32], finished: Finished) -> (Vec<u32>, Finished) {
        let retries = self.manner.resume.retry_failed;
        let is_kept = |_: u32, run: &Run| !(retries && run.status == Status::Failed);
        let (runs, finished) = finished.only(runs, is_kept);
        engine::fitting(self.plan, &runs, finished)
    }

    /// The numbers of runs by their identities.
    fn places(&self) -> HashMap<u64, u32> {
        (0..).zip(&self.plan.grid.runs).map(|(number, run)| (run.id, number)).collect()
    }

    fn another_plan(&self, there: &Header) -> Failure {
        let lines: String = there.differences(&self.header).iter().map(|line| format!("  {line}\n")).collect();
        Failure::bad_input(format!(
            "{} keeps runs of an interrupted sweep that differs from this one\n{lines}help: add `--fresh` to give them up \
             and train everything anew, or `--extend` to keep the runs that are in both, if data and versions are the same",
            self.journal.display()
        ))
    }

    fn some(&self, runs: usize) -> String {
        let [some, all] = [runs, self.part.len(self.plan)].map(|count| grouped(count as u128));
        format!("{some} of {all} runs")
    }

    fn say(&self, text: &str) {
        if !self.manner.quiet {
            terminal::note(text);
        }
    }
}

/// Puts runs into memory, but for those that are there already.
pub(super) fn keep(memory: &mut Memory, runs: Vec<u32>, finished: Finished) {
    let (runs, finished) = finished.only(&runs, |number, _| !memory.has_succeeded(number));
    // Memory keeps whatever it is given.
    let _ = memory.take(&runs, finished);
}

/// A sink that keeps runs on the disk first, then in memory.
struct Keeper<'a> {
    memory: Memory,
    journal: &'a mut Journal,
    fail_fast: bool,
    /// Which run was the first to fail, and why.
    failed: Option<String>,
}

impl Sink for Keeper<'_> {
    fn take(&mut self, runs: &[u32], finished: Finished) -> io::Result<()> {
        self.journal.append(runs, &finished)?;
        interrupt::keeps_more(runs.len());
        let failed = runs.iter().zip(&finished.runs).find(|(_, run)| run.status == Status::Failed);
        let failed = failed.filter(|_| self.fail_fast).map(|(number, run)| {
            format!("run {number} failed: {}", run.reason.as_deref().unwrap_or("no reason is known"))
        });
        self.memory.take(runs, finished)?;
        match failed {
            Some(failed) => Err(io::Error::other(self.failed.insert(failed).clone())),
            None => Ok(()),
        }
    }
}
