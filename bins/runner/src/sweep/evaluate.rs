//! Evaluating settings on rows and candles that are read once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ::backtest::{Account, Close, Closes, Events, Row, RowTable, Trade};
use ::risk::{MarketHistory, RiskSizing};
use ::trials::{Evaluated, Outcome, Plan};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use clap::ArgMatches;
use rayon::prelude::*;
use statistics::{DayEnds, TrackRecorder};
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{BoxError, Subject};

use super::decided::Decided;
use super::flags::Flags;
use crate::backtest::args::Settings;
use crate::backtest::candles::{Market, micros};
use crate::backtest::decisions::Asked;
use crate::backtest::detail::Kept;
use crate::backtest::simulate::see;

/// The rows of a strategy, read once.
pub(crate) struct StrategyRows {
    pub(crate) subject: Subject,
    /// Those of the longest lookback included.
    pub(crate) batch: RecordBatch,
    /// The first row that is decided on.
    pub(crate) first: usize,
}

impl StrategyRows {
    /// What a strategy so configured asks for.
    pub(crate) fn decide(&self, entry: &Entry, matches: &ArgMatches) -> Result<Asked, BoxError> {
        let mut strategy = entry.open(matches, &self.subject)?;
        // As many rows before the first as alone: what reaches further back would differ otherwise.
        let before = strategy.lookback().rows.min(self.first);
        let from = self.first - before;
        let rows = self.batch.slice(from, self.batch.num_rows() - from);
        let decisions = strategy.decide(&rows)?.without_first(before);
        let times = decisions.table.column_by_name("timestamp");
        let times = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
        let times = times.ok_or("the decisions have no timestamps")?.values().to_vec();
        let known = decisions.outlooks.iter().any(Option::is_some);
        Ok(Asked {
            name: entry.name().to_owned(),
            times,
            weights: decisions.weights,
            outlooks: if known { decisions.outlooks } else { Vec::new() },
            legs: strategy.legs().to_vec(),
            intent: strategy.intent().into(),
            exits: strategy.exits(),
            interval: None,
            of_file: false,
            remarks: strategy.remarks(),
            in_sample_rows: strategy.in_sample_rows(),
        })
    }
}

/// What all settings share.
pub(crate) struct Shared<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) flags: Flags,
    pub(crate) rows: StrategyRows,
    pub(crate) market: Market,
    /// Of its candles.
    pub(crate) days: DayEnds,
    /// What sizers and rules know of it, once one asks.
    pub(crate) known: OnceLock<Arc<MarketHistory>>,
    /// Finer candles, and candles of the mark price.
    pub(crate) detail: Option<Kept>,
    pub(crate) marks: Option<Kept>,
    pub(crate) decided: Decided,
    pub(crate) plan: Plan,
    /// What its trials are counted under.
    pub(crate) instrument: Option<String>,
    /// What a person should know of the data, and of the decisions where no flag is varied.
    pub(crate) notes: Vec<String>,
    /// A hash of the decisions where no flag is varied.
    pub(crate) decisions: [u8; 32],
}

/// What an account made of one stretch of time.
#[derive(Debug, Default)]
pub(crate) struct Curve {
    pub(crate) times: Vec<i64>,
    pub(crate) equity: Vec<f64>,
    /// Net profits of ended trades.
    pub(crate) profits: Vec<f64>,
}

/// Takes down the equity of each row, whose times are known, and what trades earned.
#[derive(Debug, Default)]
struct Earned {
    last: i64,
    equity: Vec<f64>,
    profits: Vec<f64>,
}

impl Events for Earned {
    fn trade(&mut self, trade: &Trade) {
        self.profits.extend(trade.exit.map(|exit| exit.net_pnl));
    }

    #[inline]
    fn close(&mut self, close: &Close) {
        // The last row is told again once what was open is closed.
        if close.time == self.last {
            self.equity.pop();
        }
        self.last = close.time;
        self.equity.push(close.equity);
    }

    #[inline]
    fn closes(&mut self, closes: &Closes<'_>) {
        self.last = closes.times().last().copied().unwrap_or(self.last);
        self.equity.extend(closes.equities());
    }
}

/// Takes down what a setting's summary needs, and no row.
struct Record<'a> {
    track: TrackRecorder<'a>,
    profits: Vec<f64>,
}

impl Events for Record<'_> {
    fn trade(&mut self, trade: &Trade) {
        self.profits.extend(trade.exit.map(|exit| exit.net_pnl));
    }

    #[inline]
    fn close(&mut self, close: &Close) {
        self.track.row(close.equity);
    }

    #[inline]
    fn closes(&mut self, closes: &Closes<'_>) {
        self.track.stretch(closes.count(), closes.range(), |row| closes.equity_of(row));
    }
}

/// A stretch of time, in µs UTC: from its start to before its end.
pub(crate) type Stretch = Range<i64>;

impl Shared<'_> {
    /// The flags of a setting.
    pub(crate) fn matches(&self, setting: usize) -> Result<ArgMatches, BoxError> {
        self.flags.with(&self.plan.flags(setting))
    }

    /// What a strategy so configured asks for.
    pub(crate) fn decide(&self, matches: &ArgMatches) -> Result<Asked, BoxError> {
        self.rows.decide(self.entry, matches)
    }

    /// The rows of all candles with what is asked for.
    pub(crate) fn table<'a>(&'a self, asked: &'a Asked) -> Result<RowTable<'a>, BoxError> {
        Ok(RowTable::new(&self.market.history, asked.decisions(&self.market)?)?)
    }

    /// The outcomes of the settings of a chunk. Decisions are made once for all settings that differ in
    /// the account alone, also in later chunks while they are [kept](Decided).
    pub(crate) fn chunk(&self, settings: &[usize]) -> Vec<Outcome> {
        let mut groups: BTreeMap<Vec<(String, String)>, Vec<usize>> = BTreeMap::new();
        for &setting in settings {
            let part = self.flags.of_strategy(&self.plan.flags(setting));
            groups.entry(part).or_default().push(setting);
        }
        let groups: Vec<_> = groups.into_iter().collect();
        let outcomes = groups.par_iter().flat_map_iter(|(part, group)| {
            let refused = |error: BoxError| Outcome::Refused(chain(&*error));
            let evaluated = || -> Result<Vec<(usize, Outcome)>, BoxError> {
                let asked = self.decided.of(part, || self.decide(&self.matches(group[0])?))?;
                let rows = self.table(&asked)?;
                let evaluate = |&setting: &usize| {
                    (setting, self.evaluate(setting, &asked, &rows).unwrap_or_else(refused))
                };
                Ok(group.par_iter().map(evaluate).collect())
            };
            evaluated().unwrap_or_else(|error| {
                let refused = refused(error);
                group.iter().map(|&setting| (setting, refused.clone())).collect()
            })
        });
        let by_setting: BTreeMap<usize, Outcome> = outcomes.collect();
        by_setting.into_values().collect()
    }

    /// What an account makes of a setting.
    pub(crate) fn evaluate(
        &self,
        setting: usize,
        asked: &Asked,
        rows: &RowTable<'_>,
    ) -> Result<Outcome, BoxError> {
        let settings = Settings::of(&self.matches(setting)?, asked)?;
        let track = TrackRecorder::new(&self.days, settings.rules.capital)?;
        let mut sizing = self.sizing(&settings)?;
        let of_market = || Arc::new(MarketHistory::new(&self.market.history));
        sizing = sizing.sharing(|| Arc::clone(self.known.get_or_init(of_market)));
        let mut account = self.account(&settings, sizing, Record { track, profits: Vec::new() })?;
        self.feed(&mut account, rows, 0..rows.len())?;
        let closed = settings.close_at_end || self.market.leg_ended;
        let Record { track, profits } = finish(account, closed)?;
        Ok(Outcome::Evaluated(Evaluated::new(track.finish()?, profits)))
    }

    /// What an account makes of the decisions in a stretch of time. It begins flat, with the decision at the
    /// close of the row before it, and ends flat, at its last close and at its cost.
    pub(crate) fn curve(
        &self,
        asked: &Asked,
        settings: &Settings,
        stretch: &Stretch,
    ) -> Result<Curve, BoxError> {
        let table = self.table(asked)?;
        let times = self.market.history.times();
        let before = |end: i64| times.partition_point(|&time| time < end);
        let rows = before(stretch.start)..before(stretch.end);
        let mut account = self.account(settings, self.sizing(settings)?, Earned::default())?;
        if rows.start > 0 && !rows.is_empty() {
            self.feed(&mut account, &table, rows.start - 1..rows.start)?;
            *account.events() = Earned::default();
        }
        self.feed(&mut account, &table, rows)?;
        let Earned { equity, profits, .. } = finish(account, true)?;
        Ok(Curve { times: self.times(stretch), equity, profits })
    }

    /// The open times of a stretch's candles.
    pub(crate) fn times(&self, stretch: &Stretch) -> Vec<i64> {
        let times = self.market.history.times().iter().copied();
        times.filter(|time| stretch.contains(time)).collect()
    }

    fn sizing(&self, settings: &Settings) -> Result<RiskSizing, BoxError> {
        let (sizing, exits) = (&settings.sizing, &settings.rules.exits);
        let lasts = micros(self.market.interval);
        Ok(sizing.build(&sizing.limits, exits, self.market.instruments.len(), lasts)?)
    }

    fn account<E: Events>(
        &self,
        settings: &Settings,
        sizing: RiskSizing,
        events: E,
    ) -> Result<Account<RiskSizing, E>, BoxError> {
        let instruments = self.market.instruments.clone();
        Ok(Account::new(settings.rules.clone(), instruments, sizing, events)?)
    }

    fn feed<E: Events>(
        &self,
        account: &mut Account<RiskSizing, E>,
        table: &RowTable<'_>,
        rows: Range<usize>,
    ) -> Result<(), BoxError> {
        if self.detail.is_none() && self.marks.is_none() {
            return Ok(account.rows(table, rows)?);
        }
        for (number, Row { bar, decision, .. }) in rows.clone().zip(table.rows(rows)) {
            let detail = self.detail.as_ref().map(|kept| kept.of_row(number));
            let marks = self.marks.as_ref().map(|kept| kept.of_row(number));
            see(bar, detail, marks, |bar, detail| account.row(&Row { bar, detail, decision }))?;
        }
        Ok(())
    }
}

/// Ends an account whose trades could all be sized.
fn finish<E: Events>(account: Account<RiskSizing, E>, close_open: bool) -> Result<E, BoxError> {
    match account.sizing().fault() {
        Some(fault) => Err(UsageError::new(fault.clone().into()).into()),
        None => Ok(account.finish(close_open).0),
    }
}

/// An error and its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whose trials they are.
pub(super) fn subject(shared: &Shared<'_>) -> ::trials::Subject {
    ::trials::Subject {
        strategy: shared.entry.name().to_owned(),
        dataset: shared.instrument.clone(),
        run_name: shared.rows.subject.run_name.clone(),
    }
}
