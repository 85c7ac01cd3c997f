//! `manifest.csv`: which tables a results folder holds, so that half of one is never taken for a whole.
//!
//! Owns the file's form. Every line is a table with its rows and the BLAKE3 hash of its bytes, so equal results have
//! equal manifests. It is written last.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::layout::{MANIFEST as NAME, MANIFEST_HEADER as HEADER, RUNS, TABLES};
use super::place;
use crate::fs;

/// Why a results folder is not whole.
#[derive(Debug)]
pub enum ManifestError {
    /// There is no results folder, or it cannot be read.
    File(fs::Error),
    /// The folder has no manifest.
    Missing(PathBuf),
    /// The manifest and the tables do not agree.
    Broken {
        /// The folder.
        folder: PathBuf,
        /// What is wrong, such as a table that is missing.
        what: String,
    },
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManifestError::File(error) => error.fmt(f),
            ManifestError::Missing(folder) => {
                write!(f, "{} has no {NAME}: its results are not complete, or of an older version", folder.display())
            }
            ManifestError::Broken { folder, what } => write!(f, "{} is not complete: {what}", folder.display()),
        }
    }
}

impl std::error::Error for ManifestError {}

/// Writes the manifest of the tables in a folder; to be called when all of them are written.
///
/// # Errors
/// When a table cannot be read or the manifest cannot be written.
pub fn write_manifest(folder: &Path) -> Result<(), fs::Error> {
    write_manifest_of(folder, &[])
}

/// The same when some lines are known from writing these tables.
pub(super) fn write_manifest_of(folder: &Path, known: &[(&str, String)]) -> Result<(), fs::Error> {
    let tables = TABLES.par_iter().filter(|table| folder.join(table).is_file());
    let line = |table: &&str| match known.iter().find(|(name, _)| name == table) {
        Some((_, line)) => Ok(line.clone()),
        None => line(folder, table),
    };
    let lines: Result<Vec<String>, fs::Error> = tables.map(line).collect();
    let text = format!("{HEADER}\n{}\n", lines?.join("\n"));
    fs::write(&folder.join(NAME), text.as_bytes())
}

/// Holds the tables of a folder against its manifest.
///
/// # Errors
/// When the folder has no manifest, or a table is missing, cut off or changed.
pub fn verify_manifest(folder: &Path) -> Result<(), ManifestError> {
    place::repair(folder);
    let broken = |what: String| ManifestError::Broken { folder: folder.to_owned(), what };
    let text = match fs::read_text(&folder.join(NAME)) {
        Ok(text) => text,
        Err(error) if error.is_not_found() && folder.is_dir() => return Err(ManifestError::Missing(folder.to_owned())),
        Err(error) => return Err(ManifestError::File(error)),
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) || !text.ends_with('\n') {
        return Err(broken(format!("{NAME} is cut off or of another version")));
    }
    let mut seen = Vec::new();
    for expected in lines {
        let table = expected.split(',').next().unwrap_or_default();
        // A table of another version, or a path that leads elsewhere.
        if !TABLES.contains(&table) {
            return Err(broken(format!("{NAME} names `{table}`, which this version does not know")));
        }
        let found = match line(folder, table) {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Err(broken(format!("{table} is missing"))),
            Err(error) => return Err(ManifestError::File(error)),
        };
        if found != expected {
            let why = match has_other_line_ends(&folder.join(table)).map_err(ManifestError::File)? {
                true => "has CRLF line ends; git changes none with `results/** -text` in .gitattributes",
                false => "is cut off or was changed after it was written",
            };
            return Err(broken(format!("{table} {why}")));
        }
        seen.push(table);
    }
    match seen.contains(&RUNS) {
        true => Ok(()),
        false => Err(broken(format!("{NAME} does not name {}", RUNS))),
    }
}

/// Whether lines end in CR LF, as a checkout on Windows makes them. Tables are written with LF.
fn has_other_line_ends(path: &Path) -> Result<bool, fs::Error> {
    let (mut found, mut last) = (false, 0);
    fs::read_pieces(path, |piece| {
        found |= last == b'\r' && piece.first() == Some(&b'\n');
        found |= piece.windows(2).any(|pair| pair == b"\r\n");
        last = piece.last().copied().unwrap_or(last);
    })?;
    Ok(found)
}

fn line(folder: &Path, table: &str) -> Result<String, fs::Error> {
    let mut tally = Tally::new(());
    fs::read_pieces(&folder.join(table), |piece| tally.count(piece))?;
    Ok(tally.line(table))
}

/// Counts the lines of a table and hashes its bytes, on their way to `out` if that is a writer.
pub(super) struct Tally<W> {
    out: W,
    lines: usize,
    hasher: blake3::Hasher,
}

impl<W> Tally<W> {
    pub(super) fn new(out: W) -> Tally<W> {
        Tally { out, lines: 0, hasher: blake3::Hasher::new() }
    }

    fn count(&mut self, bytes: &[u8]) {
        // So few at a time that their number fits a byte, which is what makes this as fast as the memory.
        let line_ends = |some: &[u8]| some.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>();
        self.lines += bytes.chunks(255).map(|some| usize::from(line_ends(some))).sum::<usize>();
        self.hasher.update(bytes);
    }

    /// The table's line in the manifest.
    pub(super) fn line(&self, table: &str) -> String {
        format!("{table},{},{}", self.lines.saturating_sub(1), self.hasher.finalize().to_hex())
    }
}

impl<W: Write> Write for Tally<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.count(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("runs.csv"), "run,id\n0,aa\n1,bb\n").unwrap();
        std::fs::write(folder.path().join("curves.csv"), "run,step\n").unwrap();
        write_manifest(folder.path()).unwrap();
        folder
    }

    fn message(folder: &Path) -> String {
        verify_manifest(folder).unwrap_err().to_string().replace(&folder.display().to_string(), "DIR")
    }

    #[test]
    fn it_lists_the_tables_with_their_rows() {
        let folder = folder();
        let text = std::fs::read_to_string(folder.path().join(NAME)).unwrap();
        let rows: Vec<&str> = text.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
        assert_eq!(rows, ["table,rows", "runs.csv,2", "curves.csv,0"]);
        verify_manifest(folder.path()).unwrap();
    }

    #[test]
    fn what_is_counted_while_writing_is_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut tally = Tally::new(std::fs::File::create(folder.path().join("runs.csv")).unwrap());
        for piece in ["run,id\n".to_owned(), "\n".repeat(1000), "0,\"a\nb\"\n".repeat(100), "end".to_owned()] {
            tally.write_all(piece.as_bytes()).unwrap();
        }
        let read = line(folder.path(), "runs.csv").unwrap();
        assert!(read.starts_with("runs.csv,1200,"), "{read}");
        assert_eq!(tally.line("runs.csv"), read);
    }

    #[test]
    fn half_a_folder_is_refused() {
        type Damage = fn(&Path);
        let cases: [(Damage, &str); 6] = [
            (
                |folder| std::fs::write(folder.join("runs.csv"), "run,id\r\n0,aa\r\n1,bb\r\n").unwrap(),
                "DIR is not complete: runs.csv has CRLF line ends; git changes none with `results/** -text` in .gitattributes",
            ),
            (
                |folder| std::fs::remove_file(folder.join(NAME)).unwrap(),
                "DIR has no manifest.csv: its results are not complete, or of an older version",
            ),
            (
                |folder| std::fs::remove_file(folder.join("curves.csv")).unwrap(),
                "DIR is not complete: curves.csv is missing",
            ),
            (
                |folder| std::fs::write(folder.join("runs.csv"), "run,id\n0,aa\n").unwrap(),
                "DIR is not complete: runs.csv is cut off or was changed after it was written",
            ),
            (
                |folder| std::fs::write(folder.join(NAME), "table,rows").unwrap(),
                "DIR is not complete: manifest.csv is cut off or of another version",
            ),
            (
                |folder| std::fs::write(folder.join(NAME), format!("{HEADER}\n")).unwrap(),
                "DIR is not complete: manifest.csv does not name runs.csv",
            ),
        ];
        for (damage, expected) in cases {
            let folder = folder();
            damage(folder.path());
            assert_eq!(message(folder.path()), expected);
        }
        assert!(message(Path::new("no/such/folder")).starts_with("cannot read DIR/manifest.csv"));
    }
}
