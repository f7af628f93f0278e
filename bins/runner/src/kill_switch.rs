//! The kill switch: a file that says whether it is engaged.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use files::{FileKind, Output, StagedFile};
use strategy_core::BoxError;

/// What the file of a switch that is not engaged begins with.
const ARMED: &str = "armed";

/// Why the switch at `path` is engaged; `None` where it is not. No file: it was never engaged. Whatever else
/// stands in the file engages it, so that `touch FILE` is enough in a hurry; only `runner risk arm` undoes it.
///
/// # Errors
/// When the file is there and cannot be read: nobody knows then, and nothing may be entered.
pub(crate) fn engaged(path: &Path) -> Result<Option<String>, BoxError> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(
                format!("the kill switch {} cannot be read: {error}", path.display()).into()
            );
        }
    };
    let line = text.lines().next().unwrap_or_default().trim();
    if line == ARMED {
        return Ok(None);
    }
    let why = line.strip_prefix("killed").unwrap_or(line).trim_start_matches(':').trim();
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    Ok(Some(format!("{} is engaged{why}: flat until `runner risk arm`", path.display())))
}

/// Engages the switch.
pub(crate) fn kill(path: &Path, why: &str) -> Result<(), BoxError> {
    let why = why.replace(['\n', '\r'], " ");
    write(path, &format!("killed: {why}\n"))
}

/// Re-arms it.
pub(crate) fn arm(path: &Path) -> Result<(), BoxError> {
    write(path, &format!("{ARMED}\n"))
}

/// Whole or not at all: half a file would engage the switch.
fn write(path: &Path, text: &str) -> Result<(), BoxError> {
    // Whatever text stands there, the switch must go: but a database is not taken for one.
    let is_text = |head: &[u8]| FileKind::of(head) == FileKind::Text;
    let output = Output::new(path, "a kill switch", &is_text).overwrite(true);
    let mut file = StagedFile::create(&output)?;
    file.write(text.as_bytes())?;
    Ok(file.publish()?)
}
