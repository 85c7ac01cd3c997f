//! The six data sets. The draws are made in the page's order, also where there is no noise.

use std::f64::consts::PI;

use super::Draw;
use crate::math;
use crate::word::words;

/// A point and its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Horizontal coordinate.
    pub x: f64,
    /// Vertical coordinate.
    pub y: f64,
    /// −1 or 1 for classification, any number from −1 to 1 for regression (noise may push it beyond).
    pub label: f64,
}

words! {
    /// A data set of the page, classification first; its word is that of the page's address.
    pub enum Dataset {
        /// Classification: a disk inside a ring.
        Circle = "circle",
        /// Classification: opposite quadrants belong together.
        Xor = "xor",
        /// Classification: two clouds.
        Gauss = "gauss",
        /// Classification: two spiral arms.
        Spiral = "spiral",
        /// Regression: a plane.
        Plane = "reg-plane",
        /// Regression: six hills and valleys.
        Hills = "reg-gauss",
    }
}

impl Dataset {
    /// Whether the labels are classes (−1 and 1) and not amounts.
    pub fn is_classification(self) -> bool {
        !matches!(self, Dataset::Plane | Dataset::Hills)
    }

    /// How many points it has.
    pub fn examples(self) -> usize {
        if self.is_classification() { 500 } else { 1200 }
    }
}

/// The points of a data set, in the order in which they are drawn. `noise_percent` is the page's noise, 0 to 50 (its address allows 80).
pub fn generate(dataset: Dataset, noise_percent: f64, draw: &mut impl Draw) -> Vec<Sample> {
    let noise = noise_percent / 100.0;
    let half = dataset.examples() / 2;
    match dataset {
        Dataset::Circle => {
            let disk = (0..half).map(|_| [0.0, 0.5 * RADIUS]);
            let ring = (0..half).map(|_| [0.7 * RADIUS, RADIUS]);
            disk.chain(ring).map(|radii| circle(radii, noise, draw)).collect()
        }
        Dataset::Xor => (0..dataset.examples()).map(|_| xor(noise, draw)).collect(),
        Dataset::Gauss => {
            let deviation = linear(noise, [0.0, 0.5], [0.5, 4.0]).sqrt();
            let classes = [1.0, -1.0].into_iter().flat_map(|class| (0..half).map(move |_| class));
            classes.map(|class| gauss(class, deviation, draw)).collect()
        }
        Dataset::Spiral => {
            let arms = [(1.0, 0.0), (-1.0, PI)].into_iter().flat_map(|arm| (0..half).map(move |i| (arm, i)));
            arms.map(|((label, offset), i)| spiral(label, offset, i as f64, half as f64, noise, draw)).collect()
        }
        Dataset::Plane => (0..dataset.examples()).map(|_| regression(plane, noise, draw)).collect(),
        Dataset::Hills => (0..dataset.examples()).map(|_| regression(hills, noise, draw)).collect(),
    }
}

/// Classification points lie within this distance of the axes, more or less.
const RADIUS: f64 = 5.0;

/// Half the width of the square of regression points.
const REGRESSION_RADIUS: f64 = 6.0;

/// A linear scale from one interval to another, in the page's order of operations.
fn linear(value: f64, [from, to]: [f64; 2], [low, high]: [f64; 2]) -> f64 {
    blend((value - from) / (to - from), [low, high])
}

fn blend(share: f64, [low, high]: [f64; 2]) -> f64 {
    low * (1.0 - share) + high * share
}

fn distance(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// How far noise moves a point before it is labelled.
fn moved(radius: f64, noise: f64, draw: &mut impl Draw) -> (f64, f64) {
    let dx = draw.between(-radius, radius) * noise;
    let dy = draw.between(-radius, radius) * noise;
    (dx, dy)
}

fn circle([inner, outer]: [f64; 2], noise: f64, draw: &mut impl Draw) -> Sample {
    let radius = draw.between(inner, outer);
    let angle = draw.between(0.0, 2.0 * PI);
    let (x, y) = (radius * math::sin_scalar(angle), radius * math::cos_scalar(angle));
    let (dx, dy) = moved(RADIUS, noise, draw);
    let label = if distance(x + dx, y + dy) < 0.5 * RADIUS { 1.0 } else { -1.0 };
    Sample { x, y, label }
}

fn xor(noise: f64, draw: &mut impl Draw) -> Sample {
    let mut coordinate = || {
        let drawn = draw.between(-RADIUS, RADIUS);
        drawn + if drawn > 0.0 { 0.3 } else { -0.3 }
    };
    let (x, y) = (coordinate(), coordinate());
    let (dx, dy) = moved(RADIUS, noise, draw);
    let label = if (x + dx) * (y + dy) >= 0.0 { 1.0 } else { -1.0 };
    Sample { x, y, label }
}

fn gauss(class: f64, deviation: f64, draw: &mut impl Draw) -> Sample {
    let mut coordinate = || 2.0 * class + deviation * normal(draw);
    Sample { x: coordinate(), y: coordinate(), label: class }
}

/// Standard normal by the polar method, the second value of each pair dropped.
pub fn normal(draw: &mut impl Draw) -> f64 {
    loop {
        let a = 2.0 * draw.unit() - 1.0;
        let b = 2.0 * draw.unit() - 1.0;
        let square = a * a + b * b;
        if square <= 1.0 {
            return (-2.0 * math::ln_scalar(square) / square).sqrt() * a;
        }
    }
}

/// Point number `i` of `count` along an arm.
fn spiral(label: f64, offset: f64, i: f64, count: f64, noise: f64, draw: &mut impl Draw) -> Sample {
    let radius = i / count * RADIUS;
    let angle = 1.75 * i / count * 2.0 * PI + offset;
    let x = radius * math::sin_scalar(angle) + draw.between(-1.0, 1.0) * noise;
    let y = radius * math::cos_scalar(angle) + draw.between(-1.0, 1.0) * noise;
    Sample { x, y, label }
}

fn regression(label: impl Fn(f64, f64) -> f64, noise: f64, draw: &mut impl Draw) -> Sample {
    let x = draw.between(-REGRESSION_RADIUS, REGRESSION_RADIUS);
    let y = draw.between(-REGRESSION_RADIUS, REGRESSION_RADIUS);
    let (dx, dy) = moved(REGRESSION_RADIUS, noise, draw);
    Sample { x, y, label: label(x + dx, y + dy) }
}

fn plane(x: f64, y: f64) -> f64 {
    linear(x + y, [-10.0, 10.0], [-1.0, 1.0])
}

/// Six cones of radius 2: where they overlap, the steeper one counts.
fn hills(x: f64, y: f64) -> f64 {
    const CENTERS: [(f64, f64, f64); 6] =
        [(-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0)];
    CENTERS.into_iter().fold(0.0, |label: f64, (center_x, center_y, sign)| {
        let share = distance(x - center_x, y - center_y) / 2.0;
        let height = sign * blend(share.clamp(0.0, 1.0), [1.0, 0.0]);
        if height.abs() > label.abs() { height } else { label }
    })
}
