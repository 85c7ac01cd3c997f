//! Examples from a CSV file with a header line.
//!
//! The file is walked twice: first to see what each column holds, then to turn its cells into numbers.

mod column;
mod faults;
mod size;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use self::column::{Column, is_missing};
use self::faults::{Faults, MissingCells};
pub(super) use self::size::size;
use super::classes::Labels;
use super::definition::{CsvSource, Missing, Separator, Targets};
use super::error::{Error, Place};
use super::examples::{Examples, Raw};
use crate::fs;
use crate::value::{grouped, shortened};

/// Reads the chosen columns: numbers, the levels of categories as a feature each, and classes where the targets are classes.
pub(super) fn read(source: &CsvSource) -> Result<Raw, Error> {
    let file = File { source, text: read_text(&source.path)? };
    let header = file.header()?;
    let (target, chosen) = choose(&file, &header)?;
    let table = Table { file, header, target, chosen };
    let mut faults = Faults::default();
    let (columns, rows) = look(&table, &mut faults)?;
    let Filled { mut examples, labels, dropped } = fill(&table, &columns, &mut faults)?;
    columns.iter().for_each(|column| faults.hint(column.hint()));
    faults.into_result()?;
    if dropped == rows {
        let message = format!("{}: every row has a missing value, so that none is left", source.path.display());
        return Err(Error::in_file(message));
    }
    let mut classes = Vec::new();
    if let Targets::Classes { count } = source.targets {
        let found = labels.classes(count)?;
        (classes, examples.targets) = (found.names, found.targets);
    }
    let mut notes: Vec<String> = columns.iter().filter_map(Column::note).collect();
    if dropped > 0 {
        let (dropped, rows) = (grouped(dropped.into()), grouped(rows.into()));
        notes.push(format!("{dropped} of {rows} rows have missing values and were left out"));
    }
    let names = columns.iter().flat_map(Column::features).collect();
    Ok(Raw { names, examples, classes, notes, contents: Some(blake3::hash(table.file.text.as_bytes())) })
}

/// A file and what is read of it: the places of the target and of the features.
struct Table<'a> {
    file: File<'a>,
    header: StringRecord,
    target: usize,
    chosen: Vec<usize>,
}

/// Sees what each column holds; counts the rows.
fn look(table: &Table<'_>, faults: &mut Faults) -> Result<(Vec<Column>, u64), Error> {
    let Table { file, header, target, chosen } = table;
    let source = file.source;
    let mut missing = MissingCells::default();
    let mut columns: Vec<Column> = chosen.iter().map(|&index| Column::new(index, &header[index])).collect();
    let mut rows = 0u64;
    file.walk(|line, record| {
        rows += 1;
        if record.len() != header.len() {
            let (expected, found) = (header.len(), record.len());
            return faults
                .add(file.at(line), format_args!("expected {expected} columns as in the header, found {found}"));
        }
        columns.iter_mut().for_each(|column| column.see(&record[column.index]));
        for &index in chosen.iter().chain([target]).filter(|&&index| is_missing(&record[index])) {
            missing.add(&header[index], line);
        }
    })?;
    if rows == 0 {
        return Err(Error::in_file(format!("{} has a header line but no examples", source.path.display())));
    }
    if source.missing == Missing::Error && !missing.is_empty() {
        faults.add_missing(&source.path, &missing);
    }
    for column in &mut columns {
        column.decide(source.categories.contains(&column.name)).unwrap_or_else(|message| {
            faults.add(file.at(1), format_args!("{message}"));
        });
    }
    Ok((columns, rows))
}

/// What the cells of a file are as numbers.
struct Filled {
    examples: Examples,
    labels: Labels,
    /// How many rows were left out.
    dropped: u64,
}

/// Turns cells into numbers.
fn fill(table: &Table<'_>, columns: &[Column], faults: &mut Faults) -> Result<Filled, Error> {
    let Table { file, header, target, chosen } = table;
    let (source, target) = (file.source, *target);
    let mut examples = Examples { width: columns.iter().map(Column::width).sum(), ..Examples::default() };
    let mut labels = Labels::new(&source.target);
    let mut dropped = 0u64;
    file.walk(|line, record| {
        let cells = || chosen.iter().chain([&target]).map(|&index| record[index].trim());
        if record.len() != header.len() || (source.missing == Missing::Error && cells().any(is_missing)) {
            return;
        }
        if source.missing == Missing::Drop && cells().any(is_missing) {
            dropped += 1;
            return;
        }
        let at = file.at(line);
        for column in columns {
            if let Err(message) = column.push(&record[column.index], &mut examples.features) {
                faults.add(&at, format_args!("{message}"));
            }
        }
        let cell = record[target].trim();
        match source.targets {
            _ if is_missing(cell) => {
                let name = &header[target];
                faults.add(&at, format_args!("column {} (`{name}`): the target is missing", target + 1));
                faults.help(r#"rows without a target cannot be filled; `missing = "drop"` in [data] leaves them out"#);
            }
            Targets::Numbers => match column::number(cell, target, &header[target]) {
                Ok(number) => examples.targets.push(number),
                Err(message) => {
                    faults.add(&at, format_args!("{message}"));
                    if cell.parse::<f64>().is_err() {
                        faults.help("classes are for `kind = \"logistic-regression\"`, or a network with `loss = \"log\"` or \"cross-entropy\"");
                    }
                }
            },
            Targets::Classes { .. } => match labels.push(cell, Place { path: source.path.clone(), line }) {
                Ok(()) => {}
                Err(error) => faults.add_error(error),
            },
        }
    })?;
    Ok(Filled { examples, labels, dropped })
}

struct File<'s> {
    source: &'s CsvSource,
    text: String,
}

impl File<'_> {
    fn reader(&self) -> csv::Reader<&[u8]> {
        let separator = self.source.separator.character() as u8;
        ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(self.text.as_bytes())
    }

    fn header(&self) -> Result<StringRecord, Error> {
        let path = self.source.path.display();
        let header = self.reader().headers().map_err(|error| Error::in_file(format!("{path}: {error}")))?.clone();
        if header.is_empty() {
            return Err(Error::in_file(format!("{path} is empty; expected a header line and examples")));
        }
        Ok(header)
    }

    /// Calls for every row, with the line it begins on.
    fn walk(&self, mut see: impl FnMut(u64, &StringRecord)) -> Result<(), Error> {
        let mut reader = self.reader();
        let mut record = StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {
                    let line = record.position().map_or(0, |position| first_line(&self.text, position));
                    see(line, &record);
                }
                Ok(false) => return Ok(()),
                Err(error) => return Err(Error::in_file(format!("{}: {error}", self.source.path.display()))),
            }
        }
    }

    fn at(&self, line: u64) -> Place {
        Place { path: self.source.path.clone(), line }
    }
}

/// Reads a file, without the mark that some programs put before UTF-8.
fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read_bytes(path)?;
    let help = match bytes[..] {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it looks like UTF-16; save it as \"CSV UTF-8\"",
        [b'P', b'K', ..] => "it looks like a spreadsheet; save it as \"CSV UTF-8\"",
        _ => "it may be Latin-1 or Windows-1252; save it as \"CSV UTF-8\"",
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        Error { key: "csv", message: format!("{}:{line}: this is not UTF-8 text", path.display()), help: help.into() }
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(text) => Ok(text.to_owned()),
        None => Ok(text),
    }
}

/// The line a record begins on; the reader counts it from the end of the record before, blank lines included.
fn first_line(text: &str, position: &csv::Position) -> u64 {
    let rest = text.as_bytes().iter().skip(position.byte() as usize);
    position.line()
        + rest.take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|&&byte| byte == b'\n').count() as u64
}

/// The places of the target and of the columns to predict from.
fn choose(file: &File<'_>, header: &StringRecord) -> Result<(usize, Vec<usize>), Error> {
    let source = file.source;
    let column = |key, name: &str| find_column(file, header, key, name);
    let target = column("target", &source.target)?;
    let chosen: Vec<usize> = match &source.features {
        Some(names) => names.iter().map(|name| column("features", name)).collect::<Result<_, _>>()?,
        None => (0..header.len()).filter(|&index| index != target).collect(),
    };
    if chosen.is_empty() {
        return Err(Error::in_file(format!("{}: there is no column but the target", file.at(1))));
    }
    if let Some(name) = source.categories.iter().find(|name| !chosen.iter().any(|&index| header[index] == ***name)) {
        column("categories", name)?;
        let message = format!("{}: `{name}` is not among the features", file.at(1));
        return Err(Error { key: "categories", message, help: String::new() });
    }
    Ok((target, chosen))
}

fn find_column(file: &File<'_>, header: &StringRecord, key: &'static str, name: &str) -> Result<usize, Error> {
    let place = file.at(1);
    let matches: Vec<usize> = (0..header.len()).filter(|&index| &header[index] == name).collect();
    match matches[..] {
        [index] => Ok(index),
        [] => Err(Error {
            key,
            message: format!("{place}: there is no column `{}`", shortened(name)),
            help: match another_separator(header, file.source.separator) {
                Some(word) => {
                    format!("the columns seem to be separated otherwise: add `separator = \"{word}\"` to [data]")
                }
                None => format!("the columns are: {}", listed(header.iter())),
            },
        }),
        _ => Err(Error {
            key,
            message: format!("{place}: more than one column is named `{}`", shortened(name)),
            help: String::new(),
        }),
    }
}

/// The separator that a header of a single column seems to have.
fn another_separator(header: &StringRecord, separator: Separator) -> Option<&'static str> {
    let others = Separator::ALL.into_iter().filter(|other| *other != separator);
    let found = |other: &Separator| header.len() == 1 && header[0].contains(other.character());
    others.into_iter().find(found).map(Separator::name)
}

/// The first few names.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 40;
    let (mut text, mut count) = (String::new(), 0);
    for name in names {
        if count < SHOWN {
            let _ = write!(text, "{}{}", if count == 0 { "" } else { ", " }, shortened(name));
        }
        count += 1;
    }
    if count > SHOWN {
        let _ = write!(text, ", … ({} in all)", grouped(count as u128));
    }
    text
}
