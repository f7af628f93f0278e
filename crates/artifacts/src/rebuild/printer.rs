//! Prints the months of a rebuild.

use std::path::{Path, PathBuf};

use strategy_core::Console;
use terminal::{collapse, error_chain};

use super::document::{Document, DocumentOf};
use super::month_report::{MonthReport, RunFailure, RunName};
use super::progress::Progress;
use super::summary;
use crate::{MonthDone, MonthOutcome, Recipe, ReportFile, Result, Shown, write_json};

/// What is printed of each month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// The path; warnings go to standard error.
    Paths,
    /// For people: everything about a single month, a table of several.
    Text,
    /// One document at the end, for programs.
    Json,
}

/// Prints, and remembers that it could not: a reader who went away must not stop the work.
pub(super) struct Printer<'a, 'console, R: Recipe> {
    style: Style,
    runs: usize,
    /// Whether a month's failure is told here; otherwise it is the command's error.
    tells_failures: bool,
    pub(super) console: &'a mut Console<'console>,
    progress: Progress,
    reports: Vec<MonthReport<R>>,
    pub(super) failed_runs: Vec<RunFailure>,
    /// Months that were to be made.
    pub(super) expected: usize,
    result: Result<()>,
}

impl<'a, 'console, R: Recipe<Artifact: Shown>> Printer<'a, 'console, R> {
    pub(super) fn new(
        style: Style,
        runs: usize,
        tells_failures: bool,
        console: &'a mut Console<'console>,
    ) -> Self {
        let progress = Progress::new(style == Style::Paths, console.err_is_terminal, runs);
        Self {
            style,
            runs,
            tells_failures,
            console,
            progress,
            reports: Vec::new(),
            failed_runs: Vec::new(),
            expected: 0,
            result: Ok(()),
        }
    }

    /// Run number `run`, counted from 1, begins, with its number of months.
    pub(super) fn begin(&mut self, run: usize, months: usize) {
        self.expected += months;
        self.progress.begin(run, months);
    }

    /// A month is done; it comes again, in order, with its run.
    pub(super) fn progress(&mut self, run: &RunName, done: &MonthDone<R>) {
        self.progress.month(run, done, self.console.err);
    }

    /// All months of a run are done.
    pub(super) fn run(&mut self, run: &RunName, done: Vec<MonthDone<R>>) {
        let of = if self.runs > 1 { format!("{run} ") } else { String::new() };
        let warnings = done.iter().filter(|_| self.style == Style::Paths).flat_map(|done| {
            done.outcome.warnings().iter().map(|warning| format!("{}: {warning}", done.month))
        });
        for warning in collapse(warnings) {
            // Whoever closed standard error does not want to hear it.
            let _ = writeln!(self.console.err, "warning: {of}{warning}");
        }
        for done in done {
            if self.tells_failures {
                self.progress.failure(run, &done, self.console.err);
            }
            if self.style == Style::Paths {
                self.path(&done);
            }
            self.reports.push(MonthReport { run: run.clone(), done });
        }
    }

    fn path(&mut self, done: &MonthDone<R>) {
        let there = matches!(done.outcome, MonthOutcome::Written(_) | MonthOutcome::Kept(_));
        if there && self.result.is_ok() {
            self.result = writeln!(self.console.out, "{}", done.path.display()).map_err(Into::into);
        }
    }

    /// A run could not be worked on: noted for the report, and told where the others go on.
    pub(super) fn run_failed(&mut self, run: &str, error: &R::Error) {
        let (run, kind, message) = (run.to_owned(), R::kind(error), error_chain(error));
        if self.runs > 1 {
            self.progress.say(&format!("error: {run}: {message}"), self.console.err);
        }
        self.failed_runs.push(RunFailure { run, kind, message });
    }

    /// Months that failed.
    pub(super) fn failed(&self) -> usize {
        self.reports.iter().filter(|report| report.done.outcome.failure().is_some()).count()
    }

    /// Months that were not begun.
    pub(super) fn left(&self) -> usize {
        let begun =
            |report: &&MonthReport<R>| !matches!(report.done.outcome, MonthOutcome::NotBegun);
        self.expected.saturating_sub(self.reports.iter().filter(begun).count())
    }

    /// Prints what comes at the end, and writes the report to the file `report`, which is none of `data`. Gives the months back,
    /// and whether all could be printed, now and earlier.
    pub(super) fn finish(
        mut self,
        report: Option<&Path>,
        data: &[PathBuf],
    ) -> (Vec<MonthReport<R>>, Result<()>) {
        self.progress.finish();
        let printed = self.print(report, data);
        (self.reports, printed)
    }

    fn print(&mut self, report: Option<&Path>, data: &[PathBuf]) -> Result<()> {
        let document: DocumentOf<'_, R> = Document::of(&self.reports, &self.failed_runs);
        if let Some(path) = report {
            let mut bytes = serde_json::to_vec_pretty(&document)?;
            bytes.push(b'\n');
            ReportFile::of_rebuild(path, data).write(&bytes)?;
        }
        std::mem::replace(&mut self.result, Ok(()))?;
        match (self.style, self.reports.as_slice()) {
            (Style::Json, _) => write_json(&document, self.console.out)?,
            (Style::Text, [only]) if self.expected == 1 && self.runs == 1 => {
                summary::month(&only.done, self.console.out)?;
            }
            (Style::Text, [_, ..]) => summary::write(&self.reports, self.console.out)?,
            (Style::Text, []) | (Style::Paths, _) => {}
        }
        Ok(())
    }
}
