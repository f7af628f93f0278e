//! What can be wrong with the lines of a text file.

use std::path::PathBuf;

use thiserror::Error;

/// Why the lines of a CSV or JSON file cannot be read. Lines count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TextError {
    /// A CSV file without a header.
    #[error(
        "{} has no header: its first line {found}, and the names of the columns were wanted there",
        path.display()
    )]
    NoHeader { path: PathBuf, found: &'static str },
    /// A line with more or fewer fields than the header.
    #[error("{}, line {line}: {found} fields, but the header has {wanted}", path.display())]
    UnevenLine { path: PathBuf, line: u64, found: u64, wanted: u64 },
    /// A CSV file whose columns something else than commas separates.
    #[error("{}, line {line}: {hint}", path.display())]
    Separator { path: PathBuf, line: u64, hint: String },
    /// Text in another encoding.
    #[error("{}, line {line}: this is not UTF-8: convert the file", path.display())]
    NotUtf8 { path: PathBuf, line: u64 },
    /// A record so long that a quotation mark must be missing.
    #[error(
        "{}, line {line}: a record of {bytes} bytes begins here; is a quotation mark missing?",
        path.display()
    )]
    EndlessRecord { path: PathBuf, line: u64, bytes: usize },
    /// A quotation mark that nothing closes: all that follows would be one field.
    #[error(
        "{}: the quotation mark on line {line} is never closed, and takes all that follows into its \
         field: close it, or remove it", path.display()
    )]
    UnclosedQuote { path: PathBuf, line: u64 },
    /// Text between the end of a quoted field and the next comma.
    #[error(
        "{}: the field in quotation marks that begins on line {line} has text behind its end: is a \
         quotation mark missing, or one too many?", path.display()
    )]
    TextBehindQuote { path: PathBuf, line: u64 },
    /// NaN or an infinity in JSON, as some programs write it.
    #[error("{}, line {line}: JSON has no number {value}: write null there", path.display())]
    NotJsonNumber { path: PathBuf, line: usize, value: &'static str },
}
