//! Networks and the Playground's points.

use insta::assert_snapshot;

use super::{PARABOLA, errors};

/// A spec without mistakes.
pub(super) const NETWORK: &str = r#"name = "study"

[problem]
kind = "network"
hidden = [4, 2]
activation = "tanh"
output_activation = "tanh"

[data]
kind = "playground"
dataset = "circle"
noise = 10
features = ["x", "y"]
rng = "seedrandom"

[optimizer]
kind = "playground"

[grid]
learning_rate = [0.03, 3]
batch_size = 10
seed = { count = 3 }

[stop]
max_epochs = 20
converged = { loss = 0.3, test_loss = 0.4 }
"#;

#[test]
fn the_spec_itself_has_no_mistakes() {
    assert_eq!(errors(NETWORK, &[]), "no error, 6 runs");
}

#[test]
fn unknown_dataset() {
    let message = errors(NETWORK, &[("\"circle\"", "\"circel\"")]);
    assert_snapshot!(message, @r#"
    error: `data.dataset` cannot be "circel"
      --> spec.toml:11:11
       |
    11 | dataset = "circel"
       |           ^^^^^^^^ expected one of "circle", "xor", "gauss", "spiral", "reg-plane" or "reg-gauss"
       |
       = help: did you mean "circle"?
    "#);
}

#[test]
fn unknown_feature() {
    let message = errors(NETWORK, &[("[\"x\", \"y\"]", "[\"x\", \"xsquared\"]")]);
    assert_snapshot!(message, @r#"
    error: `data.features` cannot name "xsquared"
      --> spec.toml:13:12
       |
    13 | features = ["x", "xsquared"]
       |            ^^^^^^^^^^^^^^^^^ expected some of "x", "y", "xSquared", "ySquared", "xTimesY", "sinX" or "sinY"
       |
       = help: did you mean "xSquared"?
    "#);
}

#[test]
fn unknown_activation() {
    let message = errors(NETWORK, &[("activation = \"tanh\"\noutput", "activation = \"thanh\"\noutput")]);
    assert_snapshot!(message, @r#"
    error: `problem.activation` cannot be "thanh"
     --> spec.toml:6:14
      |
    6 | activation = "thanh"
      |              ^^^^^^^ expected one of "tanh", "relu", "sigmoid" or "linear"
      |
      = help: did you mean "tanh"?
    "#);
}

#[test]
fn hidden_layer_without_nodes() {
    let message = errors(NETWORK, &[("[4, 2]", "[4, 0]")]);
    assert_snapshot!(message, @r#"
    error: `problem.hidden` is out of range
     --> spec.toml:5:14
      |
    5 | hidden = [4, 0]
      |              ^ expected a list of whole numbers, each at least 1
    "#);
}

#[test]
fn noise_out_of_range() {
    let message = errors(NETWORK, &[("noise = 10", "noise = 81")]);
    assert_snapshot!(message, @r#"
    error: `data.noise` is out of range
      --> spec.toml:12:9
       |
    12 | noise = 81
       |         ^^ expected a number of at least 0 and at most 80
    "#);
}

#[test]
fn softmax_with_a_squared_loss() {
    let message = errors(NETWORK, &[("output_activation = \"tanh\"", "output_activation = \"softmax\"")]);
    assert_snapshot!(message, @r#"
    error: `problem.output_activation` does not go with the loss "half-squared"
     --> spec.toml:7:21
      |
    7 | output_activation = "softmax"
      |                     ^^^^^^^^^ expected "linear", "tanh" or "sigmoid"
      |
      = help: "log" goes with "sigmoid", "cross-entropy" with "softmax", and the squared losses with the others
    "#);
}

#[test]
fn log_loss_of_tanh() {
    let message = errors(NETWORK, &[("output_activation = \"tanh\"", "output_activation = \"tanh\"\nloss = \"log\"")]);
    assert_snapshot!(message, @r#"
    error: `problem.output_activation` does not go with the loss "log"
     --> spec.toml:7:21
      |
    7 | output_activation = "tanh"
      |                     ^^^^^^ expected "sigmoid"
      |
      = help: "log" goes with "sigmoid", "cross-entropy" with "softmax", and the squared losses with the others
    "#);
}

#[test]
fn classes_of_amounts() {
    let message =
        errors(NETWORK, &[("output_activation = \"tanh\"", "loss = \"cross-entropy\""), ("circle", "reg-plane")]);
    assert_snapshot!(message, @r#"
    error: "reg-plane" has numbers for targets, not classes
      --> spec.toml:11:11
       |
    11 | dataset = "reg-plane"
       |           ^^^^^^^^^^^ expected "circle", "xor", "gauss" or "spiral"
    "#);
}

#[test]
fn streams_of_their_own() {
    let message = errors(NETWORK, &[("[optimizer]", "[random]\ndata = \"shared\"\n\n[optimizer]")]);
    assert_snapshot!(message, @r#"
    error: `random.data` has no effect with `rng = "seedrandom"`
      --> spec.toml:17:8
       |
    17 | data = "shared"
       |        ^^^^^^^^ the page draws points, order and initial weights from one stream
       |
       = help: that stream changes with the seed, unless `data.page_seed` fixes it
    "#);
}

#[test]
fn page_seed_without_the_pages_generator() {
    let message = errors(NETWORK, &[("rng = \"seedrandom\"", "page_seed = \"1\"")]);
    assert_snapshot!(message, @r#"
    error: `data.page_seed` has no effect
      --> spec.toml:14:13
       |
    14 | page_seed = "1"
       |             ^^^ only used when `data.rng` is "seedrandom"
    "#);
}

#[test]
fn momentum_on_the_playground() {
    let message =
        errors(NETWORK, &[("kind = \"playground\"\n\n[grid]", "kind = \"playground\"\nmomentum = 0.9\n\n[grid]")]);
    assert_snapshot!(message, @r#"
    error: `optimizer.momentum` has no effect
      --> spec.toml:18:12
       |
    18 | momentum = 0.9
       |            ^^^ only used when `optimizer.kind` is "sgd"
    "#);
}

#[test]
fn no_hidden_layers_given() {
    let message = errors(NETWORK, &[("hidden = [4, 2]\n", "")]);
    assert_snapshot!(message, @r#"
    error: `problem.hidden` is missing
     --> spec.toml:3:1
      |
    3 | [problem]
      | ^^^^^^^^^
      |
      = help: for example `hidden = [4, 2]`; `[]` has none
    "#);
}

#[test]
fn uniform_sampling_on_the_playground() {
    let message = errors(NETWORK, &[("rng = \"seedrandom\"", "sampling = \"uniform\"")]);
    assert_snapshot!(message, @r#"
    error: `data.sampling` cannot be "uniform" with this optimizer
      --> spec.toml:14:12
       |
    14 | sampling = "uniform"
       |            ^^^^^^^^^ the Playground's epochs visit every example
    "#);
}

#[test]
fn rate_without_regularization() {
    let message = errors(NETWORK, &[("activation = \"tanh\"\noutput", "regularization_rate = 0.1\noutput")]);
    assert_snapshot!(message, @r#"
    error: `problem.regularization_rate` has no effect
     --> spec.toml:6:23
      |
    6 | regularization_rate = 0.1
      |                       ^^^ only used when `problem.regularization` is "l1" or "l2"
    "#);
}

#[test]
fn normal_without_deviation() {
    let message = errors(NETWORK, &[("activation = \"tanh\"\noutput", "initial = \"normal\"\noutput")]);
    assert_snapshot!(message, @r#"
    error: `problem.initial_value` is missing
     --> spec.toml:6:11
      |
    6 | initial = "normal"
      |           ^^^^^^^^ "normal" needs the standard deviation
      |
      = help: add `initial_value` to [problem]
    "#);
}

#[test]
fn test_fraction_of_points() {
    let message = errors(NETWORK, &[("noise = 10", "test_fraction = 0.2")]);
    assert_snapshot!(message, @r#"
    error: `data.test_fraction` does not go with `data.kind` = "playground"
      --> spec.toml:12:1
       |
    12 | test_fraction = 0.2
       | ^^^^^^^^^^^^^ only for "csv" or "linear"
    "#);
}

#[test]
fn playground_training_of_another_problem() {
    let message = errors(PARABOLA, &[("[grid]", "[optimizer]\nkind = \"playground\"\n\n[grid]")]);
    assert_snapshot!(message, @r#"
    error: `optimizer.kind` cannot be "playground" for this problem
     --> spec.toml:8:8
      |
    8 | kind = "playground"
      |        ^^^^^^^^^^^^ the Playground trains networks
    "#);
}

#[test]
fn seeds_beside_a_pages_own_seed_are_copies_of_one_run() {
    let message = errors(NETWORK, &[("rng = \"seedrandom\"", "rng = \"seedrandom\"\npage_seed = \"0.5\"")]);
    assert_snapshot!(message, @r"
    error: these seeds change nothing: they would be copies of one run
      --> spec.toml:23:8
       |
    23 | seed = { count = 3 }
       |        ^^^^^^^^^^^^^ `data.page_seed` fixes the points, their order and the initial weights
       |
       = help: remove `page_seed`, and every seed is a page of its own; or remove this axis
    ");
    let shuffled = ("rng = \"seedrandom\"", "rng = \"seedrandom\"\npage_seed = \"0.5\"\nsampling = \"shuffle\"");
    assert_eq!(errors(NETWORK, &[shuffled]), "no error, 6 runs");
}
