//! What a spec's `[problem]` section says, checked.

use super::network::NetworkDefinition;
use crate::random::Key;

/// What is trained.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// One parameter on a parabola.
    Parabola(Parabola),
    /// Linear regression with bias; the loss is the mean squared error.
    LinearRegression(LinearRegression),
    /// A fully connected network.
    Network(NetworkDefinition),
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
