//! Mistakes in `zip` and `exclude`.

use super::{PARABOLA, errors};

#[test]
fn zip_of_unequal_lengths() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#"learning_rate = [0.1, 0.7]
seed = [1, 2, 3]
zip = [["learning_rate", "seed"]]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: zipped axes must have equally many values
  --> spec.toml:10:9
   |
10 | zip = [["learning_rate", "seed"]]
   |         ^^^^^^^^^^^^^^^^^^^^^^^ `learning_rate` has 2, `seed` has 3
"#);
}

#[test]
fn zip_of_unknown_axes() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#"learning_rate = [0.1, 0.7]
seed = [1, 2]
zip = [["learning_rte", "seed"], ["seed", "learning_rate"]]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `learning_rte` is not an axis of this block
  --> spec.toml:10:9
   |
10 | zip = [["learning_rte", "seed"], ["seed", "learning_rate"]]
   |         ^^^^^^^^^^^^^^
   |
   = help: did you mean `learning_rate`?

error: `seed` is zipped twice
  --> spec.toml:10:35
   |
10 | zip = [["learning_rte", "seed"], ["seed", "learning_rate"]]
   |                                   ^^^^^^
"#);
}

#[test]
fn zip_that_is_no_list_of_groups() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            r#"learning_rate = [0.1, 0.7]
seed = [1, 2]
zip = ["learning_rate", "seed"]"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `zip` has the wrong type
  --> spec.toml:10:8
   |
10 | zip = ["learning_rate", "seed"]
   |        ^^^^^^^^^^^^^^^ expected a list of groups of axes, such as [["learning_rate", "batch_size"]], found text

error: `zip` has the wrong type
  --> spec.toml:10:25
   |
10 | zip = ["learning_rate", "seed"]
   |                         ^^^^^^ expected a list of groups of axes, such as [["learning_rate", "batch_size"]], found text
"#);
}

#[test]
fn exclude_of_unknown_axis() {
    let message = errors(
        PARABOLA,
        &[(
            "learning_rate = [0.1, 0.7]",
            "learning_rate = [0.1, 0.7]\nexclude = [{ seed = 1 }, { learning_rte = 0.1 }, { learning_rate = { above = 2, below = 1 } }]",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: `seed` is not an axis of this block
 --> spec.toml:9:14
  |
9 | exclude = [{ seed = 1 }, { learning_rte = 0.1 }, { learning_rate = { above = 2, below = 1 } }]
  |              ^^^^
  |
  = help: its axes are `learning_rate`

error: `learning_rte` is not an axis of this block
 --> spec.toml:9:28
  |
9 | exclude = [{ seed = 1 }, { learning_rte = 0.1 }, { learning_rate = { above = 2, below = 1 } }]
  |                            ^^^^^^^^^^^^
  |
  = help: did you mean `learning_rate`?

error: no number lies within the bounds of `learning_rate`
 --> spec.toml:9:68
  |
9 | exclude = [{ seed = 1 }, { learning_rte = 0.1 }, { learning_rate = { above = 2, below = 1 } }]
  |                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^
");
}

#[test]
fn exclude_of_everything() {
    let message = errors(
        PARABOLA,
        &[("learning_rate = [0.1, 0.7]", "learning_rate = [0.1, 0.7]\nexclude = [{ learning_rate = { above = 0 } }]")],
    );
    insta::assert_snapshot!(message, @r"
error: no run is left: `exclude` drops every point
 --> spec.toml:7:1
  |
7 | [grid]
  | ^^^^^^
");
}
