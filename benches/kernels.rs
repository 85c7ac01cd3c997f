//! How near the kernels come to the machine's own peak: GFLOP/s as a share of a register-only multiply-add loop measured in the
//! same process, on one core. Run with `cargo bench --bench kernels`.
//!
//! Every figure is the best of many short samples, so that a busy machine disturbs it little.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use goldilocks::data::{Batches, Dataset, Definition, LinearSource, Sampling, Scale, Source};
use goldilocks::problem::{Initial, LeastSquares, LinearRegression};
use goldilocks::train::{
    AfterConvergence, Budget, Detail, EvaluateEvery, Group, Lane, Optimizer, OrderSeeds, Schedule, Sgd, Stop, train,
};
use pulp::{Arch, Simd, WithSimd};

/// Sixteen independent chains of multiply-adds: enough to hide the latency on every machine.
struct Peak;

const CHAINS: usize = 16;
const ROUNDS: usize = 20_000;

impl WithSimd for Peak {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (a, b) = (simd.splat_f64s(black_box(0.999_999)), simd.splat_f64s(black_box(1e-9)));
        let mut sums = [simd.splat_f64s(1.0); CHAINS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_f64s(*sum, a, b);
            }
        }
        sums.iter().map(|&sum| simd.reduce_sum_f64s(sum)).sum()
    }
}

struct Width;

impl WithSimd for Width {
    type Output = usize;

    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        S::F64_LANES
    }
}

/// The least time of many calls, in seconds.
fn best(samples: usize, mut call: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        call();
        start.elapsed().as_secs_f64()
    };
    (0..samples).map(time).fold(f64::INFINITY, f64::min)
}

fn model(features: usize) -> LeastSquares {
    let source = LinearSource { examples: 2048, features, noise: 0.3, condition: 1.0, seed: 0 };
    let definition = Definition { source: Source::Linear(source), scale: Scale::Standard, test_fraction: 0.0 };
    let data = Arc::new(Dataset::load(&definition, None).expect("generated data are there"));
    LeastSquares::new(LinearRegression { initial: Initial::Zeros }, data)
}

/// GFLOP/s of mini-batch training, everything but evaluations included.
fn training(arch: Arch, model: &LeastSquares, features: usize, lanes: usize, batch: usize) -> f64 {
    let steps = (2_000_000 / (features * lanes * batch)).clamp(8, 4000) as u64;
    let stop = Stop {
        budget: Budget { steps: Some(steps), epochs: None },
        converged: None,
        diverged_loss_factor: 1e300,
        after_convergence: AfterConvergence::Stop,
        evaluate_every: Some(EvaluateEvery::Steps(steps)),
    };
    let lane = |i| Lane {
        learning_rate: 1e-4 * f64::from(i),
        momentum: 0.0,
        initial: vec![0.0; features + 1].into(),
        keeps_curve: false,
    };
    let group = Group {
        lanes: (1..=lanes as i32).map(lane).collect(),
        batches: Some(Batches::new(2048, batch, Sampling::Sequential)),
        order_seeds: OrderSeeds::Shared(None),
        orders: None,
        optimizer: Optimizer::Sgd(Sgd::default()),
        schedule: Schedule::Constant,
        stop: &stop,
        detail: Detail::None,
        keeps_parameters: false,
        interrupted: &|_| false,
    };
    let seconds = best(60, || {
        black_box(train(arch, model, &group));
    });
    // A multiply-add for the prediction and one for the gradient, per feature; two operations each.
    (4 * features * lanes * batch) as f64 * steps as f64 / seconds / 1e9
}

fn main() {
    let best_arch = Arch::new();
    println!("instruction set: {best_arch:?}");
    for (name, arch) in [("best", best_arch), ("scalar", Arch::Scalar)] {
        let width = arch.dispatch(Width);
        let seconds = best(200, || {
            black_box(arch.dispatch(Peak));
        });
        let peak = (2 * CHAINS * ROUNDS * width) as f64 / seconds / 1e9;
        println!("\n{name}: {width} lanes per vector, peak {peak:.1} GFLOP/s (multiply-adds in registers)");
        println!("{:>9} {:>6} {:>6} {:>9} {:>7}", "features", "lanes", "batch", "GFLOP/s", "of peak");
        for features in [8, 16, 64, 128, 256] {
            let model = model(features);
            for (lanes, batch) in [(8, 16), (16, 1), (16, 16), (16, 64), (32, 1), (32, 16), (32, 64), (64, 64)] {
                let rate = training(arch, &model, features, lanes, batch);
                println!("{features:>9} {lanes:>6} {batch:>6} {rate:>9.1} {:>6.0}%", 100.0 * rate / peak);
            }
        }
    }
}
