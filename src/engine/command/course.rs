//! [`Course`]: what a run has said of itself so far, and what becomes of that.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::log::Log;
use super::names::measure;
use super::replicate::Losses;
use crate::engine::plan::Plan;
use crate::event::{Event, Listener};
use crate::outcome::Status;
use crate::output::{Format, Measurement, Options, Pattern, Reader, StepKey};
use crate::problem::{Command, Measure, Measures, Output};
use crate::train::{Backwards, End, Follower, Outcome, Said};

/// How a process ended.
pub(super) enum Ended {
    /// Nobody told it to.
    ByItself(ExitStatus),
    /// Its run was over.
    ByUs,
    /// It cannot be said.
    Lost(std::io::Error),
}

/// What is known of a run at its end.
pub(super) struct Followed {
    pub(super) outcome: Outcome,
    /// Every loss that was entered, if they are remembered.
    pub(super) losses: Losses,
    /// What its program calls a step.
    pub(super) step_key: Option<StepKey>,
}

/// What is known of a run so far.
pub(super) struct Course<'a> {
    number: u32,
    listener: Listener<'a>,
    follower: Follower<'a>,
    reader: Reader,
    /// Whether measurements are in a file, and not in the output.
    has_file: bool,
    budget: u64,
    /// What has to be said before a step can be judged.
    needed: Measures,
    /// The step that is being told of.
    open: Option<Open>,
    /// The last loss; a step that has none is judged by it.
    loss: Option<f64>,
    /// Every measure that was said.
    measured: Measures,
    end: Option<End>,
    /// Why it has failed, if it has.
    failure: Option<String>,
    told: u64,
    /// Every loss that was entered, if they are remembered.
    losses: Option<Losses>,
    step_key: Option<StepKey>,
    log: Log,
    logged: io::Result<()>,
}

/// What was said of a step so far.
struct Open {
    step: u64,
    loss: Option<f64>,
    said: Said,
    measured: Measures,
    is_entered: bool,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        plan: &'a Plan<'a>,
        number: u32,
        command: &Command,
        listener: Listener<'a>,
        log: Option<PathBuf>,
    ) -> Course<'a> {
        let (setup, problem) = plan.problem_of(number);
        let budget = plan.steps(number);
        let keeps_curve = plan.keeps_curve(number);
        Course {
            number,
            listener,
            follower: Follower::new(&setup.stop, budget, problem.recorded(), plan.curves, keeps_curve),
            reader: Reader::new(&options(&command.output)),
            has_file: command.output.file.is_some(),
            budget,
            needed: setup.stop.measures().without(Measures::of(&[Measure::Loss])),
            open: None,
            loss: None,
            measured: Measures::default(),
            end: None,
            failure: None,
            told: 0,
            losses: None,
            step_key: None,
            log: Log::new(log),
            logged: Ok(()),
        }
    }

    /// Whether every loss is remembered.
    pub(super) fn remembers(&mut self, remembers: bool) {
        self.losses = remembers.then(Vec::new);
    }

    /// Why nothing more of it counts, if nothing does.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// Whether nothing more of it counts.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some() || self.failure.is_some()
    }

    /// Takes it to have failed; the first reason stands.
    pub(super) fn fail(&mut self, reason: String) {
        self.failure.get_or_insert(reason);
    }

    /// Steps that nobody has been told of.
    pub(super) fn news(&mut self) -> u64 {
        let steps = self.follower.steps();
        steps - std::mem::replace(&mut self.told, steps)
    }

    /// Keeps output that does not count any more.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        if self.logged.is_ok() {
            self.logged = self.log.add(bytes);
        }
    }

    /// Keeps output and enters the measurements in it.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.note(bytes);
        if !self.has_file {
            self.read(bytes);
        }
    }

    /// Enters the measurements in some bytes.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut measurements = Vec::new();
        let read = self.reader.push(bytes, &mut measurements);
        self.take(measurements);
        self.heed(read);
    }

    /// Enters what may be in a last line without an end.
    pub(super) fn hear_the_end(&mut self) {
        let mut measurements = Vec::new();
        let read = self.reader.finish(&mut measurements);
        self.take(measurements);
        self.heed(read);
        self.close();
    }

    fn heed(&mut self, read: Result<(), impl std::fmt::Display>) {
        if let Err(backwards) = read
            && !self.is_over()
        {
            let text = backwards.to_string();
            self.fail(text.lines().next().unwrap_or_default().to_owned());
        }
    }

    fn take(&mut self, measurements: Vec<Measurement>) {
        for measurement in measurements {
            if self.is_over() {
                return;
            }
            if self.open.as_ref().is_some_and(|open| open.step != measurement.step) {
                self.close();
            }
            self.add(&measurement);
        }
        let Some(Open { step, loss: Some(loss), .. }) = self.open else { return };
        (self.listener)(Event::Measured { run: self.number, step, loss });
    }

    /// Adds to the step that is being told of, and judges it as soon as all that is needed was said.
    fn add(&mut self, measurement: &Measurement) {
        let mut open = self.open.take().unwrap_or(Open {
            step: measurement.step,
            loss: None,
            said: [f64::NAN; Measure::COUNT],
            measured: Measures::default(),
            is_entered: false,
        });
        for (name, value) in &measurement.values {
            if let Some((measure, is_exact)) = measure(name)
                && (is_exact || !open.measured.has(measure))
            {
                open.said[measure as usize] = *value;
                open.measured = open.measured.with(measure);
            }
        }
        if measurement.loss.is_some() {
            self.step_key.get_or_insert(measurement.step_key);
        }
        open.loss = measurement.loss.or(open.loss);
        let is_lost = open.loss.is_some_and(|loss| !loss.is_finite());
        let is_whole = open.loss.is_some() && self.needed.without(open.measured) == Measures::default();
        if is_lost || is_whole && !open.is_entered {
            self.enter(&mut open);
        }
        self.open = Some(open);
    }

    /// The step that was being told of is over.
    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let is_of_use = open.loss.is_some() || self.needed.without(open.measured) != self.needed;
        if !open.is_entered && is_of_use && !self.is_over() {
            self.enter(&mut open);
        }
    }

    fn enter(&mut self, open: &mut Open) {
        let Some(loss) = open.loss.or(self.loss) else { return };
        open.said[Measure::Loss as usize] = loss;
        open.is_entered = true;
        self.loss = Some(loss);
        self.measured = self.measured.union(open.measured);
        for measure in self.needed.iter() {
            let value = open.said[measure as usize];
            if matches!(measure, Measure::Accuracy | Measure::TestAccuracy) && value > 1.0 {
                let name = measure.name();
                return self.fail(format!("step {}: `{name}` is {value}; it has to be a share, at most 1", open.step));
            }
        }
        self.losses.iter_mut().for_each(|losses| losses.push((open.step, loss)));
        match self.follower.enter(open.step, &open.said) {
            Ok(end) => self.end = end,
            Err(Backwards { before, step }) => {
                self.fail(format!("step {step} comes after step {before}: steps must increase"));
            }
        }
    }

    /// The outcome, or the reason why there is none.
    pub(super) fn judged(mut self, ended: Ended) -> Result<Followed, String> {
        let logged = std::mem::replace(&mut self.logged, Ok(())).and_then(|()| self.log.finish());
        if let Some(reason) = self.failure {
            return Err(reason);
        }
        match (ended, self.end) {
            (Ended::Lost(error), _) => return Err(format!("its end cannot be told: {error}")),
            // What it does when its run is over does not count.
            (_, Some(_)) | (Ended::ByUs, _) => {}
            (Ended::ByItself(status), None) if status.success() => {}
            (Ended::ByItself(status), None) => return Err(died(status)),
        }
        logged.map_err(|error| format!("its log cannot be written: {error}"))?;
        let Some(mut outcome) = self.follower.outcome() else {
            return Err("no measurement: nothing it printed has a loss".to_owned());
        };
        if outcome.status == Status::Exhausted
            && let Some(missing) = self.needed.without(self.measured).iter().next()
        {
            let name = missing.name();
            return Err(format!("no `{name}` in anything it printed, though convergence is judged by it"));
        }
        let was_stopped = matches!(self.end, Some(End::Converged | End::Diverged));
        let saved = if was_stopped { self.budget - outcome.trained_steps } else { 0 };
        outcome.extras = vec![Some(saved as f64)];
        Ok(Followed { outcome, losses: self.losses.unwrap_or_default(), step_key: self.step_key })
    }
}

/// How an output is to be read; the reader of the spec has tried its pattern.
fn options(output: &Output) -> Options {
    Options {
        loss: output.loss.clone(),
        pattern: output.pattern.as_deref().and_then(|pattern| Pattern::new(pattern).ok()),
        format: output
            .file
            .as_ref()
            .map_or(Format::Lines, |file| Format::of_file(Path::new(&file.fill(str::to_owned)))),
    }
}

/// How a process ended that was not told to.
fn died(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("ended by signal {signal}{}", name_of(signal));
        }
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "it ended in an unknown way".to_owned(),
    }
}

/// The usual name of a signal.
#[cfg(unix)]
fn name_of(signal: i32) -> String {
    use rustix::process::Signal;
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL; out of memory, perhaps"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    names.iter().find(|(known, _)| known.as_raw() == signal).map_or(String::new(), |(_, name)| format!(" ({name})"))
}
