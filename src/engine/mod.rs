//! From a grid to its study: **plan → executor → sink**.
//!
//! A [`Plan`] fixes on the whole grid what depends on a run's place in it, and has a hash. An [`Executor`] carries out groups of runs:
//! [`Lanes`] trains them in this process, [`Commands`] starts a
//! program for each, [`Fake`] follows a script. A [`Sink`] takes finished runs as they come; [`Memory`] keeps
//! them for the [`Study`], which is put together in one place.
//!
//! Knows nothing of terminals and files (but for the data that problems load).

mod attachment;
mod command;
mod deal;
mod executor;
mod fake;
mod finish;
mod footprint;
mod inputs;
mod lanes;
mod length;
mod plan;
mod prepare;
mod quiet;
mod sink;
mod sizes;
mod study;
mod tasks;
#[cfg(test)]
mod tests;
mod work;

pub use command::{Commands, Differing, Guard, Replicates, watch_over};
pub use deal::deal;
pub use executor::{Executor, Interrupted, Options, Stopped, carry_out};
pub use fake::Fake;
pub use footprint::Footprint;
pub use inputs::InputError;
pub use lanes::Lanes;
pub use plan::{Columns, Fingerprint, Part, Plan};
pub use prepare::{Input, PrepareError, PrepareErrorKind, Prepared};
pub use sink::{Memory, Sink, fitting, missing};
pub use sizes::Sizes;
pub use study::study;
pub use tasks::{MOST_LANES, Task};
pub use work::{Work, seconds_of_solving, work};

pub use crate::record::Finished;
use crate::record::Study;

/// Carries out a whole plan in memory.
///
/// # Errors
/// When interrupted.
pub fn run(plan: &Plan<'_>, executor: &dyn Executor, options: &Options<'_>) -> Result<Study, Interrupted> {
    let mut finished = Memory::new(plan);
    // Memory keeps whatever it is given.
    carry_out(plan, Part::All, executor, &mut finished, options).map_err(|_| Interrupted)?;
    study(plan, finished, options.interrupted)
}
