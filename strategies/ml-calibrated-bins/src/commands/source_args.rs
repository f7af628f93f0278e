//! The flags that say what to calibrate on, and the sample for those who say nothing.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use artifacts::RunChoice;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use labeling::TiePolicy;
use market_data::DataFlags;
use scored_labels::{InSample, Sources};
use strategy_core::Console;

use crate::Result;

/// Where predictions, candles and labels are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub(super) struct SourceArgs {
    #[command(flatten)]
    pub(super) data: DataFlags,

    /// Label, as in y_tp_before_sl_u0.04_d0.02_24h [default: the one in the run's name]
    #[arg(long, value_name = "KEY", env = "RUNNER_TARGET_KEY", value_parser = NonEmptyStringValueParser::new())]
    target_key: Option<String>,

    /// When labels are made from candles: what a candle that touches both barriers counts as,
    /// conservative (the stop) or proximity-to-open
    #[arg(long, value_name = "POLICY", env = "RUNNER_TIE_POLICY", default_value_t = TiePolicy::Conservative)]
    tie_policy: TiePolicy,

    /// Fill hours that lack an out-of-sample prediction with the in-sample ones of pred_train.csv,
    /// which flatters the calibration: the months are marked
    #[arg(long, env = "RUNNER_TRAIN_PREDICTIONS", conflicts_with = "no_train_predictions")]
    train_predictions: bool,

    /// Calibrate without the hours that only pred_train.csv has predictions for
    #[arg(long, env = "RUNNER_NO_TRAIN_PREDICTIONS")]
    no_train_predictions: bool,
}

impl SourceArgs {
    /// The sources that the flags mean; with no files given, those of the sample, which is made if it
    /// is not there.
    pub(super) fn sources(&self, run: &RunChoice, console: &mut Console<'_>) -> Result<Sources> {
        Ok(Sources {
            run_name: run.run_name.clone(),
            target_key: self.target_key.clone(),
            tie_policy: self.tie_policy,
            in_sample: self.in_sample(),
            ..Sources::of_flags(&self.data, run.dataset.as_deref(), console.err)?
        })
    }

    fn in_sample(&self) -> InSample {
        match (self.train_predictions, self.no_train_predictions) {
            (true, _) => InSample::Use,
            (_, true) => InSample::LeaveOut,
            _ => InSample::Refuse,
        }
    }

    /// Refuses the sample for a call with `flag`, unless `--sample` asks for it.
    pub(super) fn refuse_sample_for(&self, flag: &str) -> Result<()> {
        Ok(sample::refuse_for(&self.data, flag)?)
    }

    /// The file with the predictions, for messages.
    pub(super) fn file_text(&self) -> String {
        let path = self.data.pred_duckdb.as_ref();
        path.map_or_else(|| "the sample".to_owned(), |path| path.display().to_string())
    }
}
