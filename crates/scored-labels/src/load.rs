//! Reading what the rebuilds of a run need.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use labeling::{
    CandleSeries, LabelCutoff, LabelError, LabelSource, Outcome, TargetKey, TiePolicy, TradeEnds,
    labels_of_trades, trade_ends,
};
use market_data::{
    MarketDataError, PredictionQuery, Predictions, Prices, TargetLabels, TimeRange, TimeSpan,
    candle_table, dataset_intervals, newest_candle, newest_target, prediction_range,
    read_predictions, read_prices, read_targets, read_train_predictions, stored_labels,
    target_keys,
};
use strategy_core::YearMonth;

use crate::inputs::{CandleState, Identity, Inputs, Labels, StoredLabels, TrainFile};
use crate::run::{Run, prediction_query};
use crate::settings::WindowSettings;
use crate::sources::InSample;
use crate::window::{Newest, micros};
use crate::{Result, ScoredLabelsError};

impl Run {
    /// Reads what the windows of `months` need, once for all of them.
    ///
    /// # Errors
    /// When a table or file cannot be read or holds something that is not usable.
    pub fn load(&mut self, months: &[YearMonth], settings: &WindowSettings) -> Result<Inputs> {
        let windows = || months.iter().map(|&month| settings.of(month));
        let start = windows().map(|window| window.start).min();
        let end = windows().map(|window| window.end).max();
        let range = TimeRange { start, end };
        let mut inputs = self.load_settled(range, settings)?;
        // Counting them all takes longer than reading a year, and only an error tells the number.
        if windows().any(|window| inputs.predictions_in(&window).next().is_none()) {
            inputs.available = self.available()?;
        }
        Ok(inputs)
    }

    /// Reads all that lies in `range`, and the labels that came later.
    ///
    /// # Errors
    /// When a table or file cannot be read or holds something that is not usable.
    pub(crate) fn load_range(&mut self, range: TimeRange) -> Result<Inputs> {
        let all = WindowSettings { label_cutoff: LabelCutoff::None, ..WindowSettings::default() };
        self.load_settled(range, &all)
    }

    /// The out-of-sample predictions of `range` alone.
    pub(crate) fn out_of_sample(&self, range: TimeRange) -> Result<Predictions> {
        let query = prediction_query(&self.model_path, &self.dataset, self.feature_key.as_deref());
        Ok(read_predictions(&self.predictions, &PredictionQuery { range, ..query })?)
    }

    fn load_settled(&mut self, range: TimeRange, settings: &WindowSettings) -> Result<Inputs> {
        let Tables { predictions, train, candles, targets } =
            self.read_tables(range, self.candle_range(range, settings));
        let (predictions, train, candles) = (predictions?, train?, candles?);
        let interval = self.interval(&predictions, candles.as_ref())?;
        let trades = candles.as_ref().map(|candles| self.trades(candles));
        let labels = self.labels(targets?, candles.as_ref().zip(trades.as_ref()))?;
        let (train, unused_train) = match self.in_sample {
            InSample::Use => (train, None),
            InSample::Refuse | InSample::LeaveOut => (None, train),
        };
        let in_sample = train.as_ref().and_then(|file| file.rows.timestamps.last().copied());
        let newest = Newest {
            prediction: Some(self.span.end().timestamp_micros()).max(in_sample),
            label: self.newest_label(labels.source)?,
        };
        Ok(Inputs {
            labels,
            newest,
            candles: candles.zip(trades).map(|(candles, trades)| CandleState {
                trades: trades.map_err(|error| error.to_string()),
                outside: candles.closes_outside().collect(),
                timestamps: candles.timestamps,
            }),
            interval,
            identity: Identity {
                dataset: self.dataset.clone(),
                run_name: self.run_name.clone(),
                model_path: self.model_path.clone(),
                matched: predictions.model_path_matched.clone(),
                file: self.predictions.path().to_owned(),
            },
            predictions,
            available: None,
            train,
            unused_train,
        })
    }

    /// Reads what an evaluation of `months` needs: their windows as [`Run::load`] does, the months
    /// themselves, and the labels that came later.
    ///
    /// # Errors
    /// When a table or file cannot be read or holds something that is not usable.
    pub fn load_with_outcomes(
        &mut self,
        months: &[YearMonth],
        settings: &WindowSettings,
    ) -> Result<Inputs> {
        // The window of the month after the last ends with the last; without a cutoff the candles of
        // one more horizon are read.
        let after = months.iter().max().map(|last| last.plus_months(1));
        let months: Vec<_> = months.iter().copied().chain(after).collect();
        let mut inputs =
            self.load(&months, &WindowSettings { label_cutoff: LabelCutoff::None, ..*settings })?;
        inputs.available = self.available()?;
        Ok(inputs)
    }

    /// What the table of predictions covers.
    pub(crate) fn available(&self) -> Result<Option<TimeSpan>> {
        let query = prediction_query(&self.model_path, &self.dataset, self.feature_key.as_deref());
        Ok(prediction_range(&self.predictions, &query)?)
    }

    /// Reads all tables, at the same time where there are threads for it.
    fn read_tables(&mut self, range: TimeRange, candle_range: TimeRange) -> Tables {
        let Self { predictions, market, labels, .. } = self;
        let (dataset, target_key) = (&self.dataset, &self.target.key);
        let (candles, model_path) = (self.candles.as_ref(), self.model_path.as_str());
        let with_train = self.in_sample != InSample::LeaveOut;
        let query = prediction_query(model_path, dataset, self.feature_key.as_deref());
        let query = PredictionQuery { range, ..query };
        let ((predictions, train), (candles, targets)) = rayon::join(
            move || {
                let found = read_predictions(predictions, &query);
                let train = match &found {
                    Ok(found) if with_train => {
                        let stored = found.model_path_matched.stored();
                        read_train(model_path, stored, predictions.path(), range)
                    }
                    _ => Ok(None),
                };
                (found, train)
            },
            move || {
                rayon::join(
                    move || candles.map(|table| read_prices(market, table, candle_range)),
                    move || read_targets(labels, dataset, target_key, range),
                )
            },
        );
        Tables { predictions, train, candles: candles.transpose(), targets }
    }

    /// The interval of the dataset's rows, which the candles must have too: with finer ones a label
    /// would start within the row's own candle, whose end the score knows.
    fn interval(&self, predictions: &Predictions, candles: Option<&Prices>) -> Result<TimeDelta> {
        let wanted = interval_of(&self.dataset, usual_spacing(&predictions.timestamps));
        let (Some(table), Some(candles)) = (&self.candles, candles) else {
            return Ok(wanted.unwrap_or_default());
        };
        let named = candles.interval;
        let measured = smallest_spacing(&candles.timestamps).unwrap_or(named);
        let wanted = wanted.unwrap_or(named);
        match [named, measured].into_iter().find(|&found| found != wanted) {
            Some(found) => Err(ScoredLabelsError::IntervalMismatch {
                file: self.market.path().to_owned(),
                table: table.name().to_owned(),
                found,
                dataset: self.dataset.clone(),
                wanted,
            }),
            None => Ok(wanted),
        }
    }

    /// The candles of the range; of one horizon after it only if labels may look there.
    fn candle_range(&self, range: TimeRange, settings: &WindowSettings) -> TimeRange {
        let beyond = match settings.label_cutoff {
            LabelCutoff::MonthStart => TimeDelta::zero(),
            LabelCutoff::None => self.horizon().unwrap_or_default(),
        };
        TimeRange { end: range.end.and_then(|end| end.checked_add_signed(beyond)), ..range }
    }

    /// Labels from `targets` where it has the key, otherwise from the trades of the candles.
    fn labels(
        &self,
        targets: Option<TargetLabels>,
        candles: Option<(&Prices, &Trades)>,
    ) -> Result<Labels> {
        let asked = (self.tie_policy != TiePolicy::default()).then(|| self.tie_policy.to_string());
        let labels = |source, timestamps, outcomes, tie_policy| Labels {
            target_key: self.target.key.clone(),
            passed_over: Vec::new(),
            horizon: self.horizon(),
            source,
            unused_tie_policy: asked.filter(|_| source == LabelSource::Targets),
            tie_policy,
            timestamps,
            outcomes,
        };
        if let Some(found) = targets {
            let outcome = |&label| if label { Outcome::TakeProfit } else { Outcome::NoTakeProfit };
            let outcomes = found.labels.iter().map(outcome).collect();
            return Ok(labels(LabelSource::Targets, found.timestamps, outcomes, None));
        }
        let file = || self.market.path().to_owned();
        let key = self.target.rule.clone().map_err(|source| ScoredLabelsError::UnknownTarget {
            file: file(),
            dataset: self.dataset.clone(),
            target_key: self.target.key.clone(),
            keys: target_keys(&self.market, &self.dataset).unwrap_or_default(),
            source,
        })?;
        let Some((candles, trades)) = candles else {
            // There is no table of candles: the error that says so.
            candle_table(&self.market, None)?;
            return Ok(labels(LabelSource::Candles, Vec::new(), Vec::new(), None));
        };
        let of_trades =
            |ends: &Vec<_>| labels_of_trades(&series(candles)?, &key.rule(self.tie_policy), ends);
        let outcomes = trades.as_ref().map_err(Clone::clone).and_then(of_trades);
        let outcomes =
            outcomes.map_err(|source| ScoredLabelsError::Labels { file: file(), source })?;
        let tie_policy = Some(self.tie_policy.to_string());
        let made = labels(LabelSource::Candles, candles.timestamps.clone(), outcomes, tie_policy);
        Ok(Labels { passed_over: self.passed_over(&key)?, ..made })
    }

    /// Labels in the table `targets` that are very likely meant, and spelled otherwise: of the dataset
    /// in other letters or of none, by the same key or one of the same rule.
    fn passed_over(&self, wanted: &TargetKey) -> Result<Vec<StoredLabels>> {
        let same_rule = |key: &str| {
            key.trim().eq_ignore_ascii_case(wanted.as_str())
                || TargetKey::parse(&key.trim().to_ascii_lowercase())
                    .is_ok_and(|key| key.rule(self.tie_policy) == wanted.rule(self.tie_policy))
        };
        let same_dataset = |dataset: &Option<String>| {
            dataset.as_ref().is_none_or(|name| name.trim().eq_ignore_ascii_case(&self.dataset))
        };
        let stored = stored_labels(&self.market)?.into_iter();
        let meant = stored.filter(|(dataset, key)| same_dataset(dataset) && same_rule(key));
        Ok(meant.map(|(dataset, target_key)| StoredLabels { dataset, target_key }).collect())
    }

    /// How the trades from each candle's close ended.
    fn trades(&self, candles: &Prices) -> Trades {
        match &self.target.rule {
            Ok(key) => trade_ends(&series(candles)?, &key.rule(self.tie_policy)),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// The newest row of what labels come from.
    fn newest_label(&self, source: LabelSource) -> Result<Option<i64>> {
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

/// What was read, or why it could not be.
struct Tables {
    predictions: Result<Predictions, MarketDataError>,
    train: Result<Option<TrainFile>>,
    candles: Result<Option<Prices>, MarketDataError>,
    targets: Result<Option<TargetLabels>, MarketDataError>,
}

/// How the trades from each candle's close ended, or why nobody knows.
type Trades = Result<Vec<Option<TradeEnds>>, LabelError>;

fn series(candles: &Prices) -> Result<CandleSeries<'_>, LabelError> {
    CandleSeries::new(
        &candles.timestamps,
        &candles.open,
        &candles.high,
        &candles.low,
        &candles.close,
        candles.interval,
    )
}

/// `pred_train.csv` beside the model, if it is there.
fn read_train(
    model_path: &str,
    stored: &str,
    predictions: &Path,
    range: TimeRange,
) -> Result<Option<TrainFile>> {
    let Some(path) = train_file(model_path, stored, predictions)? else {
        return Ok(None);
    };
    let rows = read_train_predictions(&path, range)?;
    Ok(Some(TrainFile { path, rows }))
}

/// The interval that a dataset's name tells, if its predictions can be of it, otherwise theirs: what
/// stands in a name may look like an interval and be none, as `3d` in `fold_3d`.
fn interval_of(dataset: &str, spacing: Option<TimeDelta>) -> Option<TimeDelta> {
    let named = dataset_intervals(dataset);
    let Some(spacing) = spacing else { return named.last().copied() };
    let fits = |named: &&TimeDelta| micros(spacing) % micros(**named) == 0;
    named.iter().rev().find(fits).copied().or(Some(spacing))
}

/// The median distance: a few rows between the others do not make them denser.
fn usual_spacing(timestamps: &[i64]) -> Option<TimeDelta> {
    let mut spacings: Vec<i64> = timestamps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let middle = spacings.len() / 2;
    let (_, usual, _) = (!spacings.is_empty()).then(|| spacings.select_nth_unstable(middle))?;
    Some(TimeDelta::microseconds(*usual))
}

fn smallest_spacing(timestamps: &[i64]) -> Option<TimeDelta> {
    timestamps.windows(2).map(|pair| pair[1] - pair[0]).min().map(TimeDelta::microseconds)
}

/// `pred_train.csv` in the model's folder, as it was named or as it is stored: where the path leads
/// from here or from the folder of the predictions. Two different files are an error.
fn train_file(model_path: &str, stored: &str, predictions: &Path) -> Result<Option<PathBuf>> {
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
        (Some(first), Some(second)) => Err(ScoredLabelsError::TrainFileNotUnique {
            model_path: model_path.to_owned(),
            first,
            second,
        }),
        (only, _) => Ok(only),
    }
}
