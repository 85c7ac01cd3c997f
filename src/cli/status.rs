//! `goldilocks status`: how far the shards of a sweep are, while they run and afterwards, from any machine that sees their folder.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::merge::no_shards;
use super::{Failure, INCOMPLETE, terminal};
use crate::store::{self, Header, Shards, Tally};
use crate::value::grouped;

/// Show how far the shards of a sweep are
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks status DIR
  sbatch --array=$(goldilocks status DIR --missing) job.sh

Exit codes: 0 all shards are complete; 2 a bad argument; 3 some are not.")]
pub(super) struct Args {
    /// The folder that the shards are trained into
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Print the numbers of the shards that are neither complete nor running, such as 3,5
    #[arg(long, conflicts_with = "json")]
    missing: bool,

    /// What the first share is called, for `--missing`
    #[arg(long, value_name = "0|1", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=1))]
    shard_base: u32,

    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// How far a shard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Done,
    Running,
    Stopped,
    Damaged,
    Waiting,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Done => "done",
            State::Running => "running",
            State::Stopped => "stopped",
            State::Damaged => "damaged",
            State::Waiting => "waiting",
        }
    }
}

/// A shard, as `--json` has it.
#[derive(Debug, Serialize)]
struct Shard {
    shard: u32,
    state: State,
    runs: u64,
    done: u64,
    failed: u64,
    /// Of those at work on it.
    runs_per_second: Option<f64>,
    seconds_left: Option<f64>,
    by: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Status {
    plan: String,
    runs: u64,
    done: u64,
    failed: u64,
    runs_per_second: Option<f64>,
    seconds_left: Option<f64>,
    missing: Vec<u32>,
    shards: Vec<Shard>,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let shards = Shards::of(&args.folder);
    let plan = shards.plan().map_err(Failure::bad_input)?.ok_or_else(|| no_shards(&args.folder))?;
    let status = status(&shards, &plan);
    if args.missing {
        let numbers: Vec<String> =
            status.missing.iter().map(|number| (number - 1 + args.shard_base).to_string()).collect();
        if !numbers.is_empty() {
            terminal::print(&format!("{}\n", numbers.join(",")))?;
        }
    } else if args.json {
        let text = serde_json::to_string_pretty(&status).map_err(Failure::lost_output)?;
        terminal::print(&format!("{text}\n"))?;
    } else {
        terminal::print(&table(&status))?;
    }
    let is_complete = status.shards.iter().all(|shard| shard.state == State::Done);
    Ok(if is_complete { 0 } else { INCOMPLETE })
}

/// A file of a shard.
struct File {
    number: u32,
    is_complete: bool,
    is_alive: bool,
    tally: Option<Tally>,
}

fn status(shards: &Shards, plan: &Header) -> Status {
    let file = |path: &PathBuf, is_complete: bool| {
        let found = if is_complete { store::look_closely(path) } else { store::look(path) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = name.split('-').next().and_then(|number| number.parse().ok());
        let found = found.ok().flatten().filter(|found| found.header.is_same_plan(plan));
        let number = found.as_ref().map(|found| found.header.share.number).or(named)?;
        let is_alive = !is_complete && store::is_alive(path);
        Some(File { number, is_complete, is_alive, tally: found.and_then(|found| found.tally().ok()) })
    };
    let complete = shards.complete();
    let journals = shards.journals();
    let files: Vec<File> = complete
        .iter()
        .filter_map(|path| file(path, true))
        .chain(journals.iter().filter_map(|path| file(path, false)))
        .collect();
    let shards: Vec<Shard> = (1..).zip(&plan.shares).map(|(number, &runs)| shard(number, runs, &files)).collect();
    let sum = |of: fn(&Shard) -> u64| shards.iter().map(of).sum::<u64>();
    let (runs, done) = (sum(|shard| shard.runs), sum(|shard| shard.done));
    let rates: Vec<f64> = shards.iter().filter_map(|shard| shard.runs_per_second).collect();
    let rate = (!rates.is_empty()).then(|| rates.iter().sum::<f64>());
    let is_missing = |shard: &&Shard| !matches!(shard.state, State::Done | State::Running);
    Status {
        plan: blake3::Hash::from_bytes(plan.plan).to_hex().to_string(),
        runs,
        done,
        failed: sum(|shard| shard.failed),
        runs_per_second: rate,
        seconds_left: left(runs - done.min(runs), rate),
        missing: shards.iter().filter(is_missing).map(|shard| shard.shard).collect(),
        shards,
    }
}

fn left(runs: u64, rate: Option<f64>) -> Option<f64> {
    rate.filter(|rate| *rate > 0.0).map(|rate| runs as f64 / rate)
}

fn shard(number: u32, runs: u64, files: &[File]) -> Shard {
    let own = || files.iter().filter(|file| file.number == number);
    let is_sealed = |file: &&File| file.is_complete && file.tally.as_ref().is_some_and(|tally| tally.is_sealed);
    let alive: Vec<&Tally> = own().filter(|file| file.is_alive).filter_map(|file| file.tally.as_ref()).collect();
    let state = match own().find(is_sealed) {
        Some(_) => State::Done,
        None if own().any(|file| file.is_alive) => State::Running,
        None if own().any(|file| file.is_complete) => State::Damaged,
        None if own().next().is_some() => State::Stopped,
        None => State::Waiting,
    };
    // Of several copies, the one that has come farthest.
    let farthest = match own().find(is_sealed) {
        Some(sealed) => sealed.tally.as_ref(),
        None => own().filter_map(|file| file.tally.as_ref()).max_by_key(|tally| tally.runs),
    };
    let (done, failed) = farthest.map_or((0, 0), |tally| (tally.runs, tally.failed));
    let beats = || alive.iter().filter_map(|tally| tally.beat.as_ref()).filter(|_| state == State::Running);
    let rates = beats().filter(|beat| beat.seconds > 0.0 && beat.runs > 0).map(|beat| beat.runs as f64 / beat.seconds);
    let rate = rates.max_by(f64::total_cmp);
    Shard {
        shard: number,
        state,
        runs,
        done,
        failed,
        runs_per_second: rate,
        seconds_left: left(runs - done.min(runs), rate),
        by: beats().map(|beat| beat.by.clone()).collect(),
    }
}

fn table(status: &Status) -> String {
    let count = |count: u64| grouped(count.into());
    let rate = |rate: Option<f64>| rate.map_or(String::new(), |rate| format!("{rate:.1}"));
    let time = |seconds: Option<f64>| seconds.map_or(String::new(), duration);
    let mut text = format!(
        "{:>6}  {:<8} {:>12} {:>12} {:>8} {:>8} {:>9}  by\n",
        "shard", "state", "done", "of", "failed", "runs/s", "left"
    );
    for shard in &status.shards {
        let line = format!(
            "{:>6}  {:<8} {:>12} {:>12} {:>8} {:>8} {:>9}  {}",
            shard.shard,
            shard.state.name(),
            count(shard.done),
            count(shard.runs),
            count(shard.failed),
            rate(shard.runs_per_second),
            time(shard.seconds_left),
            shard.by.join(", ")
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let line = format!(
        "{:>6}  {:<8} {:>12} {:>12} {:>8} {:>8} {:>9}",
        "all",
        "",
        count(status.done),
        count(status.runs),
        count(status.failed),
        rate(status.runs_per_second),
        time(status.seconds_left)
    );
    let _ = writeln!(text, "{}", line.trim_end());
    text
}

/// A time in the two largest units that it has.
fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil().min(1e12) as u64;
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds}s"),
        (0, 0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (0, hours, minutes, _) => format!("{hours}h {minutes}m"),
        (days, hours, _, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_two_units() {
        let told = [0.2, 59.0, 61.0, 7_300.0, 200_000.0].map(duration);
        assert_eq!(told, ["1s", "59s", "1m 1s", "2h 1m", "2d 7h"]);
    }
}
