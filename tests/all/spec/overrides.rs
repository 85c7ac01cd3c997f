//! Mistakes in `--set`.

use super::{PARABOLA, errors_with};

#[test]
fn override_without_value() {
    let message = errors_with(PARABOLA, &[], &["stop.max_steps"]);
    insta::assert_snapshot!(message, @r"
error: this sets nothing
 --> --set:1:1
  |
1 | stop.max_steps
  | ^^^^^^^^^^^^^^ expected `path=value`
");
}

#[test]
fn override_of_an_unknown_key() {
    let message = errors_with(PARABOLA, &[], &["stop.max_stps=5"]);
    insta::assert_snapshot!(message, @r"
error: unknown key `max_stps` in [stop]
 --> --set:1:6
  |
1 | stop.max_stps=5
  |      ^^^^^^^^
  |
  = help: did you mean `max_steps`?
");
}

#[test]
fn override_of_wrong_type() {
    let message = errors_with(PARABOLA, &[], &["stop.max_steps=many"]);
    insta::assert_snapshot!(message, @r#"
error: `stop.max_steps` has the wrong type
 --> --set:1:16
  |
1 | stop.max_steps="many"
  |                ^^^^^^ expected a whole number of at least 1, found text
"#);
}

#[test]
fn override_with_a_syntax_error() {
    let message = errors_with(PARABOLA, &[], &["grid.learning_rate=[0.1"]);
    insta::assert_snapshot!(message, @r"
error: unclosed array, expected `]`
 --> --set:1:24
  |
1 | grid.learning_rate=[0.1
  |                        ^
");
}

#[test]
fn override_hidden_by_an_axis() {
    let message = errors_with(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#""optimizer.momentum" = [0, 0.9]
learning_rate = [0.1, 0.7]"#,
        )],
        &["optimizer.momentum=0.5"],
    );
    insta::assert_snapshot!(message, @r"
error: `optimizer.momentum` is an axis of the grid, so setting it here changes nothing
 --> --set:1:1
  |
1 | optimizer.momentum=0.5
  | ^^^^^^^^^^^^^^^^^^
  |
  = help: set the axis: `--set grid.optimizer.momentum=…`
");
}

#[test]
fn override_through_a_value() {
    let message = errors_with(PARABOLA, &[], &["problem.kind.x=1"]);
    insta::assert_snapshot!(message, @r"
error: `problem.kind.x` cannot be set: `kind` is not a table
 --> --set:1:1
  |
1 | problem.kind.x=1
  | ^^^^^^^^^^^^^^
");
}

#[test]
fn override_outside_the_grid() {
    let message = errors_with(PARABOLA, &[], &["learning_rate=0.5"]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` stands outside the grid
 --> --set:1:1
  |
1 | learning_rate=0.5
  | ^^^^^^^^^^^^^
  |
  = help: set it in the grid: `--set grid.learning_rate=…`
");
}
