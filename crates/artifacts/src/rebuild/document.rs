//! The report that a program reads: an object with the list `months`, and counts.

use serde::Serialize;
use strategy_core::YearMonth;
use terminal::error_chain;

use super::month_report::{MonthReport, RunFailure};
use crate::{MonthOutcome, Recipe, Shown};

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a, W, M> {
    months: Vec<Month<'a, W, M>>,
    counts: Counts,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    failed_runs: &'a [RunFailure],
}

/// How many months ended how.
#[derive(Debug, Default, Serialize)]
struct Counts {
    written: usize,
    kept: usize,
    left_out: usize,
    failed: usize,
    not_begun: usize,
}

/// One month. `metadata` has the names of its file.
#[derive(Debug, Serialize)]
struct Month<'a, W, M> {
    dataset: &'a str,
    run_name: &'a str,
    bin_month: YearMonth,
    status: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<M>,
    warnings: Vec<Told<'a, W>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

/// A warning with its fields, and the sentence that people get.
#[derive(Debug, Serialize)]
struct Told<'a, W> {
    #[serde(flatten)]
    warning: &'a W,
    message: String,
}

#[derive(Debug, Serialize)]
struct Failure {
    /// What a monitor may want to tell apart: see [`Recipe::kind`].
    kind: &'static str,
    message: String,
}

/// The document of the months that `R` makes.
pub(super) type DocumentOf<'a, R> =
    Document<'a, <R as Recipe>::Warning, <<R as Recipe>::Artifact as Shown>::Record>;

impl<'a, W, M> Document<'a, W, M> {
    pub(super) fn of<R>(reports: &'a [MonthReport<R>], failed_runs: &'a [RunFailure]) -> Self
    where
        R: Recipe<Artifact: Shown<Record = M>, Warning = W>,
        W: ToString,
    {
        let mut counts = Counts::default();
        for report in reports {
            *match report.done.outcome {
                MonthOutcome::Written(_) => &mut counts.written,
                MonthOutcome::Kept(_) => &mut counts.kept,
                MonthOutcome::LeftOut => &mut counts.left_out,
                MonthOutcome::Failed(_) => &mut counts.failed,
                MonthOutcome::NotBegun => &mut counts.not_begun,
            } += 1;
        }
        Self { months: reports.iter().map(month).collect(), counts, failed_runs }
    }
}

fn month<R, W, M>(report: &MonthReport<R>) -> Month<'_, W, M>
where
    R: Recipe<Artifact: Shown<Record = M>, Warning = W>,
    W: ToString,
{
    let MonthReport { run, done } = report;
    let told = |warning| Told { warning, message: W::to_string(warning) };
    Month {
        dataset: &run.dataset,
        run_name: &run.run_name,
        bin_month: done.month,
        status: done.outcome.word(),
        path: done.path.display().to_string(),
        metadata: match &done.outcome {
            MonthOutcome::Written(made) => Some(made.artifact.record()),
            _ => None,
        },
        warnings: done.outcome.warnings().iter().map(told).collect(),
        error: done
            .outcome
            .failure()
            .map(|error| Failure { kind: R::kind(error), message: error_chain(error) }),
    }
}
