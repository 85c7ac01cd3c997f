//! The names of all files of a results folder, each of them once.

/// One row per run.
pub const RUNS: &str = "runs.csv";
/// One row per cell.
pub const SUMMARY: &str = "summary.csv";
/// The best learning rates.
pub const GOLDILOCKS: &str = "goldilocks.csv";
/// What was recorded along runs.
pub const CURVES: &str = "curves.csv";
/// The loss along the parameter of a problem that has one.
pub const LANDSCAPE: &str = "landscape.csv";
/// What networks make of the plane.
pub const BOUNDARY: &str = "boundary.csv";
/// Where runs began and ended.
pub const PARAMETERS: &str = "parameters.csv";
/// The points of the plane that networks learn from.
pub const POINTS: &str = "points.csv";
/// The settings that the command line changed; only where it changed any.
pub const OVERRIDES: &str = "overrides.csv";
/// Which tables the folder holds; written last.
pub const MANIFEST: &str = "manifest.csv";
/// The header line of the manifest.
pub(super) const MANIFEST_HEADER: &str = "table,rows,blake3";
/// The spec as it was read.
pub const SPEC: &str = "spec.toml";
/// How this execution went: nothing in it can be reproduced.
pub const PROVENANCE: &str = "provenance.toml";
/// What took how long; cannot be reproduced either.
pub const TIMING: &str = "timing.csv";

/// In the work folder: what is finished of a sweep that is not.
pub(super) const JOURNAL: &str = "journal";

/// The folder for the shares of a sweep that several processes train, beside its tables.
pub const SHARDS: &str = "shards";
/// In that folder: of which plan they are.
pub(super) const PLAN: &str = "plan";
/// How the names of shares end that are complete.
pub(super) const SHARD_ENDING: &str = "shard";

/// What the manifest may name, in its order.
pub(super) const TABLES: [&str; 9] =
    [RUNS, SUMMARY, GOLDILOCKS, CURVES, PARAMETERS, LANDSCAPE, BOUNDARY, POINTS, OVERRIDES];

/// The plots of a study, without their endings.
pub const PLOTS: [&str; 8] = ["loss", "steps", "batch", "heatmap", "bowl", "basins", "boundary", "seeds"];

/// The endings of plots.
pub const PLOT_ENDINGS: [&str; 2] = ["png", "svg"];

/// Whether the program writes files of this name into a results folder.
pub(super) fn is_ours(name: &str) -> bool {
    is_plot(name) || TABLES.contains(&name) || [MANIFEST, SPEC, PROVENANCE, TIMING].contains(&name)
}

/// Whether a plot has this name.
pub(super) fn is_plot(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(plot, ending)| PLOTS.contains(&plot) && PLOT_ENDINGS.contains(&ending))
}
