//! `goldilocks plan`: the expanded grid, and how much work it is; trains nothing.

use std::fmt::Write as _;

use super::load::{Loaded, SpecArgs};
use super::{Failure, memory, programs, terminal};
use crate::engine::{self, Commands, Plan};
use crate::grid::Grid;
use crate::train::Detail;
use crate::value::grouped;

/// Show the runs a spec expands to and how much work they are; trains nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks plan experiments/batch-size.toml
  goldilocks plan study.toml --runs 100 | less
  goldilocks plan study.toml --set 'grid.seed={ count = 100 }'")]
pub(super) struct Args {
    #[command(flatten)]
    spec: SpecArgs,

    /// How many runs to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    runs: usize,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let loaded = args.spec.load_unjudged(None)?;
    terminal::print(&text(&loaded, args.runs))?;
    Ok(0)
}

/// A cell of curves.csv and its comma: counts are shorter, numbers with all digits longer.
const BYTES_PER_CELL: u128 = 14;

fn text(loaded: &Loaded, most_runs: usize) -> String {
    let Loaded { experiment, grid, prepared } = loaded;
    let mut text = format!("{}: {} runs\n", experiment.name, grouped(grid.runs.len() as u128));
    if !experiment.description.is_empty() {
        text.push_str(&experiment.description);
        text.push('\n');
    }
    text.push('\n');
    for axis in grid.axes.iter() {
        let _ = writeln!(text, "  {:<24} {}", axis.path, values(axis));
    }
    text.push('\n');
    for (count, what) in [(grid.duplicates, "duplicates were removed"), (grid.excluded, "points were excluded")] {
        if count > 0 {
            let _ = writeln!(text, "{} {what}", grouped(u128::from(count)));
        }
    }
    for data in &prepared.data {
        let _ = writeln!(text, "data: {data}");
    }
    for note in &prepared.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let plan = Plan::new(experiment, grid, prepared);
    let work = engine::work(&plan);
    if experiment.curves == Detail::All {
        let kept = (grid.runs.len() as u128).min(u128::from(experiment.max_curves));
        let rows = work.evaluations * kept / (grid.runs.len() as u128).max(1);
        let bytes = rows * work.columns as u128 * BYTES_PER_CELL;
        let _ = writeln!(text, "curves.csv: up to {} rows, about {}", grouped(rows), memory::bytes(bytes));
    }
    let effort = match programs::program(prepared) {
        Some(_) => {
            let line = Commands::line(&plan, 0);
            let line: Vec<String> = line.iter().map(|argument| shown(argument)).collect();
            format!("how long the program takes is not known; the first run is\n  {}", line.join(" "))
        }
        None => duration(work.seconds, rayon::current_num_threads()),
    };
    let _ = writeln!(
        text,
        "at most {} steps and {} evaluations in all, if every run spends its budget\n{}",
        grouped(work.steps),
        grouped(work.evaluations),
        effort
    );
    text.push_str(&listing(grid, most_runs));
    text
}

/// An argument as it could be typed.
fn shown(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=+./:,@%".contains(c);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', "'\\''")),
    }
}

/// The first, the last and the number of an axis's values; all of them where they are few.
fn values(axis: &crate::record::Axis) -> String {
    let all: Vec<String> = axis.values.iter().map(ToString::to_string).collect();
    match &all[..] {
        [first, second, .., last] if all.len() > 8 => {
            format!("{first}, {second}, … {last}  ({} values)", grouped(all.len() as u128))
        }
        _ => all.join(", "),
    }
}

/// An honest guess: what machines with wide vectors took.
fn duration(seconds: f64, threads: usize) -> String {
    let threads = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
    match seconds {
        s if s < 1.0 => "less than a second of training".to_owned(),
        s if s < 120.0 => format!("up to about {s:.0} seconds of training on {threads}"),
        s if s < 7200.0 => format!("up to about {:.0} minutes of training on {threads}", s / 60.0),
        s => format!("up to about {:.0} hours of training on {threads}", s / 3600.0),
    }
}

fn listing(grid: &Grid, most: usize) -> String {
    let count = grid.runs.len().min(most);
    if count == 0 {
        return String::new();
    }
    let mut rows = vec![
        ["run".to_owned(), "id".to_owned()]
            .into_iter()
            .chain(grid.axes.iter().map(|a| a.path.clone()))
            .collect::<Vec<_>>(),
    ];
    for run in 0..count {
        let id = format!("{:016x}", grid.runs[run].id);
        rows.push(
            [run.to_string(), id].into_iter().chain(grid.axes.iter().map(|a| a.value(run).to_string())).collect(),
        );
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::from("\n");
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        let _ = writeln!(text, "  {}", cells.join("  "));
    }
    if count < grid.runs.len() {
        let _ = writeln!(text, "  … and {} more (see `--runs`)", grouped((grid.runs.len() - count) as u128));
    }
    text
}
