//! The spec of a page, as text. Knows the spec's names and nothing of addresses.

use std::fmt::{self, Write};

use super::{PlaygroundPage, Regularization};
use crate::data::playground::Feature;
use crate::value::Shortest;

/// How many epochs an imported spec trains; the page itself trains until it is stopped.
const EPOCHS: u64 = 100;

/// The seed of an imported spec when the address has none.
const SOME_SEED: &str = "0.12345";

/// The spec that reproduces the page, with comments.
pub fn to_toml(page: &PlaygroundPage) -> String {
    let mut toml = String::new();
    // Writing to a String cannot fail.
    let _ = write_spec(&mut toml, page);
    toml
}

fn write_spec(out: &mut String, page: &PlaygroundPage) -> fmt::Result {
    let name = page.dataset.name();
    let number = |number: f64| Shortest::new().format(number).to_owned();
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let hidden = list(page.hidden.iter().map(u64::to_string).collect());
    let features = list(page.features.iter().copied().map(Feature::name).map(quoted).collect());
    let seed = quoted(page.seed.as_deref().unwrap_or(SOME_SEED));
    let seed_comment = match page.seed {
        Some(_) => "the page's seed, as text: 0.50 and 0.5 differ",
        None => "the address has no seed, and the page invents one at every visit; this is any",
    };

    writeln!(out, "# A page of the TensorFlow Playground. Its Step button is one epoch here.")?;
    for ignored in &page.ignored {
        writeln!(out, "# Ignored, as by the page: {}", quoted(ignored))?;
    }
    writeln!(out, "name = \"playground-{name}\"")?;
    writeln!(out)?;
    writeln!(out, "[problem]")?;
    writeln!(out, "kind = \"network\"")?;
    writeln!(out, "hidden = {hidden}  # widths of the hidden layers")?;
    writeln!(out, "activation = \"{}\"  # of the hidden layers", page.activation.name())?;
    writeln!(out, "output_activation = \"{}\"", page.output_activation().name())?;
    writeln!(out, "loss = \"half-squared\"  # the mean of (output - label)^2 / 2, without the penalty")?;
    writeln!(out, "regularization = \"{}\"", page.regularization.name())?;
    if page.regularization != Regularization::None {
        writeln!(out, "regularization_rate = {}", number(page.regularization_rate))?;
    }
    let initial = if page.initial_zero { "zeros" } else { "playground" };
    writeln!(out, "initial = \"{initial}\"  # \"playground\": weights from -0.5 to 0.5, biases 0.1")?;
    writeln!(out)?;
    writeln!(out, "[data]")?;
    writeln!(out, "kind = \"playground\"")?;
    writeln!(out, "dataset = \"{name}\"")?;
    writeln!(out, "noise = {}  # percent", number(page.noise))?;
    writeln!(out, "train_percent = {}  # the rest is for testing", number(page.train_percent))?;
    writeln!(out, "features = {features}")?;
    writeln!(out, "sampling = \"sequential\"  # the page shuffles once, before the split")?;
    writeln!(out, "rng = \"seedrandom\"  # the page's generator, for the points, their order and the initial weights")?;
    writeln!(out, "page_seed = {seed}  # {seed_comment}")?;
    writeln!(out)?;
    writeln!(out, "[optimizer]")?;
    writeln!(
        out,
        "kind = \"playground\"  # examples left over at the end of an epoch join the next one's first batch"
    )?;
    writeln!(out)?;
    writeln!(out, "[grid]")?;
    writeln!(out, "learning_rate = {}", number(page.learning_rate))?;
    writeln!(out, "batch_size = {}", page.batch_size)?;
    writeln!(out)?;
    writeln!(out, "[stop]")?;
    writeln!(out, "max_epochs = {EPOCHS}  # the page trains until it is stopped")?;
    writeln!(out, "evaluate_every = \"epoch\"")?;
    writeln!(out)?;
    writeln!(out, "[record]")?;
    writeln!(out, "boundary = {{}}  # pictures of the plane after 1, 10 and max_epochs epochs")
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
