//! One process: started in a group of its own, its output as it comes, and its end.
//!
//! Owns pipes and signals; knows nothing of what the output means.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::guard::Guard;

/// How often somebody looks whether a process has ended, or whether to give up.
pub(super) const GLANCE: Duration = Duration::from_millis(50);

/// What is started.
pub(super) struct Start<'a> {
    /// The program, and where it is.
    pub(super) program: PathBuf,
    pub(super) arguments: &'a [String],
    pub(super) folder: &'a Path,
    pub(super) environment: &'a [(String, String)],
}

/// A process, and what it and its children write to standard output and standard error.
pub(super) struct Process<'g> {
    child: Child,
    output: Receiver<Vec<u8>>,
    guard: Option<&'g Guard>,
    is_reaped: bool,
}

/// What came of waiting for output.
pub(super) enum Output {
    /// Some bytes.
    Some(Vec<u8>),
    /// Nothing in this time.
    Nothing,
    /// Nobody is left who could write.
    Closed,
}

/// So much is read at once, and so many of these may wait: a process that floods its output waits until it is heeded.
const CHUNK: usize = 64 << 10;
const WAITING: usize = 16;

impl<'g> Process<'g> {
    /// Starts a program. It has nothing to read; both of its outputs go into one pipe, so that their lines stay in order.
    pub(super) fn start(start: &Start<'_>, guard: Option<&'g Guard>) -> io::Result<Process<'g>> {
        let (mut reader, writer) = io::pipe()?;
        let mut command = Command::new(&start.program);
        command.args(start.arguments).current_dir(start.folder);
        command.envs(start.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let child = command.spawn()?;
        // The command still has the writing ends: without this the pipe would never be closed.
        drop(command);
        if let Some(guard) = guard {
            guard.watch(child.id());
        }
        let (send, output) = sync_channel(WAITING);
        let mut process = Process { child, output, guard, is_reaped: false };
        // Not a thread of a scope: a descendant that left the group may hold the pipe open for as long as it likes.
        let reading = std::thread::Builder::new().name("output".into()).stack_size(STACK).spawn(move || {
            let mut chunk = vec![0; CHUNK];
            loop {
                match reader.read(&mut chunk) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => return,
                    Ok(count) => {
                        if send.send(chunk[..count].to_vec()).is_err() {
                            return;
                        }
                    }
                }
            }
        });
        if let Err(error) = reading {
            process.kill();
            return Err(error);
        }
        Ok(process)
    }

    /// The output that comes within this time.
    pub(super) fn read(&self, wait: Duration) -> Output {
        match self.output.recv_timeout(wait) {
            Ok(bytes) => Output::Some(bytes),
            Err(RecvTimeoutError::Timeout) => Output::Nothing,
            Err(RecvTimeoutError::Disconnected) => Output::Closed,
        }
    }

    /// Whether the process itself has ended; its children may go on.
    pub(super) fn has_ended(&mut self) -> bool {
        #[cfg(unix)]
        {
            use rustix::process::{WaitId, WaitIdOptions, waitid};
            // It is left as a zombie, so that its number still means its group.
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            let pid = rustix::process::Pid::from_child(&self.child);
            self.is_reaped || !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
        }
        #[cfg(not(unix))]
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks the whole group to end.
    pub(super) fn ask_to_end(&mut self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        self.kill();
    }

    /// Ends the group, and says how the process ended.
    pub(super) fn end(mut self) -> io::Result<ExitStatus> {
        self.kill();
        let status = self.child.wait();
        self.is_reaped = true;
        status
    }

    /// Ends whatever is left of the group.
    pub(super) fn kill(&mut self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
        #[cfg(not(unix))]
        // One that has ended already cannot be killed.
        let _ = self.child.kill();
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        if !self.is_reaped {
            // A group whose members have all ended takes no signals.
            let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(&self.child), signal);
        }
    }
}

impl Drop for Process<'_> {
    /// Nothing is left running, and nothing is left to be reaped.
    fn drop(&mut self) {
        if !self.is_reaped {
            self.kill();
            let _ = self.child.wait();
        }
        if let Some(guard) = self.guard {
            guard.forget(self.child.id());
        }
    }
}

/// The reader needs little.
const STACK: usize = 128 << 10;
