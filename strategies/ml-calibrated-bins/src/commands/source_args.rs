//! The flags that say where data is, and the sample for those who say nothing.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use labeling::TiePolicy;
use market_data::sample;
use strategy_core::Console;

use crate::{BinsError, Sources};

/// Where predictions, candles and labels are.
#[derive(Debug, Clone, Args)]
pub(super) struct SourceArgs {
    /// DuckDB file with the table `predictions`; without it, the generated sample is used
    #[arg(long, value_name = "FILE", env = "RUNNER_PRED_DUCKDB")]
    pred_duckdb: Option<PathBuf>,

    /// DuckDB file with the candles, and the table `targets` if there is one
    #[arg(long, value_name = "FILE", env = "RUNNER_OHLCV_DUCKDB")]
    ohlcv_duckdb: Option<PathBuf>,

    /// Table of candles, if the file has several
    #[arg(long, value_name = "TABLE", env = "RUNNER_OHLCV_TABLE", value_parser = NonEmptyStringValueParser::new())]
    ohlcv_table: Option<String>,

    /// Model whose predictions are meant, as in models/{dataset}/{run name}/model.txt
    #[arg(long, value_name = "FILE", env = "RUNNER_MODEL_PATH", value_parser = NonEmptyStringValueParser::new())]
    model_path: Option<String>,

    /// Feature set, if the model has predictions of several for one hour
    #[arg(long, value_name = "KEY", env = "RUNNER_FEATURE_KEY", value_parser = NonEmptyStringValueParser::new())]
    feature_key: Option<String>,

    /// Label, as in y_tp_before_sl_u0.04_d0.02_24h [default: the one in the run's name]
    #[arg(long, value_name = "KEY", env = "RUNNER_TARGET_KEY", value_parser = NonEmptyStringValueParser::new())]
    target_key: Option<String>,

    /// When labels are made from candles: what a candle that touches both barriers counts as,
    /// conservative (the stop) or proximity-to-open
    #[arg(long, value_name = "POLICY", env = "RUNNER_TIE_POLICY", default_value_t = TiePolicy::Conservative)]
    tie_policy: TiePolicy,

    /// Refuse the in-sample predictions of pred_train.csv for hours that DuckDB lacks
    #[arg(long, env = "RUNNER_NO_TRAIN_PREDICTIONS")]
    no_train_predictions: bool,

    /// Seconds to wait for a file that another process is writing to
    #[arg(long, value_name = "SECONDS", env = "RUNNER_LOCK_TIMEOUT", default_value_t = 30.0, value_parser = seconds)]
    lock_timeout: f64,

    /// Folder of the generated sample
    #[arg(long, value_name = "FOLDER", env = "RUNNER_SAMPLE_DIR", default_value = "data/sample")]
    sample_dir: PathBuf,
}

fn file_missing(given: &'static str, missing: &'static str) -> BinsError {
    BinsError::FileMissing { given, missing }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "wanted a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map(|_| seconds).map_err(|error| error.to_string())
}

impl SourceArgs {
    /// The sources that the flags mean; with no files given, those of the sample, which is made if it
    /// is not there.
    pub(crate) fn sources(
        &self,
        dataset: Option<&str>,
        run_name: Option<&str>,
        console: &mut Console<'_>,
    ) -> Result<Sources, BinsError> {
        let files = match (&self.pred_duckdb, &self.ohlcv_duckdb) {
            (Some(predictions), Some(candles)) => Sources::new(predictions, candles),
            (Some(_), None) => return Err(file_missing("--pred-duckdb", "--ohlcv-duckdb")),
            (None, Some(_)) => return Err(file_missing("--ohlcv-duckdb", "--pred-duckdb")),
            (None, None) if self.model_path.is_some() => {
                return Err(file_missing("--model-path", "--pred-duckdb and --ohlcv-duckdb"));
            }
            (None, None) => self.sample(dataset, console)?,
        };
        Ok(Sources {
            candle_table: self.ohlcv_table.clone(),
            model_path: self.model_path.clone().or(files.model_path),
            dataset: dataset.map(str::to_owned).or(files.dataset),
            run_name: run_name.map(str::to_owned),
            feature_key: self.feature_key.clone(),
            target_key: self.target_key.clone(),
            tie_policy: self.tie_policy,
            train_predictions: !self.no_train_predictions,
            lock_timeout: Duration::try_from_secs_f64(self.lock_timeout).unwrap_or(Duration::MAX),
            ..files
        })
    }

    fn sample(
        &self,
        dataset: Option<&str>,
        console: &mut Console<'_>,
    ) -> Result<Sources, BinsError> {
        let (paths, made_now) = sample::ensure(&self.sample_dir)?;
        let done = if made_now { "made in" } else { "found in" };
        let _ = writeln!(
            console.err,
            "No data is configured: using the generated sample {done} {} (invented prices, not a \
             market's). Pass --pred-duckdb and --ohlcv-duckdb to use your own.",
            self.sample_dir.display()
        );
        let instrument = paths.instrument(dataset).ok_or_else(|| BinsError::NotInSample {
            dataset: dataset.unwrap_or_default().to_owned(),
            known: paths.datasets(),
        })?;
        let mut sources = Sources::new(&instrument.predictions, &instrument.candles);
        sources.dataset = Some(instrument.dataset.clone());
        Ok(sources)
    }
}
