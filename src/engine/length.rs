//! How long runs are.

use crate::data;
use crate::spec::Setup;
use crate::train::{BatchSize, EvaluateEvery};

/// How long a run is, if it spends its budget.
pub(super) struct Length {
    pub(super) steps: u128,
    /// That at step 0 included.
    pub(super) evaluations: u128,
    /// Examples per step.
    pub(super) rows: f64,
}

impl Length {
    /// The length of a run of a setup on a data set of this size.
    pub(super) fn of(setup: &Setup, batch_size: BatchSize, size: &data::Size) -> Length {
        let examples = size.examples.max(1);
        let rows = match batch_size {
            BatchSize::Full => examples,
            BatchSize::Examples(batch) => u128::from(batch).min(examples),
        };
        let per_epoch = examples.div_ceil(rows.max(1));
        let budget = setup.stop.budget;
        let from_epochs = budget.epochs.map(|epochs| u128::from(epochs).saturating_mul(per_epoch));
        let steps = budget.steps.map(u128::from).into_iter().chain(from_epochs).min().unwrap_or(0);
        let by_epoch = size.examples > 0 && !setup.problem.is_least_squares();
        let evaluations = match setup.stop.spacing(!by_epoch) {
            EvaluateEvery::Steps(every) => steps.div_ceil(u128::from(every).max(1)),
            EvaluateEvery::Epoch => steps.div_ceil(per_epoch),
            EvaluateEvery::Tenth => {
                // After ten epochs a tenth of the steps is more than an epoch.
                let close = steps.min(10 * per_epoch);
                let between = close.min(10 + (25.0 * libm::log10(close as f64 / 10.0)).max(0.0) as u128);
                (steps.div_ceil(per_epoch) + between).min(steps)
            }
        };
        Length { steps, evaluations: evaluations + 1, rows: rows as f64 }
    }
}
