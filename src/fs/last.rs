//! The end of a file, however large it is.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The last lines of a file that are not blank, however large it is.
///
/// # Errors
/// When it cannot be read.
pub fn last_lines(path: &Path, most: usize) -> io::Result<Vec<String>> {
    const END: u64 = 16 << 10;
    const LONGEST: usize = 200;
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.split(['\n', '\r']).map(str::trim_end).filter(|line| !line.is_empty());
    let mut lines: Vec<String> = lines.rev().take(most).map(|line| line.chars().take(LONGEST).collect()).collect();
    lines.reverse();
    Ok(lines)
}
