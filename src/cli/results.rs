//! The results folder: tables, plots, a copy of the spec, and apart from these what cannot be reproduced.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::Duration;

use super::Failure;
use crate::fs::{self, Staging};
use crate::record::{self, Study};
use crate::report::plot::{self, Format};
use crate::spec::{self, Experiment};

/// What cannot be reproduced: how this execution went.
pub(super) struct Execution {
    pub(super) threads: usize,
    pub(super) spec_hash: String,
    /// What took how long.
    pub(super) phases: Vec<(&'static str, Duration)>,
}

/// The tables every results folder has.
const TABLES: [&str; 4] = ["runs.csv", "summary.csv", "goldilocks.csv", "curves.csv"];

/// Refuses a folder that holds something else than results, so that replacing it loses nothing.
pub(super) fn check_replaceable(folder: &Path) -> Result<(), Failure> {
    let Ok(mut entries) = folder.read_dir() else { return Ok(()) };
    if entries.next().is_none() || folder.join(TABLES[0]).is_file() {
        return Ok(());
    }
    Err(Failure::bad_input(format!(
        "{} holds something else than results and would be replaced\nhelp: choose another folder with `--out`",
        folder.display()
    )))
}

/// Whether a folder can be replaced by plots: it is not there, or empty, or holds nothing but plots.
pub(super) fn is_plots_or_nothing(folder: &Path) -> bool {
    let is_plot = |path: &Path| path.extension().is_some_and(|ending| ending == "png" || ending == "svg");
    match folder.read_dir() {
        Ok(entries) => entries.filter_map(Result::ok).all(|entry| is_plot(&entry.path())),
        Err(_) => true,
    }
}

/// Writes the tables, and the manifest that says that they are complete.
pub(super) fn write_tables(study: &Study, folder: &Path) -> Result<(), Failure> {
    table(folder, "runs.csv", |out| record::write_runs(study, out))?;
    table(folder, "summary.csv", |out| record::write_summary(study, out))?;
    table(folder, "goldilocks.csv", |out| record::write_goldilocks(study, out))?;
    table(folder, "curves.csv", |out| record::write_curves(study, out))?;
    if !study.landscape.is_empty() {
        table(folder, "landscape.csv", |out| record::write_landscape(study, out))?;
    }
    if let Some(boundary) = &study.boundary {
        table(folder, "boundary.csv", |out| record::write_boundary(boundary, out))?;
        table(folder, "points.csv", |out| record::write_points(boundary, out))?;
    }
    record::write_manifest(folder).map_err(Failure::lost_output)
}

fn table(folder: &Path, name: &str, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Failure> {
    let path = folder.join(name);
    let written = File::create(&path).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        write(&mut out)?;
        out.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
    });
    written.map_err(|error| Failure::lost_output(format!("cannot write {}: {error}", path.display())))
}

/// Writes the plots that make sense for a study; returns their names.
pub(super) fn write_plots(study: &Study, format: Format, folder: &Path) -> Result<Vec<String>, Failure> {
    let plots = plot::plots(study, format).map_err(|error| Failure::lost_output(format!("cannot draw: {error}")))?;
    let mut names = Vec::new();
    for (name, bytes) in plots {
        fs::write(&folder.join(&name), &bytes).map_err(Failure::lost_output)?;
        names.push(name);
    }
    Ok(names)
}

/// Writes `provenance.toml` and `timing.csv`.
pub(super) fn write_execution(study: &Study, execution: &Execution, folder: &Path) -> Result<(), Failure> {
    let mut about = toml::Table::new();
    let mut set = |key: &str, value: toml::Value| about.insert(key.to_owned(), value);
    set("name", study.name.clone().into());
    set("version", env!("CARGO_PKG_VERSION").into());
    set("revision", option_env!("GOLDILOCKS_REVISION").unwrap_or("unknown").into());
    set("spec_hash", execution.spec_hash.clone().into());
    set("runs", toml::Value::Integer(study.runs.len() as i64));
    set("threads", toml::Value::Integer(execution.threads as i64));
    set("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH).into());
    set("instruction_set", format!("{:?}", pulp::Arch::new()).split(['(', ' ']).next().unwrap_or_default().into());
    if let Some(bytes) = peak_memory() {
        set("peak_memory_bytes", toml::Value::Integer(bytes));
    }
    set("finished_unix_seconds", toml::Value::Integer(unix_seconds()));
    let text = format!(
        "# How these results came about. Nothing here can be reproduced; everything else in this folder can.\n{about}"
    );
    fs::write(&folder.join("provenance.toml"), text.as_bytes()).map_err(Failure::lost_output)?;

    let mut timing = String::from("phase,seconds\n");
    for (phase, duration) in &execution.phases {
        timing.push_str(&format!("{phase},{:.6}\n", duration.as_secs_f64()));
    }
    fs::write(&folder.join("timing.csv"), timing.as_bytes()).map_err(Failure::lost_output)
}

/// The most memory this process has had so far, where the system tells.
fn peak_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn unix_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

/// Reads the copy of the spec beside the tables, with the changes that the command line made; nothing if it is not there or of
/// another version.
pub(super) fn read_spec(folder: &Path) -> Option<Experiment> {
    let path = folder.join("spec.toml");
    let text = fs::read_text(&path).ok()?;
    let changes: Vec<String> = text.lines().filter_map(|line| line.strip_prefix(CHANGED)).map(str::to_owned).collect();
    spec::read(&path, &changes).ok()
}

/// How a line of the copied spec begins that tells of a change on the command line.
const CHANGED: &str = "# changed on the command line: --set ";

/// Writes the spec as it was read, so that the folder says by itself what was run.
pub(super) fn write_spec(text: &str, overrides: &[String], folder: &Path) -> Result<(), Failure> {
    let mut text = text.to_owned();
    for change in overrides {
        text.push_str(&format!("\n{CHANGED}{change}\n"));
    }
    fs::write(&folder.join("spec.toml"), text.as_bytes()).map_err(Failure::lost_output)
}

/// Starts a results folder.
pub(super) fn stage(folder: &Path) -> Result<Staging, Failure> {
    check_replaceable(folder)?;
    Staging::new(folder).map_err(Failure::bad_input)
}
