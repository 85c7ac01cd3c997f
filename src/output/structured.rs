//! JSON objects and Python dicts: their numbers, those of nested ones with a `.` between the names.

use super::names::Pair;
use super::number::Number;

/// Objects nested deeper are not read.
const DEEPEST: u32 = 16;

/// Reads the first object of a line: where it begins, and its numbers. Text may stand before and after it.
pub(super) fn read(line: &str) -> Option<(usize, Vec<Pair>)> {
    let start = line.find('{')?;
    let mut cursor = Cursor { rest: &line[start..], pairs: Vec::new() };
    cursor.object("", 0)?;
    (!cursor.pairs.is_empty()).then_some((start, cursor.pairs))
}

struct Cursor<'a> {
    rest: &'a str,
    pairs: Vec<Pair>,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(c)?;
        Some(())
    }

    fn object(&mut self, path: &str, depth: u32) -> Option<()> {
        self.take('{')?;
        if self.take('}').is_some() {
            return Some(());
        }
        loop {
            let name = self.string()?;
            self.take(':')?;
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            self.value(&path, depth + 1)?;
            if self.take(',').is_none() {
                return self.take('}');
            }
            if self.take('}').is_some() {
                return Some(());
            }
        }
    }

    /// A value; a path of nothing says that its numbers are not wanted.
    fn value(&mut self, path: &str, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            '{' => self.object(path, depth),
            '[' => self.list('[', ']', depth),
            '(' => self.list('(', ')', depth),
            '"' | '\'' => {
                let text = self.string()?;
                // Some trainers print numbers as texts.
                if let Some(number) = Number::all_of(text) {
                    self.push(path, number);
                }
                Some(())
            }
            _ => self.word(path, depth),
        }
    }

    /// The items of a list, which are no measurements.
    fn list(&mut self, open: char, close: char, depth: u32) -> Option<()> {
        self.take(open)?;
        while self.take(close).is_none() {
            let kept = self.pairs.len();
            self.value("", depth + 1)?;
            self.pairs.truncate(kept);
            // `device='cuda:0'` among the arguments of `tensor(…)`.
            if self.take('=').is_some() {
                self.value("", depth + 1)?;
                self.pairs.truncate(kept);
            }
            if self.take(',').is_none() {
                return self.take(close);
            }
        }
        Some(())
    }

    /// A number, `None`, `true`, or a call such as `tensor(0.5)` or `np.float64(0.5)`, which stands for its first argument.
    fn word(&mut self, path: &str, depth: u32) -> Option<()> {
        let ends = |c: char| c.is_whitespace() || ",:={}[]()\"'".contains(c);
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        if word.is_empty() {
            return None;
        }
        if let Some(number) = Number::all_of(word) {
            self.push(path, number);
        } else if self.rest.starts_with('(') {
            let argument = self.rest[1..].split([',', ')']).next().and_then(Number::all_of);
            self.list('(', ')', depth)?;
            if let Some(number) = argument {
                self.push(path, number);
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let inside = &self.rest[1..];
        let mut escaped = false;
        for (at, c) in inside.char_indices() {
            if c == quote && !escaped {
                self.rest = &inside[at + 1..];
                return Some(&inside[..at]);
            }
            escaped = c == '\\' && !escaped;
        }
        None
    }

    fn push(&mut self, path: &str, number: Number) {
        if !path.is_empty() && !number.is_part {
            self.pairs.push(Pair::new(path, number.value, number.count));
        }
    }
}
