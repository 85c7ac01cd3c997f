//! `explain` as a process.

use super::{NOISY, Place, fails, prints};

fn explained(run: &str) -> String {
    let place = Place::of_the_repository();
    prints(&place.run(&["explain", "results/learning-rate", run]), 0)
}

#[test]
fn a_diverging_run_is_explained() {
    assert_eq!(
        explained("7"),
        "Run 7 (learning_rate 4) diverged after 9 steps: loss above 1000 times its start.\n\
         Its loss began at 0.3125 and ended at 461.8, 1478 times its start; it was never below its start.\n\
         The loss first grew at step 1, from 0.3125 to 0.7031, and from then on always.\n\
         Every step jumped over the minimum: it oscillates, its steps are too long.\n\
         Its distance ended at 38.44; the target was 0.0055 (0.0055 of its start), 6990 times the target.\n\
         The next smaller learning rate, 3.2, was exhausted after 1000 steps, oscillating.\n\
         In theory the limit of stability (of the full batch) is 3.2; this learning rate is 1.25 times that, above it, \
         where divergence is to be expected.\n"
    );
}

#[test]
fn a_slow_run_is_explained() {
    let text = explained("0");
    let expected = [
        "Run 0 (learning_rate 0.00001) spent its budget of 1000 steps while its loss was still falling: it was too slow.",
        "It was on one side of the minimum at every recorded step.",
        "Its distance ended at 0.9938; the target was 0.0055 (0.0055 of its start), 180.7 times the target.",
        "The next larger learning rate, 0.1, converged after 81 steps.",
        "this learning rate is 3.125e-6 times that, below it, so that a larger one would be faster.",
    ];
    expected.iter().for_each(|sentence| assert!(text.contains(sentence), "{sentence}\n{text}"));
}

/// Its loss falls at the end, but rises on the way: no larger learning rate would have helped it.
#[test]
fn a_page_at_rate_3_is_not_called_slow() {
    let place = Place::with(&[]);
    let address = "#dataset=circle&networkShape=4,2&seed=0.5&learningRate=3";
    prints(&place.run(&["import", address, "--out", "page.toml"]), 0);
    prints(&place.run(&["run", "page.toml", "--quiet", "--no-plots"]), 0);
    let text = prints(&place.run(&["explain", "results/playground-circle", "0"]), 0);
    let expected =
        "Run 0 (learning_rate 3, batch_size 10) spent its budget of 2500 steps while its loss was still falling.\n";
    assert!(text.starts_with(expected) && text.contains("The loss first grew "), "{text}");
    assert!(!text.contains("too slow"), "{text}");
    // A shorter look at the page needs no other change: its pictures end with it.
    prints(&place.run(&["run", "page.toml", "--quiet", "--force", "--set", "stop.max_epochs=20"]), 0);
    assert!(place.path("results/playground-circle/boundary.png").is_file());
    let planes = place.read("results/playground-circle/boundary.csv");
    assert!(planes.contains("\n0,20,") && !planes.contains("\n0,100,"), "{}", &planes[..200]);
}

#[test]
fn a_run_that_bounces_and_one_that_converges_are_explained() {
    let text = explained("6");
    assert!(text.contains("It oscillates: it changed sides of the minimum in "), "{text}");
    assert!(text.contains("this learning rate lies on it, where a step neither gains nor loses."), "{text}");
    let text = explained("2");
    assert!(text.starts_with("Run 2 (learning_rate 0.7) converged after 10 steps.\n"), "{text}");
    assert!(text.contains("No step jumped over the minimum.\n"), "{text}");
    assert!(text.contains("0.0055 (0.0055 of its start), which it met.\n"), "{text}");
    assert!(text.contains("The next smaller learning rate, 0.1, converged after 81 steps; the next larger learning rate, 1, converged after 6 steps.\n"), "{text}");
}

#[test]
fn a_run_is_named_by_its_number_or_its_identity() {
    let place = Place::with(&[("study.toml", NOISY)]);
    prints(&place.run(&["run", "study.toml", "--quiet", "--no-plots", "--set", "stop.max_epochs=1"]), 0);
    let runs = place.read("results/noisy/runs.csv");
    let id = runs.lines().nth(5).unwrap().split(',').nth(1).unwrap().to_owned();
    let by_number = prints(&place.run(&["explain", "results/noisy", "4"]), 0);
    assert_eq!(prints(&place.run(&["explain", "results/noisy", &id]), 0), by_number);
    // The target comes from the copy of the spec, changes of the command line included.
    assert!(by_number.contains("of its start), ") && by_number.contains("(same seed)."), "{by_number}");
    assert_eq!(
        fails(&place.run(&["explain", "results/noisy", "16"]), 2),
        "error: results/noisy has no run `16`\nhelp: its runs are 0 to 15; or give an id of runs.csv, or settings such as `learning_rate=0.7,seed=3`\n"
    );
    let text = fails(&place.run(&["explain", "nowhere", "0"]), 2);
    assert_eq!(text, "error: cannot read nowhere/runs.csv: there is no such file or folder\n");
}
