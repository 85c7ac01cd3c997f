//! Rows that each lane has of its own, turned into vectors of lanes: one per feature.

use pulp::Simd;

use super::model::Lanes;
use crate::data::Examples;

/// So many rows per lane are turned at a time.
pub const ROWS_APART: usize = 4;

/// Features that are turned together.
const FEATURES: usize = 4;

/// The widest vector.
const MOST_LANES: usize = 8;

/// Writes to `tile`, feature by feature, the rows at these positions, of which there is one per lane.
#[inline(always)]
pub(super) fn turn<S: Simd, const V: usize>(
    simd: S,
    examples: &Examples,
    position: impl Fn(usize) -> u32,
    tile: &mut [Lanes<S, V>],
) {
    let width = examples.width;
    let tile = &mut tile[..width];
    for v in 0..V {
        let mut rows: [&[f64]; MOST_LANES] = [&[]; MOST_LANES];
        for lane in 0..S::F64_LANES {
            rows[lane] = examples.row(position(v * S::F64_LANES + lane) as usize);
        }
        let in_registers = const { cfg!(target_arch = "x86_64") && (S::F64_LANES == 4 || S::F64_LANES == 8) };
        if !in_registers || width < FEATURES {
            for j in 0..width {
                let mut column = [0.0; MOST_LANES];
                for lane in 0..S::F64_LANES {
                    column[lane] = rows[lane][j];
                }
                tile[j][v] = vector::<S>(&column);
            }
            continue;
        }
        for first in (0..width / FEATURES).map(|block| block * FEATURES) {
            turn_block(simd, &rows, first, tile, v);
        }
        if !width.is_multiple_of(FEATURES) {
            // The last ones again with those before them.
            turn_block(simd, &rows, width - FEATURES, tile, v);
        }
    }
}

/// Four features from the `first` one on.
#[inline(always)]
fn turn_block<S: Simd, const V: usize>(
    simd: S,
    rows: &[&[f64]; MOST_LANES],
    first: usize,
    tile: &mut [Lanes<S, V>],
    v: usize,
) {
    let part = |lane: usize| rows[lane][first..].first_chunk::<FEATURES>().copied().unwrap_or_default();
    let turned = if const { S::F64_LANES == 8 } {
        // Vectors of 8 are turned by halves: these pairs of rows come out with the lanes in order.
        let pair = |low: usize, high: usize| {
            let ([a, b, c, d], [e, f, g, h]) = (part(low), part(high));
            vector::<S>(&[a, b, c, d, e, f, g, h])
        };
        simd.deinterleave_shfl_f64s([pair(0, 2), pair(1, 3), pair(4, 6), pair(5, 7)])
    } else {
        let one = |lane: usize| {
            let [a, b, c, d] = part(lane);
            vector::<S>(&[a, b, c, d, 0.0, 0.0, 0.0, 0.0])
        };
        simd.deinterleave_shfl_f64s([one(0), one(1), one(2), one(3)])
    };
    for (j, column) in turned.into_iter().enumerate() {
        tile[first + j][v] = column;
    }
}

/// The first of these numbers as a vector.
#[inline(always)]
fn vector<S: Simd>(numbers: &[f64; MOST_LANES]) -> S::f64s {
    bytemuck::pod_read_unaligned(bytemuck::cast_slice(&numbers[..S::F64_LANES]))
}

/// What `number` says of each lane.
#[inline(always)]
pub(super) fn lanes<S: Simd, const V: usize>(number: impl Fn(usize) -> f64) -> Lanes<S, V> {
    std::array::from_fn(
        #[inline(always)]
        |v| {
            let mut numbers = [0.0; MOST_LANES];
            for lane in 0..S::F64_LANES {
                numbers[lane] = number(v * S::F64_LANES + lane);
            }
            vector::<S>(&numbers)
        },
    )
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;

    struct Turn<'a> {
        examples: &'a Examples,
    }

    impl WithSimd for Turn<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let Turn { examples } = self;
            let position = |lane: usize| (lane * 7 % examples.len()) as u32;
            let mut tile = vec![[simd.splat_f64s(0.0); 2]; examples.width];
            turn(simd, examples, position, &mut tile);
            let numbers: &[f64] = bytemuck::cast_slice(tile.as_flattened());
            for (place, number) in numbers.iter().enumerate() {
                let (feature, lane) = (place / (2 * S::F64_LANES), place % (2 * S::F64_LANES));
                assert_eq!(*number, examples.row(position(lane) as usize)[feature], "{simd:?} {feature} {lane}");
            }
        }
    }

    #[test]
    fn every_lane_gets_its_own_row() {
        for width in [1, 3, 4, 5, 8, 11, 16] {
            let features: Vec<f64> = (0..width as u32 * 30).map(f64::from).collect();
            let examples = Examples { width, features, targets: vec![0.0; 30] };
            Arch::Scalar.dispatch(Turn { examples: &examples });
            Arch::new().dispatch(Turn { examples: &examples });
            #[cfg(target_arch = "x86_64")]
            if let Some(v3) = pulp::x86::V3::try_new() {
                Arch::V3(v3).dispatch(Turn { examples: &examples });
            }
        }
    }
}
