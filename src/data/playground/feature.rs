//! What the page feeds to the network: functions of a point's two coordinates.

use crate::math;
use crate::word::words;

words! {
    /// One input of the network, in the order in which the page lines them up; its word is that of the page's address.
    pub enum Feature {
        /// x.
        X = "x",
        /// y.
        Y = "y",
        /// x².
        XSquared = "xSquared",
        /// y².
        YSquared = "ySquared",
        /// x · y.
        XTimesY = "xTimesY",
        /// sin x.
        SinX = "sinX",
        /// sin y.
        SinY = "sinY",
    }
}

impl Feature {
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
