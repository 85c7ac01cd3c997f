//! Baselines: how they are found and saved, and which ones are refused.

use std::fs;
use std::path::Path;

use super::{NOISY, PARABOLA, Place, prints};

/// The study without expectations.
fn silent() -> String {
    PARABOLA.split("\n[[expect]]").next().unwrap().to_owned()
}

fn run(place: &Place, arguments: &[&str]) {
    prints(&place.run(&[&["run", "study.toml", "--quiet", "--no-plots", "--force"], arguments].concat()), 0);
}

#[test]
fn committed_results_are_the_baseline() {
    let place = Place::with(&[("study.toml", &silent())]);
    run(&place, &[]);
    assert_eq!(
        prints(&place.run(&["check", "study.toml"]), 0),
        "passed  study: no expectations; 3 cells are as in results/study, bit by bit\n"
    );
    // An earlier outcome with fewer steps.
    run(&place, &["--set", "problem.start=1e-3"]);
    let text = prints(&place.run(&["check", "study.toml"]), 3);
    assert!(text.contains(
        "not comparable: settings beside the axes differ from those of the baseline (learning_rate 0.7; run 0)"
    ));
    assert!(
        text.contains("cannot tell: settings that differ from those of the baseline: problem.start 0.001 → unset\n")
    );
    assert!(
        text.ends_with("cannot tell  study: no expectations; cells against results/study: 3 not comparable\n"),
        "{text}"
    );
}

#[test]
fn a_renamed_spec_says_that_it_has_no_baseline() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    run(&place, &[]);
    place.write("study.toml", &PARABOLA.replace("\"study\"", "\"renamed\""));
    let expected = "study.toml:5: warning: no baseline in results/renamed, though there are others (study); if the spec was \
                    renamed, rename its results too; the expectations decide alone\n";
    assert_eq!(prints(&place.run(&["check", "study.toml", "--quiet"]), 0), expected);
    let text = prints(&place.run(&["check", "study.toml"]), 0);
    assert!(text.ends_with("passed  renamed: 2 expectations hold; no baseline was found\n"), "{text}");
    let text = prints(&place.run(&["check", "study.toml", "--github"]), 0);
    assert!(text.starts_with("::warning file=study.toml,line=5"), "{text}");
}

#[test]
fn other_line_ends_are_named() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    run(&place, &[]);
    let path = place.path("results/study/runs.csv");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
    let text = prints(&place.run(&["check", "study.toml"]), 3);
    assert!(text.contains("runs.csv has CRLF line ends; git changes none with `results/** -text`"), "{text}");
}

/// Changes a cell of `runs.csv` and writes the manifest anew: an outcome of another version of the program.
fn tamper(place: &Place, folder: &str, change: impl Fn(&str) -> String) {
    let path = place.path(folder).join("runs.csv");
    fs::write(&path, change(&fs::read_to_string(&path).unwrap())).unwrap();
    goldilocks::store::write_manifest(&place.path(folder)).unwrap();
}

#[test]
fn a_lone_run_that_moved_is_told_with_its_steps() {
    let place = Place::with(&[("study.toml", &silent())]);
    run(&place, &[]);
    let trajectory = |runs: &str, row: usize| runs.lines().nth(row + 1).unwrap().split(',').nth(14).unwrap().to_owned();
    let before = place.read("results/study/runs.csv");
    let slower = |steps: &str| {
        let changed = before.replacen(",converged,10,", &format!(",converged,{steps},"), 1);
        changed.replacen(&trajectory(&before, 0), "00000000000000ff", 1)
    };
    tamper(&place, "results/study", |_| slower("8"));
    assert_eq!(
        prints(&place.run(&["check", "study.toml"]), 1),
        "study.toml:5: error: slower: steps 8 → 10 (+25%) (learning_rate 0.7; run 0)\n\
         regressed  study: no expectations; cells against results/study: 1 slower, 2 same\n"
    );
    tamper(&place, "results/study", |_| slower("12"));
    let text = prints(&place.run(&["check", "study.toml"]), 0);
    assert_eq!(text, "passed  study: no expectations; cells against results/study: 1 improved, 2 same\n");
    assert_eq!(
        prints(&place.run(&["check", "study.toml", "--fail-on", "improved", "--quiet"]), 1),
        "study.toml:5: error: the baseline is out of date: improved: steps 12 → 10 (-17%) (learning_rate 0.7; run 0)\n\
         regressed  study: no expectations; cells against results/study: 1 improved, 2 same\n"
    );
    prints(&place.run(&["check", "study.toml", "--fail-on", "median:20%,improved"]), 0);
    tamper(&place, "results/study", |_| slower("10"));
    prints(&place.run(&["check", "study.toml"]), 0);
    assert_eq!(
        prints(&place.run(&["check", "study.toml", "--fail-on", "bits", "--quiet"]), 1),
        "study.toml:5: error: other bits, though bits must not change: same: other losses, but the same steps \
         (learning_rate 0.7; run 0)\nregressed  study: no expectations; cells against results/study: 3 same\n"
    );
    tamper(&place, "results/study", |_| before.replacen(",diverged,,", ",exhausted,,", 1));
    let text = prints(&place.run(&["check", "study.toml", "--quiet"]), 1);
    assert!(
        text.starts_with("study.toml:5: error: status changed: exhausted after 9 steps → diverged after 9 steps (learning_rate 4; run 2)\n"),
        "{text}"
    );
}

#[test]
fn a_named_baseline_is_saved_and_found() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    let text = prints(&place.run(&["check", "study.toml", "--save-baseline", "main"]), 0);
    assert_eq!(
        text,
        "study.toml:5: note: compared with no baseline: this outcome becomes one\n\
         passed  study: 2 expectations hold\n\
         saved as a baseline in results/.baselines/main/study\n"
    );
    let text = prints(&place.run(&["check", "study.toml", "--baseline", "main"]), 0);
    assert_eq!(
        text,
        "passed  study: 2 expectations hold; 3 cells are as in results/.baselines/main/study, bit by bit\n"
    );
    let text = prints(&place.run(&["check", "study.toml", "--baseline", "results/.baselines/main"]), 0);
    assert!(text.contains("3 cells are as in results/.baselines/main/study"), "{text}");
    let text = prints(&place.run(&["check", "study.toml", "--baseline", "other"]), 3);
    assert!(
        text.starts_with(
            "study.toml:5: cannot tell: no baseline `other`; save one with: goldilocks check study.toml --save-baseline other\n"
        ),
        "{text}"
    );
    let text = prints(&place.run(&["check", "study.toml", "--baseline", "other", "--baseline-lenient"]), 0);
    assert!(text.contains("note: no baseline `other` yet; passed, for --baseline-lenient was given"), "{text}");
    // What is wrong becomes no baseline.
    let broken = ["check", "study.toml", "--save-baseline", "bad", "--set", "problem.curvature=0.7"];
    prints(&place.run(&broken), 1);
    assert!(!place.path("results/.baselines/bad").exists());
}

#[test]
fn finished_results_are_checked_without_training() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    run(&place, &["--out", "done"]);
    for folder in ["done", "all"] {
        if folder == "all" {
            fs::create_dir(place.path("all")).unwrap();
            fs::rename(place.path("done"), place.path("all/study")).unwrap();
        }
        let text = prints(&place.run(&["check", "study.toml", "--results", folder]), 0);
        assert!(text.ends_with("passed  study: 2 expectations hold\n"), "{text}");
    }
    let changed = ["check", "study.toml", "--results", "all", "--set", "grid.learning_rate=[0.7, 4]"];
    let text = prints(&place.run(&changed), 3);
    let expected = "all/study: the results are not those of this spec: 0 of its runs are missing, and 1 are none of it";
    assert!(text.contains(expected), "{text}");
    let text = prints(&place.run(&["check", "study.toml", "--results", "nowhere"]), 3);
    assert!(text.contains("cannot read nowhere/manifest.csv: there is no such file or folder"), "{text}");
}

#[test]
fn half_a_folder_is_never_a_baseline() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    type Damage = fn(&Path);
    let cases: [(Damage, &str); 5] = [
        (|folder| fs::remove_file(folder.join("manifest.csv")).unwrap(), "has no manifest.csv"),
        (|folder| fs::remove_file(folder.join("curves.csv")).unwrap(), "is not complete: curves.csv is missing"),
        (|folder| fs::remove_file(folder.join("runs.csv")).unwrap(), "is not complete: runs.csv is missing"),
        (
            |folder| {
                let text = fs::read_to_string(folder.join("runs.csv")).unwrap();
                let cut = text.trim_end().rfind('\n').unwrap() + 1;
                fs::write(folder.join("runs.csv"), &text[..cut]).unwrap();
            },
            "is not complete: runs.csv is cut off or was changed after it was written",
        ),
        (|folder| fs::remove_dir_all(folder).and_then(|()| fs::create_dir(folder)).unwrap(), "has no manifest.csv"),
    ];
    for (damage, message) in cases {
        run(&place, &[]);
        damage(&place.path("results/study"));
        let text = prints(&place.run(&["check", "study.toml", "--baseline-lenient"]), 3);
        let start = "study.toml:5: cannot tell: the baseline cannot be used: results/study ";
        assert!(text.starts_with(&format!("{start}{message}")), "{text}");
        fs::remove_dir_all(place.path("results")).unwrap();
    }
}

#[test]
fn tables_of_another_version_are_read_or_refused_but_not_misread() {
    let place = Place::with(&[("study.toml", PARABOLA)]);
    run(&place, &[]);
    let original = place.read("results/study/runs.csv");
    let reorder = |text: &str, order: &dyn Fn(Vec<&str>) -> Vec<String>| -> String {
        text.lines().map(|line| order(line.split(',').collect()).join(",") + "\n").collect()
    };
    // The last column (an extra) and the columns of the outcome back to front.
    tamper(&place, "results/study", |text| {
        reorder(text, &|cells| {
            let (axes, outcome) = cells.split_at(3);
            axes.iter().chain(outcome[..12].iter().rev()).chain(&outcome[12..]).map(|cell| (*cell).to_owned()).collect()
        })
    });
    let text = prints(&place.run(&["check", "study.toml"]), 0);
    assert!(text.contains("3 cells are as in results/study, bit by bit"), "{text}");
    // A column of numbers that this version does not know.
    tamper(&place, "results/study", |_| {
        reorder(&original, &|cells| {
            let new = if cells[0] == "run" { "sharpness" } else { "0.5" };
            cells.into_iter().chain([new]).map(str::to_owned).collect()
        })
    });
    prints(&place.run(&["check", "study.toml"]), 0);
    // One in the midst of the axes, which may be a setting.
    tamper(&place, "results/study", |_| {
        reorder(&original, &|mut cells| {
            cells.insert(2, if cells[0] == "run" { "warmup" } else { "5" });
            cells.into_iter().map(str::to_owned).collect()
        })
    });
    let text = prints(&place.run(&["check", "study.toml"]), 3);
    assert!(
        text.contains("results/study/runs.csv, line 1: expected an axis (learning_rate, batch_size, seed or a dotted setting), found `warmup`"),
        "{text}"
    );
    // A column that is missing.
    tamper(&place, "results/study", |_| original.replacen("trajectory", "trajektorie", 1));
    let text = prints(&place.run(&["check", "study.toml"]), 3);
    assert!(text.contains("expected a column `trajectory`, found none"), "{text}");
}

#[test]
fn an_axis_that_was_added_hides_no_old_cell() {
    let place = Place::with(&[("study.toml", &silent())]);
    run(&place, &[]);
    place.write("study.toml", &silent().replace("[grid]", "[grid]\n\"optimizer.momentum\" = [0.0, 0.5]"));
    let text = prints(&place.run(&["check", "study.toml"]), 3);
    let new = "cannot tell: new (optimizer.momentum 0.5, learning_rate 0.7; run 3): not in the baseline; save a new one, or pass --baseline-lenient";
    assert!(text.contains(new), "{text}");
    assert!(text.ends_with("cells against results/study: 3 new, 3 same\n"), "{text}");
    let text = prints(&place.run(&["check", "study.toml", "--baseline-lenient"]), 0);
    assert!(text.contains("note: 3 cells are new; passed, for --baseline-lenient was given"), "{text}");
    // And the other way round: cells that went are not passed over.
    run(&place, &[]);
    place.write("study.toml", &silent());
    let text = prints(&place.run(&["check", "study.toml", "--baseline-lenient"]), 3);
    assert!(text.ends_with("cells against results/study: 3 removed, 3 same\n"), "{text}");
}

#[test]
fn few_seeds_cannot_tell_and_say_so() {
    let place = Place::with(&[("study.toml", NOISY)]);
    let few = ["--set", "grid.seed={ count = 5 }"];
    prints(&place.run(&[&["run", "study.toml", "--quiet", "--no-plots"], &few[..]].concat()), 0);
    // The earlier program needed a third of the steps in every run.
    let faster = |text: &str| -> String {
        let line = |line: &str| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if let Ok(steps) = cells[7].parse::<u64>() {
                cells[7] = (steps / 3).to_string();
                cells[17] = cells[17].chars().rev().collect();
            }
            cells.join(",") + "\n"
        };
        text.lines().map(line).collect()
    };
    tamper(&place, "results/noisy", faster);
    let text = prints(&place.run(&[&["check", "study.toml"], &few[..]].concat()), 3);
    assert!(text.contains("study.toml:9: cannot tell: median steps"), "{text}");
    assert!(text.contains("p = 0.062; 5 seeds are too few to tell it from chance, 6 would do"), "{text}");

    prints(&place.run(&["run", "study.toml", "--quiet", "--no-plots", "--force"]), 0);
    tamper(&place, "results/noisy", faster);
    let text = prints(&place.run(&["check", "study.toml"]), 1);
    assert!(text.contains("error: slower: median steps") && text.contains("p = 0.0078"), "{text}");
    assert!(text.ends_with("cells against results/noisy: 2 slower\n"), "{text}");
}

#[test]
fn other_seeds_are_paired_in_order_with_a_note() {
    let place = Place::with(&[("study.toml", NOISY)]);
    prints(&place.run(&["run", "study.toml", "--quiet", "--no-plots"]), 0);
    let text = prints(&place.run(&["check", "study.toml", "--set", "grid.seed={ from = 100, count = 8 }"]), 0);
    assert!(
        text.contains("note: 2 cells with no seed in common: their seeds are paired in order, and nothing tells whether other settings changed"),
        "{text}"
    );
}
