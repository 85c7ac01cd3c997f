//! What a kind of logistic regression has of its own: how the scores of an example become a loss.

use pulp::Simd;

use crate::data::Examples;
use crate::problem::Lanes;

/// How scores become a loss.
pub trait Head: Sync {
    /// How many scores an example has, each from a weight vector and a bias.
    fn scores(&self) -> usize;

    /// How many vectors of scratch space per lane vector the methods below need.
    fn scratch(&self) -> usize;

    /// Adds `scale ·` (sum of the loss gradients of `E` examples) to `gradient`, which counts as zero if it is `fresh`.
    #[expect(clippy::too_many_arguments, reason = "what a kernel works on and with")]
    fn add_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        rows: Batch<'_, E>,
        scale: f64,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        scratch: &mut [Lanes<S, V>],
        fresh: bool,
    );

    /// Adds the log losses of `E` examples to `sums.loss`, and how many are classified correctly to `sums.hits`.
    fn judge_rows<S: Simd, const V: usize, const E: usize>(
        &self,
        simd: S,
        rows: Batch<'_, E>,
        parameters: &[Lanes<S, V>],
        sums: &mut Sums<S, V>,
        scratch: &mut [Lanes<S, V>],
    );

    /// Writes gradient and Hessian (row after row) of the log loss of one example with respect to its scores.
    fn expand(&self, scores: &[f64], target: f64, gradient: &mut [f64], hessian: &mut [f64]) -> Judgment;
}

/// Some examples that are worked on together.
#[derive(Clone, Copy)]
pub struct Batch<'a, const E: usize> {
    pub(super) features: [&'a [f64]; E],
    pub(super) targets: [f64; E],
}

impl<'a, const E: usize> Batch<'a, E> {
    /// (A plain loop: `array::map` is not always inlined.)
    #[inline(always)]
    pub(super) fn new(examples: &'a Examples, indices: &[u32; E]) -> Batch<'a, E> {
        let mut batch = Batch { features: [&[]; E], targets: [0.0; E] };
        for (e, &index) in indices.iter().enumerate() {
            batch.features[e] = examples.row(index as usize);
            batch.targets[e] = examples.targets[index as usize];
        }
        batch
    }
}

/// What is added up over examples.
#[derive(Clone, Copy)]
pub struct Sums<S: Simd, const V: usize> {
    pub(super) loss: Lanes<S, V>,
    pub(super) hits: Lanes<S, V>,
}

/// What one example says of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgment {
    /// Its log loss.
    pub loss: f64,
    /// Whether the score of its class is above all others.
    pub is_right: bool,
}
