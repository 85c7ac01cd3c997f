//! The twelve traces of the real TensorFlow Playground, reproduced from their addresses alone: settings, data, order, initial weights,
//! and the losses of a naive network.
//!
//! At learning rate 3 on noisy clouds, training is chaotic: one rounding error is a different loss in the third decimal five
//! steps later. Each trace therefore says up to which step its losses are stable, and is compared up to there.

use crate::support::naive_network::{Arithmetic, Network};
use crate::support::naive_page::{OURS, PAGE, start};
use goldilocks::spec::import::PlaygroundPage;
use serde_json::Value;

/// Largest difference of a loss or a weight.
const TOLERANCE: f64 = 1e-9;

fn assert_close(what: &str, step: usize, ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().expect("a number");
    assert!((ours - theirs).abs() <= TOLERANCE, "{what} at step {step}: {ours}, not {theirs}");
}

fn check_parameters(name: &str, step: usize, network: &Network, trace: &Value) {
    for (depth, layer) in network.layers.iter().enumerate() {
        for (i, node) in layer.iter().enumerate() {
            assert_close(name, step, node.bias, &trace["biases"][depth][i]);
            for (j, link) in node.links.iter().enumerate() {
                assert_close(name, step, link.weight, &trace["weights"][depth][i][j]);
                // The initial parameters have no such list: nothing is dead yet.
                assert_eq!(link.dead, trace["dead"][depth][i][j].as_bool().unwrap_or(false), "{name}");
            }
        }
    }
}

/// Trains from the address of the trace and compares; the number of dead links at the end.
fn check(file: &str, arithmetic: Arithmetic) -> usize {
    let path = format!("{}/tests/oracles/playground/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    let page = PlaygroundPage::from_address(trace["url_hash"].as_str().expect("a hash")).expect("an address");
    let (mut network, train, test) = start(&page, arithmetic);
    let count = |key: &Value| key.as_u64().expect("a count") as usize;
    let (steps, stable) = (count(&trace["steps"]), count(&trace["sensitivity"]["stable_steps"]));

    check_parameters(file, 0, &network, &trace["init"]);
    for step in 0..=stable {
        if step > 0 {
            network.epoch(&train);
        }
        assert_close(&format!("{file}: training loss"), step, network.loss(&train), &trace["loss_train"][step]);
        assert_close(&format!("{file}: test loss"), step, network.loss(&test), &trace["loss_test"][step]);
    }
    if stable == steps {
        check_parameters(file, steps, &network, &trace["final"]);
    }
    network.layers.iter().flatten().flat_map(|node| &node.links).filter(|link| link.dead).count()
}

macro_rules! traces {
    ($($name:ident $dead:literal dead;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(check(stringify!($name), PAGE), $dead);
            assert_eq!(check(stringify!($name), OURS), $dead);
        }
    )*};
}

traces! {
    pub01_crash_course_gauss_lr3_noise80_b3 0 dead;
    pub02_crash_course_gauss_lr3_noise50_b10 0 dead;
    pub03_circle_default 0 dead;
    pub04_circle_relu_l2_b30 0 dead;
    pub05_xor_nohidden_product_b1 0 dead;
    pub06_xor_sigmoid_l1 27 dead;
    pub07_spiral_all_features_deep 0 dead;
    pub08_spiral_relu_10pct_b30_partial 0 dead;
    pub09_regplane_linear 0 dead;
    pub10_reggauss_tanh_b30 0 dead;
    pub11_gauss_initzero_b7_l2 0 dead;
    pub12_xor_relu_6layers_noiseclamp 0 dead;
}
