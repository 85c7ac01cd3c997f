//! What only some families of problems have to show of a study; one file each.
//!
//! Owns the list of them.

mod boundary;
mod landscape;

use std::sync::atomic::AtomicBool;

use super::executor::Interrupted;
use super::plan::Plan;
use crate::record::Attachment;

/// The attachments of a plan's study; some train runs once more, but never one that has `failed`.
///
/// # Errors
/// When interrupted.
pub(super) fn attachments(
    plan: &Plan<'_>,
    failed: impl Fn(usize) -> bool,
    interrupted: &AtomicBool,
) -> Result<Vec<Attachment>, Interrupted> {
    let all = [
        landscape::landscape(plan.prepared).map(Attachment::Landscape),
        boundary::boundary(plan, failed, interrupted)?.map(Attachment::Boundary),
    ];
    Ok(all.into_iter().flatten().collect())
}
