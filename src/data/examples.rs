//! [`Examples`]: rows of features with a target each; and what sources make before they are split and scaled.

use std::ops::Range;

use pulp::NullaryFnOnce;

use super::blocks::sum_of_blocks;
use crate::random::Key;

/// The largest number whose square can still be added up over all examples.
pub(super) const LARGEST: f64 = 1e150;

/// Examples: a row of features and a target each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examples {
    /// Features per example.
    pub width: usize,
    /// Features, one row per example after the other.
    pub features: Vec<f64>,
    /// One target per example.
    pub targets: Vec<f64>,
}

impl Examples {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The features of one example.
    pub fn row(&self, example: usize) -> &[f64] {
        &self.features[example * self.width..][..self.width]
    }

    /// The examples at these positions, in this order.
    pub(super) fn select(&self, positions: &[u32]) -> Examples {
        Examples {
            width: self.width,
            features: positions.iter().flat_map(|&i| self.row(i as usize)).copied().collect(),
            targets: positions.iter().map(|&i| self.targets[i as usize]).collect(),
        }
    }
}

/// Examples as they come from their source, before splitting and scaling.
pub(super) struct Raw {
    pub(super) names: Vec<String>,
    pub(super) examples: Examples,
    pub(super) classes: Vec<String>,
    pub(super) contents: Option<blake3::Hash>,
    pub(super) notes: Vec<String>,
}

impl Examples {
    /// Mean and population deviation of every feature.
    pub(super) fn means_and_deviations(&self) -> (Vec<f64>, Vec<f64>) {
        let count = self.len() as f64;
        let mut means = sum_of_blocks(self.len(), self.width, |rows, sums| {
            for row in rows {
                sums.iter_mut().zip(self.row(row)).for_each(|(sum, x)| *sum += x);
            }
        });
        means.iter_mut().for_each(|mean| *mean /= count);
        let mut squares = sum_of_blocks(self.len(), self.width, |rows, sums| {
            pulp::Arch::new().dispatch(Squares { examples: self, means: &means, rows, sums });
        });
        squares.iter_mut().for_each(|square| *square = (*square / count).sqrt());
        (means, squares)
    }

    /// Least value of every feature, and how far the largest lies above it.
    pub(super) fn lows_and_widths(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut lows, mut highs) = (vec![f64::INFINITY; self.width], vec![f64::NEG_INFINITY; self.width]);
        for row in self.features.chunks_exact(self.width.max(1)) {
            lows.iter_mut().zip(row).for_each(|(low, x)| *low = low.min(*x));
            highs.iter_mut().zip(row).for_each(|(high, x)| *high = high.max(*x));
        }
        let widths = highs.iter().zip(&lows).map(|(high, low)| high - low).collect();
        (lows, widths)
    }
}

/// The squared distances of a block's rows from the means, added up.
struct Squares<'a> {
    examples: &'a Examples,
    means: &'a [f64],
    rows: Range<usize>,
    sums: &'a mut [f64],
}

impl NullaryFnOnce for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.rows {
            for ((sum, x), mean) in self.sums.iter_mut().zip(self.examples.row(row)).zip(self.means) {
                *sum = (x - mean).mul_add(x - mean, *sum);
            }
        }
    }
}

/// The key of the stream for a part of the data.
pub(super) fn stream_key(part: &str, seed: Option<u64>) -> Key {
    let key = Key::new("data").text("part", part);
    match seed {
        Some(seed) => key.number("seed", seed),
        None => key,
    }
}
