//! A fully connected network trained one number at a time, with the semantics of the TensorFlow Playground: the reference that
//! faster engines are held to.
//!
//! The order of operations is the page's. What the elementary operations are is the caller's choice ([`Arithmetic`]): with
//! unfused products and the C library's functions it is the page to the last bit.

/// The elementary operations.
#[derive(Clone, Copy)]
pub(crate) struct Arithmetic {
    /// `a · b + c`.
    pub(crate) multiply_add: fn(f64, f64, f64) -> f64,
    /// The hyperbolic tangent.
    pub(crate) tanh: fn(f64) -> f64,
    /// 1/(1 + e⁻ˣ).
    pub(crate) sigmoid: fn(f64) -> f64,
}

/// What a node does with its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    Tanh,
    Relu,
    Sigmoid,
    Linear,
}

/// What keeps weights small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Penalty {
    None,
    L1,
    L2,
}

/// What training needs beside the network itself.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) arithmetic: Arithmetic,
    pub(crate) hidden: Activation,
    pub(crate) output: Activation,
    pub(crate) penalty: Penalty,
    pub(crate) penalty_rate: f64,
    pub(crate) learning_rate: f64,
    pub(crate) batch_size: usize,
}

/// A weight between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub(crate) weight: f64,
    /// Removed by L1: the weight stays 0.
    pub(crate) dead: bool,
    gradient: Sum,
}

/// A node with the links that lead to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) bias: f64,
    pub(crate) links: Vec<Link>,
    gradient: Sum,
    sum: f64,
    output: f64,
    delta: f64,
}

/// Gradients added up since the last update, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    total: f64,
    count: usize,
}

impl Sum {
    fn add(&mut self, total: f64) {
        self.total = total;
        self.count += 1;
    }
}

/// The layers after the inputs.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) layers: Vec<Vec<Node>>,
    settings: Settings,
}

/// Inputs and the label they belong to.
pub(crate) struct Example {
    pub(crate) inputs: Vec<f64>,
    pub(crate) label: f64,
}

impl Activation {
    fn value(self, sum: f64, arithmetic: Arithmetic) -> f64 {
        match self {
            Activation::Tanh => (arithmetic.tanh)(sum),
            Activation::Relu if sum > 0.0 => sum,
            Activation::Relu => 0.0,
            Activation::Sigmoid => (arithmetic.sigmoid)(sum),
            Activation::Linear => sum,
        }
    }

    fn slope(self, sum: f64, output: f64, arithmetic: Arithmetic) -> f64 {
        match self {
            Activation::Tanh => (arithmetic.multiply_add)(-output, output, 1.0),
            Activation::Relu if sum <= 0.0 => 0.0,
            Activation::Relu | Activation::Linear => 1.0,
            Activation::Sigmoid => output * (1.0 - output),
        }
    }
}

impl Penalty {
    fn slope(self, weight: f64) -> f64 {
        match self {
            Penalty::None => 0.0,
            Penalty::L1 if weight == 0.0 => 0.0,
            Penalty::L1 => weight.signum(),
            Penalty::L2 => weight,
        }
    }
}

impl Network {
    /// A network with layers of these sizes, the inputs first. `weights` come layer by layer, node by node, source by source.
    pub(crate) fn new(sizes: &[usize], weights: &[f64], bias: f64, settings: Settings) -> Network {
        let mut weights = weights.iter();
        let mut link = || Link { weight: *weights.next().expect("a weight"), dead: false, gradient: Sum::default() };
        let mut node = |sources: usize| Node {
            bias,
            links: (0..sources).map(|_| link()).collect(),
            gradient: Sum::default(),
            sum: 0.0,
            output: 0.0,
            delta: 0.0,
        };
        let layers = sizes.windows(2).map(|pair| (0..pair[1]).map(|_| node(pair[0])).collect()).collect();
        Network { layers, settings }
    }

    /// What the network says to these inputs.
    pub(crate) fn forward(&mut self, inputs: &[f64]) -> f64 {
        let Settings { arithmetic, hidden, output, .. } = self.settings;
        let last = self.layers.len() - 1;
        let mut sources = inputs.to_vec();
        for (depth, layer) in self.layers.iter_mut().enumerate() {
            let activation = if depth == last { output } else { hidden };
            for node in layer.iter_mut() {
                node.sum = node.bias;
                for (link, &source) in node.links.iter().zip(&sources) {
                    node.sum = (arithmetic.multiply_add)(link.weight, source, node.sum);
                }
                node.output = activation.value(node.sum, arithmetic);
            }
            sources = layer.iter().map(|node| node.output).collect();
        }
        sources[0]
    }

    /// Half the squared error, averaged over the examples.
    pub(crate) fn loss(&mut self, examples: &[Example]) -> f64 {
        let mut total = 0.0;
        for example in examples {
            let error = self.forward(&example.inputs) - example.label;
            total = (self.settings.arithmetic.multiply_add)(0.5 * error, error, total);
        }
        total / examples.len() as f64
    }

    /// One pass over the examples, with an update after every full batch. What is left over stays and joins the next pass's first batch.
    pub(crate) fn epoch(&mut self, examples: &[Example]) {
        for (i, example) in examples.iter().enumerate() {
            self.forward(&example.inputs);
            self.backward(example);
            if (i + 1) % self.settings.batch_size == 0 {
                self.update();
            }
        }
    }

    /// Adds the gradient of the last forward pass to the sums.
    fn backward(&mut self, example: &Example) {
        let Settings { arithmetic, hidden, output, .. } = self.settings;
        let last = self.layers.len() - 1;
        let mut errors = vec![self.layers[last][0].output - example.label];
        for depth in (0..=last).rev() {
            let activation = if depth == last { output } else { hidden };
            let (before, layer) = self.layers.split_at_mut(depth);
            let layer = &mut layer[0];
            let sources: Vec<f64> = match before.last() {
                Some(nodes) => nodes.iter().map(|node| node.output).collect(),
                None => example.inputs.clone(),
            };
            for (node, error) in layer.iter_mut().zip(&errors) {
                node.delta = error * activation.slope(node.sum, node.output, arithmetic);
                node.gradient.add(node.gradient.total + node.delta);
                for (link, &source) in node.links.iter_mut().zip(&sources).filter(|(link, _)| !link.dead) {
                    link.gradient.add((arithmetic.multiply_add)(node.delta, source, link.gradient.total));
                }
            }
            errors = vec![0.0; sources.len()];
            for node in layer.iter() {
                for (error, link) in errors.iter_mut().zip(&node.links) {
                    *error = (arithmetic.multiply_add)(link.weight, node.delta, *error);
                }
            }
        }
    }

    /// Moves every parameter against its averaged gradient, and clears the sums.
    fn update(&mut self) {
        let Settings { learning_rate, penalty, penalty_rate, .. } = self.settings;
        for node in self.layers.iter_mut().flatten() {
            let Sum { total, count } = std::mem::take(&mut node.gradient);
            if count > 0 {
                node.bias -= learning_rate * total / count as f64;
            }
            for link in node.links.iter_mut().filter(|link| !link.dead) {
                let Sum { total, count } = std::mem::take(&mut link.gradient);
                if count == 0 {
                    continue;
                }
                let slope = penalty.slope(link.weight);
                let learned = link.weight - learning_rate / count as f64 * total;
                let pulled = learned - learning_rate * penalty_rate * slope;
                link.dead = penalty == Penalty::L1 && learned * pulled < 0.0;
                link.weight = if link.dead { 0.0 } else { pulled };
            }
        }
    }
}
