//! The kill switch: a file that says whether it is engaged.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use files::{FileKind, Output, OutputError, StagedFile};
use strategy_core::Result;

/// What the file of a switch that is not engaged begins with.
const ARMED: &str = "armed";

/// What the file of an engaged one begins with, where this program engaged it.
const KILLED: &str = "killed";

/// Why the switch at `path` is engaged; `None` where it is not. No file: it was never engaged. Whatever else
/// stands in the file engages it, so that `touch FILE` is enough in a hurry; only `runner risk arm` undoes it.
///
/// # Errors
/// When the file is there and cannot be read: nobody knows then, and nothing may be entered.
pub(crate) fn engaged(path: &Path) -> Result<Option<String>> {
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
    let why = line.strip_prefix(KILLED).unwrap_or(line).trim_start_matches(':').trim();
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    Ok(Some(format!("{} is engaged{why}: flat until `runner risk arm`", path.display())))
}

/// Engages the switch. A file with any other text engages it as it is.
pub(crate) fn kill(path: &Path, why: &str) -> Result<()> {
    let why = why.replace(['\n', '\r'], " ");
    match write(path, &format!("{KILLED}: {why}\n")) {
        Err(OutputError::OtherKind { found: FileKind::Text, .. }) => Ok(()),
        written => Ok(written?),
    }
}

/// Re-arms it.
pub(crate) fn arm(path: &Path) -> Result<()> {
    Ok(write(path, &format!("{ARMED}\n"))?)
}

/// Whole or not at all: half a file would engage the switch. Text that is no switch's is not
/// replaced, since somebody may want it; it engages the switch all the same.
fn write(path: &Path, text: &str) -> Result<(), OutputError> {
    let is_switch =
        |head: &[u8]| head.starts_with(ARMED.as_bytes()) || head.starts_with(KILLED.as_bytes());
    let output = Output::new(path, "a kill switch", &is_switch).overwrite(true);
    let mut file = StagedFile::create(&output)?;
    file.write(text.as_bytes())?;
    file.publish()
}
