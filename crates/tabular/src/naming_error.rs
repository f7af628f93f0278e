//! What can be wrong with the name and the format of a file.

use std::path::PathBuf;

use thiserror::Error;

use crate::Format;

/// Why a file and its format do not go together.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum NamingError {
    /// A word that names no format.
    #[error("`{found}` is no format: there are {}", format_names())]
    UnknownFormat { found: String },
    /// Neither the name of a file nor its first bytes say what it is.
    #[error("{} has no ending that says what it holds: {}", path.display(), endings())]
    UnknownEnding { path: PathBuf },
    /// The format that was asked for is not the ending's.
    #[error(
        "{} ends like a file of {}, and the format asked for is {asked}: give it another ending, or \
         leave the format out", path.display(), ending.title()
    )]
    ContradictingEnding { path: PathBuf, asked: Format, ending: Format },
    /// The ending promises another format than the first bytes show.
    #[error("{} ends like a file of {}, but {found}", path.display(), wanted.title())]
    OtherContent { path: PathBuf, wanted: Format, found: &'static str },
    /// Something of that name exists, but it is a folder, a device or a pipe.
    #[error("{} is {found}, not a file", path.display())]
    NotAFile { path: PathBuf, found: &'static str },
}

fn format_names() -> String {
    Format::ALL.map(Format::name).join(", ")
}

fn endings() -> String {
    let endings = Format::ALL.into_iter().filter(|format| *format != Format::Table);
    endings.map(|format| format!(".{format}")).collect::<Vec<_>>().join(", ")
}
