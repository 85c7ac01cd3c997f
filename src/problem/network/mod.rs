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

use std::sync::Arc;

use pulp::Simd;

pub use definition::{Activation, Head, InitialWeights, InitialWeightsKind, NetworkDefinition, NetworkLoss};
pub use definition::{OutputActivation, Penalty, PenaltyKind};
use head::Quantity;
use layer::{Block, Layer, Sources};

use super::blocks::sum_blocks;
use super::measure::{Measure, Measures};
use super::model::{Lanes, Measured, Model, Rows};
use crate::data::{Dataset, Examples};
use crate::math;
use crate::random::Key;

/// A network and its examples.
#[derive(Debug, Clone)]
pub struct Network {
    data: Arc<Dataset>,
    definition: NetworkDefinition,
    layers: Vec<Layer>,
    /// Of each parameter, whether it is a bias.
    biases: Vec<bool>,
}

impl Network {
    /// The network with these examples; for a loss of classes their targets are positions among [`Dataset::classes`].
    pub fn new(definition: NetworkDefinition, data: Arc<Dataset>) -> Network {
        let hidden = definition.hidden.iter().copied();
        let outputs = if definition.head == Head::CrossEntropy { data.classes.len() } else { 1 };
        let sizes: Vec<usize> = std::iter::once(data.train.width).chain(hidden).chain([outputs]).collect();
        let layers = Layer::stack(&sizes);
        let row = |layer: &Layer| (1..=layer.row()).map(|place| place == layer.row()).collect::<Vec<bool>>();
        let biases = layers.iter().flat_map(|layer| row(layer).repeat(layer.nodes)).collect();
        Network { data, definition, layers, biases }
    }

    /// How many nodes all layers have together.
    fn nodes(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.first_node + layer.nodes)
    }

    /// What a network with these parameters says at a point: its output, or for classes a number from −1 for the first to 1 for the
    /// last (2·p − 1 for two of them, p being the probability of the second).
    pub fn score(&self, parameters: &[f64], inputs: &[f64]) -> f64 {
        let mut values = vec![[[0.0; 1]; 1]; self.nodes()];
        let parameters: Vec<[f64; 1]> = parameters.iter().map(|&parameter| [parameter]).collect();
        self.forward(pulp::Scalar, [inputs], &parameters, &mut values);
        let sums: Vec<f64> = values[self.first_output()..].iter().map(|[[sum]]| *sum).collect();
        match (self.definition.head, &sums[..]) {
            (Head::Squared { activation, .. }, _) => {
                let mut outputs = sums;
                activation.apply(pulp::Scalar, &mut outputs);
                outputs.first().copied().unwrap_or(f64::NAN)
            }
            (Head::Log, [sum]) => 2.0 * math::sigmoid_scalar(*sum) - 1.0,
            (_, [first, .., last]) => 2.0 * math::sigmoid_scalar(last - first) - 1.0,
            _ => f64::NAN,
        }
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
        let examples = &self.data.train;
        let (mut inputs, mut targets): ([&[f64]; E], [f64; E]) = ([&[]; E], [0.0; E]);
        for e in 0..E {
            let example = indices[e] as usize;
            (inputs[e], targets[e]) = (examples.row(example), examples.targets[example]);
        }
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

    /// The mean of a quantity over examples.
    #[inline(always)]
    fn mean<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        quantity: Quantity,
        examples: &Examples,
        parameters: &[Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
    ) -> Lanes<S, V> {
        let zero = [simd.splat_f64s(0.0); V];
        let first_output = self.first_output();
        let (mut total, mut part) = ([zero], [zero]);
        sum_blocks(
            simd,
            examples.len(),
            &mut total,
            &mut part,
            scratch,
            #[inline(always)]
            |range, sum, scratch| {
                let sum = &mut sum[0];
                *sum = zero;
                let mut rows = examples.features[range.start * examples.width..].chunks_exact(examples.width);
                let mut next = || rows.next().unwrap_or_default();
                let (groups, rest) = examples.targets[range].as_chunks::<E>();
                let blocks = &mut scratch.as_chunks_mut::<E>().0[..self.nodes()];
                for &targets in groups {
                    let mut inputs: [&[f64]; E] = [&[]; E];
                    inputs.iter_mut().for_each(|inputs| *inputs = next());
                    self.forward(simd, inputs, parameters, blocks);
                    self.definition.head.add(simd, quantity, &mut blocks[first_output..], targets, sum);
                }
                let blocks = &mut scratch.as_chunks_mut::<1>().0[..self.nodes()];
                for &target in rest {
                    self.forward(simd, [next()], parameters, blocks);
                    self.definition.head.add(simd, quantity, &mut blocks[first_output..], [target], sum);
                }
            },
        );
        let [total] = total;
        let count = simd.splat_f64s(examples.len() as f64);
        total.map(|total| simd.div_f64s(total, count))
    }

    #[inline(always)]
    fn measure_in_groups_of<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let Dataset { train, test, .. } = &*self.data;
        let means = [
            (Measure::Loss, Quantity::Loss, train),
            (Measure::TestLoss, Quantity::Loss, test),
            (Measure::Accuracy, Quantity::Correct, train),
            (Measure::TestAccuracy, Quantity::Correct, test),
        ];
        for (measure, quantity, examples) in means {
            if wanted.has(measure) {
                out.set(measure, self.mean::<S, V, E>(simd, quantity, examples, parameters, scratch));
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

    fn test_examples(&self) -> usize {
        self.data.test.len()
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
        let tells_classes = !matches!(self.definition.head, Head::Squared { .. });
        match (self.data.test.is_empty(), tells_classes) {
            (true, false) => Measures::default(),
            (true, true) => Measures::of(&[Measure::Accuracy]),
            (false, false) => Measures::of(&[Measure::TestLoss]),
            (false, true) => Measures::of(&[Measure::Accuracy, Measure::TestLoss, Measure::TestAccuracy]),
        }
    }

    fn is_cheap_to_measure(&self) -> bool {
        false
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
        let rows = rows.indices;
        gradient.fill([simd.splat_f64s(0.0); V]);
        match V {
            1 => self.add_in_groups_of::<S, V, MOST_EXAMPLES>(simd, rows, scale, parameters, gradient, scratch),
            2 => self.add_in_groups_of::<S, V, 4>(simd, rows, scale, parameters, gradient, scratch),
            _ => self.add_in_groups_of::<S, V, 2>(simd, rows, scale, parameters, gradient, scratch),
        }
    }

    #[inline(always)]
    fn add_penalty<S: Simd, const V: usize>(&self, simd: S, parameters: &[Lanes<S, V>], gradient: &mut [Lanes<S, V>]) {
        let penalty = self.definition.penalty;
        if penalty == Penalty::None {
            return;
        }
        let rate = simd.splat_f64s(penalty.rate());
        for ((w, g), _) in parameters.iter().zip(gradient).zip(&self.biases).filter(|(_, is_bias)| !**is_bias) {
            for v in 0..V {
                g[v] = simd.mul_add_f64s(rate, penalty.slope(simd, w[v]), g[v]);
            }
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
        out: &mut Measured<'_, S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        match V {
            1 => self.measure_in_groups_of::<S, V, MOST_EXAMPLES>(simd, wanted, parameters, out, scratch),
            2 => self.measure_in_groups_of::<S, V, 4>(simd, wanted, parameters, out, scratch),
            _ => self.measure_in_groups_of::<S, V, 2>(simd, wanted, parameters, out, scratch),
        }
    }
}
