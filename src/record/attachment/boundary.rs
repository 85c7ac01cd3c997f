//! What networks make of the plane, and the points that they learn from.

/// What the networks of some runs make of the plane, after some epochs, and the points of the first of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Boundary {
    /// Where the outputs are taken: all pairs of these, as horizontal and as vertical coordinate; ascending, evenly spaced.
    pub coordinates: Vec<f64>,
    /// Ordered by run, then by epoch.
    pub planes: Vec<Plane>,
    /// The points that these runs learn from, and those that they are tested on.
    pub points: Vec<BoundaryPoint>,
}

/// What the network of one run makes of the plane after some epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Number of the run.
    pub run: usize,
    /// After so many epochs.
    pub epoch: u64,
    /// Training loss then; not a number or infinite where training has gone too far.
    pub loss: f64,
    /// Loss on the points set aside for testing, likewise.
    pub test_loss: f64,
    /// Outputs, from −1 for one class to 1 for the other (amounts may lie beyond), rounded to three decimals: one row of horizontal
    /// coordinates after the other. Not a number where training has gone too far.
    pub outputs: Vec<f64>,
}

/// A point of the plane with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryPoint {
    /// Horizontal coordinate.
    pub x: f64,
    /// Vertical coordinate.
    pub y: f64,
    /// −1 or 1 for the two classes, else an amount.
    pub label: f64,
    /// Whether it was set aside for testing.
    pub is_test: bool,
}

impl Boundary {
    /// Runs have other numbers: the one that each had has become `number` of it.
    pub(super) fn renumber(&mut self, number: &[usize]) {
        self.planes.iter_mut().for_each(|plane| plane.run = number[plane.run]);
    }
}
