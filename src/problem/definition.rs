//! What a spec's `[problem]` section says, checked: the families and their words.

use super::command::Command;
use super::egg_carton::EggCarton;
use super::linear_regression::LinearRegression;
use super::logistic_regression::LogisticRegression;
use super::network::NetworkDefinition;
use super::parabola::Parabola;
use crate::word::words;

words! {
    /// The families of problems.
    pub enum Family {
        /// [`Definition::Parabola`].
        Parabola = "parabola",
        /// [`Definition::LinearRegression`].
        LinearRegression = "linear-regression",
        /// [`Definition::LogisticRegression`].
        LogisticRegression = "logistic-regression",
        /// [`Definition::EggCarton`].
        EggCarton = "egg-carton",
        /// [`Definition::Network`].
        Network = "network",
        /// [`Definition::Command`].
        Command = "command",
    }
}

/// What is trained.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// One parameter on a parabola.
    Parabola(Parabola),
    /// Linear regression with bias; the loss is the mean squared error.
    LinearRegression(LinearRegression),
    /// A fully connected network.
    Network(NetworkDefinition),
    /// Logistic regression with bias; the loss is the mean log loss and a penalty.
    LogisticRegression(LogisticRegression),
    /// A bowl with ripples: many minima.
    EggCarton(EggCarton),
    /// A program of the user's own, which trains whatever it likes.
    Command(Box<Command>),
}

impl Family {
    /// Whether a program of the user's own trains.
    pub fn is_program(self) -> bool {
        matches!(self, Family::Command)
    }
}

impl Definition {
    /// Whether its loss is a sum of squares of linear functions, known from a matrix.
    pub fn is_least_squares(&self) -> bool {
        matches!(self, Definition::LinearRegression(_))
    }
}
