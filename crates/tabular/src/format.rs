//! The formats there are, by name and by ending.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::TabularError;

/// A way to write rows down.
///
/// Its [`Display`](fmt::Display) and [`FromStr`] are the names that users type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// The Arrow IPC file format, also known as Feather version 2.
    Arrow,
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Aligned columns for a terminal; only written, never read.
    Table,
}

impl Format {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Table, Self::Csv, Self::Parquet, Self::Arrow, Self::Json, Self::JsonLines];

    /// The name that users type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Table => "table",
        }
    }

    /// The format that the ending of a file's name stands for: `.csv`, `.parquet`, `.arrow`, `.json`
    /// or `.jsonl`, in upper or lower case.
    ///
    /// ```
    /// # use std::path::Path;
    /// # use tabular::Format;
    /// assert_eq!(Format::of_path(Path::new("signals.PARQUET")), Some(Format::Parquet));
    /// assert_eq!(Format::of_path(Path::new("signals.txt")), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        Self::ALL
            .into_iter()
            .filter(|format| *format != Self::Table)
            .find(|format| ending.eq_ignore_ascii_case(format.name()))
    }

    /// The format of an output: the one `asked` for, otherwise the ending's of its `path`, and where rows
    /// go to a stream a table for a terminal and CSV for anything else.
    ///
    /// # Errors
    /// When the ending says nothing and nobody asked, or the ending says another format.
    pub fn of_output(
        asked: Option<Self>,
        path: Option<&Path>,
        is_terminal: bool,
    ) -> Result<Self, TabularError> {
        let Some(path) = path else {
            let by_default = if is_terminal { Self::Table } else { Self::Csv };
            return Ok(asked.unwrap_or(by_default));
        };
        match (asked, Self::of_path(path)) {
            (Some(asked), Some(ending)) if asked != ending => {
                Err(TabularError::Naming(crate::NamingError::ContradictingEnding {
                    path: path.to_owned(),
                    asked,
                    ending,
                }))
            }
            (Some(format), _) | (None, Some(format)) => Ok(format),
            (None, None) => Err(crate::NamingError::UnknownEnding { path: path.to_owned() }.into()),
        }
    }

    /// The name as it stands in a sentence.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow IPC",
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
            Self::Table => "table",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = TabularError;

    fn from_str(text: &str) -> Result<Self, TabularError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| crate::NamingError::UnknownFormat { found: text.to_owned() }.into())
    }
}
