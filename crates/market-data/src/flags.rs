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

    /// Use the generated sample of invented prices, whatever data is configured
    #[arg(long)]
    pub sample: bool,

    /// Where data is configured that this command has no part in; the program fills it in
    #[arg(long = DATA_CONFIGURED, id = DATA_CONFIGURED, hide = true)]
    pub configured_elsewhere: Option<String>,
}

/// The hidden flag by which a program tells that its configuration names data for other commands: the
/// sample is then no stand-in.
pub const DATA_CONFIGURED: &str = "data-configured";

impl DataFlags {
    /// The sample's files of `dataset` (of its first instrument when none is named), if `--sample` asks
    /// for them or no data at all is configured. The sample is made if it is not there; `say` is told
    /// that it is used.
    ///
    /// # Errors
    /// [`NotAsked`](SampleError::NotAsked) when some data is configured, but no file for this call;
    /// when the sample cannot be made, or has no such dataset.
    pub fn sample(
        &self,
        dataset: Option<&str>,
        say: &mut dyn Write,
    ) -> Result<Option<InstrumentPaths>, SampleError> {
        if !self.needs_sample() {
            return Ok(None);
        }
        self.refuse_unasked()?;
        let (paths, made_now) = sample::ensure(&self.sample_dir)?;
        let why = if self.sample { "--sample" } else { "No data is configured" };
        let yours = "Pass --pred-duckdb and --ohlcv-duckdb to use your own.";
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(
            say,
            "{why}: using the generated sample {} {} (invented prices, not a market's).{}{}",
            if made_now { "made in" } else { "found in" },
            self.sample_dir.display(),
            if self.sample { "" } else { " " },
            if self.sample { "" } else { yours },
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

impl DataFlags {
    /// Whether only the sample can serve: it was asked for, or no file is named.
    #[must_use]
    pub fn needs_sample(&self) -> bool {
        self.sample || (self.pred_duckdb.is_none() && self.ohlcv_duckdb.is_none())
    }

    /// Refuses the sample, if only it can serve and nobody asked for it, because of `flag`: a call that
    /// a schedule makes must not fall back to invented prices.
    ///
    /// # Errors
    /// [`NotAsked`](SampleError::NotAsked).
    pub fn refuse_sample_for(&self, flag: &str) -> Result<(), SampleError> {
        if self.sample || !self.needs_sample() {
            return Ok(());
        }
        Err(SampleError::NotAsked { why: format!("with {flag} it takes --sample") })
    }

    fn refuse_unasked(&self) -> Result<(), SampleError> {
        let given = [
            ("--ohlcv-table", self.ohlcv_table.is_some()),
            ("--model-path", self.model_path.is_some()),
            ("--feature-key", self.feature_key.is_some()),
        ];
        let given = given.iter().find(|(_, given)| *given).map(|(flag, _)| *flag);
        match (self.sample, given, &self.configured_elsewhere) {
            (true, ..) | (_, None, None) => Ok(()),
            (_, Some(flag), _) => self.refuse_sample_for(flag),
            (_, None, Some(place)) => {
                Err(SampleError::NotAsked { why: format!("{place}, and none for this one") })
            }
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s: f64| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "wanted a number of seconds, 0 or more, as in 30".to_owned())
}
