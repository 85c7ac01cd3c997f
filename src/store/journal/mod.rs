//! The journal of a sweep: what is finished, on the disk as it comes, so that an interrupted sweep can go on.
//!
//! A line with the version of the form, then frames: the [`Header`], and one per finished group of runs. Reading stops at the first
//! frame that is not whole, and writing goes on there.

mod frame;
mod header;
mod read;
mod sync;
#[cfg(test)]
mod tests;
mod wire;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

pub use header::{Header, InputFile, Share};
pub(super) use read::run_digests;
pub use read::{Extent, Found, JournalError, Tally, look, look_closely};
use sync::Synced;
pub(super) use wire::beginning;
pub use wire::{Beat, Shape};
use wire::{Content, Group, Seal, encode};

use crate::fs::{Error, attempt, parent, sync_folder};
use crate::record::Finished;

/// A journal that is being written. Its file is made with the first run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    /// How much of a file that is there already is kept.
    keeps: u64,
    file: Option<Synced>,
}

impl Journal {
    /// A new journal; what stands there goes.
    ///
    /// # Errors
    /// When what stands there cannot be removed.
    pub fn begin(path: &Path, header: Header) -> Result<Journal, Error> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::new("cannot remove", path)(error)),
            _ => Ok(Journal { path: path.to_owned(), header, keeps: 0, file: None }),
        }
    }

    /// A new journal with some runs in it; it takes the place of what stands there at once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_with<'a>(
        path: &Path,
        header: Header,
        groups: impl Iterator<Item = (&'a [u32], &'a Finished)>,
    ) -> Result<Journal, Error> {
        let write = || {
            let fresh = path.with_extension("new");
            attempt(&fresh)?;
            let file = File::create(&fresh)?;
            let mut out = io::BufWriter::new(&file);
            let mut length = 0;
            let mut put = |bytes: &[u8]| {
                length += bytes.len() as u64;
                attempt(&fresh)?;
                out.write_all(bytes)
            };
            put(&beginning(&header)?)?;
            for (numbers, finished) in groups {
                put(&encode(&Content::Group(Group::new(numbers, finished)))?)?;
            }
            out.flush()?;
            drop(out);
            attempt(&fresh)?;
            file.sync_all()?;
            attempt(path)?;
            fs::rename(&fresh, path)?;
            Ok(length)
        };
        let keeps = write().map_err(Error::new("cannot write", path))?;
        Ok(Journal { path: path.to_owned(), header, keeps, file: None })
    }

    /// A journal that goes on where reading found its last whole frame.
    pub fn resume(path: &Path, header: Header, extent: Extent) -> Journal {
        Journal { path: path.to_owned(), header, keeps: extent.good, file: None }
    }

    /// A new journal in a file of this process alone, which is made at once and says who is at work.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, header: Header) -> Result<Journal, Error> {
        let mut journal = Journal { path: path.to_owned(), header, keeps: 0, file: None };
        let file = journal.open().and_then(|file| file.beat().map(|()| file));
        journal.file = Some(file.map_err(Error::new("cannot write", path))?);
        Ok(journal)
    }

    /// Adds the runs with these numbers.
    ///
    /// # Errors
    /// When they cannot be written, or what was written before did not reach the disk.
    pub fn append(&mut self, numbers: &[u32], finished: &Finished) -> io::Result<()> {
        let bytes = encode(&Content::Group(Group::new(numbers, finished)))?;
        match &mut self.file {
            Some(file) => file.write(&bytes, numbers.len()),
            None => {
                let file = self.open()?;
                self.file.insert(file).write(&bytes, numbers.len())
            }
        }
    }

    fn open(&self) -> io::Result<Synced> {
        attempt(&self.path)?;
        let mut options = File::options();
        if self.keeps > 0 {
            let file = options.append(true).open(&self.path)?;
            attempt(&self.path)?;
            file.set_len(self.keeps)?;
            return Ok(Synced::new(file, &self.path));
        }
        let file = options.create(true).append(true).open(&self.path)?;
        // Others see by it that somebody is at work; where there are no locks, they see it grow.
        let _ = file.try_lock();
        file.set_len(0)?;
        sync_folder(parent(&self.path))?;
        let mut file = Synced::new(file, &self.path);
        file.write(&beginning(&self.header)?, 0)?;
        Ok(file)
    }

    /// Has the last runs brought to the disk, but does not wait for it.
    pub fn end(&mut self) {
        if let Some(file) = &mut self.file {
            file.end();
        }
    }

    /// Waits until what was added is on the disk; more may follow.
    ///
    /// # Errors
    /// When the disk has not taken it.
    pub fn settle(&self) -> Result<(), Error> {
        self.file.as_ref().map_or(Ok(()), Synced::settle).map_err(Error::new("cannot write", &self.path))
    }

    /// Says that nothing more is to come: whoever reads it can tell that it is whole.
    ///
    /// # Errors
    /// When it cannot be written, or is not what was written to it.
    pub fn seal(&mut self) -> Result<(), Error> {
        // Signs of life end here: nothing may stand between what is hashed and the seal.
        self.finish()?;
        let failed = |error| Error::new("cannot write", &self.path)(error);
        let mut hasher = blake3::Hasher::new();
        crate::fs::read_pieces(&self.path, |piece| {
            hasher.update(piece);
        })?;
        let tally = look(&self.path).ok().flatten().map(Found::tally).transpose()?;
        let runs = tally.filter(|tally| !tally.is_damaged).map(|tally| tally.runs);
        let runs = runs.ok_or_else(|| failed(io::Error::other("it was changed meanwhile")))?;
        let Header { plan, share, .. } = self.header;
        let seal = encode(&Content::Seal(Seal { plan, share, runs, bytes: *hasher.finalize().as_bytes() }));
        let write = |bytes: Vec<u8>| {
            let gone = || io::Error::from(io::ErrorKind::NotFound);
            self.file.as_mut().ok_or_else(gone)?.write(&bytes, 0)
        };
        seal.and_then(write).map_err(Error::new("cannot write", &self.path))?;
        self.settle()
    }

    /// Waits until all runs are on the disk.
    ///
    /// # Errors
    /// When the disk has not taken them.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.file.as_mut().map_or(Ok(()), Synced::finish).map_err(Error::new("cannot write", &self.path))
    }
}
