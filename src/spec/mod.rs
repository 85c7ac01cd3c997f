//! From TOML to a checked experiment: axes, spans, errors.

mod experiment;
pub mod import;

pub use experiment::{
    Condition, CurveDetail, Expectation, Experiment, LaneSettings, Located, Matcher, Setup, SourceFile, Span, Streams,
};
