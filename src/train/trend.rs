//! What an exhausted run was doing at its end.

use crate::outcome::Trend;

/// So many of the last losses decide the trend.
pub(super) const WINDOW: usize = 32;

/// Judges the last evaluations (at most [`WINDOW`], oldest first).
///
/// A run falls (or rises) when the mean loss of the later half lies below (above) that of the earlier half by more than three
/// standard errors, so that a noisy descent is told from noise around a floor. Otherwise it oscillates, if its losses vary at
/// all or if its last two moves (`moves_back`) went to and fro; else it is flat.
pub(super) fn trend(losses: &[f64], moves_back: bool) -> Trend {
    let still = if moves_back { Trend::Oscillating } else { Trend::Flat };
    let low = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let high = losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let resolution = 4.0 * f64::EPSILON * high.abs();
    if losses.len() < 2 || high - low <= resolution {
        return still;
    }
    let (early, late) = losses.split_at(losses.len() / 2);
    let (early_mean, early_variance) = mean_and_variance(early);
    let (late_mean, late_variance) = mean_and_variance(late);
    let error = (early_variance / early.len() as f64 + late_variance / late.len() as f64).sqrt();
    let change = late_mean - early_mean;
    if change.abs() > 3.0 * error {
        if change < 0.0 { Trend::Falling } else { Trend::Rising }
    } else {
        Trend::Oscillating
    }
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().fold(0.0, |sum, x| sum + x) / count;
    let squares = values.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean));
    (mean, squares / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    fn losses(of: impl FnMut(usize) -> f64) -> Vec<f64> {
        (0..WINDOW).map(of).collect()
    }

    #[test]
    fn a_slow_descent_still_falls() {
        assert_eq!(trend(&losses(|t| 1.0 - 1e-9 * t as f64), false), Trend::Falling);
        assert_eq!(trend(&losses(|t| 0.99f64.powi(t as i32)), false), Trend::Falling);
        assert_eq!(trend(&losses(|t| 1.0 + 1e-3 * t as f64), false), Trend::Rising);
    }

    #[test]
    fn an_equal_loss_is_flat_unless_the_parameters_go_to_and_fro() {
        assert_eq!(trend(&losses(|_| 0.3), false), Trend::Flat);
        assert_eq!(trend(&losses(|_| 0.3), true), Trend::Oscillating);
        assert_eq!(trend(&losses(|_| 0.0), false), Trend::Flat);
        assert_eq!(trend(&[1.0], false), Trend::Flat);
    }

    #[test]
    fn alternation_and_noise_oscillate_and_a_noisy_descent_falls() {
        assert_eq!(trend(&losses(|t| if t % 2 == 0 { 1.0 } else { 2.0 }), true), Trend::Oscillating);
        let mut stream = Key::new("trend").stream();
        assert_eq!(trend(&losses(|_| 1.0 + 0.1 * stream.normal()), false), Trend::Oscillating);
        assert_eq!(trend(&losses(|t| 2.0 - 0.05 * t as f64 + 0.1 * stream.normal()), false), Trend::Falling);
    }
}
