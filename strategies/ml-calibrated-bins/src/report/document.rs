//! The report that a program reads: an object with the list `months`, and counts.

use binning::MetadataRecord;
use serde::Serialize;
use strategy_core::YearMonth;

use super::{MonthReport, RunFailure};
use crate::backfill::MonthOutcome;
use crate::{BinsError, Warning};
use terminal::error_chain;

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    months: Vec<Month<'a>>,
    counts: Counts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_runs: Vec<FailedRun<'a>>,
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

/// One month. `metadata` has the names of the bin file.
#[derive(Debug, Serialize)]
struct Month<'a> {
    dataset: &'a str,
    run_name: &'a str,
    bin_month: YearMonth,
    status: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<MetadataRecord>,
    warnings: Vec<Told<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

/// A warning with its fields, and the sentence that people get.
#[derive(Debug, Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    message: String,
}

#[derive(Debug, Serialize)]
struct Failure {
    /// What a monitor may want to tell apart: see [`BinsError::kind`].
    kind: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct FailedRun<'a> {
    run: &'a str,
    /// What a monitor may want to tell apart: see [`BinsError::kind`].
    kind: &'static str,
    message: &'a str,
}

impl MonthOutcome {
    /// `written`, `kept`, `left_out`, `failed` or `not_begun`.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Written(_) => "written",
            Self::Kept(_) => "kept",
            Self::LeftOut => "left_out",
            Self::Failed(_) => "failed",
            Self::NotBegun => "not_begun",
        }
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        match self {
            Self::Written(rebuilt) => &rebuilt.warnings,
            Self::Kept(warnings) => warnings,
            Self::LeftOut | Self::Failed(_) | Self::NotBegun => &[],
        }
    }

    pub(super) fn failure(&self) -> Option<&BinsError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl<'a> Document<'a> {
    pub(super) fn of(reports: &'a [MonthReport], failed_runs: &'a [RunFailure]) -> Self {
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
        let failed = |failure: &'a RunFailure| FailedRun {
            run: &failure.run,
            kind: failure.kind,
            message: &failure.message,
        };
        Self {
            months: reports.iter().map(month).collect(),
            counts,
            failed_runs: failed_runs.iter().map(failed).collect(),
        }
    }
}

fn month(report: &MonthReport) -> Month<'_> {
    let MonthReport { run, done } = report;
    let told = |warning| Told { warning, message: Warning::to_string(warning) };
    Month {
        dataset: &run.dataset,
        run_name: &run.run_name,
        bin_month: done.month,
        status: done.outcome.word(),
        path: done.path.display().to_string(),
        metadata: match &done.outcome {
            MonthOutcome::Written(rebuilt) => Some(rebuilt.metadata.to_record()),
            _ => None,
        },
        warnings: done.outcome.warnings().iter().map(told).collect(),
        error: done
            .outcome
            .failure()
            .map(|error| Failure { kind: error.kind(), message: error_chain(error) }),
    }
}
