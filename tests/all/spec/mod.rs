//! Specs that are wrong: one test per mistake, each with its whole message.

mod axes;
mod blocks;
mod classes;
mod expectations;
mod networks;
mod overrides;
mod pictures;
mod problems;
mod settings;

use std::path::{Path, PathBuf};

use goldilocks::grid;
use goldilocks::spec::{self, SourceFile};

/// A spec without mistakes.
const PARABOLA: &str = r#"name = "study"

[problem]
kind = "parabola"
curvature = 0.625

[grid]
learning_rate = [0.1, 0.7]

[stop]
max_steps = 1000
converged = { distance = 0.0055 }
"#;

/// Another one, on examples.
const REGRESSION: &str = r#"name = "study"

[problem]
kind = "linear-regression"

[data]
csv = "data.csv"
target = "y"

[grid]
learning_rate = 0.1
batch_size = [1, "full"]

[stop]
max_epochs = 10
converged = { relative_gap = 0.01 }
"#;

/// A third, on examples of classes.
const CLASSES: &str = r#"name = "study"

[problem]
kind = "logistic-regression"

[data]
csv = "data.csv"
target = "y"

[grid]
learning_rate = 0.1

[stop]
max_epochs = 10
"#;

/// The errors of a spec in which the first of each pair was replaced by the second.
fn errors(spec: &str, changes: &[(&str, &str)]) -> String {
    errors_with(spec, changes, &[])
}

/// The same with overrides.
fn errors_with(spec: &str, changes: &[(&str, &str)], overrides: &[&str]) -> String {
    let mut text = spec.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "`{old}` is not in the spec");
        text = text.replacen(old, new, 1);
    }
    let source = SourceFile { path: PathBuf::from("spec.toml"), text };
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    match spec::parse(source, Path::new(""), &overrides) {
        Ok(experiment) => match grid::expand(&experiment) {
            Ok(grid) => {
                let unmet = grid::unmet_expectations(&experiment, &grid);
                match unmet.is_empty() {
                    true => format!("no error, {} runs", grid.runs.len()),
                    false => experiment.diagnostics(unmet).to_string(),
                }
            }
            Err(diagnostics) => diagnostics.to_string(),
        },
        Err(diagnostics) => diagnostics.to_string(),
    }
}

#[test]
fn the_examples_of_the_documentation_have_no_mistakes() {
    let text = include_str!("../../../docs/spec.md");
    let examples: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 5);
    for example in examples {
        let result = errors(example, &[]);
        assert!(result.starts_with("no error"), "{result}");
    }
}

#[test]
fn the_specs_themselves_have_no_mistakes() {
    assert_eq!(errors(PARABOLA, &[]), "no error, 2 runs");
    assert_eq!(errors(REGRESSION, &[]), "no error, 2 runs");
}
