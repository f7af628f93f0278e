//! Files that commands write: one guard in front of every writer, and a file that is there whole or
//! not at all.
//!
//! - [`Output`]: a file to be written, the kind that it will be, and the files that the same call reads
//! - [`StagedFile`]: its bytes gather in a hidden file beside it, which gets the name at the end
//! - [`write_whole`]: the same for bytes that are all there
//! - [`FileKind`]: what a file seems to be, by its first bytes
//! - [`OutputError`]: why a file cannot be written
//!
//! An output is never an input of the same call, and what exists is replaced only by something of its
//! own kind.
//!
//! ```
//! use files::{Output, OutputError, StagedFile};
//!
//! # let folder = tempfile::tempdir()?;
//! let [bars, report] = ["bars.duckdb", "report.json"].map(|name| folder.path().join(name));
//! std::fs::write(&bars, b"12345678DUCK")?;
//! let is_report = |head: &[u8]| head.starts_with(b"{");
//! let output = |path| Output::new(path, "a JSON report", &is_report).overwrite(true).reads([&bars]);
//!
//! let mut file = StagedFile::create(&output(&report))?;
//! file.write(b"{}")?;
//! file.publish()?;
//! assert_eq!(std::fs::read(&report)?, b"{}");
//! assert!(matches!(StagedFile::create(&output(&bars)), Err(OutputError::IsInput { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file_kind;
mod output;
mod staged;

pub use error::OutputError;
pub use file_kind::{FileKind, HEAD_BYTES};
pub use output::Output;
pub use staged::{StagedFile, write_whole};
