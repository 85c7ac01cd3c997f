//! Who writes a results folder: a lock that the system lets go when its process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::fs::UNFINISHED;

/// The name of the lock in the work folder.
const NAME: &str = "lock";

/// A lock that this process holds; dropping it removes its file, and the work folder if nothing else is in it.
#[derive(Debug)]
pub(super) struct Lock {
    work: PathBuf,
    /// Folders that were made on the way, the innermost first.
    made: Vec<PathBuf>,
    /// Open as long as the lock is held.
    _file: File,
}

/// What came of asking for a lock.
pub(super) enum Taken {
    /// This process has it.
    Ours(Lock),
    /// Another one has it: who.
    Theirs(String),
}

impl Lock {
    /// Takes the lock of a work folder, which is made if need be; waits for nobody.
    pub(super) fn take(work: &Path) -> io::Result<Taken> {
        let path = work.join(NAME);
        let made = missing(work);
        loop {
            fs::create_dir_all(work)?;
            let mut file = match File::options().create(true).read(true).write(true).truncate(false).open(&path) {
                Ok(file) => file,
                // The last one to leave has just removed the folder.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Taken::Theirs(holder(&mut file)?)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            if is_there(&file, &path) {
                file.set_len(0)?;
                file.write_all(format!("{}\n", myself()).as_bytes())?;
                return Ok(Taken::Ours(Lock { work: work.to_owned(), made, _file: file }));
            }
        }
    }
}

impl Lock {
    /// What is left to remove when the lock goes.
    pub(super) fn traces(&self) -> Traces {
        Traces { work: self.work.clone(), made: self.made.clone() }
    }
}

/// A lock's file and the folders that were made for it.
#[derive(Debug)]
pub(super) struct Traces {
    work: PathBuf,
    made: Vec<PathBuf>,
}

impl Traces {
    /// Removes the file of a lock that this process holds, and the folders that are empty without it.
    pub(super) fn remove(&self) {
        // Whoever has just opened this very file finds that it is gone, and makes another.
        let _ = fs::remove_file(self.work.join(NAME));
        let _ = fs::remove_dir(&self.work);
        if let Some(all) = self.work.parent().filter(|all| all.ends_with(UNFINISHED)) {
            let _ = fs::remove_dir(all);
        }
        self.made.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.traces().remove();
    }
}

/// The folders on the way to this one that are not there yet, the innermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    folder.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect()
}

/// Whether the file that was opened is still the one of that name.
fn is_there(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    return match (file.metadata(), fs::metadata(path)) {
        (Ok(opened), Ok(named)) => crate::fs::is_same_file(&opened, &named),
        _ => false,
    };
    #[cfg(not(unix))]
    path.exists()
}

/// What to call this process.
pub(super) fn myself() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { String::new() } else { format!(" on {}", host.trim()) };
    format!("process {}{host}", std::process::id())
}

/// Who holds the lock of this file; it may just be writing its name.
fn holder(file: &mut File) -> io::Result<String> {
    let mut name = String::new();
    for _ in 0..20 {
        file.rewind()?;
        name.clear();
        file.read_to_string(&mut name)?;
        if name.ends_with('\n') {
            return Ok(name.trim().to_owned());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok("another process".to_owned())
}
