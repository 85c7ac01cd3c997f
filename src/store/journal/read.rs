//! Reads a journal as far as it is whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::frame::{Frames, Next};
use super::header::Header;
use super::wire::{Beat, Content, Group, MAGIC, Seal, Shape, VERSION, encode};
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
    /// Whether it ends in a seal that fits.
    pub is_sealed: bool,
}

/// What a journal tells without its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// How many runs it keeps.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The last sign of life.
    pub beat: Option<Beat>,
    /// Whether something follows that is no whole frame.
    pub is_damaged: bool,
    /// Whether it ends in a seal that fits.
    pub is_sealed: bool,
}

/// Looks for a journal; `None` if there is none, or its very beginning is not whole.
///
/// # Errors
/// When it cannot be read, or is of another version.
pub fn look(path: &Path) -> Result<Option<Found>, JournalError> {
    look_at(path, false)
}

/// The same for one that may have a seal, which only fits if all before it is as it was.
///
/// # Errors
/// When it cannot be read, or is of another version.
pub fn look_closely(path: &Path) -> Result<Option<Found>, JournalError> {
    look_at(path, true)
}

fn look_at(path: &Path, closely: bool) -> Result<Option<Found>, JournalError> {
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
    if closely {
        frames = frames.hashing(format!("{MAGIC}{version}\n").as_bytes());
    }
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
        self,
        shape: Shape,
        mut place: impl FnMut(u32, u64) -> Option<u32>,
        mut take: impl FnMut(Vec<u32>, Finished),
    ) -> Result<Extent, Error> {
        let group = |group: Group| {
            let taken = group.into_finished(shape, &mut place);
            let is_whole = taken.is_some();
            if let Some((numbers, finished)) = taken.filter(|(numbers, _)| !numbers.is_empty()) {
                take(numbers, finished);
            }
            is_whole
        };
        self.walk(group, |_| ())
    }

    /// Counts what is whole.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tally(self) -> Result<Tally, Error> {
        let (mut runs, mut last) = (HashMap::new(), None);
        let count = |group: Group| {
            runs.extend(group.failures());
            true
        };
        let Extent { is_damaged, is_sealed, .. } = self.walk(count, |beat| last = Some(beat))?;
        let failed = runs.values().filter(|failed| **failed).count() as u64;
        Ok(Tally { runs: runs.len() as u64, failed, beat: last, is_damaged, is_sealed })
    }

    /// Walks through what is whole; a group that is not believed is damage.
    fn walk(mut self, mut believes: impl FnMut(Group) -> bool, mut beats: impl FnMut(Beat)) -> Result<Extent, Error> {
        let failed = |path: &Path, error| Error::new("cannot read", path)(error);
        let mut seen = HashSet::new();
        let mut extent = Extent { good: self.frames.good(), is_damaged: false, is_sealed: false };
        loop {
            let payload = match self.frames.next().map_err(|error| failed(&self.path, error))? {
                Next::Frame(payload) if !extent.is_sealed => payload,
                Next::End => return Ok(extent),
                // Nothing may follow a seal.
                Next::Frame(_) | Next::Bad => return Ok(Extent { is_damaged: true, is_sealed: false, ..extent }),
            };
            let is_good = match postcard::from_bytes(&payload) {
                Ok(Content::Group(group)) => {
                    seen.extend(group.failures().map(|(number, _)| number));
                    believes(group)
                }
                Ok(Content::Beat(beat)) => {
                    beats(beat);
                    true
                }
                Ok(Content::Seal(seal)) => {
                    extent.is_sealed = self.is_fitting(&seal, seen.len());
                    extent.is_sealed
                }
                Ok(Content::Header(_)) | Err(_) => false,
            };
            if !is_good {
                return Ok(Extent { is_damaged: true, is_sealed: false, ..extent });
            }
            extent.good = self.frames.good();
        }
    }

    fn is_fitting(&self, seal: &Seal, runs: usize) -> bool {
        let Header { plan, share, .. } = self.header;
        let bytes = self.frames.hash_before();
        (seal.plan, seal.share, seal.runs) == (plan, share, runs as u64) && bytes.is_none_or(|hash| hash == seal.bytes)
    }
}

/// A digest of all that is kept of each run, whatever else stands in its group.
///
/// # Errors
/// When the file cannot be read.
pub(in crate::store) fn run_digests(path: &Path, shape: Shape) -> Result<BTreeMap<u32, [u8; 32]>, Error> {
    let mut digests = BTreeMap::new();
    let failed = |error: JournalError| Error::new("cannot read", path)(io::Error::other(error.to_string()));
    let Some(found) = look(path).map_err(failed)? else { return Ok(digests) };
    found.read(
        shape,
        |number, _| Some(number),
        |numbers, finished| {
            for &number in &numbers {
                let (one, alone) = finished.clone().only(&numbers, |other, _| other == number);
                let bytes = encode(&Content::Group(Group::new(&one, &alone))).unwrap_or_default();
                digests.insert(number, *blake3::hash(&bytes).as_bytes());
            }
        },
    )?;
    Ok(digests)
}
