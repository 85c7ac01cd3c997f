//! From an experiment to its runs: spec order, duplicates removed, identities that do not move.
//!
//! Knows nothing of how a run is trained.

mod axis;
mod block;
mod column;
mod expand;
mod filter;
mod identity;

use std::sync::Arc;

use crate::spec::{LaneSettings, Setup};

pub use axis::Axis;
pub use expand::{count, expand, unmet_expectations};
pub use filter::{UnknownAxis, matches, select};

/// The expanded grid.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The axes of all blocks, in order of first appearance; a block without an axis takes the setting's own value for it.
    pub axes: Arc<[Axis]>,
    /// The distinct setups of the runs.
    pub setups: Vec<Setup>,
    /// The runs in spec order.
    pub runs: Vec<Run>,
    /// How many points were dropped because an earlier block (or zip row) already had them.
    pub duplicates: u64,
    /// How many points `exclude` dropped.
    pub excluded: u64,
}

/// One point of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// Identity: hash of the resolved settings.
    pub id: u64,
    /// Index into [`Grid::setups`].
    pub setup: u32,
    /// The settings that may differ between lanes.
    pub settings: LaneSettings,
}
