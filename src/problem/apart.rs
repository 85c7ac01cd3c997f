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

/// Writes to `tile`, feature by feature, the rows at these positions, of which there is one per lane; gives their targets.
#[inline(always)]
pub(super) fn turn<S: Simd, const V: usize>(
    simd: S,
    examples: &Examples,
    position: impl Fn(usize) -> u32,
    tile: &mut [Lanes<S, V>],
) -> Lanes<S, V> {
    let width = examples.width;
    let tile = &mut tile[..width];
    let mut all_targets = [simd.splat_f64s(0.0); V];
    for v in 0..V {
        let mut rows: [&[f64]; MOST_LANES] = [&[]; MOST_LANES];
        let mut targets = [0.0; MOST_LANES];
        // All of them, so that the compiler makes no loop of it and keeps these in registers; a narrow vector repeats its rows.
        for lane in 0..MOST_LANES {
            let position = position(v * S::F64_LANES + lane % S::F64_LANES) as usize;
            rows[lane] = &examples.row(position)[..width];
            targets[lane] = examples.targets[position];
        }
        all_targets[v] = vector::<S>(&targets);
        let in_registers = const { cfg!(target_arch = "x86_64") && (S::F64_LANES == 4 || S::F64_LANES == 8) };
        if !in_registers || width < FEATURES {
            for j in 0..width {
                let mut column = [0.0; MOST_LANES];
                for lane in 0..MOST_LANES {
                    column[lane] = rows[lane][j];
                }
                tile[j][v] = vector::<S>(&column);
            }
            continue;
        }
        let mut first = 0;
        while first + FEATURES <= width {
            turn_block(simd, &rows, first, tile, v);
            first += FEATURES;
        }
        if first < width {
            // The last ones again with those before them.
            turn_block(simd, &rows, width - FEATURES, tile, v);
        }
    }
    all_targets
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
    let pair = |low: usize, high: usize| pair::<S>(rows[low], rows[high], first);
    let turned = match const { S::F64_LANES == MOST_LANES } {
        true => simd.deinterleave_shfl_f64s([pair(0, 2), pair(1, 3), pair(4, 6), pair(5, 7)]),
        false => simd.deinterleave_shfl_f64s([pair(0, 0), pair(1, 1), pair(2, 2), pair(3, 3)]),
    };
    for (columns, column) in tile[first..first + FEATURES].iter_mut().zip(turned) {
        columns[v] = column;
    }
}

/// Four features of two rows as a vector of 8: such vectors are turned by halves, and the right pairs come out with the lanes in
/// order. Of the first row alone as a vector of 4.
#[inline(always)]
fn pair<S: Simd>(low: &[f64], high: &[f64], first: usize) -> S::f64s {
    // Copied as slices, so that each half is one load.
    let mut numbers = [0.0; MOST_LANES];
    numbers[..FEATURES].copy_from_slice(&low[first..first + FEATURES]);
    if const { S::F64_LANES == MOST_LANES } {
        numbers[FEATURES..].copy_from_slice(&high[first..first + FEATURES]);
    }
    vector::<S>(&numbers)
}

/// The first of these numbers as a vector.
#[inline(always)]
fn vector<S: Simd>(numbers: &[f64; MOST_LANES]) -> S::f64s {
    bytemuck::pod_read_unaligned(bytemuck::cast_slice(&numbers[..S::F64_LANES]))
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
            let targets = turn(simd, examples, position, &mut tile);
            for (lane, target) in bytemuck::cast_slice::<_, f64>(&targets).iter().enumerate() {
                assert_eq!(*target, examples.targets[position(lane) as usize]);
            }
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
            let examples = Examples { width, features, targets: (0..30).map(f64::from).collect() };
            Arch::Scalar.dispatch(Turn { examples: &examples });
            Arch::new().dispatch(Turn { examples: &examples });
            #[cfg(target_arch = "x86_64")]
            if let Some(v3) = pulp::x86::V3::try_new() {
                Arch::V3(v3).dispatch(Turn { examples: &examples });
            }
        }
    }
}
