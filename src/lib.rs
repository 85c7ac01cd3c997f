//! Goldilocks runs a grid of training runs and tells how many steps each takes to converge, and which never do.

pub mod data;
pub mod fs;
pub mod grid;
pub mod math;
pub mod outcome;
pub mod problem;
pub mod random;
pub mod record;
pub mod spec;
pub mod train;
pub mod value;
