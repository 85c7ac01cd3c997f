//! What the page feeds to the network: functions of a point's two coordinates.

use crate::math;

/// One input of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// x.
    X,
    /// y.
    Y,
    /// x².
    XSquared,
    /// y².
    YSquared,
    /// x · y.
    XTimesY,
    /// sin x.
    SinX,
    /// sin y.
    SinY,
}

impl Feature {
    /// All of them, in the order in which the page lines up its inputs.
    pub const ALL: [Feature; 7] =
        [Feature::X, Feature::Y, Feature::XSquared, Feature::YSquared, Feature::XTimesY, Feature::SinX, Feature::SinY];

    /// The name in the page's address and in specs.
    pub fn name(self) -> &'static str {
        match self {
            Feature::X => "x",
            Feature::Y => "y",
            Feature::XSquared => "xSquared",
            Feature::YSquared => "ySquared",
            Feature::XTimesY => "xTimesY",
            Feature::SinX => "sinX",
            Feature::SinY => "sinY",
        }
    }

    /// The feature called `name`, if there is one.
    pub fn from_name(name: &str) -> Option<Feature> {
        Feature::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Its value at a point.
    pub fn value(self, x: f64, y: f64) -> f64 {
        match self {
            Feature::X => x,
            Feature::Y => y,
            Feature::XSquared => x * x,
            Feature::YSquared => y * y,
            Feature::XTimesY => x * y,
            Feature::SinX => math::sin_scalar(x),
            Feature::SinY => math::sin_scalar(y),
        }
    }
}
