//! A table that is being read: rows and cells that know their place, for errors that name it.

use std::fmt;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::fs;

/// Why results cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// A file cannot be read at all.
    File(fs::Error),
    /// A file does not hold what it should.
    Content {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1; the header line is line 1.
        line: u64,
        /// The column, if it is a single cell that is wrong.
        column: Option<String>,
        /// What should stand there.
        expected: String,
        /// What stands there instead.
        found: String,
    },
}

/// The text of a file that may be missing.
pub(in crate::store) fn read_optional(path: &Path) -> Result<Option<String>, ReadError> {
    match fs::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(ReadError::File(error)),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::File(error) => error.fmt(f),
            ReadError::Content { path, line, column, expected, found } => {
                write!(f, "{}, line {line}", path.display())?;
                if let Some(column) = column {
                    write!(f, ", column `{column}`")?;
                }
                write!(f, ": expected {expected}, found {found}")
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::File(error) => Some(error),
            ReadError::Content { .. } => None,
        }
    }
}

/// A CSV file with a header line.
pub(in crate::store) struct Source<'a> {
    path: &'a Path,
    reader: csv::Reader<&'a [u8]>,
    header: StringRecord,
    record: StringRecord,
}

impl<'a> Source<'a> {
    /// Starts reading `text`, the whole content of the file at `path`.
    pub(in crate::store) fn new(path: &'a Path, text: &'a str) -> Result<Source<'a>, ReadError> {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut source = Source { path, reader, header: StringRecord::new(), record: StringRecord::new() };
        if text.is_empty() {
            return Err(source.error(1, None, "a header line", "an empty file"));
        }
        if !text.ends_with('\n') {
            let last = text.lines().count() as u64;
            return Err(source.error(last, None, "a line end", "the end of the file: it is cut off"));
        }
        source.advance()?;
        source.header = std::mem::take(&mut source.record);
        for (place, name) in source.header.iter().enumerate() {
            if source.header.iter().take(place).any(|earlier| earlier == name) {
                return Err(source.header_error("every column once", &format!("`{name}` twice")));
            }
        }
        Ok(source)
    }

    /// The names of the columns.
    pub(in crate::store) fn header(&self) -> &StringRecord {
        &self.header
    }

    /// Checks that `columns` stand side by side in the header, the first of them at `place`.
    pub(in crate::store) fn expect_columns(&self, place: usize, columns: &[&str]) -> Result<(), ReadError> {
        for (place, &column) in (place..).zip(columns) {
            match self.header.get(place) {
                Some(found) if found == column => {}
                _ if !self.header.iter().any(|found| found == column) => {
                    return Err(self.header_error(&format!("a column `{column}`"), "none"));
                }
                found => {
                    let expected = format!("`{column}` as column {}", place + 1);
                    return Err(self.header_error(&expected, &quoted(found.unwrap_or(""))));
                }
            }
        }
        Ok(())
    }

    /// Where each of `columns` stands.
    pub(in crate::store) fn places<const N: usize>(&self, columns: [&str; N]) -> Result<[usize; N], ReadError> {
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            let found = self.header.iter().position(|found| found == column);
            *place = found.ok_or_else(|| self.header_error(&format!("a column `{column}`"), "none"))?;
        }
        Ok(places)
    }

    /// The error for the column at `place`, where something else should stand.
    pub(in crate::store) fn unknown_column(&self, place: usize, expected: &str) -> ReadError {
        self.header_error(expected, &quoted(self.header.get(place).unwrap_or_default()))
    }

    /// The next row, if there is one; it has as many cells as the header.
    pub(in crate::store) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let (cells, columns) = (self.record.len(), self.header.len());
        if cells != columns {
            return Err(self.error(self.line(), None, &format!("{columns} cells"), &cells.to_string()));
        }
        Ok(Some(Row { source: self }))
    }

    fn advance(&mut self) -> Result<bool, ReadError> {
        self.reader.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            self.error(line, None, "comma-separated cells", &error.to_string())
        })
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    fn header_error(&self, expected: &str, found: &str) -> ReadError {
        self.error(1, None, expected, found)
    }

    fn error(&self, line: u64, column: Option<&str>, expected: &str, found: &str) -> ReadError {
        ReadError::Content {
            path: self.path.to_owned(),
            line,
            column: column.map(str::to_owned),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// A row of a [`Source`].
#[derive(Clone, Copy)]
pub(in crate::store) struct Row<'a> {
    source: &'a Source<'a>,
}

impl<'a> Row<'a> {
    /// The cell in the column at `place`; empty beyond the last one.
    pub(in crate::store) fn cell(self, place: usize) -> Cell<'a> {
        Cell { row: self, place, text: self.source.record.get(place).unwrap_or("") }
    }
}

/// A cell of a [`Row`].
#[derive(Clone, Copy)]
pub(in crate::store) struct Cell<'a> {
    row: Row<'a>,
    place: usize,
    /// What stands in it.
    pub(in crate::store) text: &'a str,
}

impl<'a> Cell<'a> {
    /// The cell, unless it is empty.
    pub(in crate::store) fn filled(self) -> Option<Cell<'a>> {
        (!self.text.is_empty()).then_some(self)
    }

    /// A whole number.
    pub(in crate::store) fn count(self) -> Result<u64, ReadError> {
        self.text.parse().map_err(|_| self.error("a whole number"))
    }

    /// A real number, `inf` and `NaN` included.
    pub(in crate::store) fn number(self) -> Result<f64, ReadError> {
        self.text.parse().map_err(|_| self.error("a number"))
    }

    /// Whether it says `true`.
    pub(in crate::store) fn flag(self) -> Result<bool, ReadError> {
        self.text.parse().map_err(|_| self.error("true or false"))
    }

    /// The cell, with another text in its place.
    pub(in crate::store) fn reading(self, text: &'a str) -> Cell<'a> {
        Cell { text, ..self }
    }

    /// 16 hexadecimal digits.
    pub(in crate::store) fn hash(self) -> Result<u64, ReadError> {
        let is_hash = self.text.len() == 16 && self.text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = if is_hash { u64::from_str_radix(self.text, 16).ok() } else { None };
        hash.ok_or_else(|| self.error("16 hexadecimal digits"))
    }

    /// Says what should have stood here.
    pub(in crate::store) fn error(self, expected: &str) -> ReadError {
        let source = self.row.source;
        source.error(source.line(), source.header.get(self.place), expected, &quoted(self.text))
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "an empty cell".to_owned() } else { format!("`{text}`") }
}
