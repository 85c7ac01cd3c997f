//! What runs on vectors: a stretch of training with its evaluations.
//!
//! Compiled once per model, instruction set and number of vectors; the choice is made once per stretch.

use pulp::{NullaryFnOnce, Simd, WithSimd};

use super::lanes::{Aligned, LaneState, vectors, vectors_mut, zeros};
use super::ledger::Ledger;
use super::optimizer::{Gradient, Optimizer, Sgd, Step};
use super::rate::Schedule;
use super::walk::{Batch, Walk};
use crate::problem::{Lanes, Measure, Measured, Measures, Model, ROWS_APART, Rows, sum_blocks};

/// Calls a generic operation with the number of vectors as a constant.
macro_rules! dispatch {
    ($arch:expr, $vectors:expr, $operation:ident { $($fields:tt)* }) => {
        match $vectors {
            1 => $arch.dispatch($operation::<'_, _, 1> { $($fields)* }),
            2 => $arch.dispatch($operation::<'_, _, 2> { $($fields)* }),
            _ => $arch.dispatch($operation::<'_, _, 4> { $($fields)* }),
        }
    };
}

/// Buffers that outlive a call.
pub(super) struct Buffers {
    gradient: Aligned,
    part: Aligned,
    scratch: Aligned,
    /// Rows of each lane's own, turned into vectors.
    tile: Aligned,
    /// What was measured: one row of slots per measure.
    pub(super) measured: Aligned,
}

impl Buffers {
    /// For lanes that see the same rows, or each rows of its own.
    pub(super) fn new<M: Model>(model: &M, state: &LaneState, apart: bool) -> Buffers {
        let width = state.shape.width;
        Buffers {
            gradient: zeros(width * model.parameters()),
            part: zeros(width * model.parameters()),
            scratch: zeros(width * model.scratch()),
            tile: zeros(if apart { width * model.parameters() * ROWS_APART } else { 0 }),
            measured: zeros(state.shape.slots() * Measure::COUNT),
        }
    }
}

/// How many lanes a vector has on this instruction set.
pub(super) fn lanes_per_vector(arch: pulp::Arch) -> usize {
    struct Count;
    impl WithSimd for Count {
        type Output = usize;
        fn with_simd<S: Simd>(self, _simd: S) -> usize {
            S::F64_LANES
        }
    }
    arch.dispatch(Count)
}

/// A stretch of training: some steps and an evaluation, again and again.
pub(super) struct Stretch {
    /// Steps before this stretch.
    pub(super) from: u64,
    /// Steps before each evaluation.
    pub(super) steps: u64,
    /// At most so many evaluations; the stretch ends with the first at which some lane ends.
    pub(super) evaluations: u64,
    /// What is measured at each; nothing at all leaves the evaluation out.
    pub(super) wanted: Measures,
    /// How parameters follow the gradient.
    pub(super) optimizer: Optimizer,
    /// How the learning rate changes from step to step.
    pub(super) schedule: Schedule,
}

/// Trains all lanes for a stretch; what was measured last is in `buffers.measured`, and each evaluation is entered in `ledger`.
/// Says how many evaluations there were, and whether some lane ended at the last.
pub(super) fn advance<M: Model>(
    arch: pulp::Arch,
    model: &M,
    stretch: &Stretch,
    walk: &mut Walk,
    state: &mut LaneState,
    buffers: &mut Buffers,
    ledger: Option<&mut Ledger>,
) -> (u64, bool) {
    let vectors = state.shape.vectors;
    dispatch!(arch, vectors, Advance { model, stretch, walk, state, buffers, ledger })
}

/// Measures all lanes where they stand; the result is in `buffers.measured`.
pub(super) fn measure<M: Model>(
    arch: pulp::Arch,
    model: &M,
    wanted: Measures,
    state: &mut LaneState,
    buffers: &mut Buffers,
) {
    // No step is taken.
    let (optimizer, schedule) = (Optimizer::Sgd(Sgd::default()), Schedule::default());
    let stretch = Stretch { from: 0, steps: 0, evaluations: 1, wanted, optimizer, schedule };
    advance(arch, model, &stretch, &mut Walk::Closed, state, buffers, None);
}

struct Advance<'a, M, const V: usize> {
    model: &'a M,
    stretch: &'a Stretch,
    walk: &'a mut Walk,
    state: &'a mut LaneState,
    buffers: &'a mut Buffers,
    ledger: Option<&'a mut Ledger>,
}

impl<M: Model, const V: usize> WithSimd for Advance<'_, M, V> {
    type Output = (u64, bool);

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> (u64, bool) {
        // `Shape` never asks for this; so it need not be compiled.
        if const { S::F64_LANES == 1 && V > 1 } {
            unreachable!("scalars come one at a time");
        }
        let Stretch { from, steps, evaluations, wanted, .. } = *self.stretch;
        for evaluation in 1..=evaluations {
            if steps > 0 {
                self.train(simd, from + (evaluation - 1) * steps);
            }
            if wanted != Measures::default() {
                self.measure(simd);
            }
            let measured = &self.buffers.measured;
            if let Some(ledger) = self.ledger.as_deref_mut()
                && simd.vectorize(Enter { ledger, step: from + evaluation * steps, measured })
            {
                return (evaluation, true);
            }
        }
        (evaluations, false)
    }
}

/// [`Ledger::enter`], compiled once per instruction set.
struct Enter<'a> {
    ledger: &'a mut Ledger,
    step: u64,
    measured: &'a [f64],
}

impl NullaryFnOnce for Enter<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        self.ledger.enter(self.step, self.measured)
    }
}

impl<M: Model, const V: usize> Advance<'_, M, V> {
    /// The steps before one evaluation, `done` of them taken already.
    #[inline(always)]
    fn train<S: Simd>(&mut self, simd: S, done: u64) {
        let Advance { model, stretch, walk, state, buffers, .. } = self;
        let Stretch { steps, optimizer, schedule, .. } = **stretch;
        let gradient = vectors_mut::<S, V>(&mut buffers.gradient);
        let part = vectors_mut::<S, V>(&mut buffers.part);
        let scratch = vectors_mut::<S, V>(&mut buffers.scratch);
        let tile = vectors_mut::<S, V>(&mut buffers.tile);
        let learning_rates = vectors::<S, V>(&state.learning_rate);
        let momenta = vectors::<S, V>(&state.momentum);
        let parameters = vectors_mut::<S, V>(&mut state.parameters);
        let memory = vectors_mut::<S, V>(&mut state.memory);
        let (n, remembered) = (state.parameters_per_lane, state.parameters_per_lane * state.memories);

        for number in done + 1..=done + steps {
            let batch = walk.next_batch(state.shape.slots());
            let scale = match optimizer.gradient() {
                Gradient::Mean => 1.0 / batch.len() as f64,
                Gradient::Sum => 1.0,
            };
            for (block, parameters) in parameters.chunks_exact_mut(n).enumerate() {
                match &batch {
                    Batch::Closed => model.closed_gradient(simd, parameters, gradient, scratch),
                    Batch::Shared(indices) => {
                        add_up(simd, *model, indices, scale, parameters, gradient, part, scratch);
                    }
                    Batch::Apart(batches) => {
                        let own = &batches[block * state.shape.width..][..state.shape.width];
                        model.write_gradient_apart(simd, own, scale, parameters, gradient, tile);
                    }
                }
                if optimizer.gradient() == Gradient::Mean && !matches!(batch, Batch::Closed) {
                    model.add_penalty(simd, parameters, gradient);
                }
                let step = Step {
                    number,
                    schedule,
                    learning_rates: learning_rates[block],
                    momenta: momenta[block],
                    penalty: model.penalty(),
                    biases: model.biases(),
                    examples: batch.len(),
                    gradient,
                    memory: &mut memory[block * remembered..][..remembered],
                    parameters,
                };
                optimizer.step(simd, step);
            }
        }
    }

    /// One evaluation.
    #[inline(always)]
    fn measure<S: Simd>(&mut self, simd: S) {
        let Advance { model, stretch: Stretch { wanted, .. }, state, buffers, .. } = self;
        let scratch = vectors_mut::<S, V>(&mut buffers.scratch);
        let parameters = vectors::<S, V>(&state.parameters);
        let rows = vectors_mut::<S, V>(&mut buffers.measured);
        let blocks = state.shape.blocks;
        for (block, parameters) in parameters.chunks_exact(state.parameters_per_lane).enumerate() {
            let mut out = Measured::new(*wanted, rows, blocks, block);
            model.measure(simd, *wanted, parameters, &mut out, scratch);
        }
    }
}

/// `scale ·` the gradient summed over the batch.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "three of them are buffers")]
fn add_up<S: Simd, M: Model, const V: usize>(
    simd: S,
    model: &M,
    indices: &[u32],
    scale: f64,
    parameters: &[Lanes<S, V>],
    gradient: &mut [Lanes<S, V>],
    part: &mut [Lanes<S, V>],
    scratch: &mut [Lanes<S, V>],
) {
    let Some(examples) = model.examples() else { return };
    sum_blocks(
        simd,
        indices.len(),
        gradient,
        part,
        scratch,
        #[inline(always)]
        |range, gradient, scratch| {
            let rows = Rows { examples, indices: &indices[range] };
            model.write_gradient(simd, rows, scale, parameters, gradient, scratch);
        },
    );
}
