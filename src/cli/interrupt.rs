//! Signals: Ctrl-C, SIGTERM and SIGHUP end the program within a second at any moment, and leave old results as they are.
//!
//! A thread waits for signals. On the first it asks for an end, which training heeds at once; what has not ended by itself after
//! a moment is ended from here. Only while results are put in their place does it wait, which is a matter of renaming.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Failure, terminal};
use crate::store::{self, Staging};
use crate::value::grouped;

/// How long the program may take to end by itself.
const PATIENCE: Duration = Duration::from_millis(300);

/// Whether a signal has come; training looks at it.
pub(super) static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// The exit code that the signal asks for; 0 as long as none has come.
static CODE: AtomicU8 = AtomicU8::new(0);

/// How many runs the journal of a sweep keeps, of how many; of none where there is no sweep.
static KEPT: AtomicU64 = AtomicU64::new(0);
static ALL: AtomicU64 = AtomicU64::new(0);

/// Says that a journal keeps so many runs of so many, for whoever is interrupted.
pub(super) fn keeps(runs: u64, all: u64) {
    ALL.store(all, Ordering::SeqCst);
    KEPT.store(runs, Ordering::SeqCst);
}

/// Says that it keeps so many more.
pub(super) fn keeps_more(runs: usize) {
    KEPT.fetch_add(runs as u64, Ordering::SeqCst);
}

/// What a journal keeps, and how to go on; nothing if it keeps nothing.
pub(super) fn kept() -> Option<String> {
    let [kept, all] = [&KEPT, &ALL].map(|count| count.load(Ordering::SeqCst));
    let [few, many] = [kept, all].map(|count| grouped(count.into()));
    (kept > 0).then(|| format!("{few} of {many} runs are kept\nhelp: the same command goes on with the others"))
}

/// What must not be torn apart.
struct State {
    /// Another process that works for this one.
    child: Option<Child>,
    /// Some results are in their place.
    has_written: bool,
    /// All results are in their place, and only words are left to say: a signal comes too late to change anything.
    is_done: bool,
}

static STATE: Mutex<State> = Mutex::new(State { child: None, has_written: false, is_done: false });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts to wait for signals. Those that this process was told to ignore (`nohup`, a job in the background) stay ignored.
pub(super) fn watch() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
        // Without the thread signals end the process as they always do, which harms no results either.
        let Ok(mut signals) = signal_hook::iterator::Signals::new(heeded) else { return };
        let _ = thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                came(128 + u8::try_from(signal).unwrap_or_default());
            }
        });
    }
    #[cfg(not(unix))]
    let _ = ctrlc::set_handler(|| came(130));
}

/// signal(7): bit n − 1 of the mask stands for signal n.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

fn came(code: u8) {
    if CODE.compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst).is_err() {
        // The second one: whoever sends it has waited long enough.
        return end_now();
    }
    GIVEN_UP.store(true, Ordering::SeqCst);
    let _ = thread::Builder::new().spawn(|| {
        thread::sleep(PATIENCE);
        end_now();
    });
}

/// Ends the process, whatever it is doing; never in the midst of putting results in their place.
fn end_now() {
    let mut state = state();
    if let Some(child) = &mut state.child {
        let _ = child.kill();
    }
    store::abandon();
    tell(&state);
    std::process::exit(i32::from(CODE.load(Ordering::SeqCst)));
}

fn tell(state: &State) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::SeqCst) {
        terminal::error(&match (state.is_done, state.has_written, kept()) {
            (true, _, _) => "interrupted; the new results were in place already".to_owned(),
            (false, true, _) => "interrupted".to_owned(),
            (false, false, Some(kept)) => format!("interrupted; old results are as they were, and {kept}"),
            (false, false, None) => "interrupted; nothing was written, and old results are as they were".to_owned(),
        });
    }
}

/// What to answer when training was given up.
pub(super) fn given_up() -> Failure {
    Failure { text: String::new(), code: CODE.load(Ordering::SeqCst).max(1) }
}

/// The end of the process by itself. An interrupted one has the signal's exit code, whatever else came of it, unless its results
/// were in place before.
pub(super) fn end(outcome: Result<u8, Failure>) -> ExitCode {
    let state = state();
    let code = CODE.load(Ordering::SeqCst);
    if code != 0 && !state.is_done {
        store::abandon();
        tell(&state);
        return ExitCode::from(code);
    }
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(Failure { text, code }) => {
            terminal::error(&text);
            ExitCode::from(code)
        }
    }
}

/// Puts finished results in their place, unless a signal has come before; others are still to come.
pub(super) fn put_in_place(staging: Staging) -> Result<(), Failure> {
    staging.sync().map_err(Failure::lost_output)?;
    let mut state = unless_given_up()?;
    staging.publish().map_err(Failure::lost_output)?;
    state.has_written = true;
    Ok(())
}

/// Puts the last results in their place, unless a signal has come before; after it there are only words to say.
pub(super) fn finish(staging: Staging) -> Result<(), Failure> {
    staging.sync().map_err(Failure::lost_output)?;
    finish_with(|| staging.publish().map_err(Failure::lost_output))
}

/// The same for a change that must be made wholly or not at all; it must not take long.
pub(super) fn finish_with(change: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let mut state = unless_given_up()?;
    change()?;
    state.is_done = true;
    Ok(())
}

/// Holds off the end of the process.
fn unless_given_up() -> Result<MutexGuard<'static, State>, Failure> {
    let state = state();
    if GIVEN_UP.load(Ordering::SeqCst) { Err(given_up()) } else { Ok(state) }
}

/// Runs another process to its end, with `input` as its standard input; it ends when this one is interrupted. Returns its
/// standard output and standard error.
pub(super) fn run(command: &mut Command, input: &str) -> io::Result<(ExitStatus, String, String)> {
    let (mut stdin, mut stdout, mut stderr) = {
        let mut state = state();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let child = state.child.insert(child);
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    };
    let (mut out, mut err) = (String::new(), String::new());
    thread::scope(|scope| {
        let errors = scope.spawn(|| stderr.as_mut().map_or(Ok(0), |stderr| stderr.read_to_string(&mut err)));
        // A process that has ended takes nothing more; its errors say why.
        let _ = stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        let read = stdout.as_mut().map_or(Ok(0), |stdout| stdout.read_to_string(&mut out));
        let _ = errors.join();
        read
    })?;
    let child = state().child.take();
    let status = match child {
        Some(mut child) => child.wait()?,
        None => return Err(io::Error::other("it is gone")),
    };
    // Ctrl-C reaches all processes of a terminal, and may have reached the other one first.
    if let Some(code @ (129 | 130 | 143)) = status.code()
        && CODE.compare_exchange(0, code as u8, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    {
        GIVEN_UP.store(true, Ordering::SeqCst);
    }
    Ok((status, out, err))
}
