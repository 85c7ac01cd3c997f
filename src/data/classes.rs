//! Labels: the cells of a target column that names classes.
//!
//! Classes are numbered in sorted order, whole numbers by size and everything else by its text, so that the order of a file's
//! rows decides nothing.

use std::collections::HashMap;

use super::error::{Error, Place};
use crate::value::shortened;

/// The labels of a column, row after row.
pub(super) struct Labels {
    column: String,
    /// Each label and where it stands.
    cells: Vec<(String, Place)>,
}

/// What the labels of a column say.
pub(super) struct Classes {
    /// The names, sorted; at least two.
    pub(super) names: Vec<String>,
    /// For every row the position of its class among the names.
    pub(super) targets: Vec<f64>,
}

impl Labels {
    pub(super) fn new(column: &str) -> Labels {
        Labels { column: column.to_owned(), cells: Vec::new() }
    }

    /// Adds the label of one row: a word or a whole number.
    pub(super) fn push(&mut self, cell: &str, place: Place) -> Result<(), Error> {
        let found = match whole_number(cell) {
            Some(number) => {
                self.cells.push((number.to_string(), place));
                return Ok(());
            }
            None if cell.is_empty() => "an empty cell".to_owned(),
            None if cell.parse::<f64>().is_ok() => format!("`{}`", shortened(cell)),
            None => {
                self.cells.push((cell.to_owned(), place));
                return Ok(());
            }
        };
        let help = "a problem that predicts numbers is `kind = \"linear-regression\"`";
        let column = &self.column;
        Err(Error::in_target(
            format!("{place}: column `{column}`: expected a class (a word or a whole number), found {found}"),
            help,
        ))
    }

    /// Numbers the classes.
    ///
    /// # Errors
    /// A single class, another number of classes than `expected`, or a class with one example only.
    pub(super) fn classes(self, expected: Option<usize>) -> Result<Classes, Error> {
        let mut names: Vec<&str> = self.cells.iter().map(|(label, _)| label.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        // Stable, so that words keep their order among themselves.
        names.sort_by_key(|name| whole_number(name).unwrap_or(i64::MAX));

        let column = &self.column;
        let listed = || listed(&names);
        if let [class] = names[..] {
            let class = shortened(class);
            let message = format!("column `{column}` holds a single class, `{class}`: there is nothing to tell apart");
            return Err(Error::in_target(message, "two classes are the least"));
        }
        if let Some(expected) = expected.filter(|&expected| expected != names.len()) {
            let message = format!("column `{column}` holds {} classes, expected {expected}", names.len());
            return Err(Error::in_target(message, &format!("the classes are: {}", listed())));
        }
        let numbers: HashMap<&str, usize> = names.iter().zip(0..).map(|(name, class)| (*name, class)).collect();
        let targets: Vec<usize> = self.cells.iter().map(|(label, _)| numbers[label.as_str()]).collect();
        let mut counts = vec![0usize; names.len()];
        targets.iter().for_each(|&class| counts[class] += 1);
        if let Some(row) = targets.iter().position(|&class| counts[class] == 1) {
            let (label, place) = &self.cells[row];
            let label = shortened(label);
            let message = format!("{place}: column `{column}`: class `{label}` has this one example only");
            return Err(Error::in_target(message, &format!("the classes are: {}", listed())));
        }
        let names = names.into_iter().map(str::to_owned).collect();
        Ok(Classes { names, targets: targets.into_iter().map(|class| class as f64).collect() })
    }
}

/// `2`, `-1` and also `2.0`.
fn whole_number(cell: &str) -> Option<i64> {
    let digits = cell.split_once('.').map_or(cell, |(whole, rest)| match rest.trim_matches('0') {
        "" => whole,
        _ => cell,
    });
    digits.parse().ok()
}

/// The first few names.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(|name| shortened(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, …") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(labels: &[&str], expected: Option<usize>) -> Result<Classes, String> {
        let mut column = Labels::new("y");
        let with_help = |error: Error| format!("{}; {}", error.message, error.help);
        for (label, line) in labels.iter().zip(2..) {
            column.push(label, Place { path: "data.csv".into(), line }).map_err(with_help)?;
        }
        column.classes(expected).map_err(with_help)
    }

    #[test]
    fn words_are_sorted_by_text_and_whole_numbers_by_size() {
        let found = classes(&["malignant", "benign", "benign", "malignant"], Some(2)).unwrap();
        assert_eq!((found.names, found.targets), (vec!["benign".into(), "malignant".into()], vec![1.0, 0.0, 0.0, 1.0]));
        let found = classes(&["10", "9", "-1", "9.0", "-1", "10."], None).unwrap();
        assert_eq!(found.names, ["-1", "9", "10"]);
        assert_eq!(found.targets, [2.0, 1.0, 0.0, 1.0, 0.0, 2.0]);
    }

    #[test]
    fn columns_that_name_no_classes_are_refused() {
        let message = |labels: &[&str], expected| classes(labels, expected).err().unwrap();
        assert_eq!(
            message(&["a", "a"], None),
            "column `y` holds a single class, `a`: there is nothing to tell apart; two classes are the least"
        );
        assert_eq!(
            message(&["a", "b", "c", "a", "b", "c"], Some(2)),
            "column `y` holds 3 classes, expected 2; the classes are: a, b, c"
        );
        assert_eq!(
            message(&["a", "b", "a"], None),
            "data.csv:3: column `y`: class `b` has this one example only; the classes are: a, b"
        );
        let no_class = "column `y`: expected a class (a word or a whole number), found";
        let help = "a problem that predicts numbers is `kind = \"linear-regression\"`";
        assert_eq!(message(&["a", "1.5"], None), format!("data.csv:3: {no_class} `1.5`; {help}"));
        assert_eq!(message(&[""], None), format!("data.csv:2: {no_class} an empty cell; {help}"));
    }
}
