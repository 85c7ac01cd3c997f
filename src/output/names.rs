//! What names say: which are steps, which may be the loss, which tell of validation.

use super::measurement::StepKey;

/// A number by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// As it was printed, spaces turned into `_`.
    pub name: String,
    /// The number.
    pub value: f64,
    /// The step that it may be.
    pub step: Option<(StepKey, u64)>,
}

impl Pair {
    /// A number as it stands under its name in a table or an object; a whole one may be the step if its name is one of a step.
    pub(super) fn new(name: &str, value: f64, count: Option<u64>) -> Pair {
        let key = step_key(name);
        // Trainers count epochs in fractions, where 1.0 is not the first of them but a point in between.
        let whole = || (value.fract() == 0.0 && (0.0..9e15).contains(&value)).then_some(value as u64);
        let count = match key {
            Some(StepKey::Epoch) | None => count,
            Some(_) => count.or_else(whole),
        };
        Pair { name: joined(name), value, step: key.zip(count) }
    }
}

/// The step that a name stands for: `step`, `Epoch`, `global step`, `trainer/global_step`.
pub(super) fn step_key(name: &str) -> Option<StepKey> {
    const LONGEST: usize = "trainer/global_step".len();
    if name.len() > LONGEST {
        return None;
    }
    let name = name.strip_prefix("trainer/").or_else(|| name.strip_prefix("train/")).unwrap_or(name);
    let is = |key: &StepKey| {
        let is_printed = !matches!(key, StepKey::Bracket | StepKey::Counter);
        is_printed && same(name, key.name())
    };
    StepKey::ALL.into_iter().find(is)
}

/// Whether two names are the same but for case and for `_`, `-` and space.
pub(super) fn same(a: &str, b: &str) -> bool {
    let letter = |byte: u8| if matches!(byte, b' ' | b'-') { b'_' } else { byte.to_ascii_lowercase() };
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| letter(a) == letter(b))
}

/// A name without spaces.
fn joined(name: &str) -> String {
    const LONGEST: usize = 200;
    let mut joined = String::with_capacity(name.len().min(LONGEST));
    for (place, word) in name.split_whitespace().enumerate() {
        if place > 0 {
            joined.push('_');
        }
        joined.extend(word.chars().take(LONGEST - joined.len().min(LONGEST)));
    }
    joined
}

/// Words that say that numbers are not those of training.
pub(super) const PHASES: [&str; 8] = ["val", "valid", "validation", "eval", "evaluation", "test", "testing", "dev"];

/// Whether a word is one of a list, whatever its case.
pub(super) fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// How well a name fits the loss; the smallest is the best, `None` is none at all.
pub(super) fn loss_rank(name: &str) -> Option<u8> {
    const ERRORS: [&str; 16] = [
        "logloss",
        "rmse",
        "mse",
        "mae",
        "nll",
        "error",
        "err",
        "l1",
        "l2",
        "deviance",
        "cost",
        "bce",
        "mlogloss",
        "objective",
        "rmsle",
        "merror",
    ];
    if name.eq_ignore_ascii_case("loss") {
        return Some(0);
    }
    let words = || name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words().next_back()?;
    let is_loss = |word: &str| word.eq_ignore_ascii_case("loss");
    if words().any(|word| is_one_of(word, &["best", "scale", "scaler"])) {
        return None;
    }
    let held_out = 4 * u8::from(words().any(|word| is_one_of(word, &PHASES)));
    if is_loss(last) {
        let of_training = words().all(|word| {
            is_loss(word) || is_one_of(word, &["train", "training", "total", "lm", "avg", "average", "mean", "running"])
        });
        return Some(if of_training { 1 } else { 2 } + held_out);
    }
    if words().any(is_loss) || last.to_ascii_lowercase().ends_with("_loss") {
        return Some(3 + held_out);
    }
    is_one_of(last, &ERRORS).then_some(8 + held_out)
}
