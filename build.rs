//! Tells the program which revision it was built from, where that is known.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/refs/heads");
    let revision = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    if let Ok(revision) = revision
        && revision.status.success()
    {
        println!("cargo:rustc-env=GOLDILOCKS_REVISION={}", String::from_utf8_lossy(&revision.stdout).trim());
    }
}
