//! Words that only specs have; those of problems, data and training are with what they stand for.

use crate::word::words;

words! {
    /// Whether all seeds share a random stream.
    pub(super) enum Sharing {
        /// They share it.
        Shared = "shared",
        /// Each has its own.
        PerSeed = "per-seed",
    }
}

words! {
    /// The ways to put replicates together that are words.
    pub(super) enum OverKind {
        /// Their median.
        Median = "median",
        /// Every one of them.
        All = "all",
        /// At least one of them.
        Any = "any",
    }
}
