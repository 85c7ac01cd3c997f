//! The build script: the revision of this repository only, and no needless second build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The script, compiled, in a folder of its own.
struct Script {
    _folder: TempDir,
    program: PathBuf,
}

impl Script {
    fn new() -> Script {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(format!("build{}", std::env::consts::EXE_SUFFIX));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs");
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let status =
            Command::new(compiler).args(["--edition", "2024", "-o"]).arg(&program).arg(source).status().unwrap();
        assert!(status.success());
        Script { _folder: folder, program }
    }

    /// What it tells cargo of the package in this folder: the revision, and the files to watch.
    fn told(&self, package: &Path) -> (Option<String>, Vec<PathBuf>) {
        let output = Command::new(&self.program).current_dir(package).env("CARGO_MANIFEST_DIR", package).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let after = |start: &str| text.lines().filter_map(|line| line.strip_prefix(start)).collect::<Vec<&str>>();
        let revision = after("cargo:rustc-env=GOLDILOCKS_REVISION=").first().map(|&revision| revision.to_owned());
        (revision, after("cargo:rerun-if-changed=").into_iter().map(|path| package.join(path)).collect())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A folder with a build script in it.
fn package(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("build.rs"), "fn main() {}\n").unwrap();
}

#[test]
fn the_revision_is_that_of_this_repository_or_none() {
    let (script, place) = (Script::new(), tempfile::tempdir().unwrap());
    let outer = place.path().join("outer");
    package(&outer);

    // Without a repository there is none, and nothing to watch that is not there.
    let watched_exist = |watched: &[PathBuf]| watched.iter().all(|path| path.exists());
    let (revision, watched) = script.told(&outer);
    assert!(revision.is_none() && watched == [outer.join("build.rs")], "{revision:?} {watched:?}");

    // One that has no commit yet, or another's files only.
    git(&outer, &["init", "--quiet"]);
    assert_eq!(script.told(&outer).0, None);
    fs::write(outer.join("notes"), "").unwrap();
    git(&outer, &["add", "notes"]);
    git(&outer, &["commit", "--quiet", "-m", "notes"]);
    assert_eq!(script.told(&outer).0, None);

    // Its own.
    git(&outer, &["add", "build.rs"]);
    git(&outer, &["commit", "--quiet", "-m", "package"]);
    let head = git(&outer, &["rev-parse", "--short=12", "HEAD"]);
    let (revision, watched) = script.told(&outer);
    assert_eq!(revision, Some(head));
    assert!(watched.len() == 3 && watched_exist(&watched), "{watched:?}");

    // A copy of the sources inside: its surroundings are not its repository, even where they keep its files.
    let inner = outer.join("vendor/inner");
    package(&inner);
    git(&outer, &["add", "."]);
    git(&outer, &["commit", "--quiet", "-m", "copy"]);
    let (revision, watched) = script.told(&inner);
    assert!(revision.is_none() && watched == [inner.join("build.rs")], "{revision:?} {watched:?}");
}

/// Cargo takes a file that is not there for changed, and builds again.
#[test]
fn what_is_watched_is_there_and_changes_with_the_revision() {
    let (script, place) = (Script::new(), tempfile::tempdir().unwrap());
    let folder = place.path();
    package(folder);
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "one"]);
    let contents = |watched: &[PathBuf]| -> Vec<Option<Vec<u8>>> {
        let read = |path: &PathBuf| if path.is_dir() { None } else { Some(fs::read(path).unwrap()) };
        watched.iter().map(read).collect()
    };
    for packed in [false, true] {
        if packed {
            git(folder, &["pack-refs", "--all"]);
        }
        let (first, watched) = script.told(folder);
        assert!(watched.iter().all(|path| path.exists()), "{watched:?}");
        let before = contents(&watched);
        git(folder, &["commit", "--quiet", "--allow-empty", "-m", "two"]);
        let (second, _) = script.told(folder);
        assert_ne!(first, second);
        // With packed branches a new file appears in the folder that is watched.
        assert!(packed || contents(&watched) != before, "{watched:?}");
        assert!(!packed || watched.iter().any(|path| path.is_dir()), "{watched:?}");
    }
    // A worktree has its `.git` elsewhere.
    let worktree = folder.join("tree");
    git(folder, &["worktree", "add", "--quiet", "tree"]);
    let (revision, watched) = script.told(&worktree);
    assert!(revision.is_some() && watched.iter().all(|path| path.exists()), "{revision:?} {watched:?}");
}
