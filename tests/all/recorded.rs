//! What is recorded comes back from the files as it was.

use goldilocks::store;

use crate::support::{self, USUAL};

const CURVE: &str = "
name = \"test\"
[problem]
kind = \"parabola\"
curvature = 0.625
[grid]
learning_rate = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0]
[stop]
max_steps = 1
[record]
parameters = \"both\"
";

const REGRESSION: &str = "
name = \"test\"
[problem]
kind = \"linear-regression\"
[data]
kind = \"linear\"
examples = 20
features = 3
[grid]
batch_size = [2, \"full\"]
learning_rate = [0.01, 0.1, 100]
seed = [3, 1]
[stop]
max_epochs = 300
converged = { distance = 0.01 }
[record]
parameters = \"both\"
";

/// A start that is given, one step, and an end that can be checked by hand.
#[test]
fn parameters_belong_to_their_runs() {
    let study = support::train(&support::parse(CURVE), USUAL);
    let folder = tempfile::tempdir().unwrap();
    store::write_tables(&study, folder.path()).unwrap();
    let read = store::read(folder.path()).unwrap();
    let told: Vec<(usize, bool, f64)> =
        read.parameters.iter().map(|own| (own.run, own.is_final, own.values[0])).collect();
    let rates = [0.1, 0.7, 1.0, 1.6, 1.8, 4.0];
    assert_eq!(told.len(), 2 * rates.len());
    for (number, rate) in rates.into_iter().enumerate() {
        assert_eq!(told[2 * number], (number, false, 1.0));
        let (run, is_final, w) = told[2 * number + 1];
        assert_eq!((run, is_final), (number, true));
        assert!((w - (1.0 - rate * 0.625)).abs() < 1e-15, "rate {rate}: {w}");
    }
}

/// The distance that a run is judged by can be worked out again from its parameters: all full batches have the same minimizer.
#[test]
fn parameters_at_the_end_have_the_distance_that_was_told() {
    let study = support::train(&support::parse(REGRESSION), USUAL);
    let folder = tempfile::tempdir().unwrap();
    store::write_tables(&study, folder.path()).unwrap();
    let read = store::read(folder.path()).unwrap();
    assert_eq!(read.parameters, study.parameters);
    assert!(read.parameters.iter().all(|own| own.values.len() == 4), "three weights and a bias");

    let ends = |run: usize| &read.parameters[2 * run + 1].values;
    let distance = study.extra("final_distance").unwrap();
    let told = |run: usize| distance.get(run).unwrap();
    // Where training ends at the smallest distance, it is next to the minimizer; the others are as far from it as they say.
    let runs = 0..study.runs.len();
    let best = runs.clone().min_by(|a, b| told(*a).total_cmp(&told(*b))).unwrap();
    let mut checked = 0;
    for run in runs.filter(|&run| told(run).is_finite()) {
        assert_eq!(read.parameters[2 * run + 1].run, run);
        let apart = ends(run).iter().zip(ends(best)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let error = (apart - told(run)).abs();
        assert!(error <= told(best) * (1.0 + 1e-9) + 1e-9 * told(run), "run {run}: {apart} apart, told {}", told(run));
        checked += usize::from(told(run) > 3.0 * told(best));
    }
    assert!(checked > 0, "some run ends well away from the minimizer");
}
