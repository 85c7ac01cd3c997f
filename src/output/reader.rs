//! [`Reader`]: bytes in, measurements out.

use std::fmt;
use std::path::Path;

use regex::{Regex, RegexBuilder};

use super::assemble::Assembler;
use super::lines::{End, Line, Lines};
use super::measurement::{Backwards, Measurement};
use super::names::{Pair, step_key};
use super::number::Number;
use super::rows::Rows;
use super::table::Table;
use super::{structured, text};

/// What is said about an output before it is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The name of the loss; `loss` or what comes closest, if not given.
    pub loss: Option<String>,
    /// What lines look like; everything that names numbers is read, if not given.
    pub pattern: Option<Pattern>,
    /// Lines of a program, or rows of a file.
    pub format: Format,
}

/// How an output is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines as programs print them: objects, tables, `key: number`.
    #[default]
    Lines,
    /// A header line and rows, separated by `,`; patterns are not used.
    Csv,
    /// The same, separated by tabs.
    Tsv,
}

impl Format {
    /// The format of a file of this name: by `.csv` and `.tsv`, else lines.
    pub fn of_file(name: &Path) -> Format {
        let is = |extension: &str| name.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
        if is("csv") {
            Format::Csv
        } else if is("tsv") {
            Format::Tsv
        } else {
            Format::Lines
        }
    }
}

/// A regular expression whose named groups are numbers of a line.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
}

/// What is wrong with a pattern, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no regular expression, is larger than a megabyte when compiled, or names no group.
    pub fn new(pattern: &str) -> Result<Pattern, PatternError> {
        const LARGEST: usize = 1 << 20;
        let example = r"name the numbers with groups, as in `step (?P<step>\d+).*loss (?P<loss>\S+)`";
        let regex = RegexBuilder::new(pattern).size_limit(LARGEST).build().map_err(|error| PatternError {
            message: format!("the pattern cannot be read: {error}"),
            help: example.to_owned(),
        })?;
        if regex.capture_names().flatten().next().is_none() {
            let message = "the pattern has no named group, so that nothing would be read".to_owned();
            return Err(PatternError { message, help: example.to_owned() });
        }
        Ok(Pattern { regex })
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }

    fn read(&self, line: &str) -> Vec<Pair> {
        let Some(captures) = self.regex.captures(line) else { return Vec::new() };
        let pair = |name: &str| {
            let number = Number::all_of(captures.name(name)?.as_str())?;
            (!number.is_part || step_key(name).is_some()).then(|| Pair::new(name, number.value, number.count))
        };
        self.names().filter_map(pair).collect()
    }
}

/// A line, and what was read from it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// Counted from 1.
    pub line: u64,
    /// Without escape sequences and control characters; empty if the line was too long.
    pub text: &'a str,
    /// How it ended.
    pub end: End,
    /// Whether it was passed over because it is longer than 64 KiB.
    pub is_too_long: bool,
    /// Its numbers.
    pub pairs: &'a [Pair],
}

/// Reads what a program prints, chunk by chunk. How the bytes are cut into chunks changes nothing.
pub struct Reader {
    lines: Lines,
    form: Form,
    assembler: Assembler,
    /// After an error nothing more is read.
    is_lost: bool,
}

/// How lines are read.
enum Form {
    Text(Table),
    Pattern(Pattern),
    Rows(Box<Rows>),
}

impl Form {
    fn read(&mut self, line: &str) -> Vec<Pair> {
        match self {
            Form::Pattern(pattern) => pattern.read(line),
            Form::Rows(rows) => rows.read(line),
            Form::Text(table) => {
                if let Some((start, mut pairs)) = structured::read(line) {
                    // `step 10: {…}`
                    pairs.extend(text::read(&line[..start]).into_iter().filter(|pair| pair.step.is_some()));
                    return pairs;
                }
                let pairs = text::read(line);
                if pairs.is_empty() { table.read(line) } else { pairs }
            }
        }
    }
}

impl Reader {
    /// A reader that has seen nothing yet.
    pub fn new(options: &Options) -> Reader {
        let form = match (options.format, &options.pattern) {
            (Format::Csv, _) => Form::Rows(Box::new(Rows::new(b','))),
            (Format::Tsv, _) => Form::Rows(Box::new(Rows::new(b'\t'))),
            (Format::Lines, Some(pattern)) => Form::Pattern(pattern.clone()),
            (Format::Lines, None) => Form::Text(Table::default()),
        };
        let assembler = Assembler::new(options.loss.clone());
        Reader { lines: Lines::default(), form, assembler, is_lost: false }
    }

    /// Takes some bytes and adds the measurements that they complete.
    ///
    /// # Errors
    /// When a loss belongs to an earlier step than the last one did; measurements before it have been added, and nothing is read
    /// from then on.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Measurement>) -> Result<(), Backwards> {
        self.push_seen(bytes, out, &mut |_| {})
    }

    /// Like [`Reader::push`], and shows every line with what was read from it before its measurements are added.
    ///
    /// # Errors
    /// As there.
    pub fn push_seen(
        &mut self,
        bytes: &[u8],
        out: &mut Vec<Measurement>,
        seen: &mut dyn FnMut(Seen<'_>),
    ) -> Result<(), Backwards> {
        self.with_lines(out, seen, |lines, line| lines.push(bytes, &mut |each| line(each)))
    }

    /// The end of the output: adds what was still open.
    ///
    /// # Errors
    /// As for [`Reader::push`].
    pub fn finish(&mut self, out: &mut Vec<Measurement>) -> Result<(), Backwards> {
        self.finish_seen(out, &mut |_| {})
    }

    /// Like [`Reader::finish`], and shows the last line.
    ///
    /// # Errors
    /// As for [`Reader::push`].
    pub fn finish_seen(&mut self, out: &mut Vec<Measurement>, seen: &mut dyn FnMut(Seen<'_>)) -> Result<(), Backwards> {
        self.with_lines(out, seen, |lines, line| lines.finish(&mut |each| line(each)))?;
        if self.is_lost { Ok(()) } else { self.assembler.finish(out) }
    }

    /// The name of the loss, as soon as one was found.
    pub fn loss(&self) -> Option<&str> {
        self.assembler.loss()
    }

    /// The names of the columns, where a file has a header line that was read.
    pub fn header(&self) -> &[String] {
        match &self.form {
            Form::Rows(rows) => rows.header(),
            Form::Text(_) | Form::Pattern(_) => &[],
        }
    }

    fn with_lines(
        &mut self,
        out: &mut Vec<Measurement>,
        seen: &mut dyn FnMut(Seen<'_>),
        walk: impl FnOnce(&mut Lines, &mut dyn FnMut(Line<'_>) -> Result<(), Backwards>) -> Result<(), Backwards>,
    ) -> Result<(), Backwards> {
        if self.is_lost {
            return Ok(());
        }
        let Reader { lines, form, assembler, is_lost } = self;
        let outcome = walk(lines, &mut |line| {
            let pairs = form.read(&line.text);
            let Line { number, text, end, is_too_long } = &line;
            seen(Seen { line: *number, text, end: *end, is_too_long: *is_too_long, pairs: &pairs });
            assembler.line(*number, pairs, *end, out)
        });
        *is_lost = outcome.is_err();
        outcome
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("assembler", &self.assembler).finish_non_exhaustive()
    }
}
