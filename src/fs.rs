//! Reading and writing files, with the path in every error, and folders that are replaced as a whole or not at all.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

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
    fn new(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
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

/// Writes a file: to a temporary one beside it first, then renamed, so that a reader never sees half of it.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = open_to_all(0o666).tempfile_in(folder).map_err(Error::new("cannot write", path))?;
    io::Write::write_all(&mut file, bytes).map_err(Error::new("cannot write", path))?;
    file.persist(path).map_err(|error| Error::new("cannot write", path)(error.error))?;
    Ok(())
}

/// Writes a file piece by piece; what stood there is replaced at once.
///
/// # Errors
/// When it cannot be written.
pub fn write_stream(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<fs::File>) -> io::Result<()>,
) -> Result<(), Error> {
    let written = fs::File::create(path).and_then(|file| {
        let mut out = io::BufWriter::with_capacity(1 << 20, file);
        write(&mut out)?;
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

/// Temporary files are private by default; results are not, so they get the usual permissions (less the umask).
fn open_to_all(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// A folder in the making: written beside its final place and swapped in as a whole by [`Staging::publish`].
/// Dropping it instead leaves the final place untouched.
#[derive(Debug)]
pub struct Staging {
    folder: TempDir,
    target: PathBuf,
}

impl Staging {
    /// Starts a folder that will replace `target`; makes `target`'s parents. Fails early if they cannot be written.
    ///
    /// # Errors
    /// When `target` is a file or its parent cannot be written.
    pub fn new(target: &Path) -> Result<Staging, Error> {
        const DOING: &str = "cannot write results to";
        if target.is_file() {
            return Err(Error::new(DOING, target)(io::ErrorKind::AlreadyExists.into()));
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(Error::new(DOING, target))?;
        let folder = open_to_all(0o777).prefix(".unfinished-").tempdir_in(parent).map_err(Error::new(DOING, target))?;
        Ok(Staging { folder, target: target.to_owned() })
    }

    /// The folder to write into.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the folder in its final place; what stood there before is removed only afterwards.
    ///
    /// # Errors
    /// When renaming fails; the old folder is then still (or again) in its place.
    pub fn publish(self) -> Result<(), Error> {
        const DOING: &str = "cannot replace";
        let target = &self.target;
        let old = self.folder.path().with_extension("old");
        let had_old = match fs::rename(target, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(Error::new(DOING, target)(error)),
        };
        let fresh = self.folder.keep();
        if let Err(error) = fs::rename(&fresh, target) {
            if had_old {
                fs::rename(&old, target).map_err(Error::new(DOING, target))?;
            }
            return Err(Error::new(DOING, target)(error));
        }
        if had_old {
            fs::remove_dir_all(&old).map_err(Error::new("cannot remove the old results", &old))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_folder_leaves_the_old_one_alone() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("deep/results");
        let first = Staging::new(&target).unwrap();
        write(&first.path().join("a"), b"1").unwrap();
        first.publish().unwrap();

        let second = Staging::new(&target).unwrap();
        write(&second.path().join("a"), b"2").unwrap();
        drop(second);
        assert_eq!(read_text(&target.join("a")).unwrap(), "1");

        let third = Staging::new(&target).unwrap();
        write(&third.path().join("b"), b"3").unwrap();
        third.publish().unwrap();
        assert!(read_text(&target.join("a")).unwrap_err().is_not_found());
        assert_eq!(read_text(&target.join("b")).unwrap(), "3");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("results");
        fs::write(&target, "").unwrap();
        let message = Staging::new(&target).unwrap_err().to_string();
        assert!(message.starts_with("cannot write results to") && message.ends_with("there is a file of that name"));
        let message = Staging::new(&target.join("inner")).unwrap_err().to_string();
        assert!(message.ends_with("a file of that name") || message.ends_with("not a folder"), "{message}");
    }
}
