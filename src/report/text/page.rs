//! Text laid out for a terminal: wrapped paragraphs, aligned tables, a little color.

use std::ops::Range;

use comfy_table::ColumnConstraint::LowerBoundary;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, Width};

use crate::value::visible;

/// Sentences are no wider than this, however wide the terminal: longer lines are hard to read. Tables take what there is.
const MAX_LINE: usize = 100;

/// The blank columns after each column of a table.
const PADDING: usize = 2;

/// Only a line under the header.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What a paragraph is about, shown by its color where there is color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
}

impl Tone {
    fn ansi(self) -> Option<&'static str> {
        match self {
            Tone::Plain => None,
            Tone::Good => Some("\u{1b}[32m"),
            Tone::Warning => Some("\u{1b}[33m"),
            Tone::Bad => Some("\u{1b}[31m"),
        }
    }
}

/// A column of a table.
pub(super) struct Column {
    pub(super) title: String,
    pub(super) alignment: CellAlignment,
}

impl Column {
    /// A column of numbers.
    pub(super) fn right(title: impl Into<String>) -> Column {
        Column { title: title.into(), alignment: CellAlignment::Right }
    }

    /// A column of words.
    pub(super) fn left(title: impl Into<String>) -> Column {
        Column { title: title.into(), alignment: CellAlignment::Left }
    }
}

/// A page under construction.
pub(super) struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Page {
        Page { text: String::new(), width: width.max(20), color }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An empty line, unless the page has just begun.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A paragraph, wrapped between words; a word that is too long keeps its line.
    pub(super) fn paragraph(&mut self, tone: Tone, paragraph: &str) {
        let mut line = String::new();
        let width = self.width.min(MAX_LINE);
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                self.line(tone, &line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(tone, &line);
        }
    }

    /// A line as it is, control characters as symbols.
    pub(super) fn line(&mut self, tone: Tone, line: &str) {
        let line = visible(line);
        match tone.ansi().filter(|_| self.color) {
            Some(start) => {
                self.text.extend([start, &line, "\u{1b}[0m"]);
            }
            None => self.text.push_str(&line),
        }
        self.text.push('\n');
    }

    /// A table, as narrow as its content. Cells are broken between words only; where even that is too wide, the table goes on
    /// below with its first `keys` columns again.
    pub(super) fn table(&mut self, keys: usize, columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) {
        let one_line = |cell: String| visible(&cell).replace('\n', "␊");
        let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|column| column.title.clone()).collect()];
        lines.extend(rows);
        let lines: Vec<Vec<String>> = lines.into_iter().map(|row| row.into_iter().map(one_line).collect()).collect();
        let narrowest: Vec<usize> =
            (0..columns.len()).map(|column| narrowest(&lines, column, &columns[column])).collect();
        for (part, others) in parts(&narrowest, keys, self.width).into_iter().enumerate() {
            if part > 0 {
                self.gap();
            }
            let chosen: Vec<usize> = (0..keys).chain(others).collect();
            self.part(columns, &lines, &narrowest, &chosen);
        }
    }

    /// These columns of a table.
    fn part(&mut self, columns: &[Column], lines: &[Vec<String>], narrowest: &[usize], chosen: &[usize]) {
        let mut rows = lines.iter().map(|row| chosen.iter().map(|&column| row[column].as_str()));
        let mut table = Table::new();
        table
            .load_style(STYLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.width).unwrap_or(u16::MAX))
            .set_header(rows.next().into_iter().flatten())
            .add_rows(rows);
        for (cells, &column) in table.column_iter_mut().zip(chosen) {
            cells.set_cell_alignment(columns[column].alignment);
            cells.set_padding((0, 1));
            let width = u16::try_from(narrowest[column] + PADDING - 1).unwrap_or(u16::MAX);
            cells.set_constraint(LowerBoundary(Width::Fixed(width)));
        }
        table.lines().for_each(|line| self.line(Tone::Plain, line.trim_end()));
    }
}

/// How wide a column has to be so that its numbers stand in one line, and no word of it is broken.
fn narrowest(lines: &[Vec<String>], place: usize, column: &Column) -> usize {
    let is_number = |line: usize| line > 0 && column.alignment == CellAlignment::Right;
    let longest = |(line, row): (usize, &Vec<String>)| {
        let cell = &row[place];
        let words = cell.split(' ').map(|word| word.chars().count()).max();
        if is_number(line) { cell.chars().count() } else { words.unwrap_or_default() }
    };
    lines.iter().enumerate().map(longest).max().unwrap_or_default()
}

/// The columns after the first `keys`, cut into parts that fit beside these.
fn parts(narrowest: &[usize], keys: usize, width: usize) -> Vec<Range<usize>> {
    let taken = |columns: &[usize]| columns.iter().map(|column| column + PADDING).sum::<usize>();
    // The line under the header covers one of the blanks after the last column.
    let room = (width + PADDING - 1).saturating_sub(taken(&narrowest[..keys]));
    let mut parts = Vec::new();
    let mut start = keys;
    for column in keys..narrowest.len() {
        if column > start && taken(&narrowest[start..=column]) > room {
            parts.push(start..column);
            start = column;
        }
    }
    parts.push(start..narrowest.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_between_words() {
        let mut page = Page::new(20, false);
        page.paragraph(Tone::Plain, "twelve and some more words, and results/a-very-long-name.csv");
        assert_eq!(page.into_text(), "twelve and some more\nwords, and\nresults/a-very-long-name.csv\n");
    }

    #[test]
    fn a_table_takes_the_width_there_is_and_goes_on_below_where_there_is_none() {
        let columns: Vec<Column> = ["rate".to_owned(), "a".repeat(30), "b".repeat(70)].map(Column::right).into();
        let text = |width| {
            let mut page = Page::new(width, false);
            page.table(1, &columns, [vec!["0.25".to_owned(), "1\n2".to_owned(), "3 \u{1b}[2J".to_owned()]]);
            page.into_text()
        };
        let wide = text(200);
        assert_eq!(wide.lines().next().unwrap().len(), 4 + 2 + 30 + 2 + 70);
        assert!(wide.contains("1␊2") && wide.ends_with("3 ␛[2J\n"), "{wide}");
        let narrow = text(80);
        assert_eq!(narrow.lines().filter(|line| line.starts_with("0.25  ")).count(), 2, "{narrow}");
        assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    }

    #[test]
    fn color_only_when_asked() {
        let text = |color| {
            let mut page = Page::new(80, color);
            page.paragraph(Tone::Warning, "careful");
            page.into_text()
        };
        assert_eq!(text(false), "careful\n");
        assert_eq!(text(true), "\u{1b}[33mcareful\u{1b}[0m\n");
    }
}
