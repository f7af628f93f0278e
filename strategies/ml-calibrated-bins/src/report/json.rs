//! JSON for programs.

use std::io::Write;

use serde::Serialize;

use crate::BinsError;

/// `value` as indented JSON and a line end.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> Result<(), BinsError> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
