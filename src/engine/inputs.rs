//! The files that a program's results hang on: its script, its data. Their contents are a part of the plan.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::problem::Command;

/// What is wrong with the inputs of a program.
#[derive(Debug)]
pub struct InputError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// The inputs of a program with the BLAKE3 of their contents, in the order of their paths.
pub(crate) fn inputs(command: &Command) -> Result<Vec<(PathBuf, blake3::Hash)>, InputError> {
    let mut paths = match &command.inputs {
        Some(patterns) => matches(&command.spec_folder, patterns)?,
        None => {
            let arguments = command.program.iter().filter_map(|argument| argument.plain());
            let files = arguments.filter(|argument| !argument.is_empty()).map(|file| command.folder.join(file));
            files.filter(|path| path.is_file()).collect()
        }
    };
    paths.sort_unstable();
    paths.dedup();
    let read = |path: PathBuf| match hash(&path) {
        Ok(contents) => Ok((path, contents)),
        Err(error) => Err(InputError {
            message: format!("cannot read {}: {error}", path.display()),
            help: "name the files that results hang on in `inputs`".to_owned(),
        }),
    };
    paths.into_iter().map(read).collect()
}

/// The files that patterns name.
fn matches(folder: &Path, patterns: &[String]) -> Result<Vec<PathBuf>, InputError> {
    let mut paths = Vec::new();
    for pattern in patterns {
        let fail = |message: String, help: &str| Err(InputError { message, help: help.to_owned() });
        let folder = glob::Pattern::escape(&folder.to_string_lossy());
        let whole = Path::new(&folder).join(pattern);
        let found = match glob::glob(&whole.to_string_lossy()) {
            Ok(found) => found,
            Err(error) => {
                return fail(
                    format!("`{pattern}` is no pattern: {error}"),
                    "`*` stands for any name, `**` for any folders",
                );
            }
        };
        let files: Vec<PathBuf> = found.filter_map(Result::ok).filter(|path| path.is_file()).collect();
        if files.is_empty() {
            return fail(format!("there is no file `{pattern}`"), "paths are relative to the folder of the spec");
        }
        paths.extend(files);
    }
    Ok(paths)
}

fn hash(path: &Path) -> io::Result<blake3::Hash> {
    // What is no file may have no end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}
