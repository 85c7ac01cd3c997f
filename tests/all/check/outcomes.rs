//! Exit codes and messages of expectations.

use super::{NOISY, PARABOLA, Place, fails, prints};

#[test]
fn what_is_as_expected_passes() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    assert_eq!(
        prints(&place.run(&["check", "study.toml"]), 0),
        "study.toml:5: note: no baseline in results/study; the expectations decide alone\n\
         passed  study: 2 expectations hold\n"
    );
    assert!(!place.path("results").exists(), "check writes nothing unless asked to");
    assert_eq!(prints(&place.run(&["check", "study.toml", "--quiet"]), 0), "");
}

#[test]
fn a_violated_expectation_is_a_line_and_exit_code_1() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let expected = "study.toml:13: error: expected 10 steps at learning_rate 0.7, got 8 steps (learning_rate 0.7, run 0)\n\
         study.toml:5: note: no baseline in results/study; the expectations decide alone\n\
         regressed  study: 1 of 2 expectations violated\n";
    assert_eq!(prints(&place.run(&["check", "study.toml", "--set", "problem.curvature=0.7"]), 1), expected);
    let quiet: String =
        expected.lines().filter(|line| !line.contains("note")).map(|line| line.to_owned() + "\n").collect();
    let output = place.run(&["check", "study.toml", "--set", "problem.curvature=0.7", "--quiet"]);
    assert_eq!(prints(&output, 1), quiet);
}

/// The only line of a check that tells of a violation, without the place and the word `error`.
#[track_caller]
fn violation(spec: &str, expect: &str) -> String {
    let place = Place::with(&[("study.toml", &format!("{spec}\n[[expect]]\n{expect}\n"))]);
    let text = prints(&place.run(&["check", "study.toml", "--quiet"]), 1);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(": error: ")).collect();
    let [line] = lines[..] else { panic!("{text}") };
    let expected_line = spec.lines().count() + 1 + expect.lines().count() + 1;
    let (place, message) = line.split_once(": error: ").unwrap();
    assert_eq!(place, format!("study.toml:{expected_line}"));
    message.to_owned()
}

#[test]
fn every_claim_has_its_words() {
    let cases = [
        (
            "where = { learning_rate = 1.6 }\nsteps = 2",
            "expected 2 steps at learning_rate 1.6, got 1 step (learning_rate 1.6, run 1)",
        ),
        (
            "where = { learning_rate = 4.0 }\nsteps = { at_least = 5 }",
            "expected at least 5 steps at learning_rate 4, but the run diverged after 9 steps (learning_rate 4, run 2)",
        ),
        (
            "steps = { at_least = 2, at_most = 5 }",
            "expected at least 2 and at most 5 steps, got 10 steps (learning_rate 0.7, run 0), and so in 2 more cells",
        ),
        (
            "where = { learning_rate = [0.7, 1.6] }\nstatus = \"exhausted\"",
            "expected the status exhausted at learning_rate 0.7 or 1.6, but the run converged after 10 steps \
             (learning_rate 0.7, run 0), and so in 1 more cell",
        ),
        (
            "where = { learning_rate = 4.0 }\nsuccess_rate = { at_least = 0.5 }",
            "expected a success rate of at least 0.5 at learning_rate 4, got 0 (1 diverged) (learning_rate 4, run 2)",
        ),
        (
            "where = { learning_rate = { below = 1 } }\nfinal_loss = { at_most = 1e-9 }",
            "expected a final loss of at most 1e-9 at learning_rate below 1, got 3.1426828630117176e-6 (learning_rate 0.7, run 0)",
        ),
        ("best_learning_rate = { at_most = 1 }", "expected a best learning rate of at most 1, got 1.6 (run 1)"),
        (
            "where = { learning_rate = [0.7, 4.0] }\nbest_learning_rate = { at_least = 1 }",
            "expected a best learning rate of at least 1 at learning_rate 0.7 or 4, got 0.7, on the edge of the grid: \
             extend downwards (run 0)",
        ),
        (
            "where = { learning_rate = 4.0 }\nbest_learning_rate = { at_least = 1 }",
            "expected a best learning rate of at least 1 at learning_rate 4, got none: no run converged (run 2)",
        ),
        (
            "where = { learning_rate = 0.7 }\nfewer_steps_than = { where = { learning_rate = 1.6 } }",
            "expected fewer steps at learning_rate 0.7 than at learning_rate 1.6, got 10 steps against 1 step \
             (learning_rate 0.7, runs 0 to 1)",
        ),
    ];
    let spec = PARABOLA.split("\n[[expect]]").next().unwrap().to_owned() + "\n";
    for (expect, message) in cases {
        assert_eq!(violation(&spec, expect), message);
    }
}

#[test]
fn replicates_are_put_together_as_asked() {
    let place = Place::with(&[("study.toml", NOISY)]);
    prints(&place.run(&["run", "study.toml", "--no-plots", "--quiet"]), 0);
    let mut steps: Vec<u64> = place
        .read("results/noisy/runs.csv")
        .lines()
        .filter(|line| line.contains(",0.01,4,"))
        .map(|line| line.split(',').nth(7).unwrap().parse().unwrap())
        .collect();
    steps.sort_unstable();
    let (least, most) = (steps[0], steps[7]);
    let median = (steps[3] + steps[4]) as f64 / 2.0;
    let at_slow = "where = { learning_rate = 0.01 }\n";
    let of = |over: &str, bounds: &str| violation(NOISY, &format!("{at_slow}over = {over}\nsteps = {bounds}"));

    assert_eq!(
        of("\"median\"", "{ at_most = 1 }"),
        format!(
            "expected in the median at most 1 steps at learning_rate 0.01, got {median} steps (learning_rate 0.01, runs 0 to 7)"
        )
    );
    let message = of("\"all\"", &format!("{{ below = {most} }}"));
    assert!(message.starts_with(&format!("expected in every run below {most} steps")), "{message}");
    assert!(message.contains(&format!("got {most} steps")), "{message}");
    assert_eq!(
        of("\"any\"", &format!("{{ below = {least} }}")),
        format!(
            "expected in at least one run below {least} steps at learning_rate 0.01, got none of 8 runs (learning_rate 0.01, runs 0 to 7)"
        )
    );
    let message = of("{ quantile = 1 }", &format!("{{ below = {most} }}"));
    assert!(
        message.contains(&format!("in the 1 quantile below {most} steps"))
            && message.contains(&format!("got {most} steps"))
    );

    // What holds under the same readings.
    let holding = format!(
        "{NOISY}\n[[expect]]\n{at_slow}over = \"all\"\nsteps = {{ at_most = {most} }}\n\
         [[expect]]\n{at_slow}over = \"any\"\nsteps = {least}\n\
         [[expect]]\n{at_slow}steps = {{ at_least = {median}, at_most = {median} }}\n\
         [[expect]]\nwhere = {{ learning_rate = 0.1 }}\nfewer_steps_than = {{ where = {{ learning_rate = 0.01 }} }}\n\
         over = \"all\"\n[[expect]]\nstatus = \"converged\"\nover = {{ quantile = 0.9 }}\n"
    );
    let place = Place::with(&[("study.toml", &holding)]);
    let text = prints(&place.run(&["check", "study.toml"]), 0);
    assert!(text.ends_with("passed  noisy: 5 expectations hold\n"), "{text}");
}

#[test]
fn a_bad_spec_is_exit_code_2_and_nothing_is_trained() {
    let wrong = PARABOLA.replace("curvature", "curvatur");
    let place = Place::with(&[("study.toml", PARABOLA), ("wrong.toml", &wrong)]);
    let text = fails(&place.run(&["check", "study.toml", "wrong.toml", "--out", "out"]), 2);
    assert!(text.contains("unknown key `curvatur`") && text.contains("wrong.toml:4:1"), "{text}");
    assert!(!place.path("out").exists());
    let text = fails(&place.run(&["check", "study.toml", "--fail-on", "mean:3%"]), 2);
    assert_eq!(
        text,
        "error: `--fail-on`: `mean:3%` is not a change that `check` can fail on\n\
         help: write `median:10%`, `median:2 steps`, `success:5%`, `improved` or `bits`\n"
    );
    place.write("limits.toml", &format!("{PARABOLA}[check]\nfail_on = [\"median:10%\", \"speed:1%\"]\n"));
    assert_eq!(
        fails(&place.run(&["check", "limits.toml"]), 2),
        "error: `speed:1%` is not a change that `check` can fail on\n  \
         --> limits.toml:19:11\n   |\n19 | fail_on = [\"median:10%\", \"speed:1%\"]\n   |           ^^^^^^^^^^^^^^^^^^^^^^^^^^\n   |\n   \
         = help: write `median:10%`, `median:2 steps`, `success:5%`, `improved` or `bits`\n"
    );
    let text = fails(&place.run(&["check", "study.toml", "--save-baseline", "../up"]), 2);
    assert!(text.starts_with("error: `--save-baseline ../up` is not a name\n"), "{text}");
    assert_eq!(place.run(&["check"]).status.code(), Some(2));
}

#[test]
fn known_regressions_outweigh_what_cannot_be_told() {
    let silent = PARABOLA.split("\n[[expect]]").next().unwrap().replace("study", "silent");
    let place = Place::with(&[("study.toml", PARABOLA), ("silent.toml", &silent)]);
    let text = prints(&place.run(&["check", "silent.toml", "study.toml"]), 3);
    assert_eq!(
        text,
        "silent.toml:5: cannot tell: no baseline in results/silent; save one with: goldilocks run silent.toml\n\
         study.toml:5: note: no baseline in results/study; the expectations decide alone\n\
         cannot tell  silent: no expectations\n\
         passed  study: 2 expectations hold\n\
         2 specs checked: 1 passed, 1 cannot tell\n"
    );
    let text = prints(&place.run(&["check", "silent.toml", "study.toml", "--set", "problem.curvature=0.7"]), 1);
    assert!(text.ends_with("2 specs checked: 1 regressed, 1 cannot tell\n"), "{text}");
}
