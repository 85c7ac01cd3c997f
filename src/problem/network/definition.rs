//! What a spec says of a network, checked.

use pulp::Simd;

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

/// What a node does with its sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Hyperbolic tangent.
    Tanh,
    /// max(0, v).
    Relu,
    /// 1/(1 + e⁻ᵛ).
    Sigmoid,
    /// v itself.
    Linear,
}

impl Activation {
    /// All of them.
    pub const ALL: [Activation; 4] = [Activation::Tanh, Activation::Relu, Activation::Sigmoid, Activation::Linear];

    /// The name in specs and in addresses of the Playground.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Tanh => "tanh",
            Activation::Relu => "relu",
            Activation::Sigmoid => "sigmoid",
            Activation::Linear => "linear",
        }
    }

    /// The activation called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Activation> {
        Activation::ALL.into_iter().find(|activation| activation.name() == name)
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
