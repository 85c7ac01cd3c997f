//! How an execution went: all that cannot be reproduced, apart from what can.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::journal::Header;
use super::layout;
use crate::fs;

/// How an execution went.
#[derive(Debug)]
pub struct Execution {
    /// The spec's name.
    pub name: String,
    /// A hash of the spec's text.
    pub spec_hash: String,
    /// How many runs.
    pub runs: usize,
    /// What they were made of.
    pub plan: Header,
    /// How many threads.
    pub threads: usize,
    /// What took how long.
    pub phases: Vec<(&'static str, Duration)>,
}

/// What runs were made of, so that they can be told from others of the same identity.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Origin {
    version: String,
    numerics: u64,
    /// A hash of what is recorded of runs.
    recorded: String,
    /// BLAKE3 of the files that were read.
    inputs: Vec<String>,
}

impl From<&Header> for Origin {
    fn from(plan: &Header) -> Origin {
        Origin {
            version: plan.program.clone(),
            numerics: plan.numerics,
            recorded: hex(plan.recorded),
            inputs: plan.inputs.iter().map(|input| hex(input.contents)).collect(),
        }
    }
}

fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// Checks that the runs of a results folder have the same outcome as those of a plan that have the same identity.
///
/// # Errors
/// Why they may not, in a few words.
pub fn is_alike(folder: &Path, plan: &Header) -> Result<(), String> {
    let text = fs::read_text(&folder.join(layout::PROVENANCE)).ok();
    let there: Option<Origin> = text.and_then(|text| toml::from_str(&text).ok());
    let there = there.ok_or_else(|| format!("its {} does not say what it was made of", layout::PROVENANCE))?;
    let here = Origin::from(plan);
    let differs = |what: &str, there: &dyn Display, here: &dyn Display| format!("{what} {there} there, {here} here");
    if there.version != here.version {
        return Err(differs("version", &there.version, &here.version));
    }
    if there.numerics != here.numerics {
        return Err(differs("version of the numerics", &there.numerics, &here.numerics));
    }
    if there.inputs != here.inputs {
        return Err("the files that were read have other contents now".to_owned());
    }
    if there.recorded != here.recorded {
        return Err("other things are recorded of its runs (`--curves`, `record`)".to_owned());
    }
    Ok(())
}

/// The keys of `provenance.toml`.
#[derive(Serialize)]
struct Wire<'a> {
    name: &'a str,
    #[serde(flatten)]
    origin: Origin,
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
        origin: Origin::from(&execution.plan),
        revision: option_env!("GOLDILOCKS_REVISION").unwrap_or("unknown"),
        spec_hash: &execution.spec_hash,
        plan_hash: &hex(execution.plan.plan),
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
