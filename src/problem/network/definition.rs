//! What a spec says of a network, checked.

use pulp::Simd;

use crate::word::words;

/// A fully connected network: what its layers do, what it is held to, where it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkDefinition {
    /// Widths of the hidden layers, each at least 1; there may be none.
    pub hidden: Vec<usize>,
    /// What nodes of the hidden layers do with their sum.
    pub activation: Activation,
    /// What the output does with its sums, and the loss.
    pub head: Head,
    /// What keeps weights small; biases are spared, and the loss that is reported has no part of it.
    pub penalty: Penalty,
    /// Where the parameters start.
    pub initial: InitialWeights,
}

words! {
    /// What a node does with its sum; its word is also that of the Playground's address.
    pub enum Activation {
        /// Hyperbolic tangent.
        Tanh = "tanh",
        /// max(0, v).
        Relu = "relu",
        /// 1/(1 + e⁻ᵛ).
        Sigmoid = "sigmoid",
        /// v itself.
        Linear = "linear",
    }
}

words! {
    /// What the output nodes do with their sums.
    pub enum OutputActivation {
        /// [`Activation::Linear`].
        Linear = "linear",
        /// [`Activation::Tanh`].
        Tanh = "tanh",
        /// [`Activation::Sigmoid`], or the probability of the second of two classes.
        Sigmoid = "sigmoid",
        /// The probabilities of classes.
        Softmax = "softmax",
    }
}

words! {
    /// What the outputs are held to.
    pub enum NetworkLoss {
        /// (o − t)²/2.
        HalfSquared = "half-squared",
        /// (o − t)².
        MeanSquared = "mean-squared",
        /// The log loss of two classes.
        Log = "log",
        /// The cross-entropy of any number of classes.
        CrossEntropy = "cross-entropy",
    }
}

/// The last layer's outputs and the loss of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Head {
    /// One output o, held to the target t.
    Squared {
        /// What the output does with its sum.
        activation: Activation,
        /// (o − t)²/2 instead of (o − t)².
        half: bool,
    },
    /// One output, the probability p = 1/(1 + e⁻ᵛ) of the second of two classes: −ln p, or −ln(1 − p) for the first.
    Log,
    /// One output per class, pₖ = eᵛᵏ/Σⱼ eᵛʲ: −ln pₖ for an example of class k.
    CrossEntropy,
}

/// A penalty on the size of weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Penalty {
    /// None.
    None,
    /// rate · Σ |w|: a constant pull towards zero.
    L1(f64),
    /// rate/2 · Σ w²: a pull in proportion to the weight.
    L2(f64),
}

impl Penalty {
    /// How strong it is.
    pub fn rate(self) -> f64 {
        match self {
            Penalty::None => 0.0,
            Penalty::L1(rate) | Penalty::L2(rate) => rate,
        }
    }

    /// Its derivative at a weight, divided by its rate; zero where |w| has a kink.
    #[inline(always)]
    pub fn slope<S: Simd>(self, simd: S, weight: S::f64s) -> S::f64s {
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        match self {
            Penalty::None => zero,
            Penalty::L1(_) => {
                let negative = simd.select_f64s(simd.less_than_f64s(weight, zero), simd.neg_f64s(one), zero);
                simd.select_f64s(simd.greater_than_f64s(weight, zero), one, negative)
            }
            Penalty::L2(_) => weight,
        }
    }
}

words! {
    /// The kinds of penalties.
    pub enum PenaltyKind {
        /// [`Penalty::None`].
        None = "none",
        /// [`Penalty::L1`].
        L1 = "l1",
        /// [`Penalty::L2`].
        L2 = "l2",
    }
}

words! {
    /// The kinds of [`InitialWeights`].
    pub enum InitialWeightsKind {
        /// [`InitialWeights::Zeros`].
        Zeros = "zeros",
        /// [`InitialWeights::Normal`].
        Normal = "normal",
        /// [`InitialWeights::Uniform`].
        Uniform = "uniform",
        /// [`InitialWeights::Xavier`].
        Xavier = "xavier",
        /// [`InitialWeights::He`].
        He = "he",
        /// [`InitialWeights::Playground`].
        Playground = "playground",
    }
}

/// How the parameters of a network start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum InitialWeights {
    /// All zero.
    Zeros,
    /// Normal with mean zero and this standard deviation; biases zero.
    Normal(f64),
    /// Uniform in `[−half width, half width)`; biases zero.
    Uniform(f64),
    /// Uniform with half width √(6/(sources + nodes)) of the layer; biases zero (Glorot and Bengio, AISTATS 2010).
    Xavier,
    /// Normal with standard deviation √(2/sources) of the layer; biases zero (He et al., ICCV 2015).
    He,
    /// Uniform in `[−0.5, 0.5)`; biases 0.1, as on the Playground's page.
    Playground,
}
