//! Mistakes in `[[expect]]`.

use super::{PARABOLA, errors};

#[test]
fn expectation_that_matches_no_run() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nwhere = { learning_rate = 0.8 }\nsteps = 10",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: this expectation matches no run
  --> spec.toml:15:11
   |
15 | where = { learning_rate = 0.8 }
   |           ^^^^^^^^^^^^^^^^^^^ the grid has 0.1, 0.7
");
}

#[test]
fn expectation_whose_conditions_never_meet() {
    let message = errors(
        PARABOLA,
        &[
            (
                "learning_rate = [0.1, 0.7]",
                "learning_rate = [0.1, 0.7]\nseed = [1, 2]\nexclude = [{ learning_rate = 0.1, seed = 2 }]",
            ),
            (
                "converged = { distance = 0.0055 }",
                "converged = { distance = 0.0055 }\n\n[[expect]]\nwhere = { learning_rate = 0.1, seed = 2 }\nsteps = 10",
            ),
        ],
    );
    insta::assert_snapshot!(message, @r"
error: this expectation matches no run
  --> spec.toml:16:1
   |
16 | [[expect]]
   | ^^^^^^^^^^ no run meets all its conditions
");
}

#[test]
fn expectation_about_what_is_no_axis() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nwhere = { batch_size = 1 }\nsteps = 10",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: `batch_size` is not an axis of this grid
  --> spec.toml:15:11
   |
15 | where = { batch_size = 1 }
   |           ^^^^^^^^^^
   |
   = help: its axes are `learning_rate`
");
}

#[test]
fn expectation_that_expects_nothing() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nwhere = { learning_rate = 0.7 }",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: this expectation expects nothing
  --> spec.toml:14:1
   |
14 | [[expect]]
   | ^^^^^^^^^^
   |
   = help: add `steps`, `status`, `success_rate`, `final_loss`, `best_learning_rate` or `fewer_steps_than`
");
}

#[test]
fn expectations_that_are_wrong() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            r#"converged = { distance = 0.0055 }

[[expect]]
step = 10
status = "convergd"
over = { quantil = 0.5 }
success_rate = 1.5
steps = { at_least = 5, at_most = 4 }
final_loss = {}
fewer_steps_than = {}"#,
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: unknown key `step` in [[expect]]
  --> spec.toml:15:1
   |
15 | step = 10
   | ^^^^
   |
   = help: did you mean `steps`?

error: `status` cannot be "convergd"
  --> spec.toml:16:10
   |
16 | status = "convergd"
   |          ^^^^^^^^^^ expected one of "converged", "diverged", "exhausted" or "failed"
   |
   = help: did you mean "converged"?

error: unknown key `quantil` in `over`
  --> spec.toml:17:10
   |
17 | over = { quantil = 0.5 }
   |          ^^^^^^^
   |
   = help: did you mean `quantile`?

error: `success_rate` is out of range
  --> spec.toml:18:16
   |
18 | success_rate = 1.5
   |                ^^^ expected a number of at least 0 and at most 1

error: no number lies within the bounds of `steps`
  --> spec.toml:19:9
   |
19 | steps = { at_least = 5, at_most = 4 }
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `final_loss` has no bounds
  --> spec.toml:20:14
   |
20 | final_loss = {}
   |              ^^ expected bounds such as { at_least = 1, at_most = 10 }

error: `fewer_steps_than` does not say than which runs
  --> spec.toml:21:20
   |
21 | fewer_steps_than = {}
   |                    ^^ expected { where = { … } }
"#);
}

#[test]
fn expectation_that_is_one_table() {
    let message = errors(
        PARABOLA,
        &[("converged = { distance = 0.0055 }", "converged = { distance = 0.0055 }\n\n[expect]\nsteps = 10")],
    );
    insta::assert_snapshot!(message, @r"
error: `expect` has the wrong type
  --> spec.toml:14:1
   |
14 | [expect]
   | ^^^^^^^^ expected a list of tables, found a table
   |
   = help: write it as [[expect]]
");
}

#[test]
fn expectation_between_cells_that_matches_no_run() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nwhere = { learning_rate = 0.7 }\nfewer_steps_than = { where = { learning_rate = { above = 1 } } }",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: this expectation matches no run
  --> spec.toml:16:32
   |
16 | fewer_steps_than = { where = { learning_rate = { above = 1 } } }
   |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the grid has 0.1, 0.7
");
}

#[test]
fn best_learning_rate_without_bounds() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nbest_learning_rate = { batch_size = 0 }",
        )],
    );
    insta::assert_snapshot!(message, @r"
error: `best_learning_rate` has no bounds
  --> spec.toml:15:22
   |
15 | best_learning_rate = { batch_size = 0 }
   |                      ^^^^^^^^^^^^^^^^^^ expected bounds such as { at_least = 1, at_most = 10 }
");
}

#[test]
fn expectation_over_nothing() {
    let message = errors(
        PARABOLA,
        &[(
            "converged = { distance = 0.0055 }",
            "converged = { distance = 0.0055 }\n\n[[expect]]\nover = {}\nsteps = 10",
        )],
    );
    insta::assert_snapshot!(message, @r#"
error: `over` has the wrong type
  --> spec.toml:15:8
   |
15 | over = {}
   |        ^^ expected a way such as "median" or { quantile = 0.9 }, found a table
"#);
}
