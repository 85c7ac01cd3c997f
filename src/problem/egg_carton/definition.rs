//! What a spec says of an egg carton, checked.

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
