//! `compare` as a process: the table, JSON, Markdown, plots.

use std::fs;

use serde_json::Value;

use super::{NOISY, PARABOLA, Place, fails, prints};

/// Two outcomes of a study; the second has another curvature.
fn place() -> Place {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    prints(&place.run(&["run", "study.toml", "--quiet", "--no-plots", "--out", "before"]), 0);
    let other = ["run", "study.toml", "--quiet", "--no-plots", "--out", "after", "--set", "problem.curvature=0.7"];
    prints(&place.run(&other), 0);
    place
}

#[test]
fn a_table() {
    let place = place();
    assert_eq!(
        prints(&place.run(&["compare", "before", "after"]), 0),
        "before → after: 3 cells\n\
         Changes count from median:10%, success:5%\n\
         Note: 3 cells differ in settings that are not axes (problem, data, optimizer or stop rule), and are\n\
         compared all the same.\n\
         Settings that differ: problem.curvature 0.625 → 0.7.\n\
         \n\
         learning_rate  before  after  paired ratio  verdict\n\
         ─────────────────────────────────────────────────────\n          \
         0.7      10      8           0.8  improved\n          \
         1.6       1      3             3  slower\n            \
         4   never  never             –  same\n\
         \n\
         Cells: 1 slower, 1 improved, 1 same\n"
    );
    let text = prints(&place.run(&["compare", "before", "before"]), 0);
    assert!(text.ends_with("Cells: 3 same (3 bit by bit)\n"), "{text}");
    let text = prints(&place.run(&["compare", "before", "after", "--fail-on", "median:2 steps"]), 0);
    assert!(text.ends_with("Cells: 3 same\n"), "{text}");
}

#[test]
fn markdown_and_json() {
    let place = place();
    assert_eq!(
        prints(&place.run(&["compare", "before", "after", "--markdown"]), 0),
        "## before → after\n\n\
         * 3 cells differ in settings that are not axes (problem, data, optimizer or stop rule), and are compared all the same\n\
         * settings that differ: problem.curvature 0.625 → 0.7\n\n\
         | cell | before | after | paired ratio | verdict |\n| --- | ---: | ---: | ---: | --- |\n\
         | learning\\_rate 0.7 | 10 | 8 | 0.80 | improved |\n\
         | learning\\_rate 1.6 | 1 | 3 | 3.00 | slower |\n\
         | learning\\_rate 4 | never | never |  | same |\n"
    );
    let json: Value = serde_json::from_str(&prints(&place.run(&["compare", "before", "after", "--json"]), 0)).unwrap();
    assert_eq!(json["counts"]["slower"], 1);
    assert_eq!(json["settings_that_differ"][0]["setting"], "problem.curvature");
    let cell = &json["cells"][1];
    assert_eq!((&cell["settings"]["learning_rate"], &cell["verdict"]), (&Value::from(1.6), &Value::from("slower")));
    assert_eq!((&cell["before"]["steps_median"], &cell["paired_ratio"]), (&Value::from(1.0), &Value::from(3.0)));
    assert_eq!(json["cells"][2]["after"]["steps_median"], Value::Null);
    assert_eq!(json["cells"][2]["after"]["counts"]["diverged"], 1);
}

#[test]
fn plots_of_both_lie_over_each_other() {
    let place = place();
    prints(&place.run(&["compare", "before", "after", "--out", "plots", "--format", "svg"]), 0);
    let steps = place.read("plots/steps.svg");
    for text in ["before", "after", "learning rate", "steps to convergence, log scale"] {
        assert!(steps.contains(&format!(">\n{text}\n<")) || steps.contains(text), "no `{text}`");
    }
    assert!(place.read("plots/loss.svg").contains("learning rate 1.6"));
    // Again, over the old plots; but never over something else.
    prints(&place.run(&["compare", "before", "after", "--out", "plots"]), 0);
    assert_eq!(&fs::read(place.path("plots/steps.png")).unwrap()[1..4], b"PNG");
    assert!(!place.path("plots/steps.svg").exists());
    let text = fails(&place.run(&["compare", "before", "after", "--out", "before"]), 2);
    assert!(text.contains("before contains other files: "), "{text}");
}

#[test]
fn folders_that_have_nothing_in_common_or_are_not_whole() {
    let place = place();
    place.write("noisy.toml", NOISY);
    prints(&place.run(&["run", "noisy.toml", "--quiet", "--no-plots"]), 0);
    let text = prints(&place.run(&["compare", "before", "results/noisy"]), 3);
    assert!(text.ends_with("Cells: 3 removed, 2 new\n"), "{text}");
    fs::remove_file(place.path("before/manifest.csv")).unwrap();
    assert_eq!(
        fails(&place.run(&["compare", "before", "after"]), 2),
        "error: before has no manifest.csv: its results are not complete, or of an older version\n"
    );
}
