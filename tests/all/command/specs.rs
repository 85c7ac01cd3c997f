//! Specs of programs: what is accepted, and what is said where something is wrong.

use goldilocks::grid;

use super::Place;

const SPEC: &str = "name = \"study\"
[problem]
kind = \"command\"
program = [\"/bin/sh\", \"train.sh\", \"--lr={learning_rate}\"]
[grid]
learning_rate = [0.1, 1]
[stop]
max_steps = 10
";

fn errors(text: &str) -> String {
    Place::new().parse(text).err().unwrap_or_default()
}

fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SPEC.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn a_spec_of_a_program_is_accepted_with_names_of_its_own() {
    let text = with(&[
        (
            "--lr={learning_rate}\"",
            "--lr={learning_rate}\", \"{params.dropout}\", \"{params.width}\", \"{{{batch_size}}}\", \"{id}\"",
        ),
        (
            "[grid]",
            "[params]\nwidth = 64\n[grid]\nbatch_size = [1, 2]\n\"params.dropout\" = [0, 0.5]\nparams.name = { from = 0, to = 1, count = 3 }",
        ),
        ("[stop]", "[problem.env]\nNAME = \"{params.name}\"\n[stop]"),
    ]);
    assert_eq!(errors(&text), "");
    let experiment = Place::new().parse(&text).unwrap();
    let grid = grid::expand(&experiment).unwrap();
    assert_eq!(grid.runs.len(), 2 * 2 * 2 * 3);
    let paths: Vec<&str> = grid.axes.iter().map(|axis| axis.path.as_str()).collect();
    assert_eq!(paths, ["batch_size", "params.dropout", "params.name", "learning_rate"]);
}

#[test]
fn settings_of_its_own_make_other_runs_and_resources_do_not() {
    let ids = |text: &str| {
        let experiment = Place::new().parse(text).unwrap_or_else(|errors| panic!("{errors}"));
        grid::expand(&experiment).unwrap().runs.iter().map(|run| run.id).collect::<Vec<u64>>()
    };
    let told = |extra: &str| with(&[("{learning_rate}\"", "{learning_rate}\", \"{params.x}\""), ("[grid]", extra)]);
    let plain = ids(&told("[params]\nx = 1\n[grid]"));
    assert_eq!(plain, ids(&told("timeout = \"1 h\"\njobs = 2\nretries = 1\n[params]\nx = 1.0\n[grid]")));
    assert_eq!(plain, ids(&told("[grid]\n\"params.x\" = 1")));
    assert_ne!(plain, ids(&told("[params]\nx = 2\n[grid]")));
    assert_ne!(plain, ids(&told("env = { A = \"b\" }\n[params]\nx = 1\n[grid]")));
}

#[test]
fn a_place_that_names_nothing_is_shown() {
    let text = errors(&with(&[("{learning_rate}", "{learning_rte}")]));
    assert!(text.contains("`{learning_rte}` names no setting of this spec"), "{text}");
    assert!(text.contains("--> study.toml:4:"), "{text}");
    assert!(text.contains("did you mean `learning_rate`?"), "{text}");
    let carets = text.lines().find(|line| line.contains('^')).unwrap();
    assert_eq!(carets.matches('^').count(), "learning_rte".len(), "{text}");
}

#[test]
fn braces_that_do_not_match_are_shown() {
    let text = errors(&with(&[("{learning_rate}", "{learning_rate")]));
    assert!(text.contains("`{` without a `}`") && text.contains("write `{{` and `}}` for braces"), "{text}");
}

#[test]
fn an_axis_of_which_the_program_is_not_told_is_shown() {
    let text = errors(&with(&[("[stop]", "seed = { count = 3 }\n[stop]")]));
    assert!(text.contains("the program is not told of `seed`"), "{text}");
    assert!(text.contains("study.toml:7:"), "{text}");
    assert!(text.contains("put `{seed}` into an argument"), "{text}");
    let text =
        errors(&with(&[("[stop]", "seed = { count = 3 }\n[stop]"), ("[grid]", "reads_environment = true\n[grid]")]));
    assert_eq!(text, "");
    // Every grid has a learning rate, whether the program takes one or not.
    assert_eq!(errors(&with(&[("[0.1, 1]", "1"), ("--lr={learning_rate}", "x")])), "");
    let text = errors(&with(&[("--lr={learning_rate}", "x")]));
    assert!(text.contains("the program is not told of `learning_rate`"), "{text}");
    let text = errors(&with(&[("[grid]", "[optimizer]\nmomentum = 0.9\n[grid]")]));
    assert!(text.contains("the program is not told of `optimizer.momentum`"), "{text}");
}

#[test]
fn an_axis_without_its_section_is_pointed_to_it() {
    let text = errors(&with(&[("[stop]", "dropout = [0, 0.5]\n[stop]")]));
    assert!(text.contains("unknown axis `dropout`") && text.contains("`\"params.dropout\"`"), "{text}");
}

#[test]
fn what_is_for_programs_only_is_refused_elsewhere() {
    let text = "name = \"x\"\n[problem]\nkind = \"parabola\"\ntimeout = \"1 s\"\n[params]\na = 1\n[grid]\nlearning_rate = 1\n[stop]\nmax_steps = 1\n";
    let text = errors(text);
    assert!(text.contains("`problem.timeout` does not go with `problem.kind` = \"parabola\""), "{text}");
    assert!(text.contains("`params` does not go with `problem.kind` = \"parabola\""), "{text}");
    let text = errors(&with(&[("[grid]", "[data]\ncsv = \"a.csv\"\n[grid]")]));
    assert!(text.contains("a program has no examples, so `data` has no meaning"), "{text}");
}

#[test]
fn wrong_values_are_told_with_what_is_expected() {
    for (line, message) in [
        ("timeout = \"soon\"", "`problem.timeout` is no time"),
        ("timeout = 10", "`problem.timeout` has the wrong type"),
        ("timeout = \"0 s\"", "`problem.timeout` is no time"),
        ("gpus = [0, 0]", "`problem.gpus` names 0 twice"),
        ("jobs = 0", "`problem.jobs` is out of range"),
        ("pattern = \"(\"", "the pattern cannot be read"),
        ("pattern = \"loss\"", "the pattern has no named group"),
        ("file = \"metrics.csv\"", "several runs would write this file at once"),
        ("env = { \"A=B\" = \"x\" }", "`A=B` cannot be a name in [problem.env]"),
        ("env = { A = 1 }", "`problem.env.A` has the wrong type"),
        ("program_ = 1", "unknown key `program_` in [problem]"),
    ] {
        let text = errors(&with(&[("[grid]", &format!("{line}\n[grid]"))]));
        assert!(text.contains(message), "{line}:\n{text}");
    }
    let text = errors(&with(&[("[\"/bin/sh\", \"train.sh\", \"--lr={learning_rate}\"]", "[]")]));
    assert!(text.contains("`problem.program` is empty"), "{text}");
    let text = errors(&with(&[("\"train.sh\"", "1")]));
    assert!(text.contains("`problem.program` has the wrong type"), "{text}");
}
