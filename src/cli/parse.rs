//! `goldilocks parse`: what would be read from the output of a training program.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::{Failure, terminal};
use crate::output::{End, Format, Measurement, Options, Pattern, Reader, Seen};
use crate::value::{Shortest, grouped, shortened};

/// Show what would be read from a program's output, line by line, before anything is trained
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks parse train.log
  python3 train.py | goldilocks parse -
  goldilocks parse metrics.csv
  goldilocks parse train.log study.toml          with `loss`, `pattern` and `file` of its [problem]

Exit codes: 0 losses were read, 2 none were, or a bad argument.")]
pub(super) struct Args {
    /// A file with the output of a program, or `-` for standard input; `.csv` and `.tsv` are read as tables
    #[arg(value_name = "LOG")]
    log: PathBuf,

    /// A spec, whose `[problem]` says how its program prints: `loss`, `pattern`, `file`
    #[arg(value_name = "SPEC")]
    spec: Option<PathBuf>,

    /// Print one JSON object instead: step, loss, columns and every measurement
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let options = options(args)?;
    let mut reader = Reader::new(&options);
    let mut summary = Summary::default();
    let backwards = read(args, &mut reader, &mut summary)?;
    if args.json {
        let text = serde_json::to_string_pretty(&summary.json(&reader)).map_err(Failure::lost_output)?;
        terminal::print(&format!("{text}\n"))?;
    } else {
        terminal::print(&summary.text(&reader))?;
    }
    match backwards {
        Some(error) => Err(Failure::bad_input(error)),
        None if summary.losses == 0 => Err(nothing(args, &options, &summary)),
        None => Ok(0),
    }
}

/// Reads the log chunk by chunk, and shows its lines; what was wrong with its steps.
fn read(args: &Args, reader: &mut Reader, summary: &mut Summary) -> Result<Option<String>, Failure> {
    const CHUNK: usize = 64 << 10;
    let name = args.log.display();
    let cannot_read = |error: io::Error| Failure::bad_input(format!("cannot read {name}: {error}"));
    let mut input: Box<dyn Read> = match is_standard_input(&args.log) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(&args.log).map_err(cannot_read)?),
    };
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            length => length.map_err(cannot_read)?,
        };
        let (mut found, mut page) = (Vec::new(), String::new());
        let mut seen = |seen: Seen<'_>| {
            summary.lines += 1;
            summary.lines_read += u64::from(!seen.pairs.is_empty());
            if !args.json {
                show(&seen, &mut page);
            }
        };
        let outcome = match length {
            0 => reader.finish_seen(&mut found, &mut seen),
            _ => reader.push_seen(&chunk[..length], &mut found, &mut seen),
        };
        terminal::print(&page)?;
        summary.add(found, args.json);
        match outcome {
            Err(error) => return Ok(Some(format!("{name}: {error}"))),
            Ok(()) if length == 0 => return Ok(None),
            Ok(()) => {}
        }
    }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A line, and below it what was read from it.
fn show(seen: &Seen<'_>, page: &mut String) {
    let Seen { line, text, .. } = seen;
    let text = if seen.is_too_long { "(longer than 64 KiB; passed over)" } else { text.trim_end() };
    let overwritten = if seen.end == End::Overwritten { " \u{23ce}" } else { "" };
    // Nothing can go wrong in writing to a text.
    let _ = writeln!(page, "{line:>6}  {text}{overwritten}");
    if seen.pairs.is_empty() {
        return;
    }
    let mut shortest = Shortest::new();
    let pairs = seen.pairs.iter().map(|pair| format!("{} = {}", pair.name, shortest.format(pair.value)));
    let _ = writeln!(page, "{:>6}  {}", "->", pairs.collect::<Vec<_>>().join(", "));
}

/// What a log comes to.
#[derive(Debug, Default)]
struct Summary {
    lines: u64,
    lines_read: u64,
    measurements: u64,
    losses: u64,
    lost: u64,
    step_keys: Vec<&'static str>,
    columns: Vec<String>,
    first: Option<(u64, f64)>,
    last: Option<(u64, f64)>,
    smallest: Option<(u64, f64)>,
    last_step: Option<u64>,
    first_step: Option<u64>,
    /// Only where all are asked for.
    kept: Vec<Measurement>,
}

impl Summary {
    fn add(&mut self, found: Vec<Measurement>, keeps: bool) {
        const MOST_COLUMNS: usize = 1000;
        for measurement in &found {
            let step = measurement.step;
            self.measurements += u64::from(self.last_step != Some(step));
            self.first_step.get_or_insert(step);
            self.last_step = Some(step);
            let key = measurement.step_key.name();
            if !self.step_keys.contains(&key) {
                self.step_keys.push(key);
            }
            for (name, _) in &measurement.values {
                if self.columns.len() < MOST_COLUMNS && !self.columns.contains(name) {
                    self.columns.push(name.clone());
                }
            }
            let Some(loss) = measurement.loss else { continue };
            self.losses += u64::from(self.last.is_none_or(|(before, _)| before != step));
            self.lost += u64::from(!loss.is_finite());
            self.first.get_or_insert((step, loss));
            self.last = Some((step, loss));
            if loss.is_finite() && self.smallest.is_none_or(|(_, smallest)| loss < smallest) {
                self.smallest = Some((step, loss));
            }
        }
        if keeps {
            Measurement::collect(&mut self.kept, found);
        }
    }

    fn text(&self, reader: &Reader) -> String {
        let count = |count: u64| grouped(count.into());
        let mut rows = vec![("lines", format!("{}, of which {} were read", count(self.lines), count(self.lines_read)))];
        if let (Some(first), Some(last)) = (self.first_step, self.last_step) {
            rows.push(("step", format!("{}, from {first} to {last}", quoted(self.step_keys.iter().copied()))));
        }
        let found = (self.measurements, self.measurements - self.losses);
        let without = if found.1 > 0 { format!(", {} of them without a loss", count(found.1)) } else { String::new() };
        rows.push(("measurements", format!("{}{without}", count(found.0))));
        if let (Some(first), Some(last)) = (self.first, self.last) {
            let at = |(step, loss): (u64, f64)| format!("{} at {step}", Shortest::new().format(loss));
            let smallest = self.smallest.map_or(String::new(), |smallest| format!(", smallest {}", at(smallest)));
            let name = quoted(reader.loss());
            rows.push(("loss", format!("{name}: first {}, last {}{smallest}", at(first), at(last))));
        }
        if self.lost > 0 {
            rows.push(("diverged", format!("{} losses are not finite", count(self.lost))));
        }
        if !self.columns.is_empty() {
            rows.push(("columns", quoted(self.columns.iter().map(String::as_str))));
        }
        rows.iter().fold("\n".to_owned(), |text, (name, value)| format!("{text}{name:<14}{value}\n"))
    }

    fn json(&self, reader: &Reader) -> Json {
        let measurement = |found: &Measurement| {
            let values = found.values.iter().map(|(name, value)| (name.clone(), number(*value)));
            json!({
                "line": found.line,
                "step": found.step,
                "step_key": found.step_key.name(),
                "loss": found.loss.map(number),
                "values": values.collect::<serde_json::Map<_, _>>(),
            })
        };
        json!({
            "lines": self.lines,
            "lines_read": self.lines_read,
            "step_keys": self.step_keys,
            "loss": reader.loss(),
            "columns": self.columns,
            "measurements": self.kept.iter().map(measurement).collect::<Vec<_>>(),
        })
    }
}

/// A number; a text where JSON has none.
fn number(value: f64) -> Json {
    if value.is_finite() { json!(value) } else { json!(Shortest::new().format(value)) }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{}`", shortened(name))).collect::<Vec<_>>().join(", ")
}

/// What to say when there is no loss.
fn nothing(args: &Args, options: &Options, summary: &Summary) -> Failure {
    let log = args.log.display();
    let looked_for = match (&options.pattern, &options.loss) {
        (Some(pattern), _) => format!(
            "`pattern` reads numbers into {}; one of these groups must be the loss: `loss`, or what `loss = \"…\"` in [problem] names",
            quoted(pattern.names())
        ),
        (None, Some(loss)) => format!("`loss = \"{loss}\"` in [problem] names the loss; nothing else is taken for it"),
        (None, None) => "looked for `loss: 0.5`, `loss = 0.5`, `loss=0.5`, a JSON object or Python dict such as {\"step\": 10, \"loss\": 0.5}, \
            or a table with such a column; another name can be given with `loss = \"name\"` in [problem] of a spec, any other line \
            with `pattern = \"…\"`"
            .to_owned(),
    };
    let read = match summary.columns.is_empty() {
        true => "nothing was read".to_owned(),
        false => format!("only {} were read", quoted(summary.columns.iter().take(20).map(String::as_str))),
    };
    Failure::bad_input(format!("{log}: no loss in {} lines; {read}\nhelp: {looked_for}", grouped(summary.lines.into())))
}

/// How the log is to be read: as its name says, or as a spec does.
fn options(args: &Args) -> Result<Options, Failure> {
    let format = if is_standard_input(&args.log) { Format::Lines } else { Format::of_file(&args.log) };
    let Some(spec) = &args.spec else { return Ok(Options { format, ..Options::default() }) };
    let path = spec.display();
    let bad = |message: String| Failure::bad_input(format!("{path}: {message}"));
    let text = std::fs::read_to_string(spec).map_err(|error| bad(format!("cannot be read: {error}")))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| bad(error.to_string()))?;
    let problem = table.get("problem").and_then(toml::Value::as_table);
    let problem = problem.ok_or_else(|| bad("there is no [problem] that says how its program prints".to_owned()))?;
    let setting = |name: &str| match problem.get(name) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(bad(format!("`{name}` in [problem] must be a text, not `{other}`"))),
    };
    if setting("kind")? != Some("command") {
        return Err(bad("only a [problem] with `kind = \"command\"` says how its program prints".to_owned()));
    }
    let pattern = setting("pattern")?.map(Pattern::new).transpose();
    let pattern = pattern.map_err(|error| bad(format!("`pattern` in [problem]: {error}")))?;
    let format = setting("file")?.map_or(format, |file| Format::of_file(Path::new(file)));
    Ok(Options { loss: setting("loss")?.map(str::to_owned), pattern, format })
}
