//! A strategy with a memory, a market that it decides on, and streams over both.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::{Float64Array, RecordBatch, TimestampMicrosecondArray};
use strategy_core::{
    BoxError, Column, ErasedStrategy, Input, Lookback, NoCommands, Opened, Rows, RowsError, Side,
    SignalColumn, SignalType, Strategy, Subject,
};
use streaming::journal::Identity;
use streaming::{
    Begin, Clock, InputFrom, Journal, JournalReader, Observation, Plan, Polled, Rule, Seen,
    SeriesPlan, Source, Started, StreamError, cells, journal, start,
};

pub(crate) const HOUR: i64 = 3_600_000_000;

/// Compares each close with an average of all before it, weighted by the scores.
pub(crate) struct Memory {
    mean: f64,
    weight: f64,
    decay: f64,
}

/// How fast it forgets. Another program may have another value here.
pub(crate) const DECAY: f64 = 0.9;

#[derive(clap::Args)]
pub(crate) struct NoConfig {}

#[derive(Clone)]
pub(crate) struct Distance(f64);

impl SignalType for Distance {
    fn side(&self) -> Side {
        if self.0 > 0.5 {
            Side::Long
        } else if self.0 < -0.5 {
            Side::Short
        } else {
            Side::NoSignal
        }
    }
    fn columns(signals: &[Self]) -> Vec<SignalColumn> {
        let values = signals.iter().map(|signal| signal.0).collect::<Vec<_>>();
        vec![SignalColumn::new("distance", Float64Array::from(values))]
    }
}

impl Strategy for Memory {
    const NAME: &'static str = "memory";
    const ABOUT: &'static str = "Remembers";
    type Config = NoConfig;
    type Signal = Distance;
    type Command = NoCommands;
    type Error = RowsError;

    fn inputs(_: &NoConfig) -> Vec<Input> {
        vec![Input::of(Column::Close), Input::of(Column::Prediction)]
    }
    fn new(_: NoConfig, _: &Subject) -> Result<Self, RowsError> {
        Ok(Self { mean: 0.0, weight: 0.0, decay: DECAY })
    }
    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Distance>, RowsError> {
        let closes = rows.column(&Input::of(Column::Close))?;
        let scores = rows.column(&Input::of(Column::Prediction))?;
        let decide = |(close, score): (&f64, &f64)| {
            let distance = close - self.mean;
            self.weight = self.decay * self.weight + score;
            self.mean += distance * score / self.weight.max(1e-9);
            Distance(distance)
        };
        Ok(closes.iter().zip(scores).map(decide).collect())
    }
}

pub(crate) fn open(decay: f64) -> Box<dyn ErasedStrategy> {
    Box::new(Opened::new(Memory { mean: 0.0, weight: 0.0, decay }))
}

/// Rows of a market: a close, and a score where there is one.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) rows: Vec<(f64, Option<f64>)>,
    /// When the first opens, µs UTC.
    pub(crate) first: i64,
}

impl Market {
    /// Invented hours; every seventh has no score.
    pub(crate) fn hours(count: u64) -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 40).unwrap()) / f64::from(1 << 24)
        };
        let rows = (0..count).map(|hour| {
            let score = uniform();
            (uniform().mul_add(2.0, 99.0), (hour % 7 != 3).then_some(score))
        });
        Self { rows: rows.collect(), first: 0 }
    }

    /// The decisions of a batch over the complete rows, by time.
    pub(crate) fn batch(&self) -> Vec<(i64, Vec<u8>)> {
        self.batch_of(DECAY)
    }

    /// The same of a program that forgets by `decay`.
    pub(crate) fn batch_of(&self, decay: f64) -> Vec<(i64, Vec<u8>)> {
        let rows: Vec<_> = (0_i64..)
            .zip(&self.rows)
            .filter_map(|(hour, (close, score))| {
                Some((self.first + hour * HOUR, *close, (*score)?))
            })
            .collect();
        let batch = RecordBatch::try_from_iter([
            (
                "timestamp",
                Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| row.0)))
                    as _,
            ),
            ("close", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.1))) as _),
            ("y_pred", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2))) as _),
        ])
        .unwrap();
        let table = open(decay).decide_batch(&batch).unwrap();
        rows.iter()
            .enumerate()
            .map(|(index, row)| (row.0, cells::encode(&table, index).unwrap()))
            .collect()
    }

    /// What is seen of series 0 (closes) or 1 (scores) from `from` on, in the first `count` hours.
    pub(crate) fn seen(&self, series: usize, from: i64, count: usize) -> Vec<Observation> {
        let rows = (0_i64..).zip(&self.rows).take(count);
        let hours = rows.map(|(hour, row)| (self.first + hour * HOUR, row));
        let of_series =
            hours.filter(|(time, _)| *time >= from).filter_map(|(time, (close, score))| {
                let value = if series == 0 { Some(*close) } else { *score };
                Some(Observation { time, values: Ok(vec![value?]) })
            });
        of_series.collect()
    }
}

/// The first hours of a market.
pub(crate) struct Hours<'m>(pub(crate) &'m Market, pub(crate) usize);

impl Source for Hours<'_> {
    fn name(&self) -> &'static str {
        "hours"
    }
    fn poll(&mut self, from: &dyn Fn(usize) -> i64, _: Duration) -> Result<Polled, BoxError> {
        let seen = [0, 1].map(|series| Seen {
            series,
            observations: self.0.seen(series, from(series), self.1),
            read_to: None,
        });
        Ok(Polled { seen: seen.into(), again: None })
    }
}

/// A clock that stands still.
pub(crate) struct Still;

impl Clock for Still {
    fn since_boot(&self) -> Duration {
        Duration::from_secs(100)
    }
    fn boot(&self) -> &'static str {
        "boot"
    }
    fn now(&self) -> i64 {
        1_700_000_000_000_000
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        strategy: "memory".to_owned(),
        dataset: "test_1h".to_owned(),
        run_name: "run".to_owned(),
        interval: HOUR,
    }
}

pub(crate) fn plan() -> Plan {
    let series = ["close", "y_pred"].map(|name| SeriesPlan {
        name: name.to_owned(),
        rule: Rule::SameTime,
        optional: false,
        journalled: (name == "close").then(|| "candles".to_owned()),
    });
    Plan {
        columns: [0, 1].map(|series| InputFrom::Value { series, place: 0 }).into(),
        names: series.iter().map(|series| series.name.clone()).collect(),
        series: series.into(),
        interval: HOUR,
    }
}

/// How a stream over a market begins.
pub(crate) struct Way {
    pub(crate) from: Option<i64>,
    pub(crate) new_epoch: bool,
    pub(crate) configuration: String,
    pub(crate) deadline: Duration,
    /// Of the program.
    pub(crate) decay: f64,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            from: Some(0),
            new_epoch: false,
            configuration: "{}".to_owned(),
            deadline: Duration::ZERO,
            decay: DECAY,
        }
    }
}

/// Opens the journal at `path` over the first `hours` of `market`.
pub(crate) fn begin(
    path: &Path,
    market: &Market,
    hours: usize,
    way: &Way,
) -> Result<(Journal, Started), StreamError> {
    let mut opened = released(path)?;
    let market = market.clone();
    let sources = move || -> Result<Vec<Box<dyn Source>>, StreamError> {
        let market: &'static Market = Box::leak(Box::new(market.clone()));
        Ok(vec![Box::new(Hours(market, hours))])
    };
    let begin = Begin {
        identity: identity(),
        configuration: way.configuration.clone(),
        program: "test".to_owned(),
        plan: plan(),
        lookback: Lookback::at_least(0),
        from: way.from,
        new_epoch: way.new_epoch,
        deadline: way.deadline,
        earliest: None,
        seeds_from: None,
        open: &|| Ok(open(way.decay)),
        sources: &sources,
        alive: &|| (),
    };
    let started = start(&begin, &mut opened, &Still)?;
    Ok((opened, started))
}

/// Opens a journal that was closed a moment ago: a server that another test starts just then holds the lock
/// with it until it runs.
pub(crate) fn released(path: &Path) -> Result<Journal, StreamError> {
    let begun = Instant::now();
    loop {
        match Journal::open(path) {
            Err(StreamError::Held { .. }) if begun.elapsed() < Duration::from_secs(20) => {
                thread::sleep(Duration::from_millis(5));
            }
            opened => return opened,
        }
    }
}

/// Lets `started` see the first `hours` of `market`, and journals what it decides.
pub(crate) fn go_on(journal: &mut Journal, started: &mut Started, market: &Market, hours: usize) {
    let core = &mut started.core;
    for series in [0, 1] {
        let from = core.queue().needs_from(series);
        core.observe(series, market.seen(series, from, hours), None, Still.since_boot());
    }
    loop {
        let commit = core.decide(Still.since_boot(), Still.now()).unwrap();
        if commit.is_empty() {
            break;
        }
        journal.commit(&commit).unwrap();
    }
}

/// All rows of the journal at `path`.
pub(crate) fn rows(path: &Path) -> Vec<journal::Row> {
    JournalReader::open(path).unwrap().rows_after(0, i64::MAX).unwrap()
}

/// Asserts that the journal at `path` has every hour of `market` once, decided as the batch does.
pub(crate) fn assert_is_batch(path: &Path, market: &Market) {
    let rows = rows(path);
    let times: Vec<i64> = rows.iter().map(|row| row.time / HOUR).collect();
    let count = i64::try_from(market.rows.len()).unwrap();
    assert_eq!(times, (0..count).collect::<Vec<_>>(), "rows lost, repeated or out of order");
    assert!(rows.iter().map(|row| row.number).eq(1..=count), "numbers have gaps");
    let decided: Vec<_> = rows
        .iter()
        .filter_map(|row| match &row.outcome {
            journal::Outcome::Decided { decision, .. } => Some((row.time, decision.clone())),
            journal::Outcome::LeftOut(_) => None,
        })
        .collect();
    assert!(decided == market.batch(), "decisions are not those of the batch");
}

pub(crate) fn journal_in(folder: &Path) -> PathBuf {
    folder.join("journal.sqlite")
}
