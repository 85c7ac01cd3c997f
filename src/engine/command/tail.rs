//! [`Tail`]: a file that a program writes its measurements to, read as it grows.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

/// A file in the making.
pub(super) struct Tail {
    path: PathBuf,
    file: Option<File>,
}

/// So much is read at once.
const CHUNK: u64 = 1 << 20;

impl Tail {
    /// Waits for a file. One that is there already is of an earlier attempt and is removed.
    pub(super) fn new(path: PathBuf) -> io::Result<Tail> {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Tail { path, file: None }),
        }
    }

    /// What has been written since the last time, but not more than a megabyte; empty if nothing has.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let file = match &mut self.file {
            Some(file) => file,
            none => match File::open(&self.path) {
                Ok(file) => none.insert(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            },
        };
        let mut bytes = Vec::new();
        file.take(CHUNK).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_written_comes_once_and_what_was_there_before_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, "old").unwrap();
        let mut tail = Tail::new(path.clone()).unwrap();
        assert_eq!(tail.read().unwrap(), b"");
        let mut file = File::create(&path).unwrap();
        for text in ["step,loss\n", "1,0.5\n2,0.", "25\n"] {
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(tail.read().unwrap(), text.as_bytes());
            assert_eq!(tail.read().unwrap(), b"");
        }
    }
}
