//! What is measured of a run: names, directions and units, once.
//!
//! Knows nothing of how anything is measured.

use crate::word::words;

words! {
    /// A quantity measured at an evaluation, in the order of columns; its word is that of tables and specs.
    pub enum Metric {
        /// Loss on the training examples.
        Loss = "loss",
        /// Optimality gap: loss − best possible loss.
        Gap = "gap",
        /// Euclidean distance of the parameters to the minimizer.
        Distance = "distance",
        /// Euclidean norm of the gradient over all training examples.
        GradientNorm = "gradient_norm",
        /// Share of training examples classified correctly.
        Accuracy = "accuracy",
        /// Loss on the test examples.
        TestLoss = "test_loss",
        /// Share of test examples classified correctly.
        TestAccuracy = "test_accuracy",
        /// The parameter of a problem that has only one.
        W = "w",
    }
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smaller one.
    Down,
    /// The larger one.
    Up,
}

/// What a value is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The unit of the loss.
    Loss,
    /// The unit of the parameters.
    Parameter,
    /// Loss per parameter.
    Slope,
    /// A part of one.
    Share,
}

impl Metric {
    /// How many there are.
    pub const COUNT: usize = Metric::ALL.len();

    /// Which way is better; `None` where no value is better than another.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Metric::Loss | Metric::Gap | Metric::Distance | Metric::GradientNorm | Metric::TestLoss => {
                Some(Direction::Down)
            }
            Metric::Accuracy | Metric::TestAccuracy => Some(Direction::Up),
            Metric::W => None,
        }
    }

    /// What its values are numbers of.
    pub fn unit(self) -> Unit {
        match self {
            Metric::Loss | Metric::Gap | Metric::TestLoss => Unit::Loss,
            Metric::Distance | Metric::W => Unit::Parameter,
            Metric::GradientNorm => Unit::Slope,
            Metric::Accuracy | Metric::TestAccuracy => Unit::Share,
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Metric::Loss => "loss",
            Metric::Gap => "optimality gap",
            Metric::Distance => "distance",
            Metric::GradientNorm => "norm of the gradient",
            Metric::Accuracy => "training accuracy",
            Metric::TestLoss => "test loss",
            Metric::TestAccuracy => "test accuracy",
            Metric::W => "w",
        }
    }
}

/// The gap as a part of the gap at step 0: a criterion, and a target for finished runs.
pub const RELATIVE_GAP: &str = "relative_gap";

/// The least upper bound of stable learning rates, where theory gives it.
pub const STABILITY_LIMIT: &str = "stability_limit";

/// How many steps before convergence the last evaluation was; left out where every step was evaluated.
pub const RESOLUTION: &str = "steps_resolution";

/// The part of the whole drop in loss that came after convergence.
pub const LATER_DROP: &str = "later_drop";

/// Whether that part was too large for a true convergence.
pub const FALSE_CONVERGENCE: &str = "false_convergence";

/// How many steps of its budget a program was not asked for, because its run had converged or diverged.
pub const SAVED_STEPS: &str = "saved_steps";

/// In which minimum a run ended, the best being 0.
pub const MINIMUM: &str = "minimum";

/// Whether that is the best one.
pub const IS_BEST: &str = "is_best";

/// Where that minimum is: its first coordinate.
pub const MINIMUM_W: &str = "minimum_w";

/// Its second coordinate.
pub const MINIMUM_Y: &str = "minimum_y";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_told_from_the_others_and_shares_and_losses_have_their_directions() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name()), Some(metric));
            assert_eq!(Metric::ALL.iter().filter(|other| other.title() == metric.title()).count(), 1, "{metric:?}");
            // A column's name says what it measures; so must its direction and unit.
            let name = metric.name();
            assert_eq!(name.ends_with("accuracy"), metric.direction() == Some(Direction::Up), "{name}");
            assert_eq!(name.ends_with("accuracy"), metric.unit() == Unit::Share, "{name}");
            assert_eq!(name.ends_with("loss") || name == "gap", metric.unit() == Unit::Loss, "{name}");
        }
    }
}
