//! What a spec's `[problem]` section says, checked.

use super::network::NetworkDefinition;
use crate::random::Key;
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
}

impl Definition {
    /// Whether its loss is a sum of squares of linear functions, known from a matrix.
    pub fn is_least_squares(&self) -> bool {
        matches!(self, Definition::LinearRegression(_))
    }
}

/// `loss(w) = curvature/2 · (w − minimum)²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parabola {
    /// The second derivative of the loss, positive.
    pub curvature: f64,
    /// The parameter before the first step.
    pub start: f64,
    /// The parameter with the least loss.
    pub minimum: f64,
}

/// Linear regression with bias; the loss is the mean squared error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearRegression {
    /// The parameters before the first step.
    pub initial: Initial,
}

/// Logistic regression with bias, binary (one weight vector) for two classes and multinomial (softmax) for more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticRegression {
    /// The parameters before the first step.
    pub initial: Initial,
    /// The penalty `l2/2 · |weights|²` is part of the training loss; the biases are free of it. Not negative.
    pub l2: f64,
}

/// `loss(w) = Σᵢ curvature/2 · (wᵢ − minimumᵢ)² + ripple · (1 − cos(frequency · (wᵢ − minimumᵢ)))`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EggCarton {
    /// How many parameters: 1 or 2.
    pub dimensions: usize,
    /// The second derivative of the bowl, positive.
    pub curvature: f64,
    /// Half the height of the ripples; not negative, and a convex bowl when zero.
    pub ripple: f64,
    /// Ripples per 2π, positive.
    pub frequency: f64,
    /// The parameters with the least loss, which is zero; only the first `dimensions` count.
    pub minimum: [f64; 2],
    /// The parameters before the first step; only the first `dimensions` count.
    pub start: [f64; 2],
}

/// Parameters before the first step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// All zero.
    Zeros,
    /// All the same.
    Constant(f64),
    /// Normal with mean zero and this standard deviation.
    Normal(f64),
    /// Uniform in `[−half width, half width)`.
    Uniform(f64),
}

words! {
    /// The kinds of [`Initial`].
    pub enum InitialKind {
        /// [`Initial::Zeros`].
        Zeros = "zeros",
        /// [`Initial::Constant`].
        Constant = "constant",
        /// [`Initial::Normal`].
        Normal = "normal",
        /// [`Initial::Uniform`].
        Uniform = "uniform",
    }
}

impl Initial {
    /// So many parameters, drawn from the stream of this key where they are random.
    pub fn draw(self, count: usize, key: &Key) -> Vec<f64> {
        let mut stream = key.stream();
        match self {
            Initial::Zeros => vec![0.0; count],
            Initial::Constant(value) => vec![value; count],
            Initial::Normal(deviation) => (0..count).map(|_| deviation * stream.normal()).collect(),
            Initial::Uniform(half_width) => {
                (0..count).map(|_| half_width * 2.0f64.mul_add(stream.unit(), -1.0)).collect()
            }
        }
    }
}
