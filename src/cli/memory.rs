//! Whether the machine has the memory that something takes, asked before any of it is taken.

use std::fs;

use super::Failure;
use crate::engine::Footprint;

/// Where nobody says how much memory there is, this much is taken for granted.
const UNKNOWN: u128 = 1 << 36;

/// Refuses what takes more memory than there is; `what` begins the sentence.
pub(super) fn check(what: &str, memory: Footprint) -> Result<(), Failure> {
    let (needed, there) = (memory.total(), available());
    if needed <= there.unwrap_or(UNKNOWN) {
        return Ok(());
    }
    let Footprint { runs, examples, solving, training, curves } = memory;
    let parts = [
        ("runs and tables", runs),
        ("examples", examples),
        ("matrices of least squares", solving),
        ("parameters and losses of runs in training", training),
        ("curves", curves),
    ];
    let (part, largest) = parts.into_iter().max_by_key(|(_, bytes)| *bytes).unwrap_or_default();
    let there = match there {
        Some(there) => format!("this machine has {} left", bytes(there)),
        None => format!("at most {} are taken without knowing what this machine has", bytes(UNKNOWN)),
    };
    Err(Failure::bad_input(format!(
        "{what} takes about {} of memory, and {there}\nhelp: most of it, {}, is for {part}",
        bytes(needed),
        bytes(largest)
    )))
}

/// A number of bytes in the unit that suits it.
pub(super) fn bytes(count: u128) -> String {
    const UNITS: [&str; 9] = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    let unit = (0..UNITS.len()).rev().find(|&unit| count >= 1000u128.pow(unit as u32)).unwrap_or(0);
    let amount = count as f64 / 1000f64.powi(unit as i32);
    match amount {
        amount if amount >= 1e6 => format!("a million {} or more", UNITS[unit]),
        amount if amount < 10.0 && unit > 0 => format!("{amount:.1} {}", UNITS[unit]),
        amount => format!("{amount:.0} {}", UNITS[unit]),
    }
}

/// How much memory is left for this process: of the machine, of its container, and of its own limit.
fn available() -> Option<u128> {
    let kilobytes = |text: String, name: &str| -> Option<u128> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u128>().ok()? * 1024)
    };
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(text, "MemAvailable:"));
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u128>().ok();
    let in_container = |limit: &str, used: &str| Some(number(limit)?.saturating_sub(number(used)?));
    let of_container = in_container("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current");
    let own = || {
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?.to_owned();
        let limit = line.split_whitespace().next()?.parse::<u128>().ok()?;
        let used = kilobytes(fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
        Some(limit.saturating_sub(used))
    };
    [of_machine, of_container, own()].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_a_unit_that_suits() {
        let told = [12, 4_200, 999_999, 62_500_000_000, 9_223_372_036_854_775_807, u128::MAX].map(bytes);
        assert_eq!(told, ["12 bytes", "4.2 kB", "1000 kB", "62 GB", "9.2 EB", "a million YB or more"]);
    }

    #[test]
    fn more_than_there_is_is_refused_with_both_numbers() {
        assert!(check("the grid", Footprint::of_runs(1000)).is_ok());
        let failure = check("the grid", Footprint::of_runs(1 << 60)).unwrap_err();
        assert_eq!(failure.code, super::super::BAD_INPUT);
        assert!(
            failure.text.starts_with("the grid takes about 369 EB of memory, and this machine has "),
            "{}",
            failure.text
        );
    }
}
