//! The problem families: their parameters, losses and gradients; one file (or folder) per family.
//!
//! Knows nothing of sweeps, learning rates or files.

mod definition;

pub use definition::{Definition, Initial, LinearRegression, Parabola};
