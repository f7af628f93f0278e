//! The flags that say where market data is, the same for every command that reads some.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

/// Where predictions and candles are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub struct DataFlags {
    /// DuckDB file with the table `predictions`, or a Parquet or CSV file of its rows; with no file
    /// given, the generated sample is used
    #[arg(long, value_name = "FILE", env = "RUNNER_PRED_DUCKDB")]
    pub pred_duckdb: Option<PathBuf>,

    /// DuckDB file with the candles, and the tables `targets` and `funding_rates` if there are any; or a
    /// Parquet or CSV file of candles, or a folder of such files
    #[arg(long, value_name = "FILE", env = "RUNNER_OHLCV_DUCKDB")]
    pub ohlcv_duckdb: Option<PathBuf>,

    /// Table of candles, if the file has several
    #[arg(long, value_name = "TABLE", env = "RUNNER_OHLCV_TABLE", value_parser = NonEmptyStringValueParser::new())]
    pub ohlcv_table: Option<String>,

    /// Model, as in models/{dataset}/{run name}/model.txt
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

    /// Use the sample of invented prices, also with configured data
    #[arg(long)]
    pub sample: bool,

    /// Where data is configured that this command has no part in; the program fills it in
    #[arg(long = DATA_CONFIGURED, id = DATA_CONFIGURED, hide = true)]
    pub configured_elsewhere: Option<String>,
}

impl DataFlags {
    /// The files that are named.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        [&self.pred_duckdb, &self.ohlcv_duckdb].into_iter().flatten().cloned()
    }
}

/// The hidden flag by which a program tells that its configuration names data for other commands: the
/// sample is then no stand-in.
pub const DATA_CONFIGURED: &str = "data-configured";

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s: f64| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "wanted a number of seconds, 0 or more, as in 30".to_owned())
}
