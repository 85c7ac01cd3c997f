use serde_json::Value;
use toml::de::DeTable;

use super::*;

fn read(address: &str) -> PlaygroundPage {
    PlaygroundPage::from_address(address).unwrap_or_else(|error| panic!("{address}: {error}"))
}

fn error(address: &str) -> String {
    PlaygroundPage::from_address(address).expect_err(address).to_string()
}

#[test]
fn every_trace_is_read_as_the_page_reads_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/playground");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let trace: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let (hash, state) = (trace["url_hash"].as_str().unwrap(), &trace["state"]);
        let page = read(&format!("https://playground.tensorflow.org/{hash}"));
        let is_regression = state["problem"] == "regression";
        let features: Vec<&str> = page.features.iter().map(|feature| feature.name()).collect();

        assert_eq!(state[if is_regression { "regDataset" } else { "dataset" }], page.dataset.name());
        assert_eq!(state["activation"], page.activation.name());
        assert_eq!(state["outputActivation"], page.output_activation().name());
        assert_eq!(state["regularization"], page.regularization.page_name());
        assert_eq!(state["regularizationRate"].as_f64(), Some(page.regularization_rate));
        assert_eq!(state["batchSize"], page.batch_size);
        assert_eq!(state["learningRate"].as_f64(), Some(page.learning_rate));
        assert_eq!(state["noise"].as_f64(), Some(page.noise));
        assert_eq!(state["networkShape"], Value::from(page.hidden.clone()));
        assert_eq!(state["seed"].as_str(), page.seed.as_deref());
        assert_eq!(state["percTrainData"].as_f64(), Some(page.train_percent));
        assert_eq!(state["initZero"], page.initial_zero);
        assert_eq!(state["features"], Value::from(features));
        assert_eq!(state["numSamples"], page.dataset.examples());
        assert!(page.ignored.is_empty());
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn what_is_missing_or_blank_is_the_pages_default() {
    let default = PlaygroundPage {
        dataset: Dataset::Circle,
        noise: 0.0,
        train_percent: 50.0,
        features: vec![Feature::X, Feature::Y],
        hidden: vec![4, 2],
        activation: Activation::Tanh,
        regularization: Regularization::None,
        regularization_rate: 0.0,
        learning_rate: 0.03,
        batch_size: 10,
        initial_zero: false,
        seed: None,
        ignored: vec![],
    };
    assert_eq!(read("#tutorial"), default);
    assert_eq!(read("playground.tensorflow.org/#activation=&learningRate= &seed=&x=&batchSize"), default);
    assert_eq!(read("#networkShape="), PlaygroundPage { hidden: vec![], ..default.clone() });
    assert_eq!(read("#problem=regression").dataset, Dataset::Plane);
    assert_eq!(read("#problem=regression").output_activation(), Activation::Linear);
}

#[test]
fn the_pages_quirks() {
    for (noise, expected) in [("95", 50.0), ("80", 80.0), ("65", 65.0), ("-3", 0.0), ("80.5", 50.0)] {
        assert_eq!(read(&format!("#noise={noise}")).noise, expected);
    }
    // Only the text `false` is false; the fixed order of inputs; `_hide` wins; no input for cosX.
    let page = read("#sinX=0&xTimesY=true&x=false&ySquared=true&ySquared_hide=true&cosX=true&y_hide=false");
    assert_eq!(page.features, [Feature::Y, Feature::XTimesY, Feature::SinX]);
    assert!(read("#initZero=1").initial_zero && !read("#initZero=false").initial_zero);
    // The last of two counts, and what follows a second `=` is lost.
    assert_eq!(read("#batchSize=3&batchSize=4=5").batch_size, 4);
    // The seed is text.
    assert_eq!(read("#seed=0.50").seed.as_deref(), Some("0.50"));
    let page = read("#seed=0.5&learningrate=3&foo");
    assert_eq!(page.ignored, ["learningrate", "foo"]);
    assert_eq!(
        page.warnings(),
        [
            "`learningrate` is not a setting of the Playground and is ignored; did you mean `learningRate`?",
            "`foo` is not a setting of the Playground and is ignored"
        ]
    );
}

#[test]
fn what_is_not_understood_is_named() {
    assert_eq!(error(" "), "the address is empty; expected https://playground.tensorflow.org/#…");
    assert_eq!(
        error("https://playground.tensorflow.org/"),
        "`https://playground.tensorflow.org/` has no settings behind a `#`; copy the whole address from the browser"
    );
    assert_eq!(
        error("https://example.org/#seed=1"),
        "`https://example.org/#seed=1` is not an address of playground.tensorflow.org; \
         expected https://playground.tensorflow.org/#… or the part from `#` on"
    );
    assert_eq!(error("#foo=1"), "`#foo=1` has no setting of the Playground, such as `learningRate=0.03`");
    assert_eq!(error("#dataset=moons"), "`dataset=moons`: expected one of circle, xor, gauss, spiral");
    assert_eq!(error("#regDataset=circle"), "`regDataset=circle`: expected one of reg-plane, reg-gauss");
    assert_eq!(error("#activation=Tanh"), "`activation=Tanh`: expected one of tanh, relu, sigmoid, linear");
    assert_eq!(error("#regularization=l1"), "`regularization=l1`: expected one of none, L1, L2");
    assert_eq!(
        error("#learningRate=fast&batchSize=0&networkShape=4,0&noise=nan"),
        "`noise=nan`: expected a percentage\n\
         `networkShape=4,0`: expected whole numbers from 1, separated by commas, one per hidden layer\n\
         `learningRate=fast`: expected a number above 0\n\
         `batchSize=0`: expected a whole number from 1"
    );
    assert_eq!(
        error("#x=false&y=false"),
        "`x=false`: expected at least one of x, y, xSquared, ySquared, xTimesY, sinX, sinY to be on"
    );
    for hash in
        ["#percTrainData=100", "#percTrainData=0", "#batchSize=2.5", "#regularizationRate=-1", "#learningRate=1e999"]
    {
        let key = hash.trim_start_matches('#').split('=').next().unwrap();
        assert!(error(hash).contains(key), "{hash}: {}", error(hash));
    }
}

/// `data.page_seed` of a spec.
fn page_seed(toml: &str) -> Option<String> {
    let table = DeTable::parse(toml).expect("valid TOML").into_inner();
    let seed = table.get("data")?.get_ref().get("page_seed")?.get_ref().as_str()?;
    Some(seed.to_owned())
}

#[test]
fn the_spec_of_a_page() {
    let page = read(
        "#activation=relu&regularization=L2&regularizationRate=0.003&dataset=spiral&noise=5&seed=a\"b&foo=1&sinX=true",
    );
    let expected = r#"# A page of the TensorFlow Playground. Its Step button is one epoch here.
# Ignored, as by the page: "foo"
name = "playground-spiral"

[problem]
kind = "network"
hidden = [4, 2]  # widths of the hidden layers
activation = "relu"  # of the hidden layers
output_activation = "tanh"
loss = "half-squared"  # the mean of (output - label)^2 / 2, without the penalty
regularization = "l2"
regularization_rate = 0.003
initial = "playground"  # "playground": weights from -0.5 to 0.5, biases 0.1

[data]
kind = "playground"
dataset = "spiral"
noise = 5  # percent
train_percent = 50  # the rest is for testing
features = ["x", "y", "sinX"]
sampling = "sequential"  # the page shuffles once, before the split
rng = "seedrandom"  # the page's generator, for the points, their order and the initial weights
page_seed = "a\"b"  # the page's seed, as text: 0.50 and 0.5 differ

[optimizer]
kind = "playground"  # examples left over at the end of an epoch join the next one's first batch

[grid]
learning_rate = 0.03
batch_size = 10

[stop]
max_epochs = 100  # the page trains until it is stopped
evaluate_every = "epoch"

[record]
boundary = {}  # pictures of the plane after 1, 10 and max_epochs epochs
"#;
    assert_eq!(to_toml(&page), expected);
    assert_eq!(page_seed(expected), page.seed);
}

#[test]
fn no_text_of_an_address_breaks_the_spec() {
    let page = read("#seed=\u{7}\\\"é\n\u{85}&evil\n[grid]=1");
    assert_eq!(page_seed(&to_toml(&page)), page.seed);
    assert_eq!(page.ignored, ["evil\n[grid]"]);
}
