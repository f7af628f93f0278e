//! One model's run, opened: which model, dataset and label are meant, and their data read.

use std::path::{Path, PathBuf};

use binning::{LabelCutoff, LabelSource};
use chrono::TimeDelta;
use labeling::{CandleSeries, LabelError, Outcome, TargetKey, TiePolicy, label_candles};
use market_data::{
    CandleTable, Database, MarketDataError, PredictionQuery, Predictions, Prices, TimeRange,
    TimeSpan, candle_table, newest_candle, newest_target, parse_interval, prediction_range,
    read_predictions, read_prices, read_targets, read_train_predictions, settle_model, target_keys,
};
use strategy_core::YearMonth;
use tracing::info;

use crate::completeness::Newest;
use crate::inputs::{CandleState, Identity, Labels, TrainFile};
use crate::{BinsError, Inputs, MonthChoice, Settings, Sources};

/// A run whose files are open and whose model, dataset and label are settled.
#[derive(Debug)]
pub struct Run {
    predictions: Database,
    market: Database,
    candles: Option<CandleTable>,
    model_path: String,
    feature_key: Option<String>,
    dataset: String,
    run_name: String,
    target: Target,
    tie_policy: TiePolicy,
    train_predictions: bool,
    span: TimeSpan,
}

/// The label: its key, and the rule if the key names one.
#[derive(Debug)]
struct Target {
    key: String,
    rule: Result<TargetKey, LabelError>,
}

impl Run {
    /// Opens the files and settles what the sources leave open, where there is only one possibility.
    ///
    /// # Errors
    /// When a file cannot be opened, or the model, the dataset, the label or the table of candles is
    /// missing or not unique.
    pub fn open(sources: &Sources) -> Result<Self, BinsError> {
        let predictions = Database::open(&sources.predictions, sources.lock_timeout)?;
        let market = Database::open(&sources.candles, sources.lock_timeout)?;
        let (model_path, dataset) =
            settle_model(&predictions, sources.model_path.as_deref(), sources.dataset.as_deref())?;
        let run_name = match &sources.run_name {
            Some(name) => name.clone(),
            None => market_data::run_name(&model_path)
                .ok_or_else(|| BinsError::NoRunName { model_path: model_path.clone() })?,
        };
        let target = settle_target(&market, sources, &dataset, &run_name)?;
        let candles = settle_candles(&market, sources, &dataset)?;
        let query = PredictionQuery {
            model_path: &model_path,
            dataset: Some(&dataset),
            feature_key: sources.feature_key.as_deref(),
            range: TimeRange::ALL,
        };
        let span = prediction_range(&predictions, &query)?
            .ok_or_else(|| BinsError::EmptyPredictions { file: sources.predictions.clone() })?;
        info!(%dataset, %run_name, target_key = %target.key, "run settled");
        Ok(Self {
            candles,
            feature_key: sources.feature_key.clone(),
            tie_policy: sources.tie_policy,
            train_predictions: sources.train_predictions,
            predictions,
            market,
            model_path,
            dataset,
            run_name,
            target,
            span,
        })
    }

    /// The dataset, as in `binance_btcusdt_perp_1h`.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The name of the run.
    #[must_use]
    pub fn run_name(&self) -> &str {
        &self.run_name
    }

    /// The key of the label.
    #[must_use]
    pub fn target_key(&self) -> &str {
        &self.target.key
    }

    /// What time the out-of-sample predictions cover.
    #[must_use]
    pub fn predictions_span(&self) -> TimeSpan {
        self.span
    }

    /// The model whose predictions are meant, as it was named.
    #[must_use]
    pub fn model_path(&self) -> &str {
        &self.model_path
    }

    /// The months that `choices` mean, each once, ascending.
    ///
    /// # Errors
    /// When all months with a full window were asked for and there is none.
    pub fn months(
        &self,
        choices: &[MonthChoice],
        settings: &Settings,
    ) -> Result<Vec<YearMonth>, BinsError> {
        let lookback = settings.lookback_months;
        let mut months: Vec<_> =
            choices.iter().flat_map(|choice| choice.months(&self.span, lookback)).collect();
        months.sort_unstable();
        months.dedup();
        if months.is_empty() && !choices.is_empty() {
            return Err(BinsError::NoFullMonth {
                file: self.predictions.path().to_owned(),
                available: self.span,
                lookback_months: lookback,
            });
        }
        Ok(months)
    }

    /// Reads what the rebuilds of `months` need, once for all of them.
    ///
    /// # Errors
    /// When a table or file cannot be read or holds something that is not usable.
    pub fn load(&self, months: &[YearMonth], settings: &Settings) -> Result<Inputs, BinsError> {
        let windows = || months.iter().map(|&month| settings.window(month));
        let start = windows().map(|window| window.start).min();
        let end = windows().map(|window| window.end).max();
        let range = TimeRange { start, end };
        let predictions = self.read_predictions(range)?;
        let train = self.read_train(predictions.model_path_matched.stored(), range)?;
        let candles = self.read_candles(range, settings)?;
        let interval = self.interval(&predictions, candles.as_ref())?;
        let labels = self.labels(range, candles.as_ref())?;
        let in_sample = train.as_ref().and_then(|file| file.rows.timestamps.last().copied());
        let newest = Newest {
            prediction: Some(self.span.last.timestamp_micros()).max(in_sample),
            label: self.newest_label(labels.source)?,
        };
        Ok(Inputs {
            labels,
            newest,
            candles: candles.map(|candles| CandleState { timestamps: candles.timestamps }),
            interval,
            identity: Identity {
                dataset: self.dataset.clone(),
                run_name: self.run_name.clone(),
                model_path: self.model_path.clone(),
                matched: predictions.model_path_matched.clone(),
                file: self.predictions.path().to_owned(),
            },
            predictions,
            span: Some(self.span),
            train,
        })
    }

    fn read_predictions(&self, range: TimeRange) -> Result<Predictions, BinsError> {
        let query = PredictionQuery {
            model_path: &self.model_path,
            dataset: Some(&self.dataset),
            feature_key: self.feature_key.as_deref(),
            range,
        };
        Ok(read_predictions(&self.predictions, &query)?)
    }

    /// The interval of the dataset's rows, which the candles must have too: with finer ones a label
    /// would start within the row's own candle, whose end the score knows.
    fn interval(
        &self,
        predictions: &Predictions,
        candles: Option<&Prices>,
    ) -> Result<TimeDelta, BinsError> {
        let spacing = smallest_spacing(&predictions.timestamps);
        let wanted = interval_of(&self.dataset).or(spacing);
        let (Some(table), Some(candles)) = (&self.candles, candles) else {
            return Ok(wanted.unwrap_or_default());
        };
        let named = candles.interval;
        let measured = smallest_spacing(&candles.timestamps).unwrap_or(named);
        let wanted = wanted.unwrap_or(named);
        match [named, measured].into_iter().find(|&found| found != wanted) {
            Some(found) => Err(BinsError::IntervalMismatch {
                file: self.market.path().to_owned(),
                table: table.name().to_owned(),
                found,
                dataset: self.dataset.clone(),
                wanted,
            }),
            None => Ok(wanted),
        }
    }

    /// `pred_train.csv` beside the model, if it is allowed and there.
    fn read_train(&self, stored: &str, range: TimeRange) -> Result<Option<TrainFile>, BinsError> {
        if !self.train_predictions {
            return Ok(None);
        }
        let Some(path) = train_file(&self.model_path, stored, self.predictions.path())? else {
            return Ok(None);
        };
        let rows = read_train_predictions(&path, range)?;
        Ok(Some(TrainFile { path, rows }))
    }

    /// The candles of the range; of one horizon after it only if labels may look there.
    fn read_candles(
        &self,
        range: TimeRange,
        settings: &Settings,
    ) -> Result<Option<Prices>, BinsError> {
        let Some(table) = &self.candles else {
            return Ok(None);
        };
        let beyond = match settings.label_cutoff {
            LabelCutoff::MonthStart => TimeDelta::zero(),
            LabelCutoff::None => self.horizon().unwrap_or_default(),
        };
        let range =
            TimeRange { end: range.end.and_then(|end| end.checked_add_signed(beyond)), ..range };
        Ok(Some(read_prices(&self.market, table, range)?))
    }

    /// Labels from `targets` where it has the key, otherwise from the candles.
    fn labels(&self, range: TimeRange, candles: Option<&Prices>) -> Result<Labels, BinsError> {
        let asked = (self.tie_policy != TiePolicy::default()).then(|| self.tie_policy.to_string());
        let labels = |source, timestamps, outcomes, tie_policy| Labels {
            target_key: self.target.key.clone(),
            horizon: self.horizon(),
            source,
            unused_tie_policy: asked.filter(|_| source == LabelSource::Targets),
            tie_policy,
            timestamps,
            outcomes,
        };
        if let Some(found) = read_targets(&self.market, &self.dataset, &self.target.key, range)? {
            let outcome = |&label| if label { Outcome::TakeProfit } else { Outcome::NoTakeProfit };
            let outcomes = found.labels.iter().map(outcome).collect();
            return Ok(labels(LabelSource::Targets, found.timestamps, outcomes, None));
        }
        let file = || self.market.path().to_owned();
        let key = self.target.rule.clone().map_err(|source| BinsError::UnknownTarget {
            file: file(),
            dataset: self.dataset.clone(),
            target_key: self.target.key.clone(),
            keys: target_keys(&self.market, &self.dataset).unwrap_or_default(),
            source,
        })?;
        let Some(candles) = candles else {
            // There is no table of candles: the error that says so.
            candle_table(&self.market, None)?;
            return Ok(labels(LabelSource::Candles, Vec::new(), Vec::new(), None));
        };
        let outcomes = label(candles, &key, self.tie_policy)
            .map_err(|source| BinsError::Labels { file: file(), source })?;
        let tie_policy = Some(self.tie_policy.to_string());
        Ok(labels(LabelSource::Candles, candles.timestamps.clone(), outcomes, tie_policy))
    }

    /// The newest row of what labels come from.
    fn newest_label(&self, source: LabelSource) -> Result<Option<i64>, BinsError> {
        Ok(match (source, &self.candles) {
            (LabelSource::Targets, _) => {
                newest_target(&self.market, &self.dataset, &self.target.key)?
            }
            (LabelSource::Candles, Some(table)) => newest_candle(&self.market, table)?,
            (LabelSource::Candles, None) => None,
        })
    }

    fn horizon(&self) -> Option<TimeDelta> {
        self.target.rule.as_ref().ok().map(|key| key.rule(self.tie_policy).horizon())
    }
}

fn label(
    candles: &Prices,
    key: &TargetKey,
    tie_policy: TiePolicy,
) -> Result<Vec<Outcome>, LabelError> {
    let series = CandleSeries::new(
        &candles.timestamps,
        &candles.open,
        &candles.high,
        &candles.low,
        &candles.close,
        candles.interval,
    )?;
    label_candles(&series, &key.rule(tie_policy))
}

/// The label that is named, otherwise the one in the run's name.
fn settle_target(
    market: &Database,
    sources: &Sources,
    dataset: &str,
    run_name: &str,
) -> Result<Target, BinsError> {
    if let Some(key) = &sources.target_key {
        return Ok(Target { key: key.clone(), rule: TargetKey::parse(key) });
    }
    match TargetKey::find_in_run_name(run_name) {
        Ok(key) => Ok(Target { key: key.as_str().to_owned(), rule: Ok(key) }),
        Err(source) => Err(BinsError::NoTargetKey {
            file: market.path().to_owned(),
            dataset: dataset.to_owned(),
            keys: target_keys(market, dataset)?,
            source,
        }),
    }
}

/// The table of candles, none when the file has no such table; its interval must be the dataset's.
fn settle_candles(
    market: &Database,
    sources: &Sources,
    dataset: &str,
) -> Result<Option<CandleTable>, BinsError> {
    let table = match candle_table(market, sources.candle_table.as_deref()) {
        Ok(table) => table,
        Err(MarketDataError::NoCandleTable { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // A table that the person named is meant; one that was merely found must be the dataset's.
    match table.symbol() {
        Some(symbol) if sources.candle_table.is_none() && !is_part(symbol, dataset) => {
            Err(BinsError::SymbolMismatch {
                file: market.path().to_owned(),
                table: table.name().to_owned(),
                symbol: symbol.to_owned(),
                dataset: dataset.to_owned(),
            })
        }
        _ => Ok(Some(table)),
    }
}

/// Whether `symbol` stands in `dataset` between separators, as btcusdt in `binance_btcusdt_perp_1h`.
fn is_part(symbol: &str, dataset: &str) -> bool {
    let [symbol, dataset] = [symbol, dataset].map(|name| format!("_{}_", name.to_lowercase()));
    dataset.contains(&symbol)
}

/// The interval that a dataset's name ends in.
fn interval_of(dataset: &str) -> Option<TimeDelta> {
    parse_interval(dataset.rsplit('_').next()?)
}

fn smallest_spacing(timestamps: &[i64]) -> Option<TimeDelta> {
    timestamps.windows(2).map(|pair| pair[1] - pair[0]).min().map(TimeDelta::microseconds)
}

/// `pred_train.csv` in the model's folder, as it was named or as it is stored: where the path leads
/// from here or from the folder of the predictions. Two different files are an error.
fn train_file(
    model_path: &str,
    stored: &str,
    predictions: &Path,
) -> Result<Option<PathBuf>, BinsError> {
    let folder = predictions.parent().unwrap_or(Path::new(""));
    let mut found: Vec<PathBuf> = [model_path, stored]
        .map(|model| Path::new(model).with_file_name("pred_train.csv"))
        .into_iter()
        .flat_map(|beside| [folder.join(&beside), beside])
        .filter(|path| path.is_file())
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => {
            Err(BinsError::TrainFileNotUnique { model_path: model_path.to_owned(), first, second })
        }
        (only, _) => Ok(only),
    }
}
