//! Fully connected networks, trained lane by lane.
//!
//! Canonical arithmetic: a node's sum starts at its bias and adds weight · source, sources in order; the error of a node adds
//! weight · delta over the nodes it feeds, in order; gradients and losses add up over examples, in order; each product-and-sum is one
//! fused multiply-add, and transcendental functions are those of [`crate::math`].
//!
//! Knows nothing of learning rates or sweeps.

mod activation;
mod definition;
mod function;
mod head;
mod initial;
mod layer;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use pulp::Simd;

pub use definition::{Activation, Head, InitialWeights, NetworkDefinition, Penalty};
use layer::{Block, Layer, Sources};

use super::measure::{Measure, Measures};
use super::model::{EXAMPLES_PER_SUM, Lanes, Measured, Model, Rows};
use crate::data::{Dataset, Examples};
use crate::random::Key;

/// A network and its examples.
#[derive(Debug, Clone)]
pub struct Network {
    data: Arc<Dataset>,
    definition: NetworkDefinition,
    layers: Vec<Layer>,
    /// Of each parameter, whether it is a bias.
    biases: Vec<bool>,
    /// The training examples' targets as the head takes them.
    train_targets: Vec<f64>,
    test_targets: Vec<f64>,
}

/// Why a network cannot learn from these examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkError {
    /// A loss for two classes, and targets of another number of values.
    NotTwoClasses(usize),
    /// A loss for classes, and training examples of fewer than two.
    TooFewClasses(usize),
    /// A loss for classes, and a target that is neither a whole number from 0 on nor −1 or 1.
    NotAClass(String),
}

impl std::error::Error for NetworkError {}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkError::NotTwoClasses(count) => {
                write!(f, "a log loss needs targets of two classes, and these are of {count}")
            }
            NetworkError::TooFewClasses(count) => {
                write!(f, "a loss for classes needs training examples of at least two, and these are of {count}")
            }
            NetworkError::NotAClass(target) => {
                write!(f, "a loss for classes needs targets 0, 1, 2, … (or −1 and 1), and one is {target}")
            }
        }
    }
}

impl Network {
    /// The network with these examples.
    ///
    /// # Errors
    /// When the loss is for classes and the targets are not.
    pub fn new(definition: NetworkDefinition, data: Arc<Dataset>) -> Result<Network, NetworkError> {
        let targets = Targets::of(definition.head, &data)?;
        let hidden = definition.hidden.iter().copied();
        let sizes: Vec<usize> = std::iter::once(data.train.width).chain(hidden).chain([targets.outputs]).collect();
        let layers = Layer::stack(&sizes);
        let row = |layer: &Layer| (1..=layer.row()).map(|place| place == layer.row()).collect::<Vec<bool>>();
        let biases = layers.iter().flat_map(|layer| row(layer).repeat(layer.nodes)).collect();
        let Targets { train: train_targets, test: test_targets, .. } = targets;
        Ok(Network { data, definition, layers, biases, train_targets, test_targets })
    }

    /// How many nodes all layers have together.
    fn nodes(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.first_node + layer.nodes)
    }

    /// The outputs (after the head's activation, if it has one) at a point, for one lane's parameters.
    pub fn outputs(&self, parameters: &[f64], inputs: &[f64]) -> Vec<f64> {
        let mut values = vec![[[0.0; 1]; 1]; self.nodes()];
        let parameters: Vec<[f64; 1]> = parameters.iter().map(|&parameter| [parameter]).collect();
        self.forward(pulp::Scalar, [inputs], &parameters, &mut values);
        let mut outputs: Vec<f64> = values[self.first_output()..].iter().map(|[[sum]]| *sum).collect();
        match self.definition.head {
            Head::Squared { activation, .. } => activation.apply(pulp::Scalar, &mut outputs),
            Head::Log => Activation::Sigmoid.apply(pulp::Scalar, &mut outputs),
            Head::CrossEntropy => {}
        }
        outputs
    }

    /// The place of the first output among all nodes.
    fn first_output(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.first_node)
    }

    /// The values of all nodes; those of the last layer are its sums.
    #[inline(always)]
    fn forward<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        inputs: [&[f64]; E],
        parameters: &[Lanes<S, V>],
        values: &mut [Block<S, V, E>],
    ) {
        for (depth, layer) in self.layers.iter().enumerate() {
            let (before, rest) = values.split_at_mut(layer.first_node);
            let sums = &mut rest[..layer.nodes];
            layer.forward(simd, sources(depth, layer, inputs, before), parameters, sums);
            if depth + 1 < self.layers.len() {
                self.definition.activation.apply(simd, sums.as_flattened_mut().as_flattened_mut());
            }
        }
    }

    /// Adds the gradients of `E` examples.
    #[inline(always)]
    fn add_examples<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        indices: [u32; E],
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Block<S, V, E>],
    ) {
        let inputs = indices.map(|index| self.data.train.row(index as usize));
        let targets = indices.map(|index| self.train_targets[index as usize]);
        let (values, deltas) = scratch.split_at_mut(self.nodes());
        let deltas = &mut deltas[..values.len()];
        self.forward(simd, inputs, parameters, values);
        let first = self.first_output();
        self.definition.head.deltas(simd, &values[first..], targets, scale, &mut deltas[first..]);
        for (depth, layer) in self.layers.iter().enumerate().rev() {
            let (before, rest) = deltas.split_at_mut(layer.first_node);
            let own = &rest[..layer.nodes];
            let values = &values[..layer.first_node];
            layer.add_gradient(simd, sources(depth, layer, inputs, values), own, gradient);
            if depth > 0 {
                let start = layer.first_node - layer.sources;
                let errors = &mut before[start..];
                layer.backward(simd, own, parameters, errors);
                self.definition.activation.apply_slope(
                    simd,
                    values[start..].as_flattened().as_flattened(),
                    errors.as_flattened_mut().as_flattened_mut(),
                );
            }
        }
    }

    #[inline(always)]
    fn add_in_groups_of<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        rows: &[u32],
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) {
        let (groups, rest) = rows.as_chunks::<E>();
        for &group in groups {
            self.add_examples(simd, group, scale, parameters, gradient, scratch.as_chunks_mut::<E>().0);
        }
        for &row in rest {
            self.add_examples(simd, [row], scale, parameters, gradient, scratch.as_chunks_mut::<1>().0);
        }
    }

    /// The mean loss, in sums of [`EXAMPLES_PER_SUM`] examples.
    #[inline(always)]
    fn mean_loss<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        examples: &Examples,
        targets: &[f64],
        parameters: &[Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) -> Lanes<S, V> {
        let zero = [simd.splat_f64s(0.0); V];
        let first_output = self.first_output();
        let mut total = zero;
        let inputs = examples.features.chunks(EXAMPLES_PER_SUM * examples.width);
        for (inputs, targets) in inputs.zip(targets.chunks(EXAMPLES_PER_SUM)) {
            let mut part = zero;
            let (groups, rest) = targets.as_chunks::<E>();
            let mut inputs = inputs.chunks_exact(examples.width);
            let mut next = || inputs.next().unwrap_or_default();
            let blocks = &mut scratch.as_chunks_mut::<E>().0[..self.nodes()];
            for &targets in groups {
                self.forward(simd, std::array::from_fn::<_, E, _>(|_| next()), parameters, blocks);
                self.definition.head.add_losses(simd, &mut blocks[first_output..], targets, &mut part);
            }
            let blocks = &mut scratch.as_chunks_mut::<1>().0[..self.nodes()];
            for &target in rest {
                self.forward(simd, [next()], parameters, blocks);
                self.definition.head.add_losses(simd, &mut blocks[first_output..], [target], &mut part);
            }
            for v in 0..V {
                total[v] = simd.add_f64s(total[v], part[v]);
            }
        }
        let count = simd.splat_f64s(targets.len() as f64);
        total.map(|total| simd.div_f64s(total, count))
    }

    #[inline(always)]
    fn measure_in_groups_of<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let Dataset { train, test, .. } = &*self.data;
        let parts = [(Measure::Loss, train, &self.train_targets), (Measure::TestLoss, test, &self.test_targets)];
        for (measure, examples, targets) in parts {
            if wanted.has(measure) {
                out[measure as usize] = self.mean_loss::<S, V, E>(simd, examples, targets, parameters, scratch);
            }
        }
    }
}

/// Where a layer's sources stand; `before` are the values of all nodes before it.
#[inline(always)]
fn sources<'a, S: Simd, const V: usize, const E: usize>(
    depth: usize,
    layer: &Layer,
    inputs: [&'a [f64]; E],
    before: &'a [Block<S, V, E>],
) -> Sources<'a, S, V, E> {
    match depth {
        0 => Sources::Inputs(inputs),
        _ => Sources::Nodes(&before[layer.first_node - layer.sources..]),
    }
}

/// So many examples are in flight together with one vector of lanes; fewer with more.
const MOST_EXAMPLES: usize = 8;

impl Model for Network {
    fn parameters(&self) -> usize {
        self.biases.len()
    }

    fn scratch(&self) -> usize {
        // A value and a delta per node and example.
        2 * self.nodes() * MOST_EXAMPLES
    }

    fn examples(&self) -> Option<&Examples> {
        Some(&self.data.train)
    }

    fn initial(&self, key: &Key) -> Vec<f64> {
        let initial = self.definition.initial;
        match &self.data.generator {
            // The page's one stream goes on where the points left it.
            Some(generator) => initial.draw(&self.layers, &mut generator.clone()),
            None => initial.draw(&self.layers, &mut key.stream()),
        }
    }

    fn measurable(&self) -> Measures {
        self.recorded().with(Measure::Loss)
    }

    fn recorded(&self) -> Measures {
        if self.data.test.is_empty() { Measures::default() } else { Measures::of(&[Measure::TestLoss]) }
    }

    fn is_cheap_to_measure(&self) -> bool {
        false
    }

    fn stability_limit(&self, _momentum: f64, _nesterov: bool) -> Option<f64> {
        None
    }

    fn has_closed_gradient(&self) -> bool {
        false
    }

    #[inline(always)]
    fn closed_gradient<S: Simd, const V: usize>(
        &self,
        _simd: S,
        _parameters: &[Lanes<S, V>],
        _gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        unreachable!("a network has no closed gradient");
    }

    #[inline(always)]
    fn write_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        rows: Rows<'_>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) {
        gradient.fill([simd.splat_f64s(0.0); V]);
        let rows = rows.indices;
        match V {
            1 => self.add_in_groups_of::<S, V, MOST_EXAMPLES>(simd, rows, scale, parameters, gradient, scratch),
            2 => self.add_in_groups_of::<S, V, 4>(simd, rows, scale, parameters, gradient, scratch),
            _ => self.add_in_groups_of::<S, V, 2>(simd, rows, scale, parameters, gradient, scratch),
        }
    }

    fn penalty(&self) -> Penalty {
        self.definition.penalty
    }

    fn biases(&self) -> &[bool] {
        &self.biases
    }

    #[inline(always)]
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        match V {
            1 => self.measure_in_groups_of::<S, V, MOST_EXAMPLES>(simd, wanted, parameters, out, scratch),
            2 => self.measure_in_groups_of::<S, V, 4>(simd, wanted, parameters, out, scratch),
            _ => self.measure_in_groups_of::<S, V, 2>(simd, wanted, parameters, out, scratch),
        }
    }
}

/// The targets as a head takes them.
struct Targets {
    /// How many outputs they need.
    outputs: usize,
    train: Vec<f64>,
    test: Vec<f64>,
}

impl Targets {
    fn of(head: Head, data: &Dataset) -> Result<Targets, NetworkError> {
        let (train, test) = (&data.train.targets, &data.test.targets);
        if let Head::Squared { .. } = head {
            return Ok(Targets { outputs: 1, train: train.clone(), test: test.clone() });
        }
        // The signs of two classes count as 0 and 1.
        let is_sign = train.iter().chain(test).all(|target| target.abs() == 1.0);
        let class = |&target: &f64| if is_sign { 0.5 * (target + 1.0) } else { target };
        let is_class = |&&target: &&f64| target >= 0.0 && target.fract() == 0.0 && target < 65536.0;
        if let Some(other) = train.iter().chain(test).find(|target| !is_sign && !is_class(target)) {
            return Err(NetworkError::NotAClass(other.to_string()));
        }
        let (train, test): (Vec<f64>, Vec<f64>) = (train.iter().map(class).collect(), test.iter().map(class).collect());
        let mut classes = train.clone();
        classes.sort_by(f64::total_cmp);
        classes.dedup();
        let count = train.iter().chain(&test).fold(0.0, |most: f64, &class| most.max(class)) as usize + 1;
        match head {
            _ if classes.len() < 2 => Err(NetworkError::TooFewClasses(classes.len())),
            Head::Log if classes.len() > 2 || count > 2 => Err(NetworkError::NotTwoClasses(classes.len())),
            Head::Log => Ok(Targets { outputs: 1, train, test }),
            _ => Ok(Targets { outputs: count, train, test }),
        }
    }
}
