//! The flags that say where market data is, the same for every command that reads some.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::sample::{self, InstrumentPaths, SampleError};

/// Where predictions and candles are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub struct DataFlags {
    /// DuckDB file with the table `predictions`; with no file given, the generated sample is used
    #[arg(long, value_name = "FILE", env = "RUNNER_PRED_DUCKDB")]
    pub pred_duckdb: Option<PathBuf>,

    /// DuckDB file with the candles, and the tables `targets` and `funding_rates` if there are any
    #[arg(long, value_name = "FILE", env = "RUNNER_OHLCV_DUCKDB")]
    pub ohlcv_duckdb: Option<PathBuf>,

    /// Table of candles, if the file has several
    #[arg(long, value_name = "TABLE", env = "RUNNER_OHLCV_TABLE", value_parser = NonEmptyStringValueParser::new())]
    pub ohlcv_table: Option<String>,

    /// Model whose predictions are meant, as in models/{dataset}/{run name}/model.txt
    #[arg(long, value_name = "FILE", env = "RUNNER_MODEL_PATH", value_parser = NonEmptyStringValueParser::new())]
    pub model_path: Option<String>,

    /// Feature set, if the model has predictions of several for one hour
    #[arg(long, value_name = "KEY", env = "RUNNER_FEATURE_KEY", value_parser = NonEmptyStringValueParser::new())]
    pub feature_key: Option<String>,

    /// Seconds to wait for a file that another process is writing to
    #[arg(long, value_name = "SECONDS", env = "RUNNER_LOCK_TIMEOUT", default_value = "30", value_parser = seconds)]
    pub lock_timeout: Duration,

    /// Folder of the generated sample
    #[arg(long, value_name = "FOLDER", env = "RUNNER_SAMPLE_DIR", default_value = "data/sample")]
    pub sample_dir: PathBuf,
}

impl DataFlags {
    /// The sample's files of `dataset` (of its first instrument when none is named), if no file is
    /// configured. The sample is made if it is not there; `say` is told that it is used.
    ///
    /// # Errors
    /// When the sample cannot be made, or has no such dataset.
    pub fn sample(
        &self,
        dataset: Option<&str>,
        say: &mut dyn Write,
    ) -> Result<Option<InstrumentPaths>, SampleError> {
        if self.pred_duckdb.is_some() || self.ohlcv_duckdb.is_some() {
            return Ok(None);
        }
        let (paths, made_now) = sample::ensure(&self.sample_dir)?;
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(
            say,
            "No data is configured: using the generated sample {} {} (invented prices, not a \
             market's). Pass --pred-duckdb and --ohlcv-duckdb to use your own.",
            if made_now { "made in" } else { "found in" },
            self.sample_dir.display()
        );
        match paths.instrument(dataset) {
            Some(instrument) => Ok(Some(instrument.clone())),
            None => Err(SampleError::UnknownDataset {
                dataset: dataset.unwrap_or_default().to_owned(),
                known: paths.datasets(),
            }),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "wanted a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
