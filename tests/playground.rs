//! The twelve traces of the real TensorFlow Playground, through the engine, from the imported specs alone.

mod support;

use goldilocks::problem::Measure;
use goldilocks::record::Study;
use goldilocks::spec::import::{PlaygroundPage, to_toml};
use goldilocks::train::Detail;
use serde_json::Value;
use support::{How, USUAL, parse, train};

/// Largest difference of a loss.
const TOLERANCE: f64 = 1e-9;

fn trace(file: &str) -> Value {
    let path = format!("{}/tests/oracles/playground/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

/// The spec that the import of a trace's address prints.
fn imported(trace: &Value) -> String {
    to_toml(&PlaygroundPage::from_address(trace["url_hash"].as_str().expect("a hash")).expect("an address"))
}

fn check(file: &str) {
    let trace = trace(file);
    let study = train(&parse(&imported(&trace)), How { curves: Detail::All, ..USUAL });
    let [curve] = &study.curves[..] else { panic!("{file}: {} curves", study.curves.len()) };
    let stable = trace["sensitivity"]["stable_steps"].as_u64().expect("a count") as usize;
    let test_loss = test_loss(&study);
    for epoch in 0..=stable {
        assert_eq!(curve.epochs[epoch], epoch as f64, "{file}");
        for (ours, theirs) in [(&curve.loss, "loss_train"), (&curve.measures[test_loss], "loss_test")] {
            let (ours, theirs) = (ours[epoch], trace[theirs][epoch].as_f64().expect("a loss"));
            assert!((ours - theirs).abs() <= TOLERANCE, "{file} at epoch {epoch}: {ours}, not {theirs}");
        }
    }
}

fn test_loss(study: &Study) -> usize {
    study.measures.iter().position(|name| name == Measure::TestLoss.name()).expect("a test loss")
}

macro_rules! traces {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )*};
}

traces! {
    pub01_crash_course_gauss_lr3_noise80_b3
    pub02_crash_course_gauss_lr3_noise50_b10
    pub03_circle_default
    pub04_circle_relu_l2_b30
    pub05_xor_nohidden_product_b1
    pub06_xor_sigmoid_l1
    pub07_spiral_all_features_deep
    pub08_spiral_relu_10pct_b30_partial
    pub09_regplane_linear
    pub10_reggauss_tanh_b30
    pub11_gauss_initzero_b7_l2
    pub12_xor_relu_6layers_noiseclamp
}
