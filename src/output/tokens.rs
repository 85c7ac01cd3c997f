//! A line of free text in words, numbers and what stands between them.

use super::number::Number;

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// Letters, digits and the marks that names have, such as `train/loss` or `valid_0's`.
    Word(&'a str),
    /// A number that stands by itself.
    Number(Number),
    /// `:` or `=`.
    Is,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// What ends a field: `,`, `|`, a tab, two spaces, a dash by itself.
    Cut,
    /// Anything else, such as a time of day.
    Other,
}

/// Splits a line.
pub(super) fn tokens<'a>(line: &'a str, tokens: &mut Vec<Token<'a>>) {
    tokens.clear();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            ' ' => (None, rest.len() - rest.trim_start_matches(' ').len()),
            ':' | '=' => (Some(Token::Is), 1),
            '(' | '[' | '{' => (Some(Token::Open), 1),
            ')' | ']' | '}' => (Some(Token::Close), 1),
            ',' | ';' | '|' | '\t' | '"' | '<' | '>' => (Some(Token::Cut), 1),
            _ => match Number::at_start_of(rest) {
                Some(number) => (Some(Token::Number(number)), number.length),
                None => {
                    let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()).max(c.len_utf8());
                    (Some(word(&rest[..length])), length)
                }
            },
        };
        rest = &rest[length..];
        // Padding around `:` and `=` belongs to them.
        let is_padding = || matches!(tokens.last(), None | Some(Token::Is)) || rest.starts_with([':', '=']);
        match token {
            Some(token) => tokens.push(token),
            None if length > 1 && !is_padding() => tokens.push(Token::Cut),
            None => {}
        }
    }
}

/// What a run of characters between spaces and marks is, if it is no number.
fn word(text: &str) -> Token<'_> {
    if matches!(text, "-" | "--" | "\u{2013}" | "\u{2014}") {
        return Token::Cut;
    }
    let name = text.trim_end_matches(['.', '-', '\'', '!', '?']).trim_start_matches(['-', '\'', '*', '#']);
    match name.chars().next() {
        Some(c) if (c.is_alphabetic() || c == '_') && !name.contains("//") => Token::Word(name),
        Some(c) if c.is_alphanumeric() || c == '/' => Token::Other,
        _ => Token::Cut,
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-./@'#%+*&^!?~$\\`".contains(c)
}
