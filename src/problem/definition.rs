//! What a spec's `[problem]` section says, checked.

/// What is trained.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// One parameter on a parabola.
    Parabola(Parabola),
    /// Linear regression with bias; the loss is the mean squared error.
    LinearRegression(LinearRegression),
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
