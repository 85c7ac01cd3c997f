//! Where a results folder lies, where it is written meanwhile, and how the one becomes the other.
//!
//! Unfinished results of `DIR/NAME` lie in `DIR/.unfinished/NAME`, the work folder, on the same file system. A mount point, or a
//! folder beside which nothing can be written, has its work folder inside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::contents;
use super::layout::SHARDS;
use super::lock::{Lock, Taken};
use crate::fs::{Error, UNFINISHED, resolve, temporary};

/// How new results in the work folder begin, and old ones that are moved away in two steps.
pub(super) const NEW: &str = "new-";
pub(super) const OLD: &str = "old-";

/// Where a results folder lies.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder, without links and dots.
    pub(super) target: PathBuf,
    /// The work folder.
    pub(super) work: PathBuf,
    /// Whether the folder can be replaced as a whole. Else it is filled file by file: a mount point cannot be moved, and the working
    /// directory of this process, most likely its user's as well, should not be.
    pub(super) is_movable: bool,
}

/// A place, and what came of asking for its lock.
pub(super) fn claim(folder: &Path) -> Result<(Place, Taken), Error> {
    let failed = || Error::new("cannot write results to", folder);
    let target = resolve(folder).map_err(failed())?;
    match fs::metadata(&target) {
        Ok(found) if !found.is_dir() => return Err(failed()(io::ErrorKind::AlreadyExists.into())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed()(error)),
        _ => {}
    }
    let inside = || target.join(format!("{UNFINISHED}-here"));
    let beside = match (target.parent(), target.file_name()) {
        (Some(parent), Some(name)) if !is_mount_point(&target) => Some(parent.join(UNFINISHED).join(name)),
        _ => None,
    };
    let (work, taken) = match beside.map(|work| (Lock::take(&work), work)) {
        Some((Ok(taken), work)) => (work, taken),
        Some((Err(error), _)) if !target.is_dir() => return Err(failed()(error)),
        _ => {
            let work = inside();
            let taken = Lock::take(&work).map_err(failed())?;
            (work, taken)
        }
    };
    let is_working_directory = std::env::current_dir().is_ok_and(|directory| directory == target);
    // Whoever trains a share must find it where it is.
    let has_shards = target.join(SHARDS).is_dir();
    let is_movable = work != inside() && !is_working_directory && !has_shards;
    if !is_movable {
        temporary(0o666).tempfile_in(&target).map_err(failed())?;
    }
    Ok((Place { target, work, is_movable }, taken))
}

/// Whether another file system, or another part of one, is mounted here.
fn is_mount_point(folder: &Path) -> bool {
    // proc_pid_mountinfo(5): the fifth field is the mount point; blanks and backslashes in it are octal.
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else { return false };
    let Some(folder) = folder.to_str() else { return false };
    let folder = folder.replace('\\', "\\134").replace(' ', "\\040").replace('\t', "\\011").replace('\n', "\\012");
    mounts.lines().any(|line| line.split(' ').nth(4) == Some(&folder))
}

/// Removes what dead processes left in the work folders beside `place`, and puts back results that stood between two renames.
/// What belongs to a process that is alive is left alone; so is what is not ours, if there is nowhere to put it.
pub(super) fn sweep(place: &Place) {
    sweep_one(&place.work, &place.target);
    let Some(all) = place.work.parent().filter(|all| all.ends_with(UNFINISHED)) else { return };
    for work in fs::read_dir(all).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let (Some(parent), Some(name)) = (all.parent(), work.file_name()) else { continue };
        if work != place.work
            && work.is_dir()
            && let Ok(Taken::Ours(_lock)) = Lock::take(&work)
        {
            sweep_one(&work, &parent.join(name));
        }
    }
}

/// The same for one work folder, whose lock this process has.
fn sweep_one(work: &Path, target: &Path) {
    let left = || {
        let mut left: Vec<PathBuf> =
            fs::read_dir(work).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        left.sort();
        left
    };
    let begins = |path: &Path, with: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(with)) && path.is_dir()
    };
    let old = left().into_iter().find(|path| begins(path, OLD));
    if let Some(old) = old.filter(|_| fs::symlink_metadata(target).is_err()) {
        let _ = fs::rename(old, target);
    }
    for path in left().iter().filter(|path| begins(path, NEW) || begins(path, OLD)) {
        // What cannot be removed now may be so next time.
        let _ = contents::clear(path, target);
    }
}

/// Puts results back that stood between two renames when their process ended, where there are such; for those who read them.
pub(super) fn repair(folder: &Path) {
    let Ok(target) = resolve(folder) else { return };
    let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else { return };
    let work = parent.join(UNFINISHED).join(name);
    if !target.exists()
        && work.is_dir()
        && let Ok(Taken::Ours(_lock)) = Lock::take(&work)
    {
        sweep_one(&work, &target);
    }
}
