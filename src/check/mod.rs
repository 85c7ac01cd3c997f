//! Convergence as a test: holds a study against what its spec expects and against an earlier study.
//!
//! Studies and expectations in, typed findings out: their words are in `report`. Knows neither the terminal nor how runs are trained; places in a
//! spec leave here as file and line, so that whoever shows them needs no spec.

mod cells;
mod claim;
mod comparison;
mod expectation;
mod explanation;
mod fail_on;
mod judgment;
mod matching;
mod outcome;
mod permutation;
mod verdict;

pub use crate::spec::{Bounds, Claim, Condition, Difference, Matcher, Over};
pub use comparison::{CellChange, Comparison, Moved, Note, Side, compare};
pub use expectation::judge;
pub use explanation::{Course, Crossings, Distance, Explanation, Growth, Seen, Target, explain};
pub use fail_on::{FailOn, FailOnError};
pub use judgment::{Counts, Ending, Found, Judgment, Place, Settings, Violation};
pub use matching::Strictness;
pub use outcome::{Against, Checked, Conclusion, Finding, Sought, What};
pub use verdict::Verdict;
