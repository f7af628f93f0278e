//! The guard in front of every writer.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::{FileKind, OutputError};

/// How much of a file is looked at to see what it is.
const HEAD: u64 = 4_096;

/// A file that is to be written.
#[derive(Clone)]
pub struct Output<'a> {
    path: &'a Path,
    kind: &'a str,
    is_kind: &'a dyn Fn(&[u8]) -> bool,
    overwrite: bool,
    inputs: Vec<PathBuf>,
}

impl<'a> Output<'a> {
    /// The file at `path`, which will be `kind` (`a Parquet file`). `is_kind` tells from the first
    /// bytes of an older file, 4096 at most, whether it is such a one.
    pub fn new(path: &'a Path, kind: &'a str, is_kind: &'a dyn Fn(&[u8]) -> bool) -> Self {
        Self { path, kind, is_kind, overwrite: false, inputs: Vec::new() }
    }

    /// The same, replacing an older file of its kind if `overwrite`.
    #[must_use]
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { overwrite, ..self }
    }

    /// The same, and `inputs` are read by the same call.
    #[must_use]
    pub fn reads<P: Into<PathBuf>>(mut self, inputs: impl IntoIterator<Item = P>) -> Self {
        self.inputs.extend(inputs.into_iter().map(Into::into));
        self
    }

    pub(crate) fn replaces(&self) -> bool {
        self.overwrite
    }

    /// The path to write to, if it may be written: ask before hours of work, not after. A link leads
    /// to the file that it stands for, which is replaced instead of the link. An empty file is of any
    /// kind.
    ///
    /// # Errors
    /// [`IsInput`](OutputError::IsInput), [`NotAFile`](OutputError::NotAFile),
    /// [`Exists`](OutputError::Exists), [`OtherKind`](OutputError::OtherKind), or a file that cannot be
    /// looked at.
    pub fn check(&self) -> Result<PathBuf, OutputError> {
        let path = || self.path.to_owned();
        let is_input = |input: &PathBuf| {
            is_same(self.path, input) || is_log(self.path, input) || is_in(self.path, input)
        };
        if self.inputs.iter().any(is_input) {
            return Err(OutputError::IsInput { path: path() });
        }
        let Ok(metadata) = fs::metadata(self.path) else {
            return Ok(path()); // what is wrong with it, if anything, creating the file beside it will tell
        };
        if !metadata.is_file() {
            let found = if metadata.is_dir() { "a folder" } else { "a device or a pipe" };
            return Err(OutputError::NotAFile { path: path(), found });
        }
        if !self.overwrite {
            return Err(OutputError::Exists { path: path() });
        }
        let open = |source| OutputError::File { action: "open", path: path(), source };
        let head = head(self.path).map_err(open)?;
        if !head.is_empty() && !(self.is_kind)(&head) {
            let (found, wanted) = (FileKind::of(&head), self.kind.to_owned());
            return Err(OutputError::OtherKind { path: path(), found, wanted });
        }
        fs::canonicalize(self.path).map_err(open)
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let number = |path| fs::metadata(path).ok().as_ref().and_then(file_number);
    let same_number = Option::zip(number(one), number(other)).is_some_and(|(a, b)| a == b);
    same_number || Option::zip(resolved(one), resolved(other)).is_some_and(|(a, b)| a == b)
}

/// Whether `path` is, or would become, the write-ahead log of the database `input`, which is read with
/// it.
fn is_log(path: &Path, input: &Path) -> bool {
    let mut log = input.as_os_str().to_owned();
    log.push(".wal");
    is_same(path, Path::new(&log))
}

/// Whether `path` is a file of the folder `input`, all of which is read.
fn is_in(path: &Path, input: &Path) -> bool {
    let folder = fs::canonicalize(path).ok().and_then(|path| Some(path.parent()?.to_owned()));
    input.is_dir() && folder.is_some() && folder == fs::canonicalize(input).ok()
}

/// The path without links; also of a file that is not there yet, in a folder that is.
fn resolved(path: &Path) -> Option<PathBuf> {
    let whole = fs::canonicalize(path).ok();
    whole.or_else(|| Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?)))
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere there is no such number")]
fn file_number(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_number(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn check(path: &Path, inputs: &[&Path]) -> Result<PathBuf, OutputError> {
        let is_text = |head: &[u8]| head.starts_with(b"text");
        Output::new(path, "a text", &is_text).overwrite(true).reads(inputs.iter()).check()
    }

    #[test]
    fn an_input_is_none_under_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        fs::write(at("input"), "text").unwrap();
        let input = at("input");
        let mut names = vec![input.clone(), at("below/../input"), at("input.wal")];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&input, at("link")).unwrap();
            fs::hard_link(&input, at("hard")).unwrap();
            names.extend([at("link"), at("hard")]);
        }
        for name in names {
            let checked = check(&name, &[&at("other"), &input]);
            assert!(matches!(checked, Err(OutputError::IsInput { .. })), "{name:?}: {checked:?}");
        }
        // An input that is not there cannot be destroyed, and would be as soon as it is made.
        assert!(matches!(check(&at("none"), &[&at("none")]), Err(OutputError::IsInput { .. })));
        assert!(check(&at("input"), &[&at("other")]).is_ok());
        // Of a folder that is read, every file is.
        assert!(matches!(check(&input, &[folder.path()]), Err(OutputError::IsInput { .. })));
        assert!(check(&at("new"), &[folder.path()]).is_ok());
    }

    #[test]
    fn only_its_own_kind_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (content, wanted) in [
            (&b""[..], None),
            (b"text of old", None),
            (b"prose", Some(FileKind::Text)),
            (b"12345678DUCK\x43\0\0\0", Some(FileKind::DuckDb)),
            (b"PAR1\x15\x04", Some(FileKind::Parquet)),
        ] {
            fs::write(&path, content).unwrap();
            match (check(&path, &[]), wanted) {
                (Ok(_), None) => {}
                (Err(OutputError::OtherKind { found, .. }), Some(wanted)) => {
                    assert_eq!(found, wanted);
                }
                (other, _) => panic!("{content:?}: {other:?}"),
            }
        }
    }
}
