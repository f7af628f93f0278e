//! Everything that can go wrong in this crate.

use std::io;
use std::path::PathBuf;

use statistics::StatisticsError;

/// Why trials could not be recorded, read, made or judged. Lines count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum TrialsError {
    /// The ledger's file could not be used.
    #[error("{}: cannot {action} the ledger of trials", path.display())]
    File { path: PathBuf, action: &'static str, source: io::Error },
    /// A line of the ledger is no trial.
    #[error(
        "{}, line {line}: not a trial: mend or delete the line, or name another file with --trials",
        path.display()
    )]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    /// Trials could not be judged.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// A range of values that is none.
    #[error("--set {text}: {reason}; as in --set period=10,20,50 or --set period=10:50:5")]
    Set { text: String, reason: String },
    /// A sweep without settings.
    #[error("there is nothing to try: give --set, as in --set period=10,20,50")]
    NothingToTry,
    /// The folder holds a sweep already.
    #[error(
        "{} holds a sweep already: go on with it by --resume, or name another folder",
        folder.display()
    )]
    SweepExists { folder: PathBuf },
    /// The folder holds another sweep than that to go on with.
    #[error(
        "{} holds another sweep: its `{differs}` differs; name another folder",
        folder.display()
    )]
    OtherSweep { folder: PathBuf, differs: String },
    /// A file of results could not be used.
    #[error("{}: cannot {action} the results of a sweep", path.display())]
    Results { path: PathBuf, action: &'static str, source: io::Error },
    /// A file of results is no such file, or not a whole one.
    #[error(
        "{}: not the results of a sweep, or damaged: delete it and go on with --resume",
        path.display()
    )]
    Damaged { path: PathBuf },
    /// Results could not be written.
    #[error(transparent)]
    Table(#[from] tabular::TabularError),
    /// Results could not be put into columns.
    #[error("cannot put the results of a sweep into columns")]
    Columns(#[from] arrow::error::ArrowError),
}
