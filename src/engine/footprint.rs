//! How much memory a grid takes at the most, before any of it is taken.

use std::collections::BTreeSet;

use super::length::Length;
use super::sizes::Sizes;
use super::tasks::MOST_LANES;
use crate::data;
use crate::grid::Grid;
use crate::problem::{Definition, Head};
use crate::spec::Setup;
use crate::train::{Criterion, Detail};

/// An estimate in bytes, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Footprint {
    /// Runs and their rows in the tables.
    pub runs: u128,
    /// Examples.
    pub examples: u128,
    /// Matrices of least-squares problems.
    pub solving: u128,
    /// Parameters, sums and the last losses of the runs that train at one time.
    pub training: u128,
    /// Curves.
    pub curves: u128,
}

/// A run in the grid, and its row and cell in the results.
const BYTES_PER_RUN: u128 = 320;

/// A point of a curve: its step, epoch, loss and what else is measured, in columns that grow.
const BYTES_PER_POINT: u128 = 100;

/// Copies of the examples: as they come, split, and brought to comparable sizes while a problem is solved.
const COPIES_OF_EXAMPLES: u128 = 3;

/// Square matrices that live as long as a least-squares problem, and those that are needed on the way to them.
const MATRICES: (u128, u128) = (2, 6);

impl Footprint {
    /// All parts together.
    pub fn total(&self) -> u128 {
        let parts = [self.runs, self.examples, self.solving, self.training, self.curves];
        parts.into_iter().fold(0, u128::saturating_add)
    }

    /// What so many runs take before anything is loaded.
    pub fn of_runs(runs: u128) -> Footprint {
        Footprint { runs: runs.saturating_mul(BYTES_PER_RUN), ..Footprint::default() }
    }

    /// What a grid takes when its curves are kept in this detail, at most `most_curves` of them.
    pub fn of_grid(grid: &Grid, sizes: &Sizes, curves: Detail, most_curves: usize) -> Footprint {
        let threads = rayon::current_num_threads() as u128;
        let mut footprint = Footprint::of_runs(grid.runs.len() as u128);
        let seeds: BTreeSet<u64> = if grid.setups.iter().any(|setup| setup.streams.data) {
            grid.runs.iter().map(|run| run.settings.seed).collect()
        } else {
            BTreeSet::new()
        };
        let (mut data, mut problems) = (BTreeSet::new(), BTreeSet::new());
        let mut on_the_way = 0;
        for (setup, size) in grid.setups.iter().zip(&sizes.0) {
            let Some(definition) = &setup.data else { continue };
            let copies = if setup.streams.data { seeds.len().max(1) as u128 } else { 1 };
            let name = format!("{definition:?}");
            let bytes =
                product(&[size.examples, size.features + 1, 8, COPIES_OF_EXAMPLES, copies]).saturating_add(size.bytes);
            if data.insert(name.clone()) {
                footprint.examples = footprint.examples.saturating_add(bytes);
            }
            if setup.problem.is_least_squares() && problems.insert((name, format!("{:?}", setup.problem))) {
                let smaller = (size.features + 1).min(size.examples);
                let parts = if definition.test_fraction > 0.0 { 2 } else { 1 };
                let matrix = product(&[size.features + 1, size.features + 1, 8]);
                footprint.solving = footprint.solving.saturating_add(product(&[matrix, MATRICES.0, parts, copies]));
                on_the_way = on_the_way.max(product(&[smaller, size.features + 1, 8, MATRICES.1]));
            }
        }
        footprint.solving = footprint.solving.saturating_add(on_the_way);
        let lanes = (grid.runs.len().min(MOST_LANES)) as u128;
        let mut of_lane = 0;
        let (mut points, every) = (0u128, grid.runs.len().div_ceil(most_curves.max(1)).max(1));
        // Neighbors are mostly alike.
        let (mut alike, mut evaluations) = (None, 0);
        for (number, run) in grid.runs.iter().enumerate() {
            if alike != Some((run.setup, run.settings.batch_size)) {
                alike = Some((run.setup, run.settings.batch_size));
                let (setup, size) = (&grid.setups[run.setup as usize], &sizes.0[run.setup as usize]);
                evaluations = Length::of(setup, run.settings.batch_size, size).evaluations;
                of_lane = of_lane.max(bytes_of_lane(setup, size, evaluations));
            }
            if most_curves > 0 && number.is_multiple_of(every) {
                points = points.saturating_add(match curves {
                    Detail::All => evaluations,
                    Detail::Thinned => evaluations.min(220),
                    Detail::None => 0,
                });
            }
        }
        footprint.training = product(&[of_lane, lanes, threads]);
        footprint.curves = points.saturating_mul(BYTES_PER_POINT);
        footprint
    }
}

fn product(factors: &[u128]) -> u128 {
    factors.iter().fold(1, |product, &factor| product.saturating_mul(factor))
}

/// The books and parameters of one run in training.
fn bytes_of_lane(setup: &Setup, size: &data::Size, evaluations: u128) -> u128 {
    let (parameters, nodes) = shape(&setup.problem, size);
    let criteria = setup.stop.converged.iter().flat_map(|converged| &converged.criteria);
    let windows = criteria.map(|criterion| match criterion {
        Criterion::Plateau { window, .. } => u128::from(*window).min(evaluations) + 1,
        Criterion::Loss(_)
        | Criterion::Gap(_)
        | Criterion::RelativeGap(_)
        | Criterion::Distance(_)
        | Criterion::GradientNorm(_)
        | Criterion::Accuracy(_)
        | Criterion::TestLoss(_)
        | Criterion::TestAccuracy(_) => 0,
    });
    let window = windows.max().unwrap_or(0).max(32);
    // Parameters, gradient, velocity, scratch, and where the run was at its last evaluations.
    let numbers = product(&[parameters, 6]).saturating_add(product(&[nodes, 16])).saturating_add(window);
    numbers.saturating_mul(8)
}

/// How many parameters a problem has, and how many nodes compute with them.
pub(super) fn shape(problem: &Definition, size: &data::Size) -> (u128, u128) {
    match problem {
        Definition::Parabola(_) => (1, 1),
        // It trains in another process.
        Definition::Command(_) => (0, 0),
        Definition::EggCarton(carton) => (carton.dimensions as u128, 1),
        Definition::LinearRegression(_) => (size.features + 1, 1),
        // Two classes have one score between them.
        Definition::LogisticRegression(_) => {
            let scores = if size.classes > 2 { size.classes } else { 1 };
            (product(&[scores, size.features + 1]), scores)
        }
        Definition::Network(network) => {
            let outputs = if network.head == Head::CrossEntropy { size.classes.max(2) } else { 1 };
            let widths = network.hidden.iter().map(|&width| width as u128).chain([outputs]);
            let mut before = size.features;
            widths.fold((0u128, 0u128), |(parameters, nodes), width| {
                let layer = product(&[before.saturating_add(1), width]);
                before = width;
                (parameters.saturating_add(layer), nodes.saturating_add(width))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid;
    use crate::spec::{self, SourceFile};

    fn memory(problem: &str, data: &str, stop: &str, curves: Detail) -> Footprint {
        let text = format!(
            "name = \"m\"\n[problem]\n{problem}\n[data]\nkind = \"linear\"\n{data}\n[grid]\nlearning_rate = [0.1, 0.2]\nbatch_size = 10\n[stop]\n{stop}\n"
        );
        let source = SourceFile { path: "m.toml".into(), text };
        let experiment = spec::parse(source, std::path::Path::new(""), &[]).unwrap();
        let grid = grid::expand(&experiment).unwrap();
        Footprint::of_grid(&grid, &Sizes::of(&grid), curves, 2000)
    }

    #[test]
    fn every_part_grows_with_what_it_is_made_of() {
        let linear = "kind = \"linear-regression\"";
        let small = memory(linear, "examples = 100\nfeatures = 4", "max_steps = 100", Detail::Thinned);
        assert_eq!(small.examples, 100 * 5 * 8 * 3);
        assert!(small.total() < 1 << 20, "{small:?}");
        let long = memory(linear, "examples = 100\nfeatures = 4", "max_epochs = 1000", Detail::All);
        assert_eq!(long.curves, 2 * 10_001 * BYTES_PER_POINT);
        let wide = memory(linear, "examples = 100\nfeatures = 1000000000000", "max_steps = 100", Detail::Thinned);
        assert!(wide.solving > 1 << 80);
        let huge = memory(linear, "examples = 9223372036854775807\nfeatures = 4", "max_steps = 1", Detail::None);
        assert!(huge.examples > 1 << 66);
        let network = "kind = \"network\"\nhidden = [9223372036854775807, 9223372036854775807]";
        let deep = memory(network, "examples = 100\nfeatures = 4", "max_steps = 100", Detail::Thinned);
        assert!(deep.training > 1 << 100);
        let plateau = "max_steps = 1000000000000\nconverged = { plateau = { change = 0.1, window = 1000000000000 } }";
        assert!(memory(linear, "examples = 100\nfeatures = 4", plateau, Detail::None).training > 1 << 43);
        // A window longer than the run takes no more than the run.
        let short = plateau.replace("max_steps = 1000000000000", "max_steps = 100");
        assert!(memory(linear, "examples = 100\nfeatures = 4", &short, Detail::None).training < 1 << 22);
    }

    #[test]
    fn levels_and_classes_are_counted_in_the_file_itself() {
        let folder = tempfile::tempdir().unwrap();
        let csv: String = (0..60).map(|row| format!("t{},{row},c{}\n", row % 20, row % 30)).collect();
        std::fs::write(folder.path().join("data.csv"), format!("town,age,kind\n{csv}")).unwrap();
        let text = "name = \"m\"\n[problem]\nkind = \"logistic-regression\"\n[data]\ncsv = \"data.csv\"\ntarget = \"kind\"\n\
                    [grid]\nlearning_rate = [0.1, 0.2]\nbatch_size = 10\n[stop]\nmax_steps = 10\n";
        let source = SourceFile { path: folder.path().join("m.toml"), text: text.into() };
        let experiment = spec::parse(source, folder.path(), &[]).unwrap();
        let grid = grid::expand(&experiment).unwrap();
        let sizes = Sizes::of(&grid);
        let bytes = 14 + csv.len() as u128;
        assert_eq!(sizes.0, [data::Size { examples: 60, features: 21, classes: 30, bytes }]);
        assert_eq!(shape(&grid.setups[0].problem, &sizes.0[0]), (30 * 22, 30));
        let footprint = Footprint::of_grid(&grid, &sizes, Detail::None, 2000);
        assert_eq!(footprint.examples, 60 * 22 * 8 * COPIES_OF_EXAMPLES + bytes);
        // The parameters of thirty classes, six times over, in two lanes and at least one thread.
        assert!(footprint.training >= 2 * 6 * 8 * 30 * 22, "{footprint:?}");
    }
}
