//! `rebuild`: calibrate months and store their bins.

use std::path::PathBuf;
use std::time::Duration;

use artifacts::{BackfillArgs, OpenRun, RebuildCall, RunChoice};
use binning::BinCount;
use calibration::CalibrationMethod;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use clap::Args;
use labeling::LabelCutoff;
use scored_labels::{MonthArgs, MonthChoice, Run, WindowSettings};
use strategy_core::Console;

use super::choice::BinsChoice;
use super::source_args::SourceArgs;
use crate::{BinsError, BinsRecipe, Result, Settings};

const CALIBRATION: &str = "Calibration";

/// Flags of `rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    bins: BinsChoice,

    #[command(flatten)]
    months: MonthArgs,

    /// Months of history to calibrate on
    #[arg(help_heading = CALIBRATION, long, value_name = "N", env = "RUNNER_LOOKBACK_MONTHS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1200))]
    lookback_months: u16,

    /// Number of quantile bins
    #[arg(help_heading = CALIBRATION, long, value_name = "N", env = "RUNNER_N_BINS", default_value = "20")]
    n_bins: BinCount,

    /// How raw scores become probabilities: platt or isotonic
    #[arg(help_heading = CALIBRATION, long, env = "RUNNER_METHOD", default_value = "platt")]
    method: CalibrationMethod,

    /// Labels to use: `month-start`, those known when the month began, or `none`, all known now (to
    /// compare with such calibrations)
    #[arg(help_heading = CALIBRATION, long, value_name = "CUTOFF", env = "RUNNER_LABEL_CUTOFF", default_value = "month-start")]
    label_cutoff: LabelCutoff,

    /// Calibrate even if data that the window needs has not all come
    #[arg(help_heading = CALIBRATION, long)]
    allow_incomplete: bool,

    /// Time of creation to record, in seconds since 1970 or as 2025-11-01T05:00:00Z, for files that
    /// are the same byte for byte [default: now]
    #[arg(long, value_name = "TIME", env = "SOURCE_DATE_EPOCH", value_parser = instant)]
    created_at: Option<DateTime<Utc>>,

    #[command(flatten)]
    backfill: BackfillArgs,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let seconds = text.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    seconds
        .or_else(|| tabular::Moment::parse(text)?.instant())
        .and_then(|instant| instant.duration_trunc(TimeDelta::seconds(1)).ok())
        .ok_or_else(|| "wanted seconds since 1970, or a time as in 2025-11-01T05:00:00Z".to_owned())
}

impl RebuildArgs {
    fn settings(&self) -> Settings {
        Settings {
            window: WindowSettings {
                lookback_months: self.lookback_months,
                label_cutoff: self.label_cutoff,
                allow_incomplete: self.allow_incomplete,
            },
            n_bins: self.n_bins,
            method: self.method,
            created_at: self.created_at,
        }
    }

    /// What shows that nobody sits before the screen: such a call must not use the sample unasked.
    fn scheduled(&self) -> Option<&'static str> {
        let asks_for = |wanted| self.months.asks_for(wanted);
        match () {
            () if self.backfill.is_quiet() => Some("--quiet"),
            () if asks_for(MonthChoice::Latest) => Some("--bin-month latest"),
            () if asks_for(MonthChoice::Current) => Some("--bin-month current"),
            () => None,
        }
    }
}

impl RebuildCall for RebuildArgs {
    type Recipe = BinsRecipe;

    fn backfill(&self) -> &BackfillArgs {
        &self.backfill
    }

    fn named(&self) -> String {
        let RunChoice { dataset, run_name } = &self.bins.run;
        let named: Vec<&str> =
            [dataset, run_name].into_iter().flatten().map(String::as_str).collect();
        if named.is_empty() { self.sources.file_text() } else { named.join(" ") }
    }

    fn data_files(&self) -> Vec<PathBuf> {
        self.sources.data.files().collect()
    }

    fn lock_timeout(&self) -> Duration {
        self.sources.data.lock_timeout
    }

    fn open(&self, console: &mut Console<'_>) -> Result<OpenRun<BinsRecipe>> {
        if let Some(flag) = self.scheduled() {
            self.sources.refuse_sample_for(flag)?;
        }
        let sources = self.sources.sources(&self.bins.run, console)?;
        let mut run = Run::open(&sources)?;
        let settings = self.settings();
        Ok(OpenRun {
            recipe: BinsRecipe::of(&run, settings),
            root: self.bins.root.of(Some(&run.dataset)),
            months: self.months.of_run(&run, &settings.window).map_err(BinsError::from),
            // Closes the files of the run when they are read: other programs may write to them again.
            read: Box::new(move |months| Ok(run.load(months, &settings.window)?)),
        })
    }
}
