//! A stream of rows, kept in a file, since a file may be read twice.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Format, TabularError};

/// What the file is called in messages, before its ending.
const NAME: &str = "standard input";

/// How much is looked at to tell the format.
const HEAD_BYTES: usize = 512;

/// The rows of a stream in a temporary file, which goes with this.
#[derive(Debug)]
pub struct Spooled {
    path: PathBuf,
    _folder: TempDir,
}

impl Spooled {
    /// Takes in all of `stream`, standard input say. Its first bytes tell the format: Parquet and Arrow
    /// begin with their marks, JSON with `[`, JSON lines with `{`; anything else is CSV.
    ///
    /// # Errors
    /// When the stream cannot be read or the file not written.
    pub fn new(stream: &mut dyn Read) -> Result<Self, TabularError> {
        let folder = std::env::temp_dir();
        let fail = |action, path: &Path| {
            let path = path.to_owned();
            move |source| TabularError::File { action, path, source }
        };
        let folder = tempfile::tempdir_in(&folder).map_err(fail("create a folder in", &folder))?;
        let mut head = Vec::new();
        let read =
            |source: io::Error| TabularError::File { action: "read", path: NAME.into(), source };
        stream.take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(read)?;
        let path = folder.path().join(format!("{NAME}.{}", format_of(&head)));
        let mut file = File::create(&path).map_err(fail("create", &path))?;
        file.write_all(&head).map_err(fail("write", &path))?;
        io::copy(stream, &mut file).map_err(fail("write", &path))?;
        Ok(Self { path, _folder: folder })
    }

    /// Where the rows are.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn format_of(head: &[u8]) -> Format {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    match (head, first) {
        _ if head.starts_with(b"PAR1") => Format::Parquet,
        _ if head.starts_with(b"ARROW1") => Format::Arrow,
        (_, Some(b'[')) => Format::Json,
        (_, Some(b'{')) => Format::JsonLines,
        _ => Format::Csv,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_format() {
        for (head, wanted) in [
            (&b"PAR1\x15"[..], Format::Parquet),
            (b"ARROW1\0\0", Format::Arrow),
            (b" [{\"a\": 1}]", Format::Json),
            (b"{\"a\": 1}\n", Format::JsonLines),
            (b"timestamp,y_pred\n", Format::Csv),
            (b"", Format::Csv),
        ] {
            assert_eq!(format_of(head), wanted, "{head:?}");
        }
    }
}
