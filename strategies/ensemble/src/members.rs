//! What the members said, and what happened.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use labeling::{CandleSeries, TargetKey, TiePolicy, TradeEnds, label_candles, trade_ends};
use market_data::{
    Database, PredictionQuery, TimeRange, candle_table_of, model_of_run, parse_interval,
    read_predictions, read_prices, read_targets, settle_model,
};

use crate::EnsembleError;

/// Where members and labels are read from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// DuckDB file with the predictions of all members.
    pub predictions: PathBuf,
    /// DuckDB file with the candles, and labels if there are any.
    pub market: PathBuf,
    /// The table of candles; `None` where there is one only.
    pub candle_table: Option<String>,
    /// The dataset; `None` where the members predict one only.
    pub dataset: Option<String>,
    /// The feature set; `None` where each row has one only.
    pub feature_key: Option<String>,
    /// The members' runs.
    pub members: Vec<String>,
    /// The target; `None` is the one that the first run's name ends in.
    pub target_key: Option<String>,
    /// How long to wait for a file that is being written.
    pub lock_timeout: Duration,
}

/// Scores of several models of one target, joined by time, with labels.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberScores {
    /// Whose.
    pub dataset: String,
    /// The members' runs.
    pub members: Vec<String>,
    /// The target.
    pub target_key: String,
    /// Candle open times at which any member has a score, µs UTC, ascending.
    pub timestamps: Vec<i64>,
    /// Raw scores, a column a member; NaN where it has none.
    pub scores: Vec<Vec<f64>>,
    /// The label of each row, where there is one.
    pub labels: Vec<Option<bool>>,
    /// How the trades from each row's close ended by the target's rule, where the candles tell.
    pub ends: Vec<Option<TradeEnds>>,
    /// How long after a row's close its label is known, in µs.
    pub horizon: i64,
    /// The candles' interval, in µs.
    pub interval: i64,
}

impl MemberScores {
    /// Reads all that the members predicted in `range`.
    ///
    /// # Errors
    /// When a file cannot be read, a member or a label is not there, or members predict different
    /// datasets.
    pub fn read(sources: &Sources, range: TimeRange) -> Result<Self, EnsembleError> {
        let predictions = Database::open(&sources.predictions, sources.lock_timeout)?;
        let market = Database::open(&sources.market, sources.lock_timeout)?;
        let first = sources.members.first().ok_or(EnsembleError::NoMembers)?;
        let key = match &sources.target_key {
            Some(key) => TargetKey::parse(key),
            None => TargetKey::find_in_run_name(first),
        };
        let key = key.map_err(|source| EnsembleError::Target { run: first.clone(), source })?;
        let mut dataset = sources.dataset.clone();
        let mut columns = Vec::new();
        for run in &sources.members {
            let model = model_of_run(&predictions, run, dataset.as_deref())?;
            let (model, of_model) = settle_model(&predictions, Some(&model), dataset.as_deref())?;
            let of_run = dataset.get_or_insert(of_model);
            let query = PredictionQuery {
                model_path: &model,
                dataset: Some(of_run),
                feature_key: sources.feature_key.as_deref(),
                range,
            };
            let found = read_predictions(&predictions, &query)?;
            columns.push((found.timestamps, found.y_pred));
        }
        let dataset = dataset.unwrap_or_default();
        let rule = key.rule(TiePolicy::default());
        let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX / 4);
        let horizon = micros(rule.horizon());
        let named = dataset.rsplit('_').next().and_then(parse_interval);
        let (candle_times, labels, ends) = of_candles(sources, &market, &dataset, &key, range)?;
        let stored = read_targets(&market, &dataset, key.as_str(), range)?;
        let (label_times, labels) = match stored {
            Some(found) => (found.timestamps, found.labels.into_iter().map(Some).collect()),
            None => (candle_times.clone(), labels),
        };
        let timestamps = union(columns.iter().map(|(times, _)| times.as_slice()));
        let spacing = timestamps.windows(2).map(|pair| pair[1] - pair[0]).min();
        let interval = named.map(micros).or(spacing).unwrap_or_default();
        let at = |times: &[i64], time| times.binary_search(&time).ok();
        Ok(Self {
            scores: columns
                .iter()
                .map(|(times, scores)| {
                    let score = |&time: &i64| at(times, time).map_or(f64::NAN, |row| scores[row]);
                    timestamps.iter().map(score).collect()
                })
                .collect(),
            labels: timestamps
                .iter()
                .map(|&time| at(&label_times, time).and_then(|row| labels[row]))
                .collect(),
            ends: timestamps
                .iter()
                .map(|&time| at(&candle_times, time).and_then(|row| ends[row]))
                .collect(),
            target_key: key.as_str().to_owned(),
            members: sources.members.clone(),
            dataset,
            timestamps,
            horizon,
            interval,
        })
    }

    /// When the label of the row that opens at `timestamp` is known: at the close of its horizon, also
    /// where a barrier was reached earlier.
    #[must_use]
    pub fn known_at(&self, timestamp: i64) -> i64 {
        timestamp.saturating_add(self.interval).saturating_add(self.horizon)
    }

    /// A row's scores, none where a member has none.
    #[must_use]
    pub fn row(&self, row: usize) -> Vec<Option<f64>> {
        self.scores.iter().map(|column| Some(column[row]).filter(|score| !score.is_nan())).collect()
    }
}

/// Open times of candles, with labels and ends of trades by the target's rule.
type OfCandles = (Vec<i64>, Vec<Option<bool>>, Vec<Option<TradeEnds>>);

fn of_candles(
    sources: &Sources,
    market: &Database,
    dataset: &str,
    key: &TargetKey,
    range: TimeRange,
) -> Result<OfCandles, EnsembleError> {
    let rule = key.rule(TiePolicy::default());
    let table = candle_table_of(market, sources.candle_table.as_deref(), Some(dataset))?;
    let beyond = range.end.and_then(|end| end.checked_add_signed(rule.horizon()));
    let candles = read_prices(market, &table, TimeRange { end: beyond, ..range })?;
    let refused = |source| EnsembleError::Labels { file: sources.market.clone(), source };
    let series = CandleSeries::new(
        &candles.timestamps,
        &candles.open,
        &candles.high,
        &candles.low,
        &candles.close,
        candles.interval,
    )
    .map_err(refused)?;
    let labels = label_candles(&series, &rule).map_err(refused)?;
    let ends = trade_ends(&series, &rule).map_err(refused)?;
    Ok((candles.timestamps, labels.into_iter().map(labeling::Outcome::label).collect(), ends))
}

/// All times of several ascending lists, each once, ascending.
fn union<'a>(lists: impl Iterator<Item = &'a [i64]>) -> Vec<i64> {
    let mut all: Vec<i64> = lists.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
