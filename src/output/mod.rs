//! What a program prints while it trains: from bytes to measurements, without any setting for the usual ways of printing.
//!
//! [`Reader`] takes the bytes as they come and hands out a [`Measurement`] per step. Knows nothing of processes, files or threads.
//!
//! ```
//! use goldilocks::output::{Options, Reader, StepKey};
//!
//! let mut reader = Reader::new(&Options::default());
//! let mut found = Vec::new();
//! reader.push(b"iter 0: loss 4.2, time 9ms\niter 10: lo", &mut found)?;
//! reader.push(b"ss 3.3, time 8ms\n", &mut found)?;
//! reader.finish(&mut found)?;
//!
//! assert_eq!((found[1].step, found[1].step_key, found[1].loss), (10, StepKey::Iter, Some(3.3)));
//! assert_eq!(found[1].values, [("time".to_owned(), 8.0)]);
//! # Ok::<(), goldilocks::output::Backwards>(())
//! ```
//!
//! # What is read
//!
//! A line is, in this order: a JSON object or a Python dict, with text around it or not; text with `key: number`, `key = number` or
//! `key=number`; a row of a table whose names were printed before. [`Options::pattern`] replaces these by a regular expression.
//!
//! # Which step
//!
//! `global_step`, `step`, `iter`, `iteration` or `[10]` before a tab; else `epoch`, if it is a whole number; else measurements are
//! counted from 1. What the first line with something like a loss has is what counts from then on; lines without a step belong to
//! the step before them. Of several losses of one step the first counts, and of one epoch the last, which is why a measurement of an
//! epoch is handed out when the next one begins. A line that a `\r` overwrites counts only if nothing about its step follows.
//! A loss that is not finite always counts.
//!
//! # Which loss
//!
//! `loss` (in any case), or the name that [`Options::loss`] gives. Without either, the best of the first step that has any: losses
//! before errors such as `rmse`, training before validation; from then on that name, until a `loss` is printed after all.

mod assemble;
mod lines;
mod measurement;
mod names;
mod number;
mod reader;
mod rows;
mod structured;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod tokens;

pub use lines::End;
pub use measurement::{Backwards, Measurement, StepKey};
pub use names::Pair;
pub use reader::{Format, Options, Pattern, PatternError, Reader, Seen};
