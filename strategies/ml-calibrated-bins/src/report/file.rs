//! The report of a rebuild in a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::BinsError;

/// Refuses a place that would destroy something: one of the files of `data`, a device. Before hours of
/// work, not after.
pub(crate) fn check<'a>(
    path: &Path,
    mut data: impl Iterator<Item = &'a Path>,
) -> Result<(), BinsError> {
    let refused = |found| Err(BinsError::ReportPlace { path: path.to_owned(), found });
    let Ok(there) = path.metadata() else {
        return Ok(()); // what is wrong with it, if anything, creating the file will tell
    };
    let same = |data: &Path| {
        Option::zip(path.canonicalize().ok(), data.canonicalize().ok())
            .is_some_and(|(report, data)| report == data)
    };
    match there.is_file() {
        true if data.any(same) => refused("a file of data"),
        true => Ok(()),
        false if there.is_dir() => refused("a folder"),
        false => refused("a device or a pipe"),
    }
}

/// Writes the report whole or not at all: a monitor may read it at any moment. A link leads to the
/// file that it stands for, which is replaced instead of the link.
pub(super) fn write(document: &impl Serialize, path: &Path) -> io::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    write_whole(&bytes, path)
}

/// Writes a page.
pub(crate) fn write_page(page: &::report::Page, path: &Path) -> Result<(), BinsError> {
    write_whole(page.to_html().as_bytes(), path)
        .map_err(|source| BinsError::Report { path: path.to_owned(), source })
}

/// What a page's footer says of the program: the command as it was called, and the version.
pub(crate) fn origin() -> Vec<(String, String)> {
    let arguments = std::env::args_os().skip(1).map(|argument| {
        let text = argument.to_string_lossy().into_owned();
        if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
    });
    let command: Vec<String> = std::iter::once("runner".to_owned()).chain(arguments).collect();
    vec![
        ("Command".to_owned(), command.join(" ")),
        ("Version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

fn write_whole(bytes: &[u8], path: &Path) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report.").suffix(".tmp");
    // Temporary files are private by default; this one becomes an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
