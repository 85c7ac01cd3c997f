//! A journal under all that can happen to it.

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::frame::frame;
use super::wire::{MAGIC, VERSION};
use super::*;
use crate::fs::faults::Refusal;
use crate::outcome::{Status, Trend};
use crate::record::sample::{converged, diverged, exhausted, failed};
use crate::record::{Compact, Curve, Parameters, Run};

const SHAPE: Shape = Shape { extras: 2, measures: 1 };

fn header() -> Header {
    Header {
        plan: [0; 32],
        settings: [1; 32],
        recorded: [2; 32],
        inputs: vec![InputFile { path: "data.csv".into(), contents: [3; 32] }],
        numerics: 2,
        program: "0.1.0".into(),
        runs: 12,
        share: Share::ALL,
        spec: "[stop]\nmax_steps = 5\n".into(),
        overrides: Vec::new(),
        path: "study.toml".into(),
        curves: "thinned".into(),
        shares: vec![12],
    }
}

/// Groups of three runs, with all that a run can have.
fn groups() -> Vec<(Vec<u32>, Finished)> {
    let kinds: [fn() -> Run; 4] = [
        || Run { epochs: Some(1.5).into(), examples: Some(7).into(), ..converged(3) },
        || Run { reason: Some("loss not finite".into()), best_loss: -0.0, ..diverged(4) },
        || exhausted(5, Trend::Rising),
        || failed("panicked: no memory"),
    ];
    let group = |group: u32| {
        let numbers: Vec<u32> = (3 * group..3 * group + 3).collect();
        let run = |&number: &u32| Run {
            id: id(number),
            trajectory: u64::MAX - u64::from(number),
            ..kinds[number as usize % 4]()
        };
        let runs = numbers.iter().map(run).collect();
        let extra = |place: u32| {
            Compact::from([None, Some(f64::NAN), Some(f64::NEG_INFINITY), Some(1e-300)][place as usize % 4])
        };
        let curve = Curve {
            run: numbers[1] as usize,
            steps: vec![0, 1, 9],
            epochs: if group.is_multiple_of(2) { vec![0.0, 0.5, 4.5] } else { Vec::new() },
            loss: vec![1.0, f64::INFINITY, 5e-324],
            measures: vec![vec![0.1, 0.2, 0.30000000000000004]],
        };
        let parameters = Parameters { run: numbers[2] as usize, is_final: true, values: vec![-1.0, 2.0] };
        let extras = (0..6).map(|place| extra(place + group)).collect();
        (numbers, Finished { runs, extras, curves: vec![curve], parameters: vec![parameters] })
    };
    (0..4).map(group).collect()
}

fn id(number: u32) -> u64 {
    0xfeed_0000_0000_0000 | u64::from(number)
}

fn write(path: &Path, groups: &[(Vec<u32>, Finished)]) {
    let mut journal = Journal::begin(path, header()).unwrap();
    groups.iter().for_each(|(numbers, finished)| journal.append(numbers, finished).unwrap());
    journal.finish().unwrap();
}

/// What is read, group by group, and how much of the file it is; nothing where the beginning is not whole.
fn read(path: &Path) -> (Vec<(Vec<u32>, Finished)>, Option<Extent>) {
    let Ok(Some(found)) = look(path) else { return (Vec::new(), None) };
    assert!(found.header.is_same_plan(&header()));
    let mut groups = Vec::new();
    let place = |number, found| (found == id(number)).then_some(number);
    let extent = found.read(SHAPE, place, |numbers, finished| groups.push((numbers, finished))).unwrap();
    (groups, Some(extent))
}

/// The bits of everything, since a number that is none equals nothing.
fn bits(groups: &[(Vec<u32>, Finished)]) -> Vec<String> {
    groups
        .iter()
        .map(|(numbers, finished)| {
            let losses = finished.runs.iter().flat_map(|run| [run.initial_loss, run.final_loss, run.best_loss]);
            let points = finished
                .curves
                .iter()
                .flat_map(|curve| curve.loss.iter().chain(&curve.epochs).chain(&curve.measures[0]).copied());
            let bits: Vec<u64> = losses.chain(points).map(f64::to_bits).collect();
            format!("{numbers:?} {finished:?} {bits:?}")
        })
        .collect()
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(folder.path()).unwrap().join("journal");
    (folder, path)
}

#[test]
fn everything_comes_back_bit_by_bit() {
    let (_folder, path) = place();
    assert!(look(&path).unwrap().is_none());
    write(&path, &groups());
    let (found, extent) = read(&path);
    assert_eq!(bits(&found), bits(&groups()));
    assert_eq!(
        extent.unwrap(),
        Extent { good: fs::metadata(&path).unwrap().len(), is_damaged: false, is_sealed: false }
    );
    // What is not wanted is left out, with all that belongs to it.
    let mut kept = Vec::new();
    let found = look(&path).unwrap().unwrap();
    found.read(SHAPE, |number, _| (number == 4).then_some(0), |_, finished| kept.push(finished)).unwrap();
    let [only] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((only.runs.len(), only.extras.len(), only.curves[0].run, only.parameters.len()), (1, 2, 0, 0));
    // Runs with other columns are not taken for ours.
    let found = look(&path).unwrap().unwrap();
    let extent = found.read(Shape { extras: 3, ..SHAPE }, |number, _| Some(number), |_, _| panic!("taken")).unwrap();
    assert!(extent.is_damaged);
}

#[test]
fn it_goes_on_behind_the_last_whole_frame() {
    let (_folder, path) = place();
    let groups = groups();
    write(&path, &groups[..2]);
    let whole = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"torn by a power cut").unwrap();
    let (_, extent) = read(&path);
    let extent = extent.unwrap();
    assert_eq!(extent, Extent { good: whole, is_damaged: true, is_sealed: false });
    let mut journal = Journal::resume(&path, header(), extent);
    groups[2..].iter().for_each(|(numbers, finished)| journal.append(numbers, finished).unwrap());
    journal.finish().unwrap();
    assert_eq!(bits(&read(&path).0), bits(&groups));
}

#[test]
fn what_is_of_another_version_or_none_of_ours_is_told_apart() {
    let (_folder, path) = place();
    write(&path, &groups());
    let bytes = fs::read(&path).unwrap();
    let newer = [b"goldilocks journal 2\n", &bytes[MAGIC.len() + 2..]].concat();
    fs::write(&path, newer).unwrap();
    let message = look(&path).unwrap_err().to_string();
    assert!(message.contains("has form 2, and this one knows form 1") && message.contains("--fresh"), "{message}");
    for bytes in
        [&b""[..], b"goldilocks", b"goldilocks journal \n", b"goldilocks journal 1", b"something else that is longer"]
    {
        fs::write(&path, bytes).unwrap();
        assert!(look(&path).unwrap().is_none());
    }
}

#[test]
fn what_differs_between_two_plans_is_named() {
    let here = header();
    assert!(here.is_same_plan(&Header { program: here.program.clone(), ..header() }));
    let lines = |there: Header| {
        assert!(!there.is_same_plan(&here));
        there.differences(&here).join("; ")
    };
    let spec = "[stop]\nmax_steps = 7\n".to_owned();
    assert_eq!(lines(Header { settings: [9; 32], spec, ..header() }), "stop.max_steps: 7 there, 5 here");
    assert!(lines(Header { recorded: [9; 32], ..header() }).contains("--curves"));
    assert!(lines(Header { numerics: 1, ..header() }).contains("numerics: 1 there, 2 here"));
    assert!(lines(Header { program: "0.2.0".into(), ..header() }).contains("0.2.0 there, 0.1.0 here"));
    let inputs = vec![InputFile { path: "data.csv".into(), contents: [4; 32] }];
    assert_eq!(lines(Header { inputs, ..header() }), "data.csv: its contents have changed");
    let inputs = vec![InputFile { path: "moved.csv".into(), contents: [3; 32] }];
    assert!(Header { inputs, ..header() }.is_same_plan(&here), "a file may move");
}

/// A disk that is full, or fails once, at every point in turn: what was written before is there, and the sweep goes on.
#[test]
fn a_writer_that_fails_at_any_point_loses_nothing_finished() {
    let groups = groups();
    for is_full in [true, false] {
        for well in 0.. {
            let (_folder, path) = place();
            let refusal = Refusal::after(well, is_full, path.parent().unwrap());
            let mut kept = 0;
            let outcome = (|| {
                let mut journal = Journal::begin(&path, header())?;
                for (numbers, finished) in &groups {
                    journal.append(numbers, finished).map_err(Error::new("cannot write", &path))?;
                    kept += 1;
                }
                journal.finish()
            })();
            let refused = refusal.count();
            drop(refusal);
            assert_eq!(outcome.is_err(), refused > 0, "what is refused is told");
            let (found, extent) = read(&path);
            assert!(found.len() >= kept && bits(&found) == bits(&groups[..found.len()]));
            let mut journal = match extent {
                Some(extent) => Journal::resume(&path, header(), extent),
                None => Journal::begin(&path, header()).unwrap(),
            };
            groups[found.len()..].iter().for_each(|(numbers, finished)| journal.append(numbers, finished).unwrap());
            journal.finish().unwrap();
            assert_eq!(bits(&read(&path).0), bits(&groups));
            if refused == 0 {
                assert!(well > groups.len(), "every point had its turn");
                break;
            }
        }
    }
}

#[test]
fn a_new_journal_with_kept_runs_replaces_the_old_one_wholly_or_not_at_all() {
    let groups = groups();
    let (all, last) = (groups.iter(), &groups[3..]);
    let begin = |path: &Path| {
        let kept = all.clone().map(|(numbers, finished)| (numbers.as_slice(), finished));
        Journal::begin_with(path, header(), kept)
    };
    for well in 0.. {
        let (_folder, path) = place();
        write(&path, last);
        let refusal = Refusal::after(well, false, path.parent().unwrap());
        let outcome = begin(&path);
        drop(refusal);
        let expected = if outcome.is_ok() { &groups[..] } else { last };
        assert_eq!(bits(&read(&path).0), bits(expected));
        if outcome.is_ok() {
            assert!(well > groups.len());
            break;
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_no_run(bytes in prop::collection::vec(any::<u8>(), 0..300), with_magic: bool) {
        let (_folder, path) = place();
        let begins = if with_magic { format!("{MAGIC}{VERSION}\n") } else { String::new() };
        fs::write(&path, [begins.as_bytes(), &bytes].concat()).unwrap();
        prop_assert!(look(&path).is_ok_and(|found| found.is_none()));
    }

    #[test]
    fn bytes_behind_a_header_are_no_run(bytes in prop::collection::vec(any::<u8>(), 0..300), framed: bool) {
        let (_folder, path) = place();
        let mut file = beginning(&header()).unwrap();
        file.extend(if framed { frame(&bytes).unwrap() } else { bytes });
        fs::write(&path, file).unwrap();
        let (found, extent) = read(&path);
        // A frame with a good checksum may be a group of no runs.
        prop_assert!(found.is_empty() && extent.is_some());
    }

    #[test]
    fn any_truncation_keeps_the_groups_before_it(cut: prop::sample::Index) {
        let (_folder, path) = place();
        write(&path, &groups());
        let bytes = fs::read(&path).unwrap();
        let length = cut.index(bytes.len());
        fs::write(&path, &bytes[..length]).unwrap();
        let (found, _) = read(&path);
        prop_assert!(found.len() < 4);
        prop_assert_eq!(bits(&found), bits(&groups()[..found.len()]));
    }

    #[test]
    fn any_flipped_bit_keeps_no_wrong_run(place_of: prop::sample::Index, bit in 0u8..8) {
        let (_folder, path) = place();
        write(&path, &groups());
        let mut bytes = fs::read(&path).unwrap();
        let place_of = place_of.index(bytes.len());
        bytes[place_of] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        let (found, extent) = read(&path);
        prop_assert!(found.len() < 4 && extent.is_none_or(|extent| extent.is_damaged));
        prop_assert_eq!(bits(&found), bits(&groups()[..found.len()]));
    }
}

#[test]
fn every_status_and_trend_has_a_place() {
    for (status, trend) in Status::ALL.into_iter().zip(Trend::ALL.into_iter().cycle()) {
        let (_folder, path) = place();
        let run = Run { id: id(0), status, trend: Some(trend), ..converged(1) };
        let finished = Finished { runs: vec![run], extras: vec![Compact::default(); 2], ..Finished::default() };
        write(&path, &[(vec![0], finished.clone())]);
        assert_eq!(bits(&read(&path).0), bits(&[(vec![0], finished)]));
    }
}
