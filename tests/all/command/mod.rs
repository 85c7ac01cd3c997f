//! Programs of the user's own as workloads: specs, real child processes, and the program as its users run it.

mod agreement;
mod ends;
#[cfg(unix)]
mod hostile;
mod specs;
#[cfg(unix)]
mod survivors;

use std::fs;
use std::path::{Path, PathBuf};

use goldilocks::engine::{self, Commands, Options, Plan, Prepared};
use goldilocks::grid;
use goldilocks::record::{Run, Study};
use goldilocks::spec::{self, Experiment, SourceFile};
use tempfile::TempDir;

/// A folder with a spec whose program is a shell script.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A spec of one learning rate and so many seeds, which runs a script with `{learning_rate} {seed}`.
    fn spec(&self, script: &str, problem: &str, seeds: u32, stop: &str) -> String {
        self.write("train.sh", script);
        let text = format!(
            "name = \"study\"\n[problem]\nkind = \"command\"\n\
             program = [\"/bin/sh\", \"train.sh\", \"{{learning_rate}}\", \"{{seed}}\"]\n{problem}\n\
             [grid]\nlearning_rate = 0.1\nseed = {{ count = {seeds} }}\n[stop]\n{stop}\n"
        );
        self.write("study.toml", &text);
        text
    }

    fn parse(&self, text: &str) -> Result<Experiment, String> {
        let source = SourceFile { path: "study.toml".into(), text: text.to_owned() };
        spec::parse(source, self.path(), &[]).map_err(|errors| errors.to_string())
    }

    /// The study of a spec.
    fn study(&self, text: &str) -> Study {
        let experiment = self.parse(text).unwrap_or_else(|errors| panic!("{errors}"));
        study_of(&experiment, Commands::new(None).logging_to(self.path().to_owned()))
    }

    /// The only run of a script.
    fn run(&self, script: &str, problem: &str, stop: &str) -> Run {
        let text = self.spec(script, problem, 1, stop);
        self.study(&text).runs.remove(0)
    }

    /// The log of a run.
    fn log(&self, run: &Run) -> String {
        let bytes = fs::read(self.path().join(Commands::log_name(run.id))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn study_of(experiment: &Experiment, commands: Commands<'_>) -> Study {
    let grid = grid::expand(experiment).unwrap_or_else(|errors| panic!("{errors}"));
    let prepared = Prepared::new(&grid).unwrap_or_else(|errors| panic!("{errors:?}"));
    let plan = Plan::new(experiment, &grid, &prepared);
    engine::run(&plan, &commands, &Options::default()).unwrap()
}

/// Why a run failed.
fn reason(run: &Run) -> &str {
    run.reason.as_deref().unwrap_or_default()
}
