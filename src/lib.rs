//! Goldilocks runs a grid of training runs in parallel and reports how many steps each one takes to converge, and which never do.
//!
//! The `goldilocks` command is a thin shell around this library; a program can do the same:
//!
//! ```
//! use std::path::Path;
//!
//! use goldilocks::engine::{self, Lanes, Options, Plan, Prepared};
//! use goldilocks::{grid, spec};
//!
//! let text = r#"
//! name = "study"
//! [problem]
//! kind = "parabola"          # loss(w) = curvature/2 · (w − minimum)²
//! curvature = 0.625
//! [grid]
//! learning_rate = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0]
//! [stop]
//! max_steps = 1000
//! converged = { distance = 0.0055 }
//! "#;
//! let source = spec::SourceFile { path: "study.toml".into(), text: text.into() };
//! let experiment = spec::parse(source, Path::new(""), &[])?;
//! let grid = grid::expand(&experiment)?;
//! let prepared = Prepared::new(&grid).expect("a parabola needs no data");
//! let plan = Plan::new(&experiment, &grid, &prepared);
//! let study = engine::run(&plan, &Lanes::default(), &Options::default()).expect("nobody interrupts");
//!
//! let steps: Vec<Option<u64>> = study.runs.iter().map(|run| run.steps).collect();
//! assert_eq!(steps, [Some(81), Some(10), Some(6), Some(1), Some(3), None]);
//! # Ok::<(), spec::Diagnostics>(())
//! ```
//!
//! Imports point down this list and never up; each part's own page says what it owns:
//! [`cli`], [`report`], [`store`], [`engine`], [`event`], [`check`], [`record`], [`grid`], [`spec`], [`train`], [`problem`],
//! [`data`], [`output`], and at the bottom [`metric`], [`random`], [`math`], [`fs`], [`choice`], [`outcome`], [`value`] and [`word`].

pub mod check;
pub mod choice;
pub mod cli;
pub mod data;
pub mod engine;
pub mod event;
pub mod fs;
pub mod grid;
pub mod math;
pub mod metric;
pub mod outcome;
pub mod output;
pub mod problem;
pub mod random;
pub mod record;
pub mod report;
pub mod spec;
pub mod store;
pub mod train;
pub mod value;
pub mod word;
