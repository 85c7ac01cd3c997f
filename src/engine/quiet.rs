//! Keeps panics that become failed runs off the terminal: their reason stands in the tables.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    /// Whether this thread carries out a run.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls `work`; of a panic in it, on this thread, nothing is printed. Whatever else panics is told as before.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            if !IS_QUIET.get() {
                before(about);
            }
        }));
    });
    /// Puts the flag back, also when `work` panics.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IS_QUIET.set(self.0);
        }
    }
    let _restore = Restore(IS_QUIET.replace(true));
    work()
}
