//! The numbers of one group of runs in lockstep, laid out `[block of lanes][parameter][V vectors]`.
//!
//! Owns the layout and the packing of survivors; what the numbers mean is the model's business.

use aligned_vec::{AVec, ConstAlign};
use pulp::Simd;

use crate::problem::Lanes;

/// Numbers aligned to the widest vector.
pub(super) type Aligned = AVec<f64, ConstAlign<64>>;

/// `count` zeros.
pub(super) fn zeros(count: usize) -> Aligned {
    AVec::from_iter(64, std::iter::repeat_n(0.0, count))
}

/// So many numbers fit the nearest cache together with as many others.
const NUMBERS_NEAR: usize = 3072;

/// How many blocks of how many lanes a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Vectors per block: 1, 2 or 4.
    pub(super) vectors: usize,
    /// Lanes per block: vectors × lanes per vector.
    pub(super) width: usize,
    /// How many blocks.
    pub(super) blocks: usize,
}

impl Shape {
    /// The least shape that holds `lanes` lanes of so many parameters on a machine with so many lanes per vector.
    pub(super) fn holding(lanes: usize, parameters: usize, lanes_per_vector: usize) -> Shape {
        // A block's parameters and its gradient should stay in the nearest cache.
        let most = (NUMBERS_NEAR / parameters.max(1) / 8).max(1);
        let vectors = match lanes.div_ceil(lanes_per_vector).min(most) {
            // Without vectors there is nothing to gain from several at a time.
            _ if lanes_per_vector == 1 => 1,
            0 | 1 => 1,
            2 | 3 if most < 4 => 2,
            2 => 2,
            _ => 4,
        };
        let width = vectors * lanes_per_vector;
        Shape { vectors, width, blocks: lanes.div_ceil(width).max(1) }
    }

    /// The number of lanes there is room for.
    pub(super) fn slots(self) -> usize {
        self.width * self.blocks
    }
}

/// The state of all lanes of a group.
pub(super) struct LaneState {
    pub(super) shape: Shape,
    pub(super) parameters_per_lane: usize,
    pub(super) parameters: Aligned,
    /// What the optimizer remembers of each parameter, zero at first: with momentum its velocity, under the Playground's L1 penalty
    /// 1 once the weight has been removed. Empty where there is nothing to remember.
    pub(super) memory: Aligned,
    /// One per slot.
    pub(super) learning_rate: Aligned,
    /// One per slot.
    pub(super) momentum: Aligned,
}

impl LaneState {
    /// Room for `lanes` lanes; the slots beyond them have learning rate 0 and stay at zero.
    pub(super) fn new(lanes: usize, parameters: usize, with_memory: bool, lanes_per_vector: usize) -> LaneState {
        let shape = Shape::holding(lanes, parameters, lanes_per_vector);
        LaneState {
            shape,
            parameters_per_lane: parameters,
            parameters: zeros(shape.slots() * parameters),
            memory: zeros(if with_memory { shape.slots() * parameters } else { 0 }),
            learning_rate: zeros(shape.slots()),
            momentum: zeros(shape.slots()),
        }
    }

    /// Where a parameter of a lane stands.
    pub(super) fn index(&self, slot: usize, parameter: usize) -> usize {
        let (block, column) = (slot / self.shape.width, slot % self.shape.width);
        (block * self.parameters_per_lane + parameter) * self.shape.width + column
    }

    /// The state of the lanes in these slots, in this order, in the least shape that holds them.
    pub(super) fn packed(&self, slots: &[usize], lanes_per_vector: usize) -> LaneState {
        let with_memory = !self.memory.is_empty();
        let mut packed = LaneState::new(slots.len(), self.parameters_per_lane, with_memory, lanes_per_vector);
        for (to, &from) in slots.iter().enumerate() {
            packed.learning_rate[to] = self.learning_rate[from];
            packed.momentum[to] = self.momentum[from];
            for parameter in 0..self.parameters_per_lane {
                let (to, from) = (packed.index(to, parameter), self.index(from, parameter));
                packed.parameters[to] = self.parameters[from];
                if with_memory {
                    packed.memory[to] = self.memory[from];
                }
            }
        }
        packed
    }
}

/// Numbers as vectors of lanes, `V` at a time.
#[inline(always)]
pub(super) fn vectors<S: Simd, const V: usize>(numbers: &[f64]) -> &[Lanes<S, V>] {
    S::as_simd_f64s(numbers).0.as_chunks::<V>().0
}

/// Numbers as vectors of lanes, `V` at a time.
#[inline(always)]
pub(super) fn vectors_mut<S: Simd, const V: usize>(numbers: &mut [f64]) -> &mut [Lanes<S, V>] {
    S::as_mut_simd_f64s(numbers).0.as_chunks_mut::<V>().0
}
