//! Sweeps that several processes train, each a share: the files are those of one machine, or the program says what is missing.

use std::fs;
use std::time::{Duration, Instant};

use goldilocks::store::{Shape, Shards, look};
use serde_json::Value;

use super::resume::{Place, ended};

fn train(place: &Place, share: &str) -> String {
    place.run(&["--quiet", "--out", "sweep", "--shard", share], 0)
}

#[test]
fn merged_shards_have_the_files_of_one_machine_for_any_number_of_them() {
    let place = Place::new(10);
    let recorded = ["--set", "record.parameters='both'"];
    place.run(&[&["--quiet", "--out", "reference"], &recorded[..]].concat(), 0);
    for of in [1, 3, 8] {
        let folder = format!("sweep-{of}");
        for number in (1..=of).rev() {
            let share = format!("{number}/{of}");
            place.run(&[&["--quiet", "--out", &folder, "--shard", &share], &recorded[..]].concat(), 0);
        }
        place.call(&["merge", &folder, "--quiet"], 0);
        place.hold(&folder, "reference");
        // Once more, over its own results.
        place.call(&["merge", &folder, "--quiet"], 0);
        place.hold(&folder, "reference");
        assert_eq!(place.call(&["status", &folder, "--missing"], 0).0, "");
    }
}

#[test]
fn what_is_missing_or_cut_off_is_named_and_nothing_is_written() {
    let place = Place::new(10);
    place.run(&["--quiet", "--out", "reference"], 0);
    assert!(place.call(&["merge", "reference"], 2).1.contains("holds no shards"));
    train(&place, "1/4");
    train(&place, "3/4");
    let message = place.call(&["merge", "sweep"], 3).1;
    assert!(
        message.starts_with("error: shards 2,4 of 4 must be run again; nothing was written\n  2: it is not there\n"),
        "{message}"
    );
    assert!(message.contains("study.toml --shard 2/4 --out sweep"), "{message}");
    assert!(!place.path("sweep/runs.csv").exists());
    assert_eq!(place.call(&["status", "sweep", "--missing"], 3).0, "2,4\n");
    assert_eq!(place.call(&["status", "sweep", "--missing", "--shard-base", "0"], 3).0, "1,3\n");
    train(&place, "2/4");
    train(&place, "4/4");
    let shard = place.path("sweep/shards/3-of-4.shard");
    let whole = fs::read(&shard).unwrap();
    fs::write(&shard, &whole[..whole.len() * 2 / 3]).unwrap();
    let message = place.call(&["merge", "sweep"], 3).1;
    assert!(
        message.contains("shard 3 of 4 must be run again") && message.contains("3-of-4.shard is cut off or damaged"),
        "{message}"
    );
    assert!(place.call(&["status", "sweep"], 3).0.contains("damaged"));
    // What is whole of it is not trained again.
    let output = place.start(&["--out", "sweep", "--shard", "3/4"]).wait_with_output().unwrap();
    ended(&output, 0);
    place.call(&["merge", "sweep", "--quiet"], 0);
    place.hold("sweep", "reference");
}

#[test]
fn a_complete_shard_is_not_trained_again_and_another_sweep_is_refused() {
    let place = Place::new(10);
    train(&place, "2/2");
    let before = fs::metadata(place.path("sweep/shards/2-of-2.shard")).unwrap().modified().unwrap();
    train(&place, "2/2");
    assert_eq!(fs::metadata(place.path("sweep/shards/2-of-2.shard")).unwrap().modified().unwrap(), before);
    let refused = |more: &[&str]| place.run(&[&["--out", "sweep"], more].concat(), 2);
    assert!(refused(&["--shard", "1/3"]).contains("2 shards there, 3 here"));
    let message = refused(&["--shard", "1/2", "--set", "stop.max_epochs=11"]);
    assert!(message.contains("stop.max_epochs: 10 there, 11 here"), "{message}");
    let data = fs::read_to_string(place.path("data.csv")).unwrap();
    fs::write(place.path("data.csv"), data.replace("6,3,", "6,4,")).unwrap();
    assert!(refused(&["--shard", "1/2"]).contains("data.csv: its contents have changed"));
    assert!(place.call(&["merge", "sweep"], 3).1.contains("data.csv: its contents have changed"));
}

#[test]
#[cfg(unix)]
fn a_killed_shard_goes_on_and_status_tells_how_far_it_is() {
    let place = Place::new(400);
    place.run(&["--quiet", "--no-plots", "--out", "reference"], 0);
    train(&place, "1/2");
    let shards = Shards::of(&place.path("sweep"));
    let mut child = place.start(&["--out", "sweep", "--shard", "2/2"]);
    let begun = Instant::now();
    let done = || {
        let text = place.call(&["status", "sweep", "--json"], 3).0;
        let status: Value = serde_json::from_str(&text).unwrap();
        (status["shards"][1]["state"].as_str().unwrap().to_owned(), status["shards"][1]["done"].as_u64().unwrap())
    };
    while !matches!(done(), (state, runs) if state == "running" && runs > 0) {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "{:?}", done());
    }
    assert_eq!(place.call(&["status", "sweep", "--missing"], 3).0, "");
    child.kill().unwrap();
    child.wait().unwrap();
    let (state, runs) = done();
    assert!(state == "stopped" && runs > 0, "{state}");
    assert_eq!((place.call(&["status", "sweep", "--missing"], 3).0, shards.journals().len()), ("2\n".to_owned(), 1));
    train(&place, "2/2");
    assert!(shards.journals().is_empty(), "nothing is left behind");
    place.call(&["merge", "sweep", "--quiet", "--no-plots"], 0);
    place.hold("sweep", "reference");
}

#[test]
fn two_live_copies_of_a_shard_do_not_disturb_each_other() {
    let place = Place::new(20);
    place.run(&["--quiet", "--no-plots", "--out", "reference"], 0);
    for _ in 0..3 {
        let copies: Vec<_> = (0..2).map(|_| place.start(&["--quiet", "--out", "sweep", "--shard", "1/2"])).collect();
        for copy in copies {
            ended(&copy.wait_with_output().unwrap(), 0);
        }
        assert_eq!(Shards::of(&place.path("sweep")).complete().len(), 1);
        train(&place, "2/2");
        place.call(&["merge", "sweep", "--quiet", "--no-plots"], 0);
        place.hold("sweep", "reference");
        fs::remove_dir_all(place.path("sweep")).unwrap();
    }
}

#[test]
fn copies_that_differ_are_told_and_nothing_is_written() {
    let place = Place::new(10);
    train(&place, "1/2");
    train(&place, "2/2");
    let shards = Shards::of(&place.path("sweep"));
    let shard = place.path("sweep/shards/1-of-2.shard");
    // How many columns there are is not written in it.
    let read = |(extras, measures)| {
        let found = look(&shard).unwrap().unwrap();
        let (header, mut groups) = (found.header.clone(), Vec::new());
        let shape = Shape { extras, measures };
        let extent =
            found.read(shape, |number, _| Some(number), |runs, finished| groups.push((runs, finished))).unwrap();
        (!extent.is_damaged).then_some((header, groups))
    };
    let (header, groups) = (0..100).map(|columns| (columns / 10, columns % 10)).find_map(read).unwrap();
    let (mut journal, path) = shards.journal(&header).unwrap();
    for (runs, mut finished) in groups {
        finished.runs.iter_mut().filter(|run| run.status.name() == "exhausted").for_each(|run| run.final_loss += 1e-9);
        journal.append(&runs, &finished).unwrap();
    }
    journal.seal().unwrap();
    drop(journal);
    fs::rename(path, place.path("sweep/shards/copy.shard")).unwrap();
    let message = place.call(&["merge", "sweep"], 4).1;
    assert!(
        message.starts_with("error: two copies of shard 1 differ: run ") && !place.path("sweep/runs.csv").exists(),
        "{message}"
    );
    // The same in another order is no difference.
    fs::copy(&shard, place.path("sweep/shards/copy.shard")).unwrap();
    place.call(&["merge", "sweep", "--quiet", "--no-plots"], 0);
}

#[test]
fn a_share_may_come_from_a_named_variable() {
    let place = Place::new(2);
    let message = place.run(&["--out", "sweep", "--shard", "@NO_SUCH_VARIABLE/2"], 2);
    assert!(message.contains("the variable NO_SUCH_VARIABLE is not set") && !place.path("sweep").exists(), "{message}");
    assert!(place.run(&["--out", "sweep", "--shard", "0/2"], 2).contains("--shard-base 0"));
    place.run(&["--quiet", "--out", "sweep", "--shard", "0/2", "--shard-base", "0"], 0);
    assert!(place.path("sweep/shards/1-of-2.shard").is_file());
}
