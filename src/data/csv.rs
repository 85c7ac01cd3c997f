//! Examples from a CSV file with a header line.

use csv::{ReaderBuilder, StringRecord};

use super::classes::Labels;
use super::dataset::{Examples, Raw};
use super::definition::{CsvSource, Targets};
use super::error::{Error, Place};
use crate::fs;

/// Reads the chosen columns; every cell must be a finite number, or a class where the targets are classes.
pub(super) fn read(source: &CsvSource) -> Result<Raw, Error> {
    let text = fs::read_text(&source.path)?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Error::in_file(error.to_string()))?.clone();
    if header.is_empty() {
        return Err(Error::in_file(format!("{} is empty; expected a header line and examples", source.path.display())));
    }
    let column = |key, name: &str| find_column(source, &header, key, name);
    let target = column("target", &source.target)?;
    let names: Vec<String> = match &source.features {
        Some(names) => names.clone(),
        None => header.iter().filter(|&name| name != source.target).map(str::to_owned).collect(),
    };
    let chosen: Vec<usize> = names.iter().map(|name| column("features", name)).collect::<Result<_, _>>()?;

    let mut examples = Examples { width: chosen.len(), ..Examples::default() };
    let mut labels = Labels::new(&source.target);
    let (mut record, mut rows) = (StringRecord::new(), 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(Error::in_file(format!("{}: {error}", source.path.display()))),
        }
        let line = record.position().map_or(0, |position| first_line(&text, position));
        let place = Place { path: source.path.clone(), line };
        if record.len() != header.len() {
            return Err(Error::in_file(format!(
                "{place}: expected {} columns as in the header, found {}",
                header.len(),
                record.len()
            )));
        }
        for &index in &chosen {
            examples.features.push(number(&record, index, &header, &place)?);
        }
        match source.targets {
            Targets::Numbers => examples.targets.push(target_number(&record, target, &header, &place)?),
            Targets::Classes { .. } => labels.push(record[target].trim(), place)?,
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(Error::in_file(format!("{} has a header line but no examples", source.path.display())));
    }
    let mut classes = Vec::new();
    if let Targets::Classes { count } = source.targets {
        let found = labels.classes(count)?;
        (classes, examples.targets) = (found.names, found.targets);
    }
    Ok(Raw { names, examples, classes, contents: Some(blake3::hash(text.as_bytes())) })
}

/// The line a record begins on; the reader counts it from the end of the record before, blank lines included.
fn first_line(text: &str, position: &csv::Position) -> u64 {
    let rest = text.as_bytes().iter().skip(position.byte() as usize);
    position.line()
        + rest.take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|&&byte| byte == b'\n').count() as u64
}

fn find_column(source: &CsvSource, header: &StringRecord, key: &'static str, name: &str) -> Result<usize, Error> {
    let place = Place { path: source.path.clone(), line: 1 };
    let matches: Vec<usize> = (0..header.len()).filter(|&index| &header[index] == name).collect();
    match matches[..] {
        [index] => Ok(index),
        [] => Err(Error {
            key,
            message: format!("{place}: there is no column `{name}`"),
            help: format!("the columns are: {}", header.iter().collect::<Vec<_>>().join(", ")),
        }),
        _ => {
            Err(Error { key, message: format!("{place}: more than one column is named `{name}`"), help: String::new() })
        }
    }
}

/// A target that is a number; of a word the error says which problems predict those.
fn target_number(record: &StringRecord, index: usize, header: &StringRecord, place: &Place) -> Result<f64, Error> {
    number(record, index, header, place).map_err(|error| match record[index].trim() {
        "" => error,
        _ => Error { help: "classes are for `kind = \"logistic-regression\"`, or a network with `loss = \"log\"` or \"cross-entropy\"".into(), ..error },
    })
}

fn number(record: &StringRecord, index: usize, header: &StringRecord, place: &Place) -> Result<f64, Error> {
    let cell = record[index].trim();
    match cell.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => {
            let found = if cell.is_empty() { "an empty cell".to_owned() } else { format!("`{cell}`") };
            let (column, name) = (index + 1, &header[index]);
            Err(Error::in_file(format!("{place}: column {column} (`{name}`): expected a finite number, found {found}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome of reading this text, with the folder's name taken out of messages.
    fn read_text(text: &str, features: Option<&[&str]>) -> Result<Raw, String> {
        read_targets(text, features, Targets::Numbers)
    }

    fn read_targets(text: &str, features: Option<&[&str]>, targets: Targets) -> Result<Raw, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, text).unwrap();
        let features = features.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        let source = CsvSource { path, target: "y".into(), features, targets };
        read(&source).map_err(|error| error.message.replace(&format!("{}/", folder.path().display()), ""))
    }

    fn message(text: &str) -> String {
        read_text(text, None).err().expect("an error")
    }

    #[test]
    fn all_columns_but_the_target_are_features_unless_named() {
        let raw = read_text("a,y,b\n1,2,3\n4,5,6e-1\n", None).unwrap();
        assert_eq!(raw.names, ["a", "b"]);
        assert_eq!(raw.examples.features, [1.0, 3.0, 4.0, 0.6]);
        assert_eq!(raw.examples.targets, [2.0, 5.0]);
        let raw = read_text("a,y,b\n1,2,3\n", Some(&["b"])).unwrap();
        assert_eq!((raw.names, raw.examples.features), (vec!["b".to_owned()], vec![3.0]));
    }

    #[test]
    fn labels_become_positions_among_the_classes() {
        let raw = read_targets("y,a\nyes,1\nno,2\n no ,3\nyes,4\n", None, Targets::Classes { count: None }).unwrap();
        assert_eq!(raw.classes, ["no", "yes"]);
        assert_eq!((raw.examples.targets, raw.examples.features), (vec![1.0, 0.0, 0.0, 1.0], vec![1.0, 2.0, 3.0, 4.0]));
        let no_rows = read_targets("y,a\n", None, Targets::Classes { count: None });
        assert_eq!(no_rows.err().unwrap(), "data.csv has a header line but no examples");
    }

    #[test]
    fn what_is_wrong_is_said_with_file_line_and_column() {
        assert_eq!(message(""), "data.csv is empty; expected a header line and examples");
        assert_eq!(message("a,y\n"), "data.csv has a header line but no examples");
        assert_eq!(message("a,z\n1,2\n"), "data.csv:1: there is no column `y`");
        assert_eq!(message("a,y\n1,2\n3\n"), "data.csv:3: expected 2 columns as in the header, found 1");
        assert_eq!(message("a,y\n1,2\n\nx,4\n"), "data.csv:4: column 1 (`a`): expected a finite number, found `x`");
        assert_eq!(message("a,y\n,2\n"), "data.csv:2: column 1 (`a`): expected a finite number, found an empty cell");
        assert_eq!(message("a,y\n1,nan\n"), "data.csv:2: column 2 (`y`): expected a finite number, found `nan`");
        assert_eq!(message("y,a,y\n1,2,3\n"), "data.csv:1: more than one column is named `y`");
    }
}
