//! Mistakes in single settings, and in what every spec needs.

use super::{PARABOLA, errors};

#[test]
fn unknown_key() {
    let message = errors(PARABOLA, &[("curvature = 0.625", "curvture = 0.625")]);
    insta::assert_snapshot!(message, @r"
error: unknown key `curvture` in [problem]
 --> spec.toml:5:1
  |
5 | curvture = 0.625
  | ^^^^^^^^
  |
  = help: did you mean `curvature`?
");
}

#[test]
fn unknown_key_far_from_all() {
    let message = errors(PARABOLA, &[("curvature = 0.625", "steepness = 0.625")]);
    insta::assert_snapshot!(message, @r"
error: unknown key `steepness` in [problem]
 --> spec.toml:5:1
  |
5 | steepness = 0.625
  | ^^^^^^^^^
  |
  = help: [problem] takes `kind`, `curvature`, `start` or `minimum`
");
}

#[test]
fn unknown_section() {
    let message = errors(PARABOLA, &[("[stop]", "[stopp]")]);
    insta::assert_snapshot!(message, @r"
error: unknown key `stopp` in the spec
  --> spec.toml:10:2
   |
10 | [stopp]
   |  ^^^^^
   |
   = help: did you mean `stop`?
");
}

#[test]
fn key_in_the_wrong_section() {
    let message = errors(PARABOLA, &[("curvature = 0.625", "curvature = 0.625\nmomentum = 0.9")]);
    insta::assert_snapshot!(message, @r"
error: unknown key `momentum` in [problem]
 --> spec.toml:6:1
  |
6 | momentum = 0.9
  | ^^^^^^^^
  |
  = help: did you mean `optimizer.momentum`?
");
}

#[test]
fn learning_rate_outside_the_grid() {
    let message = errors(
        PARABOLA,
        &[
            (
                r#"name = "study""#,
                r#"name = "study"
learning_rate = 0.1"#,
            ),
            ("learning_rate = [0.1, 0.7]", "seed = 1"),
        ],
    );
    insta::assert_snapshot!(message, @r"
error: `learning_rate` stands outside the grid
 --> spec.toml:2:1
  |
2 | learning_rate = 0.1
  | ^^^^^^^^^^^^^
  |
  = help: move it to [grid]; a single value will do: `learning_rate = …`
");
}

#[test]
fn wrong_type() {
    let message = errors(PARABOLA, &[("curvature = 0.625", r#"curvature = "steep""#)]);
    insta::assert_snapshot!(message, @r#"
error: `problem.curvature` has the wrong type
 --> spec.toml:5:13
  |
5 | curvature = "steep"
  |             ^^^^^^^ expected a number greater than 0, found text
"#);
}

#[test]
fn wrong_type_of_a_section() {
    let message = errors(PARABOLA, &[("converged = { distance = 0.0055 }", "converged = 0.0055")]);
    insta::assert_snapshot!(message, @r"
error: `stop.converged` has the wrong type
  --> spec.toml:12:13
   |
12 | converged = 0.0055
   |             ^^^^^^ expected a table with `loss`, `gap`, `relative_gap`, `distance`, `gradient_norm`, `plateau` or `hold`, found a number
");
}

#[test]
fn count_with_a_point() {
    let message = errors(PARABOLA, &[("max_steps = 1000", "max_steps = 1e3")]);
    insta::assert_snapshot!(message, @r"
error: `stop.max_steps` must be a whole number
  --> spec.toml:11:13
   |
11 | max_steps = 1e3
   |             ^^^ expected a whole number of at least 1
   |
   = help: write it without a point or exponent: 1000
");
}

#[test]
fn number_that_is_too_large() {
    let message = errors(PARABOLA, &[("max_steps = 1000", "max_steps = 100000000000000000000000000000000000000000")]);
    insta::assert_snapshot!(message, @r"
error: this number is too large
  --> spec.toml:11:13
   |
11 | max_steps = 100000000000000000000000000000000000000000
   |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
");
}

#[test]
fn name_that_is_no_folder() {
    let message = errors(PARABOLA, &[(r#"name = "study""#, r#"name = "a/b""#)]);
    insta::assert_snapshot!(message, @r#"
error: `name` may hold only letters, digits, `-`, `_`, `.`
 --> spec.toml:1:8
  |
1 | name = "a/b"
  |        ^^^^^ expected a name of letters, digits, `-`, `_` and `.` that does not begin with `.`
"#);
}

#[test]
fn no_name() {
    let message = errors(
        PARABOLA,
        &[(
            r#"name = "study"
"#,
            "",
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `name` is missing
--> spec.toml
 = help: add `name = "…"` at the top; results go to a folder of that name
"#);
}

#[test]
fn no_kind() {
    let message = errors(
        PARABOLA,
        &[(
            r#"kind = "parabola"
"#,
            "",
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.kind` is missing
 --> spec.toml:3:1
  |
3 | [problem]
  | ^^^^^^^^^
  |
  = help: add `kind`, one of "parabola", "linear-regression", "logistic-regression", "egg-carton", "network" or "command"
"#);
}

#[test]
fn unknown_kind() {
    let message = errors(PARABOLA, &[(r#"kind = "parabola""#, r#"kind = "parabla""#)]);
    insta::assert_snapshot!(message, @r#"
error: `problem.kind` cannot be "parabla"
 --> spec.toml:4:8
  |
4 | kind = "parabla"
  |        ^^^^^^^^^ expected one of "parabola", "linear-regression", "logistic-regression", "egg-carton", "network" or "command"
  |
  = help: did you mean "parabola"?
"#);
}

#[test]
fn setting_of_another_kind() {
    let message = errors(PARABOLA, &[("curvature = 0.625", r#"initial = "normal""#)]);
    insta::assert_snapshot!(message, @r#"
error: `problem.initial` does not go with `problem.kind` = "parabola"
 --> spec.toml:5:1
  |
5 | initial = "normal"
  | ^^^^^^^ only for "linear-regression" or "logistic-regression"
"#);
}

#[test]
fn no_budget() {
    let message = errors(PARABOLA, &[("max_steps = 1000\n", "")]);
    insta::assert_snapshot!(message, @r"
error: the budget is missing
  --> spec.toml:10:1
   |
10 | [stop]
   | ^^^^^^
   |
   = help: add `max_steps` or `max_epochs` to [stop]
");
}

#[test]
fn no_stop() {
    let message = errors(PARABOLA, &[("[stop]\nmax_steps = 1000\nconverged = { distance = 0.0055 }\n", "")]);
    insta::assert_snapshot!(message, @r"
error: the budget is missing
--> spec.toml
 = help: add `max_steps` or `max_epochs` to [stop]
");
}

#[test]
fn loss_factor_of_one() {
    let message = errors(
        PARABOLA,
        &[("converged = { distance = 0.0055 }", "converged = { distance = 0.0055 }\ndiverged = { loss_factor = 1 }")],
    );
    insta::assert_snapshot!(message, @r"
error: `stop.diverged.loss_factor` is out of range
  --> spec.toml:13:28
   |
13 | diverged = { loss_factor = 1 }
   |                            ^ expected a number greater than 1
");
}

#[test]
fn unknown_word_for_curves() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            r#"converged = { distance = 0.0055 }

[record]
curves = "some"
max_curves = -1"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `record.curves` cannot be "some"
  --> spec.toml:15:10
   |
15 | curves = "some"
   |          ^^^^^^ expected one of "thinned", "all" or "none"

error: `record.max_curves` is out of range
  --> spec.toml:16:14
   |
16 | max_curves = -1
   |              ^^ expected a whole number of at least 0
"#);
}

#[test]
fn syntax_error() {
    let message = errors(
        PARABOLA,
        &[("curvature = 0.625", "curvature = "), ("learning_rate = [0.1, 0.7]", "learning_rate = [0.1, 0.7")],
    );
    insta::assert_snapshot!(message, @r"
error: a value is missing
 --> spec.toml:5:13
  |
5 | curvature = 
  |             ^

error: unclosed array, expected `]`
  --> spec.toml:10:1
   |
10 | [stop]
   | ^
");
}

#[test]
fn key_given_twice() {
    let message = errors(PARABOLA, &[("curvature = 0.625", "curvature = 0.625\ncurvature = 1")]);
    insta::assert_snapshot!(message, @r"
error: duplicate key
 --> spec.toml:6:1
  |
6 | curvature = 1
  | ^^^^^^^^^
");
}

#[test]
fn empty_spec() {
    let message = errors("", &[]);
    insta::assert_snapshot!(message, @r#"
error: `name` is missing
--> spec.toml
 = help: add `name = "…"` at the top; results go to a folder of that name

error: the grid is missing
--> spec.toml
 = help: add a [grid] section with `learning_rate = [0.01, 0.1, 1]`

error: `problem.kind` is missing
--> spec.toml
 = help: add `kind`, one of "parabola", "linear-regression", "logistic-regression", "egg-carton", "network" or "command"

error: the budget is missing
--> spec.toml
 = help: add `max_steps` or `max_epochs` to [stop]
"#);
}

#[test]
fn all_errors_at_once() {
    let message = errors(
        PARABOLA,
        &[
            ("curvature = 0.625", "curvture = 0.625"),
            ("learning_rate = [0.1, 0.7]", "learning_rate = [0, 0.7]"),
            (
                "max_steps = 1000\nconverged = { distance = 0.0055 }",
                r#"max_steps = "many"
converged = { distanc = 0.0055 }"#,
            ),
        ],
    );
    insta::assert_snapshot!(message, @r#"
error: unknown key `curvture` in [problem]
 --> spec.toml:5:1
  |
5 | curvture = 0.625
  | ^^^^^^^^
  |
  = help: did you mean `curvature`?

error: `learning_rate` is out of range
 --> spec.toml:8:18
  |
8 | learning_rate = [0, 0.7]
  |                  ^ expected a number greater than 0

error: `stop.max_steps` has the wrong type
  --> spec.toml:11:13
   |
11 | max_steps = "many"
   |             ^^^^^^ expected a whole number of at least 1, found text

error: unknown key `distanc` in [stop.converged]
  --> spec.toml:12:15
   |
12 | converged = { distanc = 0.0055 }
   |               ^^^^^^^
   |
   = help: did you mean `distance`?
"#);
}
