//! CSV files of odd cells, lines and bytes: read into finite numbers or refused in a short message; and what is read can be solved.

use std::path::Path;
use std::sync::Arc;

use goldilocks::data::{CsvSource, Dataset, Definition, Missing, Scale, Separator, Source, Targets};
use goldilocks::problem::{Initial, Logistic, LogisticRegression, Quadratic};

use super::{Dice, LONGEST_MESSAGE, PIECES, campaign};

const CELLS: &[&str] = &[
    "1",
    "2",
    "3.5",
    "-4",
    "0",
    "1e-8",
    "1e8",
    "1e150",
    "-1e150",
    "1e155",
    "5e300",
    "1e-300",
    "3e-320",
    "NA",
    "",
    "nan",
    "inf",
    "red",
    "green",
    "\"a,b\"",
    "\"two\nlines\"",
    "\"",
    "1,5",
    " 7 ",
    "é",
];

#[test]
fn no_csv_file_breaks_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    let mut read = 0u64;
    campaign("csv files", 3000, |dice| read += u64::from(play(dice, &path)));
    println!("csv files: {read} could be read");
    assert!(read > 100);
}

/// Whether the file could be read.
fn play(dice: &mut Dice, path: &Path) -> bool {
    let separators = Separator::ALL;
    let separator = *dice.choose(&separators);
    std::fs::write(path, file(dice, separator)).unwrap();
    let targets = if dice.one_in(2) { Targets::Numbers } else { Targets::Classes { count: None } };
    let source = CsvSource {
        separator: if dice.one_in(9) { *dice.choose(&separators) } else { separator },
        missing: *dice.choose(&Missing::ALL),
        categories: if dice.one_in(5) { vec!["b".into()] } else { Vec::new() },
        features: if dice.one_in(5) { Some(vec!["b".into(), "a".into()]) } else { None },
        ..CsvSource::new(path.to_owned(), "y", targets)
    };
    let scale = *dice.choose(&[Scale::Standard, Scale::MinMax, Scale::None]);
    let test_fraction = *dice.choose(&[0.0, 0.0, 0.3, 0.9]);
    let data = match Dataset::load(&Definition { source: Source::Csv(source), scale, test_fraction }, None) {
        Ok(data) => data,
        Err(error) => {
            assert!(error.message.len() + error.help.len() < LONGEST_MESSAGE && !error.message.is_empty());
            return false;
        }
    };
    for part in [&data.train, &data.test] {
        assert_eq!(part.features.len(), part.len() * part.width);
        assert!(part.features.iter().chain(&part.targets).all(|number| number.is_finite()), "{part:?}");
    }
    assert!(data.summary().len() < LONGEST_MESSAGE && !data.train.is_empty());
    match targets {
        Targets::Numbers => {
            let solved = Quadratic::new(&data.train);
            assert!(solved.minimizer.iter().all(|w| w.is_finite()), "{:?}", data.train);
            assert!(solved.best_loss >= 0.0 && solved.largest_eigenvalue() >= 0.0, "{:?}", data.train);
        }
        Targets::Classes { .. } => {
            let l2 = *dice.choose(&[0.0, 1e-3, 1.0, 1e300]);
            let regression = LogisticRegression { initial: Initial::Zeros, l2 };
            let data = Arc::new(data);
            let model = Logistic::softmax(regression, Arc::clone(&data));
            if let Ok(minimum) = model.minimum() {
                assert!(minimum.parameters.iter().all(|w| w.is_finite()), "{:?}", data.train);
            }
        }
    }
    true
}

/// Mostly a table of numbers, with something odd here and there.
fn file(dice: &mut Dice, separator: Separator) -> Vec<u8> {
    let separator = separator.character().to_string();
    let mut lines = vec![["a", "b", "y"].join(&separator)];
    let oddness = *dice.choose(&[1, 4, 20, 1000]);
    for row in 0..dice.below(12) {
        let mut cells: Vec<String> =
            (0..3).map(|column| ((row * (column + 2) + dice.below(5)) % 7).to_string()).collect();
        if dice.one_in(oddness) {
            let column = dice.below(3);
            cells[column] = (*dice.choose(CELLS)).to_owned();
        }
        if dice.one_in(10 * oddness) {
            cells.pop();
        }
        lines.push(cells.join(&separator));
    }
    if dice.one_in(2 * oddness) {
        let line = dice.below(lines.len());
        let piece = *dice.choose(PIECES);
        lines[line].push_str(piece);
    }
    let mut bytes = lines.join(*dice.choose(&["\n", "\r\n"])).into_bytes();
    if dice.one_in(10 * oddness) {
        let at = dice.below(bytes.len());
        bytes[at] = dice.next() as u8;
    }
    bytes
}
