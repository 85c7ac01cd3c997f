//! A results folder that is being written: out of sight first, then put in its place at once, or never.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use super::contents;
use super::layout::{self, JOURNAL, MANIFEST, RUNS};
use super::lock::{Lock, Taken, Traces};
use super::place::{self, NEW, OLD, Place};
use crate::fs::{Error, attempt, sync_files, sync_folder, temporary};

/// Why a folder cannot be written; nothing has been changed.
#[derive(Debug)]
pub enum StageError {
    /// It cannot be made.
    File(Error),
    /// There is something in it that would be lost.
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What is in the way.
        names: Vec<String>,
    },
    /// Another process is writing it.
    Held {
        /// The folder.
        folder: PathBuf,
        /// Who.
        by: String,
    },
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_NAMES: usize = 5;
        match self {
            StageError::File(error) => error.fmt(f),
            StageError::Occupied { folder, names } => {
                write!(
                    f,
                    "{} contains other files: {}",
                    folder.display(),
                    names[..names.len().min(MOST_NAMES)].join(", ")
                )?;
                if names.len() > MOST_NAMES {
                    write!(f, " and {} more", names.len() - MOST_NAMES)?;
                }
                write!(f, "\nhelp: choose another folder with `--out`, or move them away")
            }
            StageError::Held { folder, by } => write!(
                f,
                "{} is being written by {by}\nhelp: wait until it has ended, or choose another folder with `--out`",
                folder.display()
            ),
        }
    }
}

impl std::error::Error for StageError {}

/// Why finished results are not, or not wholly, in their place.
#[derive(Debug)]
pub enum PublishError {
    /// They cannot be put there; old results are as they were.
    File(Error),
    /// Something went wrong on the way, and something lies elsewhere now.
    Elsewhere {
        /// The place.
        folder: PathBuf,
        /// What lies elsewhere.
        what: &'static str,
        /// Where.
        at: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishError::File(error) => error.fmt(f),
            PublishError::Elsewhere { folder, what, at, cause } => {
                write!(f, "cannot replace {}: {cause}\n{what} {}", folder.display(), at.display())
            }
        }
    }
}

impl std::error::Error for PublishError {}

/// What this process has in the making: new results, and the traces of their lock.
static IN_THE_MAKING: Mutex<Vec<(PathBuf, Traces)>> = Mutex::new(Vec::new());

fn in_the_making() -> std::sync::MutexGuard<'static, Vec<(PathBuf, Traces)>> {
    IN_THE_MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Removes all that this process has in the making, for it is about to end.
pub fn abandon() {
    let all = std::mem::take(&mut *in_the_making());
    for (fresh, traces) in &all {
        // Other threads may still be writing into it; what is left after all is removed by the next run.
        let _ = (0..20).any(|_| fs::remove_dir_all(fresh).is_ok() || !fresh.exists());
        traces.remove();
    }
}

/// A results folder in the making. Dropping it leaves its place as it was.
#[derive(Debug)]
pub struct Staging {
    fresh: TempDir,
    place: Place,
    shown: PathBuf,
    /// What kept the runs until their results are in place.
    journal: Option<PathBuf>,
    // Dropped last: who holds it may touch the work folder.
    _lock: Lock,
}

/// Starts a results folder: takes its lock, removes what dead processes left there, and refuses a folder in which new results
/// would take the place of something else.
///
/// # Errors
/// When the folder cannot be made, is somebody else's, or is being written by another process.
pub fn stage(folder: &Path) -> Result<Staging, StageError> {
    // Whoever abandons all waits until this one is among them: a signal may come at any moment.
    let mut all = in_the_making();
    let (place, taken) = place::claim(folder).map_err(StageError::File)?;
    let lock = match taken {
        Taken::Ours(lock) => lock,
        Taken::Theirs(by) => return Err(StageError::Held { folder: folder.to_owned(), by }),
    };
    place::sweep(&place);
    let failed = || Error::new("cannot write results to", folder);
    let names = contents::in_the_way(&place.target).map_err(|error| StageError::File(failed()(error)))?;
    if !names.is_empty() {
        return Err(StageError::Occupied { folder: folder.to_owned(), names });
    }
    let fresh = temporary(0o777).prefix(NEW).tempdir_in(&place.work);
    let fresh = fresh.map_err(|error| StageError::File(failed()(error)))?;
    all.push((fresh.path().to_owned(), lock.traces()));
    Ok(Staging { fresh, place, shown: folder.to_owned(), journal: None, _lock: lock })
}

/// Makes a folder for plots beside whatever else is in it; refuses results, whose plots would be replaced by others, and names of
/// plots that are not files.
///
/// # Errors
/// When the folder cannot be made or written, or when something is in the way.
pub fn check_plots_folder(folder: &Path) -> Result<(), StageError> {
    let failed = |error| StageError::File(Error::new("cannot write plots to", folder)(error));
    fs::create_dir_all(folder).map_err(failed)?;
    temporary(0o666).tempfile_in(folder).map_err(failed)?;
    let mut names = Vec::new();
    let is_results = contents::is_results(folder);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().map_err(failed)?.is_file();
        if is_results && layout::is_ours(&name) || layout::is_plot(&name) && !is_file {
            names.push(name);
        }
    }
    names.sort();
    if names.is_empty() { Ok(()) } else { Err(StageError::Occupied { folder: folder.to_owned(), names }) }
}

/// Writes plots beside whatever else is in a folder; the same plots in another format go.
///
/// # Errors
/// When a file cannot be written.
pub fn write_plots(plots: &[(String, Vec<u8>)], folder: &Path) -> Result<(), Error> {
    for (name, bytes) in plots {
        crate::fs::write(&folder.join(name), bytes)?;
        let plot = name.rsplit_once('.').map_or(name.as_str(), |(plot, _)| plot);
        let others = layout::PLOT_ENDINGS.map(|ending| format!("{plot}.{ending}"));
        // What cannot be removed is old at worst.
        others.iter().filter(|other| *other != name).for_each(|other| drop(fs::remove_file(folder.join(other))));
    }
    Ok(())
}

impl Staging {
    /// The folder to write into.
    pub fn path(&self) -> &Path {
        self.fresh.path()
    }

    /// Where the journal of the runs of these results lies.
    pub fn journal(&self) -> PathBuf {
        self.place.work.join(JOURNAL)
    }

    /// Says that the results hold all that the journal keeps, so that it goes when they are in their place.
    pub fn outlives_journal(&mut self) {
        self.journal = Some(self.journal());
    }

    /// Waits until all that was written is on the disk; to be called before [`Staging::publish`].
    ///
    /// # Errors
    /// When the disk has not taken it.
    pub fn sync(&self) -> Result<(), Error> {
        sync_files(self.path())
    }

    /// Puts the new results in their place. Only files of ours are replaced; whatever else lies there stays.
    ///
    /// # Errors
    /// When that fails; the error says where things are.
    pub fn publish(mut self) -> Result<(), PublishError> {
        self.replace()?;
        // One that stays makes the next run of this plan a short one.
        self.journal.iter().for_each(|journal| drop(fs::remove_file(journal)));
        Ok(())
    }

    fn replace(&mut self) -> Result<(), PublishError> {
        let fresh = self.fresh.path().to_owned();
        if let Ok(old) = fs::metadata(&self.place.target) {
            let _ = fs::set_permissions(&fresh, old.permissions());
        }
        if !self.place.is_movable {
            return self.fill();
        }
        let target = self.place.target.clone();
        let replaced = match fs::symlink_metadata(&target) {
            Err(_) => attempt(&target).and_then(|()| fs::rename(&fresh, &target)).map(|()| None),
            Ok(_) => exchange(&fresh, &target).map(|()| Some(fresh.clone())),
        };
        let replaced = match replaced {
            Err(error) if is_immovable(&error) => return self.fill(),
            Err(error) if is_unsupported(&error) => self.two_steps()?,
            Err(error) => return Err(PublishError::File(Error::new("cannot replace", &self.shown)(error))),
            Ok(replaced) => replaced,
        };
        // What is there now is not for the drop to remove.
        self.fresh.disable_cleanup(true);
        if let Some(old) = replaced {
            self.clear(&old)?;
        }
        let _ = sync_folder(crate::fs::parent(&target));
        Ok(())
    }

    /// Where two folders cannot be exchanged: the old one moves away, the new one takes its place. Should the process be killed
    /// between the two, the next one puts the old one back.
    fn two_steps(&self) -> Result<Option<PathBuf>, PublishError> {
        let (fresh, target) = (self.fresh.path(), &self.place.target);
        let name = fresh.file_name().unwrap_or_default().to_string_lossy().replacen(NEW, OLD, 1);
        let old = self.place.work.join(name);
        let failed = |error| PublishError::File(Error::new("cannot replace", &self.shown)(error));
        attempt(target).and_then(|()| fs::rename(target, &old)).map_err(failed)?;
        let Err(cause) = attempt(target).and_then(|()| fs::rename(fresh, target)) else { return Ok(Some(old)) };
        match fs::rename(&old, target) {
            Ok(()) => Err(failed(cause)),
            Err(_) => Err(self.elsewhere("the old results are in", old, cause)),
        }
    }

    /// Fills the folder in place, file by file. It has no manifest meanwhile, so that half of it is never taken for a whole.
    fn fill(&mut self) -> Result<(), PublishError> {
        let (fresh, target) = (self.fresh.path().to_owned(), self.place.target.clone());
        let filled = fill(&fresh, &target);
        if let Err(cause) = filled {
            self.fresh.disable_cleanup(true);
            return Err(self.elsewhere(
                "not all files are replaced; the others of the new results are in",
                fresh,
                cause,
            ));
        }
        Ok(())
    }

    /// Removes replaced results; keeps what is not ours.
    fn clear(&self, old: &Path) -> Result<(), PublishError> {
        let left = contents::clear(old, &self.place.target);
        let cause = match left {
            Ok(left) if left.is_empty() => return Ok(()),
            Ok(left) => io::Error::other(format!("{} appeared there meanwhile", left.join(", "))),
            Err(error) => error,
        };
        Err(self.elsewhere("the new results are in place, but other files are still in", old.to_owned(), cause))
    }

    fn elsewhere(&self, what: &'static str, at: PathBuf, cause: io::Error) -> PublishError {
        PublishError::Elsewhere { folder: self.shown.clone(), what, at, cause }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        in_the_making().retain(|(fresh, _)| fresh != self.fresh.path());
    }
}

/// Exchanges two folders at once, where the system can: there is no moment without either.
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    attempt(b)?;
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    {
        let _ = (a, b);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Whether the system does not know how to exchange folders here.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// Whether something is mounted on a folder, or it lies on another file system.
fn is_immovable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices)
}

fn fill(fresh: &Path, target: &Path) -> io::Result<()> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(fresh)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    // The runs first: they tell that the folder is ours.
    names.sort_by_key(|name| (name == MANIFEST, name != RUNS, name.clone()));
    match fs::remove_file(target.join(MANIFEST)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for entry in fs::read_dir(target)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if layout::is_ours(&name) && name != RUNS && !names.contains(&name) {
            fs::remove_file(target.join(name))?;
        }
    }
    for name in &names {
        put(&fresh.join(name), &target.join(name))?;
    }
    sync_folder(target)
}

/// Moves a file, from another file system too.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    attempt(to)?;
    match fs::rename(from, to) {
        Err(error) if is_immovable(&error) => {
            let mut copy = temporary(0o666).tempfile_in(crate::fs::parent(to))?;
            io::copy(&mut fs::File::open(from)?, &mut copy)?;
            copy.as_file().sync_all()?;
            copy.persist(to).map(drop).map_err(|error| error.error)
        }
        result => result,
    }
}

#[cfg(test)]
mod tests;
