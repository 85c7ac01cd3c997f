//! CSV files as programs write them while they train: a line of names, then a line per measurement, with empty cells.

use csv_core::{ReadRecordResult, Reader};

use super::names::Pair;
use super::number::Number;

/// Splits one line at a separator and reads its numbers.
pub(super) struct Rows {
    reader: Reader,
    header: Option<Vec<String>>,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    pub(super) fn new(separator: u8) -> Rows {
        let reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Rows { reader, header: None, cells: Vec::new(), ends: Vec::new() }
    }

    /// The names of the columns, as soon as they have been read.
    pub(super) fn header(&self) -> &[String] {
        self.header.as_deref().unwrap_or_default()
    }

    /// The numbers of a row; the first line names the columns.
    pub(super) fn read(&mut self, line: &str) -> Vec<Pair> {
        let line = line.trim_start_matches('\u{feff}');
        if line.trim().is_empty() {
            return Vec::new();
        }
        let cells = self.split(line);
        let Some(header) = &self.header else {
            self.header = Some(cells.iter().map(|cell| cell.trim().to_owned()).collect());
            return Vec::new();
        };
        let numbers = cells.iter().map(|cell| Number::all_of(cell).filter(|number| !number.is_part));
        let named = header.iter().zip(numbers).filter(|(name, _)| !name.is_empty());
        named.filter_map(|(name, number)| number.map(|number| Pair::new(name, number.value, number.count))).collect()
    }

    fn split(&mut self, line: &str) -> Vec<String> {
        self.cells.resize(line.len() + 1, 0);
        self.ends.resize(line.len() + 2, 0);
        self.reader.reset();
        let count = record(&mut self.reader, line, &mut self.cells, &mut self.ends);
        let starts = std::iter::once(0).chain(self.ends[..count].iter().copied());
        let cells = starts.zip(&self.ends[..count]).map(|(start, &end)| &self.cells[start..end]);
        cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
    }
}

/// Reads a line as one record; how many cells it has.
fn record(reader: &mut Reader, line: &str, cells: &mut [u8], ends: &mut [usize]) -> usize {
    let (result, _, written, mut count) = reader.read_record(line.as_bytes(), cells, ends);
    if matches!(result, ReadRecordResult::InputEmpty) {
        // No more input: what is there is the record.
        let (_, _, _, more) = reader.read_record(&[], &mut cells[written..], &mut ends[count..]);
        count += more;
    }
    count
}
