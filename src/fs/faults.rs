//! For tests: a disk that refuses something.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is refused below each folder.
static FAULTS: Mutex<Vec<Fault>> = Mutex::new(Vec::new());

struct Fault {
    folder: PathBuf,
    /// So many attempts go well first.
    well: usize,
    /// Whether everything after that is refused, or one attempt only.
    is_full: bool,
    refused: usize,
}

fn faults() -> MutexGuard<'static, Vec<Fault>> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fault that ends when this is dropped.
pub(crate) struct Refusal(PathBuf);

impl Refusal {
    /// Below a folder, so many attempts go well; then one is refused, or all of them.
    pub(crate) fn after(well: usize, is_full: bool, folder: &Path) -> Refusal {
        faults().push(Fault { folder: folder.to_owned(), well, is_full, refused: 0 });
        Refusal(folder.to_owned())
    }

    /// How many attempts have been refused so far.
    pub(crate) fn count(&self) -> usize {
        faults().iter().filter(|fault| fault.folder == self.0).map(|fault| fault.refused).sum()
    }
}

impl Drop for Refusal {
    fn drop(&mut self) {
        faults().retain(|fault| fault.folder != self.0);
    }
}

pub(crate) fn attempt(path: &Path) -> io::Result<()> {
    for fault in faults().iter_mut().filter(|fault| path.starts_with(&fault.folder)) {
        if fault.well > 0 {
            fault.well -= 1;
        } else if fault.is_full || fault.refused == 0 {
            fault.refused += 1;
            return Err(io::ErrorKind::StorageFull.into());
        }
    }
    Ok(())
}
