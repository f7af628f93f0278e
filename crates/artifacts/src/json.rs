//! JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::Result;

/// Writes `value` as indented JSON and a line end.
///
/// # Errors
/// When it cannot be put into JSON or written.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
