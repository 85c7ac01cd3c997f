//! What a run printed, in a file of bounded size: the beginning and the end of it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// So much of the beginning is kept, and so much of the end.
const HEAD: u64 = 4 << 20;
const TAIL: usize = 256 << 10;

/// A log in the making; a run that prints nothing has none.
pub(super) struct Log {
    path: Option<PathBuf>,
    file: Option<File>,
    written: u64,
    /// The end, once the beginning is full.
    tail: Vec<u8>,
    left_out: u64,
}

impl Log {
    /// The log of a run; without a path nothing is kept.
    pub(super) fn new(path: Option<PathBuf>) -> Log {
        Log { path, file: None, written: 0, tail: Vec::new(), left_out: 0 }
    }

    /// Adds what came.
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::create(path)?),
        };
        let (head, rest) = bytes.split_at(bytes.len().min((HEAD - self.written) as usize));
        file.write_all(head)?;
        self.written += head.len() as u64;
        self.tail.extend_from_slice(rest);
        if self.tail.len() > 2 * TAIL {
            let old = self.tail.len() - TAIL;
            self.left_out += old as u64;
            self.tail.drain(..old);
        }
        Ok(())
    }

    /// Writes the end of it.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if self.left_out > 0 {
            write!(file, "\n[… {} bytes are left out here …]\n", self.left_out)?;
        }
        file.write_all(&self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_the_beginning_and_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut log = Log::new(Some(path.clone()));
        let line = |number: u64| format!("line {number:09}\n");
        let lines = 2_000_000;
        for number in 0..lines {
            log.add(line(number).as_bytes()).unwrap();
        }
        log.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&line(0)) && text.ends_with(&line(lines - 1)));
        assert!(text.len() < 5 << 20);
        let (before, after) = text.split_once("\n[… ").unwrap();
        let (count, after) = after.split_once(" bytes are left out here …]\n").unwrap();
        let all = before.len() + count.parse::<usize>().unwrap() + after.len();
        assert_eq!(all as u64, lines * line(0).len() as u64);
    }

    #[test]
    fn a_run_that_prints_nothing_has_no_log() {
        let folder = tempfile::tempdir().unwrap();
        Log::new(Some(folder.path().join("a.log"))).finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
