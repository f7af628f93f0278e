//! From a strategy's inputs, its legs and `--source` to the series of a stream and where they come from.

use std::path::PathBuf;

use chrono::TimeDelta;
use market_data::{Database, Instrument, candle_interval, candle_table_of, parse_interval};
use strategy_core::registry::{UsageError, usage};
use strategy_core::{Column, Input, Result};
use streaming::{InputFrom, Plan, Rule, SeriesPlan};

use crate::row_args::Files;

/// The tables of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Candles,
    Predictions,
    Funding,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Candles, Self::Predictions, Self::Funding];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Candles => "candles",
            Self::Predictions => "predictions",
            Self::Funding => "funding",
        }
    }

    fn of(column: Column) -> Self {
        match column {
            Column::Open | Column::High | Column::Low | Column::Close | Column::Volume => {
                Self::Candles
            }
            Column::Prediction => Self::Predictions,
            Column::FundingRate | Column::FundingPaid => Self::Funding,
        }
    }
}

/// Where a series is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A DuckDB file.
    DuckDb(PathBuf),
    /// A folder into which files appear.
    Folder(PathBuf),
    /// The exchange.
    Binance(String),
}

/// `--source candles=folder:PATH`: where one series of one instrument is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenSource {
    pub(super) kind: Kind,
    /// `None` is the strategy's own instrument.
    pub(super) dataset: Option<String>,
    /// Of several models, the one whose predictions are there.
    pub(super) run: Option<String>,
    pub(super) place: Place,
}

/// Reads `candles=duckdb:PATH`, `predictions@DATASET#RUN=folder:PATH`, `candles=binance:SYMBOL`.
pub(super) fn given_source(text: &str) -> Result<GivenSource, String> {
    let wanted = "wanted candles, predictions or funding (of another instrument as candles@DATASET, of one \
                  of several models as predictions#RUN), and duckdb:FILE, folder:FOLDER or binance:SYMBOL, \
                  as in candles=folder:data/candles";
    let (name, place) = text.split_once('=').ok_or(wanted)?;
    let split = |name: &str, at: char| match name.split_once(at) {
        Some((name, more)) => (name.to_owned(), Some(more.to_owned())),
        None => (name.to_owned(), None),
    };
    let (name, run) = split(name, '#');
    let (name, dataset) = split(&name, '@');
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(wanted)?;
    if run.is_some() && kind != Kind::Predictions {
        return Err(wanted.to_owned());
    }
    let (scheme, path) = place.split_once(':').ok_or(wanted)?;
    let place = match scheme {
        _ if path.is_empty() => return Err(wanted.to_owned()),
        "duckdb" => Place::DuckDb(path.into()),
        "folder" => Place::Folder(path.into()),
        "binance" if kind != Kind::Predictions => Place::Binance(path.to_owned()),
        _ => return Err(wanted.to_owned()),
    };
    Ok(GivenSource { kind, dataset, run, place })
}

/// A series of the plan, and where it is read from.
#[derive(Debug, Clone)]
pub(super) struct PlannedSeries {
    pub(super) kind: Kind,
    /// Index of the instrument.
    pub(super) instrument: usize,
    /// The model that the predictions are of, where the inputs name several.
    pub(super) run: Option<String>,
    pub(super) place: Place,
}

/// The plan of a stream, with the place of each of its series.
pub(super) struct StreamPlan {
    pub(super) plan: Plan,
    pub(super) series: Vec<PlannedSeries>,
    pub(super) interval: TimeDelta,
}

/// A series of an instrument, and the run that an input names.
type Key<'a> = (usize, Kind, Option<&'a str>);

/// The series of each input.
fn declared<'a>(files: &'a Files, given: &[GivenSource]) -> Result<Vec<Key<'a>>, UsageError> {
    let index_of = |dataset: &Option<String>| match dataset {
        None => Some(0),
        Some(_) => files.instruments.iter().position(|known| known.dataset == *dataset),
    };
    let mut declared: Vec<Key<'_>> = Vec::new();
    for input in &files.inputs {
        let instrument = index_of(&input.dataset).ok_or_else(|| {
            let text = format!(
                "the input `{input}` is of an instrument for which no files are configured"
            );
            UsageError::new(text.into())
        })?;
        declared.push((instrument, Kind::of(input.column), input.run.as_deref()));
    }
    let is_read = |source: &&GivenSource| {
        let Some(index) = index_of(&source.dataset) else { return false };
        let of_instrument = declared.iter().any(|(instrument, ..)| *instrument == index);
        let key = (index, source.kind, source.run.as_deref());
        declared.contains(&key) || source.run.is_none() && (index == 0 || of_instrument)
    };
    let Some(source) = given.iter().find(|source| !is_read(source)) else { return Ok(declared) };
    let inputs: Vec<_> = files.inputs.iter().map(ToString::to_string).collect();
    let text = format!(
        "--source {} names {}, which the strategy does not read; it reads {}",
        source.kind.name(),
        source.run.as_deref().or(source.dataset.as_deref()).unwrap_or_default(),
        inputs.join(", ")
    );
    Err(UsageError::new(text.into()))
}

/// The series that says at which times there are rows. As in `signals`: the strategy's own candles, or else
/// predictions, where it declares them and they may not be missing; otherwise what there is.
fn times<'a>(
    inputs: &[Input],
    declared: &[Key<'a>],
    is_there: impl Fn(Key<'_>) -> bool,
) -> Option<Key<'a>> {
    let own = |wanted: Kind, may_lack: bool| {
        let mut keys = inputs.iter().zip(declared).filter(|(input, _)| may_lack || !input.optional);
        let key = keys.find(|(_, (instrument, kind, _))| *instrument == 0 && *kind == wanted);
        key.map(|(_, key)| *key)
    };
    let any = |kind: Kind| Some((0, kind, None)).filter(|key| is_there(*key));
    own(Kind::Candles, false)
        .or_else(|| own(Kind::Predictions, false))
        .or_else(|| any(Kind::Candles))
        .or_else(|| own(Kind::Predictions, true))
        .or_else(|| any(Kind::Predictions))
}

/// Settles which series rows are made of.
pub(super) fn settle(files: &Files, given: &[GivenSource]) -> Result<StreamPlan> {
    let instruments = &files.instruments;
    let declared = declared(files, given)?;
    let place = |(instrument, kind, run): Key<'_>| place(instruments, given, instrument, kind, run);
    let times = times(&files.inputs, &declared, |key| place(key).is_some()).ok_or_else(|| {
        usage("nothing tells at which times there are rows: pass --source candles=…")
    })?;
    let mut keys = vec![times];
    keys.extend(declared.iter().copied().filter(|key| *key != times));
    keys.sort_by_key(|key| (*key != times, *key));
    keys.dedup();
    let needed = keys.len();
    // What the account needs is kept beside the rows.
    for instrument in 0..instruments.len() {
        for kind in [Kind::Candles, Kind::Funding] {
            let of_rows = declared.iter().any(|(of, ..)| *of == instrument) || instrument == 0;
            let key = (instrument, kind, None);
            if of_rows && place(key).is_some() && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }

    let mut series = Vec::new();
    let mut planned = Vec::new();
    for (index, &key) in keys.iter().enumerate() {
        let (instrument, kind, run) = key;
        let input = declared.iter().position(|declared| *declared == key);
        let name = input.map_or_else(|| kind.name().to_owned(), |at| files.inputs[at].to_string());
        let place = place(key).ok_or_else(|| {
            let flag = if kind == Kind::Predictions { "--pred-duckdb" } else { "--ohlcv-duckdb" };
            usage(format!(
                "the input `{name}` needs {}, and no source of them is configured: pass {flag} or \
                 --source {}=…",
                kind.name(),
                kind.name()
            ))
        })?;
        let one_of_several =
            declared.iter().any(|other| other.2 != run && (other.0, other.1) == (instrument, kind));
        if let (Place::Folder(folder), Some(run), true) = (&place, run, one_of_several)
            && !given.iter().any(|source| source.run.as_deref() == Some(run))
        {
            return Err(usage(format!(
                "the files in {} do not say of which model they are: name a folder for each, as in --source \
                 predictions#{run}=folder:FOLDER",
                folder.display()
            )));
        }
        let rule = match kind {
            _ if index >= needed => Rule::Beside,
            Kind::Funding => Rule::LastByClose,
            Kind::Candles | Kind::Predictions => Rule::SameTime,
        };
        let of = &instruments[instrument].dataset;
        let of =
            of.as_ref().filter(|_| instrument > 0).map_or_else(String::new, |d| format!("@{d}"));
        let journalled = (kind != Kind::Predictions).then(|| format!("{}{of}", kind.name()));
        let optional = index > 0
            && files
                .inputs
                .iter()
                .zip(&declared)
                .all(|(input, declared)| input.optional || *declared != key);
        series.push(SeriesPlan { name, rule, optional, journalled });
        let run = run.map(str::to_owned);
        planned.push(PlannedSeries { kind, instrument, run, place });
    }
    let columns = files.inputs.iter().zip(&declared).map(|(input, key)| {
        let series = keys.iter().position(|known| known == key).unwrap_or(0);
        match input.column {
            Column::FundingPaid => InputFrom::SumWithin { series },
            _ => InputFrom::Value { series, place: place_of(input) },
        }
    });
    let columns = columns.collect();
    let names = files.inputs.iter().map(ToString::to_string).collect();
    let interval = interval(files, &planned)?;
    let micros = interval.num_microseconds().unwrap_or(i64::MAX);
    let plan = Plan { series, columns, names, interval: micros };
    Ok(StreamPlan { plan, series: planned, interval })
}

/// Where the values of an input stand among those of its series.
fn place_of(input: &Input) -> usize {
    match input.column {
        Column::Open | Column::Prediction | Column::FundingRate | Column::FundingPaid => 0,
        Column::High => 1,
        Column::Low => 2,
        Column::Close => 3,
        Column::Volume => 4,
    }
}

/// Where a series of an instrument is read from: as `--source` says, otherwise from the files of `signals`.
fn place(
    instruments: &[Instrument],
    given: &[GivenSource],
    instrument: usize,
    kind: Kind,
    run: Option<&str>,
) -> Option<Place> {
    let own = &instruments[instrument];
    let is_it = |source: &&GivenSource| match &source.dataset {
        None => instrument == 0,
        dataset => *dataset == own.dataset,
    };
    let of_kind = |kind| {
        let of_kind = || given.iter().filter(is_it).filter(|source| source.kind == kind);
        let of_run = of_kind().find(|source| source.run.is_some() && source.run.as_deref() == run);
        of_run.or_else(|| of_kind().find(|source| source.run.is_none()))
    };
    if let Some(source) = of_kind(kind) {
        return Some(source.place.clone());
    }
    match kind {
        Kind::Predictions => own.predictions.as_ref().map(|file| Place::DuckDb(file.path.clone())),
        Kind::Candles => own.candles.as_ref().map(|file| Place::DuckDb(file.path.clone())),
        Kind::Funding => match of_kind(Kind::Candles) {
            // Whoever says where the candles are has the rates there, or elsewhere and says so.
            Some(source) if matches!(source.place, Place::Folder(_)) => None,
            Some(source) => Some(source.place.clone()),
            None => {
                let file = own.candles.as_ref()?;
                let db = Database::open(&file.path, own.lock_timeout).ok()?;
                db.table("funding_rates").ok().map(|_| Place::DuckDb(file.path.clone()))
            }
        },
    }
}

/// From a row to the next: as the dataset's name, or the table of candles, tells.
fn interval(files: &Files, series: &[PlannedSeries]) -> Result<TimeDelta> {
    let named = |instrument: &Instrument| {
        parse_interval(instrument.dataset.as_deref()?.rsplit_once('_')?.1)
    };
    if let Some(interval) = files.instruments.first().and_then(named) {
        return Ok(interval);
    }
    for PlannedSeries { kind, instrument, place, .. } in series {
        if let (Kind::Candles, Place::DuckDb(path)) = (kind, place) {
            let own = &files.instruments[*instrument];
            let table = own.candles.as_ref().and_then(|file| file.table.as_deref());
            let db = Database::open(path, own.lock_timeout)?;
            return Ok(candle_interval(
                &db,
                &candle_table_of(&db, table, own.dataset.as_deref())?,
            )?);
        }
    }
    Err(usage(
        "nothing tells how far rows are apart: name the dataset with --dataset, as in \
         binance_btcusdt_perp_1h",
    ))
}
