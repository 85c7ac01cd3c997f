//! Mistakes in axes.

use super::{PARABOLA, REGRESSION, errors};

#[test]
fn unknown_axis() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rte = [0.1, 0.7]")]);
    insta::assert_snapshot!(message, @r"
error: unknown axis `learning_rte`
 --> spec.toml:8:1
  |
8 | learning_rte = [0.1, 0.7]
  | ^^^^^^^^^^^^
  |
  = help: did you mean `learning_rate`?
");
}

#[test]
fn axis_without_its_section() {
    let message =
        errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "momentum = [0, 0.9]\nlearning_rate = [0.1, 0.7]")]);
    insta::assert_snapshot!(message, @r#"
error: unknown axis `momentum`
 --> spec.toml:8:1
  |
8 | momentum = [0, 0.9]
  | ^^^^^^^^
  |
  = help: did you mean `"optimizer.momentum"`?
"#);
}

#[test]
fn fixed_setting_as_axis() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#""problem.kind" = ["parabola"]
learning_rate = [0.1, 0.7]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `problem.kind` cannot be an axis
 --> spec.toml:8:1
  |
8 | "problem.kind" = ["parabola"]
  | ^^^^^^^^^^^^^^ this is the same for all runs of a spec
"#);
}

#[test]
fn nan_and_inf() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = [0.1, nan, inf]")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` must be a finite number
 --> spec.toml:8:23
  |
8 | learning_rate = [0.1, nan, inf]
  |                       ^^^ expected a number greater than 0

error: `learning_rate` must be a finite number
 --> spec.toml:8:28
  |
8 | learning_rate = [0.1, nan, inf]
  |                            ^^^ expected a number greater than 0
");
}

#[test]
fn negative_learning_rate() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = [-0.1, 0.7]")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` is out of range
 --> spec.toml:8:18
  |
8 | learning_rate = [-0.1, 0.7]
  |                  ^^^^ expected a number greater than 0
");
}

#[test]
fn momentum_of_one() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#""optimizer.momentum" = [0, 1]
learning_rate = [0.1, 0.7]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `optimizer.momentum` is out of range
 --> spec.toml:8:28
  |
8 | "optimizer.momentum" = [0, 1]
  |                            ^ expected a number of at least 0 and less than 1
"#);
}

#[test]
fn empty_axis() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = []")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` has no values
 --> spec.toml:8:17
  |
8 | learning_rate = []
  |                 ^^ expected at least one value
");
}

#[test]
fn duplicate_value() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = [0.1, 0.7, 1, 0.10]")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` has 0.1 twice
 --> spec.toml:8:31
  |
8 | learning_rate = [0.1, 0.7, 1, 0.10]
  |                  ---          ^^^^ given again here
  |                  |
  |                  first given here
");
}

#[test]
fn axis_given_twice() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#"learning_rate = [0.1, 0.7]
optimizer.momentum = 0.9
"optimizer.momentum" = 0.5"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `optimizer.momentum` is given twice in this block
  --> spec.toml:10:1
   |
10 | "optimizer.momentum" = 0.5
   | ^^^^^^^^^^^^^^^^^^^^
"#);
}

#[test]
fn batch_size_zero() {
    let message = errors(REGRESSION, &[(r#"batch_size = [1, "full"]"#, r#"batch_size = [0, "full"]"#)]);
    insta::assert_snapshot!(message, @r#"
error: `batch_size` is out of range
  --> spec.toml:12:15
   |
12 | batch_size = [0, "full"]
   |               ^ expected a whole number of at least 1, or "full"
"#);
}

#[test]
fn batch_size_that_is_a_wrong_word() {
    let message = errors(REGRESSION, &[(r#"batch_size = [1, "full"]"#, r#"batch_size = [1, "ful"]"#)]);
    insta::assert_snapshot!(message, @r#"
error: `batch_size` cannot be "ful"
  --> spec.toml:12:18
   |
12 | batch_size = [1, "ful"]
   |                  ^^^^^ expected a whole number of at least 1, or "full"
   |
   = help: did you mean "full"?
"#);
}

#[test]
fn no_grid() {
    let message = errors(PARABOLA, &[("[grid]\nlearning_rate = [0.1, 0.7]\n", "")]);
    insta::assert_snapshot!(message, @r"
error: the grid is missing
--> spec.toml
 = help: add a [grid] section with `learning_rate = [0.01, 0.1, 1]`
");
}

#[test]
fn no_learning_rate() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "seed = { count = 3 }")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate` is missing in this block of the grid
 --> spec.toml:7:1
  |
7 | [grid]
  | ^^^^^^
  |
  = help: add `learning_rate = 0.1`, or several values such as `learning_rate = [0.01, 0.1, 1]`
");
}

#[test]
fn unknown_form_of_an_axis() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = { log = [0.1, 1] }")]);
    insta::assert_snapshot!(message, @r"
error: `count` is missing in `learning_rate`
 --> spec.toml:8:17
  |
8 | learning_rate = { log = [0.1, 1] }
  |                 ^^^^^^^^^^^^^^^^^^ expected { from, to, count }, { log = [a, b], count } or { powers_of_two = [a, b] }
");
}

#[test]
fn unknown_key_in_an_axis() {
    let message =
        errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = { from = 0.1, too = 1, count = 3 }")]);
    insta::assert_snapshot!(message, @r"
error: unknown key `too` in `learning_rate`
 --> spec.toml:8:31
  |
8 | learning_rate = { from = 0.1, too = 1, count = 3 }
  |                               ^^^
  |
  = help: did you mean `to`?
");
}

#[test]
fn counting_learning_rates() {
    let message = errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = { count = 10 }")]);
    insta::assert_snapshot!(message, @r"
error: these keys do not make an axis of `learning_rate`
 --> spec.toml:8:17
  |
8 | learning_rate = { count = 10 }
  |                 ^^^^^^^^^^^^^^ expected { from, to, count }, { log = [a, b], count } or { powers_of_two = [a, b] }
");
}

#[test]
fn log_axis_from_zero() {
    let message =
        errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = 0.1\nseed = { log = [0, 10], count = 3 }")]);
    insta::assert_snapshot!(message, @r"
error: `seed.log` is out of range
 --> spec.toml:9:17
  |
9 | seed = { log = [0, 10], count = 3 }
  |                 ^ expected a number greater than 0
");
}

#[test]
fn axis_of_one_value() {
    let message =
        errors(PARABOLA, &[("learning_rate = [0.1, 0.7]", "learning_rate = { from = 0.1, to = 0.7, count = 1 }")]);
    insta::assert_snapshot!(message, @r"
error: `learning_rate.count` is out of range
 --> spec.toml:8:49
  |
8 | learning_rate = { from = 0.1, to = 0.7, count = 1 }
  |                                                 ^ expected a whole number of at least 2
");
}

#[test]
fn too_many_values_for_the_range() {
    let message = errors(
        PARABOLA,
        &[("learning_rate = [0.1, 0.7]", "learning_rate = 0.1\nseed = { from = 1, to = 4, count = 5 }")],
    );
    insta::assert_snapshot!(message, @r"
error: `seed` has 3 twice
 --> spec.toml:9:8
  |
9 | seed = { from = 1, to = 4, count = 5 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ too many values for so small a range
");
}

#[test]
fn powers_of_two_between_none() {
    let message = errors(
        PARABOLA,
        &[("learning_rate = [0.1, 0.7]", "learning_rate = [0.1, 0.7]\nseed = { powers_of_two = [5, 7] }")],
    );
    insta::assert_snapshot!(message, @r"
error: `seed` has no values
 --> spec.toml:9:26
  |
9 | seed = { powers_of_two = [5, 7] }
  |                          ^^^^^^ no power of two lies between these
");
}

#[test]
fn computed_words() {
    let message = errors(
        REGRESSION,
        &[(
            r#"batch_size = [1, "full"]"#,
            r#""data.scale" = { count = 2 }
batch_size = [1, "full"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `data.scale` has the wrong type
  --> spec.toml:12:16
   |
12 | "data.scale" = { count = 2 }
   |                ^^^^^^^^^^^^^ expected one of "standard", "min-max" or "none", or a list of such values, found a table
"#);
}

#[test]
fn axis_of_one_block_only() {
    let message = errors(
        PARABOLA,
        &[(
            "[grid]\nlearning_rate = [0.1, 0.7]",
            r#"[[grid]]
learning_rate = 0.1

[[grid]]
learning_rate = 0.7
"stop.converged.loss" = [0.1, 0.2]"#,
        )],
    );
    insta::assert_snapshot!(message, @r"
error: `stop.converged.loss` is an axis of another block, but has no value in this one
 --> spec.toml:7:1
  |
7 | [[grid]]
  | ^^^^^^^^
  |
  = help: add it to this block, or give it a value outside the grid
");
}
