//! What holds of every grid, tried on random ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn list(values: &[u32], scale: f64) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{:?}", f64::from(*value) * scale)).collect();
    format!("[{}]", values.join(", "))
}

/// Distinct values in any order.
fn distinct(most: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::btree_set(1..=most, 1..5).prop_map(|values| values.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

/// Three axes of the parabola, as lines of TOML with their number of values, in any order.
fn axes() -> impl Strategy<Value = Vec<(&'static str, String, usize)>> {
    (distinct(20), distinct(9), distinct(20)).prop_flat_map(|(rates, momenta, curvatures)| {
        Just(vec![
            ("learning_rate", list(&rates, 0.25), rates.len()),
            ("optimizer.momentum", list(&momenta, 0.1), momenta.len()),
            ("problem.curvature", list(&curvatures, 0.5), curvatures.len()),
        ])
        .prop_shuffle()
    })
}

fn lines(axes: &[(&str, String, usize)]) -> String {
    axes.iter().map(|(path, values, _)| format!("\"{path}\" = {values}\n")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_block_is_the_product_of_its_axes_with_the_last_one_fastest(axes in axes()) {
        let text = parabola(&format!("[grid]\n{}", lines(&axes)));
        let grid = expand(&text);
        let product: usize = axes.iter().map(|(_, _, count)| count).product();
        prop_assert_eq!(grid.runs.len(), product);
        prop_assert_eq!(grid::count(&experiment(&text)), product as u128);
        prop_assert_eq!(grid.duplicates + grid.excluded, 0);
        for run in 0..product {
            let mut rest = run;
            for (axis, (path, _, count)) in grid.axes.iter().zip(&axes).rev() {
                prop_assert_eq!(&axis.path, path);
                prop_assert_eq!(axis.positions[run] as usize, rest % count);
                rest /= count;
            }
        }
        let distinct: BTreeSet<u64> = grid.runs.iter().map(|run| run.id).collect();
        prop_assert_eq!(distinct.len(), product, "every run has its own identity");
    }

    #[test]
    fn every_run_has_the_settings_that_its_axes_say(axes in axes(), with_all: bool) {
        // Without the curvature all axes belong to lanes.
        let axes: Vec<_> = axes.into_iter().filter(|(path, ..)| with_all || *path != "problem.curvature").collect();
        let grid = expand(&parabola(&format!("[grid]\n{}", lines(&axes))));
        prop_assert_eq!(grid.runs.len(), axes.iter().map(|(_, _, count)| count).product::<usize>());
        let value = |path: &str, run: usize| {
            grid.axes.iter().find(|axis| axis.path == path).and_then(|axis| axis.value(run).as_number())
        };
        for (number, run) in grid.runs.iter().enumerate() {
            prop_assert_eq!(Some(run.settings.learning_rate), value("learning_rate", number));
            prop_assert_eq!(Some(run.settings.momentum), value("optimizer.momentum", number));
        }
    }

    #[test]
    fn identities_do_not_move_when_axes_are_reordered_extended_or_split_into_blocks(axes in axes(), cut in 0..5_usize) {
        let whole = identities(&expand(&parabola(&format!("[grid]\n{}", lines(&axes)))));

        let mut reversed = axes.clone();
        reversed.reverse();
        prop_assert_eq!(&identities(&expand(&parabola(&format!("[grid]\n{}", lines(&reversed))))), &whole);

        let mut longer = axes.clone();
        for (_, values, _) in &mut longer {
            *values = values.replace('[', "[0.0625, ");
        }
        let longer = identities(&expand(&parabola(&format!("[grid]\n{}", lines(&longer)))));
        prop_assert!(whole.iter().all(|(point, id)| longer.get(point) == Some(id)));

        let (first, rest) = axes.split_first().unwrap();
        let values: Vec<&str> = first.1.trim_matches(['[', ']']).split(", ").collect();
        let cut = cut.min(values.len());
        let blocks: String = [&values[..cut], &values[cut..]]
            .iter()
            .filter(|values| !values.is_empty())
            .map(|values| format!("[[grid]]\n\"{}\" = [{}]\n{}", first.0, values.join(", "), lines(rest)))
            .collect();
        prop_assert_eq!(&identities(&expand(&parabola(&blocks))), &whole);
    }

    #[test]
    fn a_zip_walks_its_axes_together(rates in distinct(20), seeds in prop::collection::vec(0..3_u32, 4), momenta in distinct(9)) {
        let seeds = &seeds[..rates.len()];
        let grid = expand(&parabola(&format!(
            "[grid]\nseed = {seeds:?}\n\"optimizer.momentum\" = {}\nlearning_rate = {}\nzip = [[\"learning_rate\", \"seed\"]]",
            list(&momenta, 0.1), list(&rates, 0.25),
        )));
        let expected: Vec<(u64, f64, f64)> = seeds
            .iter()
            .zip(&rates)
            .flat_map(|(seed, rate)| momenta.iter().map(move |momentum| (*seed, *rate, *momentum)))
            .map(|(seed, rate, momentum)| (u64::from(seed), f64::from(rate) * 0.25, f64::from(momentum) * 0.1))
            .collect();
        let runs: Vec<(u64, f64, f64)> =
            grid.runs.iter().map(|run| (run.settings.seed, run.settings.learning_rate, run.settings.momentum)).collect();
        prop_assert_eq!(runs, expected);
    }

    #[test]
    fn exclude_drops_exactly_the_points_that_match(axes in axes(), bound in 1..20_u32) {
        let bound = f64::from(bound) * 0.25;
        let all = expand(&parabola(&format!("[grid]\n{}", lines(&axes))));
        let dropped = |point: &Point| {
            let number = |path: &str| point[path].parse::<f64>().unwrap();
            (number("learning_rate") > bound && number("optimizer.momentum") < 0.5) || number("problem.curvature") == 2.0
        };
        let expected: Vec<Point> = points(&all).into_iter().filter(|point| !dropped(point)).collect();
        prop_assume!(!expected.is_empty());
        let exclude = format!(
            "exclude = [{{ learning_rate = {{ above = {bound:?} }}, optimizer.momentum = {{ below = 0.5 }} }}, {{ \"problem.curvature\" = [2, 77] }}]"
        );
        let grid = expand(&parabola(&format!("[grid]\n{}{exclude}", lines(&axes))));
        prop_assert_eq!(grid.excluded as usize, all.runs.len() - expected.len());
        prop_assert_eq!(points(&grid), expected);
    }

    #[test]
    fn a_union_keeps_the_first_of_equal_runs(a in distinct(8), b in distinct(8)) {
        let grid = expand(&parabola(&format!(
            "[[grid]]\nlearning_rate = {}\n[[grid]]\nlearning_rate = {}\nbatch_size = \"full\"\noptimizer.momentum = 0",
            list(&a, 0.25), list(&b, 0.25),
        )));
        let mut expected = a.clone();
        expected.extend(b.iter().filter(|value| !a.contains(value)));
        let rates: Vec<f64> = grid.runs.iter().map(|run| run.settings.learning_rate).collect();
        prop_assert_eq!(rates, expected.iter().map(|value| f64::from(*value) * 0.25).collect::<Vec<_>>());
        prop_assert_eq!(grid.duplicates as usize, a.len() + b.len() - expected.len());
        prop_assert!(grid.axes.iter().all(|axis| axis.positions.len() == grid.runs.len()));
    }
}
