//! Classes, the egg carton, and training on after convergence.

use super::{CLASSES, PARABOLA, errors};

#[test]
fn generated_classes() {
    let message =
        errors(CLASSES, &[("csv = \"data.csv\"\ntarget = \"y\"", "kind = \"linear\"\nexamples = 10\nfeatures = 2")]);
    insta::assert_snapshot!(message, @r#"
error: logistic regression takes its classes from a file
 --> spec.toml:7:8
  |
7 | kind = "linear"
  |        ^^^^^^^^ expected "csv"
"#);
}

#[test]
fn one_class_and_a_negative_penalty() {
    let message = errors(
        CLASSES,
        &[("kind = \"logistic-regression\"", "kind = \"logistic-regression\"\nclasses = 1\nl2 = -0.1")],
    );
    insta::assert_snapshot!(message, @r"
error: `problem.classes` is out of range
 --> spec.toml:5:11
  |
5 | classes = 1
  |           ^ expected a whole number of at least 2

error: `problem.l2` is out of range
 --> spec.toml:6:6
  |
6 | l2 = -0.1
  |      ^^^^ expected a number of at least 0
");
}

#[test]
fn accuracy_on_test_examples_that_are_not_there() {
    let message = errors(CLASSES, &[("max_epochs = 10", "max_epochs = 10\nconverged = { test_accuracy = 0.9 }")]);
    insta::assert_snapshot!(message, @r"
error: `test_accuracy` cannot be measured: there are no test examples
  --> spec.toml:15:31
   |
15 | converged = { test_accuracy = 0.9 }
   |                               ^^^
   |
   = help: set some aside with `test_fraction` in [data]
");
}

#[test]
fn training_on_without_a_criterion() {
    let message = errors(CLASSES, &[("max_epochs = 10", "max_epochs = 10\nafter_convergence = \"continue\"")]);
    insta::assert_snapshot!(message, @r#"
error: `after_convergence` is given without a criterion
  --> spec.toml:15:21
   |
15 | after_convergence = "continue"
   |                     ^^^^^^^^^^
   |
   = help: name one in `converged`, such as `plateau`
"#);
}

#[test]
fn an_egg_carton_of_three_dimensions() {
    let message = errors(PARABOLA, &[("kind = \"parabola\"", "kind = \"egg-carton\"\ndimensions = 3")]);
    insta::assert_snapshot!(message, @r"
error: `problem.dimensions` is out of range
 --> spec.toml:5:14
  |
5 | dimensions = 3
  |              ^ expected 1 or 2
");
}

#[test]
fn a_second_start_in_one_dimension() {
    let message = errors(PARABOLA, &[("kind = \"parabola\"", "kind = \"egg-carton\"\nstart_y = 2")]);
    insta::assert_snapshot!(message, @r"
error: `problem.start_y` has no effect
 --> spec.toml:5:11
  |
5 | start_y = 2
  |           ^ only used when `problem.dimensions` is 2
");
}

#[test]
fn too_many_minima() {
    let message = errors(PARABOLA, &[("kind = \"parabola\"", "kind = \"egg-carton\"\nfrequency = 1e6")]);
    insta::assert_snapshot!(message, @r"
error: this loss has more than 1000 minima along a parameter
 --> spec.toml:5:13
  |
5 | frequency = 1e6
  |             ^^^
  |
  = help: use a smaller `frequency` or `ripple`
");
}

#[test]
fn ripples_on_a_parabola() {
    let message = errors(PARABOLA, &[("curvature = 0.625", "curvature = 0.625\nripple = 1")]);
    insta::assert_snapshot!(message, @r#"
error: `problem.ripple` does not go with `problem.kind` = "parabola"
 --> spec.toml:6:1
  |
6 | ripple = 1
  | ^^^^^^ only for "egg-carton"
"#);
}
