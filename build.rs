//! Tells the program which revision of this repository it was built from; nothing where that is not known.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    if let Some(revision) = revision(&root) {
        println!("cargo:rustc-env=GOLDILOCKS_REVISION={revision}");
    }
}

/// The revision, if `root` is the top of a repository and this package is in it: a copy of the sources inside another
/// repository has none of its own. Asks cargo to build again when it changes.
fn revision(root: &Path) -> Option<String> {
    // Else git would look further up, and an unpacked package would be given the revision of whatever surrounds it.
    if !root.join(".git").exists() || git(root, &["ls-files", "build.rs"])?.is_empty() {
        return None;
    }
    watch(root, "HEAD");
    // A branch has a file of its own, or is one of those packed into a single file until its next commit.
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    if !branch.is_some_and(|branch| watch(root, &branch)) {
        watch(root, "packed-refs");
        watch(root, "refs/heads");
    }
    git(root, &["rev-parse", "--short=12", "HEAD"])
}

/// Asks cargo to build again when this part of the repository changes; whether there is one. Cargo takes what is not there for
/// changed, and would build every time.
fn watch(root: &Path, name: &str) -> bool {
    let path = git(root, &["rev-parse", "--git-path", name]).map(|path| root.join(path)).filter(|path| path.exists());
    if let Some(path) = &path {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    path.is_some()
}

/// What git prints, without the line end; nothing if it fails or is not there.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
