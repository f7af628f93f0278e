//! What a stream is of and what it reads, from the flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use clap::ArgMatches;
use market_data::Instrument;
use strategy_core::registry::Entry;
use strategy_core::{Console, Lookback, Result, Subject};
use streaming::journal::Identity;
use streaming::{Begin, Clock, Journal, Source, Started, StreamError, Waker, start};

use super::duckdb_source::{DuckDbSource, FeedOf};
use super::flags;
use super::folder_source::FolderSource;
use super::plan::{self, GivenSource, Kind, Place, PlannedSeries, StreamPlan};
use crate::row_args::{self, Files};

/// Parameters that say where something lies, not what is decided.
const PLACES: [&str; 2] = ["bins_root", "ensemble_root"];

/// Rows beyond the lookback that are asked an exchange for: some of them may be missing.
const SPARE_ROWS: i64 = 100;

/// What a stream is of and what it reads.
pub(super) struct Prepared {
    pub(super) identity: Identity,
    pub(super) journal: PathBuf,
    pub(super) subject: Subject,
    pub(super) plan: StreamPlan,
    configuration: String,
    files: Files,
    running: bool,
}

impl Prepared {
    pub(super) fn of(
        entry: &Entry,
        matches: &ArgMatches,
        console: &mut Console<'_>,
    ) -> Result<Self> {
        let given: Vec<GivenSource> =
            matches.get_many(row_args::SOURCE).into_iter().flatten().cloned().collect();
        let mut files = row_args::files(entry, matches, console)?;
        files.opened = None;
        // An instrument may have a source and no file.
        for dataset in given.iter().filter_map(|source| source.dataset.as_ref()) {
            if files.instruments.iter().all(|known| known.dataset.as_ref() != Some(dataset)) {
                let dataset = Some(dataset.clone());
                files.instruments.push(Instrument { dataset, ..Instrument::default() });
            }
        }
        let plan = plan::settle(&files, &given)?;
        let subject = files.subject.clone();
        let identity = Identity {
            strategy: entry.name().to_owned(),
            dataset: subject.dataset.clone().unwrap_or_default(),
            run_name: subject.run_name.clone().unwrap_or_default(),
            interval: plan.plan.interval,
        };
        let running = matches
            .try_get_one::<String>(flags::CANDLES)
            .ok()
            .flatten()
            .is_some_and(|when| when == "running");
        Ok(Self {
            journal: journal_path(matches, &identity),
            configuration: configuration(entry, matches),
            identity,
            subject,
            plan,
            files,
            running,
        })
    }

    /// Prepares the stream over `journal`.
    pub(super) fn start(
        &self,
        entry: &Entry,
        matches: &ArgMatches,
        journal: &mut Journal,
        clock: &dyn Clock,
        alive: &dyn Fn(),
    ) -> Result<Started, StreamError> {
        let failed = |source| StreamError::Strategy { first: 0, last: 0, source };
        let open = || entry.open(matches, &self.subject).map_err(failed);
        let sources = || {
            self.sources(None).map_err(|source| StreamError::Source {
                name: self.identity.dataset.clone(),
                source,
            })
        };
        let lookback = entry.lookback(matches).map_err(failed)?;
        let begins = entry.begins(matches, &self.subject).map_err(failed)?;
        let begin = Begin {
            identity: self.identity.clone(),
            configuration: self.configuration.clone(),
            program: format!("runner {}", env!("CARGO_PKG_VERSION")),
            plan: self.plan.plan.clone(),
            lookback,
            from: flags::moment(matches, flags::FROM),
            new_epoch: matches.get_flag(flags::NEW_EPOCH),
            deadline: matches.get_one::<Duration>(flags::DEADLINE).copied().unwrap_or_default(),
            open: &open,
            earliest: self.earliest(lookback, clock.now()),
            seeds_from: begins.map(|first| {
                let rows = i64::try_from(lookback.rows).unwrap_or(i64::MAX);
                first.saturating_sub(rows.saturating_mul(self.plan.plan.interval))
            }),
            sources: &sources,
            alive,
        };
        start(&begin, journal, clock)
    }

    /// From which time on history is read: an exchange has more of it than a strategy with a finite memory
    /// needs.
    fn earliest(&self, lookback: Lookback, now: i64) -> Option<i64> {
        let is_exchange =
            self.plan.series.iter().any(|series| matches!(series.place, Place::Binance(_)));
        let rows = i64::try_from(lookback.rows).unwrap_or(i64::MAX).saturating_add(SPARE_ROWS);
        let span = rows.saturating_mul(self.plan.plan.interval);
        (is_exchange && !lookback.unbounded).then(|| now.saturating_sub(span))
    }

    /// The sources of the plan's series, one a file or folder. With `waker` an exchange is listened to,
    /// without it asked for what there was.
    pub(super) fn sources(&self, waker: Option<&Waker>) -> Result<Vec<Box<dyn Source>>> {
        let interval = self.plan.interval;
        let mut files = BTreeMap::<PathBuf, Vec<(usize, FeedOf)>>::new();
        let mut exchanges = BTreeMap::<&str, (Option<usize>, Option<usize>)>::new();
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        for (index, series) in self.plan.series.iter().enumerate() {
            match &series.place {
                Place::DuckDb(path) => {
                    files.entry(path.clone()).or_default().push((index, self.feed(series)));
                }
                Place::Folder(folder) => {
                    let columns: &[&str] = match series.kind {
                        Kind::Candles => &["open", "high", "low", "close", "volume"],
                        Kind::Predictions => &["y_pred"],
                        Kind::Funding => &["funding_rate"],
                    };
                    let running = self.running && series.kind == Kind::Candles;
                    sources.push(Box::new(FolderSource::new(folder, index, columns, running)));
                }
                Place::Binance(symbol) => {
                    let of_symbol = exchanges.entry(symbol).or_default();
                    match series.kind {
                        Kind::Funding => of_symbol.1 = Some(index),
                        _ => of_symbol.0 = Some(index),
                    }
                }
            }
        }
        for (symbol, series) in exchanges {
            sources.push(exchange(symbol, series, interval, waker)?);
        }
        for (path, feeds) in files {
            sources.push(Box::new(DuckDbSource::new(&path, feeds, interval, self.running)));
        }
        Ok(sources)
    }

    fn feed(&self, series: &PlannedSeries) -> FeedOf {
        let own = &self.files.instruments[series.instrument];
        match series.kind {
            Kind::Candles => FeedOf::Candles(
                own.candles.as_ref().and_then(|file| file.table.clone()),
                own.dataset.clone(),
            ),
            Kind::Funding => FeedOf::Funding(own.dataset.clone()),
            Kind::Predictions => FeedOf::Predictions {
                run: series.run.clone(),
                model_path: own
                    .predictions
                    .as_ref()
                    .filter(|_| series.run.is_none())
                    .and_then(|file| file.model_path.clone()),
                dataset: own.dataset.clone(),
                feature_key: own.predictions.as_ref().and_then(|file| file.feature_key.clone()),
            },
        }
    }
}

/// The candles and funding rates of `symbol`, which may name another server, as in `BTCUSDT@127.0.0.1:8080`.
#[cfg(feature = "binance")]
fn exchange(
    symbol: &str,
    (candles, funding): (Option<usize>, Option<usize>),
    interval: TimeDelta,
    waker: Option<&Waker>,
) -> Result<Box<dyn Source>> {
    let minutes = interval.num_minutes();
    let text = match minutes {
        1 | 3 | 5 | 15 | 30 => format!("{minutes}m"),
        60 | 120 | 240 | 360 | 480 | 720 => format!("{}h", minutes / 60),
        1_440 => "1d".to_owned(),
        _ => return Err(format!("the exchange has no candles of {minutes} minutes").into()),
    };
    let micros = interval.num_microseconds().unwrap_or(i64::MAX);
    let config = match symbol.split_once('@') {
        Some((symbol, host)) => streaming::BinanceConfig::new(symbol, &text, micros).at(host),
        None => streaming::BinanceConfig::new(symbol, &text, micros),
    };
    let wake =
        waker.cloned().map(|waker| -> Box<dyn Fn() + Send> { Box::new(move || waker.wake()) });
    Ok(Box::new(streaming::Binance::new(config, candles, funding, wake)))
}

#[cfg(not(feature = "binance"))]
fn exchange(
    _: &str,
    _: (Option<usize>, Option<usize>),
    _: TimeDelta,
    _: Option<&Waker>,
) -> Result<Box<dyn Source>> {
    Err("this program was built without the exchange (the cargo feature binance)".into())
}

/// The journal that `--journal` names, or that of the strategy, the dataset and the run.
fn journal_path(matches: &ArgMatches, identity: &Identity) -> PathBuf {
    if let Some(path) = matches.get_one::<PathBuf>(flags::JOURNAL) {
        return path.clone();
    }
    let part =
        |text: &str| if text.is_empty() { "none".to_owned() } else { streaming::percent(text) };
    let run = format!("{}.sqlite", part(&identity.run_name));
    Path::new("data/journal").join(&identity.strategy).join(part(&identity.dataset)).join(run)
}

/// The strategy's parameters as JSON, so that two configurations can be compared; without those that say
/// where something lies.
fn configuration(entry: &Entry, matches: &ArgMatches) -> String {
    let mut values = entry.parameters().values(matches);
    values.retain(|name, _| !PLACES.contains(&name.as_str()));
    serde_json::Value::from(values).to_string()
}
