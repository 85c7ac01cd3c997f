//! `goldilocks run --shard I/N`: trains a share of a sweep, in a process that knows nothing of the others.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::load::SpecArgs;
use super::sweep::{self, Manner, Sweep, keep};
use super::{DIFFERENT, Failure, terminal};
use crate::engine::{self, Executor, Memory, Part, Plan};
use crate::outcome::Status;
use crate::store::{self, Header, Journal, JournalError, Placed, Shards, Share};
use crate::value::grouped;

/// Which share of a sweep is trained.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShardArgs {
    /// Train share I of N into DIR/shards/, for `merge`; `@VARIABLE/N` takes I from that variable of the environment
    #[arg(long, value_name = "I/N", conflicts_with = "extend")]
    pub(super) shard: Option<ShardArg>,

    /// What the first share is called
    #[arg(long, value_name = "0|1", default_value_t = 1, requires = "shard", value_parser = clap::value_parser!(u32).range(0..=1))]
    pub(super) shard_base: u32,
}

/// A share as it is asked for.
#[derive(Debug, Clone)]
pub(super) struct ShardArg {
    number: Number,
    of: u32,
}

#[derive(Debug, Clone)]
enum Number {
    Is(u32),
    Variable(String),
}

/// A sweep is cut into at most so many shares.
const MOST_SHARES: u32 = 100_000;

impl FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<ShardArg, String> {
        let expected = || "expected I/N, such as 3/8, or @VARIABLE/N".to_owned();
        let (number, of) = text.split_once('/').ok_or_else(expected)?;
        let of = of.parse().ok().filter(|of| (1..=MOST_SHARES).contains(of));
        let of = of.ok_or_else(|| format!("N is a number of shards from 1 to {MOST_SHARES}"))?;
        let number = match number.strip_prefix('@') {
            Some("") => return Err(expected()),
            Some(name) => Number::Variable(name.to_owned()),
            None => Number::Is(number.parse().map_err(|_| expected())?),
        };
        Ok(ShardArg { number, of })
    }
}

impl ShardArgs {
    /// The share, counted from 1.
    pub(super) fn share(&self) -> Result<Share, Failure> {
        self.share_with(|name| std::env::var(name).ok())
    }

    fn share_with(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Share, Failure> {
        let Some(ShardArg { number, of }) = &self.shard else { return Ok(Share::ALL) };
        let (number, from) = match number {
            Number::Is(number) => (*number, String::new()),
            Number::Variable(name) => {
                let value = variable(name).ok_or_else(|| {
                    Failure::bad_input(format!("--shard @{name}/{of}: the variable {name} is not set"))
                })?;
                let number = value.trim().parse().map_err(|_| {
                    Failure::bad_input(format!("--shard @{name}/{of}: the variable {name} is `{value}`, not a number"))
                })?;
                (number, format!(" (from the variable {name})"))
            }
        };
        let base = self.shard_base;
        let last = base + of - 1;
        if !(base..=last).contains(&number) {
            let other = if base == 1 { "0" } else { "1" };
            return Err(Failure::bad_input(format!(
                "--shard: there is no shard {number}{from} of {of}: they are counted from {base} to {last}\n\
                 help: with `--shard-base {other}` they are counted from {other}"
            )));
        }
        Ok(Share { number: number - base + 1, of: *of })
    }
}

/// Trains a share of a plan into a folder; the exit code.
pub(super) fn run_on(
    executor: &dyn Executor,
    plan: &Plan<'_>,
    spec: &SpecArgs,
    share: Share,
    folder: &Path,
    manner: Manner<'_>,
) -> Result<u8, Failure> {
    let Manner { resume, quiet, .. } = manner;
    let shares = engine::deal(plan, share.of);
    let header = sweep::header(plan, spec, share, &shares);
    let runs = &shares[share.number as usize - 1];
    let shards = Shards::of(folder);
    shards.begin(&header).map_err(Failure::bad_input)?;
    let place = shards.place(share);
    let again = resume.fresh || resume.retry_failed;
    let say = |text: &str| if quiet { Ok(()) } else { terminal::print(&format!("shard {share}: {text}\n")) };
    if !again && store::is_sealed(&place, &header).map_err(Failure::bad_input)? {
        say(&format!("complete already, in {}", place.display()))?;
        return Ok(0);
    }
    let mut memory = Memory::new(plan);
    let (mut journal, path) = shards.journal(&header).map_err(Failure::lost_output)?;
    let old = if resume.fresh { Vec::new() } else { [vec![place], shards.journals()].concat() };
    let old: Vec<PathBuf> = old.into_iter().filter(|old| *old != path).collect();
    let recalled = recall(plan, runs, &header, &old, &mut journal, &mut memory, resume.retry_failed)?;
    if recalled > 0 {
        say(&format!("goes on with {} of {} runs", grouped(recalled as u128), grouped(runs.len() as u128)))?;
    }
    let results = folder;
    let (part, shape) = (Part::Runs(runs), sweep::shape(plan));
    let sweep = Sweep { plan, part, header: header.clone(), journal: &path, results, manner };
    let (memory, mut journal, _) = sweep.carry_out(executor, memory, journal)?;
    journal.seal().map_err(Failure::lost_output)?;
    let placed = shards.put(&path, &header, shape, again).map_err(Failure::lost_output)?;
    drop(journal);
    // What is in a complete share is needed nowhere else.
    let of_share = |path: &&PathBuf| header_of(path).is_ok_and(|other| other.is_some_and(|other| other.share == share));
    shards.journals().iter().filter(of_share).for_each(|journal| store::remove_dead(journal));
    let place = match placed {
        Placed::Here(place) | Placed::SameThere(place) => place,
        Placed::OtherThere { there, here, run } => {
            let [there, here] = [there, here].map(|path| path.display().to_string());
            return Err(Failure {
                text: format!(
                    "two copies of shard {share} differ: run {run} has another outcome in {there} than in {here}\n\
                     help: train the shard again with `--fresh`, and `goldilocks verify` on both machines"
                ),
                code: DIFFERENT,
            });
        }
    };
    let failed = runs.iter().filter(|run| memory.has(**run) && !memory.has_succeeded(**run)).count();
    let failures = if failed > 0 { format!(", {} of them failed", grouped(failed as u128)) } else { String::new() };
    say(&format!("{} runs{failures}, in {}", grouped(runs.len() as u128), place.display()))?;
    Ok(if failed > 0 { super::FAILED } else { 0 })
}

/// Takes what earlier processes have finished of a share, into memory and the new journal; how many runs.
fn recall(
    plan: &Plan<'_>,
    runs: &[u32],
    header: &Header,
    old: &[PathBuf],
    journal: &mut Journal,
    memory: &mut Memory,
    retries: bool,
) -> Result<usize, Failure> {
    let place = |number: u32, id: u64| {
        let is_ours = runs.binary_search(&number).is_ok() && plan.grid.runs[number as usize].id == id;
        is_ours.then_some(number)
    };
    let (mut count, mut lost) = (0, Ok(()));
    for path in old {
        // What cannot be read, or is of another version or plan, is of no use.
        let Ok(Some(found)) = store::look(path) else { continue };
        if !found.header.is_same_plan(header) || found.header.share != header.share {
            continue;
        }
        let read = found.read(sweep::shape(plan), place, |runs, finished| {
            let (runs, finished) = finished.only(&runs, |number, run| {
                !memory.has_succeeded(number) && !(run.status == Status::Failed && (retries || memory.has(number)))
            });
            if lost.is_ok() && !runs.is_empty() {
                count += runs.len();
                lost = journal.append(&runs, &finished);
                keep(memory, runs, finished);
            }
        });
        read.map_err(Failure::bad_input)?;
    }
    lost.map_err(|error| Failure::lost_output(format!("cannot keep what was finished: {error}")))?;
    if count > 0 {
        journal.settle().map_err(Failure::lost_output)?;
    }
    Ok(count)
}

fn header_of(journal: &Path) -> Result<Option<Header>, JournalError> {
    Ok(store::look(journal)?.map(|found| found.header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(shard: &str, shard_base: u32) -> Result<(u32, u32), String> {
        let args = ShardArgs { shard: Some(shard.parse()?), shard_base };
        let variable = |name: &str| match name {
            "TASK" => Some("3".to_owned()),
            "ODD" => Some("x".to_owned()),
            _ => None,
        };
        args.share_with(variable).map(|share| (share.number, share.of)).map_err(|failure| failure.text)
    }

    #[test]
    fn a_share_is_a_number_or_a_named_variable() {
        assert_eq!(share("3/8", 1), Ok((3, 8)));
        assert_eq!(share("8/8", 1), Ok((8, 8)));
        assert_eq!(share("0/8", 0), Ok((1, 8)));
        assert_eq!(share("@TASK/8", 1), Ok((3, 8)));
        assert_eq!(share("@TASK/8", 0), Ok((4, 8)));
    }

    #[test]
    fn what_is_no_share_is_refused_with_what_to_do() {
        for wrong in ["3", "3/", "/8", "a/8", "@/8", "3/0", "3/1000000", "-1/8"] {
            assert!(share(wrong, 1).is_err(), "{wrong}");
        }
        assert!(share("0/8", 1).unwrap_err().contains("counted from 1 to 8\nhelp: with `--shard-base 0`"));
        assert!(share("8/8", 0).unwrap_err().contains("counted from 0 to 7"));
        assert!(share("@TASK/2", 1).unwrap_err().contains("no shard 3 (from the variable TASK) of 2"));
        assert!(share("@ODD/2", 1).unwrap_err().contains("the variable ODD is `x`, not a number"));
        assert!(share("@NONE/2", 1).unwrap_err().contains("the variable NONE is not set"));
    }
}
