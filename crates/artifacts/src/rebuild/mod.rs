//! The command that makes months: for one run or several, with a plan, a report and progress.

mod args;
mod call;
mod document;
mod dry_run;
mod month_report;
mod printer;
mod progress;
mod session;
mod summary;

use strategy_core::Console;

use crate::Recipe;

pub use args::{BackfillArgs, ReportFormat};
pub use call::{OpenRun, Reader, RebuildCall};

/// Makes the months of every run asked for, or says what it would do.
///
/// # Errors
/// When months or runs failed; which, the report says.
pub fn rebuild<C: RebuildCall>(
    calls: &[C],
    console: &mut Console<'_>,
) -> Result<(), <C::Recipe as Recipe>::Error> {
    match calls.first() {
        Some(first) if first.backfill().is_dry() => dry_run::run(calls, console),
        Some(first) => session::run(first, calls, console),
        None => Ok(()),
    }
}
