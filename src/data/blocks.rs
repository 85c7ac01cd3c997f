//! Sums over many examples: blocks of [`EXAMPLES_PER_SUM`], each summed in the order of examples, added in order. So all threads
//! can take part, and the bits do not depend on their number.

use std::ops::Range;

use rayon::prelude::*;

/// A sum over more examples than this is made of blocks of this many, added in order.
pub const EXAMPLES_PER_SUM: usize = 4096;

/// `width` sums over `count` examples: `add_block` adds a block's terms to zeros.
pub fn sum_of_blocks(count: usize, width: usize, add_block: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
    let mut total = vec![0.0; width];
    let starts: Vec<usize> = (0..count).step_by(EXAMPLES_PER_SUM).collect();
    // A few blocks at a time: their sums may be large.
    for starts in starts.chunks(4 * rayon::current_num_threads()) {
        let block = |&start: &usize| {
            let mut sum = vec![0.0; width];
            add_block(start..(start + EXAMPLES_PER_SUM).min(count), &mut sum);
            sum
        };
        let sums: Vec<Vec<f64>> = starts.par_iter().map(block).collect();
        for sum in &sums {
            total.iter_mut().zip(sum).for_each(|(total, block)| *total += block);
        }
    }
    total
}

/// Does a piece of work for each number below `count`, by all threads, and comes back when all are done. Not generic, so that kernels do
/// not each compile the spreading over threads anew.
pub fn in_parallel(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_added_in_order_by_any_number_of_threads() {
        let term = |example: usize| 1.0 / (1.0 + example as f64);
        let expected = (0..10_000).step_by(EXAMPLES_PER_SUM).fold(0.0, |total, start| {
            total + (start..(start + EXAMPLES_PER_SUM).min(10_000)).fold(0.0, |sum, example| sum + term(example))
        });
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let add = |rows: Range<usize>, sum: &mut [f64]| rows.for_each(|example| sum[0] += term(example));
            let total = pool.install(|| sum_of_blocks(10_000, 1, add));
            assert_eq!(total[0].to_bits(), expected.to_bits(), "{threads} threads");
        }
        assert_eq!(sum_of_blocks(0, 2, |_, _| ()), [0.0, 0.0]);
    }
}
