//! Running accounts over the rows: both tie rules, and buy and hold.

use ::risk::{Limits, RiskSizing};
use backtest::{
    Account, BacktestError, Bar, Counts, Decision, Gaps, Intent, Results, Row, Rules, Settlement,
    Summary, Tie,
};
use chrono::DateTime;
use serde::Serialize;
use statistics::{EquityCurve, Performance, PerformanceSettings, TradeStatistics};
use strategy_core::registry::UsageError;
use strategy_core::{BoxError, Result};

use super::args::Settings;
use super::candles::{Market, micros};
use super::decisions::Asked;
use super::detail::{DetailFiles, Within};
use super::sizing_args::SizingSettings;

/// One run of an account.
pub(crate) struct Simulated {
    pub(crate) results: Results,
    pub(crate) run: Run,
}

/// What `summary.json` says of one run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    /// Sharpe ratio and its kind; null where the equity was gone.
    pub(crate) performance: Option<Performance>,
    /// Win rate and profit factor with their intervals.
    pub(crate) trade_statistics: TradeStatistics,
}

impl Run {
    /// What is drawn at random is taken from `like` where that earned the same.
    fn of(
        results: &Results,
        counts: &Counts,
        rules: &Rules,
        like: Option<&Simulated>,
    ) -> Result<Self, BoxError> {
        let summary = Summary::of(results, counts, rules);
        if let Some(like) = like.filter(|like| like.results == *results) {
            return Ok(Self { summary, ..like.run.clone() });
        }
        let times: Vec<i64> = results.equity.iter().map(|row| row.time).collect();
        let equity: Vec<f64> = results.equity.iter().map(|row| row.equity).collect();
        let settings = PerformanceSettings::default();
        let curve = EquityCurve::new(&times, &equity, rules.capital);
        let exits = results.trades.iter().filter_map(|trade| trade.exit);
        let profits: Vec<f64> = exits.map(|exit| exit.net_pnl).collect();
        Ok(Self {
            summary,
            performance: curve.and_then(|curve| Performance::of(&curve, &settings)).ok(),
            trade_statistics: TradeStatistics::of(&profits, &settings.resampling)?,
        })
    }
}

/// All runs.
pub(crate) struct Outcome {
    pub(crate) pessimistic: Simulated,
    pub(crate) optimistic: Simulated,
    pub(crate) hold: Simulated,
    /// The tie rule asked for, without each of the rules of risk.
    pub(crate) without: Vec<(&'static str, Summary)>,
    /// Finer candles used; `None` where there were none.
    pub(crate) detail_rows: Option<u64>,
    /// Rows without candles of the mark price; `None` where none were asked for.
    pub(crate) without_mark: Option<u64>,
    /// Candles between the first and the last decision that had none.
    pub(crate) without_decision: u64,
}

type Running = Account<RiskSizing, Results>;

/// Trades what is asked for.
pub(crate) fn run(
    asked: &Asked,
    market: &Market,
    settings: &Settings,
    detail: Option<&DetailFiles>,
    marks: Option<&DetailFiles>,
) -> Result<Outcome, BoxError> {
    let lasts = asked.interval.map_or(micros(market.interval), micros);
    let chosen = &settings.sizing;
    let account =
        |rules: Rules, sizing: &SizingSettings, limits: &Limits| -> Result<Running, BoxError> {
            let instruments = market.instruments.clone();
            let sizing = sizing.build(limits, &rules.exits, instruments.len(), lasts)?;
            Ok(Account::new(rules, instruments, sizing, Results::default())?)
        };
    let of_tie = |tie| Rules { tie, ..settings.rules.clone() };
    let hold = Rules {
        intent: Intent::Position,
        exits: strategy_core::SideExits::default(),
        max_trades: 1,
        leverage: 1.0,
        gaps: Gaps::Hold,
        ..settings.rules.clone()
    };
    let mut pessimistic = account(of_tie(Tie::Pessimistic), chosen, &chosen.limits)?;
    let mut optimistic = account(of_tie(Tie::Optimistic), chosen, &chosen.limits)?;
    let mut held = account(hold.clone(), &SizingSettings::none(), &Limits::off())?;
    // The same backtest without each rule, to tell what it costs or saves.
    let without = |rule: &&'static str| {
        let limits = chosen.limits.without(rule);
        Ok((*rule, account(settings.rules.clone(), chosen, &limits)?))
    };
    let mut without =
        chosen.limits.rules().iter().map(without).collect::<Result<Vec<_>, BoxError>>()?;
    // The same money in each leg.
    let bought = vec![1.0 / asked.legs.len() as f64; asked.legs.len()];

    let mut stream = detail.map(DetailFiles::stream).transpose()?;
    let mut marks = marks.map(DetailFiles::stream).transpose()?;
    let with_marks = marks.is_some();
    let decisions = asked.decisions(market)?;
    let silent = decisions.iter().filter(|decision| matches!(decision, Some(Decision::Silent)));
    let without_decision = silent.count() as u64;
    let (mut lacking, mut without_mark) = (0, 0);
    for (bar, decision) in market.history.bars().zip(decisions) {
        let marked = match &mut marks {
            Some(marks) => Some(marks.within(bar.time, bar.until)?),
            None => None,
        };
        let found = match &mut stream {
            Some(stream) => Some(stream.within(bar.time, bar.until)?),
            None => None,
        };
        lacking += u64::from(found.is_some_and(|found| found.times.is_empty()));
        let has_mark = see(bar, found, marked, |bar, detail| {
            let row = Row { bar, detail, decision };
            pessimistic.row(&row)?;
            optimistic.row(&row)?;
            for (_, account) in &mut without {
                account.row(&row)?;
            }
            let decision = Some(Decision::Weights { weights: &bought, outlook: None });
            held.row(&Row { bar, detail: &[], decision })
        })?;
        without_mark += u64::from(with_marks && !has_mark);
    }
    for account in [&pessimistic, &optimistic] {
        if let Some(fault) = account.sizing().fault() {
            return Err(UsageError::new(fault.clone().into()).into());
        }
    }
    // A group is never left on one leg.
    let close = settings.close_at_end || market.leg_ended;
    let without = without
        .into_iter()
        .map(|(rule, account)| {
            let (results, counts) = account.finish(close);
            (rule, Summary::of(&results, &counts, &settings.rules))
        })
        .collect();
    let end = |account: Running, rules: &Rules, like: Option<&Simulated>| {
        let (results, counts) = account.finish(close);
        let counts = Counts { incomplete_detail: counts.incomplete_detail + lacking, ..counts };
        let run = Run::of(&results, &counts, rules, like)?;
        Ok::<_, BoxError>(Simulated { results, run })
    };
    let pessimistic = end(pessimistic, &settings.rules, None)?;
    let optimistic = end(optimistic, &settings.rules, Some(&pessimistic))?;
    Ok(Outcome {
        pessimistic,
        optimistic,
        hold: end(held, &hold, None)?,
        without,
        detail_rows: stream.map(|stream| stream.rows),
        without_mark: with_marks.then_some(without_mark),
        without_decision,
    })
}

/// Gives `row` a bar as accounts see it, beside the finer `found` and the `marked` candles of its time: funding
/// at the mark price, and liquidation judged by it. Whether there was a mark price for each candle.
pub(crate) fn see(
    bar: Bar<'_>,
    found: Option<Within<'_>>,
    marked: Option<Within<'_>>,
    row: impl FnOnce(Bar<'_>, &[Bar<'_>]) -> Result<(), BacktestError>,
) -> Result<bool, BacktestError> {
    if found.is_none() && marked.is_none() {
        return row(bar, &[]).map(|()| false);
    }
    let settlements = settled_at(&bar, marked.as_ref());
    let bar = Bar { settlements: &settlements, ..bar };
    let Some(found) = found else {
        let own = marked.filter(|marked| marked.times == [bar.time]);
        let bar = Bar { marks: own.map(|marked| marked.candles), ..bar };
        return row(bar, &[]).map(|()| own.is_some());
    };
    let judged = marked.filter(|marked| marked.times == found.times);
    row(bar, &finer(&bar, found, judged)).map(|()| judged.is_some())
}

/// Finer candles as bars, each with the settlements of its time and its mark candles.
fn finer<'a>(bar: &Bar<'a>, found: Within<'a>, marks: Option<Within<'a>>) -> Vec<Bar<'a>> {
    let legs = bar.candles.len();
    let mut settled = 0;
    found
        .times
        .iter()
        .enumerate()
        .map(|(row, &time)| {
            let (from, until) = (settled, time + found.interval);
            settled += bar.settlements[from..].partition_point(|s| s.time < until);
            let range = row * legs..(row + 1) * legs;
            Bar {
                time,
                until,
                candles: &found.candles[range.clone()],
                marks: marks.map(|marks| &marks.candles[range]),
                settlements: &bar.settlements[from..settled],
            }
        })
        .collect()
}

/// The bar's settlements, each at the mark price as its candle of the mark price opened.
fn settled_at(bar: &Bar<'_>, marks: Option<&Within<'_>>) -> Vec<Settlement> {
    let legs = bar.candles.len();
    let at = |settlement: &Settlement| {
        let mark = marks.and_then(|marks| {
            let row = marks.times.binary_search(&settlement.time).ok()?;
            Some(marks.candles[row * legs + settlement.instrument].open())
        });
        Settlement { mark: mark.or(settlement.mark), ..*settlement }
    };
    bar.settlements.iter().map(at).collect()
}

impl Asked {
    /// The decision of each candle of `market`. A candle at whose close a row would have ended, without one, is
    /// silent; before the first row nothing is asked, and nothing counts as silence.
    pub(crate) fn decisions(&self, market: &Market) -> Result<Vec<Option<Decision<'_>>>> {
        let (lasts, legs) = (micros(self.interval.unwrap_or(market.interval)), self.legs.len());
        let mut next = 0;
        let mut of_bar = |bar: Bar<'_>| {
            let Some(&time) = self.times.get(next) else { return Ok(None) };
            let known = time + lasts;
            if known < bar.until {
                return Err(self.without_candle(time));
            }
            if known == bar.until {
                let weights = &self.weights[next * legs..(next + 1) * legs];
                let outlook = self.outlooks.get(next).and_then(Option::as_ref);
                next += 1;
                return Ok(Some(Decision::Weights { weights, outlook }));
            }
            let silent = next > 0 && (known - bar.until) % lasts == 0;
            Ok(silent.then_some(Decision::Silent))
        };
        let decisions = market.history.bars().map(&mut of_bar).collect::<Result<_, _>>()?;
        match self.times.get(next) {
            Some(&time) => Err(self.without_candle(time)),
            None => Ok(decisions),
        }
    }

    fn without_candle(&self, time: i64) -> BoxError {
        let at = DateTime::from_timestamp_micros(time).unwrap_or_default();
        format!(
            "{}: the row at {} UTC has no candle that closes when it ends: are these signals of another \
             instrument or interval? Name their candles with --ohlcv-duckdb, or leave such rows out",
            self.name,
            at.format("%Y-%m-%d %H:%M"),
        )
        .into()
    }
}

impl Settings {
    /// The outcome under the tie rule that was asked for.
    pub(crate) fn chosen<'a>(&self, outcome: &'a Outcome) -> &'a Simulated {
        match self.rules.tie {
            Tie::Pessimistic => &outcome.pessimistic,
            Tie::Optimistic => &outcome.optimistic,
        }
    }
}
