//! From the inputs of a strategy to the series that they are columns of.

use std::path::Path;

use chrono::TimeDelta;
use strategy_core::{Column, Input};

use super::error::InputError;
use super::files::{FileId, Files};
use super::instrument::{CandleFile, Instrument, PredictionFile};
use super::join::Rule;
use super::series::{Content, Scores, Series};
use crate::candle_table::require_instrument;
use crate::candles::{candle_interval, micros_of};
use crate::predictions::SettledModel;
use crate::select::Select;
use crate::{
    CandleTable, MarketDataError, PredictionQuery, TimeRange, candle_table, dataset_intervals,
    funding, model_of_run, settle_model,
};

/// The tables of an instrument, in the order in which they are settled: what the predictions tell
/// of the dataset is needed for the funding rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Candles,
    /// Of the model that is settled for the call.
    Predictions,
    /// Of the run with this number among those that inputs name.
    PredictionsOf(usize),
    Funding,
}

impl Kind {
    pub(super) fn of(column: Column) -> Self {
        match column {
            Column::Open | Column::High | Column::Low | Column::Close | Column::Volume => {
                Self::Candles
            }
            Column::Prediction => Self::Predictions,
            Column::FundingRate | Column::FundingPaid => Self::Funding,
        }
    }

    fn is_predictions(self) -> bool {
        matches!(self, Self::Predictions | Self::PredictionsOf(_))
    }
}

/// Which series: that of an instrument (0 is the strategy's own) and its kind.
pub(super) type Key = (usize, Kind);

/// Opens files and settles series, one after the other.
pub(super) struct Planner<'a> {
    instruments: &'a [Instrument],
    /// What the predictions say, by instrument.
    datasets: Vec<Option<String>>,
    /// The runs that inputs name.
    runs: Vec<String>,
    pub(super) files: Files,
    pub(super) series: Vec<(Key, Series)>,
    /// Interval and where it is known from, for all that tell one.
    pub(super) interval: Option<(String, TimeDelta)>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(instruments: &'a [Instrument]) -> Self {
        let datasets = instruments.iter().map(|instrument| instrument.dataset.clone()).collect();
        Self {
            instruments,
            datasets,
            runs: Vec::new(),
            files: Files::default(),
            series: Vec::new(),
            interval: None,
        }
    }

    /// The series that `input` is a column of.
    pub(super) fn key_of(&mut self, input: &Input) -> Result<Key, InputError> {
        let kind = match &input.run {
            None => Kind::of(input.column),
            Some(run) => {
                let known = self.runs.iter().position(|known| known == run);
                Kind::PredictionsOf(known.unwrap_or_else(|| {
                    self.runs.push(run.clone());
                    self.runs.len() - 1
                }))
            }
        };
        let Some(dataset) = &input.dataset else { return Ok((0, kind)) };
        let is_it = |instrument: &Instrument| instrument.dataset.as_ref() == Some(dataset);
        let found = self.instruments.iter().position(is_it);
        found.map(|index| (index, kind)).ok_or_else(|| InputError::UnknownInstrument {
            input: input.to_string(),
            dataset: dataset.clone(),
            known: self.instruments.iter().filter_map(|known| known.dataset.clone()).collect(),
        })
    }

    /// Which series says at which times there may be rows: the strategy's own candles or else
    /// predictions where it declares them, otherwise whichever of the two is configured. A series that
    /// may be missing says so only where nothing else does.
    pub(super) fn times(&self, inputs: &[Input], declared: &[Key]) -> Result<Key, InputError> {
        let own = self.instruments.first();
        let always = inputs.iter().zip(declared).filter(|(input, _)| !input.optional);
        let always: Vec<Key> = always.map(|(_, key)| *key).collect();
        let declares = |is: fn(Kind) -> bool| {
            always.iter().copied().find(|(instrument, kind)| *instrument == 0 && is(*kind))
        };
        let has_candles = own.is_some_and(|own| own.candles.is_some());
        let has_predictions = own.is_some_and(|own| own.predictions.is_some());
        declares(|kind| kind == Kind::Candles)
            .or_else(|| declares(Kind::is_predictions))
            .or_else(|| has_candles.then_some((0, Kind::Candles)))
            .or_else(|| {
                let of_runs = declared.iter().copied().find(|key| key.1.is_predictions());
                has_predictions.then(|| of_runs.unwrap_or((0, Kind::Predictions)))
            })
            .or_else(|| declared.iter().copied().find(|(_, kind)| *kind != Kind::Funding))
            .ok_or(InputError::NoTimes)
    }

    /// Opens the file of the series `key` and settles what is left open, for `input`; `volume` says
    /// whether the volume of candles is needed, `optional` whether rows without its values are kept.
    pub(super) fn add(
        &mut self,
        key: Key,
        input: &Input,
        volume: bool,
        optional: bool,
    ) -> Result<(), MarketDataError> {
        let series = match key.1 {
            Kind::Candles => self.candles(key.0, input, volume)?,
            Kind::Predictions | Kind::PredictionsOf(_) => self.predictions(key, input)?,
            Kind::Funding => self.funding(key.0, input)?,
        };
        self.series.push((key, Series { optional, ..series }));
        Ok(())
    }

    fn candles(
        &mut self,
        index: usize,
        input: &Input,
        volume: bool,
    ) -> Result<Series, MarketDataError> {
        let CandleFile { path, table } = self.candle_file(index, input, "candles")?;
        let file = self.open(index, path)?;
        let db = self.files.get(file);
        let table = candle_table(db, table.as_deref())?;
        let content = Content::Candles { table: table.clone(), volume };
        let Some(bounds) = content.bounds(db, TimeRange::ALL)? else {
            return Err(no_rows(input, path, table.name()));
        };
        let interval = candle_interval(db, &table)?;
        self.agree(format!("the table {} of {}", table.name(), path.display()), interval)?;
        self.agree_with_dataset(index)?;
        let table = CandleTable::with_interval(table, interval);
        Ok(series(file, Rule::SameTime, Content::Candles { table, volume }, bounds))
    }

    fn predictions(
        &mut self,
        (index, kind): Key,
        input: &Input,
    ) -> Result<Series, MarketDataError> {
        let instrument = &self.instruments[index];
        let PredictionFile { path, model_path, feature_key } = instrument
            .predictions
            .as_ref()
            .ok_or_else(|| not_configured(input, "predictions", "--pred-duckdb"))?;
        let file = self.open(index, path)?;
        let db = self.files.get(file);
        let of_run = match kind {
            Kind::PredictionsOf(run) => {
                let dataset = instrument.dataset.as_deref();
                Some(model_of_run(db, &self.runs[run], dataset)?)
            }
            _ => None,
        };
        let model_path = of_run.as_deref().or(model_path.as_deref());
        let (model_path, dataset) = settle_model(db, model_path, instrument.dataset.as_deref())?;
        let query = PredictionQuery {
            dataset: Some(&dataset),
            feature_key: feature_key.as_deref(),
            ..PredictionQuery::of_model(&model_path)
        };
        let model = SettledModel::find(db, &query)?;
        let Some(bounds) = model.bounds(db, &query)? else {
            model.require_feature_key(db, &query)?;
            return Err(no_rows(input, path, "predictions"));
        };
        self.datasets[index] = Some(dataset.clone());
        self.agree_with_dataset(index)?;
        let feature_key = feature_key.clone();
        let scores = Scores { model, model_path, dataset, feature_key };
        Ok(series(file, Rule::SameTime, Content::Predictions(scores), bounds))
    }

    fn funding(&mut self, index: usize, input: &Input) -> Result<Series, MarketDataError> {
        let CandleFile { path, table: candles } =
            self.candle_file(index, input, "funding rates")?;
        let file = self.open(index, path)?;
        let db = self.files.get(file);
        let table = db.table(funding::TABLE)?;
        table.require(&["dataset"])?;
        let found = Select::new(db, &table, "timestamp", &["funding_rate"])?.distinct("dataset")?;
        let path = path.clone();
        let dataset = match (&self.datasets[index], found.as_slice()) {
            (Some(dataset), _) => dataset.clone(),
            (None, [only]) => only.clone(),
            (None, []) => return Err(no_rows(input, &path, funding::TABLE)),
            (None, _) => return Err(InputError::FundingNotUnique { path, found }.into()),
        };
        let content = Content::Funding { table, dataset: dataset.clone() };
        let Some(bounds) = content.bounds(db, TimeRange::ALL)? else {
            let input = input.to_string();
            return Err(InputError::NoFunding { input, path, dataset, found }.into());
        };
        if self.interval.is_none() {
            self.datasets[index] = Some(dataset);
            self.agree_with_dataset(index)?;
        }
        let db = self.files.get(file);
        if let (None, Ok(table)) = (&self.interval, candle_table(db, candles.as_deref())) {
            let interval = candle_interval(db, &table)?;
            self.agree(format!("the table {} of {}", table.name(), path.display()), interval)?;
        }
        let (_, interval) = self
            .interval
            .as_ref()
            .ok_or_else(|| InputError::IntervalUnknown { input: input.to_string() })?;
        Ok(series(file, Rule::LastBy(micros_of(*interval)), content, bounds))
    }

    fn open(&mut self, index: usize, path: &Path) -> Result<FileId, MarketDataError> {
        self.files.open(path, self.instruments[index].lock_timeout)
    }

    fn candle_file(
        &self,
        index: usize,
        input: &Input,
        what: &'static str,
    ) -> Result<&'a CandleFile, InputError> {
        let file = self.instruments[index].candles.as_ref();
        file.ok_or_else(|| not_configured(input, what, "--ohlcv-duckdb"))
    }

    /// An interval in the name of the instrument's dataset must be that of the others, unless the
    /// person named the table of candles.
    fn agree_with_dataset(&mut self, index: usize) -> Result<(), InputError> {
        let Some(dataset) = self.datasets[index].clone() else { return Ok(()) };
        let named = dataset_intervals(&dataset);
        let known = self.interval.as_ref().map(|(_, known)| *known);
        if known.is_some_and(|known| named.contains(&known)) {
            return Ok(());
        }
        match named.last() {
            Some(&interval) => self.agree(format!("the dataset {dataset}"), interval),
            None => Ok(()),
        }
    }

    fn table_is_named(&self, index: usize) -> bool {
        self.instruments[index].candles.as_ref().is_some_and(|file| file.table.is_some())
    }

    /// Refuses tables of candles that were merely found and are not known to be their dataset's.
    pub(super) fn require_instruments(&self) -> Result<(), MarketDataError> {
        for ((index, _), series) in &self.series {
            if let (Content::Candles { table, .. }, Some(dataset), false) =
                (&series.content, &self.datasets[*index], self.table_is_named(*index))
            {
                require_instrument(table, dataset).map_err(|error| match index {
                    0 => error,
                    _ => error.of_another_instrument(),
                })?;
            }
        }
        Ok(())
    }

    fn agree(&mut self, what: String, interval: TimeDelta) -> Result<(), InputError> {
        match &self.interval {
            None => self.interval = Some((what, interval)),
            Some((_, known)) if *known == interval => {}
            Some((first, known)) => {
                return Err(InputError::IntervalsDiffer {
                    first: first.clone(),
                    first_interval: *known,
                    second: what,
                    second_interval: interval,
                });
            }
        }
        Ok(())
    }
}

fn series(file: FileId, rule: Rule, content: Content, (first, last): (i64, i64)) -> Series {
    Series { file, rule, optional: false, content, first, last }
}

fn not_configured(input: &Input, what: &'static str, flag: &'static str) -> InputError {
    InputError::NotConfigured {
        input: input.to_string(),
        what,
        dataset: input.dataset.clone(),
        flag,
    }
}

fn no_rows(input: &Input, path: &Path, table: &str) -> MarketDataError {
    let (input, path, table) = (input.to_string(), path.to_owned(), table.to_owned());
    InputError::NoRows { input, path, table }.into()
}
