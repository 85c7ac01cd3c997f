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

use frame::frame;
pub use header::{Header, InputFile, Share};
pub use read::{Extent, Found, JournalError, look};
use sync::Synced;
pub use wire::Shape;
use wire::{Content, Group};

use crate::fs::{Error, attempt, parent, sync_folder};
use crate::record::Finished;

/// What a journal begins with; the version follows.
const MAGIC: &str = "goldilocks journal ";

/// The version of the form of frames and of what is in them.
const VERSION: &str = "1";

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

    /// Adds the runs with these numbers.
    ///
    /// # Errors
    /// When they cannot be written, or what was written before did not reach the disk.
    pub fn append(&mut self, numbers: &[u32], finished: &Finished) -> io::Result<()> {
        let bytes = encode(&Content::Group(Group::new(numbers, finished)))?;
        match &mut self.file {
            Some(file) => file.write(&bytes),
            None => {
                let file = self.open()?;
                self.file.insert(file).write(&bytes)
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
        file.set_len(0)?;
        sync_folder(parent(&self.path))?;
        let mut file = Synced::new(file, &self.path);
        file.write(&beginning(&self.header)?)?;
        Ok(file)
    }

    /// Has the last runs brought to the disk, but does not wait for it.
    pub fn end(&mut self) {
        if let Some(file) = &mut self.file {
            file.end();
        }
    }

    /// Waits until all runs are on the disk.
    ///
    /// # Errors
    /// When the disk has not taken them.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.file.as_mut().map_or(Ok(()), Synced::finish).map_err(Error::new("cannot write", &self.path))
    }
}

/// The first bytes of a journal.
fn beginning(header: &Header) -> io::Result<Vec<u8>> {
    let mut bytes = format!("{MAGIC}{VERSION}\n").into_bytes();
    bytes.extend(encode(&Content::Header(header.clone()))?);
    Ok(bytes)
}

fn encode(content: &Content) -> io::Result<Vec<u8>> {
    frame(&postcard::to_stdvec(content).map_err(io::Error::other)?)
}
