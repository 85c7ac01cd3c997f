//! `goldilocks schema`: a JSON Schema of specs, for editors.

use super::{Failure, terminal};
use crate::spec;

/// Print a JSON Schema of specs, so that editors complete and check them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  goldilocks schema > goldilocks.schema.json
and in the first line of a spec, for editors that use Taplo:
  #:schema ./goldilocks.schema.json")]
pub(super) struct Args {}

pub(super) fn run(_args: &Args) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(&spec::schema()).map_err(Failure::lost_output)?;
    terminal::print(&format!("{text}\n"))?;
    Ok(0)
}
