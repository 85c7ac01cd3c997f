//! Settings that do not go with the problem, or not with each other.

use super::{PARABOLA, REGRESSION, errors};

#[test]
fn examples_on_a_parabola() {
    let message = errors(
        PARABOLA,
        &[
            (
                "[grid]",
                r#"[data]
csv = "data.csv"
target = "y"

[grid]"#,
            ),
            (
                "learning_rate = [0.1, 0.7]",
                r#"batch_size = [4, "full"]
learning_rate = [0.1, 0.7]"#,
            ),
            (
                "converged = { distance = 0.0055 }",
                r#"max_epochs = 10
evaluate_every = "epoch"
converged = { test_loss = 1, accuracy = 0.9 }"#,
            ),
        ],
    );
    insta::assert_snapshot!(message, @r#"
error: a parabola has no examples, so `data` has no meaning
 --> spec.toml:7:2
  |
7 | [data]
  |  ^^^^

error: a parabola has no examples, so `batch_size` has no meaning
  --> spec.toml:12:15
   |
12 | batch_size = [4, "full"]
   |               ^ expected "full", or no `batch_size` at all

error: a parabola has no examples, so `stop.max_epochs` has no meaning
  --> spec.toml:17:1
   |
17 | max_epochs = 10
   | ^^^^^^^^^^

error: a parabola has no examples, so `evaluate_every = "epoch"` has no meaning
  --> spec.toml:18:18
   |
18 | evaluate_every = "epoch"
   |                  ^^^^^^^

error: a parabola has no examples, so `stop.converged.test_loss` cannot be measured
  --> spec.toml:19:15
   |
19 | converged = { test_loss = 1, accuracy = 0.9 }
   |               ^^^^^^^^^

error: a parabola has no classes, so `stop.converged.accuracy` cannot be measured
  --> spec.toml:19:30
   |
19 | converged = { test_loss = 1, accuracy = 0.9 }
   |                              ^^^^^^^^
"#);
}

#[test]
fn accuracy_of_a_regression() {
    let message = errors(REGRESSION, &[("converged = { relative_gap = 0.01 }", "converged = { accuracy = 0.9 }")]);
    insta::assert_snapshot!(message, @r"
error: linear regression has no classes, so `stop.converged.accuracy` cannot be measured
  --> spec.toml:16:15
   |
16 | converged = { accuracy = 0.9 }
   |               ^^^^^^^^
");
}

#[test]
fn test_loss_without_test_examples() {
    let message = errors(REGRESSION, &[("converged = { relative_gap = 0.01 }", "converged = { test_loss = 0.9 }")]);
    insta::assert_snapshot!(message, @r"
error: `test_loss` cannot be measured: there are no test examples
  --> spec.toml:16:27
   |
16 | converged = { test_loss = 0.9 }
   |                           ^^^
   |
   = help: set some aside with `test_fraction` in [data]
");
}

#[test]
fn converged_without_criterion() {
    let message = errors(PARABOLA, &[("converged = { distance = 0.0055 }", "converged = {}")]);
    insta::assert_snapshot!(message, @r"
error: `stop.converged` names no criterion
  --> spec.toml:12:13
   |
12 | converged = {}
   |             ^^
   |
   = help: name at least one, such as `relative_gap = 0.01`, or leave `converged` out
");
}

#[test]
fn hold_without_criterion() {
    let message = errors(PARABOLA, &[("converged = { distance = 0.0055 }", "converged = { hold = 3 }")]);
    insta::assert_snapshot!(message, @r"
error: `hold` is given without a criterion that could hold
  --> spec.toml:12:22
   |
12 | converged = { hold = 3 }
   |                      ^
   |
   = help: name a criterion beside it, such as `relative_gap`
");
}

#[test]
fn plateau_without_window() {
    let message =
        errors(PARABOLA, &[("converged = { distance = 0.0055 }", "converged = { plateau = { change = 1e-6 } }")]);
    insta::assert_snapshot!(message, @r"
error: `stop.converged.plateau.window` is missing
  --> spec.toml:12:25
   |
12 | converged = { plateau = { change = 1e-6 } }
   |                         ^^^^^^^^^^^^^^^^^
   |
   = help: add `window`, number of evaluations in the window
");
}

#[test]
fn regression_without_data() {
    let message = errors(
        REGRESSION,
        &[(
            r#"
[data]
csv = "data.csv"
target = "y"
"#,
            "",
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `data.csv` is missing
--> spec.toml
 = help: give a file and its target, `csv = "data.csv"` and `target = "y"`, or generate examples with `kind = "linear"`
"#);
}

#[test]
fn regression_without_target() {
    let message = errors(
        REGRESSION,
        &[(
            r#"target = "y"
"#,
            "",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: `data.target` is missing
 --> spec.toml:6:1
  |
6 | [data]
  | ^^^^^^
  |
  = help: add `target`, the column to predict
");
}

#[test]
fn target_among_the_features() {
    let message = errors(
        REGRESSION,
        &[(
            r#"target = "y""#,
            r#"target = "y"
features = ["x", "y"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `data.features` names the target "y"
 --> spec.toml:9:12
  |
9 | features = ["x", "y"]
  |            ^^^^^^^^^^ a model cannot learn the target from itself
"#);
}

#[test]
fn features_of_another_kind_of_data() {
    let message = errors(
        REGRESSION,
        &[(
            r#"csv = "data.csv""#,
            r#"kind = "linear"
examples = 100
features = ["x"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `data.features` has the wrong type
 --> spec.toml:9:12
  |
9 | features = ["x"]
  |            ^^^^^ expected a whole number of at least 1, found a list

error: `data.target` does not go with `data.kind` = "linear"
  --> spec.toml:10:1
   |
10 | target = "y"
   | ^^^^^^ only for "csv"
"#);
}

#[test]
fn setting_of_another_kind_of_data() {
    let message = errors(
        REGRESSION,
        &[(
            r#"target = "y""#,
            r#"target = "y"
noise = 0.1
scale = "min_max""#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `data.noise` does not go with `data.kind` = "csv"
 --> spec.toml:9:1
  |
9 | noise = 0.1
  | ^^^^^ only for "linear"

error: `data.scale` cannot be "min_max"
  --> spec.toml:10:9
   |
10 | scale = "min_max"
   |         ^^^^^^^^^ expected one of "standard", "min-max" or "none"
   |
   = help: did you mean "min-max"?
"#);
}

#[test]
fn initial_without_value() {
    let message = errors(
        REGRESSION,
        &[(
            r#"kind = "linear-regression""#,
            r#"kind = "linear-regression"
initial = "normal""#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.initial_value` is missing
 --> spec.toml:5:11
  |
5 | initial = "normal"
  |           ^^^^^^^^ "normal" needs the standard deviation
  |
  = help: add `initial_value` to [problem]
"#);
}

#[test]
fn initial_without_value_on_an_axis() {
    let message = errors(
        REGRESSION,
        &[(
            r#"batch_size = [1, "full"]"#,
            r#""problem.initial" = ["zeros", "normal"]
batch_size = [1, "full"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.initial_value` is missing
  --> spec.toml:12:31
   |
12 | "problem.initial" = ["zeros", "normal"]
   |                               ^^^^^^^^ "normal" needs the standard deviation
   |
   = help: add `initial_value` to [problem]
"#);
}

#[test]
fn initial_value_without_effect() {
    let message = errors(
        REGRESSION,
        &[(
            r#"kind = "linear-regression""#,
            r#"kind = "linear-regression"
initial_value = 0.1"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.initial_value` has no effect
 --> spec.toml:5:17
  |
5 | initial_value = 0.1
  |                 ^^^ only used when `problem.initial` is "constant", "normal" or "uniform"
"#);
}

#[test]
fn deviation_of_zero() {
    let message = errors(
        REGRESSION,
        &[(
            r#"batch_size = [1, "full"]"#,
            r#""problem.initial" = ["constant", "normal"]
"problem.initial_value" = [1, 0]
batch_size = [1, "full"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.initial_value` is out of range
  --> spec.toml:13:31
   |
13 | "problem.initial_value" = [1, 0]
   |                               ^ as the standard deviation of "normal" it must be greater than 0
"#);
}
