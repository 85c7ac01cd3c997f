//! A generated linear regression with a chosen condition number.

use super::dataset::{Examples, Raw};
use super::definition::LinearSource;
use crate::random::Key;

/// Generates `y = x·w + b + noise·z`, with `z`, `w`, `b` standard normal and independent features that are normal with
/// standard deviations spread evenly in logarithm from 1 down to `condition^(−1/2)`.
///
/// The condition number is that of the features' covariance in the limit of many examples.
pub(super) fn generate(source: &LinearSource, key: &Key) -> Raw {
    let key = key.clone().number("generator", source.seed);
    let mut truth = key.clone().text("draws", "weights").stream();
    let weights: Vec<f64> = (0..source.features).map(|_| truth.normal()).collect();
    let bias = truth.normal();

    let last = source.features.saturating_sub(1).max(1) as f64;
    let deviations: Vec<f64> =
        (0..source.features).map(|feature| libm::pow(source.condition, -0.5 * feature as f64 / last)).collect();

    let mut draws = key.text("draws", "examples").stream();
    let mut examples = Examples {
        width: source.features,
        features: Vec::with_capacity(source.examples * source.features),
        targets: Vec::with_capacity(source.examples),
    };
    for _ in 0..source.examples {
        let mut target = bias;
        for (weight, deviation) in weights.iter().zip(&deviations) {
            let x = deviation * draws.normal();
            target = weight.mul_add(x, target);
            examples.features.push(x);
        }
        examples.targets.push(source.noise.mul_add(draws.normal(), target));
    }
    let names = (1..=source.features).map(|feature| format!("x{feature}")).collect();
    Raw { names, examples, classes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_have_the_asked_spread_and_the_target_is_linear() {
        let source = LinearSource { examples: 20_000, features: 3, noise: 0.0, condition: 100.0, seed: 3 };
        let raw = generate(&source, &Key::new("test"));
        let variance =
            |feature: usize| (0..20_000).map(|i| raw.examples.row(i)[feature]).map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!((variance(0) / variance(2) / 100.0 - 1.0).abs() < 0.06);
        assert!((variance(0) - 1.0).abs() < 0.05);
        let again = generate(&source, &Key::new("test"));
        assert_eq!(raw.examples, again.examples);
    }
}
