//! Standard output and standard error as this program uses them.
//!
//! What comes from files (names, descriptions, reasons) is shown with symbols for control characters: here, but for pages and
//! rendered errors, which color their lines and so do it themselves.

use std::io::{self, IsTerminal, Write};

use crate::value::visible;

/// The width where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 100;

/// Writes a text to standard output, control characters as symbols.
pub(super) fn print(text: &str) -> io::Result<()> {
    print_page(&visible(text))
}

/// Writes a page that may be colored to standard output, as it is.
pub(super) fn print_page(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes with `print`, unless whoever reads has gone: then a verdict still has to become the exit code.
///
/// # Errors
/// When standard output cannot be written for any other reason.
pub(super) fn verdict(print: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    print().or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes an error to standard error; an empty one says nothing.
pub(super) fn error(text: &str) {
    if text.is_empty() {
        return;
    }
    let text = text.trim_end();
    // A text from a spec brings its own heading.
    let heading = if text.contains("error") && text.contains("-->") { "" } else { "error: " };
    // Nothing can be done about a closed standard error.
    let _ = writeln!(io::stderr().lock(), "{heading}{text}");
}

/// Writes a warning to standard error.
pub(super) fn warning(text: &str) {
    let _ = writeln!(io::stderr().lock(), "warning: {}", visible(text));
}

/// Writes a remark to standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "note: {text}");
}

/// Whether a stream is a terminal that wants colors (<https://no-color.org>).
pub(super) fn is_colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How many columns wide to write: what `COLUMNS` says, else what the terminal has.
pub(super) fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(io::stdout());
    columns(std::env::var("COLUMNS").ok().as_deref(), terminal.map(|(width, _)| width.0))
}

fn columns(wanted: Option<&str>, terminal: Option<u16>) -> usize {
    let wanted = wanted.and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let terminal = terminal.map(usize::from).filter(|columns| *columns > 0);
    wanted.or(terminal).unwrap_or(USUAL_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_says_how_wide_it_is_unless_the_user_does() {
        assert_eq!(columns(None, Some(200)), 200);
        assert_eq!(columns(Some("60"), Some(200)), 60);
        assert_eq!(columns(Some("wide"), Some(0)), USUAL_WIDTH);
        assert_eq!(columns(None, None), USUAL_WIDTH);
    }
}
