//! Brings a growing file to the disk about once a second, without anybody waiting for it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::fs::attempt;

/// At most so much work is lost when the power fails.
const INTERVAL: Duration = Duration::from_secs(1);

/// A file, and the thread that brings it to the disk.
#[derive(Debug)]
pub(super) struct Synced {
    shared: Arc<Shared>,
    /// Dropped to end the thread.
    end: Option<Sender<()>>,
    /// Where the system grants no thread, whoever writes does it now and then.
    thread: Option<JoinHandle<()>>,
    last: Instant,
    /// Whether a frame may be torn; nothing is written behind it.
    is_torn: bool,
}

#[derive(Debug)]
struct Shared {
    file: File,
    path: PathBuf,
    has_news: AtomicBool,
    error: Mutex<Option<io::Error>>,
}

impl Synced {
    pub(super) fn new(file: File, path: &Path) -> Synced {
        let shared = Shared { file, path: path.to_owned(), has_news: AtomicBool::new(false), error: Mutex::new(None) };
        let (shared, (end, ended)) = (Arc::new(shared), channel());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("journal".into()).spawn(move || of_thread.keep(&ended)).ok();
        Synced { shared, end: Some(end), thread, last: Instant::now(), is_torn: false }
    }

    /// Writes to the end of the file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if std::mem::replace(&mut self.is_torn, true) {
            return Err(io::Error::other("an earlier write failed"));
        }
        self.shared.failure()?;
        attempt(&self.shared.path)?;
        io::Write::write_all(&mut &self.shared.file, bytes)?;
        self.is_torn = false;
        self.shared.has_news.store(true, Ordering::Release);
        if self.thread.is_none() && self.last.elapsed() > INTERVAL {
            self.last = Instant::now();
            self.shared.sync();
        }
        Ok(())
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
        self.shared.sync();
        self.shared.failure()
    }
}

impl Shared {
    fn keep(&self, ended: &Receiver<()>) {
        while ended.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            self.sync();
        }
        self.sync();
    }

    fn sync(&self) {
        if self.has_news.swap(false, Ordering::AcqRel)
            && let Err(error) = attempt(&self.path).and_then(|()| self.file.sync_data())
        {
            *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    /// What went wrong in the thread.
    fn failure(&self) -> io::Result<()> {
        let error = self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), Err)
    }
}
