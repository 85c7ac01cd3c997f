//! Specs that are right: what they expand to.

use std::path::{Path, PathBuf};

use goldilocks::grid::{self, Grid};
use goldilocks::spec::{self, Experiment, SourceFile};

fn experiment(text: &str) -> Experiment {
    let source = SourceFile { path: PathBuf::from("spec.toml"), text: text.to_owned() };
    spec::parse(source, Path::new("folder"), &[]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn expand(text: &str) -> Grid {
    grid::expand(&experiment(text)).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn the_starter_spec_runs() {
    let grid = expand(spec::STARTER);
    assert_eq!(grid.runs.len(), 16);
    assert_eq!(grid.setups.len(), 1);
}
