//! The results are a function of each run's settings alone.

use std::collections::BTreeMap;

use crate::support::{How, USUAL, experiment, parse, train};
use goldilocks::record::{self, Run, Study};

/// All tables of a study, byte for byte.
fn tables(study: &Study) -> Vec<Vec<u8>> {
    let mut tables = vec![Vec::new(); 4];
    record::write_runs(study, &mut tables[0]).unwrap();
    record::write_summary(study, &mut tables[1]).unwrap();
    record::write_goldilocks(study, &mut tables[2]).unwrap();
    record::write_curves(study, &mut tables[3]).unwrap();
    tables
}

/// The rows of a study by identity.
fn by_identity(study: &Study) -> BTreeMap<u64, Run> {
    study.runs.iter().map(|run| (run.id, run.clone())).collect()
}

#[test]
fn threads_grouping_and_instruction_set_change_no_byte() {
    for name in ["learning-rate.toml", "batch-size.toml"] {
        let experiment = experiment(name, &["stop.max_epochs=20"][..usize::from(name == "batch-size.toml")]);
        let expected = tables(&train(&experiment, USUAL));
        for threads in [1, 7] {
            assert!(tables(&train(&experiment, How { threads, ..USUAL })) == expected, "{name}: {threads} threads");
        }
        for most_lanes in [1, 5, 8] {
            assert!(tables(&train(&experiment, How { most_lanes, ..USUAL })) == expected, "{name}: {most_lanes} lanes");
        }
        assert!(tables(&train(&experiment, How { scalar: true, ..USUAL })) == expected, "{name}: scalar");
    }
}

const STUDY: &str = "name = \"study\"
[problem]
kind = \"linear-regression\"
initial = \"normal\"
initial_value = 0.5
[data]
kind = \"linear\"
examples = 100
features = 5
test_fraction = 0.2
[stop]
max_epochs = 5
converged = { relative_gap = 0.05 }
";

#[test]
fn runs_that_see_rows_of_their_own_do_not_depend_on_their_company() {
    let grid = "learning_rate = [0.01, 0.1, 3]\nbatch_size = [1, 7, 80]\nseed = { count = 21 }\n";
    for (sampling, rates) in [("shuffle", "[0.1]"), ("uniform", "[0.05, 2]"), ("shuffle", "[0.01, 0.1, 3]")] {
        let grid = grid.replace("[0.01, 0.1, 3]", rates);
        let study = STUDY.replace("[stop]", &format!("sampling = \"{sampling}\"\n[stop]"));
        let experiment = parse(&format!("{study}[grid]\n{grid}"));
        let expected = tables(&train(&experiment, USUAL));
        let alone = tables(&train(&experiment, How { most_lanes: 1, ..USUAL }));
        assert!(alone == expected, "{sampling} {rates}: alone");
        for how in [
            How { threads: 1, ..USUAL },
            How { threads: 7, ..USUAL },
            How { most_lanes: 5, ..USUAL },
            How { scalar: true, ..USUAL },
        ] {
            assert!(tables(&train(&experiment, how)) == expected, "{sampling} {rates}: {how:?}");
        }
    }
}

#[test]
fn the_order_of_axes_does_not_matter_to_a_run() {
    let one = parse(&format!(
        "{STUDY}[grid]\nlearning_rate = [0.01, 0.1]\nbatch_size = [1, 7, \"full\"]\nseed = [1, 2]\n\"optimizer.momentum\" = [0, 0.9]\n"
    ));
    let other = parse(&format!(
        "{STUDY}[grid]\n\"optimizer.momentum\" = [0.9, 0]\nseed = [2, 1]\nbatch_size = [7, \"full\", 1]\nlearning_rate = [0.1, 0.01]\n"
    ));
    let (one, other) = (by_identity(&train(&one, USUAL)), by_identity(&train(&other, USUAL)));
    assert_eq!(one.len(), 24);
    assert_eq!(one, other);
}

#[test]
fn a_longer_axis_leaves_old_runs_as_they_were() {
    let grid = |rates: &str, seeds: u32| {
        parse(&format!("{STUDY}[grid]\nlearning_rate = {rates}\nbatch_size = [1, 8]\nseed = {{ count = {seeds} }}\n"))
    };
    let old = by_identity(&train(&grid("[0.01, 0.1]", 3), USUAL));
    let new = by_identity(&train(&grid("[0.001, 0.01, 0.05, 0.1, 5]", 11), USUAL));
    assert_eq!((old.len(), new.len()), (12, 110));
    assert!(old.iter().all(|(id, run)| new.get(id) == Some(run)));
}
