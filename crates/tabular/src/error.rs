//! What can go wrong with files of rows.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;

use arrow::datatypes::DataType;
use files::OutputError;
use thiserror::Error;

use crate::{Format, Wanted};

/// Everything this crate refuses, and why.
///
/// A variant about a file names the file. What the operating system or a decoder said is the
/// [source](StdError::source), not part of the message: a broken pipe is an [`io::Error`] of kind
/// [`BrokenPipe`](io::ErrorKind::BrokenPipe) there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TabularError {
    /// A word that names no format.
    #[error("`{found}` is no format: there are {}", format_names())]
    UnknownFormat {
        /// What was given.
        found: String,
    },

    /// Neither the name of a file nor its first bytes say what it is.
    #[error(
        "{} has no ending that says what it holds: {}",
        path.display(),
        endings()
    )]
    UnknownEnding {
        /// The file.
        path: PathBuf,
    },

    /// The format that was asked for is not the ending's.
    #[error(
        "{} ends like a file of {}, and the format asked for is {asked}: give it another ending, or \
         leave the format out",
        path.display(),
        ending.title()
    )]
    ContradictingEnding {
        /// The output.
        path: PathBuf,
        /// What was asked for.
        asked: Format,
        /// What its ending says.
        ending: Format,
    },

    /// The ending promises another format than the first bytes show.
    #[error(
        "{} ends like a file of {}, but {found}",
        path.display(),
        wanted.title()
    )]
    OtherContent {
        /// The file.
        path: PathBuf,
        /// What its ending says.
        wanted: Format,
        /// What its first bytes say.
        found: &'static str,
    },

    /// A file is not written: it is an input, there is another one, or the disk refuses.
    #[error(transparent)]
    Output(#[from] OutputError),

    /// Something of that name exists, but it is a folder, a device or a pipe.
    #[error("{} is {found}, not a file", path.display())]
    NotAFile {
        /// Its path.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },

    /// A file could not be opened or read.
    #[error("cannot {action} {}", path.display())]
    File {
        /// `open` or `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A stream did not take what was written to it.
    #[error("cannot write the rows")]
    Stream {
        /// What the operating system said.
        source: io::Error,
    },

    /// Rows that wait for a stream have no room on the disk.
    #[error("cannot keep the rows in the folder for temporary files until they are complete")]
    Waiting {
        /// What the operating system said.
        source: io::Error,
    },

    /// The rows cannot be written in this format.
    #[error("cannot write these columns as {}", format.title())]
    Encode {
        /// The format.
        format: Format,
        /// What the encoder said.
        source: Box<dyn StdError + Send + Sync>,
    },

    /// A batch has other columns than the writer was made for.
    #[error("a batch has the columns {found}, but those written so far are {wanted}")]
    OtherColumns {
        /// The columns of the batch.
        found: String,
        /// The columns of the writer.
        wanted: String,
    },

    /// Two columns of one name.
    #[error("{}there are two columns `{column}`: rename one", in_file(path.as_ref()))]
    DuplicateColumn {
        /// The file, if one is being read.
        path: Option<PathBuf>,
        /// Their name.
        column: String,
    },

    /// JSON has no way to write NaN and the infinities.
    #[error(
        "column `{column}`, row {row}: JSON has no number {value}; write null there, or another format"
    )]
    NoJsonNumber {
        /// The column.
        column: String,
        /// The row, from 1, of all rows written.
        row: u64,
        /// What it holds.
        value: f64,
    },

    /// The file is damaged, cut off, or uses something of its format that is not supported.
    #[error(
        "{} cannot be read as {} after row {rows}: it is damaged, cut off or of a kind that this \
         program does not know",
        path.display(),
        format.title()
    )]
    Decode {
        /// The file.
        path: PathBuf,
        /// The format it was read as.
        format: Format,
        /// How many rows were read before.
        rows: u64,
        /// What the decoder said.
        source: Box<dyn StdError + Send + Sync>,
    },

    /// A CSV file without a header.
    #[error(
        "{} has no header: its first line {found}, and the names of the columns were wanted there",
        path.display()
    )]
    NoHeader {
        /// The file.
        path: PathBuf,
        /// What stands there.
        found: &'static str,
    },

    /// A line with more or fewer fields than the header.
    #[error(
        "{}, line {line}: {found} fields, but the header has {wanted}",
        path.display()
    )]
    UnevenLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// How many fields it has.
        found: u64,
        /// How many there are in the header.
        wanted: u64,
    },

    /// A CSV file whose columns something else than commas separates.
    #[error("{}, line {line}: {hint}", path.display())]
    Separator {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// By what, and what is wanted.
        hint: String,
    },

    /// Text in another encoding.
    #[error("{}, line {line}: this is not UTF-8: convert the file", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },

    /// A record so long that a quotation mark must be missing.
    #[error(
        "{}, line {line}: a record of {bytes} bytes begins here; is a quotation mark missing?",
        path.display()
    )]
    EndlessRecord {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// How long it is.
        bytes: usize,
    },

    /// A quotation mark that nothing closes: all that follows would be one field.
    #[error(
        "{}: the quotation mark on line {line} is never closed, and takes all that follows into its \
         field: close it, or remove it", path.display()
    )]
    UnclosedQuote {
        /// The file.
        path: PathBuf,
        /// The line, from 1, on which the field begins.
        line: u64,
    },

    /// Text between the end of a quoted field and the next comma.
    #[error(
        "{}: the field in quotation marks that begins on line {line} has text behind its end: is a \
         quotation mark missing, or one too many?", path.display()
    )]
    TextBehindQuote {
        /// The file.
        path: PathBuf,
        /// The line, from 1, on which the field begins.
        line: u64,
    },

    /// A file that is read twice had other rows the second time.
    #[error(
        "{} had {was} rows when it was looked through, and {now} when they were read: it changed \
         meanwhile; wait until it is written, and try again", path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// Rows of the first reading.
        was: u64,
        /// Rows of the second.
        now: u64,
    },

    /// NaN or an infinity in JSON, as some programs write it.
    #[error("{}, line {line}: JSON has no number {value}: write null there", path.display())]
    NotJsonNumber {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        value: &'static str,
    },

    /// A timestamp of the old type INT96 that 64 bits of nanoseconds cannot hold.
    #[error(
        "{}, row {row}, column `{column}`: the time is outside of 1677 to 2262", path.display()
    )]
    Int96Range {
        /// The file.
        path: PathBuf,
        /// The row, from 1.
        row: u64,
        /// The column.
        column: String,
    },

    /// A value that is not what the first reading of the file promised.
    #[error(
        "{}, {place}, column `{column}`: {wanted} was wanted; did the file change while it was read?",
        path.display()
    )]
    Value {
        /// The file.
        path: PathBuf,
        /// Where, and what stands there.
        place: Box<Place>,
        /// The column.
        column: String,
        /// The type of the column.
        wanted: DataType,
    },

    /// A column that is needed is not there.
    #[error(
        "{} has no column `{column}`; it has {}{}",
        path.display(),
        quoted(available),
        after_colon(hint)
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The columns there are.
        available: Vec<String>,
        /// What may be meant; empty if nobody knows.
        hint: String,
    },

    /// A column that is needed holds something else.
    #[error(
        "{}{}, column `{column}`: {wanted} were wanted, but it holds {}{}",
        path.display(),
        after_comma(first.as_deref()),
        in_words(found),
        after_colon(hint)
    )]
    WrongType {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What was wanted.
        wanted: Wanted,
        /// The type that it has.
        found: DataType,
        /// The first value that is not as wanted, where the format shows it.
        first: Option<Box<Place>>,
        /// What to do; empty if nobody knows.
        hint: String,
    },

    /// An array that holds no times.
    #[error("timestamps were wanted, but this is {found}")]
    NotTimestamps {
        /// Its type.
        found: DataType,
    },

    /// A timestamp finer than a microsecond.
    #[error(
        "row {row}: the timestamp has {nanos} nanoseconds beyond a whole microsecond: round it"
    )]
    BelowMicrosecond {
        /// The row of the array, from 0.
        row: usize,
        /// What would be lost.
        nanos: i64,
    },

    /// A timestamp too far away.
    #[error("row {row}: the timestamp {value} {unit} is further away than microseconds can count")]
    TimestampRange {
        /// The row of the array, from 0.
        row: usize,
        /// Its value.
        value: i64,
        /// The unit of the value.
        unit: &'static str,
    },
}

/// Where a value of a text file stands, and the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where: a line of a CSV file or an object of a JSON file.
    pub(crate) unit: &'static str,
    /// Its number, from 1.
    pub number: u64,
    /// What stands there, shortened.
    pub text: String,
}

impl Place {
    const SHOWN: usize = 40;

    pub(crate) fn new(unit: &'static str, number: u64, text: &str) -> Self {
        let mut shown: String = text.chars().take(Self::SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self { unit, number, text: shown }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (`{}`)", self.unit, self.number, self.text.escape_debug())
    }
}

fn format_names() -> String {
    Format::ALL.map(Format::name).join(", ")
}

fn endings() -> String {
    let endings = Format::ALL.into_iter().filter(|format| *format != Format::Table);
    endings.map(|format| format!(".{format}")).collect::<Vec<_>>().join(", ")
}

fn in_file(path: Option<&PathBuf>) -> String {
    path.map(|path| format!("{}: ", path.display())).unwrap_or_default()
}

fn after_comma(place: Option<&Place>) -> String {
    place.map(|place| format!(", {place}")).unwrap_or_default()
}

fn after_colon(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!(": {hint}") }
}

/// A type as a person calls it.
fn in_words(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        data_type if data_type.is_integer() => "whole numbers".to_owned(),
        data_type if data_type.is_numeric() => "numbers".to_owned(),
        DataType::Boolean => "true and false".to_owned(),
        DataType::Timestamp(..) => "timestamps".to_owned(),
        DataType::Date32 | DataType::Date64 => "dates".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(columns: &[String]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|column| format!("`{}`", column.escape_debug())).collect();
    columns.join(", ")
}
