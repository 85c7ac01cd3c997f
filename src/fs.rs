//! Reading and writing files, with the path in every error.

mod last;

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

pub use last::last_lines;

/// An operation on a file or folder that went wrong.
#[derive(Debug)]
pub struct Error {
    /// What was tried, for example `cannot read`.
    doing: &'static str,
    /// Where.
    path: PathBuf,
    /// What the system said.
    cause: io::Error,
}

impl Error {
    pub(crate) fn new(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |cause| Error { doing, path, cause }
    }

    /// Whether the file or folder does not exist.
    pub fn is_not_found(&self) -> bool {
        self.cause.kind() == io::ErrorKind::NotFound
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self.cause.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
            io::ErrorKind::InvalidFilename => "the file name is too long".to_owned(),
            io::ErrorKind::AlreadyExists => "there is a file of that name".to_owned(),
            io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => self.cause.to_string(),
        };
        write!(f, "{} {}: {cause}", self.doing, self.path.display())
    }
}

impl std::error::Error for Error {}

/// What does not know its size beforehand, such as a pipe, may have so many bytes.
const MOST_BYTES_OF_A_STREAM: u64 = 1 << 28;

/// Reads a whole UTF-8 text file.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let not_text = |_| io::Error::from(io::ErrorKind::InvalidData);
    String::from_utf8(read_bytes(path)?).map_err(not_text).map_err(Error::new("cannot read", path))
}

/// Reads a whole file.
///
/// # Errors
/// When it cannot be read, or is a device or pipe that gives no end of bytes.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || {
        let mut file = fs::File::open(path)?;
        let mut bytes = Vec::new();
        if file.metadata()?.is_file() {
            io::Read::read_to_end(&mut file, &mut bytes)?;
            return Ok(bytes);
        }
        io::Read::read_to_end(&mut io::Read::take(file, MOST_BYTES_OF_A_STREAM + 1), &mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES_OF_A_STREAM {
            let most = MOST_BYTES_OF_A_STREAM >> 20;
            return Err(io::Error::other(format!("it is no regular file and gives more than {most} MiB")));
        }
        Ok(bytes)
    };
    read().map_err(Error::new("cannot read", path))
}

/// Reads a file of any size piece by piece.
///
/// # Errors
/// When it cannot be read.
pub fn read_pieces(path: &Path, mut piece: impl FnMut(&[u8])) -> Result<(), Error> {
    let mut read = || {
        let mut file = fs::File::open(path)?;
        let mut buffer = vec![0; 1 << 18];
        loop {
            match io::Read::read(&mut file, &mut buffer)? {
                0 => return Ok(()),
                length => piece(&buffer[..length]),
            }
        }
    };
    read().map_err(Error::new("cannot read", path))
}

/// Writes a file: to a temporary one beside it first, then renamed, so that a reader never sees half of it. Links are followed;
/// what is not a regular file, such as a device or a pipe, is written through.
///
/// # Errors
/// When the file or its folder cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = || Error::new("cannot write", path);
    if is_stream(path, "/dev/stdout") {
        return io::stdout().lock().write_all(bytes).map_err(failed());
    }
    if is_stream(path, "/dev/stderr") {
        return io::stderr().lock().write_all(bytes).map_err(failed());
    }
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let open = fs::OpenOptions::new().write(true).open(path);
        return open.and_then(|mut file| file.write_all(bytes)).map_err(failed());
    }
    let target = resolve(path).map_err(failed())?;
    let mut file = temporary(0o666).tempfile_in(parent(&target)).map_err(failed())?;
    attempt(&target).and_then(|()| file.write_all(bytes)).map_err(failed())?;
    attempt(&target).map_err(failed())?;
    file.persist(&target).map_err(|error| failed()(error.error))?;
    Ok(())
}

/// Whether a path names one of this process's own streams: opened anew, a redirected one would be written from its start.
fn is_stream(path: &Path, stream: &str) -> bool {
    #[cfg(unix)]
    if let (Ok(found), Ok(stream)) = (fs::metadata(path), fs::metadata(stream)) {
        return is_same_file(&found, &stream);
    }
    let _ = (path, stream);
    false
}

/// Whether two descriptions are of one file.
#[cfg(unix)]
pub(crate) fn is_same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Fails as [`write`](fn@write) would for want of a folder, of permission, or for a bad name; changes nothing. To be asked before long work.
///
/// # Errors
/// When the file could not be written.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let failed = || Error::new("cannot write", path);
    let target = resolve(path).map_err(failed())?;
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(failed()(io::ErrorKind::IsADirectory.into())),
        // A pipe would wait for its reader.
        Ok(found) if !found.is_file() => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed()(error)),
        _ => temporary(0o666).tempfile_in(parent(&target)).map(drop).map_err(failed()),
    }
}

/// The path without links and dots, as the system would follow it; what is not there yet is taken by its name.
///
/// # Errors
/// When links go in a circle, or the working directory is gone.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    const MOST_LINKS: u32 = 40;
    let whole = std::path::absolute(path)?;
    let mut resolved = PathBuf::new();
    let mut ahead: Vec<std::ffi::OsString> =
        whole.components().rev().map(|component| component.as_os_str().to_owned()).collect();
    let mut links = 0;
    while let Some(name) = ahead.pop() {
        if name == ".." {
            resolved.pop();
            continue;
        }
        resolved.push(&name);
        let Ok(link) = fs::read_link(&resolved) else { continue };
        links += 1;
        if links > MOST_LINKS {
            return Err(io::Error::other("too many links follow each other"));
        }
        resolved.pop();
        ahead.extend(
            link.components().rev().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned()),
        );
    }
    Ok(resolved)
}

/// The folder that a path lies in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Waits until the files of a folder and their names are on the disk.
///
/// # Errors
/// When the disk has not taken them.
pub fn sync_files(folder: &Path) -> Result<(), Error> {
    let files: Vec<fs::DirEntry> =
        fs::read_dir(folder).and_then(Iterator::collect).map_err(Error::new("cannot read", folder))?;
    files.par_iter().try_for_each(|file| {
        let path = file.path();
        let sync = || fs::File::open(&path).and_then(|file| file.sync_all());
        attempt(&path).and_then(|()| sync()).map_err(Error::new("cannot write", &path))
    })?;
    sync_folder(folder).map_err(Error::new("cannot write", folder))
}

/// Waits until the names in a folder are on the disk, where the system knows how to.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    attempt(folder)?;
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems cannot sync folders.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Writes a file piece by piece; what stood there is replaced at once.
///
/// # Errors
/// When it cannot be written.
pub fn write_stream(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<fs::File>) -> io::Result<()>,
) -> Result<(), Error> {
    let written = attempt(path).and_then(|()| fs::File::create(path)).and_then(|file| {
        // What comes in large pieces passes by the buffer.
        let mut out = io::BufWriter::with_capacity(1 << 16, file);
        write(&mut out)?;
        attempt(path)?;
        out.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
    });
    written.map_err(Error::new("cannot write", path))
}

/// Makes a folder and those that it lies in, where they are missing; an empty path is the current folder.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(Error::new("cannot make the folder", path))
}

/// Asked before everything that a disk may refuse: writing, bringing to the disk, renaming. It refuses only what tests tell it to.
#[cfg(not(test))]
pub(crate) fn attempt(_: &Path) -> io::Result<()> {
    Ok(())
}
#[cfg(test)]
pub(crate) use faults::attempt;

/// How temporary files and folders begin; whoever finds one whose process is gone may remove it.
pub(crate) const UNFINISHED: &str = ".unfinished";

/// Temporary files are private by default; results are not, so they get the usual permissions (less the umask).
pub(crate) fn temporary(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unfinished-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(test)]
pub(crate) mod faults;

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn paths_are_followed_as_the_system_does() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        symlink("a/b", root.join("link")).unwrap();
        symlink("later", root.join("dangling")).unwrap();
        symlink("circle", root.join("circle")).unwrap();
        let resolved = |path: &str| resolve(&root.join(path)).unwrap();
        assert_eq!(resolved("a/../a"), root.join("a"));
        assert_eq!(resolved("link/../new"), root.join("a/new"), "`..` of a link is the folder it leads to");
        assert_eq!(resolved("dangling/x"), root.join("later/x"));
        assert_eq!(resolved("not/there"), root.join("not/there"));
        assert!(resolve(&root.join("circle")).is_err());
    }

    #[test]
    fn links_lead_to_what_is_written_and_devices_stay() {
        let root = tempfile::tempdir().unwrap();
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        symlink("file", &link).unwrap();
        write(&link, b"through").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read_text(&file).unwrap(), "through");
        let null = root.path().join("null");
        symlink("/dev/null", &null).unwrap();
        write(&null, b"nothing").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn what_cannot_be_written_is_said_before() {
        let root = tempfile::tempdir().unwrap();
        let message = |path: &Path| check_writable(path).unwrap_err().to_string();
        assert!(message(&root.path().join("no/such")).ends_with("there is no such file or folder"));
        assert!(message(root.path()).ends_with("it is a folder, not a file"));
        assert!(message(&root.path().join("x".repeat(300))).to_lowercase().contains("name is too long"));
        check_writable(&root.path().join("fine")).unwrap();
        check_writable(Path::new("/dev/null")).unwrap();
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "nothing is left behind");
    }
}
