//! Reads a journal as far as it is whole.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::frame::{Frames, Next};
use super::wire::Content;
use super::{Header, MAGIC, Shape, VERSION};
use crate::fs::Error;
use crate::record::Finished;

/// Why nothing can be told of a journal.
#[derive(Debug)]
pub enum JournalError {
    /// It cannot be read.
    File(Error),
    /// It has the form of another version of this program.
    Version {
        /// Where it lies.
        path: PathBuf,
        /// The version of its form.
        version: String,
    },
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::File(error) => error.fmt(f),
            JournalError::Version { path, version } => write!(
                f,
                "{} was written by another version of this program: it has form {version}, and this one knows form {VERSION}\n\
                 help: go on with that version, or add `--fresh` to train everything anew",
                path.display()
            ),
        }
    }
}

impl std::error::Error for JournalError {}

/// A journal whose beginning is whole.
#[derive(Debug)]
pub struct Found {
    /// Of which plan its runs are.
    pub header: Header,
    path: PathBuf,
    frames: Frames<BufReader<File>>,
}

/// How much of a journal is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The end of its last whole frame, in bytes.
    pub(super) good: u64,
    /// Whether something else follows.
    pub is_damaged: bool,
}

/// Looks for a journal; `None` if there is none, or its very beginning is not whole.
///
/// # Errors
/// When it cannot be read, or is of another version.
pub fn look(path: &Path) -> Result<Option<Found>, JournalError> {
    let failed = |error| JournalError::File(Error::new("cannot read", path)(error));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let length = file.metadata().map_err(failed)?.len();
    let mut source = BufReader::with_capacity(1 << 18, file);
    let Some(version) = version(&mut source).map_err(failed)? else { return Ok(None) };
    if version != VERSION {
        return Err(JournalError::Version { path: path.to_owned(), version });
    }
    let begins = (MAGIC.len() + version.len() + 1) as u64;
    let mut frames = Frames::new(source, length, begins);
    let Next::Frame(payload) = frames.next().map_err(failed)? else { return Ok(None) };
    match postcard::from_bytes(&payload) {
        Ok(Content::Header(header)) => Ok(Some(Found { header, path: path.to_owned(), frames })),
        _ => Ok(None),
    }
}

/// The version in the first line; `None` if that is no line of ours.
fn version(source: &mut BufReader<File>) -> io::Result<Option<String>> {
    let mut magic = [0; MAGIC.len()];
    match source.read_exact(&mut magic) {
        Ok(()) if magic == *MAGIC.as_bytes() => {}
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => return Ok(None),
    }
    const LONGEST: u64 = 20;
    let mut line = Vec::new();
    io::BufRead::read_until(&mut source.take(LONGEST), b'\n', &mut line)?;
    let version = line.strip_suffix(b"\n").filter(|version| version.iter().all(u8::is_ascii_digit));
    Ok(version.filter(|version| !version.is_empty()).map(|version| String::from_utf8_lossy(version).into_owned()))
}

impl Found {
    /// Reads what is whole. `place` is asked with the number and the identity of each run for its number here, and says none if it is
    /// not wanted; `take` is given the runs of one group after the other.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(
        mut self,
        shape: Shape,
        mut place: impl FnMut(u32, u64) -> Option<u32>,
        mut take: impl FnMut(Vec<u32>, Finished),
    ) -> Result<Extent, Error> {
        let failed = |path: &Path, error| Error::new("cannot read", path)(error);
        let mut good = self.frames.good();
        loop {
            let payload = match self.frames.next().map_err(|error| failed(&self.path, error))? {
                Next::Frame(payload) => payload,
                Next::End => return Ok(Extent { good, is_damaged: false }),
                Next::Bad => return Ok(Extent { good, is_damaged: true }),
            };
            let taken = match postcard::from_bytes(&payload) {
                Ok(Content::Group(group)) => group.into_finished(shape, &mut place),
                Ok(Content::Header(_)) | Err(_) => None,
            };
            let Some((numbers, finished)) = taken else {
                return Ok(Extent { good, is_damaged: true });
            };
            good = self.frames.good();
            if !numbers.is_empty() {
                take(numbers, finished);
            }
        }
    }
}
