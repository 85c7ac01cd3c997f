//! Specs that are right: which runs they expand to, in which order, and with which identities.

mod properties;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use goldilocks::grid::{self, Grid};
use goldilocks::spec::{self, Experiment, SourceFile};

fn experiment_with(text: &str, overrides: &[&str]) -> Experiment {
    let source = SourceFile { path: PathBuf::from("spec.toml"), text: text.to_owned() };
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    spec::parse(source, Path::new("folder"), &overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

fn experiment(text: &str) -> Experiment {
    experiment_with(text, &[])
}

fn expand(text: &str) -> Grid {
    grid::expand(&experiment(text)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A parabola with these blocks of the grid.
fn parabola(blocks: &str) -> String {
    format!(
        "name = \"study\"\n[problem]\nkind = \"parabola\"\n[stop]\nmax_steps = 10\nconverged = {{ distance = 0.1 }}\n{blocks}"
    )
}

/// A regression with these blocks of the grid.
fn regression(problem: &str, blocks: &str) -> String {
    format!(
        "name = \"study\"\n[problem]\nkind = \"linear-regression\"\n{problem}\n[data]\ncsv = \"data.csv\"\ntarget = \"y\"\n\
         [stop]\nmax_epochs = 10\n{blocks}"
    )
}

type Point = BTreeMap<String, String>;

/// What the axes say of each run.
fn points(grid: &Grid) -> Vec<Point> {
    (0..grid.runs.len())
        .map(|run| grid.axes.iter().map(|axis| (axis.path.clone(), axis.value(run).to_string())).collect())
        .collect()
}

/// The identity of each point.
fn identities(grid: &Grid) -> BTreeMap<Point, u64> {
    points(grid).into_iter().zip(&grid.runs).map(|(point, run)| (point, run.id)).collect()
}

fn ids(text: &str) -> Vec<u64> {
    expand(text).runs.iter().map(|run| run.id).collect()
}

#[test]
fn every_form_of_an_axis_is_expanded() {
    let grid = expand(&regression(
        "",
        r#"
[grid]
learning_rate = { log = [0.001, 1], count = 4 }
batch_size = { powers_of_two = [1, 9] }
seed = { from = 3, count = 2 }
"data.test_fraction" = { from = 0, to = 0.5, count = 3 }
"random.data" = ["shared", "per-seed"]
optimizer.nesterov = [true, false]
"#,
    ));
    let values: Vec<String> = grid
        .axes
        .iter()
        .map(|axis| {
            let values: Vec<String> = axis.values.iter().map(ToString::to_string).collect();
            format!("{}: {}", axis.path, values.join(" "))
        })
        .collect();
    assert_eq!(
        values,
        [
            "learning_rate: 0.001 0.01 0.1 1",
            "batch_size: 1 2 4 8",
            "seed: 3 4",
            "data.test_fraction: 0 0.25 0.5",
            "random.data: shared per-seed",
            "optimizer.nesterov: true false",
        ]
    );
    assert_eq!((grid.runs.len(), grid.setups.len()), (4 * 4 * 2 * 3 * 2 * 2, 3 * 2 * 2));
}

#[test]
fn a_setting_has_the_same_identity_in_its_section_and_in_the_grid() {
    let in_section = regression("initial = \"normal\"\ninitial_value = 0.5", "[grid]\nlearning_rate = 0.1");
    let in_grid = regression(
        "",
        "[grid]\nlearning_rate = 0.1\nproblem.initial = \"normal\"\nproblem.initial_value = { from = 0.5, to = 1, count = 2 }",
    );
    assert_eq!(ids(&in_section)[0], ids(&in_grid)[0]);
    assert_ne!(ids(&in_section)[0], ids(&in_grid)[1]);
}

#[test]
fn what_changes_no_number_changes_no_identity() {
    let plain = ids(&regression("", "[grid]\nlearning_rate = 0.1"));
    let described =
        regression("", "[grid]\nlearning_rate = 0.1").replace("\"study\"", "\"other\"\ndescription = \"Other.\"");
    assert_eq!(ids(&described), plain);
    let with_defaults = regression(
        "initial = \"zeros\"",
        "[optimizer]\nmomentum = 0\nnesterov = false\n[random]\norder = \"per-seed\"\n[grid]\nlearning_rate = 0.1\nseed = 0\nbatch_size = \"full\"",
    );
    assert_eq!(ids(&with_defaults), plain);
    let with_record = regression(
        "",
        "[grid]\nlearning_rate = 0.1\n[record]\ncurves = \"all\"\n[check]\nfail_on = \"median:10%\"\n[[expect]]\nstatus = \"converged\"",
    );
    assert_eq!(ids(&with_record), plain);
}

#[test]
fn what_changes_a_number_changes_the_identity() {
    let blocks = [
        "[grid]\nlearning_rate = 0.1",
        "[grid]\nlearning_rate = 0.2",
        "[grid]\nlearning_rate = 0.1\nseed = 1",
        "[grid]\nlearning_rate = 0.1\nbatch_size = 1",
        "[grid]\nlearning_rate = 0.1\noptimizer.momentum = 0.1",
        "[optimizer]\nnesterov = true\n[grid]\nlearning_rate = 0.1",
        "[random]\norder = \"shared\"\n[grid]\nlearning_rate = 0.1",
        "[random]\ninit = \"shared\"\n[grid]\nlearning_rate = 0.1",
        "[grid]\nlearning_rate = 0.1\ndata.scale = \"none\"",
        "[grid]\nlearning_rate = 0.1\nstop.max_steps = 10",
        "[grid]\nlearning_rate = 0.1\nstop.converged.loss = 10",
    ];
    let mut texts: Vec<String> = blocks.iter().map(|blocks| regression("", blocks)).collect();
    texts.push(regression("", blocks[0]).replace("data.csv", "other.csv"));
    texts.push(regression("", blocks[0]).replace("\"y\"", "\"y\"\nfeatures = [\"a\", \"b\"]"));
    texts.push(regression("", blocks[0]).replace("\"y\"", "\"y\"\nfeatures = [\"ab\"]"));
    let distinct: BTreeSet<u64> = texts.iter().map(|text| ids(text)[0]).collect();
    assert_eq!(distinct.len(), texts.len());
}

#[test]
fn settings_without_effect_make_no_second_run() {
    let grid = expand(&regression(
        "",
        "[grid]\nlearning_rate = 0.1\nproblem.initial = [\"zeros\", \"normal\"]\nproblem.initial_value = [0.1, 0.2]",
    ));
    assert_eq!((grid.runs.len(), grid.duplicates, grid.setups.len()), (3, 1, 3));
}

#[test]
fn invalid_combinations_can_be_excluded() {
    let text = regression(
        "",
        "[grid]\nlearning_rate = 0.1\nproblem.initial = [\"normal\", \"constant\"]\nproblem.initial_value = [0, 1]\n\
         exclude = [{ problem.initial = \"normal\", problem.initial_value = 0 }]",
    );
    assert_eq!(expand(&text).runs.len(), 3);
}

#[test]
fn an_axis_comes_before_the_setting_outside_the_grid() {
    let grid = expand(&parabola(
        "[optimizer]\nmomentum = 0.5\n[[grid]]\nlearning_rate = 1\n[[grid]]\nlearning_rate = 1\noptimizer.momentum = 0.9",
    ));
    let momenta: Vec<f64> = grid.runs.iter().map(|run| run.settings.momentum).collect();
    assert_eq!(momenta, [0.5, 0.9]);
    let axis = grid.axes.iter().find(|axis| axis.path == "optimizer.momentum").unwrap();
    assert_eq!((axis.value(0).to_string(), axis.value(1).to_string()), ("0.5".to_owned(), "0.9".to_owned()));
}

#[test]
fn a_huge_grid_is_counted_without_being_expanded() {
    let text =
        parabola("[grid]\nlearning_rate = { from = 0.1, to = 1, count = 10000000000 }\nseed = { count = 10000000000 }");
    let experiment = experiment(&text);
    assert_eq!(grid::count(&experiment), 10_u128.pow(20));
    assert!(
        grid::expand(&experiment)
            .unwrap_err()
            .to_string()
            .starts_with("error: the grid has 100000000000000000000 runs")
    );
}

#[test]
fn overrides_replace_settings_and_axes() {
    let text = parabola("[grid]\nlearning_rate = [0.1, 0.2]\n\"optimizer.momentum\" = [0, 0.9]");
    let overrides = [
        "grid.learning_rate=0.7",
        "grid.optimizer.momentum=[0.5]",
        "stop.converged.loss=0.25",
        "problem.curvature=2",
        "name=other",
    ];
    let experiment = experiment_with(&text, &overrides);
    let grid = grid::expand(&experiment).unwrap();
    assert_eq!(experiment.name, "other");
    assert_eq!(grid.runs.len(), 1);
    assert_eq!((grid.runs[0].settings.learning_rate, grid.runs[0].settings.momentum), (0.7, 0.5));
    insta::assert_snapshot!(format!("{:?} {:?}", grid.setups[0].problem, grid.setups[0].stop.converged), @"Parabola(Parabola { curvature: 2.0, start: 1.0, minimum: 0.0 }) Some(Convergence { criteria: [Loss(0.25), Distance(0.1)], hold: 1 })");
}

#[test]
fn filters_keep_the_runs_that_match() {
    let text = parabola("[grid]\nlearning_rate = [0.1, 0.2, 0.4]\nseed = { count = 3 }");
    let kept = |filter: &str| {
        let conditions = spec::parse_conditions(filter).unwrap_or_else(|errors| panic!("{errors}"));
        let grid = expand(&text).filter(&conditions).unwrap();
        let rates: Vec<String> = grid.axes[0].values.iter().map(ToString::to_string).collect();
        (
            grid.runs.iter().map(|run| (run.settings.learning_rate, run.settings.seed)).collect::<Vec<_>>(),
            rates.join(" "),
        )
    };
    assert_eq!(kept("learning_rate>=0.2, seed<1"), (vec![(0.2, 0), (0.4, 0)], "0.2 0.4".to_owned()));
    assert_eq!(kept("learning_rate=0.1,seed=[0,2]"), (vec![(0.1, 0), (0.1, 2)], "0.1".to_owned()));
    let conditions = spec::parse_conditions("batch_size=full").unwrap();
    assert_eq!(
        expand(&text).filter(&conditions).unwrap_err().to_string(),
        "`batch_size` is not an axis of this grid; its axes are learning_rate, seed"
    );
    insta::assert_snapshot!(spec::parse_conditions("learning_rte=1,seed,seed=x,batch_size<full").unwrap_err(), @r"
error: `learning_rte` is not an axis
 --> conditions:1:1
  |
1 | learning_rte=1,seed,seed=x,batch_size<full
  | ^^^^^^^^^^^^^^
  |
  = help: did you mean `learning_rate`?

error: this is not a condition
 --> conditions:1:16
  |
1 | learning_rte=1,seed,seed=x,batch_size<full
  |                ^^^^ expected an axis, `=`, `<`, `<=`, `>` or `>=`, and a value

error: `seed` has the wrong type
 --> conditions:1:21
  |
1 | learning_rte=1,seed,seed=x,batch_size<full
  |                     ^^^^^^ expected a whole number of at least 0, found text

error: `batch_size` cannot be compared with this by `<`
 --> conditions:1:28
  |
1 | learning_rte=1,seed,seed=x,batch_size<full
  |                            ^^^^^^^^^^^^^^^
");
}

#[test]
fn a_value_can_be_located_after_reading() {
    let text = regression(
        "",
        "[[grid]]\nlearning_rate = 0.1\nbatch_size = [1, 500]\n[[grid]]\nlearning_rate = 0.1\nbatch_size = { powers_of_two = [8, 1024] }",
    );
    let experiment = experiment(&text);
    let at = |path: &str, value: goldilocks::value::Value| {
        experiment.locate(path, &value).map(|span| &text[span.start..span.end])
    };
    assert_eq!(at("batch_size", goldilocks::value::Value::Count(500)), Some("500"));
    assert_eq!(at("batch_size", goldilocks::value::Value::Count(512)), Some("{ powers_of_two = [8, 1024] }"));
    assert_eq!(at("data.csv", goldilocks::value::Value::Text("data.csv".into())), Some("\"data.csv\""));
    assert_eq!(at("data.noise", goldilocks::value::Value::Number(1.0)), None);
}

#[test]
fn expectations_are_read() {
    let experiment = experiment(&parabola(
        r#"
[grid]
learning_rate = [0.1, 0.7, 4]
[check]
fail_on = ["median:10%", "success:5%"]
[[expect]]
where = { learning_rate = { at_least = 0.1, below = 1 } }
steps = 10
over = { quantile = 0.9 }
[[expect]]
status = "diverged"
success_rate = { at_least = 0.5 }
best_learning_rate = { at_most = 1, batch_size = "full" }
fewer_steps_than = { where = { learning_rate = 0.1 } }
"#,
    ));
    assert_eq!(
        experiment.fail_on.iter().map(|text| text.value.as_str()).collect::<Vec<_>>(),
        ["median:10%", "success:5%"]
    );
    let read: Vec<String> = experiment
        .expectations
        .iter()
        .map(|expectation| {
            let claims: Vec<_> = expectation.claims.iter().map(|claim| &claim.value).collect();
            let matchers: Vec<_> = expectation.conditions.iter().map(|condition| &condition.matcher).collect();
            format!("line {}: {matchers:?} {:?} {claims:?}", experiment.line(expectation.span), expectation.over)
        })
        .collect();
    insta::assert_snapshot!(read.join("\n"), @r#"
line 12: [Within(Bounds { above: None, below: Some(1.0), at_least: Some(0.1), at_most: None })] Some(Quantile(0.9)) [Steps(Bounds { above: None, below: None, at_least: Some(10.0), at_most: Some(10.0) })]
line 16: [] None [Status(Diverged), SuccessRate(Bounds { above: None, below: None, at_least: Some(0.5), at_most: None }), BestLearningRate { bounds: Bounds { above: None, below: None, at_least: None, at_most: Some(1.0) }, batch_size: Some(Text("full")) }, FewerStepsThan([Condition { path: "learning_rate", matcher: OneOf([Number(0.1)]), span: Span { source: 0, start: 441, end: 460 } }])]
"#);
}

#[test]
fn the_starter_spec_runs() {
    let grid = expand(spec::STARTER);
    assert_eq!((grid.runs.len(), grid.setups.len()), (16, 1));
}
