//! Everything that is wrong with a file, told at once.

use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

use crate::data::error::Error;
use crate::value::{grouped, shortened};

/// So many lines are told, and then how many more there are.
const MOST_TOLD: usize = 20;

/// So many lines of a column are named.
const LINES_NAMED: usize = 10;

/// What is wrong, in the order of finding it.
#[derive(Default)]
pub(super) struct Faults {
    lines: Vec<String>,
    more: u64,
    key: Option<&'static str>,
    help: String,
}

impl Faults {
    pub(super) fn add(&mut self, place: impl fmt::Display, message: fmt::Arguments<'_>) {
        if self.lines.len() < MOST_TOLD {
            self.lines.push(format!("{place}: {message}"));
        } else {
            self.more += 1;
        }
    }

    /// Adds what is wrong with a label.
    pub(super) fn add_error(&mut self, error: Error) {
        self.key.get_or_insert(error.key);
        self.help(&error.help);
        if self.lines.len() < MOST_TOLD {
            self.lines.push(error.message);
        } else {
            self.more += 1;
        }
    }

    /// Counts the missing cells, and says where they are.
    pub(super) fn add_missing(&mut self, path: &Path, missing: &MissingCells) {
        let values = if missing.count == 1 { "value is" } else { "values are" };
        let mut text = format!("{} {values} missing: ", grouped(missing.count.into()));
        for (place, (name, count, lines)) in missing.columns.iter().take(MOST_TOLD).enumerate() {
            let (comma, name) = (if place == 0 { "" } else { "; " }, shortened(name));
            let named = lines.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let word = if *count == 1 { "line" } else { "lines" };
            let rest = if *count > lines.len() as u64 {
                format!(", … ({} in all)", grouped((*count).into()))
            } else {
                String::new()
            };
            let _ = write!(text, "{comma}`{name}` in {word} {named}{rest}");
        }
        if missing.columns.len() > MOST_TOLD {
            let _ = write!(text, "; … and {} more columns", missing.columns.len() - MOST_TOLD);
        }
        self.add(path.display(), format_args!("{text}"));
        self.help(r#"`missing = "drop"` in [data] leaves these rows out, `missing = "mean"` fills in means of the training part"#);
    }

    /// Says what to do, unless something has been said.
    pub(super) fn help(&mut self, help: &str) {
        if self.help.is_empty() {
            self.help = help.to_owned();
        }
    }

    /// Says what may be done about a fault, if there is one and nothing has been said.
    pub(super) fn hint(&mut self, hint: Option<String>) {
        if let Some(hint) = hint.filter(|_| !self.lines.is_empty()) {
            self.help(&hint);
        }
    }

    pub(super) fn into_result(mut self) -> Result<(), Error> {
        if self.lines.is_empty() {
            return Ok(());
        }
        if self.more > 0 {
            self.lines.push(format!("… and {} more errors", grouped(self.more.into())));
        }
        Err(Error { key: self.key.unwrap_or("csv"), message: self.lines.join("\n"), help: self.help })
    }
}

/// Cells without a value, column by column.
#[derive(Default)]
pub(super) struct MissingCells {
    count: u64,
    /// A name, how many cells, and the lines of the first few.
    columns: Vec<(String, u64, Vec<u64>)>,
}

impl MissingCells {
    pub(super) fn add(&mut self, name: &str, line: u64) {
        self.count += 1;
        let place = self.columns.iter().position(|(known, ..)| known == name).unwrap_or_else(|| {
            self.columns.push((name.to_owned(), 0, Vec::new()));
            self.columns.len() - 1
        });
        let (_, count, lines) = &mut self.columns[place];
        *count += 1;
        if lines.len() < LINES_NAMED {
            lines.push(line);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}
