//! Files that others may read at any moment, and what a page's footer says of the program.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use strategy_core::BoxError;
use strategy_core::registry::UsageError;

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), BoxError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let write = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".runner.").suffix(".tmp");
        // Temporary files are private by default; this one becomes an ordinary file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok::<_, io::Error>(())
    };
    write().map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

/// Refuses a place that `flag` names where one of the files that are read would be replaced.
pub(crate) fn refuse_input<'a>(
    flag: &str,
    place: &Path,
    mut inputs: impl Iterator<Item = &'a Path>,
) -> Result<(), UsageError> {
    let same = |input: &Path| {
        Option::zip(place.canonicalize().ok(), input.canonicalize().ok())
            .is_some_and(|(place, input)| place == input)
    };
    if inputs.any(same) {
        let error = format!("--{flag} {} is a file of data: name another file", place.display());
        return Err(UsageError::new(error.into()));
    }
    Ok(())
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
