//! Features brought to comparable sizes before a problem is solved, and its solution taken back.

use std::borrow::Cow;

use crate::data::Examples;

/// A column this much larger or smaller than 1 is divided by its size; others keep their bits.
const ORDINARY: f64 = 64.0;

/// A mean this many times the spread around it is subtracted.
const FAR: f64 = 16.0;

/// A mean beyond this multiple of the spread leaves too few digits for weights that are counted without it.
const TOO_FAR: f64 = 1e8;

/// `x̃ = (x − shift) / size` for every feature; sizes are powers of two, so that dividing rounds nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    shifts: Vec<f64>,
    sizes: Vec<f64>,
    /// Whether a feature's mean hides its spread.
    pub(super) lose_digits: bool,
}

impl Columns {
    /// What makes these features about as large as 1.
    pub(super) fn centered(examples: &Examples) -> Columns {
        let mut columns = Columns { shifts: Vec::new(), sizes: Vec::new(), lose_digits: false };
        for (feature, mean) in means(examples).into_iter().enumerate() {
            let first = examples.row(0)[feature];
            let column = || (0..examples.len()).map(|example| examples.row(example)[feature]);
            let shift = if column().all(|x| x == first) {
                first
            } else {
                let spread = largest(column().map(|x| x - mean));
                columns.lose_digits |= mean.abs() > TOO_FAR * spread;
                if mean.abs() > FAR * spread { mean } else { 0.0 }
            };
            columns.shifts.push(shift);
            columns.sizes.push(size(largest(column().map(|x| x - shift))));
        }
        columns
    }

    /// The same without subtracting means, for weights with the penalty `l2`/2 · |weights|²: neither curvature nor penalty is far from 1.
    pub(super) fn penalized(examples: &Examples, l2: f64) -> Columns {
        let column = |feature: usize| (0..examples.len()).map(move |example| examples.row(example)[feature]);
        let sizes = (0..examples.width).map(|feature| size(largest(column(feature)).hypot(l2.sqrt())));
        Columns { shifts: vec![0.0; examples.width], sizes: sizes.collect(), lose_digits: false }
    }

    /// Whether nothing is changed.
    pub(super) fn are_plain(&self) -> bool {
        self.shifts.iter().all(|&shift| shift == 0.0) && self.sizes.iter().all(|&size| size == 1.0)
    }

    /// What each feature is divided by.
    pub(super) fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// The examples with features of comparable sizes.
    pub(super) fn apply<'e>(&self, examples: &'e Examples) -> Cow<'e, Examples> {
        if self.are_plain() {
            return Cow::Borrowed(examples);
        }
        let mut examples = examples.clone();
        for row in examples.features.chunks_exact_mut(examples.width) {
            for ((x, shift), size) in row.iter_mut().zip(&self.shifts).zip(&self.sizes) {
                *x = (*x - shift) / size;
            }
        }
        Cow::Owned(examples)
    }

    /// Weights and bias that say of the examples what these say of the ones with comparable sizes; what is beyond the range of
    /// numbers stays at its end (a tiny feature with a huge target).
    pub(super) fn parameters(&self, parameters: &[f64]) -> Vec<f64> {
        let mut parameters = parameters.to_vec();
        if let Some((bias, weights)) = parameters.split_last_mut() {
            for ((weight, shift), size) in weights.iter_mut().zip(&self.shifts).zip(&self.sizes) {
                *weight = (*weight / size).clamp(f64::MIN, f64::MAX);
                *bias = (*bias - *weight * shift).clamp(f64::MIN, f64::MAX);
            }
        }
        parameters
    }

    /// A linear form of the parameters for comparable sizes, as one of the parameters for the features as they are.
    pub(super) fn form(&self, form: &mut [f64]) {
        if let Some((bias, weights)) = form.split_last_mut() {
            for ((weight, shift), size) in weights.iter_mut().zip(&self.shifts).zip(&self.sizes) {
                *weight = *weight * size + *bias * shift;
            }
        }
    }
}

fn means(examples: &Examples) -> Vec<f64> {
    let count = examples.len() as f64;
    let mut means = vec![0.0; examples.width];
    for example in 0..examples.len() {
        means.iter_mut().zip(examples.row(example)).for_each(|(mean, x)| *mean += x / count);
    }
    means
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |largest, value| largest.max(value.abs()))
}

/// 1 for an ordinary size and for 0, else the power of two below it (at least the smallest whose reciprocal is finite).
fn size(largest: f64) -> f64 {
    if largest == 0.0 || (1.0 / ORDINARY..=ORDINARY).contains(&largest) {
        return 1.0;
    }
    libm::exp2(libm::floor(libm::log2(largest)).max(-1020.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_columns_keep_their_bits_and_others_become_ordinary() {
        let ordinary = Examples { width: 2, features: vec![0.5, -3.0, -1.0, 12.0], targets: vec![0.0; 2] };
        assert!(matches!(Columns::centered(&ordinary).apply(&ordinary), Cow::Borrowed(_)));
        let rows = [[1e-300, 1e140, 2e9 + 1.0, 7e9], [-3e-300, -2e140, 2e9 - 3.0, 7e9]];
        let features = rows.as_flattened().to_vec();
        let extreme = Examples { width: 4, features, targets: vec![0.0; 2] };
        let columns = Columns::centered(&extreme);
        let applied = columns.apply(&extreme);
        assert!(applied.features.iter().all(|x| x.abs() < 4.0), "{:?}", applied.features);
        assert_eq!(applied.features[2..4], [2.0, 0.0]);
        // The same prediction from both.
        let standardized = [0.5, -0.25, 2.0, 0.0, 1.0];
        let parameters = columns.parameters(&standardized);
        for example in 0..2 {
            let predict = |row: &[f64], w: &[f64]| row.iter().zip(w).fold(w[4], |sum, (x, w)| sum + x * w);
            let expected = predict(applied.row(example), &standardized);
            assert!((predict(extreme.row(example), &parameters) - expected).abs() < 1e-5);
        }
    }
}
