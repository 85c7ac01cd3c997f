//! [`Guard`]: a small process that outlives this one for a moment and ends what it has left running, even when this one was killed
//! in a way that it could not see coming.
//!
//! It reads the groups to watch from a pipe. The system closes the pipe when this process ends, whatever the reason.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The process that watches, and the pipe to it.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    pipe: Mutex<Option<ChildStdin>>,
}

impl Guard {
    /// Starts it; the command must end in [`watch_over`] its standard input.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command) -> io::Result<Guard> {
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C reaches all processes of the terminal's group: this one has to stay.
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let pipe = Mutex::new(child.stdin.take());
        Ok(Guard { child, pipe })
    }

    /// Watches the group of a process.
    pub(super) fn watch(&self, group: u32) {
        self.tell('+', group);
    }

    /// Forgets it: it has ended.
    pub(super) fn forget(&self, group: u32) {
        self.tell('-', group);
    }

    fn tell(&self, sign: char, group: u32) {
        let line = format!("{sign}{group}\n");
        if let Some(pipe) = self.pipe.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // Should it have been ended by somebody, runs go on without it.
            let _ = pipe.write_all(line.as_bytes());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.child.wait();
    }
}

/// What the guarding process does: reads which groups there are until the pipe is closed, then ends those that are left.
pub fn watch_over(pipe: impl Read, grace: Duration) {
    let mut groups = BTreeSet::new();
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        match (line.strip_prefix('+').map(str::parse::<u32>), line.strip_prefix('-').map(str::parse::<u32>)) {
            (Some(Ok(group)), _) => drop(groups.insert(group)),
            (_, Some(Ok(group))) => drop(groups.remove(&group)),
            _ => {}
        }
    }
    end(&groups, grace);
}

/// Asks groups to end, and ends those that have not after a moment.
#[cfg(unix)]
fn end(groups: &BTreeSet<u32>, grace: Duration) {
    use std::time::Instant;

    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    let groups: Vec<Pid> = groups.iter().filter_map(|&group| Pid::from_raw(group.try_into().ok()?)).collect();
    let tell = |signal| {
        for &group in &groups {
            // One whose members have all ended takes no signals.
            let _ = kill_process_group(group, signal);
        }
    };
    tell(Signal::TERM);
    let asked = Instant::now();
    while groups.iter().any(|&group| test_kill_process_group(group).is_ok()) && asked.elapsed() < grace {
        std::thread::sleep(Duration::from_millis(10));
    }
    tell(Signal::KILL);
}

#[cfg(not(unix))]
fn end(_groups: &BTreeSet<u32>, _grace: Duration) {}
