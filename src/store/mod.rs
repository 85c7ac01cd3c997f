//! Everything on disk: the results folder and how it is replaced, its manifest, reading it back.
//!
//! Every file name stands once, in [`layout`]. Knows nothing of training; what is drawn comes as bytes.

mod align;
mod attachment;
mod contents;
mod copy;
mod difference;
mod folder;
mod heading;
mod journal;
pub mod layout;
mod lock;
mod manifest;
mod place;
mod provenance;
mod read;
mod shards;
mod tables;

pub use align::{Mismatch, align};
pub use copy::{copy_origin, read_spec, write_spec};
pub use difference::{OtherGrid, same_grid};
pub use folder::{PublishError, StageError, Staging, abandon, check_plots_folder, stage, write_plots};
pub use journal::{
    Beat, Extent, Found, Header, InputFile, Journal, JournalError, Shape, Share, Tally, look, look_closely,
};
pub use manifest::{ManifestError, verify_manifest, write_manifest};
pub use provenance::{Execution, is_alike, write_execution};
pub use read::{ReadError, read};
pub use shards::{Placed, ShardError, Shards, difference, is_alive, is_sealed, remove_dead};
pub use tables::write_tables;
