//! Files that others may read at any moment, and what a page's footer says of the program.

use std::path::Path;

use files::{Output, OutputError};
use strategy_core::Result;
use strategy_core::registry::UsageError;

/// Writes a file whole or not at all, and only over one that begins as it does: over an older page a page,
/// over an older state a state.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let beginning = &bytes[..bytes.len().min(8)];
    let is_kind = |head: &[u8]| head.starts_with(beginning);
    let output = Output::new(path, "what is to be written", &is_kind).overwrite(true);
    Ok(files::write_whole(&output, bytes)?)
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
    report::origin(std::env::args_os(), env!("CARGO_PKG_VERSION"))
}
