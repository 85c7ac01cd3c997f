//! From bytes to lines: chunks split anywhere, `\n` and `\r`, bounded memory.

use std::borrow::Cow;

/// A longer line is passed over: what a part of it says may be half a number.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With `\n`, or with the output.
    Line,
    /// With a lone `\r`: the next line is written over it.
    Overwritten,
}

/// One line as it was printed.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// Without escape sequences; empty if the line was too long.
    pub(super) text: Cow<'a, str>,
    pub(super) end: End,
    pub(super) is_too_long: bool,
}

/// Splits bytes into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    is_too_long: bool,
    /// A `\r` was the last byte: `\n` may follow.
    returned: bool,
    number: u64,
}

impl Lines {
    /// Takes some bytes and hands on every line that they end, until `line` fails.
    pub(super) fn push<E>(
        &mut self,
        mut bytes: &[u8],
        line: &mut impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(&first) = bytes.first() {
            if self.returned {
                self.returned = false;
                let end = if first == b'\n' { End::Line } else { End::Overwritten };
                bytes = &bytes[usize::from(first == b'\n')..];
                self.end(end, line)?;
                continue;
            }
            let length = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
            let room = LONGEST_LINE - self.buffer.len();
            self.is_too_long |= length > room;
            self.buffer.extend_from_slice(&bytes[..length.min(room)]);
            match bytes.get(length) {
                Some(b'\n') => self.end(End::Line, line)?,
                Some(_) => self.returned = true,
                None => {}
            }
            bytes = &bytes[(length + 1).min(bytes.len())..];
        }
        Ok(())
    }

    /// Hands on what stands after the last line end.
    pub(super) fn finish<E>(&mut self, line: &mut impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.buffer.is_empty() && !self.returned {
            return Ok(());
        }
        self.returned = false;
        self.end(End::Line, line)
    }

    fn end<E>(&mut self, end: End, line: &mut impl FnMut(Line<'_>) -> Result<(), E>) -> Result<(), E> {
        self.number += 1;
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let text = if is_too_long { Cow::Borrowed("") } else { plain(String::from_utf8_lossy(&self.buffer)) };
        let outcome = line(Line { number: self.number, text, end, is_too_long });
        self.buffer.clear();
        outcome
    }
}

/// A text without escape sequences of terminals and without control characters but tabs.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_control = |c: char| c.is_control() && c != '\t';
    if !text.chars().any(is_control) {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.peek() == Some(&'[') {
            chars.next();
            // Parameters, then one letter.
            while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
            chars.next_if(|c| matches!(c, '@'..='~'));
        } else if !is_control(c) {
            plain.push(c);
        }
    }
    Cow::Owned(plain)
}
