//! From TOML to a checked experiment: axes, spans, errors.
//!
//! Owns the syntax and the settings of a spec. Knows nothing of expanding grids, training or results.

mod axis;
mod axis_forms;
mod blocks;
mod conditions;
mod diagnostic;
mod expect;
mod experiment;
pub mod import;
mod keys;
mod kind;
mod network;
mod overrides;
mod pictures;
mod read;
mod report;
mod schema;
mod sections;
mod settings;
mod setup;
mod suggest;
mod together;
mod tree;

pub use axis::{Axis, AxisValues, Block, LogSpaced, Sequence, Spaced};
pub use conditions::parse_conditions;
pub use diagnostic::{Diagnostic, Diagnostics, Located, SourceFile, Span};
pub use experiment::{
    Bounds, Claim, Condition, CurveDetail, Expectation, Experiment, LaneSettings, Matcher, Over, Pictures, Setup,
    Streams,
};
pub use read::{ReadError, parse, read};
pub use schema::schema;

/// A commented spec that runs, for beginners.
pub const STARTER: &str = include_str!("starter.toml");

pub(crate) use keys::MOMENTUM;
pub(crate) use kind::Given;
pub(crate) use settings::{Fault, Point};
pub(crate) use setup::{lane, setup};
pub(crate) use together::diagnostic as fault_diagnostic;
