//! Networks and the Playground's points.

use super::errors;

/// A spec without mistakes.
const NETWORK: &str = r#"name = "study"

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
fn print_all() {
    for change in [
        ("\"circle\"", "\"circel\""),
        ("[\"x\", \"y\"]", "[\"x\", \"xsquared\"]"),
        ("activation = \"tanh\"\noutput", "activation = \"thanh\"\noutput"),
        ("[4, 2]", "[4, 0]"),
        ("noise = 10", "noise = 81"),
        ("output_activation = \"tanh\"", "output_activation = \"softmax\""),
        ("output_activation = \"tanh\"", "output_activation = \"tanh\"\nloss = \"log\""),
        ("dataset = \"circle\"", "dataset = \"reg-plane\"\n#"),
        ("[optimizer]", "[random]\ndata = \"shared\"\n[optimizer]"),
        ("rng = \"seedrandom\"", "page_seed = \"1\""),
        ("kind = \"playground\"\n\n[grid]", "kind = \"playground\"\nmomentum = 0.9\n\n[grid]"),
        ("hidden = [4, 2]\n", ""),
        ("rng = \"seedrandom\"", "sampling = \"uniform\""),
        ("activation = \"tanh\"\noutput", "regularization_rate = 0.1\noutput"),
        ("activation = \"tanh\"\noutput", "initial = \"normal\"\noutput"),
        ("noise = 10", "test_fraction = 0.2"),
    ] {
        println!("{}\n", errors(NETWORK, &[change]));
    }
    println!("{}\n", errors(super::PARABOLA, &[("[grid]", "[optimizer]\nkind = \"playground\"\n\n[grid]")]));
    println!(
        "{}\n",
        errors(NETWORK, &[("output_activation = \"tanh\"", "loss = \"cross-entropy\""), ("circle", "reg-plane")])
    );
}
