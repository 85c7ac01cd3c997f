//! What a run of a program costs beyond starting a bare process, and whether thousands of them take memory. Run with
//! `cargo bench --bench commands`.
//!
//! Both are measured in the same round, one process at a time, and the median over rounds is taken. Nothing here fails for being slow.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use goldilocks::engine::{self, Commands, Options, Plan, Prepared};
use goldilocks::outcome::Status;
use goldilocks::spec::SourceFile;
use goldilocks::{grid, spec};

/// One line and out: as little as a training program can do.
const PROGRAM: &str = "/bin/echo";
const LINE: &str = "step=1 loss=0.5";

/// Seconds that so many runs take, one at a time (or as many as there are cores).
fn runs(count: usize, jobs: usize, logs: &Path) -> f64 {
    let text = format!(
        "name = \"b\"\n[problem]\nkind = \"command\"\nprogram = [\"{PROGRAM}\", \"{LINE}\"]\nreads_environment = true\n\
         [grid]\nlearning_rate = 1\nseed = {{ count = {count} }}\n[stop]\nmax_steps = 10\n"
    );
    let source = SourceFile { path: "b.toml".into(), text };
    let experiment = spec::parse(source, logs, &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let grid = grid::expand(&experiment).unwrap_or_else(|errors| panic!("{errors}"));
    let prepared = Prepared::new(&grid).unwrap_or_else(|errors| panic!("{errors:?}"));
    let plan = Plan::new(&experiment, &grid, &prepared);
    let commands = Commands::new(Some(jobs)).logging_to(logs.to_owned());
    let start = Instant::now();
    let study = engine::run(&plan, &commands, &Options::default()).unwrap_or_else(|_| panic!("interrupted"));
    let seconds = start.elapsed().as_secs_f64();
    assert!(study.runs.iter().all(|run| run.status == Status::Exhausted), "{:?}", study.runs.first());
    seconds
}

/// Seconds that so many bare processes take, one at a time.
fn bare(count: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        let mut command = Command::new(PROGRAM);
        command.arg(LINE).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().is_ok_and(|status| status.success()));
    }
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What this process has in memory, in megabytes; not a number where the system does not tell.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).map_or(f64::NAN, |kb: f64| kb / 1e3)
}

fn main() {
    const ROUNDS: usize = 15;
    const COUNT: usize = 200;
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let per_run = |seconds: f64| 1e3 * seconds / COUNT as f64;
    let rounds = (0..ROUNDS).map(|_| (per_run(bare(COUNT)), per_run(runs(COUNT, 1, folder.path()))));
    let (bare, whole): (Vec<f64>, Vec<f64>) = rounds.unzip();
    let beyond = median(whole.iter().zip(&bare).map(|(whole, bare)| whole - bare).collect());
    println!("\na program per run, one at a time ({ROUNDS} rounds of {COUNT})");
    println!("  bare process        {:>8.3} ms", median(bare));
    println!("  run                 {:>8.3} ms", median(whole));
    println!("  beyond the process  {beyond:>8.3} ms");

    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let before = memory();
    let first = runs(1_000, cores, folder.path());
    let between = memory();
    let all = runs(10_000, cores, folder.path());
    println!("\nmany of them, {cores} at a time");
    println!("   1,000 runs  {first:>7.2} s   {between:>6.1} MB in memory ({before:.1} before)");
    println!("  10,000 runs  {all:>7.2} s   {:>6.1} MB", memory());
}
