//! The data of the twelve traces, drawn again.

use serde_json::Value;

use super::*;
use crate::random::Key;

/// The twelve traces of the real page.
fn traces() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/playground");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert_eq!(paths.len(), 12);
    paths.iter().map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// A generator that counts its draws.
struct Counted {
    source: SeedRandom,
    draws: u64,
}

impl Draw for Counted {
    fn unit(&mut self) -> f64 {
        self.draws += 1;
        self.source.unit()
    }
}

fn samples(points: &Value) -> Vec<Sample> {
    let coordinate = |point: &Value, i: usize| point[i].as_f64().unwrap();
    let sample = |point| Sample { x: coordinate(point, 0), y: coordinate(point, 1), label: coordinate(point, 2) };
    points.as_array().unwrap().iter().map(sample).collect()
}

/// Every leaf of nested lists, in order.
fn numbers(nested: &Value) -> Vec<f64> {
    match nested.as_array() {
        Some(list) => list.iter().flat_map(numbers).collect(),
        None => vec![nested.as_f64().unwrap()],
    }
}

fn assert_close(name: &str, ours: &[Sample], theirs: &[Sample]) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        let off = (ours.x - theirs.x).abs().max((ours.y - theirs.y).abs()).max((ours.label - theirs.label).abs());
        assert!(off <= 2e-15, "{name}: {ours:?} is {off:e} from {theirs:?}");
    }
}

#[test]
fn seeds_draw_what_the_page_draws() {
    for trace in traces() {
        let mut stream = SeedRandom::new(trace["state"]["seed"].as_str().unwrap());
        let drawn: Vec<f64> = (0..8).map(|_| stream.unit()).collect();
        assert_eq!(drawn, numbers(&trace["rng"]["first8"]));
    }
    assert_eq!(SeedRandom::new("7").unit(), 0.27925298591418535);
}

#[test]
fn data_order_and_initial_weights_are_the_pages() {
    for trace in traces() {
        let (name, state) = (trace["name"].as_str().unwrap(), &trace["state"]);
        let dataset = match state["problem"].as_str() {
            Some("regression") => &state["regDataset"],
            _ => &state["dataset"],
        };
        let dataset = Dataset::from_name(dataset.as_str().unwrap()).unwrap();
        let mut draw = Counted { source: SeedRandom::new(state["seed"].as_str().unwrap()), draws: 0 };

        let mut points = generate(dataset, state["noise"].as_f64().unwrap(), &mut draw);
        assert_eq!(trace["rng"]["draws_after_generate"], draw.draws, "{name}");
        shuffle(&mut points, &mut draw);
        assert_eq!(trace["rng"]["draws_after_shuffle"], draw.draws, "{name}");
        let (train, test) = split(&points, state["percTrainData"].as_f64().unwrap());
        assert_close(name, train, &samples(&trace["train"]));
        assert_close(name, test, &samples(&trace["test"]));

        let hidden = state["networkShape"].as_array().unwrap().iter().map(|width| width.as_u64().unwrap() as usize);
        let inputs = state["features"].as_array().unwrap().len();
        let sizes: Vec<usize> = std::iter::once(inputs).chain(hidden).chain([1]).collect();
        let weights = initial_weights(&sizes, &mut draw);
        assert_eq!(trace["rng"]["draws_after_network"], draw.draws, "{name}");
        if state["initZero"] == false {
            assert_eq!(weights, numbers(&trace["init"]["weights"]), "{name}");
            assert!(numbers(&trace["init"]["biases"]).iter().all(|&bias| bias == INITIAL_BIAS), "{name}");
        }
    }
}

#[test]
fn a_split_rounds_down_and_never_runs_over() {
    let samples = vec![Sample { x: 0.0, y: 0.0, label: 1.0 }; 7];
    assert_eq!(split(&samples, 50.0).0.len(), 3);
    assert_eq!(split(&samples, 0.0).0.len(), 0);
    assert_eq!(split(&samples, 300.0).1.len(), 0);
}

#[test]
fn any_other_source_gives_the_same_kind_of_points() {
    for dataset in Dataset::ALL {
        assert_eq!(Dataset::from_name(dataset.name()), Some(dataset));
        let points = |seed| generate(dataset, 10.0, &mut Key::new("data").number("seed", seed).stream());
        assert_eq!(points(1).len(), dataset.examples());
        assert_eq!(points(1), points(1));
        assert_ne!(points(1), points(2));
        let is_class = |sample: &Sample| sample.label == 1.0 || sample.label == -1.0;
        assert_eq!(points(1).iter().all(is_class), dataset.is_classification());
    }
}

#[test]
fn long_and_odd_seeds_have_streams_too() {
    let first = |seed: &str| SeedRandom::new(seed).unit();
    let long = "a".repeat(300);
    assert_ne!(first(&long), first(&long[..256]));
    assert_eq!(first(""), first("\0"));
    assert_ne!(first("0.5"), first("0.50"));
    // Only the low byte of each UTF-16 code unit counts.
    assert_eq!(first("ā"), first("\u{1}"));
}
