//! `DIR/shards/`: what processes that know nothing of each other train of one sweep.
//!
//! The first of them writes which plan it is, the others are held to it. Each writes a journal under a random name; complete and
//! sealed, it gets the name of its share. Two copies of one process do not disturb each other.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::journal::{Found, Header, Journal, JournalError, Shape, Share, beginning, look, look_closely, run_digests};
use super::layout::{PLAN, SHARD_ENDING, SHARDS};
use crate::fs::{Error, UNFINISHED, attempt, sync_folder, temporary};

/// The shares of one sweep.
#[derive(Debug)]
pub struct Shards {
    folder: PathBuf,
    work: PathBuf,
}

/// Why a share cannot be trained here.
#[derive(Debug)]
pub enum ShardError {
    /// A file cannot be read or written.
    File(Error),
    /// A file is of another version.
    Journal(JournalError),
    /// The folder holds shares of another plan, or of another number.
    Other {
        /// The folder.
        folder: PathBuf,
        /// A line per difference.
        differences: Vec<String>,
    },
    /// The file that says which plan it is cannot be read as one.
    NoPlan(PathBuf),
}

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShardError::File(error) => error.fmt(f),
            ShardError::Journal(error) => error.fmt(f),
            ShardError::Other { folder, differences } => {
                writeln!(f, "{} holds shards of a sweep that differs from this one", folder.display())?;
                differences.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
                write!(f, "help: choose another folder with `--out`, or remove {}", folder.display())
            }
            ShardError::NoPlan(path) => {
                write!(f, "{} does not say which sweep this is\nhelp: remove it if no shard is of use", path.display())
            }
        }
    }
}

impl std::error::Error for ShardError {}

impl From<Error> for ShardError {
    fn from(error: Error) -> ShardError {
        ShardError::File(error)
    }
}

impl From<JournalError> for ShardError {
    fn from(error: JournalError) -> ShardError {
        ShardError::Journal(error)
    }
}

/// Where a sealed share came to lie.
#[derive(Debug, PartialEq, Eq)]
pub enum Placed {
    /// In its place.
    Here(PathBuf),
    /// Another copy was there before, with the same runs.
    SameThere(PathBuf),
    /// Another copy was there before, with other outcomes of this run; this one lies beside it.
    OtherThere {
        /// The copy that was there.
        there: PathBuf,
        /// The one that was to take its place.
        here: PathBuf,
        /// The first run that differs.
        run: u32,
    },
}

impl Shards {
    /// The shares in the folder of a sweep.
    pub fn of(folder: &Path) -> Shards {
        let folder = folder.join(SHARDS);
        Shards { work: folder.join(UNFINISHED), folder }
    }

    /// Makes the folder and says there which plan it is of, unless that is said already; then it must be this one.
    ///
    /// # Errors
    /// When the folder cannot be written, or is of another plan.
    pub fn begin(&self, header: &Header) -> Result<(), ShardError> {
        fs::create_dir_all(&self.work).map_err(Error::new("cannot make the folder", &self.work))?;
        let path = self.folder.join(PLAN);
        if !path.exists() {
            let write = || -> io::Result<()> {
                let mut file = temporary(0o666).tempfile_in(&self.work)?;
                attempt(&path)?;
                file.write_all(&beginning(&Header { share: Share { number: 0, ..header.share }, ..header.clone() })?)?;
                file.as_file().sync_all()?;
                attempt(&path)?;
                match file.persist_noclobber(&path) {
                    Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
                    _ => sync_folder(&self.folder),
                }
            };
            write().map_err(Error::new("cannot write", &path))?;
        }
        let there = self.plan()?.ok_or(ShardError::NoPlan(path))?;
        let mut differences = if there.is_same_plan(header) { Vec::new() } else { there.differences(header) };
        if there.share.of != header.share.of {
            differences.push(format!("{} shards there, {} here", there.share.of, header.share.of));
        }
        match differences.is_empty() {
            true => Ok(()),
            false => Err(ShardError::Other { folder: self.folder.clone(), differences }),
        }
    }

    /// Of which plan the shares are; none if nobody has said so.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn plan(&self) -> Result<Option<Header>, JournalError> {
        Ok(look(&self.folder.join(PLAN))?.map(|found| found.header))
    }

    /// Where a complete share lies.
    pub fn place(&self, share: Share) -> PathBuf {
        self.folder.join(format!("{}-of-{}.{SHARD_ENDING}", share.number, share.of))
    }

    /// All files that are to be complete shares, by their names; copies may have any name.
    pub fn complete(&self) -> Vec<PathBuf> {
        let mut files = files(&self.folder);
        files.retain(|path| path.extension().is_some_and(|ending| ending == SHARD_ENDING));
        files
    }

    /// All journals of shares that are not complete.
    pub fn journals(&self) -> Vec<PathBuf> {
        files(&self.work)
    }

    /// Begins a journal of a share, under a name that nobody else has.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn journal(&self, header: &Header) -> Result<(Journal, PathBuf), Error> {
        let prefix = format!("{}-of-{}-", header.share.number, header.share.of);
        let failed = || Error::new("cannot write", &self.work);
        let file = temporary(0o666).prefix(&prefix).tempfile_in(&self.work).map_err(failed())?;
        let (_, path) = file.keep().map_err(|error| failed()(error.error))?;
        Ok((Journal::create(&path, header.clone())?, path))
    }

    /// Puts a sealed journal in the place of its share, unless another copy is there. Such a copy only goes if it is not whole, or if
    /// `replaces` says so.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn put(&self, journal: &Path, header: &Header, shape: Shape, replaces: bool) -> Result<Placed, ShardError> {
        let place = self.place(header.share);
        let failed = || Error::new("cannot write", &place);
        let link = || attempt(&place).and_then(|()| fs::hard_link(journal, &place));
        let linked = if replaces { Err(io::ErrorKind::Unsupported.into()) } else { link() };
        match linked {
            Ok(()) => fs::remove_file(journal).map_err(failed())?,
            Err(_) if !replaces && is_sealed(&place, header)? => {
                let [here, there] = [journal, &place].map(|path| run_digests(path, shape));
                return Ok(match first_difference(&here?, &there?) {
                    None => {
                        let _ = fs::remove_file(journal);
                        Placed::SameThere(place)
                    }
                    Some(run) => {
                        let random = journal.file_name().unwrap_or_default().to_string_lossy().into_owned();
                        let beside = self.folder.join(format!("{random}.copy.{SHARD_ENDING}"));
                        fs::rename(journal, &beside).map_err(failed())?;
                        Placed::OtherThere { there: place, here: beside, run }
                    }
                });
            }
            // Nothing of use is there, or the file system has no links.
            Err(_) => attempt(&place).and_then(|()| fs::rename(journal, &place)).map_err(failed())?,
        }
        sync_folder(&self.folder).map_err(failed())?;
        Ok(Placed::Here(place))
    }
}

/// Whether a file is a complete share of this plan.
///
/// # Errors
/// When it cannot be read.
pub fn is_sealed(path: &Path, header: &Header) -> Result<bool, ShardError> {
    match look_closely(path) {
        Ok(Some(found)) if found.header.is_same_plan(header) && found.header.share == header.share => {
            Ok(found.tally()?.is_sealed)
        }
        Ok(_) | Err(JournalError::Version { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The first run whose outcome is not the same in two complete shares.
///
/// # Errors
/// When one of them cannot be read.
pub fn difference(one: &Path, other: &Path, shape: Shape) -> Result<Option<u32>, Error> {
    Ok(first_difference(&run_digests(one, shape)?, &run_digests(other, shape)?))
}

fn first_difference(one: &BTreeMap<u32, [u8; 32]>, other: &BTreeMap<u32, [u8; 32]>) -> Option<u32> {
    let differs = |run: &&u32| one.get(run) != other.get(run);
    one.keys().chain(other.keys()).filter(differs).min().copied()
}

/// Removes a journal whose process is gone; one that is being written stays.
pub fn remove_dead(journal: &Path) {
    let file = File::options().append(true).open(journal);
    if file.is_ok_and(|file| file.try_lock().is_ok()) {
        // What cannot be removed is read once more at worst.
        let _ = fs::remove_file(journal);
    }
}

/// Whether somebody is at work on a journal: it is locked, or it grew a moment ago by the clock of its own file system.
pub fn is_alive(journal: &Path) -> bool {
    const MOMENT: Duration = Duration::from_secs(20);
    let Ok(file) = File::open(journal) else { return false };
    if matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)) {
        return true;
    }
    let changed = |file: &File| file.metadata().and_then(|about| about.modified());
    let now = temporary(0o666).tempfile_in(crate::fs::parent(journal)).and_then(|probe| changed(probe.as_file()));
    let since = changed(&file).map(|last| now.unwrap_or_else(|_| SystemTime::now()).duration_since(last));
    // A process of this machine would hold the lock.
    !is_ours(journal) && since.is_ok_and(|since| since.is_ok_and(|since| since < MOMENT))
}

/// Whether the last process that wrote a journal is, or was, one of this machine.
fn is_ours(journal: &Path) -> bool {
    let tally = look(journal).ok().flatten().map(Found::tally);
    let beat = tally.and_then(Result::ok).and_then(|tally| tally.beat);
    let here = super::lock::myself();
    let host = |name: &str| name.split_once(" on ").map(|(_, host)| host.to_owned());
    beat.is_some_and(|beat| host(&beat.by) == host(&here))
}

/// The files in a folder by their names, but for temporary ones.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED)));
    files.sort();
    files
}

#[cfg(test)]
mod tests;
