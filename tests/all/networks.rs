//! Networks of every kind, trained by gradient descent, against a naive loop over numbers: the same bits, with vectors and without.

use crate::support::{self, How, USUAL, parse, prepare, train};
use goldilocks::data::{self, BatchWalk, Batches, Dataset, Examples};
use goldilocks::math;
use goldilocks::outcome::Status;
use goldilocks::problem::{Activation, Definition, Head, Model, NetworkDefinition, Penalty, Problem};
use goldilocks::random::Key;
use goldilocks::train::{BatchSize, Detail};

/// A network as rows of weights, the bias last.
struct Naive {
    layers: Vec<Vec<Vec<f64>>>,
    definition: NetworkDefinition,
}

fn dot(row: &[f64], sources: &[f64]) -> f64 {
    row.iter().zip(sources).fold(row[sources.len()], |sum, (w, x)| w.mul_add(*x, sum))
}

fn activate(activation: Activation, v: f64) -> f64 {
    match activation {
        Activation::Tanh => math::tanh_scalar(v),
        Activation::Relu => v.max(0.0),
        Activation::Sigmoid => math::sigmoid_scalar(v),
        Activation::Linear => v,
    }
}

fn slope(activation: Activation, value: f64) -> f64 {
    match activation {
        Activation::Tanh => (-value).mul_add(value, 1.0),
        Activation::Relu => f64::from(u8::from(value > 0.0)),
        Activation::Sigmoid => value * (1.0 - value),
        Activation::Linear => 1.0,
    }
}

/// e^(v − largest), and their sum.
fn exponentials(sums: &[f64]) -> (f64, Vec<f64>, f64) {
    let largest = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = sums.iter().map(|v| math::exp_scalar(v - largest)).collect();
    let total = powers.iter().fold(0.0, |sum, power| sum + power);
    (largest, powers, total)
}

impl Naive {
    fn new(definition: NetworkDefinition, inputs: usize, outputs: usize, parameters: &[f64]) -> Naive {
        let sizes: Vec<usize> = [inputs].into_iter().chain(definition.hidden.clone()).chain([outputs]).collect();
        let mut rest = parameters.iter().copied();
        let mut row = |sources: usize| rest.by_ref().take(sources + 1).collect();
        let layers = sizes.windows(2).map(|pair| (0..pair[1]).map(|_| row(pair[0])).collect()).collect();
        Naive { layers, definition }
    }

    /// The inputs, the values of every hidden layer, and the last layer's sums.
    fn forward(&self, inputs: &[f64]) -> Vec<Vec<f64>> {
        let mut values = vec![inputs.to_vec()];
        for (depth, layer) in self.layers.iter().enumerate() {
            let is_last = depth + 1 == self.layers.len();
            let value = |row: &Vec<f64>| {
                let sum = dot(row, values.last().unwrap());
                if is_last { sum } else { activate(self.definition.activation, sum) }
            };
            values.push(layer.iter().map(value).collect());
        }
        values
    }

    fn loss(&self, examples: &Examples) -> f64 {
        let loss = |total: f64, example: usize| {
            let (sums, target) = (self.forward(examples.row(example)).pop().unwrap(), examples.targets[example]);
            match self.definition.head {
                Head::Squared { activation, half } => {
                    let error = activate(activation, sums[0]) - target;
                    (if half { 0.5 * error } else { error }).mul_add(error, total)
                }
                Head::Log => total + math::softplus_scalar(if target == 1.0 { -sums[0] } else { sums[0] }),
                Head::CrossEntropy => {
                    let (largest, _, sum) = exponentials(&sums);
                    total + ((largest - sums[target as usize]) + math::ln_scalar(sum))
                }
            }
        };
        (0..examples.len()).fold(0.0, loss) / examples.len() as f64
    }

    fn step(&mut self, examples: &Examples, batch: &[u32], rate: f64) {
        let scale = 1.0 / batch.len() as f64;
        let zeros = |layer: &Vec<Vec<f64>>| layer.iter().map(|row| vec![0.0; row.len()]).collect::<Vec<_>>();
        let mut gradient: Vec<Vec<Vec<f64>>> = self.layers.iter().map(zeros).collect();
        for &example in batch {
            let values = self.forward(examples.row(example as usize));
            let target = examples.targets[example as usize];
            let sums = values.last().unwrap();
            let mut deltas: Vec<f64> = match self.definition.head {
                Head::Squared { activation, half } => {
                    let output = activate(activation, sums[0]);
                    let error = (output - target) * if half { scale } else { 2.0 * scale };
                    vec![error * slope(activation, output)]
                }
                Head::Log => vec![(math::sigmoid_scalar(sums[0]) - target) * scale],
                Head::CrossEntropy => {
                    let (_, powers, total) = exponentials(sums);
                    let error = |(class, power): (usize, &f64)| {
                        let probability = power / total;
                        (if class == target as usize { probability - 1.0 } else { probability }) * scale
                    };
                    powers.iter().enumerate().map(error).collect()
                }
            };
            for depth in (0..self.layers.len()).rev() {
                let sources = &values[depth];
                for (row, delta) in gradient[depth].iter_mut().zip(&deltas) {
                    row[sources.len()] += delta;
                    row.iter_mut().zip(sources).for_each(|(g, x)| *g = delta.mul_add(*x, *g));
                }
                let error = |source: usize| {
                    let products = self.layers[depth].iter().zip(&deltas);
                    products.fold(0.0, |sum: f64, (row, delta)| row[source].mul_add(*delta, sum))
                };
                let back = |source: usize| error(source) * slope(self.definition.activation, sources[source]);
                deltas = (0..sources.len()).map(back).collect();
            }
        }
        for (row, gradient) in self.layers.iter_mut().flatten().zip(gradient.iter_mut().flatten()) {
            let weights = row.len() - 1;
            for (place, (w, g)) in row.iter_mut().zip(gradient).enumerate() {
                match self.definition.penalty {
                    Penalty::L1(rate) if place < weights && *w != 0.0 => *g = rate.mul_add(w.signum(), *g),
                    Penalty::L2(rate) if place < weights => *g = rate.mul_add(*w, *g),
                    _ => {}
                }
                *w = (-rate).mul_add(*g, *w);
            }
        }
    }
}

/// Trains a spec's one setup, and again naively.
fn check(problem: &str, data: &str) {
    let experiment = parse(&format!(
        "name = \"test\"\n[problem]\nkind = \"network\"\n{problem}\n[data]\n{data}\n[grid]\n\
         learning_rate = [0.02, 0.1, 0.5]\nbatch_size = [1, 7, \"full\"]\nseed = [1, 2]\n[stop]\nmax_epochs = 3\n"
    ));
    let (grid, prepared) = prepare(&experiment);
    let [vectors, scalars] =
        [false, true].map(|scalar| train(&experiment, How { scalar, curves: Detail::All, ..USUAL }));
    let setup = &grid.setups[0];
    let Definition::Network(definition) = &setup.problem else { panic!("a network") };
    let data: Dataset = Dataset::load(setup.data.as_ref().unwrap() as &data::Definition, None).unwrap();
    let Problem::Network(network) = &*prepared.problems[0] else { panic!("a network") };
    let test_loss = vectors.measures.iter().position(|name| name == "test_loss").unwrap();

    for (number, run) in grid.runs.iter().enumerate() {
        let start = network.initial(&Key::new("init").number("seed", run.settings.seed));
        let outputs = if definition.head == Head::CrossEntropy { data.classes.len() } else { 1 };
        let mut naive = Naive::new(definition.clone(), data.train.width, outputs, &start);
        let batches = match run.settings.batch_size {
            BatchSize::Examples(batch) => Batches::new(data.train.len(), batch as usize, setup.sampling),
            BatchSize::Full => Batches::new(data.train.len(), data.train.len(), data::Sampling::Sequential),
        };
        let mut order = BatchWalk::new(&batches, Some(run.settings.seed));
        let losses = |naive: &Naive| [naive.loss(&data.train).to_bits(), naive.loss(&data.test).to_bits()];
        let mut expected = vec![losses(&naive)];
        for _ in 0..3 {
            for _ in 0..batches.step_of_epoch(1) {
                naive.step(&data.train, order.next_batch(), run.settings.learning_rate);
            }
            expected.push(losses(&naive));
        }
        for study in [&vectors, &scalars] {
            let curve = &study.curves[number];
            let found: Vec<[u64; 2]> =
                curve.loss.iter().zip(&curve.measures[test_loss]).map(|(a, b)| [a.to_bits(), b.to_bits()]).collect();
            assert_eq!(found, expected, "{problem}, {:?}", run.settings);
        }
    }
}

const LINEAR: &str = "kind = \"linear\"\nexamples = 40\nfeatures = 3\nnoise = 0.1\ntest_fraction = 0.25";
const XOR: &str = "kind = \"playground\"\ndataset = \"xor\"\nnoise = 10\ntrain_percent = 8\nsampling = \"shuffle\"";

#[test]
fn squared_losses_of_amounts() {
    check("hidden = [3, 2]\nloss = \"mean-squared\"\ninitial = \"he\"\nactivation = \"relu\"", LINEAR);
    check("hidden = []\nregularization = \"l2\"\nregularization_rate = 0.1", LINEAR);
    check(
        "hidden = [5]\nactivation = \"sigmoid\"\noutput_activation = \"tanh\"\ninitial = \"normal\"\ninitial_value = 0.3",
        LINEAR,
    );
}

#[test]
fn losses_of_classes() {
    check("hidden = [4]\nloss = \"log\"\nregularization = \"l1\"\nregularization_rate = 0.01", XOR);
    check("hidden = [4, 3]\nloss = \"cross-entropy\"\nactivation = \"tanh\"", XOR);
    check("hidden = []\nloss = \"cross-entropy\"\ninitial = \"zeros\"", XOR);
    check(
        "hidden = [2]\noutput_activation = \"sigmoid\"\nactivation = \"linear\"\ninitial = \"uniform\"\ninitial_value = 1.5",
        XOR,
    );
}

/// Six evenly chosen runs of the experiment, evaluation by evaluation.
#[test]
fn the_experiment_on_false_convergence() {
    let experiment = support::experiment("false-convergence.toml", &["grid.seed=[4, 9]"]);
    let (grid, prepared) = prepare(&experiment);
    let study = train(&experiment, USUAL);
    for (number, run) in grid.runs.iter().enumerate().step_by(4) {
        let setup = &grid.setups[run.setup as usize];
        let Definition::Network(definition) = &setup.problem else { panic!("a network") };
        let data = Dataset::load(setup.data.as_ref().unwrap(), None).unwrap();
        let Problem::Network(network) = &*prepared.problems[prepared.problem_of(run)] else { panic!("a network") };
        let start = network.initial(&Key::new("init").number("seed", run.settings.seed));
        let mut naive = Naive::new(definition.clone(), data.train.width, 1, &start);
        assert_eq!(run.settings.batch_size, BatchSize::Full);
        let all: Vec<u32> = (0..data.train.len() as u32).collect();
        let mut losses = vec![naive.loss(&data.train)];
        for _ in 0..3000 {
            naive.step(&data.train, &all, run.settings.learning_rate);
            losses.push(naive.loss(&data.train));
        }
        // Where 21 losses lie within a hundredth of the newest.
        let is_plateau = |last: &[f64]| {
            let (low, high) = last.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
            high - low <= 0.01 * last[20].abs()
        };
        let steps = losses.windows(21).position(is_plateau).map(|first| first as u64 + 20);
        let row = &study.runs[number];
        assert_eq!((row.steps, row.trained_steps), (steps, 3000), "run {number}");
        assert_eq!(row.final_loss.to_bits(), losses[3000].to_bits(), "run {number}");
        let curve = &study.curves.iter().find(|curve| curve.run == number).unwrap();
        for (&step, loss) in curve.steps.iter().zip(&curve.loss) {
            assert_eq!(loss.to_bits(), losses[step as usize].to_bits(), "run {number}, step {step}");
        }
    }
}

#[test]
fn a_saturated_network_diverges_and_says_so() {
    let experiment = parse(
        "name = \"test\"\n[problem]\nkind = \"network\"\nhidden = [8, 8]\nactivation = \"relu\"\n[data]\n\
         kind = \"playground\"\ndataset = \"reg-plane\"\n[grid]\nlearning_rate = 1e6\nbatch_size = 10\n[stop]\n\
         max_epochs = 20\ndiverged = { loss_factor = 1e300 }\n",
    );
    let study = train(&experiment, USUAL);
    let run = &study.runs[0];
    assert_eq!(run.status, Status::Diverged);
    assert!(!run.final_loss.is_finite(), "{}", run.final_loss);
    assert_eq!(run.reason.as_deref(), Some("loss not finite"));
}
