//! Sums over examples, lane by lane: blocks of [`EXAMPLES_PER_SUM`], added in order.
//!
//! A narrow group of lanes, such as one long run, has its blocks summed by all threads; wide ones leave the other threads groups of
//! their own. Either way every sum has the same order, so the bits are the same.

use std::ops::Range;
use std::sync::OnceLock;

use pulp::{NullaryFnOnce, Simd};

use super::model::Lanes;
use crate::data::{EXAMPLES_PER_SUM, in_parallel};

/// Writes to `total` what `block` sums up over `examples` examples.
///
/// `block` overwrites its first buffer with the sums over a range of examples and may use the second for whatever it likes; `part`
/// is as long as `total`.
#[inline(always)]
pub fn sum_blocks<S: Simd, const V: usize>(
    simd: S,
    examples: usize,
    total: &mut [Lanes<S, V>],
    part: &mut [Lanes<S, V>],
    scratch: &mut [Lanes<S, V>],
    block: impl Fn(Range<usize>, &mut [Lanes<S, V>], &mut [Lanes<S, V>]) + Sync,
) {
    let range = |number: usize| number * EXAMPLES_PER_SUM..((number + 1) * EXAMPLES_PER_SUM).min(examples);
    let blocks = examples.div_ceil(EXAMPLES_PER_SUM);
    if const { V == 1 } && blocks > 1 && rayon::current_num_threads() > 1 {
        let (length, scratch) = (total.len(), scratch.len());
        let sums: Vec<OnceLock<Vec<Lanes<S, V>>>> = (0..blocks).map(|_| OnceLock::new()).collect();
        in_parallel(blocks, &|number| {
            let zero = [simd.splat_f64s(0.0); V];
            let mut sum = vec![zero; length];
            let range = range(number);
            simd.vectorize(Block::<S, V, _> { block: &block, range, sum: &mut sum, scratch: &mut vec![zero; scratch] });
            let _ = sums[number].set(sum);
        });
        for (number, sum) in sums.iter().filter_map(OnceLock::get).enumerate() {
            match number {
                0 => total.copy_from_slice(sum),
                _ => add(simd, total, sum),
            }
        }
        return;
    }
    block(range(0), total, scratch);
    for number in 1..blocks {
        block(range(number), part, scratch);
        add(simd, total, part);
    }
}

#[inline(always)]
fn add<S: Simd, const V: usize>(simd: S, total: &mut [Lanes<S, V>], part: &[Lanes<S, V>]) {
    for (total, part) in total.iter_mut().zip(part) {
        for v in 0..V {
            total[v] = simd.add_f64s(total[v], part[v]);
        }
    }
}

/// One block on a thread of its own, which has to be told anew which vectors there are.
struct Block<'a, S: Simd, const V: usize, F> {
    block: &'a F,
    range: Range<usize>,
    sum: &'a mut [Lanes<S, V>],
    scratch: &'a mut [Lanes<S, V>],
}

impl<S: Simd, const V: usize, F> NullaryFnOnce for Block<'_, S, V, F>
where
    F: Fn(Range<usize>, &mut [Lanes<S, V>], &mut [Lanes<S, V>]),
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        (self.block)(self.range, self.sum, self.scratch);
    }
}
