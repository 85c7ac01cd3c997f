//! [`Model`]: what a problem family offers to training, for a block of lanes at a time.
//!
//! A block is `V` vectors wide; every vector holds one number of several runs. Lanes never mix: whatever is computed for one
//! lane is a function of that lane's numbers alone, in one fixed order of operations, so a run's bits do not depend on the
//! width of the machine's vectors nor on which other runs train beside it.

use pulp::Simd;

use super::measure::{Measure, Measures};
use super::network::Penalty;
use crate::data::Examples;
use crate::random::Key;

/// One number of each lane of a block.
pub type Lanes<S, const V: usize> = [<S as Simd>::f64s; V];

/// Where the measures of one block of lanes go.
pub struct Measured<'a, S: Simd, const V: usize> {
    wanted: Measures,
    /// One row of blocks per measure.
    rows: &'a mut [Lanes<S, V>],
    blocks: usize,
    block: usize,
}

impl<'a, S: Simd, const V: usize> Measured<'a, S, V> {
    /// The place of block number `block` of `blocks` in `rows`, which holds a row of blocks per measure.
    #[inline(always)]
    pub fn new(wanted: Measures, rows: &'a mut [Lanes<S, V>], blocks: usize, block: usize) -> Measured<'a, S, V> {
        Measured { wanted, rows, blocks, block }
    }

    /// Notes a measure, if it is wanted.
    #[inline(always)]
    pub fn set(&mut self, measure: Measure, value: Lanes<S, V>) {
        if self.wanted.has(measure) {
            self.rows[measure as usize * self.blocks + self.block] = value;
        }
    }
}

/// Some rows of the training examples, in batch order.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Where the rows stand.
    pub examples: &'a Examples,
    /// Which rows.
    pub indices: &'a [u32],
}

/// A problem, prepared for training.
pub trait Model: Sync {
    /// The number of parameters.
    fn parameters(&self) -> usize;

    /// How many vectors of scratch space per lane vector the methods below need.
    fn scratch(&self) -> usize;

    /// The training examples, if the problem has any.
    fn examples(&self) -> Option<&Examples>;

    /// How many examples are set aside for testing.
    fn test_examples(&self) -> usize {
        0
    }

    /// Parameters before the first step; `key` is that of the run's `init` stream.
    fn initial(&self, key: &Key) -> Vec<f64>;

    /// What [`Model::measure`] can measure.
    fn measurable(&self) -> Measures;

    /// Why something cannot be measured, where there is more to say than that.
    fn why_unmeasurable(&self, _measure: Measure) -> Option<&str> {
        None
    }

    /// What the user should know of this problem with these data, in plain sentences.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The names of what the problem says of a run at its end, for example in which minimum it ended.
    fn extras(&self) -> &'static [&'static str] {
        &[]
    }

    /// What [`Model::extras`] names, of the parameters at the end of a run.
    fn extra_values(&self, _parameters: &[f64]) -> Vec<Option<f64>> {
        Vec::new()
    }

    /// What is recorded beside the loss.
    fn recorded(&self) -> Measures;

    /// Whether measuring costs no more than a step, so that it may be done after every one.
    fn is_cheap_to_measure(&self) -> bool;

    /// The largest second derivative of the training loss along any direction, where it is the same everywhere. From it an
    /// optimizer knows up to which learning rate it is stable. Where the curvature changes with the parameters there is none: at a
    /// minimum it gives a necessary bound only, and its maximum over all parameters a sufficient one only.
    fn largest_curvature(&self) -> Option<f64> {
        None
    }

    /// Whether there is a formula for the gradient over all training examples that does not go through the examples.
    fn has_closed_gradient(&self) -> bool {
        false
    }

    /// Writes the gradient of the mean loss over all training examples; only if [`Model::has_closed_gradient`].
    #[inline(always)]
    fn closed_gradient<S: Simd, const V: usize>(
        &self,
        _simd: S,
        _parameters: &[Lanes<S, V>],
        _gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        unreachable!("this gradient goes through the examples");
    }

    /// Writes `scale ·` (sum of the rows' loss gradients), added row after row; there is at least one row. Only if there are
    /// [`Model::examples`].
    #[inline(always)]
    fn write_gradient<S: Simd, const V: usize>(
        &self,
        _simd: S,
        _rows: Rows<'_>,
        _scale: f64,
        _parameters: &[Lanes<S, V>],
        _gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        unreachable!("there are no examples");
    }

    /// Whether there is a [`Model::write_gradient_apart`].
    fn takes_rows_apart(&self) -> bool {
        false
    }

    /// The same as [`Model::write_gradient`] where each lane has rows of its own: there is a batch per lane of the block, and all
    /// are equally long. `tile` has room for [`ROWS_APART`](super::ROWS_APART) numbers per parameter.
    #[inline(always)]
    fn write_gradient_apart<S: Simd, const V: usize>(
        &self,
        _simd: S,
        _batches: &[&[u32]],
        _scale: f64,
        _parameters: &[Lanes<S, V>],
        _gradient: &mut [Lanes<S, V>],
        _tile: &mut [Lanes<S, V>],
    ) {
        unreachable!("all lanes see the same rows");
    }

    /// Adds the gradient of the penalty on parameters, if there is one; once per step, after the examples.
    #[inline(always)]
    fn add_penalty<S: Simd, const V: usize>(
        &self,
        _simd: S,
        _parameters: &[Lanes<S, V>],
        _gradient: &mut [Lanes<S, V>],
    ) {
    }

    /// The penalty by itself, for an optimizer that lets it act apart from the gradient.
    fn penalty(&self) -> Penalty {
        Penalty::None
    }

    /// Of each parameter, whether it is a bias, which [`Model::penalty`] spares; may be empty where there is no penalty.
    fn biases(&self) -> &[bool] {
        &[]
    }

    /// Measures at least what is `wanted`; `out` knows what that is.
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        scratch: &mut [Lanes<S, V>],
    );
}
