//! Sweeps that are killed, interrupted, changed and extended: what is finished is kept, and the tables and plots are those of one go.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Many small groups of lanes, so that some are finished whenever it is interrupted.
const SPEC: &str = "name = \"study\"\n[problem]\nkind = \"linear-regression\"\n[data]\nkind = \"csv\"\ncsv = \"data.csv\"\ntarget = \"y\"\n\
                    [grid]\nbatch_size = [1, 2, 4, 8]\nseed = { count = 25 }\nlearning_rate = [0.001, 0.003, 0.01, 0.03, 3.0]\n\
                    [stop]\nmax_epochs = EPOCHS\n";

pub(super) struct Place(TempDir);

impl Place {
    pub(super) fn new(epochs: u32) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.path("study.toml"), SPEC.replace("EPOCHS", &epochs.to_string())).unwrap();
        let row = |i: i32| format!("{},{},{}\n", i % 7, (i * i) % 11, (i * 5) % 13);
        let rows: String = (0..64).map(row).collect();
        fs::write(place.path("data.csv"), format!("a,b,y\n{rows}")).unwrap();
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn start(&self, arguments: &[&str]) -> Child {
        let program = assert_cmd::cargo::cargo_bin!("goldilocks");
        // A test in the background ignores Ctrl-C, and so would the program.
        let mut command = if cfg!(target_os = "linux") {
            let mut command = Command::new("env");
            command.arg("--default-signal=INT,TERM,HUP").arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.0.path()).args(["run", "study.toml", "--threads", "2"]).args(arguments);
        // What a scheduler of this machine says is not for tests.
        for name in ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NSLOTS"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs to the end, which must have this exit code; what was said on standard error.
    pub(super) fn run(&self, arguments: &[&str], code: i32) -> String {
        ended(&self.start(arguments).wait_with_output().unwrap(), code)
    }

    /// Another verb; its exit code must be this one. What it said on both streams.
    pub(super) fn call(&self, arguments: &[&str], code: i32) -> (String, String) {
        let program = assert_cmd::cargo::cargo_bin!("goldilocks");
        let output = Command::new(program).current_dir(self.0.path()).args(arguments).output().unwrap();
        let errors = ended(&output, code);
        (String::from_utf8(output.stdout).unwrap(), errors)
    }

    /// Runs until something is in the journal, then sends a signal; what was said.
    fn interrupt(&self, arguments: &[&str], signal: &str, code: impl Into<Option<i32>>) -> String {
        let journal = self.path("results/.unfinished/study/journal");
        let length = || fs::metadata(&journal).map_or(0, |found| found.len());
        let mut before = length();
        let child = self.start(arguments);
        let begun = Instant::now();
        while length() < before + 5_000 {
            // Another journal has begun.
            before = before.min(length());
            assert!(begun.elapsed() < Duration::from_secs(60), "no journal");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        ended(&child.wait_with_output().unwrap(), code)
    }

    /// Every file of a results folder but those that tell how an execution went.
    pub(super) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap());
        let entries = entries.filter(|entry| entry.file_type().unwrap().is_file());
        let files = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
        files.filter(|(name, _)| !["provenance.toml", "timing.csv"].contains(&name.as_str())).collect()
    }

    pub(super) fn hold(&self, folder: &str, reference: &str) {
        let (found, expected) = (self.files(folder), self.files(reference));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (name, bytes) in &expected {
            assert!(found[name] == *bytes, "{name} has other bytes");
        }
    }

    fn is_clean(&self) -> bool {
        !self.path("results/.unfinished").exists()
    }
}

pub(super) fn ended(output: &Output, code: impl Into<Option<i32>>) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), code.into(), "{text}");
    text
}

/// Random moments that a failure can be repeated with, as far as moments can.
struct Moments(u64);

impl Moments {
    fn below(&mut self, most: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        most.mul_f64((self.0 >> 11) as f64 / (1u64 << 53) as f64)
    }
}

#[test]
#[cfg(unix)]
fn a_sweep_killed_twenty_times_has_the_files_of_one_that_ran_in_one_go() {
    let place = Place::new(40);
    let begun = Instant::now();
    place.run(&["--quiet", "--out", "reference"], 0);
    let duration = begun.elapsed();
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut moments = Moments(seed);
    let (mut killed, mut went_on, mut finished) = (0, 0, 0);
    while killed < 20 {
        let mut child = place.start(&[]);
        // Short enough that several kills fall into one sweep.
        std::thread::sleep(moments.below(duration.mul_f64(0.4)));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        let output = child.wait_with_output().unwrap();
        went_on += usize::from(String::from_utf8_lossy(&output.stderr).contains("goes on with an interrupted sweep"));
        if output.status.success() {
            finished += 1;
            place.hold("results/study", "reference");
            fs::remove_dir_all(place.path("results/study")).unwrap();
        }
    }
    place.run(&["--quiet"], 0);
    place.hold("results/study", "reference");
    assert!(went_on > 0, "no sweep went on: {finished} finished (moments {seed}, one go takes {duration:?})");
    assert!(place.is_clean(), "nothing is left behind");
}

#[test]
#[cfg(unix)]
fn signals_keep_what_is_finished_and_say_how_to_go_on() {
    let place = Place::new(400);
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let message = place.interrupt(&["--fresh"], signal, code);
        let told = message.lines().find(|line| line.starts_with("error: interrupted")).unwrap_or_default();
        assert!(told.contains("old results are as they were") && told.ends_with("of 500 runs are kept"), "{message}");
        assert!(message.contains("help: the same command goes on with the others"), "{message}");
    }
    let message = place.interrupt(&[], "-KILL", None);
    assert!(message.contains("goes on with an interrupted sweep"), "{message}");
}

#[test]
#[cfg(unix)]
fn another_plan_is_told_what_differs_and_asked_for_fresh() {
    let place = Place::new(400);
    place.interrupt(&[], "-TERM", 143);
    let spec = fs::read_to_string(place.path("study.toml")).unwrap();
    fs::write(place.path("study.toml"), spec.replace("400", "20")).unwrap();
    let message = place.run(&[], 2);
    assert!(
        message.contains(
            "keeps runs of an interrupted sweep that differs from this one\n  stop.max_epochs: 400 there, 20 here\n"
        ),
        "{message}"
    );
    assert!(message.contains("--fresh") && !place.path("results/study").exists(), "{message}");
    fs::write(place.path("study.toml"), &spec).unwrap();
    let data = fs::read_to_string(place.path("data.csv")).unwrap();
    fs::write(place.path("data.csv"), data.replace("6,3,", "6,4,")).unwrap();
    let message = place.run(&[], 2);
    assert!(message.contains("data.csv: its contents have changed"), "{message}");
    // Words that no run depends on make no other plan.
    fs::write(place.path("data.csv"), &data).unwrap();
    fs::write(place.path("study.toml"), format!("description = \"words\"\n{spec}")).unwrap();
    let message = place.interrupt(&[], "-TERM", 143);
    assert!(message.contains("goes on"), "{message}");
    fs::write(place.path("study.toml"), spec.replace("400", "20")).unwrap();
    let message = place.run(&["--fresh", "--no-plots"], 0);
    assert!(!message.contains("goes on") && place.is_clean(), "{message}");
}

#[test]
#[cfg(unix)]
fn a_damaged_journal_keeps_what_is_before_the_damage() {
    let place = Place::new(40);
    place.run(&["--quiet", "--no-plots", "--out", "reference"], 0);
    place.interrupt(&["--no-plots"], "-KILL", None);
    let journal = place.path("results/.unfinished/study/journal");
    let whole = fs::read(&journal).unwrap();
    type Damage = fn(&mut Vec<u8>);
    let damages: [(Damage, &str); 4] = [
        (|bytes| bytes.truncate(bytes.len() - 3), "is cut off or damaged after "),
        (
            |bytes| {
                let place = bytes.len() / 2;
                bytes[place] ^= 16;
            },
            "is cut off or damaged after ",
        ),
        (|bytes| bytes[30] ^= 1, "is damaged at its very beginning"),
        (|bytes| bytes.clear(), "is damaged at its very beginning"),
    ];
    for (damage, told) in damages {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        fs::create_dir_all(journal.parent().unwrap()).unwrap();
        fs::write(&journal, bytes).unwrap();
        let message = place.run(&["--no-plots"], 0);
        assert!(
            message.starts_with("warning: ")
                && message.contains("results/.unfinished/study/journal ")
                && message.contains(told),
            "{message}"
        );
        place.hold("results/study", "reference");
        assert!(place.is_clean());
    }
    fs::create_dir_all(journal.parent().unwrap()).unwrap();
    fs::write(&journal, b"goldilocks journal 7\n and then some").unwrap();
    let message = place.run(&["--no-plots"], 2);
    assert!(message.contains("has form 7") && message.contains("--fresh"), "{message}");
    place.run(&["--no-plots", "--fresh"], 0);
    place.hold("results/study", "reference");
}

#[test]
fn an_axis_that_grows_by_a_value_trains_that_value_only() {
    let place = Place::new(10);
    let grown = "grid.learning_rate=[0.001, 0.003, 0.01, 0.02, 0.03, 3.0]";
    let first = ["--no-plots", "--set", "record.curves='all'"];
    place.run(&first, 0);
    let with = |more: &[&'static str]| [&first[..], &["--set", grown], more].concat();
    assert!(place.run(&with(&[]), 2).contains("another grid"));
    let message = place.run(&with(&["--extend"]), 0);
    assert!(message.contains("note: keeps 500 of 600 runs"), "{message}");
    place.run(&with(&["--out", "reference"]), 0);
    place.hold("results/study", "reference");
    // Nothing is missing now; and with other data nothing can be kept.
    assert!(place.run(&with(&["--extend"]), 0).contains("keeps 600 of 600 runs"));
    place.hold("results/study", "reference");
    let data = fs::read_to_string(place.path("data.csv")).unwrap();
    fs::write(place.path("data.csv"), data.replace("6,3,", "6,4,")).unwrap();
    let message = place.run(&with(&["--extend"]), 0);
    assert!(
        message.contains("no run of results/study can be kept: the files that were read have other contents now"),
        "{message}"
    );
    place.run(&with(&["--out", "changed"]), 0);
    place.hold("results/study", "changed");
    assert_ne!(place.files("changed"), place.files("reference"));
}

#[test]
fn an_extended_sweep_has_the_curves_and_parameters_of_one_go() {
    let place = Place::new(10);
    // Every second run keeps a curve, then every third: those without one are trained again.
    let recorded = ["--no-plots", "--set", "record.max_curves=250", "--set", "record.parameters='both'"];
    place.run(&recorded, 0);
    let grown = [&recorded[..], &["--set", "grid.learning_rate=[0.001, 0.003, 0.01, 0.02, 0.03, 3.0]"]].concat();
    let message = place.run(&[&grown[..], &["--extend"]].concat(), 0);
    assert!(message.contains("note: keeps ") && !message.contains("keeps 500"), "{message}");
    place.run(&[&grown[..], &["--out", "reference"]].concat(), 0);
    place.hold("results/study", "reference");
}

#[test]
#[cfg(unix)]
fn an_interrupted_sweep_can_be_extended_too() {
    let place = Place::new(40);
    place.interrupt(&["--no-plots"], "-TERM", 143);
    let grown = "grid.seed={ count = 30 }";
    let message = place.run(&["--no-plots", "--extend", "--set", grown], 0);
    assert!(message.contains("note: keeps ") && message.contains(" of 600 runs"), "{message}");
    place.run(&["--no-plots", "--set", grown, "--out", "reference"], 0);
    place.hold("results/study", "reference");
    assert!(place.is_clean());
}

#[test]
#[cfg(unix)]
fn a_check_trains_afresh() {
    let place = Place::new(40);
    place.interrupt(&["--no-plots"], "-KILL", None);
    let journal = place.path("results/.unfinished/study/journal");
    let before = fs::read(&journal).unwrap();
    let program = assert_cmd::cargo::cargo_bin!("goldilocks");
    for verb in ["check", "verify"] {
        let output =
            Command::new(program).current_dir(place.0.path()).args([verb, "study.toml", "--quiet"]).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stderr).contains("goes on"));
        assert_eq!(fs::read(&journal).unwrap(), before, "{verb} neither reads nor writes it");
    }
}
