//! One column of a file: what it holds, and its cells as features.

use std::collections::BTreeSet;

use crate::data::examples::LARGEST;
use crate::value::{grouped, shortened};

/// A column of more different texts is no category but, say, a column of names.
const MOST_LEVELS: usize = 100;

/// A column to predict from.
pub(super) struct Column {
    /// Its place in a row.
    pub(super) index: usize,
    pub(super) name: String,
    numbers: u64,
    words: u64,
    /// One word of a column that also has numbers.
    decimal_commas: u64,
    /// The different texts, as long as they are few.
    levels: BTreeSet<String>,
    pub(super) content: Content,
}

/// What a column holds.
pub(super) enum Content {
    /// Numbers: one feature.
    Numbers,
    /// One of these texts: a feature each, 1 where it stands and 0 elsewhere.
    Levels(Vec<String>),
}

impl Column {
    pub(super) fn new(index: usize, name: &str) -> Column {
        let (levels, content) = (BTreeSet::new(), Content::Numbers);
        Column { index, name: name.to_owned(), numbers: 0, words: 0, decimal_commas: 0, levels, content }
    }

    /// Looks at a cell.
    pub(super) fn see(&mut self, cell: &str) {
        let cell = cell.trim();
        if is_missing(cell) {
            return;
        }
        match cell.parse::<f64>() {
            Ok(_) => self.numbers += 1,
            Err(_) => {
                self.words += 1;
                self.decimal_commas += u64::from(cell.replacen(',', ".", 1).parse::<f64>().is_ok());
            }
        }
        if self.levels.len() <= MOST_LEVELS && !self.levels.contains(cell) {
            self.levels.insert(cell.to_owned());
        }
    }

    /// Decides what the column holds, once all of its cells have been seen: categories where none is a number, or where it is `named`
    /// as such.
    pub(super) fn decide(&mut self, named: bool) -> Result<(), String> {
        let name = shortened(&self.name).into_owned();
        if self.numbers + self.words == 0 {
            return Err(format!("column {} (`{name}`) has no values", self.index + 1));
        }
        if !named && (self.numbers > 0 || self.decimal_commas == self.words) {
            return Ok(());
        }
        if self.levels.len() > MOST_LEVELS {
            self.content = Content::Levels(Vec::new());
            return Err(format!(
                "column {} (`{name}`) holds more than {MOST_LEVELS} different texts: too many for a category; \
                 `features` in [data] can leave it out",
                self.index + 1
            ));
        }
        self.content = Content::Levels(std::mem::take(&mut self.levels).into_iter().collect());
        Ok(())
    }

    /// How many features the column becomes.
    pub(super) fn width(&self) -> usize {
        match &self.content {
            Content::Numbers => 1,
            Content::Levels(levels) => levels.len(),
        }
    }

    /// The names of these features.
    pub(super) fn features(&self) -> Vec<String> {
        match &self.content {
            Content::Numbers => vec![self.name.clone()],
            Content::Levels(levels) => levels.iter().map(|level| format!("{}={level}", self.name)).collect(),
        }
    }

    /// Adds a cell as features; a missing number is NaN until it is filled in.
    pub(super) fn push(&self, cell: &str, features: &mut Vec<f64>) -> Result<(), String> {
        let cell = cell.trim();
        match &self.content {
            Content::Numbers if is_missing(cell) => features.push(f64::NAN),
            Content::Numbers => features.push(number(cell, self.index, &self.name)?),
            Content::Levels(_) if is_missing(cell) => {
                return Err(format!(
                    "column {} (`{}`): a missing category has no mean; `missing = \"drop\"` leaves the row out",
                    self.index + 1,
                    shortened(&self.name)
                ));
            }
            Content::Levels(levels) => features.extend(levels.iter().map(|level| f64::from(u8::from(level == cell)))),
        }
        Ok(())
    }

    /// What to do about cells that are no numbers.
    pub(super) fn hint(&self) -> Option<String> {
        let is_mixed = matches!(self.content, Content::Numbers) && self.words > 0;
        if is_mixed && self.decimal_commas > 0 {
            return Some("numbers are written with a decimal point, `1.5`".to_owned());
        }
        let name = shortened(&self.name);
        is_mixed.then(|| format!("if `{name}` holds categories, add `categories = [\"{name}\"]` to [data]"))
    }

    /// What the user should know of a category.
    pub(super) fn note(&self) -> Option<String> {
        let Content::Levels(levels) = &self.content else { return None };
        let name = shortened(&self.name);
        let shown: Vec<_> = levels.iter().take(10).map(|level| shortened(level)).collect();
        let rest = if levels.len() > shown.len() { ", …" } else { "" };
        let count = grouped(levels.len() as u128);
        Some(format!("`{name}` is a category and became {count} features, one per level: {}{rest}", shown.join(", ")))
    }
}

/// A cell as a number.
pub(super) fn number(cell: &str, index: usize, name: &str) -> Result<f64, String> {
    let (column, name) = (index + 1, shortened(name));
    match cell.parse::<f64>() {
        Ok(number) if number.abs() <= LARGEST => Ok(number),
        Ok(number) if number.is_finite() => Err(format!(
            "column {column} (`{name}`): {} is too large, its square cannot be computed with; expected at most {LARGEST:e}",
            shortened(cell)
        )),
        _ => Err(format!("column {column} (`{name}`): expected a finite number, found `{}`", shortened(cell))),
    }
}

/// Whether a cell says that there is no value.
pub(super) fn is_missing(cell: &str) -> bool {
    const WORDS: [&str; 5] = ["NA", "N/A", "NaN", "null", "?"];
    let cell = cell.trim();
    cell.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(cell))
}
