//! What can be wrong with the columns of a file.

use std::fmt;
use std::path::PathBuf;

use arrow::datatypes::DataType;
use thiserror::Error;

use crate::Wanted;

/// Why a column cannot be used. Rows count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ColumnError {
    /// Two columns of one name.
    #[error("{}there are two columns `{column}`: rename one", in_file(path.as_ref()))]
    DuplicateColumn { path: Option<PathBuf>, column: String },
    /// A batch has other columns than the writer was made for.
    #[error("a batch has the columns {found}, but those written so far are {wanted}")]
    OtherColumns { found: String, wanted: String },
    /// JSON has no way to write NaN and the infinities.
    #[error(
        "column `{column}`, row {row}: JSON has no number {value}; write null there, or another format"
    )]
    NoJsonNumber { column: String, row: u64, value: f64 },
    /// A timestamp of the old type INT96 that 64 bits of nanoseconds cannot hold.
    #[error(
        "{}, row {row}, column `{column}`: the time is outside of 1677 to 2262", path.display()
    )]
    Int96Range { path: PathBuf, row: u64, column: String },
    /// A value that is not what the first reading of the file promised.
    #[error(
        "{}, {place}, column `{column}`: {wanted} was wanted; did the file change while it was read?",
        path.display()
    )]
    Value { path: PathBuf, place: Box<Place>, column: String, wanted: DataType },
    /// A column that is needed is not there.
    #[error(
        "{} has no column `{column}`; it has {}{}",
        path.display(), quoted(available), after_colon(hint)
    )]
    MissingColumn { path: PathBuf, column: String, available: Vec<String>, hint: String },
    /// A column that is needed holds something else.
    #[error(
        "{}{}, column `{column}`: {wanted} were wanted, but it holds {}{}",
        path.display(), after_comma(first.as_deref()), in_words(found), after_colon(hint)
    )]
    WrongType {
        path: PathBuf,
        column: String,
        wanted: Wanted,
        found: DataType,
        first: Option<Box<Place>>,
        hint: String,
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
