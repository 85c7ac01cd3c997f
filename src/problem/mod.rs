//! The problem families: their parameters, losses and gradients; one file (or folder) per family.
//!
//! Knows nothing of sweeps, learning rates or files.

mod any;
mod apart;
mod blocks;
mod columns;
mod command;
mod definition;
mod egg_carton;
mod initial;
mod linear_regression;
mod logistic_regression;
mod measure;
mod model;
mod network;
mod parabola;
mod quadratic;
mod rows;
mod spectrum;
mod template;
#[cfg(test)]
mod tests;

pub use any::Problem;
pub(crate) use any::with_model;
pub use apart::ROWS_APART;
pub use blocks::sum_blocks;
pub use command::{Command, Limits, Output, RUN_ID, Resources};
pub use definition::{Definition, Family};
pub use egg_carton::{Carton, EggCarton, Minimum};
pub use initial::{Initial, InitialKind};
pub use linear_regression::{LeastSquares, LinearRegression};
pub use logistic_regression::{Binary, Logistic, LogisticRegression, Softmax};
pub use measure::{Measure, Measures};
pub use model::{Lanes, Measured, Model, Rows};
pub use network::{Activation, Head, InitialWeights, InitialWeightsKind, Network, NetworkDefinition, NetworkLoss};
pub use network::{OutputActivation, Penalty, PenaltyKind};
pub use parabola::Parabola;
pub use quadratic::Quadratic;
pub use template::{Template, TemplateError, TemplateErrorKind};
