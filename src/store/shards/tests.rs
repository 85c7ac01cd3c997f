//! Shares under names, seals and copies.

use super::*;
use crate::fs::faults::Refusal;
use crate::record::sample::converged;
use crate::record::{Compact, Finished, Run};

const SHAPE: Shape = Shape { extras: 1, measures: 0 };

fn header(number: u32) -> Header {
    Header {
        plan: [7; 32],
        settings: [1; 32],
        recorded: [2; 32],
        inputs: Vec::new(),
        numerics: 2,
        program: "0.1.0".into(),
        runs: 4,
        share: Share { number, of: 2 },
        spec: "[stop]\nmax_steps = 5\n".into(),
        overrides: Vec::new(),
        path: "study.toml".into(),
        curves: "thinned".into(),
        shares: vec![2, 2],
    }
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(folder.path()).unwrap();
    (folder, path)
}

/// Runs 0 and 1, one group each, in this order; `loss` is that of run 1.
fn append(journal: &mut Journal, order: [u32; 2], loss: f64) {
    for number in order {
        let run = Run { id: number.into(), final_loss: if number == 1 { loss } else { 0.5 }, ..converged(3) };
        let finished = Finished { runs: vec![run], extras: vec![Compact::default()], ..Finished::default() };
        journal.append(&[number], &finished).unwrap();
    }
}

fn sealed(shards: &Shards, order: [u32; 2], loss: f64) -> PathBuf {
    let (mut journal, path) = shards.journal(&header(1)).unwrap();
    append(&mut journal, order, loss);
    assert!(!is_sealed(&path, &header(1)).unwrap());
    journal.seal().unwrap();
    assert!(is_sealed(&path, &header(1)).unwrap() && !is_sealed(&path, &header(2)).unwrap());
    path
}

#[test]
fn the_first_says_which_plan_it_is_and_the_others_are_held_to_it() {
    let (_folder, path) = place();
    let shards = Shards::of(&path);
    assert!(shards.plan().unwrap().is_none());
    shards.begin(&header(2)).unwrap();
    shards.begin(&header(1)).unwrap();
    assert_eq!(shards.plan().unwrap().unwrap().shares, [2, 2]);
    let spec = "[stop]\nmax_steps = 6\n".to_owned();
    let message = shards.begin(&Header { settings: [3; 32], spec, ..header(1) }).unwrap_err().to_string();
    assert!(message.contains("differs from this one\n  stop.max_steps: 5 there, 6 here\nhelp: "), "{message}");
    let message = shards.begin(&Header { share: Share { number: 1, of: 3 }, ..header(1) }).unwrap_err().to_string();
    assert!(message.contains("  2 shards there, 3 here\n"), "{message}");
}

#[test]
fn a_second_copy_is_dropped_if_it_is_the_same_and_kept_if_not() {
    let (_folder, path) = place();
    let shards = Shards::of(&path);
    shards.begin(&header(1)).unwrap();
    let put = |journal: &Path, replaces| shards.put(journal, &header(1), SHAPE, replaces).unwrap();
    let place = shards.place(Share { number: 1, of: 2 });
    assert_eq!(put(&sealed(&shards, [0, 1], 0.25), false), Placed::Here(place.clone()));
    // Threads finish in another order elsewhere.
    let again = sealed(&shards, [1, 0], 0.25);
    assert_eq!(put(&again, false), Placed::SameThere(place.clone()));
    assert!(!again.exists() && shards.complete() == [place.clone()]);
    let Placed::OtherThere { there, here, run } = put(&sealed(&shards, [0, 1], 0.75), false) else {
        panic!("the same")
    };
    assert_eq!((&there, run, shards.complete().len()), (&place, 1, 2));
    assert_eq!(difference(&there, &here, SHAPE).unwrap(), Some(1));
    assert_eq!(difference(&there, &there, SHAPE).unwrap(), None);
    // Told to, it takes the place of the other.
    assert_eq!(put(&here, true), Placed::Here(place.clone()));
    assert_eq!(shards.complete(), [place]);
}

#[test]
fn a_share_that_is_cut_off_or_changed_is_not_complete_and_makes_room() {
    let (_folder, path) = place();
    let shards = Shards::of(&path);
    shards.begin(&header(1)).unwrap();
    let journal = sealed(&shards, [0, 1], 0.25);
    let bytes = fs::read(&journal).unwrap();
    for length in 0..bytes.len() {
        fs::write(&journal, &bytes[..length]).unwrap();
        assert!(!is_sealed(&journal, &header(1)).unwrap(), "{length} bytes");
    }
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        fs::write(&journal, changed).unwrap();
        assert!(!is_sealed(&journal, &header(1)).unwrap(), "byte {place}");
    }
    fs::write(&journal, [&bytes[..], b"more"].concat()).unwrap();
    assert!(!is_sealed(&journal, &header(1)).unwrap());
    let place = shards.place(Share { number: 1, of: 2 });
    fs::rename(&journal, &place).unwrap();
    let placed = shards.put(&sealed(&shards, [0, 1], 0.25), &header(1), SHAPE, false).unwrap();
    assert!(placed == Placed::Here(place.clone()) && is_sealed(&place, &header(1)).unwrap());
}

#[test]
fn journals_of_the_living_stay_and_those_of_the_dead_go() {
    let (_folder, path) = place();
    let shards = Shards::of(&path);
    shards.begin(&header(1)).unwrap();
    let (mut journal, path) = shards.journal(&header(1)).unwrap();
    append(&mut journal, [0, 1], 0.25);
    assert!(is_alive(&path));
    remove_dead(&path);
    assert_eq!(shards.journals(), std::slice::from_ref(&path));
    let tally = look(&path).unwrap().unwrap().tally().unwrap();
    assert_eq!((tally.runs, tally.failed, tally.is_damaged, tally.is_sealed), (2, 0, false, false));
    assert!(tally.beat.unwrap().by.contains(&std::process::id().to_string()));
    drop(journal);
    assert!(!is_alive(&path), "it is of this machine, and nobody holds it");
    remove_dead(&path);
    assert!(shards.journals().is_empty());
}

/// A disk that fails at every point in turn, from the plan to the seal.
#[test]
fn a_share_is_complete_or_not_there_wherever_the_disk_fails() {
    for well in 0.. {
        let (_folder, path) = place();
        let shards = Shards::of(&path);
        let refusal = Refusal::after(well, false, &path);
        let outcome = (|| -> Result<(), Box<dyn std::error::Error>> {
            shards.begin(&header(1))?;
            let (mut journal, path) = shards.journal(&header(1))?;
            let run = Run { id: 0, ..converged(3) };
            let finished = Finished { runs: vec![run], extras: vec![Compact::default()], ..Finished::default() };
            journal.append(&[0], &finished)?;
            journal.seal()?;
            shards.put(&path, &header(1), SHAPE, false)?;
            Ok(())
        })();
        let refused = refusal.count();
        drop(refusal);
        let place = shards.place(Share { number: 1, of: 2 });
        assert!(outcome.is_err() || is_sealed(&place, &header(1)).unwrap());
        // What is there is whole.
        assert!(!place.exists() || is_sealed(&place, &header(1)).unwrap());
        assert!(shards.plan().unwrap().is_none_or(|plan| plan.is_same_plan(&header(1))));
        if refused == 0 {
            assert!(well > 6, "every point had its turn");
            break;
        }
    }
}
