//! How every table is written: comma-separated cells, `\n` line ends, shortest round-trip numbers, empty cells for "none".
//!
//! Owns the text of cells and the writing of rows in parallel but in order; knows nothing of what the columns mean.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cell::BATCH_SIZE;
use super::study::Study;
use crate::grid::Axis;
use crate::value::{Shortest, Value};

/// The column after the batch size that says whether it is the full batch. Data frames want one type in a column, so the batch
/// size itself is always a count.
pub const FULL_BATCH: &str = "full_batch";

/// The columns of an axis.
pub(super) fn columns(axis: &Axis) -> impl Iterator<Item = &str> {
    let flag = (axis.path == BATCH_SIZE).then_some(FULL_BATCH);
    [axis.path.as_str()].into_iter().chain(flag)
}

/// Rows under construction.
#[derive(Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    inside_row: bool,
    numbers: Numbers,
}

/// The texts of the numbers that came last, by their bits: many cells repeat one, such as a limit, the loss at step 0, or a best loss
/// that is the final one.
struct Numbers {
    shortest: Shortest,
    last: [Text; Numbers::KEPT],
}

/// A number and its text.
#[derive(Clone, Copy)]
struct Text {
    bits: u64,
    length: u8,
    bytes: [u8; Text::LONGEST],
}

impl Text {
    /// `-1.2345678901234567e-308`
    const LONGEST: usize = 24;

    fn new(bits: u64, text: &[u8]) -> Option<Text> {
        let mut bytes = [0; Text::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Text { bits, length: text.len() as u8, bytes })
    }
}

impl Numbers {
    const KEPT: usize = 64;

    fn write(&mut self, number: f64, out: &mut Vec<u8>) {
        let bits = number.to_bits();
        // The upper bits of such a product depend on all bits of the number.
        let place = (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize % Numbers::KEPT;
        if self.last[place].bits != bits {
            let text = self.shortest.format(number).as_bytes();
            match Text::new(bits, text) {
                Some(text) => self.last[place] = text,
                None => return out.extend_from_slice(text),
            }
        }
        let Text { length, bytes, .. } = &self.last[place];
        push(out, bytes, usize::from(*length));
    }
}

impl Default for Numbers {
    fn default() -> Numbers {
        // Only the place of zero is ever asked for zero.
        let zero = Text { bits: 0, length: 1, bytes: [b'0'; Text::LONGEST] };
        Numbers { shortest: Shortest::default(), last: [zero; Numbers::KEPT] }
    }
}

/// Appends the first `length` of some bytes: copying as many as a constant says takes a fraction of copying so many.
fn push<const N: usize>(out: &mut Vec<u8>, bytes: &[u8; N], length: usize) {
    let end = out.len() + length;
    out.extend_from_slice(bytes);
    out.truncate(end);
}

impl Rows {
    fn with_capacity(bytes: usize) -> Rows {
        Rows { bytes: Vec::with_capacity(bytes), ..Rows::default() }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// An empty cell: there is no value.
    pub(super) fn none(&mut self) {
        if self.inside_row {
            self.bytes.push(b',');
        }
        self.inside_row = true;
    }

    /// A cell of text, quoted exactly as the `csv` crate does it.
    pub(super) fn text(&mut self, text: &str) {
        self.none();
        let bytes = text.as_bytes();
        if !bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
            return self.bytes.extend_from_slice(bytes);
        }
        self.bytes.push(b'"');
        for &byte in bytes {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// A cell with a word of ours, which needs no quotes.
    pub(super) fn word(&mut self, word: &'static str) {
        self.none();
        self.bytes.extend_from_slice(word.as_bytes());
    }

    /// A cell with a whole number.
    pub(super) fn count(&mut self, count: u64) {
        const MOST_DIGITS: usize = 20;
        self.none();
        // The standard formatting machinery would take half of the time of a large table.
        let mut digits = [0; 2 * MOST_DIGITS];
        let mut start = MOST_DIGITS;
        let mut rest = count;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if let Some(text) = digits[start..].first_chunk::<MOST_DIGITS>() {
            push(&mut self.bytes, text, MOST_DIGITS - start);
        }
    }

    /// A cell with a real number; `inf` and `NaN` are written as such.
    pub(super) fn number(&mut self, number: f64) {
        self.none();
        self.numbers.write(number, &mut self.bytes);
    }

    /// A cell with a real number, empty unless it is finite.
    pub(super) fn finite(&mut self, number: f64) {
        if number.is_finite() { self.number(number) } else { self.none() }
    }

    /// A cell with 16 hexadecimal digits.
    pub(super) fn hash(&mut self, hash: u64) {
        self.none();
        let mut digits = [0; 16];
        for (place, digit) in digits.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(hash >> (60 - 4 * place) & 0xf) as usize];
        }
        self.bytes.extend_from_slice(&digits);
    }

    /// A cell with an axis value.
    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.number(*number),
            Value::Count(count) => self.count(*count),
            Value::Text(text) => self.text(text),
            Value::Flag(_) => self.text(&value.to_string()),
            // In brackets, so that no list is an empty cell, and none looks like a number.
            Value::Counts(_) => self.text(&format!("[{value}]")),
        }
    }

    /// What an axis says of a run: its value; for the batch size a count in every row, then whether it is the full batch.
    pub(super) fn axis(&mut self, study: &Study, axis: &Axis, run: usize) {
        let value = axis.value(run);
        if axis.path != BATCH_SIZE {
            return self.value(value);
        }
        let is_full = matches!(value, Value::Text(_));
        if is_full {
            self.optional_count(study.full_batch.get(run).copied().filter(|examples| *examples > 0));
        } else {
            self.value(value);
        }
        self.text(if is_full { "true" } else { "false" });
    }

    /// A cell with a count that may be missing.
    pub(super) fn optional_count(&mut self, count: Option<u64>) {
        match count {
            Some(count) => self.count(count),
            None => self.none(),
        }
    }

    /// A cell with a real number that may be missing.
    pub(super) fn optional_number(&mut self, number: Option<f64>) {
        match number {
            Some(number) => self.number(number),
            None => self.none(),
        }
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.bytes.push(b'\n');
        self.inside_row = false;
    }
}

/// Writes a header line and then, in order, the rows that `rows_of` makes of each of `items` things.
///
/// Chunks of `per_chunk` things are formatted in parallel, a window of chunks at a time, while the previous window is written:
/// memory stays bounded, and the bytes do not depend on the number of threads.
pub(super) fn write<'a>(
    out: &mut (impl Write + Send),
    header: impl IntoIterator<Item = &'a str>,
    items: usize,
    per_chunk: usize,
    rows_of: impl Fn(usize, &mut Rows) + Sync,
) -> io::Result<()> {
    let mut line = Rows::default();
    header.into_iter().for_each(|name| line.text(name));
    line.end();
    out.write_all(line.as_bytes())?;

    let chunks = items.div_ceil(per_chunk);
    // The largest chunk so far tells how much room the next needs.
    let bytes_per_chunk = AtomicUsize::new(0);
    let window = 2 * rayon::current_num_threads();
    let format = |first: usize| -> Vec<Rows> {
        let last = chunks.min(first + window);
        (first..last)
            .into_par_iter()
            .map(|chunk| {
                let mut rows = Rows::with_capacity(bytes_per_chunk.load(Ordering::Relaxed));
                let items = chunk * per_chunk..items.min((chunk + 1) * per_chunk);
                items.for_each(|item| rows_of(item, &mut rows));
                bytes_per_chunk.fetch_max(rows.bytes.len() + rows.bytes.len() / 64, Ordering::Relaxed);
                rows
            })
            .collect()
    };
    let mut first = 0;
    let mut ready = format(first);
    while !ready.is_empty() {
        first += window;
        let write = || ready.iter().try_for_each(|rows| out.write_all(rows.as_bytes()));
        let (written, next) = rayon::join(write, || format(first));
        written?;
        ready = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_is_quoted_as_by_the_csv_crate(cells in prop::collection::vec("[a-c,\"\r\n# ']{0,6}", 2..5)) {
            let mut rows = Rows::default();
            cells.iter().for_each(|cell| rows.text(cell));
            rows.end();
            let mut reference = csv::Writer::from_writer(Vec::new());
            reference.write_record(&cells).unwrap();
            prop_assert_eq!(rows.as_bytes(), reference.into_inner().unwrap());
        }

        #[test]
        fn counts_and_hashes_are_written_as_by_the_standard_library(number: u64, small in 0u64..200) {
            let mut rows = Rows::default();
            rows.count(number);
            rows.count(small);
            rows.hash(number);
            let expected = format!("{number},{small},{number:016x}");
            prop_assert_eq!(rows.as_bytes(), expected.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_alike_whatever_came_before(numbers in prop::collection::vec(prop_oneof![
            any::<f64>(),
            any::<u64>().prop_map(f64::from_bits),
            (-9i32..9).prop_map(f64::from),
        ], 1..200)) {
            let mut rows = Rows::default();
            let twice = || numbers.iter().chain(&numbers);
            twice().for_each(|&number| rows.number(number));
            let expected: Vec<String> = twice().map(|&number| Shortest::new().format(number).to_owned()).collect();
            prop_assert_eq!(String::from_utf8(rows.bytes).unwrap(), expected.join(","));
        }
    }

    #[test]
    fn values_that_are_not_there_leave_their_cell_empty() {
        let mut rows = Rows::default();
        rows.none();
        rows.optional_count(None);
        rows.finite(f64::INFINITY);
        rows.finite(f64::NAN);
        rows.optional_number(Some(f64::INFINITY));
        rows.number(f64::NAN);
        rows.number(1e-7);
        rows.value(&Value::Counts([4, 2].into()));
        rows.value(&Value::Counts([].into()));
        rows.value(&Value::Flag(true));
        rows.end();
        assert_eq!(rows.as_bytes(), b",,,,inf,NaN,1e-7,\"[4,2]\",[],true\n");
    }

    #[test]
    fn rows_come_in_order_whatever_the_number_of_threads() {
        let table = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut bytes = Vec::new();
            let write = || {
                write(&mut bytes, ["item"], 1000, 7, |item, rows| {
                    rows.count(item as u64);
                    rows.end();
                })
            };
            pool.install(write).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let expected: String =
            std::iter::once("item\n".to_owned()).chain((0..1000).map(|item| format!("{item}\n"))).collect();
        for threads in [1, 2, 7] {
            assert_eq!(table(threads), expected);
        }
    }
}
