//! `goldilocks verify`: a certificate that results are a function of the spec alone.
//!
//! A sample of runs is trained here and then again in other processes, under other conditions; every loss of every step must
//! have the same bits.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::atomic::Ordering;

use super::load::{Loaded, SpecArgs};
use super::programs::program;
use super::retrain;
use super::train::{Training, train};
use super::{Failure, REGRESSED, interrupt, terminal};
use crate::choice::evenly;
use crate::record::Study;
use crate::spec::Experiment;
use crate::train::Detail;

/// Train a sample of runs again in other processes, with other threads, groups and instructions, and compare every bit
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks verify experiments/batch-size.toml
  goldilocks verify study.toml --sample 1000

Exit codes: 0 every bit is the same, 1 a run differs (the first differing step is printed), 2 a bad argument or spec,
130, 143 or 129 ended by Ctrl-C, SIGTERM or SIGHUP.")]
pub(super) struct Args {
    #[command(flatten)]
    spec: SpecArgs,

    /// How many runs to train again, evenly chosen from all
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,

    /// Show no progress
    #[arg(short, long)]
    quiet: bool,
}

/// Other conditions under which the same bits must come.
struct Condition {
    name: &'static str,
    arguments: &'static [&'static str],
}

const CONDITIONS: [Condition; 4] = [
    Condition { name: "one thread", arguments: &["--threads=1"] },
    Condition { name: "seven threads, every run in a group of its own", arguments: &["--threads=7", "--most-lanes=1"] },
    Condition { name: "two threads, groups of at most three runs", arguments: &["--threads=2", "--most-lanes=3"] },
    Condition { name: "no vector instructions", arguments: &["--threads=2", "--scalar"] },
];

/// Programs know nothing of lanes.
const CONDITIONS_OF_PROGRAMS: [Condition; 2] = [
    Condition { name: "one program at a time", arguments: &["--threads=1"] },
    Condition { name: "two programs at a time", arguments: &["--threads=2"] },
];

/// The conditions for a spec; a program has to be declared to be one that they do not matter to.
fn conditions(loaded: &Loaded, args: &Args) -> Result<&'static [Condition], Failure> {
    match program(&loaded.prepared) {
        None => Ok(&CONDITIONS),
        Some(command) if command.is_deterministic => Ok(&CONDITIONS_OF_PROGRAMS),
        Some(_) => Err(Failure::bad_input(format!(
            "{} trains with a program that is not declared to be deterministic\nhelp: add `deterministic = true` to \
             [problem] if the same settings always give the same losses; `replicate_check = 2` tells whether they do",
            args.spec.path.display()
        ))),
    }
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut loaded = args.spec.load_unjudged(None)?;
    let conditions = conditions(&loaded, args)?;
    let all = loaded.grid.runs.len() as u32;
    let runs = sample(all, args.sample);
    loaded.grid = loaded.grid.only(&runs);
    let here = train(&loaded, Training { curves: Some(Detail::None), quiet: args.quiet, ..Training::default() })?;
    let expected = retrain::hashes(&here);

    let mut text = format!(
        "{}: {} of {all} runs trained here, then again in other processes\n",
        args.spec.path.display(),
        runs.len()
    );
    let mut is_same = true;
    for condition in conditions {
        let found = again(args, condition, &runs, false)?;
        match first_difference(&expected, &found) {
            None => {
                let _ = writeln!(text, "  same bits       {}", condition.name);
            }
            Some(place) => {
                is_same = false;
                let run = runs.get(place).copied().unwrap_or_default();
                let _ = writeln!(text, "  OTHER BITS      {}: run {run}", condition.name);
                text.push_str(&where_it_differs(args, &loaded, condition, place, run)?);
            }
        }
    }
    text.push_str(match is_same {
        true => "certified: every loss of every step is a function of the spec alone\n",
        false => "not certified: please report this with the spec\n",
    });
    terminal::verdict(|| terminal::print(&text))?;
    Ok(if is_same { 0 } else { REGRESSED })
}

/// `count` of `all` numbers, evenly chosen, the first and the last among them.
fn sample(all: u32, count: u32) -> Vec<u32> {
    evenly(all as usize, count as usize).into_iter().map(|run| run as u32).collect()
}

/// Trains runs in another process under other conditions; what it printed.
fn again(args: &Args, condition: &Condition, runs: &[u32], steps: bool) -> Result<String, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::lost_output(format!("cannot train in another process: {why}"));
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut command = Command::new(program);
    command.arg("retrain").arg(&args.spec.path).args(condition.arguments);
    let runs: Vec<String> = runs.iter().map(u32::to_string).collect();
    command.args(args.spec.overrides.iter().map(|change| format!("--set={change}")));
    if args.spec.yes {
        command.arg("--yes");
    }
    if steps {
        command.arg("--steps");
    }
    // A command line holds only so many numbers.
    let (status, out, errors) = interrupt::run(&mut command, &runs.join("\n")).map_err(|error| failed(&error))?;
    if interrupt::GIVEN_UP.load(Ordering::SeqCst) {
        return Err(interrupt::given_up());
    }
    if status.success() { Ok(out) } else { Err(failed(&errors)) }
}

/// The first line in which two texts differ.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    let (mut a, mut b) = (a.lines(), b.lines());
    let mut line = 0;
    loop {
        match (a.next(), b.next()) {
            (None, None) => return None,
            (one, other) if one != other => return Some(line),
            _ => line += 1,
        }
    }
}

/// Trains one run again, here and there, with every evaluation recorded; says at which step it first differs.
fn where_it_differs(
    args: &Args,
    loaded: &Loaded,
    condition: &Condition,
    place: usize,
    run: u32,
) -> Result<String, Failure> {
    let alone = Loaded {
        experiment: Experiment { max_curves: 1, ..loaded.experiment.clone() },
        grid: loaded.grid.clone().only(&[place as u32]),
        prepared: loaded.prepared.clone(),
    };
    let here = train(&alone, Training { curves: Some(Detail::All), quiet: true, ..Training::default() })?;
    let there = again(args, condition, &[run], true)?;
    Ok(describe(&here, &there))
}

/// The first evaluation of a single run that is not the same in the text that the other process printed.
fn describe(here: &Study, there: &str) -> String {
    let expected = retrain::steps(here);
    let Some(line) = first_difference(&expected, there) else {
        return "                  alone it has the same bits; it differs only beside other runs\n".to_owned();
    };
    let tell = |text: &str| match text.lines().nth(line).map(|line| line.split(' ').collect::<Vec<&str>>()) {
        Some(parts) if parts.len() == 3 => {
            let loss = u64::from_str_radix(parts[2], 16).map(f64::from_bits).unwrap_or(f64::NAN);
            format!("step {}, loss {loss:e} (bits {})", parts[1], parts[2])
        }
        _ => "no such evaluation".to_owned(),
    };
    format!("                  here   {}\n                  there  {}\n", tell(&expected), tell(there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Curve;

    #[test]
    fn a_sample_is_spread_over_all_runs() {
        assert_eq!(sample(10, 4), [0, 3, 6, 9]);
        assert_eq!(sample(3, 64), [0, 1, 2]);
        assert_eq!(sample(1, 64), [0]);
        assert_eq!(sample(9, 1), [0]);
    }

    #[test]
    fn the_first_step_with_other_bits_is_told() {
        let curve = Curve { run: 0, steps: vec![0, 1, 2], loss: vec![1.0, 0.5, 0.25], ..Curve::default() };
        let here = Study { curves: vec![curve], ..Study::default() };
        let there = retrain::steps(&here).replace("2 3fd0000000000000", "2 3fd0000000000001");
        assert_eq!(
            describe(&here, &there),
            "                  here   step 2, loss 2.5e-1 (bits 3fd0000000000000)\n                  \
             there  step 2, loss 2.5000000000000006e-1 (bits 3fd0000000000001)\n"
        );
        let shorter = "0 0 3ff0000000000000\n";
        assert!(describe(&here, shorter).contains("here   step 1, loss 5e-1"));
        assert!(describe(&here, shorter).contains("there  no such evaluation"));
        assert!(describe(&here, &retrain::steps(&here)).contains("alone it has the same bits"));
    }
}
