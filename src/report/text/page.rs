//! Text laid out for a terminal: wrapped paragraphs, aligned tables, a little color.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// No page is wider than this, however wide the terminal.
const MAX_WIDTH: usize = 100;

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
        Page { text: String::new(), width: width.clamp(20, MAX_WIDTH), color }
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
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > self.width {
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

    /// A line as it is.
    pub(super) fn line(&mut self, tone: Tone, line: &str) {
        match tone.ansi().filter(|_| self.color) {
            Some(start) => {
                self.text.extend([start, line, "\u{1b}[0m"]);
            }
            None => self.text.push_str(line),
        }
        self.text.push('\n');
    }

    /// A table, as narrow as its content.
    pub(super) fn table(&mut self, columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) {
        let mut table = Table::new();
        table
            .load_style(STYLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width as u16)
            .set_header(columns.iter().map(|column| column.title.as_str()))
            .add_rows(rows);
        for (cells, column) in table.column_iter_mut().zip(columns) {
            cells.set_cell_alignment(column.alignment);
            cells.set_padding((0, 1));
        }
        table.lines().for_each(|line| self.line(Tone::Plain, line.trim_end()));
    }
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
