//! Prints the months of a rebuild as they are done.

use strategy_core::Console;

use super::{MonthReport, json, text};
use crate::BinsError;

/// What is printed of each month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// The path; warnings go to standard error.
    Paths,
    /// The whole report, for people.
    Text,
    /// One document at the end, for programs.
    Json,
}

/// Prints, and remembers that it could not: a reader who went away must not stop the work.
pub(crate) struct Printer<'a, 'console> {
    style: Style,
    console: &'a mut Console<'console>,
    /// Kept for the document at the end.
    done: Vec<MonthReport>,
    result: Result<(), BinsError>,
}

impl<'a, 'console> Printer<'a, 'console> {
    pub(crate) fn new(style: Style, console: &'a mut Console<'console>) -> Self {
        Self { style, console, done: Vec::new(), result: Ok(()) }
    }

    /// Prints one month that is done.
    pub(crate) fn month(&mut self, report: MonthReport) {
        if self.style == Style::Paths {
            for warning in &report.warnings {
                // Whoever closed standard error does not want to hear it.
                let _ = writeln!(self.console.err, "warning: {}: {warning}", report.month);
            }
        }
        if self.result.is_ok() {
            self.result = match self.style {
                Style::Paths => {
                    writeln!(self.console.out, "{}", report.path.display()).map_err(Into::into)
                }
                Style::Text => text::month(&report, self.console.out).map_err(Into::into),
                Style::Json => Ok(()),
            };
        }
        if self.style == Style::Json {
            self.done.push(report);
        }
    }

    /// Prints what comes at the end.
    ///
    /// # Errors
    /// When something could not be printed, now or earlier.
    pub(crate) fn finish(mut self) -> Result<(), BinsError> {
        self.result?;
        if self.style == Style::Json {
            // Bins that are kept are known first; the document is in order of time.
            self.done.sort_by_key(|report| report.month);
            json::months(&self.done, self.console.out)?;
        }
        Ok(())
    }
}
