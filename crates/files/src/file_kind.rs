//! What a file seems to be, by its first bytes.

use std::fmt;

/// How many bytes [`FileKind::of`] wants to see.
pub const HEAD_BYTES: usize = 512;

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// A DuckDB database.
    DuckDb,
    /// No bytes at all.
    Empty,
    /// A database of `SQLite`.
    Sqlite,
    /// A Parquet file.
    Parquet,
    /// An Arrow file.
    Arrow,
    /// Compressed, or a ZIP archive.
    Compressed,
    /// Text, such as CSV, JSON or SQL.
    Text,
    /// Something else.
    Unknown,
}

impl FileKind {
    /// Judges by `head`, the file's first bytes.
    pub fn of(head: &[u8]) -> Self {
        const COMPRESSED: [&[u8]; 4] =
            [b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0"];
        match head {
            [] => Self::Empty,
            // The first eight bytes are the header's checksum.
            _ if head.get(8..12) == Some(b"DUCK") => Self::DuckDb,
            _ if head.starts_with(b"SQLite format 3\0") => Self::Sqlite,
            _ if head.starts_with(b"PAR1") => Self::Parquet,
            _ if head.starts_with(b"ARROW1") => Self::Arrow,
            _ if COMPRESSED.iter().any(|magic| head.starts_with(magic)) => Self::Compressed,
            _ if is_text(head) => Self::Text,
            _ => Self::Unknown,
        }
    }
}

fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut in two where the head ends; anything else is not UTF-8.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.contains(|c: char| c.is_control() && !c.is_whitespace())
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DuckDb => "a DuckDB database",
            Self::Empty => "an empty file",
            Self::Sqlite => "an SQLite database",
            Self::Parquet => "a Parquet file",
            Self::Arrow => "an Arrow file",
            Self::Compressed => "a compressed file",
            Self::Text => "a text file",
            Self::Unknown => "a file of unknown format",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_kind() {
        let cases: [(&[u8], FileKind); 10] = [
            (b"", FileKind::Empty),
            (b"12345678DUCK\x43\0\0\0", FileKind::DuckDb),
            (b"SQLite format 3\0\x10\0", FileKind::Sqlite),
            (b"PAR1\x15\x04", FileKind::Parquet),
            (b"ARROW1\0\0", FileKind::Arrow),
            (b"\x1f\x8b\x08\0", FileKind::Compressed),
            (b"ts,y_pred\r\n2025-01-01,0.5\n", FileKind::Text),
            ("preis,€".as_bytes().split_last().map_or(b"", |(_, cut)| cut), FileKind::Text),
            (b"\0\0\0\0", FileKind::Unknown),
            (b"abc\xff\xfe", FileKind::Unknown),
        ];
        for (head, kind) in cases {
            assert_eq!(FileKind::of(head), kind, "{head:?}");
        }
    }
}
