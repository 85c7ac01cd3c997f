//! All integration tests in one binary, so that the library is linked once.
//!
//! | module | holds |
//! | --- | --- |
//! | [`architecture`] | imports between the parts of the crate point one way |
//! | [`spec`], [`schema`], [`grid`] | specs, their messages, the JSON Schema, and the runs they expand into |
//! | [`naive`], [`naive_experiments`], [`networks`], [`playground`], [`playground_reference`] | trained numbers against loops of a few lines and recorded traces |
//! | [`determinism`] | the same bits for any threads, grouping and instruction set |
//! | [`family`] | what docs/design.md says of adding a problem family |
//! | [`fuzz`] | hostile input by the thousand: specs, CSV files, results, addresses, output of programs; `tests/abuse/fuzz` plays it for minutes |
//! | [`limits`] | sizes that no machine has, and messages without an end |
//! | [`store`], [`resume`], [`shards`] | files, signals, sweeps that are killed and go on, sweeps of several machines |
//! | [`output`] | what is read from the output of training programs |
//! | [`recorded`] | what is recorded comes back from the files as it was |
//! | [`build_script`] | the revision that a build tells |
//! | [`command`] | programs of the user's own, as real child processes |
//! | [`cli`], [`check`], [`terminal`], [`verbs`] | the program as its users run it |

mod architecture;
mod build_script;
mod check;
mod cli;
mod command;
mod determinism;
mod family;
mod fuzz;
mod grid;
mod limits;
mod naive;
mod naive_experiments;
mod networks;
mod output;
mod playground;
mod playground_reference;
mod recorded;
mod resume;
mod schema;
mod shards;
mod spec;
mod store;
mod support;
mod terminal;
mod verbs;
