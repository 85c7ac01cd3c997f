//! The beginning of a journal: of which plan its runs are, and how two plans differ.

use serde::{Deserialize, Serialize};

use crate::store::difference::settings;

/// Of which plan finished runs are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The plan's hash: of all settings, the contents of all inputs and the version of the numerics.
    pub plan: [u8; 32],
    /// A hash of all settings of all runs in their order.
    pub settings: [u8; 32],
    /// A hash of what is recorded of runs.
    pub recorded: [u8; 32],
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// The version of the numerics.
    pub numerics: u64,
    /// The version of the program.
    pub program: String,
    /// How many runs the plan has.
    pub runs: u64,
    /// Which share of the plan is written here.
    pub share: Share,
    /// The spec as it was read, to say what differs.
    pub spec: String,
    /// What the command line changed in it.
    pub overrides: Vec<String>,
    /// Where it was read; paths in it are relative to its folder.
    pub path: String,
    /// What is kept of curves, as a word.
    pub curves: String,
    /// How many runs each share of the plan has.
    pub shares: Vec<u64>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Where it lay.
    pub path: String,
    /// BLAKE3 of what was in it.
    pub contents: [u8; 32],
}

/// A share of a plan, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share {
    /// Which one.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    /// The whole plan.
    pub const ALL: Share = Share { number: 1, of: 1 };
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Header {
    /// Whether runs of the one are runs of the other, number by number.
    pub fn is_same_plan(&self, other: &Header) -> bool {
        self.settings == other.settings && self.runs == other.runs && self.is_alike(other)
    }

    /// Whether a run of the one that has the same identity in the other has the same outcome there.
    pub fn is_alike(&self, other: &Header) -> bool {
        let contents =
            |header: &Header| -> Vec<[u8; 32]> { header.inputs.iter().map(|input| input.contents).collect() };
        contents(self) == contents(other)
            && self.recorded == other.recorded
            && self.numerics == other.numerics
            && self.program == other.program
    }

    /// What differs from `here`, a line each.
    pub fn differences(&self, here: &Header) -> Vec<String> {
        let mut lines = Vec::new();
        if self.program != here.program {
            lines.push(format!("version of the program: {} there, {} here", self.program, here.program));
        }
        if self.numerics != here.numerics {
            lines.push(format!("version of the numerics: {} there, {} here", self.numerics, here.numerics));
        }
        if self.settings != here.settings || self.recorded != here.recorded {
            let named = settings(&self.spec, &self.overrides, &here.spec, &here.overrides);
            match named.is_empty() {
                true => lines.push("what is recorded of runs (`--curves`, `record`)".to_owned()),
                false => lines.extend(named),
            }
        }
        for input in &here.inputs {
            match self.inputs.iter().find(|there| there.path == input.path) {
                Some(there) if there.contents != input.contents => {
                    lines.push(format!("{}: its contents have changed", input.path));
                }
                Some(_) => {}
                None if self.inputs.iter().any(|there| there.contents == input.contents) => {}
                None => lines.push(format!("{}: not read there", input.path)),
            }
        }
        if lines.is_empty() {
            lines.push("the files that were read".to_owned());
        }
        lines
    }
}
