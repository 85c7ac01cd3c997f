//! One layer, forwards and backwards, register-blocked over `E` examples and `V` vectors of lanes.
//!
//! A layer's parameters are one row per node: a weight per source, then the bias. Blocking decides only which independent sums
//! are in flight together; each sum runs over sources, nodes or examples in their order, one fused multiply-add at a time.

use pulp::Simd;

use crate::problem::model::Lanes;
use crate::problem::rows::{add_outer, dot};

/// One number per example of a block.
pub(super) type Block<S, const V: usize, const E: usize> = [Lanes<S, V>; E];

/// A layer's size and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layer {
    /// Nodes of the layer before, or inputs.
    pub(super) sources: usize,
    pub(super) nodes: usize,
    /// The place of its first parameter among all.
    pub(super) first_parameter: usize,
    /// The place of its first node among the nodes of all layers.
    pub(super) first_node: usize,
}

/// Where a layer's sources stand.
#[derive(Clone, Copy)]
pub(super) enum Sources<'a, S: Simd, const V: usize, const E: usize> {
    /// The examples themselves, the same in every lane.
    Inputs([&'a [f64]; E]),
    /// The values of the layer before.
    Nodes(&'a [Block<S, V, E>]),
}

impl Layer {
    /// The layers of a network with these sizes, the inputs first.
    pub(super) fn stack(sizes: &[usize]) -> Vec<Layer> {
        let (mut first_parameter, mut first_node) = (0, 0);
        let layer = |pair: &[usize]| {
            let layer = Layer { sources: pair[0], nodes: pair[1], first_parameter, first_node };
            (first_parameter, first_node) = (layer.end(), layer.first_node + layer.nodes);
            layer
        };
        sizes.windows(2).map(layer).collect()
    }

    /// Parameters per node.
    pub(super) fn row(&self) -> usize {
        self.sources + 1
    }

    /// The place behind its last parameter.
    pub(super) fn end(&self) -> usize {
        self.first_parameter + self.nodes * self.row()
    }

    /// Its own out of the parameters (or gradients) of all layers.
    pub(super) fn parameters<'p, T>(&self, all: &'p [T]) -> &'p [T] {
        &all[self.first_parameter..self.end()]
    }

    /// The nodes' sums.
    #[inline(always)]
    pub(super) fn forward<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        sources: Sources<'_, S, V, E>,
        parameters: &[Lanes<S, V>],
        sums: &mut [Block<S, V, E>],
    ) {
        let rows = self.parameters(parameters).chunks_exact(self.row());
        for (sum, row) in sums.iter_mut().zip(rows) {
            let Some((bias, weights)) = row.split_last() else { continue };
            *sum = match sources {
                Sources::Inputs(rows) => dot(simd, rows, weights, *bias),
                Sources::Nodes(values) => weigh(simd, values, weights, *bias),
            };
        }
    }

    /// Adds the gradients of the block's examples, one after the other; `deltas` are those of the nodes' sums.
    #[inline(always)]
    pub(super) fn add_gradient<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        sources: Sources<'_, S, V, E>,
        deltas: &[Block<S, V, E>],
        gradient: &mut [Lanes<S, V>],
    ) {
        let rows = gradient[self.first_parameter..self.end()].chunks_exact_mut(self.row());
        for (delta, row) in deltas.iter().zip(rows) {
            let Some((bias, weights)) = row.split_last_mut() else { continue };
            for delta in delta {
                for v in 0..V {
                    bias[v] = simd.add_f64s(bias[v], delta[v]);
                }
            }
            match sources {
                Sources::Inputs(rows) => add_outer(simd, rows, delta, weights, false),
                Sources::Nodes(values) => add_products(simd, values, delta, weights),
            }
        }
    }

    /// What the deltas of the nodes' sums make of the sources' errors.
    #[inline(always)]
    pub(super) fn backward<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        deltas: &[Block<S, V, E>],
        parameters: &[Lanes<S, V>],
        errors: &mut [Block<S, V, E>],
    ) {
        let rows = self.parameters(parameters).chunks_exact(self.row());
        for (source, error) in errors.iter_mut().enumerate() {
            let mut sum = [[simd.splat_f64s(0.0); V]; E];
            for (row, delta) in rows.clone().zip(deltas) {
                let w = row[source];
                for e in 0..E {
                    for v in 0..V {
                        sum[e][v] = simd.mul_add_f64s(w[v], delta[e][v], sum[e][v]);
                    }
                }
            }
            *error = sum;
        }
    }
}

/// `start + Σⱼ valueⱼ · wⱼ` for each example.
#[inline(always)]
fn weigh<S: Simd, const V: usize, const E: usize>(
    simd: S,
    values: &[Block<S, V, E>],
    weights: &[Lanes<S, V>],
    start: Lanes<S, V>,
) -> Block<S, V, E> {
    let mut sums = [start; E];
    for (value, w) in values.iter().zip(weights) {
        for e in 0..E {
            for v in 0..V {
                sums[e][v] = simd.mul_add_f64s(w[v], value[e][v], sums[e][v]);
            }
        }
    }
    sums
}

/// `gradientⱼ += Σₑ valueⱼₑ · factorₑ`, in the order of examples.
#[inline(always)]
fn add_products<S: Simd, const V: usize, const E: usize>(
    simd: S,
    values: &[Block<S, V, E>],
    factors: &Block<S, V, E>,
    gradient: &mut [Lanes<S, V>],
) {
    for (value, gradient) in values.iter().zip(gradient) {
        let mut sum = *gradient;
        for e in 0..E {
            for v in 0..V {
                sum[v] = simd.mul_add_f64s(factors[e][v], value[e][v], sum[v]);
            }
        }
        *gradient = sum;
    }
}
