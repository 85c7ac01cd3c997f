//! How an execution went: all that cannot be reproduced, apart from what can.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::layout;
use crate::fs;

/// How an execution went.
#[derive(Debug)]
pub struct Execution {
    /// The spec's name.
    pub name: String,
    /// A hash of the spec's text.
    pub spec_hash: String,
    /// The plan's hash: of all settings, the contents of all inputs and the version of the numerics.
    pub plan_hash: String,
    /// How many runs.
    pub runs: usize,
    /// How many threads.
    pub threads: usize,
    /// What took how long.
    pub phases: Vec<(&'static str, Duration)>,
}

/// The keys of `provenance.toml`.
#[derive(Serialize)]
struct Wire<'a> {
    name: &'a str,
    version: &'a str,
    revision: &'a str,
    spec_hash: &'a str,
    plan_hash: &'a str,
    runs: usize,
    threads: usize,
    system: String,
    instruction_set: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_bytes: Option<u64>,
    finished_unix_seconds: u64,
}

/// Writes `provenance.toml` and `timing.csv`.
///
/// # Errors
/// When a file cannot be written.
pub fn write_execution(execution: &Execution, folder: &Path) -> Result<(), fs::Error> {
    let wire = Wire {
        name: &execution.name,
        version: env!("CARGO_PKG_VERSION"),
        revision: option_env!("GOLDILOCKS_REVISION").unwrap_or("unknown"),
        spec_hash: &execution.spec_hash,
        plan_hash: &execution.plan_hash,
        runs: execution.runs,
        threads: execution.threads,
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        instruction_set: format!("{:?}", pulp::Arch::new()).split(['(', ' ']).next().unwrap_or_default().to_owned(),
        peak_memory_bytes: peak_memory(),
        finished_unix_seconds: unix_seconds(),
    };
    let about = toml::to_string(&wire).unwrap_or_else(|error| format!("# cannot be written: {error}\n"));
    let text = format!(
        "# How these results came about. Nothing here can be reproduced; everything else in this folder can.\n{about}"
    );
    fs::write(&folder.join(layout::PROVENANCE), text.as_bytes())?;

    let mut timing = String::from("phase,seconds\n");
    for (phase, duration) in &execution.phases {
        timing.push_str(&format!("{phase},{:.6}\n", duration.as_secs_f64()));
    }
    fs::write(&folder.join(layout::TIMING), timing.as_bytes())
}

/// The most memory this process has had so far, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn unix_seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
