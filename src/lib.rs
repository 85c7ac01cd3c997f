//! Goldilocks runs a grid of training runs and tells how many steps each takes to converge, and which never do.

pub mod cli;
pub mod data;
pub mod engine;
pub mod event;
pub mod fs;
pub mod grid;
pub mod math;
pub mod outcome;
pub mod problem;
pub mod random;
pub mod record;
pub mod report;
pub mod spec;
pub mod train;
pub mod value;
