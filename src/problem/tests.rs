//! The direct solve, held against published values and awkward matrices.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::data::{self, CsvSource, Dataset, Examples, Scale, Source, Targets};
use crate::random::Key;

fn diabetes() -> LeastSquares {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data/diabetes.csv");
    let source = Source::Csv(CsvSource::new(path, "progression", Targets::Numbers));
    let definition = data::Definition { source, scale: Scale::Standard, test_fraction: 0.0 };
    let data = Dataset::load(&definition, None).unwrap();
    LeastSquares::new(LinearRegression { initial: Initial::Zeros }, Arc::new(data))
}

#[test]
fn diabetes_has_the_published_solution() {
    let train = diabetes().train;
    assert!((train.best_loss - 2859.69634758675).abs() < 1e-9, "{}", train.best_loss);
    assert!((train.largest_eigenvalue() - 8.0484215).abs() < 5e-8, "{}", train.largest_eigenvalue());
    let limit = 2.0 / diabetes().largest_curvature().unwrap();
    assert!((limit - 0.2484959).abs() < 5e-8, "{limit}");
    // The bias of a fit on standardized features is the mean target.
    assert!((train.minimizer[10] - 152.133_484_162_896).abs() < 1e-9);
}

#[test]
fn the_root_is_a_root_of_the_curvature() {
    let train = diabetes().train;
    let n = train.minimizer.len();
    for i in 0..n {
        for j in 0..n {
            let product: f64 = (0..n).map(|k| train.root()[k * n + i] * train.root()[k * n + j]).sum();
            assert!((2.0 * product - train.hessian()[i * n + j]).abs() < 1e-13);
        }
        assert!((0..i).all(|j| train.root()[i * n + j].abs() < 1e-15), "row {i} is zero left of the diagonal");
    }
}

#[test]
fn a_rank_deficient_matrix_is_solved_with_least_norm() {
    // Two equal columns: every split of the weight 2 between them fits; the one of least norm is 1 and 1.
    let features = [1.0, 2.0, 3.0, 4.0].iter().flat_map(|&x| [x, x]).collect();
    let targets = vec![3.0, 5.0, 7.0, 9.0];
    let quadratic = Quadratic::new(&Examples { width: 2, features, targets });
    assert_eq!(quadratic.rank, 2);
    for (found, expected) in quadratic.minimizer.iter().zip([1.0, 1.0, 1.0]) {
        assert!((found - expected).abs() < 1e-12, "{:?}", quadratic.minimizer);
    }
    assert!(quadratic.best_loss < 1e-24);
}

#[test]
fn fewer_examples_than_parameters_and_a_column_of_zeros_are_solved() {
    let quadratic =
        Quadratic::new(&Examples { width: 3, features: vec![1.0, 0.0, 2.0, 4.0, 0.0, 1.0], targets: vec![1.0, -1.0] });
    assert_eq!(quadratic.rank, 2);
    assert!(quadratic.best_loss < 1e-28, "{}", quadratic.best_loss);
    assert!(quadratic.minimizer.iter().all(|w| w.is_finite()));
}

/// Examples of three independent features whose sizes and means are these, and targets that depend on all of them.
fn of_sizes(sizes: [f64; 3], means: [f64; 3]) -> Examples {
    let mut stream = Key::new("test").stream();
    let mut examples = Examples { width: 3, ..Examples::default() };
    for _ in 0..60 {
        let row = [stream.normal(), stream.normal(), stream.normal()];
        examples.features.extend((0..3).map(|j| row[j] * sizes[j] + means[j]));
        examples.targets.push(row[0] - 2.0 * row[1] + 3.0 * row[2] + 0.1 * stream.normal());
    }
    examples
}

fn gap(quadratic: &Quadratic, parameters: &[f64]) -> f64 {
    let lanes: Vec<[f64; 1]> = parameters.iter().map(|&w| [w]).collect();
    let [gap] = quadratic.gap(pulp::Scalar, &lanes, &mut vec![[0.0]; lanes.len()]);
    gap
}

#[test]
fn the_best_loss_does_not_depend_on_the_sizes_of_features() {
    let plain = Quadratic::new(&of_sizes([1.0; 3], [0.0; 3]));
    for (sizes, means) in
        [([1.0, 1e-8, 1e7], [0.0; 3]), ([1e-150, 1.0, 1e140], [0.0; 3]), ([1.0, 1e-3, 1.0], [2000.0, -1e3, 1e4])]
    {
        let scaled = Quadratic::new(&of_sizes(sizes, means));
        assert_eq!((scaled.rank, scaled.is_inexact), (4, false), "{sizes:?}");
        assert!((scaled.best_loss / plain.best_loss - 1.0).abs() < 1e-6, "{sizes:?}: {}", scaled.best_loss);
        // The same prediction for every example at the minimum, and the same gap with no weights at all.
        let difference: f64 = (0..3).map(|j| (scaled.minimizer[j] * sizes[j] / plain.minimizer[j] - 1.0).abs()).sum();
        assert!(difference < 1e-6, "{sizes:?}: {difference}");
        let ratio = gap(&scaled, &[0.0; 4]) / gap(&plain, &[0.0; 4]);
        assert!((ratio - 1.0).abs() < 1e-6, "{sizes:?}: {ratio}");
    }
}

#[test]
fn gaps_are_refused_where_the_least_loss_cannot_be_known() {
    // The third feature is the first, but for one part in 10¹⁰: enough to fit targets by, too little to see in XᵀX.
    let mut examples = of_sizes([1.0; 3], [0.0; 3]);
    for row in examples.features.chunks_exact_mut(3) {
        row[2] = row[0] + 1e-10 * row[2];
    }
    let means = [0.0, 0.0, 1e12];
    for examples in [examples.clone(), of_sizes([1.0; 3], means)] {
        let test = Examples { width: 3, ..Examples::default() };
        let data =
            Dataset { train: examples, test, classes: Vec::new(), notes: Vec::new(), generator: None, contents: None };
        let model = LeastSquares::new(LinearRegression { initial: Initial::Zeros }, Arc::new(data));
        assert!(!model.measurable().has(Measure::Gap) && !model.recorded().has(Measure::Gap));
        assert!(model.why_unmeasurable(Measure::Gap).unwrap().contains("badly conditioned"));
        assert_eq!(model.notes().len(), 1);
    }
    // A feature that is another to the last bit leaves no doubt.
    for row in examples.features.chunks_exact_mut(3) {
        row[2] = row[0];
    }
    assert!(!Quadratic::new(&examples).is_inexact);
}

#[test]
fn few_examples_of_many_features_are_solved_on_the_smaller_side() {
    let mut stream = Key::new("test").stream();
    let wide = |features: usize, stream: &mut crate::random::Stream| Examples {
        width: features,
        features: (0..20 * features).map(|_| stream.normal()).collect(),
        targets: (0..20).map(|_| stream.normal()).collect(),
    };
    let examples = wide(40, &mut stream);
    let quadratic = Quadratic::new(&examples);
    assert_eq!(quadratic.rank, 20);
    assert!(quadratic.best_loss < 1e-20, "{}", quadratic.best_loss);
    let loss = examples.targets.iter().map(|y| y * y).sum::<f64>() / 20.0;
    assert!((gap(&quadratic, &[0.0; 41]) / loss - 1.0).abs() < 1e-12);
    // The eigenvalues are those of the larger side.
    let largest = spectrum::gram(&examples).symmetric_eigenvalues().max() * 2.0;
    assert!((quadratic.largest_eigenvalue() / largest - 1.0).abs() < 1e-12);

    let started = std::time::Instant::now();
    Quadratic::new(&wide(1500, &mut stream));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

/// A feature so small, under targets so large, that no number is its weight (found by the fuzzer of CSV files).
#[test]
fn a_weight_beyond_all_numbers_is_finite_and_refuses_gaps() {
    let features = vec![0.0, 2.0, 3e-320, 5.0, 0.0, 6.0, 3e-320, 0.0, 0.0, -4.0];
    let solved = Quadratic::new(&Examples { width: 2, features, targets: vec![1e150, 6.0, 1e-300, 4.0, 0.0] });
    assert!(solved.minimizer.iter().all(|w| w.is_finite()), "{:?}", solved.minimizer);
    assert!(solved.is_inexact);
}
