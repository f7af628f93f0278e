//! What can go wrong with the files of months.

use std::io;
use std::path::PathBuf;

use strategy_core::{BoxError, YearMonth};
use thiserror::Error;

use crate::backfill::BackfillError;
use crate::{Holder, MonthKey};

/// Everything that this crate refuses, and why.
///
/// A variant about a file names the file; what the operating system said is its
/// [source](std::error::Error::source), not part of the message.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ArtifactError {
    /// A dataset or run name that cannot be the name of a folder.
    #[error("{what} `{}` cannot name a folder: {reason}", found.escape_debug())]
    UnsafeName { what: &'static str, found: String, reason: &'static str },
    /// The month has a file already and the caller did not say what to do about it.
    #[error(
        "{} exists already: pass --overwrite to replace it or --skip-existing to keep it",
        path.display()
    )]
    Exists { path: PathBuf },
    /// There is no file for this month.
    #[error("no {noun} for {month}: {} does not exist ({})", path.display(), months_there_are(noun, available))]
    NotFound { month: YearMonth, path: PathBuf, noun: &'static str, available: Vec<YearMonth> },
    /// Somebody else is writing in the run's folder.
    #[error(
        "{} is locked by {}: wait longer for it with --lock-timeout, or end it",
        folder.display(),
        holder.as_ref().map_or_else(|| "another process".to_owned(), Holder::to_string)
    )]
    Locked { folder: PathBuf, holder: Option<Holder> },
    /// The file system has no locks, so two writers could mix.
    #[error(
        "{} cannot be locked, its file system has no locks: keep its files on another one",
        folder.display()
    )]
    NoLocks { folder: PathBuf, source: io::Error },
    /// A file of one run was to be saved under the lock of another.
    #[error(
        "{key} cannot be saved under the lock of {dataset}/{run_name}: take that of its own run"
    )]
    NotLocked { key: MonthKey, dataset: String, run_name: String },
    /// A folder could not be created, listed or written to.
    #[error("cannot {action} the folder {}", path.display())]
    Folder { action: &'static str, path: PathBuf, source: io::Error },
    /// A file could not be read, written, locked or removed.
    #[error("cannot {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// A file far larger than its contents can be.
    #[error("{} has {bytes} bytes, more than the {limit} that a file of {noun} may have", path.display())]
    TooLarge { path: PathBuf, noun: &'static str, bytes: u64, limit: u64 },
    /// There are no files at all where somebody wants to look at some.
    #[error(
        "there are no {noun} under {}{}: make some with `rebuild`, or name their folder with {flag}{}",
        root.display(),
        filter_text(dataset.as_deref(), run_name.as_deref()),
        found_text(found)
    )]
    NoFiles {
        root: PathBuf,
        noun: &'static str,
        flag: &'static str,
        dataset: Option<String>,
        run_name: Option<String>,
        found: Vec<(String, String)>,
    },
    /// Runs have files, and none has the name that was asked for, or one with that part.
    #[error(
        "no run under {} is called {part}, as a whole or in part; there are:{}",
        root.display(),
        runs_text(runs)
    )]
    NoSuchRun { part: String, root: PathBuf, runs: Vec<(String, String)> },
    /// Several runs that have files have the part in their names.
    #[error("--run-name {part} is a part of several names under {}:{}", root.display(), runs_text(runs))]
    PartOfSeveralRuns { part: String, root: PathBuf, runs: Vec<(String, String)> },
    /// Several runs have files and none was named.
    #[error(
        "{} has {noun} of several runs: choose one with {}:{}",
        root.display(),
        flags_between(runs),
        runs_text(runs)
    )]
    RunNotUnique { root: PathBuf, noun: &'static str, runs: Vec<(String, String)> },
    /// A file that is not what it should be.
    #[error("{} {reason}: make it again with `rebuild --overwrite`", path.display())]
    Unusable { path: PathBuf, reason: String, source: Option<serde_json::Error> },
    /// Some files could not be read; which ones was said before.
    #[error("{damaged} of the files cannot be used: make them anew with `rebuild --overwrite`")]
    DamagedFiles { damaged: usize },
    /// A run whose months were not all made, for those who see nothing but errors.
    #[error("the {noun} of {run} were not all made")]
    OfRun { noun: &'static str, run: String, source: BoxError },
    /// Not all months were made.
    #[error(transparent)]
    Backfill(#[from] BackfillError),
    /// Files that are not as they should be; which ones was said before.
    #[error(
        "{bad} of {files} files of {noun} did not pass: see the report for what to do about each"
    )]
    NotVerified { noun: &'static str, bad: usize, files: usize },
    /// The output could not be written.
    #[error("cannot write the output")]
    Print(#[from] io::Error),
    /// The output could not be put into JSON.
    #[error("cannot write the output as JSON")]
    Json(#[from] serde_json::Error),
    /// The report was to be written where it would destroy something.
    #[error("the report cannot be written there")]
    ReportPlace { source: files::OutputError },
    /// The report could not be written to its file.
    #[error("cannot write the report {}", path.display())]
    Report { path: PathBuf, source: io::Error },
    /// What stands where the file belongs is another program's, and is not replaced.
    #[error(transparent)]
    Output(#[from] files::OutputError),
    /// The file belongs to something else than its place says.
    #[error(
        "{} holds the {noun} of {found}: it was copied or renamed; move it to where it belongs",
        path.display()
    )]
    WrongPlace { path: PathBuf, noun: &'static str, found: MonthKey },
}

/// What may fail with [`ArtifactError`].
pub type Result<T, E = ArtifactError> = std::result::Result<T, E>;

impl ArtifactError {
    /// Whether the person asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::ReportPlace { .. } | Self::NoSuchRun { .. } | Self::PartOfSeveralRuns { .. } => {
                true
            }
            Self::Output(output) => output.is_usage(),
            _ => false,
        }
    }

    /// What a monitor may want to tell apart, in a word: `locked`, `exists` or `failed`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "locked",
            Self::Exists { .. } => "exists",
            _ => "failed",
        }
    }
}

fn filter_text(dataset: Option<&str>, run_name: Option<&str>) -> String {
    let part = |name, value: Option<&str>| value.map(|v| format!(" with {name} {v}"));
    [part("dataset", dataset), part("run name", run_name)].into_iter().flatten().collect()
}

fn found_text(runs: &[(String, String)]) -> String {
    if runs.is_empty() { String::new() } else { format!("; there are:{}", runs_text(runs)) }
}

/// A line for each run.
fn runs_text(runs: &[(String, String)]) -> String {
    let line = |(dataset, run): &(String, String)| format!("\n  {dataset} {run}");
    runs.iter().map(line).collect::<Vec<_>>().concat()
}

/// The flags that tell `runs` apart.
fn flags_between(runs: &[(String, String)]) -> &'static str {
    let one_name = runs.windows(2).all(|pair| pair[0].1 == pair[1].1);
    if one_name { "--dataset" } else { "--dataset and --run-name" }
}

/// `there are 2024-11, 2025-01 to 2025-10`: runs of months as spans, so that years stay readable.
fn months_there_are(noun: &str, months: &[YearMonth]) -> String {
    let spans: Vec<String> = months
        .chunk_by(|earlier, later| later.months_since(*earlier) == 1)
        .filter_map(|span| span.first().zip(span.last()))
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first} to {last}") }
            },
        )
        .collect();
    if spans.is_empty() {
        return format!("its run has no {noun} at all");
    }
    format!("there are {}", spans.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn months_are_listed_as_spans() {
        let months: Vec<YearMonth> = ["2024-11", "2024-12", "2025-01", "2025-03"]
            .iter()
            .map(|month| month.parse().unwrap())
            .collect();
        assert_eq!(months_there_are("bins", &months), "there are 2024-11 to 2025-01, 2025-03");
        assert_eq!(months_there_are("bins", &[]), "its run has no bins at all");
    }
}
