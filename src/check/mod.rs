//! Convergence as a test: holds a study against what its spec expects and against an earlier study.
//!
//! Studies and expectations in, judgments and verdicts out. Knows neither the terminal nor how runs are trained; places in a
//! spec leave here as file and line, so that whoever shows them needs no spec.

mod claim;
mod comparison;
mod expectation;
mod explanation;
mod fail_on;
mod matching;
mod outcome;
mod permutation;
mod verdict;
mod words;

pub use comparison::{CellChange, Comparison, Side, compare};
pub use expectation::{Judgment, Place, Violation, judge};
pub use explanation::{Target, explain};
pub use fail_on::{FailOn, FailOnError};
pub use matching::Strictness;
pub use outcome::{Against, Checked, Conclusion, Finding};
pub use verdict::Verdict;
