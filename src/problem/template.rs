//! [`Template`]: a text with places for settings, `--lr={learning_rate}`.

use std::fmt;
use std::ops::Range;

/// A text with places for settings. Of the text, `{path}` is the place of a setting, and `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(String),
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Which bytes of the text are wrong.
    pub at: Range<usize>,
    /// What is wrong.
    pub kind: TemplateErrorKind,
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// A `{` without its `}`.
    Unclosed,
    /// A `}` without its `{`.
    Unopened,
    /// Nothing between the two.
    Empty,
}

impl fmt::Display for TemplateErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TemplateErrorKind::Unclosed => "`{` without a `}`",
            TemplateErrorKind::Unopened => "`}` without a `{`",
            TemplateErrorKind::Empty => "nothing is named between `{` and `}`",
        })
    }
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// When its braces are wrong.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = 0;
        while let Some(found) = text[rest..].find(['{', '}']) {
            let at = rest + found;
            plain.push_str(&text[rest..at]);
            let brace = &text[at..=at];
            if text[at + 1..].starts_with(brace) {
                plain.push_str(brace);
                rest = at + 2;
                continue;
            }
            let fail = |at, kind| Err(TemplateError { at, kind });
            if brace == "}" {
                return fail(at..at + 1, TemplateErrorKind::Unopened);
            }
            let Some(length) = text[at + 1..].find('}') else {
                return fail(at..text.len(), TemplateErrorKind::Unclosed);
            };
            let end = at + 1 + length + 1;
            let path = text[at + 1..end - 1].trim();
            if path.is_empty() {
                return fail(at..end, TemplateErrorKind::Empty);
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Place(path.to_owned()));
            rest = end;
        }
        plain.push_str(&text[rest..]);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Template { pieces })
    }

    /// The settings it has places for, in their order.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Place(path) => Some(path.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with settings in their places; `setting` writes one.
    pub fn fill(&self, mut setting: impl FnMut(&str) -> String) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place(path) => setting(path),
        };
        self.pieces.iter().map(text).collect()
    }

    /// The text itself, if it has no place for a setting.
    pub fn plain(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            [..] => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> String {
        Template::parse(text).unwrap().fill(|path| format!("<{path}>"))
    }

    #[test]
    fn settings_come_into_their_places_and_doubled_braces_are_braces() {
        assert_eq!(fill("--lr={learning_rate}"), "--lr=<learning_rate>");
        assert_eq!(fill("{a}{ b.c }x"), "<a><b.c>x");
        assert_eq!(fill("{{\"lr\": {learning_rate}}}"), "{\"lr\": <learning_rate>}");
        assert_eq!(fill("{{{{"), "{{");
        assert_eq!(fill("ä{x}ö}}"), "ä<x>ö}");
        assert_eq!(fill(""), "");
    }

    #[test]
    fn what_is_plain_is_known() {
        assert_eq!(Template::parse("train.py").unwrap().plain(), Some("train.py"));
        assert_eq!(Template::parse("a{{b").unwrap().plain(), Some("a{b"));
        assert_eq!(Template::parse("{a}").unwrap().plain(), None);
        assert_eq!(Template::parse("").unwrap().plain(), Some(""));
    }

    #[test]
    fn wrong_braces_are_told_with_their_place() {
        let error = |text: &str| Template::parse(text).map_err(|error| (error.at, error.kind));
        assert_eq!(error("a{b"), Err((1..3, TemplateErrorKind::Unclosed)));
        assert_eq!(error("a}b"), Err((1..2, TemplateErrorKind::Unopened)));
        assert_eq!(error("ab{ }"), Err((2..5, TemplateErrorKind::Empty)));
    }
}
