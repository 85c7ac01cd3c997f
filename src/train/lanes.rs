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

    /// Where the number at `place` of `places` of a lane stands.
    fn index(self, slot: usize, places: usize, place: usize) -> usize {
        let (block, column) = (slot / self.width, slot % self.width);
        (block * places + place) * self.width + column
    }
}

/// The state of all lanes of a group.
pub(super) struct LaneState {
    pub(super) shape: Shape,
    pub(super) parameters_per_lane: usize,
    pub(super) parameters: Aligned,
    /// How many numbers the optimizer remembers of each parameter.
    pub(super) memories: usize,
    /// These, zero at first: `[block of lanes][number][parameter][V vectors]`.
    pub(super) memory: Aligned,
    /// One per slot.
    pub(super) learning_rate: Aligned,
    /// One per slot.
    pub(super) momentum: Aligned,
}

impl LaneState {
    /// Room for `lanes` lanes; the slots beyond them have learning rate 0 and stay at zero.
    pub(super) fn new(lanes: usize, parameters: usize, memories: usize, lanes_per_vector: usize) -> LaneState {
        let shape = Shape::holding(lanes, parameters, lanes_per_vector);
        LaneState {
            shape,
            parameters_per_lane: parameters,
            parameters: zeros(shape.slots() * parameters),
            memories,
            memory: zeros(shape.slots() * memories * parameters),
            learning_rate: zeros(shape.slots()),
            momentum: zeros(shape.slots()),
        }
    }

    /// Where a parameter of a lane stands.
    pub(super) fn index(&self, slot: usize, parameter: usize) -> usize {
        self.shape.index(slot, self.parameters_per_lane, parameter)
    }

    /// Where something remembered of a lane stands: number by number, parameter by parameter.
    fn memory_index(&self, slot: usize, place: usize) -> usize {
        self.shape.index(slot, self.memories * self.parameters_per_lane, place)
    }

    /// The state of the lanes in these slots, in this order, in the least shape that holds them.
    pub(super) fn packed(&self, slots: &[usize], lanes_per_vector: usize) -> LaneState {
        let (parameters, memories) = (self.parameters_per_lane, self.memories);
        let mut packed = LaneState::new(slots.len(), parameters, memories, lanes_per_vector);
        for (to, &from) in slots.iter().enumerate() {
            packed.learning_rate[to] = self.learning_rate[from];
            packed.momentum[to] = self.momentum[from];
            for parameter in 0..parameters {
                let (to, from) = (packed.index(to, parameter), self.index(from, parameter));
                packed.parameters[to] = self.parameters[from];
            }
            for place in 0..memories * parameters {
                let (to, from) = (packed.memory_index(to, place), self.memory_index(from, place));
                packed.memory[to] = self.memory[from];
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
