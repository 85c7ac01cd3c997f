//! What people see of results: text for the terminal.
//!
//! Knows the terminal; knows nothing of the engine or of specs.

pub mod text;
