//! Tables that trainers print: a line of names, then lines of as many numbers; or `| name | number |` on every line.

use super::measurement::StepKey;
use super::names::{Pair, loss_rank, step_key};
use super::number::Number;

/// Most columns of a table.
const MOST_COLUMNS: usize = 200;

/// The columns of the table that is being printed.
#[derive(Debug, Default)]
pub(super) struct Table {
    header: Vec<String>,
}

impl Table {
    /// Reads the numbers of a row, or takes the names of the columns, where a line is one of these.
    pub(super) fn read(&mut self, line: &str) -> Vec<Pair> {
        let cells = cells(line);
        if let [name, number] = cells[..]
            && line.trim_start().starts_with('|')
            && let Some(number) = Number::all_of(number)
            && name.starts_with(char::is_alphabetic)
        {
            return vec![Pair::new(name, number.value, number.count)];
        }
        if is_header(&cells) {
            self.header = cells.iter().map(|&cell| cell.to_owned()).collect();
            return Vec::new();
        }
        self.row(&cells).unwrap_or_default()
    }

    fn row(&self, cells: &[&str]) -> Option<Vec<Pair>> {
        if self.header.is_empty() || cells.len() < self.header.len() {
            return None;
        }
        // A row of another table begins with a word.
        Number::all_of(cells[0])?;
        let numbers: Vec<Option<Number>> = cells[..self.header.len()].iter().map(|cell| Number::all_of(cell)).collect();
        let pairs: Vec<Pair> = self
            .header
            .iter()
            .zip(numbers)
            .filter_map(|(name, number)| {
                let number = number?;
                let pair = Pair::new(name, number.value, number.count);
                match name.as_str() {
                    "#" => Some(Pair {
                        step: number.count.map(|count| (StepKey::Step, count)),
                        name: "step".into(),
                        ..pair
                    }),
                    _ if number.is_part && pair.step.is_none() => None,
                    _ => Some(pair),
                }
            })
            .collect();
        // Times and sizes are no numbers, but most cells are.
        (2 * pairs.len() >= self.header.len()).then_some(pairs)
    }
}

/// The cells of a line, apart by `|`, tabs or two spaces.
fn cells(line: &str) -> Vec<&str> {
    let parts = line.split(['|', '\t']).flat_map(|part| part.split("  "));
    parts.map(str::trim).filter(|cell| !cell.is_empty()).take(MOST_COLUMNS).collect()
}

/// Whether cells are the names of columns, one of them a step or a loss.
fn is_header(cells: &[&str]) -> bool {
    let is_name = |cell: &&str| {
        cell.len() <= 40
            && !cell.contains([':', '=', '{', '['])
            && Number::all_of(cell).is_none()
            && (*cell == "#" || cell.starts_with(|c: char| c.is_alphabetic() || c == '_'))
    };
    let is_measured = |cell: &&str| step_key(cell).is_some() || loss_rank(cell).is_some();
    cells.len() >= 2 && cells.iter().all(is_name) && cells.iter().any(is_measured)
}
