//! Everything on disk: the results folder and how it is replaced, its manifest, reading it back.
//!
//! Every file name stands once, in [`layout`]. Knows nothing of training; what is drawn comes as bytes.

mod align;
mod copy;
mod folder;
pub mod layout;
mod manifest;
mod provenance;
mod read;
mod tables;

pub use align::{Mismatch, align};
pub use copy::{read_spec, write_spec};
pub use folder::{StageError, is_plots_or_nothing, stage};
pub use manifest::{ManifestError, verify_manifest, write_manifest};
pub use provenance::{Execution, write_execution};
pub use read::{ReadError, read};
pub use tables::write_tables;
