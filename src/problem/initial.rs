//! [`Initial`]: where the parameters of linear models start.

use crate::random::Key;
use crate::word::words;

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
