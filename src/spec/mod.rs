//! From TOML to a checked experiment: axes, spans, errors.
//!
//! Owns the syntax and the settings of a spec. Knows nothing of expanding grids, training or results.

mod axis;
mod axis_forms;
mod blocks;
mod condition;
mod conditions;
mod data;
mod diagnostic;
mod expect;
mod experiment;
mod flatten;
pub mod import;
mod initial;
mod key;
mod keys;
mod kind;
mod optimizer;
mod overrides;
mod own;
mod pictures;
mod problem;
mod read;
mod report;
mod run;
mod schema;
mod sections;
mod settings;
mod setup;
mod stop;
mod suggest;
mod together;
mod tree;
mod words;

pub use axis::{Axis, AxisValues, Block, LogSpaced, Sequence, Spaced};
pub use condition::{Bounds, Condition, Matcher};
pub use conditions::parse_conditions;
pub use diagnostic::{Diagnostic, Diagnostics, Located, SourceFile, Span};
pub use experiment::{Claim, Difference, Expectation, Experiment, Over, Pictures};
pub use read::{ReadError, parse, read};
pub use run::{LaneSettings, Setup, Streams};
pub use schema::schema;

/// A commented spec that runs, for beginners.
pub const STARTER: &str = include_str!("starter.toml");

/// The same for a program of their own, and the script that it starts.
pub const COMMAND_STARTER: &str = include_str!("starter-command.toml");
/// See [`COMMAND_STARTER`].
pub const COMMAND_SCRIPT: &str = include_str!("starter-train.py");

pub(crate) use key::MOMENTUM;
pub(crate) use kind::Given;
pub(crate) use settings::{Fault, Point};
pub(crate) use setup::{lane, setup};
pub(crate) use together::diagnostic as fault_diagnostic;
