//! The direct solve, held against published values and awkward matrices.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::data::{self, CsvSource, Dataset, Examples, Scale, Source, Targets};

fn diabetes() -> LeastSquares {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data/diabetes.csv");
    let source =
        Source::Csv(CsvSource { path, target: "progression".into(), features: None, targets: Targets::Numbers });
    let definition = data::Definition { source, scale: Scale::Standard, test_fraction: 0.0 };
    let data = Dataset::load(&definition, None).unwrap();
    LeastSquares::new(LinearRegression { initial: Initial::Zeros }, Arc::new(data))
}

#[test]
fn diabetes_has_the_published_solution() {
    let train = diabetes().train;
    assert!((train.best_loss - 2859.69634758675).abs() < 1e-9, "{}", train.best_loss);
    assert!((train.largest_eigenvalue() - 8.0484215).abs() < 5e-8, "{}", train.largest_eigenvalue());
    let limit = diabetes().stability_limit(0.0, false).unwrap();
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

#[test]
fn momentum_widens_the_stable_range() {
    let parabola = Parabola { curvature: 0.625, start: 1.0, minimum: 0.0 };
    assert_eq!(parabola.stability_limit(0.0, false), Some(3.2));
    assert_eq!(parabola.stability_limit(0.5, false), Some(4.8));
    // Nesterov with β: the root of the characteristic polynomial reaches −1 at 2(1+β)/((1+2β)λ).
    let limit = parabola.stability_limit(0.5, true).unwrap();
    let grows = |rate: f64| {
        let (mut w, mut velocity) = (1.0, 0.0);
        for _ in 0..2000 {
            let gradient = 0.625 * w;
            velocity = 0.5 * velocity + gradient;
            w -= rate * (gradient + 0.5 * velocity);
        }
        f64::abs(w) > 1.0
    };
    assert!(!grows(limit * 0.99) && grows(limit * 1.01));
}
