//! Why not all months of a backfill were made.

use std::path::PathBuf;

use thiserror::Error;

use super::existing::Existing;

/// A backfill that could not begin, or did not make everything.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum BackfillError {
    /// Some months of several failed; which ones was said before.
    #[error("{failed} of {months} months failed{}", left_text(*left))]
    SomeFailed { failed: usize, months: usize, left: usize },
    /// Runs that could not be opened, of several; which ones was said before.
    #[error("{failed} of {runs} runs failed")]
    RunsFailed { failed: usize, runs: usize },
    /// Two of the runs that were chosen turned out to be one: the second would replace the files of the
    /// first.
    #[error(
        "an earlier run of this call had the {noun} in {} too: give the two other names or roots, or \
         take one out of the configuration",
        folder.display()
    )]
    RunRepeated { noun: &'static str, folder: PathBuf },
    /// Somebody asked the program to stop.
    #[error("stopped: {} left; {}", interrupted_text(*months, *runs), resume_text(*existing))]
    Interrupted { months: usize, runs: usize, existing: Existing },
    /// The threads that compute could not be started.
    #[error("cannot start {jobs} threads: pass a smaller --jobs")]
    Threads { jobs: usize, source: rayon::ThreadPoolBuildError },
}

fn left_text(left: usize) -> String {
    if left == 0 { String::new() } else { format!(", {left} were not begun") }
}

fn interrupted_text(months: usize, runs: usize) -> String {
    let part = |number: usize, what| (number > 0).then(|| format!("{number} {what}"));
    let parts: Vec<_> =
        [part(months, "months"), part(runs, "runs")].into_iter().flatten().collect();
    format!("{} are", parts.join(" and "))
}

/// How to do the rest without doing anything twice.
fn resume_text(existing: Existing) -> &'static str {
    match existing {
        Existing::Refuse => "the same command with --skip-existing goes on with them",
        Existing::Keep | Existing::ReplaceStale => "the same command goes on with them",
        Existing::Replace => "the same command begins again",
    }
}
