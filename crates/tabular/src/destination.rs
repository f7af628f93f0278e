//! Where rows go: a stream, or a file that is there whole or not at all.

use std::fmt;
use std::io::{self, Seek, Write};
use std::path::PathBuf;

use files::{FileKind, Output, StagedFile};
use tempfile::SpooledTempFile;

use crate::{Format, TabularError};

/// Up to here the rows for a stream wait in memory, what is more on the disk.
const IN_MEMORY: usize = 16 << 20;

/// Where a [`BatchWriter`](crate::BatchWriter) writes.
pub enum Destination<'a> {
    /// A stream such as standard output. The rows reach it all together when they are finished, so
    /// that rows which fail halfway have written nothing. A reader of it that goes away is an error of
    /// kind [`BrokenPipe`](io::ErrorKind::BrokenPipe).
    Stream(&'a mut dyn Write),
    /// A file. Its rows gather in a hidden file beside it, which gets the name when it is finished
    /// and on the disk, and disappears if it never is.
    File {
        /// The file.
        path: PathBuf,
        /// Whether one that exists is replaced, if it holds rows in the same format and begins with
        /// the same column; otherwise that is an error.
        overwrite: bool,
        /// The files that the same call reads: the output must be none of them.
        inputs: Vec<PathBuf>,
    },
}

impl fmt::Debug for Destination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(_) => f.write_str("Stream"),
            Self::File { path, overwrite, inputs } => f
                .debug_struct("File")
                .field("path", path)
                .field("overwrite", overwrite)
                .field("inputs", inputs)
                .finish(),
        }
    }
}

/// An open [`Destination`].
pub(crate) enum Sink<'a> {
    Stream { stream: &'a mut dyn Write, waiting: SpooledTempFile },
    File(StagedFile),
}

impl<'a> Sink<'a> {
    /// Opens the destination for rows in this format that begin with the column `first`.
    pub(crate) fn open(
        destination: Destination<'a>,
        format: Format,
        first: &str,
    ) -> Result<Self, TabularError> {
        Ok(match destination {
            Destination::Stream(stream) => {
                Self::Stream { stream, waiting: SpooledTempFile::new(IN_MEMORY) }
            }
            Destination::File { path, overwrite, inputs } => {
                let kind = format!("{} that begins with `{first}`", format.title());
                let is_kind = |head: &[u8]| is_rows(head, format, first);
                let output = Output::new(&path, &kind, &is_kind).overwrite(overwrite).reads(inputs);
                Self::File(StagedFile::create(&output)?)
            }
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), TabularError> {
        match self {
            Self::Stream { waiting, .. } => {
                waiting.write_all(bytes).map_err(|source| TabularError::Waiting { source })
            }
            Self::File(file) => Ok(file.write(bytes)?),
        }
    }

    pub(crate) fn finish(self) -> Result<(), TabularError> {
        match self {
            Self::Stream { stream, mut waiting } => {
                waiting.rewind().map_err(|source| TabularError::Waiting { source })?;
                io::copy(&mut waiting, stream)
                    .and_then(|_| stream.flush())
                    .map_err(|source| TabularError::Stream { source })
            }
            Self::File(file) => Ok(file.publish()?),
        }
    }
}

/// Whether a file that begins like this holds rows in this format, of which texts tell the `first`
/// column.
fn is_rows(head: &[u8], format: Format, first: &str) -> bool {
    let kind = FileKind::of(head);
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let line = text.lines().next().unwrap_or_default();
    let has_key = || text.contains(&format!("\"{first}\""));
    match format {
        Format::Parquet => kind == FileKind::Parquet,
        Format::Arrow => kind == FileKind::Arrow,
        _ if kind != FileKind::Text => false,
        Format::Csv => line.split(',').any(|name| name.trim().trim_matches('"') == first),
        Format::Table => line.split_whitespace().any(|name| name == first),
        Format::Json => {
            text.starts_with('[') && (has_key() || text[1..].trim_start().starts_with(']'))
        }
        Format::JsonLines => text.starts_with('{') && has_key(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_other_texts() {
        for (format, yes, no) in [
            (Format::Csv, "timestamp,signal\n", "pred_duckdb = \"timestamp\"\n"),
            (Format::Csv, "\u{feff}\"timestamp\",x\r\n", "[{\"timestamp\":1}]"),
            (Format::Table, "timestamp   signal\n", "timestamps\n"),
            (Format::Json, "[{\"timestamp\":\"2025\"}]", "{\"timestamp\":\"2025\"}"),
            (Format::Json, "[\n]\n", "[tool]\nname = 1"),
            (Format::JsonLines, "{\"timestamp\":\"2025\"}\n", "{\"months\":[]}"),
            (Format::Parquet, "PAR1\x15", "timestamp,signal\n"),
            (Format::Arrow, "ARROW1\0\0", "PAR1\x15"),
        ] {
            assert!(is_rows(yes.as_bytes(), format, "timestamp"), "{format}: {yes}");
            assert!(!is_rows(no.as_bytes(), format, "timestamp"), "{format}: {no}");
        }
    }
}
