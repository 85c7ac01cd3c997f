//! Brings a growing file to the disk about once a second, without anybody waiting for it, and gives signs of life in it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::wire::{Beat, Content, encode};
use crate::fs::attempt;
use crate::store::lock::myself;

/// At most so much work is lost when the power fails.
const INTERVAL: Duration = Duration::from_secs(1);

/// So often whoever writes gives a sign of life.
const BEAT: Duration = Duration::from_secs(5);

/// A file, and the thread that brings it to the disk.
#[derive(Debug)]
pub(super) struct Synced {
    shared: Arc<Shared>,
    /// Dropped to end the thread.
    end: Option<Sender<()>>,
    /// Where the system grants no thread, whoever writes does it now and then.
    thread: Option<JoinHandle<()>>,
    last: Instant,
}

#[derive(Debug)]
struct Shared {
    file: File,
    path: PathBuf,
    begun: Instant,
    /// Runs that were written.
    runs: AtomicU64,
    /// Whether a frame may be torn; nothing is written behind it.
    is_torn: Mutex<bool>,
    has_news: AtomicBool,
    error: Mutex<Option<io::Error>>,
}

impl Synced {
    pub(super) fn new(file: File, path: &Path) -> Synced {
        let shared = Shared {
            file,
            path: path.to_owned(),
            begun: Instant::now(),
            runs: AtomicU64::new(0),
            is_torn: Mutex::new(false),
            has_news: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        let (shared, (end, ended)) = (Arc::new(shared), channel());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("journal".into()).spawn(move || of_thread.keep(&ended)).ok();
        Synced { shared, end: Some(end), thread, last: Instant::now() }
    }

    /// Writes to the end of the file; so many runs are finished with it.
    pub(super) fn write(&mut self, bytes: &[u8], runs: usize) -> io::Result<()> {
        self.shared.failure()?;
        self.shared.write(bytes)?;
        self.shared.runs.fetch_add(runs as u64, Ordering::Relaxed);
        if self.thread.is_none() && self.last.elapsed() > INTERVAL {
            self.last = Instant::now();
            self.shared.sync();
        }
        Ok(())
    }

    /// Gives a sign of life.
    pub(super) fn beat(&self) -> io::Result<()> {
        self.shared.beat()
    }

    /// Waits until what was written is on the disk; more may follow.
    pub(super) fn settle(&self) -> io::Result<()> {
        self.shared.sync();
        self.shared.failure()
    }

    /// Has what was written brought to the disk, once more; does not wait for it.
    pub(super) fn end(&mut self) {
        self.end = None;
    }

    /// Waits until all that was written is on the disk.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.end();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.settle()
    }
}

impl Drop for Synced {
    fn drop(&mut self) {
        // With the thread goes the lock on the file; whoever asks for errors has called `finish`.
        let _ = self.finish();
    }
}

impl Shared {
    fn keep(&self, ended: &Receiver<()>) {
        let mut last = Instant::now();
        while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            if last.elapsed() > BEAT {
                last = Instant::now();
                self.keep_error(self.beat());
            }
            self.sync();
        }
        self.sync();
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut is_torn = self.is_torn.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *is_torn, true) {
            return Err(io::Error::other("an earlier write failed"));
        }
        attempt(&self.path)?;
        io::Write::write_all(&mut &self.file, bytes)?;
        *is_torn = false;
        self.has_news.store(true, Ordering::Release);
        Ok(())
    }

    fn beat(&self) -> io::Result<()> {
        let (seconds, runs) = (self.begun.elapsed().as_secs_f64(), self.runs.load(Ordering::Relaxed));
        self.write(&encode(&Content::Beat(Beat { seconds, runs, by: myself() }))?)
    }

    fn sync(&self) {
        if self.has_news.swap(false, Ordering::AcqRel) {
            self.keep_error(attempt(&self.path).and_then(|()| self.file.sync_data()));
        }
    }

    fn keep_error(&self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    /// What went wrong in the thread.
    fn failure(&self) -> io::Result<()> {
        let error = self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), Err)
    }
}
