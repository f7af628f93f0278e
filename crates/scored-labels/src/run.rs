//! One model's run, opened: which model, dataset, label and table of candles are meant.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use labeling::{LabelError, TargetKey, TiePolicy};
use market_data::{
    CandleError, CandleTable, Database, MarketDataError, PredictionQuery, TimeRange,
    candle_table_of, newest_target, prediction_bounds, settle_run, target_keys,
};
use strategy_core::YearMonth;
use tracing::info;

use crate::months::month_range;
use crate::settings::WindowSettings;
use crate::sources::{InSample, Sources};
use crate::{Result, ScoredLabelsError};

/// A run whose files are open and whose model, dataset and label are settled.
#[derive(Debug)]
pub struct Run {
    pub(crate) predictions: Database,
    /// The file with candles, labels and funding rates.
    pub market: Database,
    /// The same file as `market`: labels are read while candles are.
    pub(crate) labels: Database,
    /// The table of candles, where there is one.
    pub candles: Option<CandleTable>,
    pub(crate) model_path: String,
    pub(crate) feature_key: Option<String>,
    /// As in `binance_btcusdt_perp_1h`.
    pub dataset: String,
    /// The name of the run.
    pub run_name: String,
    pub(crate) target: Target,
    pub(crate) tie_policy: TiePolicy,
    pub(crate) in_sample: InSample,
    /// From the first to the last out-of-sample prediction.
    pub(crate) span: RangeInclusive<DateTime<Utc>>,
}

/// The label: its key, and the rule if the key names one.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) key: String,
    pub(crate) rule: Result<TargetKey, LabelError>,
}

/// What the predictions tell of a run.
struct Settled {
    model_path: String,
    dataset: String,
    run_name: String,
    target: Target,
}

impl Run {
    /// Opens the files and settles what the sources leave open, where there is only one possibility.
    ///
    /// # Errors
    /// When a file cannot be opened, or the model, the dataset, the label or the table of candles is
    /// missing or not unique.
    pub fn open(sources: &Sources) -> Result<Self> {
        let open = |path| Database::open(path, sources.lock_timeout);
        let predictions = open(&sources.predictions)?;
        let [market, labels] = [open(&sources.candles)?, open(&sources.candles)?];
        // The list of all tables takes DuckDB longer than the rest together.
        let ((predictions, labels, settled), market) = rayon::join(
            move || {
                let settled = settle(&predictions, &labels, sources);
                (predictions, labels, settled)
            },
            move || {
                if sources.candle_table.is_none() {
                    let _known_or_asked_for_again = market.tables();
                }
                market
            },
        );
        let Settled { model_path, dataset, run_name, target } = settled?;
        let candles = settle_candles(&market, sources, &dataset)?;
        let query = prediction_query(&model_path, &dataset, sources.feature_key.as_deref());
        let span = prediction_bounds(&predictions, &query)?.ok_or_else(|| {
            ScoredLabelsError::EmptyPredictions { file: sources.predictions.clone() }
        })?;
        info!(%dataset, %run_name, target_key = %target.key, "run settled");
        Ok(Self {
            candles,
            feature_key: sources.feature_key.clone(),
            tie_policy: sources.tie_policy,
            in_sample: sources.in_sample,
            predictions,
            market,
            labels,
            model_path,
            dataset,
            run_name,
            target,
            span,
        })
    }

    /// The key of the label.
    #[must_use]
    pub fn target_key(&self) -> &str {
        &self.target.key
    }

    /// The months from the first one, if none is given the first with a full window, to the last one,
    /// if none is given that of the newest prediction.
    ///
    /// # Errors
    /// When the first comes after the last, or there is no full window.
    pub fn month_range(
        &self,
        settings: &WindowSettings,
        from: Option<YearMonth>,
        to: Option<YearMonth>,
    ) -> Result<Vec<YearMonth>> {
        self.full(month_range(&self.span, settings.lookback_months, from, to)?, settings)
    }

    /// Refuses that there are no `months`, as where all with a full window were asked for and there is none.
    pub(crate) fn full(
        &self,
        months: Vec<YearMonth>,
        settings: &WindowSettings,
    ) -> Result<Vec<YearMonth>> {
        // Without predictions there would be no run: they are only counted, for the message.
        match months.is_empty().then(|| self.available()).transpose()?.flatten() {
            Some(available) => Err(ScoredLabelsError::NoFullMonth {
                file: self.predictions.path().to_owned(),
                available,
                lookback_months: settings.lookback_months,
            }),
            None => Ok(months),
        }
    }
}

/// Finds out which model, dataset and label are meant.
fn settle(predictions: &Database, market: &Database, sources: &Sources) -> Result<Settled> {
    let chosen = settle_run(
        predictions,
        sources.model_path.as_deref(),
        sources.dataset.as_deref(),
        sources.run_name.as_deref(),
    )?;
    let (model_path, dataset) = (chosen.model_path, chosen.dataset);
    let run_name = chosen
        .run_name
        .ok_or_else(|| ScoredLabelsError::NoRunName { model_path: model_path.clone() })?;
    let target = settle_target(market, sources, &dataset, &run_name)?;
    // Looked up ahead, while there is time: `market` keeps the answers, errors come when they count.
    let query = prediction_query(&model_path, &dataset, sources.feature_key.as_deref());
    let _kept = prediction_bounds(predictions, &query);
    let _kept = newest_target(market, &dataset, &target.key);
    Ok(Settled { model_path, dataset, run_name, target })
}

/// All predictions of a run.
pub(crate) fn prediction_query<'a>(
    model_path: &'a str,
    dataset: &'a str,
    feature_key: Option<&'a str>,
) -> PredictionQuery<'a> {
    PredictionQuery { model_path, dataset: Some(dataset), feature_key, range: TimeRange::ALL }
}

/// The label that is named, otherwise the one in the run's name.
fn settle_target(
    market: &Database,
    sources: &Sources,
    dataset: &str,
    run_name: &str,
) -> Result<Target> {
    if let Some(key) = &sources.target_key {
        return Ok(Target { key: key.clone(), rule: TargetKey::parse(key) });
    }
    match TargetKey::find_in_run_name(run_name) {
        Ok(key) => Ok(Target { key: key.as_str().to_owned(), rule: Ok(key) }),
        Err(source) => Err(ScoredLabelsError::NoTargetKey {
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
) -> Result<Option<CandleTable>> {
    match candle_table_of(market, sources.candle_table.as_deref(), Some(dataset)) {
        Ok(table) => Ok(Some(table)),
        Err(MarketDataError::Candles(CandleError::NoCandleTable { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
