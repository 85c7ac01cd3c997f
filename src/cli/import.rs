//! `goldilocks import`: an address of the TensorFlow Playground becomes a spec.

use std::path::PathBuf;

use super::{Failure, terminal};
use crate::fs;
use crate::spec::import::{PlaygroundPage, to_toml};

/// Turn an address of the TensorFlow Playground into a spec that reproduces the page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks import 'https://playground.tensorflow.org/#dataset=circle&networkShape=4,2&seed=0.5' > circle.toml
  goldilocks import --out circle.toml '#dataset=circle&seed=0.5' && goldilocks run circle.toml

Quote the address: shells read `#` and `&` themselves. The page's Step button is one epoch here.")]
pub(super) struct Args {
    /// The address as the browser shows it, or the part of it from `#` on
    #[arg(value_name = "URL")]
    address: String,

    /// The file to write; it must not exist yet [default: print the spec]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let page = PlaygroundPage::from_address(&args.address).map_err(Failure::bad_input)?;
    page.warnings().iter().for_each(|warning| terminal::warning(warning));
    let spec = to_toml(&page);
    let Some(out) = &args.out else {
        terminal::print(&spec)?;
        return Ok(0);
    };
    let path = out.display();
    if out.exists() {
        return Err(Failure::bad_input(format!("{path} exists already\nhelp: name another file")));
    }
    if let Some(folder) = out.parent() {
        fs::make_folder(folder).map_err(Failure::bad_input)?;
    }
    fs::write(out, spec.as_bytes()).map_err(Failure::bad_input)?;
    terminal::print(&format!("wrote {path}\nnow try:  goldilocks run {path}\n"))?;
    Ok(0)
}
