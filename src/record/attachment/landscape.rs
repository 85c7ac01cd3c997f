//! The loss along the only parameter of a problem.

/// A point of the loss curve of a one-parameter problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LandscapePoint {
    /// The parameter.
    pub w: f64,
    /// The loss there.
    pub loss: f64,
}
