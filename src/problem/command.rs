//! What a spec says of a program that trains: what is started, what it may take, and how its output is read.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::measure::{Measure, Measures};
use super::template::Template;
use crate::metric::SAVED_STEPS;

/// A program that trains, one process per run.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The program and its arguments; never empty.
    pub program: Vec<Template>,
    /// What is set in its environment.
    pub environment: Vec<(String, Template)>,
    /// Where it is started.
    pub folder: PathBuf,
    /// The folder of the spec.
    pub spec_folder: PathBuf,
    /// The files that its results hang on, as patterns; by default every argument that is a file.
    pub inputs: Option<Vec<String>>,
    /// How its output is read.
    pub output: Output,
    /// When it is taken to have failed.
    pub limits: Limits,
    /// What it may take of the machine.
    pub resources: Resources,
    /// Whether it is declared to be a function of its settings.
    pub is_deterministic: bool,
    /// So many cells are run twice to see whether it is.
    pub replicate_check: u64,
}

/// Whether a program is named by a path rather than by a plain name.
fn is_path(program: &str) -> bool {
    Path::new(program).components().count() > 1 || program.starts_with('.')
}

/// The place of a run's identity in a template, for names of files that no other run takes.
pub const RUN_ID: &str = "id";

/// How the output of a program is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// The name of the number that is the loss, if it is not `loss`.
    pub loss: Option<String>,
    /// A regular expression whose named groups are the numbers of a line.
    pub pattern: Option<String>,
    /// The file that it is in; without one it is what the program prints.
    pub file: Option<Template>,
}

impl Command {
    /// What it may say of itself: whether it does is known when it has run.
    pub(super) fn measurable(&self) -> Measures {
        Measures::of(&Measure::ALL)
    }

    /// What is to be started for a program of this name: one that is named by a path is looked for from the folder it is started
    /// in, a plain name in `PATH`.
    ///
    /// # Errors
    /// When there is no working directory.
    pub fn locate(&self, program: &str) -> io::Result<PathBuf> {
        if is_path(program) { std::path::absolute(self.folder.join(program)) } else { Ok(program.into()) }
    }

    /// Whether there is a program of this name.
    pub fn finds(&self, program: &str) -> bool {
        if is_path(program) {
            return self.folder.join(program).is_file();
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let names = [program.to_owned(), format!("{program}{}", std::env::consts::EXE_SUFFIX)];
        std::env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
    }

    /// The names of what is said of a run at its end.
    pub(super) fn extras(&self) -> &'static [&'static str] {
        &[SAVED_STEPS]
    }
}

/// When a process is taken to have failed, and what is done then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// It may run so long.
    pub timeout: Option<Duration>,
    /// It may be silent so long.
    pub stall: Option<Duration>,
    /// Between asking it to end and ending it.
    pub grace: Duration,
    /// A run that failed is tried again so often.
    pub retries: u64,
}

/// What processes may take of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// So many at once; by default as many as there are cores for.
    pub jobs: Option<u64>,
    /// Cores of each.
    pub cpus_per_run: u64,
    /// Whether each is kept to cores of its own.
    pub pin: bool,
    /// Graphics processors to hand out, one per run.
    pub gpus: Vec<u64>,
}

impl Resources {
    /// How many run at once on a machine with so many cores.
    pub fn jobs(&self, cores: usize) -> usize {
        let by_cores = (cores as u64 / self.cpus_per_run.max(1)).max(1);
        let wanted = self.jobs.unwrap_or(if self.gpus.is_empty() { by_cores } else { self.gpus.len() as u64 });
        let most = if self.gpus.is_empty() { wanted } else { wanted.min(self.gpus.len() as u64) };
        usize::try_from(most).unwrap_or(usize::MAX).clamp(1, MOST_JOBS)
    }
}

/// No more processes than this at once, whatever is asked for.
const MOST_JOBS: usize = 1024;
