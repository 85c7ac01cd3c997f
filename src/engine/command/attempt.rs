//! One attempt at a run: a process is started, followed and ended.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::course::{Course, Ended, Followed};
use super::guard::Guard;
use super::process::{GLANCE, Output, Process, Start};
use super::tail::Tail;
use crate::engine::executor::Interrupted;
use crate::engine::plan::Plan;
use crate::event::Listener;
use crate::problem::Command;
use crate::train::End;

/// What an attempt needs to know.
pub(super) struct Attempt<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) number: u32,
    pub(super) command: &'a Command,
    pub(super) program: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// Where its measurements are, if they are not in its output.
    pub(super) file: Option<PathBuf>,
    pub(super) guard: Option<&'a Guard>,
    pub(super) listener: Listener<'a>,
    /// Whether its losses are remembered.
    pub(super) remembers: bool,
    pub(super) interrupted: &'a (dyn Fn(u64) -> bool + Sync),
}

/// How long a program whose budget is spent may take to end by itself, for it may be about to.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long what a process wrote before its end may take to arrive, if a descendant of it keeps the pipe open, and to be read.
const REMAINDER: Duration = Duration::from_millis(20);
const LONGEST_DRAIN: Duration = Duration::from_secs(60);

impl Attempt<'_> {
    /// Starts the program and follows it to its end; the inner error is the reason of its failure.
    pub(super) fn carry_out(&self, log: Option<PathBuf>) -> Result<Result<Followed, String>, Interrupted> {
        let (program, arguments) = self.program.split_first().unwrap_or((const { &String::new() }, &[]));
        let tail = match self.file.clone().map(Tail::new).transpose() {
            Ok(tail) => tail,
            Err(error) => return Ok(Err(self.cannot_read(&error))),
        };
        let started = self.command.locate(program).and_then(|program| {
            let (folder, environment) = (self.command.folder.as_path(), self.environment.as_slice());
            Process::start(&Start { program, arguments, folder, environment }, self.guard)
        });
        let process = match started {
            Ok(process) => process,
            Err(error) => return Ok(Err(self.cannot_start(&error))),
        };
        let mut course = Course::new(self.plan, self.number, self.command, self.listener, log);
        course.remembers(self.remembers);
        let ended = self.follow(process, tail, &mut course)?;
        Ok(course.judged(ended))
    }

    fn cannot_start(&self, error: &std::io::Error) -> String {
        let program = self.program.first().map_or("", String::as_str);
        match error.kind() {
            std::io::ErrorKind::NotFound if !self.command.folder.is_dir() => {
                format!("cannot start `{program}`: there is no folder {}", self.command.folder.display())
            }
            std::io::ErrorKind::NotFound => format!("cannot start `{program}`: there is no such program"),
            _ => format!("cannot start `{program}`: {error}"),
        }
    }

    fn cannot_read(&self, error: &std::io::Error) -> String {
        format!("cannot read {}: {error}", self.file.as_deref().unwrap_or(Path::new("")).display())
    }

    /// What has come into the file of measurements; whether there was anything.
    fn read_file(&self, tail: &mut Option<Tail>, course: &mut Course<'_>) -> bool {
        let Some(tail) = tail else { return false };
        match tail.read() {
            Ok(bytes) if bytes.is_empty() => false,
            Ok(bytes) => {
                course.read(&bytes);
                true
            }
            Err(error) => {
                course.fail(self.cannot_read(&error));
                false
            }
        }
    }

    /// Follows a process until it ends, its run is judged, or it is taken to have failed.
    fn follow(
        &self,
        mut process: Process<'_>,
        mut tail: Option<Tail>,
        course: &mut Course<'_>,
    ) -> Result<Ended, Interrupted> {
        let started = Instant::now();
        let (mut heard, mut nap) = (started, SHORTEST_NAP);
        loop {
            match process.read(GLANCE) {
                Output::Some(bytes) => {
                    heard = Instant::now();
                    course.hear(&bytes);
                }
                Output::Nothing => {}
                // Most have ended when their outputs are closed, or are about to.
                Output::Closed if process.has_ended() => {}
                Output::Closed if nap == SHORTEST_NAP => {
                    std::thread::yield_now();
                    nap *= 2;
                }
                Output::Closed => {
                    std::thread::sleep(nap);
                    nap = (2 * nap).min(GLANCE);
                }
            }
            if self.read_file(&mut tail, course) {
                heard = Instant::now();
            }
            if (self.interrupted)(course.news()) {
                process.ask_to_end();
                self.await_end(&mut process, course, FAREWELL);
                return Err(Interrupted);
            }
            if course.is_over() {
                return self.stop(process, course);
            }
            if process.has_ended() {
                self.remainder(&mut process, |bytes| course.hear(bytes));
                while self.read_file(&mut tail, course) && !course.is_over() {}
                let ended = process.end().map_or_else(Ended::Lost, Ended::ByItself);
                // The last line of a program that died may be half a number.
                if let Ended::ByItself(status) = &ended
                    && status.success()
                {
                    course.hear_the_end();
                }
                return Ok(ended);
            }
            self.hold_to_limits(started.elapsed(), heard.elapsed(), course);
            if course.is_over() {
                return self.stop(process, course);
            }
        }
    }

    /// Fails a run that takes too long, as a whole or since it was last heard.
    fn hold_to_limits(&self, running: Duration, silent: Duration, course: &mut Course<'_>) {
        let limits = &self.command.limits;
        if limits.timeout.is_some_and(|timeout| running >= timeout) {
            course.fail(format!("timeout: it was still running after {}", shown(limits.timeout)));
        } else if limits.stall.is_some_and(|stall| silent >= stall) {
            course.fail(format!("stalled: no output for {}", shown(limits.stall)));
        }
    }

    /// Ends a process whose run is over: asks first.
    fn stop(&self, mut process: Process<'_>, course: &mut Course<'_>) -> Result<Ended, Interrupted> {
        let grace = self.command.limits.grace;
        if course.end() == Some(End::Spent) {
            self.await_end(&mut process, course, grace.min(LAST_WORDS));
        }
        process.ask_to_end();
        self.await_end(&mut process, course, grace);
        self.remainder(&mut process, |bytes| course.note(bytes));
        process.end().map_or_else(|error| Ok(Ended::Lost(error)), |_| Ok(Ended::ByUs))
    }

    /// Waits until a process has ended, but not longer than this; what it still writes goes to its log.
    fn await_end(&self, process: &mut Process<'_>, course: &mut Course<'_>, most: Duration) {
        let (begun, mut nap) = (Instant::now(), SHORTEST_NAP);
        while !process.has_ended() && begun.elapsed() < most && !(self.interrupted)(0) {
            match process.read(nap) {
                Output::Some(bytes) => course.note(&bytes),
                Output::Nothing => {}
                Output::Closed => std::thread::sleep(nap),
            }
            nap = (2 * nap).min(GLANCE);
        }
    }

    /// What a process that has ended had written before, and its children, which end with it.
    fn remainder(&self, process: &mut Process<'_>, mut take: impl FnMut(&[u8])) {
        process.kill();
        let begun = Instant::now();
        // A descendant that has left the group may write on for ever.
        while begun.elapsed() < LONGEST_DRAIN
            && let Output::Some(bytes) = process.read(REMAINDER)
        {
            take(&bytes);
        }
    }
}

/// The first wait for the end of a process that has closed its outputs; most end at once.
const SHORTEST_NAP: Duration = Duration::from_micros(20);

/// How long a process may take to end when all is given up.
const FAREWELL: Duration = Duration::from_millis(150);

/// A time as specs write it.
fn shown(time: Option<Duration>) -> String {
    time.map_or(String::new(), |time| humantime::format_duration(time).to_string())
}
