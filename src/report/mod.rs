//! What a reader sees of a study.
//!
//! Knows terminals, fonts and image formats; knows neither how runs are trained nor how a spec is written.

pub mod ci;
pub mod job;
pub mod plot;
pub mod progress;
pub mod text;
