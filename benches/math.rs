//! How long the lane-wise functions take on arrays that stay in the first-level cache.
//!
//! `cargo bench --bench math` prints numbers per second; the best instruction set is chosen at run time.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use goldilocks::math;
use pulp::{Arch, Simd, WithSimd};

const COUNT: usize = 1024;

fn main() {
    divan::main();
}

macro_rules! bench {
    ($($name:ident from $low:literal to $high:literal),* $(,)?) => {$(
        #[divan::bench]
        fn $name(bencher: Bencher) {
            struct Apply<'a> {
                x: &'a [f64],
                y: &'a mut [f64],
            }
            impl WithSimd for Apply<'_> {
                type Output = ();

                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    let (x, _) = S::as_simd_f64s(self.x);
                    let (y, _) = S::as_mut_simd_f64s(self.y);
                    for (x, y) in x.iter().zip(y) {
                        *y = math::$name(simd, *x);
                    }
                }
            }
            let x: Vec<f64> = (0..COUNT).map(|i| $low + ($high - $low) * i as f64 / COUNT as f64).collect();
            let mut y = vec![0.0; COUNT];
            let arch = Arch::new();
            bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
                arch.dispatch(Apply { x: black_box(&x), y: &mut y });
                black_box(&mut y);
            });
        }
    )*};
}

bench! {
    exp from -5.0 to 5.0,
    tanh from -5.0 to 5.0,
    sigmoid from -5.0 to 5.0,
    ln from 0.0 to 5.0,
    ln_1p from 0.0 to 5.0,
    softplus from -5.0 to 5.0,
    sin from -5.0 to 5.0,
    cos from -5.0 to 5.0,
}
