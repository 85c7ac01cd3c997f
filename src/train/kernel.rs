//! The two operations that run on vectors: training some steps, and measuring.
//!
//! Both are compiled once per instruction set and number of vectors; the choice is made when they are called.

use pulp::{Simd, WithSimd};

use super::lanes::{Aligned, LaneState, vectors, vectors_mut, zeros};
use crate::data::Order;
use crate::problem::{EXAMPLES_PER_SUM, Lanes, Measure, Measures, Model, Rows};

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

/// The examples of each step.
pub(super) enum Walk {
    /// All of them, through the model's closed form.
    Closed,
    /// All of them, in file order.
    All(Vec<u32>),
    /// Batch by batch.
    Batches(Box<Order>),
}

/// Buffers that outlive a call.
pub(super) struct Buffers {
    gradient: Aligned,
    part: Aligned,
    scratch: Aligned,
    /// What was measured: one row of slots per measure.
    pub(super) measured: Aligned,
}

impl Buffers {
    pub(super) fn new<M: Model>(model: &M, state: &LaneState) -> Buffers {
        let width = state.shape.width;
        Buffers {
            gradient: zeros(width * model.parameters()),
            part: zeros(width * model.parameters()),
            scratch: zeros(width * model.scratch()),
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

/// Trains all lanes for `steps` steps.
pub(super) fn advance<M: Model>(
    arch: pulp::Arch,
    model: &M,
    steps: u64,
    walk: &mut Walk,
    nesterov: bool,
    state: &mut LaneState,
    buffers: &mut Buffers,
) {
    let vectors = state.shape.vectors;
    dispatch!(arch, vectors, Advance { model, steps, walk, nesterov, state, buffers });
}

struct Advance<'a, M, const V: usize> {
    model: &'a M,
    steps: u64,
    walk: &'a mut Walk,
    nesterov: bool,
    state: &'a mut LaneState,
    buffers: &'a mut Buffers,
}

impl<M: Model, const V: usize> WithSimd for Advance<'_, M, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Advance { model, steps, walk, nesterov, state, buffers } = self;
        let gradient = vectors_mut::<S, V>(&mut buffers.gradient);
        let part = vectors_mut::<S, V>(&mut buffers.part);
        let scratch = vectors_mut::<S, V>(&mut buffers.scratch);
        let learning_rate = vectors::<S, V>(&state.learning_rate);
        let momentum = vectors::<S, V>(&state.momentum);
        let parameters = vectors_mut::<S, V>(&mut state.parameters);
        let velocity = vectors_mut::<S, V>(&mut state.velocity);
        let n = state.parameters_per_lane;

        for _ in 0..steps {
            let closed = matches!(walk, Walk::Closed);
            let indices = match walk {
                Walk::Closed => &[][..],
                Walk::All(all) => all,
                Walk::Batches(order) => order.next_batch(),
            };
            for (block, parameters) in parameters.chunks_exact_mut(n).enumerate() {
                if closed {
                    model.closed_gradient(simd, parameters, gradient, scratch);
                } else {
                    mean_gradient(simd, model, indices, parameters, gradient, part, scratch);
                    model.add_penalty(simd, parameters, gradient);
                }
                let mut rates = learning_rate[block];
                for rate in &mut rates {
                    *rate = simd.neg_f64s(*rate);
                }
                if velocity.is_empty() {
                    for (w, g) in parameters.iter_mut().zip(&*gradient) {
                        for v in 0..V {
                            w[v] = simd.mul_add_f64s(rates[v], g[v], w[v]);
                        }
                    }
                } else {
                    let velocity = &mut velocity[block * n..][..n];
                    follow(simd, nesterov, rates, momentum[block], gradient, velocity, parameters);
                }
            }
        }
    }
}

/// The mean gradient over the batch: blocks of [`EXAMPLES_PER_SUM`] examples, added in order.
#[inline(always)]
fn mean_gradient<S: Simd, M: Model, const V: usize>(
    simd: S,
    model: &M,
    indices: &[u32],
    parameters: &[Lanes<S, V>],
    gradient: &mut [Lanes<S, V>],
    part: &mut [Lanes<S, V>],
    scratch: &mut [Lanes<S, V>],
) {
    let Some(examples) = model.examples() else { return };
    let scale = 1.0 / indices.len() as f64;
    let mut blocks = indices.chunks(EXAMPLES_PER_SUM);
    if let Some(indices) = blocks.next() {
        model.write_gradient(simd, Rows { examples, indices }, scale, parameters, gradient, scratch);
    }
    for indices in blocks {
        model.write_gradient(simd, Rows { examples, indices }, scale, parameters, part, scratch);
        for (g, part) in gradient.iter_mut().zip(&*part) {
            for v in 0..V {
                g[v] = simd.add_f64s(g[v], part[v]);
            }
        }
    }
}

/// Gradient descent with momentum: `velocity ← μ·velocity + g`, then a step along the velocity, or with Nesterov's look-ahead
/// along `g + μ·velocity` (the form of Sutskever et al., ICML 2013, as PyTorch writes it).
#[inline(always)]
fn follow<S: Simd, const V: usize>(
    simd: S,
    nesterov: bool,
    negative_rate: Lanes<S, V>,
    momentum: Lanes<S, V>,
    gradient: &[Lanes<S, V>],
    velocity: &mut [Lanes<S, V>],
    parameters: &mut [Lanes<S, V>],
) {
    for ((w, g), velocity) in parameters.iter_mut().zip(gradient).zip(velocity) {
        for v in 0..V {
            velocity[v] = simd.mul_add_f64s(momentum[v], velocity[v], g[v]);
            let direction = if nesterov { simd.mul_add_f64s(momentum[v], velocity[v], g[v]) } else { velocity[v] };
            w[v] = simd.mul_add_f64s(negative_rate[v], direction, w[v]);
        }
    }
}

/// Measures all lanes; the result is in `buffers.measured`.
pub(super) fn measure<M: Model>(
    arch: pulp::Arch,
    model: &M,
    wanted: Measures,
    state: &LaneState,
    buffers: &mut Buffers,
) {
    let vectors = state.shape.vectors;
    dispatch!(arch, vectors, Observe { model, wanted, state, buffers });
}

struct Observe<'a, M, const V: usize> {
    model: &'a M,
    wanted: Measures,
    state: &'a LaneState,
    buffers: &'a mut Buffers,
}

impl<M: Model, const V: usize> WithSimd for Observe<'_, M, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Observe { model, wanted, state, buffers } = self;
        let scratch = vectors_mut::<S, V>(&mut buffers.scratch);
        let parameters = vectors::<S, V>(&state.parameters);
        let rows = vectors_mut::<S, V>(&mut buffers.measured);
        let blocks = state.shape.blocks;
        for (block, parameters) in parameters.chunks_exact(state.parameters_per_lane).enumerate() {
            let mut out = [[simd.splat_f64s(0.0); V]; Measure::COUNT];
            model.measure(simd, wanted, parameters, &mut out, scratch);
            for (measure, out) in out.into_iter().enumerate() {
                rows[measure * blocks + block] = out;
            }
        }
    }
}
