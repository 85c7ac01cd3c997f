//! Standard output and standard error as this program uses them.

use std::io::{self, IsTerminal, Write};

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
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
    let _ = writeln!(io::stderr().lock(), "warning: {text}");
}

/// Whether a stream is a terminal that wants colors (<https://no-color.org>).
pub(super) fn is_colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How many columns wide to write: at most 100, and what the terminal says it has.
pub(super) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100).clamp(60, 100)
}
