//! Hostile input by the thousand, in this process: no panic, no failed run that hides one, short messages, bounded memory.
//!
//! Quick by default, with the same cases every time. `GOLDILOCKS_FUZZ_SECONDS=120` makes every campaign go on for so long with new
//! cases; `GOLDILOCKS_FUZZ_SEED` repeats them. `tests/abuse/fuzz` does both.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a campaign says how many cases of which seed it played")]

mod addresses;
mod csv_files;
mod outputs;
mod results;
mod specs;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// No message to a user is longer than this.
const LONGEST_MESSAGE: usize = 64 << 10;

/// This process may have taken so many kilobytes at the most, whatever came in.
const MOST_KILOBYTES: u64 = 3 << 20;

/// Random choices of one case.
struct Dice {
    state: u64,
}

impl Dice {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// Once in so many times.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn choose<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// Plays cases until there have been enough, or for as long as the environment says.
fn campaign(name: &str, enough: u64, mut case: impl FnMut(&mut Dice)) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let limit = number("GOLDILOCKS_FUZZ_SECONDS").map(Duration::from_secs);
    let seed = number("GOLDILOCKS_FUZZ_SEED").unwrap_or(1);
    let started = Instant::now();
    let mut played = 0;
    while limit.map_or(played < enough, |limit| started.elapsed() < limit) {
        let mut dice = Dice { state: seed.wrapping_mul(1 << 32) ^ played };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| case(&mut dice))) {
            eprintln!("{name}: case {played} of seed {seed}: GOLDILOCKS_FUZZ_SEED={seed} plays it again");
            std::panic::resume_unwind(panic);
        }
        played += 1;
    }
    println!("{name}: {played} cases of seed {seed} in {:.1?}", started.elapsed());
    assert!(played > 0);
    if let Some(peak) = peak_kilobytes() {
        assert!(peak < MOST_KILOBYTES, "{name}: {peak} kB were taken");
    }
}

/// The most memory this process has had, where the system says so.
fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.to_owned();
    line.split_whitespace().next()?.parse().ok()
}

/// Pieces that programs stumble over.
const PIECES: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "1e308",
    "-1e308",
    "1e155",
    "-1e-300",
    "5e-324",
    "nan",
    "inf",
    "-inf",
    "9223372036854775807",
    "9223372036854775808",
    "1e12",
    "1000000000000",
    "0.5",
    "1e-8",
    "true",
    "\"\"",
    "\"x\"",
    "[]",
    "[[]]",
    "{}",
    "[0]",
    "[1, 1]",
    "{ count = 3 }",
    "{ log = [1e-3, 1e3], count = 4 }",
    "{ from = 0, to = 1, count = 3 }",
    "\"full\"",
    "\"epoch\"",
    "\"per-seed\"",
    "\"standard\"",
    "\"none\"",
    "\"min-max\"",
    "\"uniform\"",
    "\"playground\"",
    "\"\\u0000\"",
    "é",
    "\u{1F600}",
    "\u{feff}",
    "=",
    "\"",
    "'''",
    "#",
    "\n",
    "\r\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "\t",
    ".",
    "NA",
    "?",
];

/// Numbers, ordinary and extreme.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "100",
    "0.5",
    "0.01",
    "10.5",
    "-1",
    "-0.25",
    "1e-8",
    "1e8",
    "1e150",
    "-1e200",
    "1e308",
    "5e-324",
    "1e12",
    "9223372036854775807",
];

/// Words that a spec has somewhere.
const WORDS: &[&str] = &[
    "\"zeros\"",
    "\"constant\"",
    "\"normal\"",
    "\"uniform\"",
    "\"xavier\"",
    "\"he\"",
    "\"playground\"",
    "\"tanh\"",
    "\"relu\"",
    "\"sigmoid\"",
    "\"linear\"",
    "\"softmax\"",
    "\"half-squared\"",
    "\"mean-squared\"",
    "\"log\"",
    "\"cross-entropy\"",
    "\"l1\"",
    "\"l2\"",
    "\"none\"",
    "\"standard\"",
    "\"min-max\"",
    "\"shuffle\"",
    "\"sequential\"",
    "\"shared\"",
    "\"per-seed\"",
    "\"drop\"",
    "\"mean\"",
    "\"error\"",
    "\";\"",
    "\"tab\"",
    "\"a\"",
    "\"b\"",
    "\"town\"",
    "\"class\"",
    "\"data.csv\"",
    "\"circle\"",
    "\"gauss\"",
    "\"reg-plane\"",
    "\"chacha\"",
    "\"continue\"",
    "\"stop\"",
    "\"all\"",
    "\"thinned\"",
    "\"full\"",
    "\"epoch\"",
];

/// A text with some of its pieces, lines or bytes changed.
fn mutated(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..*dice.choose(&[1, 1, 1, 2, 4]) {
        match dice.below(12) {
            // Another value.
            0..=6 => {
                let values: Vec<usize> = (0..bytes.len()).filter(|&i| matches!(bytes[i], b'=' | b',')).collect();
                if values.is_empty() {
                    continue;
                }
                let from = dice.choose(&values) + 1;
                let end = |byte: &u8| matches!(byte, b'\n' | b',' | b']' | b'}');
                let to = from + bytes[from..].iter().position(end).unwrap_or(bytes.len() - from);
                let old = bytes[from..to].trim_ascii().first().copied();
                let list = match old {
                    Some(b'"') => WORDS,
                    Some(b'0'..=b'9' | b'-') => NUMBERS,
                    _ => PIECES,
                };
                let list = if dice.one_in(5) { PIECES } else { list };
                let new = dice.choose(list);
                bytes.splice(from..to, new.bytes());
            }
            // A piece put in.
            7 => {
                let at = dice.below(bytes.len() + 1);
                bytes.splice(at..at, dice.choose(PIECES).bytes());
            }
            // A line left out, doubled or moved.
            8 | 9 => {
                let mut lines: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
                let line = lines[dice.below(lines.len())].clone();
                let at = dice.below(lines.len());
                if dice.one_in(2) {
                    lines.remove(at);
                } else {
                    lines.insert(at, line);
                }
                bytes = lines.join(&b'\n');
            }
            // A byte changed.
            10 => {
                if !bytes.is_empty() {
                    let at = dice.below(bytes.len());
                    bytes[at] = dice.next() as u8;
                }
            }
            // The end cut off.
            _ => bytes.truncate(dice.below(bytes.len() + 1)),
        }
    }
    bytes
}
