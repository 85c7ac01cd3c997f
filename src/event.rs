//! What the engine tells while it works; only the reporter knows what to do with it.

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// Training begins.
    Started {
        /// Runs to train.
        runs: u64,
        /// Threads that train them.
        threads: usize,
        /// Steps of all runs, if each spends its budget.
        steps: u64,
    },
    /// A run has begun that is told of by itself, because it takes its time.
    Began {
        /// Its number.
        run: u32,
    },
    /// How far such a run has come.
    Measured {
        /// Its number.
        run: u32,
        /// After so many steps
        step: u64,
        /// it has this loss.
        loss: f64,
    },
    /// Such a run has ended.
    Left {
        /// Its number.
        run: u32,
    },
    /// Some more steps were trained, or need not be because their run has ended.
    Trained {
        /// How many, since the last event.
        steps: u64,
    },
    /// Some more runs have ended.
    Finished {
        /// How many, since the last event.
        runs: u64,
        /// Steps they trained, in all.
        steps: u64,
        /// How many of them diverged.
        diverged: u64,
        /// How many of them could not be carried out.
        failed: u64,
    },
    /// All runs have ended.
    Ended,
}

/// Who is told; called from any thread.
pub type Listener<'a> = &'a (dyn Fn(Event) + Sync);
