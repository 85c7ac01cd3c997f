//! `goldilocks merge`: the shards of a sweep become its tables and plots, in the bytes that one machine would have written.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::interrupt::{GIVEN_UP, given_up};
use super::load::SpecArgs;
use super::look::LookArgs;
use super::results::{self, Output, Timer};
use super::sweep::{self, keep};
use super::train::{Training, plan, use_threads};
use super::{DIFFERENT, Failure, INCOMPLETE};
use crate::engine::{self, Interrupted, Memory, Plan};
use crate::store::{self, Header, Shards, Share};
use crate::train::Detail;

/// Join the shards of a sweep, and write its tables and plots beside them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks run study.toml --shard 1/2 --out DIR
  goldilocks run study.toml --shard 2/2 --out DIR
  goldilocks merge DIR

Nothing is taken on trust: every shard must be there, whole and of this sweep, and every run in exactly one of them.

Exit codes: 0 fine; 1 a run failed, or output was lost; 2 a bad argument; 3 shards are missing or damaged (they are named, and
nothing is written); 4 two copies of a shard differ.")]
pub(super) struct Args {
    /// The folder that the shards were trained into
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Replace the results of another grid too
    #[arg(long)]
    force: bool,

    /// Threads [default: what a scheduler or the system allots, else one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    #[command(flatten)]
    look: LookArgs,

    /// Draw no plots
    #[arg(long)]
    no_plots: bool,

    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut timer = Timer::start();
    use_threads(args.threads);
    let shards = Shards::of(&args.folder);
    let there = shards.plan().map_err(Failure::bad_input)?.ok_or_else(|| no_shards(&args.folder))?;
    let spec = SpecArgs { path: there.path.clone().into(), overrides: there.overrides.clone(), yes: true };
    let loaded = spec.load_text(&there.spec)?;
    if !args.force {
        store::same_grid(&args.folder, &loaded.experiment, &spec.overrides, &loaded.grid, false)
            .map_err(Failure::bad_input)?;
    }
    let plan = plan(&loaded, Training { curves: Detail::from_name(&there.curves), ..Training::default() });
    let shares = engine::deal(&plan, there.share.of);
    let header = sweep::header(&plan, &spec, there.share, &shares);
    if !there.is_same_plan(&header) {
        return Err(another_plan(&there, &header, &args.folder));
    }
    let staging = store::stage(&args.folder).map_err(Failure::bad_input)?;
    timer.lap("load");
    let memory = gather(&plan, &shards, &header, &shares, &args.folder)?;
    timer.lap("merge");
    let study = engine::study(&plan, memory, &GIVEN_UP).map_err(|Interrupted| given_up())?;
    timer.lap("pictures");
    let header = Header { share: Share::ALL, ..header };
    let plots = (!args.no_plots).then(|| args.look.into());
    results::write(
        &study,
        header,
        staging,
        &Output { folder: &args.folder, plots, quiet: args.quiet, failures: "" },
        timer,
    )
}

/// The failure for a folder without shards.
pub(super) fn no_shards(folder: &Path) -> Failure {
    Failure::bad_input(format!(
        "{} holds no shards of a sweep\nhelp: `goldilocks run SPEC --shard 1/8 --out DIR` trains the first of eight into DIR",
        folder.display()
    ))
}

fn another_plan(there: &Header, here: &Header, folder: &Path) -> Failure {
    let lines: String = there.differences(here).iter().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "the shards in {} cannot be joined here: what they were trained from is not what is here now\n{lines}\
         help: put back what has changed, or train the shards again into another folder",
        folder.display()
    );
    Failure { code: INCOMPLETE, ..Failure::bad_input(text) }
}

/// All runs of all shards, each exactly once.
fn gather(
    plan: &Plan<'_>,
    shards: &Shards,
    header: &Header,
    shares: &[Vec<u32>],
    folder: &Path,
) -> Result<Memory, Failure> {
    let mut memory = Memory::new(plan);
    let copies = copies(shards, header)?;
    let mut incomplete: Vec<(u32, String)> = Vec::new();
    for (number, runs) in (1..).zip(shares) {
        let of_share = copies.iter().filter(|copy| copy.number == number);
        let (whole, broken): (Vec<&Copy>, Vec<&Copy>) = of_share.partition(|copy| copy.why_not.is_none());
        let Some(first) = whole.first() else {
            let why = broken.first().and_then(|copy| copy.why_not.clone());
            incomplete.push((number, why.unwrap_or_else(|| "it is not there".to_owned())));
            continue;
        };
        for other in &whole[1..] {
            let run = store::difference(&first.path, &other.path, sweep::shape(plan)).map_err(Failure::bad_input)?;
            if let Some(run) = run {
                return Err(differ(number, run, &first.path, &other.path));
            }
        }
        read(plan, &first.path, runs, &mut memory)?;
        let missing = runs.iter().filter(|run| !memory.has(**run)).count();
        if missing > 0 {
            incomplete
                .push((number, format!("{missing} of its {} runs are not in {}", runs.len(), first.path.display())));
        }
    }
    match incomplete.is_empty() {
        true => Ok(memory),
        false => Err(not_complete(&incomplete, header, folder)),
    }
}

/// A file that is to be a complete share.
struct Copy {
    path: PathBuf,
    number: u32,
    /// Why it is of no use.
    why_not: Option<String>,
}

fn copies(shards: &Shards, header: &Header) -> Result<Vec<Copy>, Failure> {
    let mut copies = Vec::new();
    for path in shards.complete() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The name tells of which share a file is that tells nothing itself.
        let named = || name.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let shown = path.display();
        let copy = |number, why_not| Copy { path: path.clone(), number, why_not };
        copies.push(match store::look_closely(&path) {
            Ok(None) => copy(named(), Some(format!("{shown} is damaged"))),
            Err(error) => copy(named(), Some(error.to_string())),
            Ok(Some(found)) if !found.header.is_same_plan(header) || found.header.share.of != header.share.of => {
                copy(found.header.share.number, Some(format!("{shown} is of another sweep")))
            }
            Ok(Some(found)) => {
                let number = found.header.share.number;
                let is_sealed = found.tally().map_err(Failure::bad_input)?.is_sealed;
                copy(number, (!is_sealed).then(|| format!("{shown} is cut off or damaged")))
            }
        });
    }
    Ok(copies)
}

fn read(plan: &Plan<'_>, path: &Path, runs: &[u32], memory: &mut Memory) -> Result<(), Failure> {
    let place = |number: u32, id: u64| {
        let is_ours = runs.binary_search(&number).is_ok() && plan.grid.runs[number as usize].id == id;
        is_ours.then_some(number)
    };
    let Some(found) = store::look(path).map_err(Failure::bad_input)? else { return Ok(()) };
    let read = found.read(sweep::shape(plan), place, |runs, finished| keep(memory, runs, finished));
    read.map(drop).map_err(Failure::bad_input)
}

fn differ(number: u32, run: u32, one: &Path, other: &Path) -> Failure {
    Failure {
        code: DIFFERENT,
        ..Failure::bad_input(format!(
            "two copies of shard {number} differ: run {run} has another outcome in {} than in {}\n\
             help: remove the one that is wrong; `goldilocks verify SPEC` tells whether a machine can be trusted",
            one.display(),
            other.display()
        ))
    }
}

fn not_complete(incomplete: &[(u32, String)], header: &Header, folder: &Path) -> Failure {
    let numbers: Vec<String> = incomplete.iter().map(|(number, _)| number.to_string()).collect();
    let shards = if numbers.len() == 1 { "shard" } else { "shards" };
    let mut text =
        format!("{shards} {} of {} must be run again; nothing was written\n", numbers.join(","), header.share.of);
    const MOST: usize = 20;
    for (number, why) in incomplete.iter().take(MOST) {
        let _ = writeln!(text, "  {number}: {why}");
    }
    if incomplete.len() > MOST {
        let _ = writeln!(text, "  and {} more", incomplete.len() - MOST);
    }
    let (first, of) = (&numbers[0], header.share.of);
    let _ = write!(text, "help: goldilocks run {} --shard {first}/{of} --out {}", header.path, folder.display());
    Failure { code: INCOMPLETE, ..Failure::bad_input(text) }
}
