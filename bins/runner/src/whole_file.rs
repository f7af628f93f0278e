//! Files that others may read at any moment, and what a page's footer says of the program.

use std::path::Path;

use files::{Output, OutputError, StagedFile};
use strategy_core::BoxError;
use strategy_core::registry::UsageError;

/// Writes a file whole or not at all, and only over one that begins as it does: over an older page a page,
/// over an older state a state.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), BoxError> {
    let beginning = &bytes[..bytes.len().min(8)];
    let is_kind = |head: &[u8]| head.starts_with(beginning);
    let output = Output::new(path, "what is to be written", &is_kind).overwrite(true);
    let mut file = StagedFile::create(&output)?;
    file.write(bytes)?;
    Ok(file.publish()?)
}

/// Refuses a place that `flag` names where one of the files that are read would be replaced.
pub(crate) fn refuse_input<'a>(
    flag: &str,
    place: &Path,
    inputs: impl Iterator<Item = &'a Path>,
) -> Result<(), UsageError> {
    let any = |_: &[u8]| true;
    let output = Output::new(place, "", &any).overwrite(true).reads(inputs);
    if let Err(OutputError::IsInput { .. }) = output.check() {
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
