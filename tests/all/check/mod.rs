//! `check`, `compare`, `verify` and `explain` as processes, and the promises of their statistics.

mod baselines;
mod ci;
mod compare;
mod docs;
mod explain;
mod optimizers;
mod outcomes;
mod statistics;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A study that meets its expectations: 10 steps, 1 step, divergence.
const PARABOLA: &str = "name = \"study\"
[problem]
kind = \"parabola\"
curvature = 0.625
[grid]
learning_rate = [0.7, 1.6, 4.0]
[stop]
max_steps = 100
converged = { distance = 0.0055 }

[[expect]]
where = { learning_rate = 0.7 }
steps = 10

[[expect]]
where = { learning_rate = { above = 3.2 } }
status = \"diverged\"
";

/// Eight seeds of small batches; the words in capitals are for changes.
const NOISY: &str = "name = \"noisy\"
[problem]
kind = \"linear-regression\"
[data]
kind = \"linear\"
examples = 100
features = 3
noise = 0.1
[grid]
learning_rate = [0.01, 0.1]
batch_size = 4
seed = { count = 8 }
[stop]
max_epochs = 20
converged = { relative_gap = 0.01 }
";

/// A folder to run the program in.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(files: &[(&str, &str)]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Place { folder }
    }

    /// A copy of the repository's three small experiments, their data, and their results.
    fn of_the_repository() -> Place {
        let place = Place::with(&[]);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(place.path("experiments/data")).unwrap();
        fs::copy(root.join("experiments/data/diabetes.csv"), place.path("experiments/data/diabetes.csv")).unwrap();
        for name in ["learning-rate", "batch-size", "u-curve"] {
            let spec = format!("experiments/{name}.toml");
            fs::copy(root.join(&spec), place.path(&spec)).unwrap();
            let results = format!("results/{name}");
            copy(&root.join(&results), &place.path(&results));
        }
        place
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.env_remove("COLUMNS").env_remove("GITHUB_STEP_SUMMARY");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What was printed, if the program ended with this exit code and wrote no error.
#[track_caller]
fn prints(output: &Output, code: i32) -> String {
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}{errors}");
    assert!(errors.is_empty(), "{errors}");
    text
}

/// The error, if the program ended with this exit code and printed nothing.
#[track_caller]
fn fails(output: &Output, code: i32) -> String {
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}{errors}");
    assert!(text.is_empty(), "{text}");
    errors
}
