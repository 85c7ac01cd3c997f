//! How large the examples of a file will be, told without keeping them.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::BufReader;

use csv::{ByteRecord, ReaderBuilder};

use super::column::Column;
use crate::data::definition::{CsvSource, Size, Targets};

/// How large the examples are; `None` if the file cannot be looked at, or has no end.
///
/// Takes memory for the levels and classes only: a file is walked before it is known to fit.
pub(in crate::data) fn size(source: &CsvSource) -> Option<Size> {
    let file = File::open(&source.path).ok()?;
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let separator = source.separator.character() as u8;
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(BufReader::new(file));
    let header: Vec<String> =
        reader.byte_headers().ok()?.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let is_chosen = |name: &&String| match &source.features {
        Some(names) => names.contains(name),
        None => **name != source.target,
    };
    let mut columns: Vec<Column> =
        (0..).zip(&header).filter(|(_, name)| is_chosen(name)).map(|(index, name)| Column::new(index, name)).collect();
    let target = header.iter().position(|name| *name == source.target);
    let target = target.filter(|_| matches!(source.targets, Targets::Classes { .. }));

    // Of labels the hashes do.
    let (hasher, mut labels) = (RandomState::new(), HashSet::new());
    let mut examples = 0;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        examples += 1;
        for column in &mut columns {
            column.see(&String::from_utf8_lossy(record.get(column.index).unwrap_or_default()));
        }
        labels.extend(target.and_then(|target| record.get(target)).map(|label| hasher.hash_one(label.trim_ascii())));
    }
    let width = |column: &mut Column| {
        // What cannot be decided is an error once the file is read.
        let _ = column.decide(source.categories.contains(&column.name));
        column.width() as u128
    };
    let features = columns.iter_mut().map(width).sum();
    Some(Size { examples, features, classes: labels.len() as u128, bytes: u128::from(metadata.len()) })
}
