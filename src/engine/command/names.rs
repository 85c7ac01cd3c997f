//! What the names that programs give their numbers stand for.

use crate::problem::Measure;

/// Words that say that a number is not of training.
const HELD_OUT: [&str; 7] = ["val", "valid", "validation", "eval", "evaluation", "test", "dev"];

/// Words that say that it is.
const TRAINING: [&str; 2] = ["train", "training"];

/// The measure of a name, and whether it is its very name: `val_loss` is a `test_loss`, `grad_norm` a `gradient_norm`. The loss
/// itself is found by whoever reads the output.
pub(super) fn measure(name: &str) -> Option<(Measure, bool)> {
    if let Some(measure) = Measure::from_name(name) {
        return (measure != Measure::Loss).then_some((measure, true));
    }
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let measure = match words[..] {
        [phase, "loss"] if HELD_OUT.contains(&phase) => Measure::TestLoss,
        [phase, "accuracy" | "acc"] if HELD_OUT.contains(&phase) => Measure::TestAccuracy,
        [phase, "accuracy" | "acc"] if TRAINING.contains(&phase) => Measure::Accuracy,
        ["accuracy" | "acc"] => Measure::Accuracy,
        ["grad" | "gradient", "norm"] => Measure::GradientNorm,
        _ => return None,
    };
    Some((measure, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_stand_for_measures() {
        let name = |name: &str| measure(name).map(|(measure, is_exact)| (measure.name(), is_exact));
        assert_eq!(name("test_loss"), Some(("test_loss", true)));
        assert_eq!(name("val_loss"), Some(("test_loss", false)));
        assert_eq!(name("eval/loss"), Some(("test_loss", false)));
        assert_eq!(name("Validation Accuracy"), Some(("test_accuracy", false)));
        assert_eq!(name("acc"), Some(("accuracy", false)));
        assert_eq!(name("grad_norm"), Some(("gradient_norm", false)));
        for other in ["loss", "train_loss", "tokens", "val", "val_best_loss", "step"] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
