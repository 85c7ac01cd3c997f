//! [`Problem`]: the model of any family behind one type.
//!
//! Owns the list of models; a new one is a line in each list here.

use std::sync::Arc;

use super::command::Command;
use super::definition::Definition;
use super::egg_carton::Carton;
use super::linear_regression::LeastSquares;
use super::logistic_regression::{Binary, Logistic, Softmax};
use super::measure::{Measure, Measures};
use super::model::Model;
use super::network::Network;
use super::parabola::Parabola;
use crate::data::Dataset;

/// A problem with its data, ready to train.
#[derive(Debug, Clone)]
pub enum Problem {
    /// One parameter on a parabola.
    Parabola(Box<Parabola>),
    /// Linear regression.
    LeastSquares(Box<LeastSquares>),
    /// Logistic regression with two classes.
    Binary(Box<Logistic<Binary>>),
    /// Logistic regression with more.
    Softmax(Box<Logistic<Softmax>>),
    /// A bowl with ripples.
    EggCarton(Box<Carton>),
    /// A fully connected network.
    Network(Box<Network>),
    /// A program of the user's own: there is no model here.
    Command(Box<Command>),
}

/// Calls something generic over [`Model`] with the problem's own type; a program of the user's own has another answer.
macro_rules! with_model {
    ($problem:expr, $model:ident => $body:expr, else $command:ident => $rest:expr) => {
        match $problem {
            $crate::problem::Problem::Command($command) => $rest,
            $crate::problem::Problem::Parabola($model) => $crate::problem::with_model!(@boxed $model => $body),
            $crate::problem::Problem::LeastSquares($model) => $crate::problem::with_model!(@boxed $model => $body),
            $crate::problem::Problem::Binary($model) => $crate::problem::with_model!(@boxed $model => $body),
            $crate::problem::Problem::Softmax($model) => $crate::problem::with_model!(@boxed $model => $body),
            $crate::problem::Problem::EggCarton($model) => $crate::problem::with_model!(@boxed $model => $body),
            $crate::problem::Problem::Network($model) => $crate::problem::with_model!(@boxed $model => $body),
        }
    };
    (@boxed $model:ident => $body:expr) => {{
        let $model = &**$model;
        $body
    }};
}
pub(crate) use with_model;

impl Problem {
    /// What a definition says, with the examples it is trained on; `None` if it needs examples and has none.
    pub fn new(definition: &Definition, data: Option<Arc<Dataset>>) -> Option<Problem> {
        Some(match definition {
            Definition::Parabola(parabola) => Problem::Parabola(Box::new(*parabola)),
            Definition::EggCarton(carton) => Problem::EggCarton(Box::new(Carton::new(*carton))),
            Definition::LinearRegression(regression) => {
                Problem::LeastSquares(Box::new(LeastSquares::new(*regression, data?)))
            }
            Definition::LogisticRegression(regression) => {
                let data = data?;
                match data.classes.len() {
                    2 => Problem::Binary(Box::new(Logistic::binary(*regression, data))),
                    _ => Problem::Softmax(Box::new(Logistic::softmax(*regression, data))),
                }
            }
            Definition::Network(network) => Problem::Network(Box::new(Network::new(network.clone(), data?))),
            Definition::Command(command) => Problem::Command(command.clone()),
        })
    }

    /// The number of training examples, if the problem has any.
    pub fn examples(&self) -> Option<usize> {
        with_model!(self, model => model.examples().map(|examples| examples.len()), else _command => None)
    }

    /// See [`Model::measurable`].
    pub fn measurable(&self) -> Measures {
        with_model!(self, model => model.measurable(), else command => command.measurable())
    }

    /// See [`Model::why_unmeasurable`].
    pub fn why_unmeasurable(&self, measure: Measure) -> Option<&str> {
        with_model!(self, model => model.why_unmeasurable(measure), else _command => None)
    }

    /// See [`Model::notes`].
    pub fn notes(&self) -> Vec<String> {
        with_model!(self, model => model.notes(), else _command => Vec::new())
    }

    /// See [`Model::extras`].
    pub fn extras(&self) -> &'static [&'static str] {
        with_model!(self, model => model.extras(), else command => command.extras())
    }

    /// See [`Model::recorded`].
    pub fn recorded(&self) -> Measures {
        with_model!(self, model => model.recorded(), else _command => Measures::default())
    }

    /// See [`Model::takes_rows_apart`].
    pub fn takes_rows_apart(&self) -> bool {
        with_model!(self, model => model.takes_rows_apart(), else _command => false)
    }

    /// See [`Model::is_cheap_to_measure`].
    pub fn is_cheap_to_measure(&self) -> bool {
        with_model!(self, model => model.is_cheap_to_measure(), else _command => false)
    }

    /// See [`Model::largest_curvature`].
    pub fn largest_curvature(&self) -> Option<f64> {
        with_model!(self, model => model.largest_curvature(), else _command => None)
    }
}
