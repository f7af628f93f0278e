//! The flags of a rebuild that are the same whatever is made.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::printer::Style;
use crate::Existing;

/// What becomes of months that exist, and how the work is told of.
#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct BackfillArgs {
    /// Replace files that exist
    #[arg(long, conflicts_with_all = ["skip_existing", "only_stale"])]
    overwrite: bool,

    /// Keep files that exist and make only the others
    #[arg(long)]
    skip_existing: bool,

    /// Replace files that a rebuild would change, since data or settings changed, and damaged
    /// files; make no others
    #[arg(long, conflicts_with = "skip_existing")]
    only_stale: bool,

    /// Print what would be done for each month, and write nothing, no report either
    #[arg(long, conflicts_with = "quiet")]
    dry_run: bool,

    /// Months to make at once [default: one for each core]
    #[arg(long, value_name = "N", env = "RUNNER_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,

    /// Make the other months of a run when one fails (other runs are made in any case)
    #[arg(long)]
    pub(super) keep_going: bool,

    /// Write the report of all months to this file too, as JSON
    #[arg(long, value_name = "FILE", env = "RUNNER_REPORT")]
    pub(super) report: Option<PathBuf>,

    /// Print only the paths of the files
    #[arg(long, conflicts_with = "format")]
    quiet: bool,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

impl BackfillArgs {
    /// Whether nothing but the paths is printed.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(super) fn is_dry(&self) -> bool {
        self.dry_run
    }

    pub(super) fn existing(&self) -> Existing {
        match (self.overwrite, self.skip_existing, self.only_stale) {
            (true, ..) => Existing::Replace,
            (_, true, _) => Existing::Keep,
            (.., true) => Existing::ReplaceStale,
            _ => Existing::Refuse,
        }
    }

    pub(super) fn style(&self) -> Style {
        match self.format {
            _ if self.quiet => Style::Paths,
            ReportFormat::Text => Style::Text,
            ReportFormat::Json => Style::Json,
        }
    }
}
