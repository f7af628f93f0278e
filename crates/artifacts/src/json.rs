//! JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::ArtifactError;

/// `value` as indented JSON and a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> Result<(), ArtifactError> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
