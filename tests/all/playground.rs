//! The twelve traces of the real TensorFlow Playground, through the engine, from the imported specs alone.

use crate::support::naive_page::{OURS, start};
use crate::support::{How, USUAL, parse, train};
use goldilocks::problem::Measure;
use goldilocks::record::{self, Study};
use goldilocks::report::plot::{Format, Plot, plot};
use goldilocks::spec::import::{PlaygroundPage, to_toml};
use goldilocks::store;
use goldilocks::train::Detail;
use serde_json::Value;

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
    for scalar in [false, true] {
        check_on(file, scalar);
    }
}

fn check_on(file: &str, scalar: bool) {
    let trace = trace(file);
    let study = train(&parse(&imported(&trace)), How { scalar, curves: Detail::All, ..USUAL });
    let [curve] = &study.curves[..] else { panic!("{file}: {} curves", study.curves.len()) };
    let stable = trace["sensitivity"]["stable_steps"].as_u64().expect("a count") as usize;
    let test_loss = test_loss(&study);
    check_bits(file, &trace, [&curve.loss, &curve.measures[test_loss]]);
    for epoch in 0..=stable {
        assert_eq!(curve.epochs[epoch], epoch as f64, "{file}");
        for (ours, theirs) in [(&curve.loss, "loss_train"), (&curve.measures[test_loss], "loss_test")] {
            let (ours, theirs) = (ours[epoch], trace[theirs][epoch].as_f64().expect("a loss"));
            assert!((ours - theirs).abs() <= TOLERANCE, "{file} at epoch {epoch}: {ours}, not {theirs}");
        }
    }
}

/// Holds the losses to those of the naive network that computes with this project's arithmetic: the same bits, chaos or not.
fn check_bits(file: &str, trace: &Value, losses: [&[f64]; 2]) {
    let page = PlaygroundPage::from_address(trace["url_hash"].as_str().expect("a hash")).expect("an address");
    let (mut network, train, test) = start(&page, OURS);
    for (epoch, (&train_loss, &test_loss)) in losses[0].iter().zip(losses[1]).enumerate() {
        if epoch > 0 {
            network.epoch(&train);
        }
        let expected = [network.loss(&train).to_bits(), network.loss(&test).to_bits()];
        assert_eq!([train_loss.to_bits(), test_loss.to_bits()], expected, "{file} at epoch {epoch}");
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

#[test]
fn a_batch_larger_than_the_training_set_never_updates() {
    let address = "#dataset=gauss&batchSize=30&percTrainData=5&networkShape=2&seed=1";
    let study = train(&parse(&to_toml(&PlaygroundPage::from_address(address).expect("an address"))), USUAL);
    let run = &study.runs[0];
    assert_eq!((run.trained_steps, run.initial_loss), (0, run.final_loss));
}

#[test]
fn a_seed_of_the_grid_is_the_page_seed_in_digits() {
    let page = |seed: &str| {
        PlaygroundPage::from_address(&format!("#dataset=spiral&noise=20&seed={seed}")).expect("an address")
    };
    let by_text = train(&parse(&to_toml(&page("7"))), USUAL);
    let spec = to_toml(&page("1"));
    let line = spec.lines().find(|line| line.starts_with("page_seed")).expect("a seed").to_owned();
    let spec = spec.replace(&line, "").replace("batch_size", "seed = [5, 7]\nbatch_size");
    let by_number = train(&parse(&spec), USUAL);
    assert_eq!(by_number.runs[1].trajectory, by_text.runs[0].trajectory);
    assert_ne!(by_number.runs[0].trajectory, by_text.runs[0].trajectory);
}

#[test]
fn every_setting_of_a_page_is_an_axis() {
    let spec = to_toml(&PlaygroundPage::from_address("#dataset=xor&regularization=L2&seed=3").expect("an address"));
    let settings = ["hidden", "activation", "regularization_rate", "noise", "page_seed"];
    let mut spec: String = spec
        .lines()
        .filter(|line| !settings.iter().any(|name| line.starts_with(name)))
        .fold(String::new(), |spec, line| spec + line + "\n");
    spec = spec.replace("learning_rate = 0.03", "learning_rate = [0.03, 0.3]").replace(
        "batch_size = 10",
        "batch_size = [1, 10]\nseed = { count = 2 }\n\"problem.hidden\" = [[], [4, 2]]\n\
         \"problem.activation\" = [\"tanh\", \"relu\"]\n\"problem.regularization_rate\" = [0.0, 0.1]\n\"data.noise\" = [0, 50]",
    );
    let spec = spec.replace("max_epochs = 100", "max_epochs = 2");
    let study = train(&parse(&spec), USUAL);
    assert_eq!(study.runs.len(), 2 * 2 * 2 * 2 * 2 * 2 * 2);
    let mut trajectories: Vec<u64> = study.runs.iter().map(|run| run.trajectory).collect();
    trajectories.sort_unstable();
    trajectories.dedup();
    // Without hidden layers their activation makes no difference.
    assert_eq!(trajectories.len(), 2 * 2 * 2 * 2 * 2 * 3);
}

#[test]
fn pictures_of_the_plane_are_drawn_from_the_files_alone() {
    let address = "#dataset=xor&noise=10&networkShape=3&xTimesY=true&seed=4";
    let spec = to_toml(&PlaygroundPage::from_address(address).expect("an address"));
    let spec = spec.replace("learning_rate = 0.03", "learning_rate = [0.03, 0.3, 1e9]");
    let experiment = parse(&spec.replace("boundary = {}", "boundary = { epochs = [20, 0, 3] }"));
    let study = train(&experiment, How { curves: Detail::All, ..USUAL });
    let boundary = study.boundary().expect("a boundary");
    let planes: Vec<(usize, u64)> = boundary.planes.iter().map(|plane| (plane.run, plane.epoch)).collect();
    assert_eq!(planes, [(0, 0), (0, 3), (0, 20), (1, 0), (1, 3), (1, 20), (2, 0), (2, 3), (2, 20)]);
    assert_eq!(boundary.points.iter().filter(|point| point.is_test).count(), 250);

    // After 20 epochs at 0.3 the output has the sign of the labels: blue where x and y have one sign.
    let side = boundary.coordinates.len();
    let at = |plane: usize, x: f64, y: f64| {
        let place =
            |value: f64| boundary.coordinates.iter().position(|&coordinate| coordinate == value).expect("a place");
        boundary.planes[plane].outputs[place(y) * side + place(x)]
    };
    assert!(at(5, 3.0, 3.0) > 0.5 && at(5, -3.0, -3.0) > 0.5 && at(5, 3.0, -3.0) < -0.5 && at(5, -3.0, 3.0) < -0.5);
    // Before the first epoch all runs are one network.
    assert_eq!(boundary.planes[0].outputs, boundary.planes[3].outputs);

    for plane in &boundary.planes[..6] {
        let (curve, epoch) = (&study.curves[plane.run], plane.epoch as usize);
        let expected = [curve.loss[epoch], curve.measures[test_loss(&study)][epoch]];
        assert_eq!([plane.loss, plane.test_loss], expected, "run {} at epoch {epoch}", plane.run);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| std::fs::File::create(folder.path().join(name)).expect("a file");
    record::write_runs(&study, &mut file("runs.csv")).expect("runs");
    record::write_boundary(boundary, &mut file("boundary.csv")).expect("planes");
    record::write_points(boundary, &mut file("points.csv")).expect("points");
    let read = store::read(folder.path()).expect("results");
    let draw = |study: &Study| plot(study, Plot::Boundary, Format::Svg).expect("a drawing").expect("a picture");
    let named = Study { name: study.name.clone(), description: study.description.clone(), ..read };
    assert!(draw(&named) == draw(&study), "the same picture");
    let without = Study { attachments: Vec::new(), ..named };
    assert!(plot(&without, Plot::Boundary, Format::Svg).expect("a drawing").is_none());
}
