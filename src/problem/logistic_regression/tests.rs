//! Gradients against central differences, minima against an independent Newton's method, and losses without a minimum.

use std::path::Path;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use pulp::Scalar;

use super::*;
use crate::data::{self, CsvSource, Scale, Source, Targets};

fn experiment_data(file: &str, target: &str) -> Arc<Dataset> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data").join(file);
    let targets = Targets::Classes { count: None };
    let source = Source::Csv(CsvSource::new(path, target, targets));
    let definition = data::Definition { source, scale: Scale::Standard, test_fraction: 0.0 };
    Arc::new(Dataset::load(&definition, None).unwrap())
}

fn with_l2(l2: f64) -> LogisticRegression {
    LogisticRegression { initial: Initial::Zeros, l2 }
}

/// Examples that no plane separates, with this many classes.
fn noisy(examples: usize, width: usize, classes: usize) -> Arc<Dataset> {
    let mut stream = Key::new("test").number("classes", classes as u64).stream();
    let mut train = Examples { width, ..Examples::default() };
    for _ in 0..examples {
        let row: Vec<f64> = (0..width).map(|_| stream.normal()).collect();
        let place = row[0] + 2.0 * stream.normal();
        train.features.extend(row);
        train.targets.push((place + classes as f64 / 2.0).floor().clamp(0.0, classes as f64 - 1.0));
    }
    let names = (0..classes).map(|class| class.to_string()).collect();
    Arc::new(Dataset {
        train,
        test: Examples { width, ..Examples::default() },
        classes: names,
        notes: Vec::new(),
        generator: None,
        contents: None,
    })
}

fn gradient<H: Head>(model: &Logistic<H>, parameters: &[f64]) -> Vec<f64> {
    let lanes: Vec<[f64; 1]> = parameters.iter().map(|&w| [w]).collect();
    let mut sum = vec![[0.0]; lanes.len()];
    let mut scratch = vec![[0.0]; model.scratch()];
    let rows = Rows { examples: &model.data.train, indices: &model.train };
    model.write_gradient(Scalar, rows, 1.0 / model.train.len() as f64, &lanes, &mut sum, &mut scratch);
    model.add_penalty(Scalar, &lanes, &mut sum);
    sum.into_iter().map(|[g]| g).collect()
}

fn check_gradient<H: Head>(model: &Logistic<H>, parameters: &[f64]) -> Result<(), TestCaseError> {
    const STEP: f64 = 1e-5;
    for (i, slope) in gradient(model, parameters).into_iter().enumerate() {
        let at = |offset: f64| {
            let mut moved = parameters.to_vec();
            moved[i] += offset;
            model.loss(&moved)
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        prop_assert!((slope - difference).abs() < 1e-8 * (1.0 + slope.abs()), "{i}: {slope} and {difference}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn gradients_agree_with_central_differences(
        parameters in prop::collection::vec(-3.0f64..3.0, 16),
        l2 in prop_oneof![Just(0.0), 0.01f64..2.0],
    ) {
        check_gradient(&Logistic::binary(with_l2(l2), noisy(37, 3, 2)), &parameters[..4])?;
        check_gradient(&Logistic::softmax(with_l2(l2), noisy(37, 3, 2)), &parameters[..8])?;
        check_gradient(&Logistic::softmax(with_l2(l2), noisy(37, 3, 4)), &parameters)?;
    }
}

/// Newton's method on the loss of binary logistic regression with a penalty, as the textbooks write it.
fn textbook_minimum(examples: &Examples, l2: f64) -> (DVector<f64>, f64) {
    let (n, count) = (examples.width + 1, examples.len());
    let x = DMatrix::from_fn(count, n, |i, j| if j + 1 == n { 1.0 } else { examples.row(i)[j] });
    let y = DVector::from_column_slice(&examples.targets);
    let mut penalty = DMatrix::identity(n, n) * l2;
    penalty[(n - 1, n - 1)] = 0.0;
    let mut w = DVector::zeros(n);
    for _ in 0..30 {
        let p = (&x * &w).map(|z: f64| 1.0 / (1.0 + (-z).exp()));
        let slope = x.transpose() * (&p - &y) / count as f64 + &penalty * &w;
        let weights = DMatrix::from_diagonal(&p.map(|p| p * (1.0 - p) / count as f64));
        let curvature = x.transpose() * weights * &x + &penalty;
        w -= curvature.lu().solve(&slope).unwrap();
    }
    let logs = (0..count).map(|i| {
        let z = (x.row(i) * &w)[0];
        (1.0 + z.exp()).ln() - y[i] * z
    });
    let loss = logs.sum::<f64>() / count as f64 + 0.5 * (&penalty * &w).dot(&w);
    (w, loss)
}

#[test]
fn the_minimum_on_breast_cancer_is_that_of_the_textbook() {
    let data = experiment_data("breast_cancer.csv", "diagnosis");
    assert_eq!(data.classes, ["benign", "malignant"]);
    let model = Logistic::binary(with_l2(0.01), Arc::clone(&data));
    let (w, loss) = textbook_minimum(&data.train, 0.01);
    let found = model.minimum().unwrap();
    assert!((found.loss - loss).abs() < 1e-14, "{} and {loss}", found.loss);
    assert!((DVector::from_column_slice(&found.parameters) - w).norm() < 1e-10);
    assert!(found.is_unique && model.notes().is_empty());
    assert!(gradient(&model, &found.parameters).iter().all(|g| g.abs() < 1e-15));
}

#[test]
fn separable_classes_have_no_best_loss_and_it_is_said() {
    let model = Logistic::binary(with_l2(0.0), experiment_data("breast_cancer.csv", "diagnosis"));
    assert!(model.minimum().unwrap_err().starts_with("the classes are linearly separable"));
    assert_eq!(model.notes().len(), 1);
    assert!(!model.measurable().has(Measure::Gap) && !model.recorded().has(Measure::Gap));
    assert!(model.why_unmeasurable(Measure::Gap).unwrap().contains("no minimum"));
}

fn one_feature(examples: &[(f64, f64)]) -> Arc<Dataset> {
    let (features, targets) = examples.iter().copied().unzip();
    let train = Examples { width: 1, features, targets };
    let test = Examples { width: 1, ..Examples::default() };
    Arc::new(Dataset {
        train,
        test,
        classes: vec!["a".into(), "b".into()],
        notes: Vec::new(),
        generator: None,
        contents: None,
    })
}

#[test]
fn a_minimum_at_infinity_is_told_from_one_that_is_reached() {
    // Not separable, but the loss still falls for ever: only the examples at 0 are in doubt (quasi-complete separation).
    let touching = one_feature(&[(-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
    let why = Logistic::binary(with_l2(0.0), Arc::clone(&touching)).minimum().unwrap_err().to_owned();
    assert!(why.starts_with("no minimum of the loss was found"), "{why}");
    let why = Logistic::softmax(with_l2(0.0), Arc::clone(&touching)).minimum().unwrap_err().to_owned();
    assert!(why.starts_with("no minimum of the loss was found"), "{why}");
    assert!(Logistic::binary(with_l2(1e-6), touching).minimum().is_ok());

    // Three of four examples right at best: a minimum without a penalty.
    let overlapping = one_feature(&[(-1.0, 0.0), (0.5, 0.0), (0.0, 1.0), (1.0, 1.0)]);
    let model = Logistic::binary(with_l2(0.0), overlapping);
    let found = model.minimum().unwrap();
    assert!(gradient(&model, &found.parameters).iter().all(|g| g.abs() < 1e-15) && found.is_unique);
    assert!(found.loss < std::f64::consts::LN_2);
}

#[test]
fn dependent_features_leave_a_minimum_that_is_not_the_only_one() {
    let mut data = Arc::unwrap_or_clone(noisy(60, 1, 2));
    data.train.features = data.train.features.iter().flat_map(|&x| [x, 2.0 * x]).collect();
    (data.train.width, data.test.width) = (2, 2);
    let model = Logistic::binary(with_l2(0.0), Arc::new(data));
    let found = model.minimum().unwrap();
    assert!(gradient(&model, &found.parameters).iter().all(|g| g.abs() < 1e-15) && !found.is_unique);
    assert!(model.measurable().has(Measure::Gap) && !model.measurable().has(Measure::Distance));
}

#[test]
fn two_classes_have_the_same_least_loss_as_softmax() {
    // The difference of the two weight vectors counts, and split evenly they have half the square: half the penalty.
    let data = noisy(80, 3, 2);
    let binary = Logistic::binary(with_l2(0.1), Arc::clone(&data));
    let softmax = Logistic::softmax(with_l2(0.2), data);
    let (one, two) = (binary.minimum().unwrap(), softmax.minimum().unwrap());
    assert!((one.loss - two.loss).abs() < 1e-15);
    for i in 0..4 {
        assert!((one.parameters[i] - (two.parameters[4 + i] - two.parameters[i])).abs() < 1e-12);
    }
}

#[test]
fn the_minimum_with_many_classes_has_no_slope() {
    for l2 in [0.0, 0.05] {
        let model = Logistic::softmax(with_l2(l2), noisy(300, 4, 5));
        let found = model.minimum().unwrap();
        assert!(gradient(&model, &found.parameters).iter().all(|g| g.abs() < 1e-14), "{l2}");
        assert!(!found.is_unique);
    }
}

#[test]
fn large_margins_neither_overflow_nor_lose_the_loss() {
    let model = Logistic::binary(with_l2(0.0), one_feature(&[(-1.0, 0.0), (1.0, 1.0)]));
    assert_eq!(model.loss(&[1000.0, 0.0]), 0.0);
    assert_eq!(model.loss(&[-1000.0, 0.0]), 1000.0);
    assert!((model.loss(&[40.0, 0.0]) / (-40.0f64).exp() - 1.0).abs() < 1e-14);
    let model = Logistic::softmax(with_l2(0.0), one_feature(&[(-1.0, 0.0), (1.0, 1.0)]));
    assert_eq!(model.loss(&[500.0, 0.0, -500.0, 0.0]), 1000.0);
    assert_eq!(model.loss(&[-500.0, 0.0, 500.0, 0.0]), 0.0);
}

#[test]
fn the_minimum_does_not_depend_on_the_sizes_of_features() {
    let plain = noisy(200, 3, 2);
    let factors = [1e-8, 1.0, 1e150];
    let mut scaled = Dataset::clone(&plain);
    for row in scaled.train.features.chunks_exact_mut(3) {
        row.iter_mut().zip(factors).for_each(|(x, factor)| *x *= factor);
    }
    let least = |data: Arc<Dataset>, l2| Logistic::binary(with_l2(l2), data).minimum().unwrap().clone();
    let (expected, found) = (least(plain, 0.0), least(Arc::new(scaled.clone()), 0.0));
    assert!((found.loss / expected.loss - 1.0).abs() < 1e-9, "{} against {}", found.loss, expected.loss);
    for (j, factor) in factors.into_iter().enumerate() {
        assert!((found.parameters[j] * factor / expected.parameters[j] - 1.0).abs() < 1e-6);
    }
    // With a penalty, the gradient vanishes at the minimum, feature by feature.
    let model = Logistic::binary(with_l2(0.01), Arc::new(scaled));
    let slopes = gradient(&model, &model.minimum().unwrap().parameters);
    for (slope, factor) in slopes.iter().zip(factors) {
        assert!(slope.abs() < 1e-9 * factor.max(1.0), "{slopes:?}");
    }
}

#[test]
fn features_that_nearly_depend_on_each_other_have_no_gap() {
    let mut data = Dataset::clone(&noisy(200, 3, 2));
    for row in data.train.features.chunks_exact_mut(3) {
        row[2] = row[0] + 1e-10 * row[2];
    }
    let model = Logistic::binary(with_l2(0.0), Arc::new(data));
    assert!(model.minimum().unwrap_err().contains("badly conditioned"));
}
