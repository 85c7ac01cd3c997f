//! Where the parameters of a network start.

use super::definition::InitialWeights;
use super::layer::Layer;
use crate::data::playground::{Draw, INITIAL_BIAS, normal};

impl InitialWeights {
    /// The parameters of these layers: drawn layer by layer, node by node, source by source.
    pub(super) fn draw(self, layers: &[Layer], draw: &mut impl Draw) -> Vec<f64> {
        let bias = if self == InitialWeights::Playground { INITIAL_BIAS } else { 0.0 };
        let mut parameters = Vec::with_capacity(layers.last().map_or(0, Layer::end));
        for layer in layers {
            for _ in 0..layer.nodes {
                parameters.extend((0..layer.sources).map(|_| self.weight(layer, draw)));
                parameters.push(bias);
            }
        }
        parameters
    }

    fn weight(self, layer: &Layer, draw: &mut impl Draw) -> f64 {
        match self {
            InitialWeights::Zeros => 0.0,
            InitialWeights::Normal(deviation) => deviation * normal(draw),
            InitialWeights::Uniform(half_width) => draw.between(-half_width, half_width),
            InitialWeights::Xavier => {
                let half_width = (6.0 / (layer.sources + layer.nodes) as f64).sqrt();
                draw.between(-half_width, half_width)
            }
            InitialWeights::He => (2.0 / layer.sources as f64).sqrt() * normal(draw),
            InitialWeights::Playground => draw.unit() - 0.5,
        }
    }
}
