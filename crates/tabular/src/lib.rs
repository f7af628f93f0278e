//! Files of Arrow record batches: CSV, Parquet, Arrow IPC, JSON, and a table for a terminal.
//!
//! Rows stream through in both directions: neither reading nor writing keeps more than a few batches
//! in memory, however long the file is.
//!
//! - [`Format`]: the formats, by name and by the ending of a file's name
//! - [`BatchWriter`], [`Destination`]: writing to a stream or a file
//! - [`Spooled`]: a stream such as standard input, to be read like a file
//! - [`read`], [`read_as_written`], [`BatchReader`], [`Wanted`]: reading a file and finding its columns
//! - [`utc_micros`], [`foreign_zone`], [`not_meant`]: timestamps of any unit and zone as microseconds UTC
//! - [`Moment`], [`check_quotes`]: the one way in which times in texts are read, and a look at a CSV file's
//!   quotation marks
//! - [`TabularError`]: what can go wrong
//!
//! # What each format keeps
//!
//! | | Parquet, Arrow | CSV | JSON, JSON lines |
//! |---|---|---|---|
//! | types | all, to the bit | inferred when read | inferred when read |
//! | floats | to the bit | to the bit; `NaN`, `inf`, `-inf` | to the bit; NaN and infinities are refused |
//! | timestamps | as they are; no zone means UTC | UTC, `2025-11-01 05:00:00` | UTC, `2025-11-01T05:00:00Z` |
//! | nulls | yes | empty, so an empty text becomes null | `null` |
//!
//! Fractions of a second are written only where there are any. Parquet files are compressed with
//! Zstandard; a timestamp without a zone is written as microseconds that are not
//! `isAdjustedToUTC`, which pandas reads as plain `datetime64[us]`.
//!
//! # Examples
//! ```
//! use std::sync::Arc;
//!
//! use arrow::array::{Float64Array, RecordBatch, TimestampMicrosecondArray};
//! use tabular::{BatchWriter, Destination, Format, Wanted, read, utc_micros};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scores = RecordBatch::try_from_iter([
//!     ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![1_761_973_200_000_000])) as _),
//!     ("y_pred", Arc::new(Float64Array::from(vec![0.25])) as _),
//! ])?;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("scores.csv");
//! let file = Destination::File { path: path.clone(), overwrite: false, inputs: Vec::new() };
//! let mut writer = BatchWriter::new(file, Format::Csv, scores.schema())?;
//! writer.write(&scores)?;
//! writer.finish()?;
//! assert_eq!(std::fs::read_to_string(&path)?, "timestamp,y_pred\n2025-11-01 05:00:00,0.25\n");
//!
//! let reader = read(&path, 65_536)?;
//! let timestamp = reader.require("timestamp", Wanted::Timestamp)?;
//! for batch in reader {
//!     let micros = utc_micros(batch?.column(timestamp))?;
//!     assert_eq!(micros.value(0), 1_761_973_200_000_000);
//! }
//! # Ok(())
//! # }
//! ```

mod column_error;
mod decode;
mod destination;
mod encode;
mod error;
mod format;
mod naming_error;
mod reader;
mod spool;
mod text_error;
mod time_error;
mod timestamp;
mod wanted;
mod writer;

pub use column_error::{ColumnError, Place};
pub use decode::{Moment, check_quotes};
pub use destination::Destination;
pub use error::TabularError;
pub use format::Format;
pub use naming_error::NamingError;
pub use reader::{BatchReader, read, read_as_written};
pub use spool::Spooled;
pub use text_error::TextError;
pub use time_error::TimeError;
pub use timestamp::{foreign_zone, not_meant, utc_micros};
pub use wanted::Wanted;
pub use writer::BatchWriter;
