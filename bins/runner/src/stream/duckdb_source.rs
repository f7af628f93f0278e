//! A DuckDB file that other programs open, write and close.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use market_data::{Arrivals, Database, Feed, FileError, MarketDataError, arrivals};
use strategy_core::Result;
use streaming::{Due, FileWatch, Observation, Polled, Seen, Source};

/// Rows of each feed that are read while the file is held.
const ROWS_TOGETHER: u32 = 10_000;

/// How long after a refusal the file is tried again.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// The feeds of one file.
pub(super) struct DuckDbSource {
    name: String,
    path: PathBuf,
    feeds: Vec<SourceFeed>,
    interval: TimeDelta,
    watch: FileWatch,
    refusals: u64,
    /// Whether a candle is closed only when its successor is stored.
    running: bool,
}

/// A feed, and how far it was read.
struct SourceFeed {
    series: usize,
    of: FeedOf,
    /// What it is in the file. Looking for it takes longer than reading it, so it is kept while reading it
    /// works.
    settled: Option<Feed>,
    /// The time from which on it was read last.
    last_from: Option<i64>,
}

/// A feed whose table is looked for when the file is open.
#[derive(Debug, Clone)]
pub(super) enum FeedOf {
    /// The table, if it is named, and the dataset.
    Candles(Option<String>, Option<String>),
    Predictions {
        /// The run of the model, where the inputs name several.
        run: Option<String>,
        model_path: Option<String>,
        dataset: Option<String>,
        feature_key: Option<String>,
    },
    Funding(Option<String>),
}

impl DuckDbSource {
    pub(super) fn new(
        path: &Path,
        feeds: Vec<(usize, FeedOf)>,
        interval: TimeDelta,
        running: bool,
    ) -> Self {
        Self {
            name: path.display().to_string(),
            path: path.to_owned(),
            feeds: feeds
                .into_iter()
                .map(|(series, of)| SourceFeed { series, of, settled: None, last_from: None })
                .collect(),
            interval,
            watch: FileWatch::new(path),
            refusals: 0,
            running,
        }
    }

    /// Reads every feed from where it is of use; the file is held meanwhile.
    fn read(&mut self, from: &dyn Fn(usize) -> i64) -> Result<(Vec<Seen>, bool), MarketDataError> {
        let db = Database::open(&self.path, Duration::ZERO)?;
        let (mut seen, mut goes_on) = (Vec::new(), false);
        for SourceFeed { series, of, settled, last_from } in &mut self.feeds {
            let from = from(*series);
            if from == i64::MAX {
                continue;
            }
            if settled.is_none() {
                *settled = of.settle(&db)?;
            }
            let mut read = match settled {
                Some(feed) => arrivals(&db, feed, from, self.interval, ROWS_TOGETHER)?,
                None => Arrivals::default(),
            };
            if self.running && matches!(settled, Some(Feed::Candles(_))) && read.read_to.is_none() {
                read.rows.pop();
            }
            // There is more, and what was read before was of use: go on at once.
            goes_on |= read.read_to.is_some() && *last_from != Some(from);
            *last_from = Some(from);
            let observation =
                |row: market_data::Arrival| Observation { time: row.time, values: row.values };
            seen.push(Seen {
                series: *series,
                observations: read.rows.into_iter().map(observation).collect(),
                read_to: read.read_to,
            });
        }
        Ok((seen, goes_on))
    }
}

impl FeedOf {
    /// The feed in the file; `None` when it has no funding rates of any dataset yet.
    fn settle(&self, db: &Database) -> Result<Option<Feed>, MarketDataError> {
        Ok(Some(match self {
            Self::Candles(table, dataset) => Feed::Candles(market_data::candle_table_of(
                db,
                table.as_deref(),
                dataset.as_deref(),
            )?),
            Self::Predictions { run, model_path, dataset, feature_key } => {
                let dataset = dataset.as_deref();
                let of_run = run.as_ref().map(|run| market_data::model_of_run(db, run, dataset));
                let of_run = of_run.transpose()?;
                let model_path = of_run.as_deref().or(model_path.as_deref());
                let (model_path, dataset) = market_data::settle_model(db, model_path, dataset)?;
                Feed::Predictions { model_path, dataset, feature_key: feature_key.clone() }
            }
            Self::Funding(Some(dataset)) => Feed::Funding(dataset.clone()),
            Self::Funding(None) => match market_data::only_funding_dataset(db)? {
                Some(dataset) => Feed::Funding(dataset),
                None => return Ok(None),
            },
        }))
    }
}

impl Source for DuckDbSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn refusals(&self) -> u64 {
        self.refusals
    }

    fn poll(&mut self, from: &dyn Fn(usize) -> i64, now: Duration) -> Result<Polled> {
        match self.watch.due(now) {
            Due::Unchanged => return Ok(Polled::default()),
            Due::At(instant) => return Ok(Polled { seen: Vec::new(), again: Some(instant) }),
            Due::Now => {}
        }
        let begin = Instant::now();
        match self.read(from) {
            Ok((seen, goes_on)) => {
                tracing::debug!(file = %self.name, held = ?begin.elapsed(), "read");
                let unread = seen.iter().any(|seen| seen.read_to.is_some());
                if unread {
                    self.watch.refused(now);
                } else {
                    self.watch.taken(now);
                }
                Ok(Polled { seen, again: goes_on.then_some(now) })
            }
            // Its writer has it, or is replacing it.
            Err(MarketDataError::File(FileError::Locked { .. })) => {
                self.refusals += 1;
                self.watch.refused(now);
                Ok(Polled { seen: Vec::new(), again: Some(now + AFTER_REFUSAL) })
            }
            Err(error) => {
                self.watch.refused(now);
                self.feeds.iter_mut().for_each(|feed| feed.settled = None);
                Err(error.into())
            }
        }
    }
}
