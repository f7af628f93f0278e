//! The summary: `summary.json`, and what a person reads of it.

use std::io::Write;

use backtest::{Counts, FundingRule, Intent, Rules, Slippage, Tie};
use chrono::{DateTime, Utc};
use serde::Serialize;
use statistics::{Estimate, Performance, StatisticsError};
use strategy_core::{Exits, Result};
use terminal::counted;
use trials::Verdict;

use super::args::Settings;
use super::candles::{Market, micros};
use super::decisions::Asked;
use super::risk_report::RiskReport;
use super::simulate::{Outcome, Run};

/// What `summary.json` holds. Times are UTC; amounts are in quote currency.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    name: String,
    instruments: Vec<String>,
    period: Period,
    venue: &'static str,
    /// Where order rules and maintenance tiers are from.
    instrument_table: String,
    rules: Rules,
    /// Of the tie rule that was asked for, which the files show.
    result: Run,
    pessimistic: Run,
    optimistic: Run,
    buy_and_hold: Run,
    /// Finer candles used.
    detail_rows: Option<u64>,
    /// Rows without candles of the mark price; null where none were asked for.
    without_mark: Option<u64>,
    /// Candles between the first and the last decision that had none.
    without_decision: u64,
    /// The sizer, the rules, and what each of them did.
    risk: RiskReport,
    /// Rows decided on by bins that were calibrated on in-sample predictions; null where there are no
    /// bins.
    in_sample_rows: Option<u64>,
    notes: Vec<String>,
    remarks: Vec<String>,
    /// What luck explains of it, after all that the ledger knows.
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
struct Period {
    /// Open time of the first row.
    start: DateTime<Utc>,
    /// Open time of the last row.
    end: DateTime<Utc>,
    rows: u64,
    interval_seconds: i64,
}

impl Report {
    pub(crate) fn of(
        asked: &Asked,
        market: &Market,
        settings: &Settings,
        outcome: &Outcome,
        verdict: Verdict,
    ) -> Self {
        let times = market.history.times();
        let at = |time: Option<&i64>| {
            time.and_then(|&time| DateTime::from_timestamp_micros(time)).unwrap_or_default()
        };
        Self {
            name: asked.name.clone(),
            instruments: market.names.clone(),
            period: Period {
                start: at(times.first()),
                end: at(times.last()),
                rows: times.len() as u64,
                interval_seconds: micros(market.interval) / 1_000_000,
            },
            venue: settings.venue.name,
            instrument_table: settings.table.source.clone(),
            rules: settings.rules.clone(),
            result: settings.chosen(outcome).run.clone(),
            pessimistic: outcome.pessimistic.run.clone(),
            optimistic: outcome.optimistic.run.clone(),
            buy_and_hold: outcome.hold.run.clone(),
            detail_rows: outcome.detail_rows,
            without_mark: outcome.without_mark,
            without_decision: outcome.without_decision,
            risk: RiskReport::of(settings, outcome),
            notes: market.notes.clone(),
            remarks: asked.remarks.clone(),
            in_sample_rows: asked.in_sample_rows,
            verdict,
        }
    }

    /// What a person reads.
    pub(crate) fn print(&self, out: &mut dyn Write) -> Result<()> {
        let Period { start, end, rows, interval_seconds } = &self.period;
        let day = |time: &DateTime<Utc>| time.format("%Y-%m-%d %H:%M").to_string();
        writeln!(
            out,
            "{} on {}, {} to {} UTC: {} of {}",
            self.name,
            self.instruments.join(", "),
            day(start),
            day(end),
            counted(*rows, "row"),
            length(*interval_seconds)
        )?;
        for line in self.rules_in_words() {
            writeln!(out, "{line}")?;
        }
        for line in self.risk.in_words() {
            writeln!(out, "{line}")?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        writeln!(out)?;
        let columns = [&self.pessimistic, &self.optimistic, &self.buy_and_hold];
        writeln!(out, "{:<18}{:>23}{:>23}{:>23}", "", "pessimistic", "optimistic", "buy and hold")?;
        for (name, value) in LINES {
            let [pessimistic, optimistic, hold] = columns.map(value);
            writeln!(out, "{name:<18}{pessimistic:>23}{optimistic:>23}{hold:>23}")?;
        }
        writeln!(out)?;
        self.print_rest(out)
    }

    fn print_rest(&self, out: &mut dyn Write) -> Result<()> {
        let result = &self.result.summary;
        let tie = match self.rules.tie {
            Tie::Pessimistic => "pessimistic",
            Tie::Optimistic => "optimistic",
        };
        let exits = result.exits.iter().map(|exit| {
            let name = exit.reason.name().replace('_', " ");
            format!("{} by {name} ({})", exit.trades, signed(exit.net_pnl))
        });
        let exits = exits.collect::<Vec<_>>().join(", ");
        if !exits.is_empty() {
            writeln!(out, "{tie}: trades ended {exits}")?;
        }
        if let Some(trough) = result.drawdown_trough.and_then(DateTime::from_timestamp_micros) {
            let peak = result.drawdown_peak.and_then(DateTime::from_timestamp_micros);
            let peak =
                peak.map_or("the start".to_owned(), |peak| peak.format("%Y-%m-%d").to_string());
            writeln!(out, "{tie}: largest drawdown from {peak} to {}", trough.format("%Y-%m-%d"))?;
        }
        if self.result.performance.is_some() {
            writeln!(
                out,
                "in brackets: 95 % intervals; of ratios from daily UTC returns, 365 a year, by stationary \
                 bootstrap"
            )?;
        }
        if let Some(rows) = self.in_sample_rows {
            writeln!(
                out,
                "{} decided by bins calibrated on in-sample predictions",
                counted(rows, "row")
            )?;
        }
        writeln!(
            out,
            "{} reached loss and profit of a trade: the two columns differ by these alone",
            counted(result.counts.ambiguous, "candle")
        )?;
        for line in noted(&result.counts) {
            writeln!(out, "{line}")?;
        }
        for line in self.risk.what_rules_did() {
            writeln!(out, "{line}")?;
        }
        if self.without_decision > 0 {
            writeln!(
                out,
                "{} had no decision of their own",
                counted(self.without_decision, "candle")
            )?;
        }
        if let Some(rows) = self.detail_rows {
            writeln!(
                out,
                "{} decided what came first; {} lacked some and were judged by their own candle",
                counted(rows, "finer candle"),
                counted(result.counts.incomplete_detail, "row")
            )?;
        }
        if let Some(rows) = self.without_mark {
            writeln!(
                out,
                "candles of the mark price judged liquidation; {} lacked them and were judged by their own",
                counted(rows, "row")
            )?;
        }
        writeln!(out, "{}", self.verdict)?;
        Ok(())
    }

    pub(super) fn rules_in_words(&self) -> Vec<String> {
        let rules = &self.rules;
        let intent = match rules.intent {
            Intent::Position => "a signal is the position wanted".to_owned(),
            Intent::Change => "a signal changes the position, 0 says nothing".to_owned(),
            Intent::Entry if rules.max_trades == 1 => "a signal is one trade at a time".to_owned(),
            Intent::Entry => format!("a signal is a trade, {} at a time", rules.max_trades),
        };
        let (long, short) = (exits(&rules.exits.long), exits(&rules.exits.short));
        let exits = match (long == short, long.is_empty() && short.is_empty()) {
            (_, true) => String::new(),
            (true, false) => format!("; {long}"),
            (false, false) => format!("; longs: {long}; shorts: {short}"),
        };
        let slippage = match rules.slippage {
            Slippage::OfPrice(fraction) => format!("{} bp", fixed(fraction * 1e4)),
            Slippage::OfRange(fraction) => format!("{} of the range", percent(fraction)),
        };
        let funding = match rules.funding {
            FundingRule::Off => "no funding".to_owned(),
            _ => counted(self.result.summary.counts.funding_payments, "funding payment"),
        };
        vec![
            format!("{intent}{exits}"),
            format!(
                "capital {}, leverage {}; {}: maker {}, taker {}, slippage {slippage}, {funding}",
                fixed(rules.capital),
                fixed(rules.leverage),
                self.venue,
                percent(rules.fees.maker),
                percent(rules.fees.taker),
            ),
        ]
    }
}

pub(super) type Line = (&'static str, fn(&Run) -> String);

pub(super) const LINES: [Line; 20] = [
    ("trades", |run| match run.summary.open_trades {
        0 => run.summary.trades.to_string(),
        open => format!("{} + {open} open", run.summary.trades),
    }),
    ("win rate", |run| estimate(&run.trade_statistics.win_rate, 100.0, " %")),
    ("profit factor", |run| estimate(&run.trade_statistics.profit_factor, 1.0, "")),
    ("rows held", |run| run.summary.mean_rows_held.map_or("-".to_owned(), |v| format!("{v:.1}"))),
    ("gross P&L", |run| signed(run.summary.gross_pnl)),
    ("  slippage", |run| signed(-run.summary.slippage)),
    ("  fees", |run| signed(-run.summary.fees)),
    ("  funding", |run| signed(run.summary.funding)),
    ("net P&L", |run| signed(run.summary.net_pnl)),
    ("final equity", |run| format!("{:.2}", run.summary.final_equity)),
    ("return", |run| percent(run.summary.total_return)),
    ("largest drawdown", |run| percent(run.summary.max_drawdown)),
    ("Sharpe ratio", |run| ratio(run, |performance| &performance.sharpe)),
    ("Sortino ratio", |run| ratio(run, |performance| &performance.sortino)),
    ("Calmar ratio", |run| ratio(run, |performance| &performance.calmar)),
    ("time in market", |run| percent(run.summary.time_in_market)),
    ("exposure, mean", |run| percent(run.summary.mean_gross_exposure)),
    ("exposure, most", |run| percent(run.summary.max_gross_exposure)),
    ("turnover", |run| format!("{:.1} x", run.summary.turnover)),
    ("liquidations", |run| run.summary.counts.liquidations.to_string()),
];

fn ratio(run: &Run, of: fn(&Performance) -> &Result<Estimate, StatisticsError>) -> String {
    run.performance.as_ref().map_or("-".to_owned(), |found| estimate(of(found), 1.0, ""))
}

/// A value with its 95 % interval, as `0.46 [-0.61, 1.50]`.
fn estimate(found: &Result<Estimate, StatisticsError>, unit: f64, sign: &str) -> String {
    let Ok(Estimate { value, interval }) = found else { return "-".to_owned() };
    let value = value * unit;
    let decimals = if unit > 1.0 { 1 } else { 2 };
    match interval {
        Ok(found) => {
            let (lower, upper) = (found.lower * unit, found.upper * unit);
            format!("{value:.decimals$}{sign} [{lower:.decimals$}, {upper:.decimals$}]")
        }
        Err(_) => format!("{value:.decimals$}{sign}"),
    }
}

/// What was not done as asked, or needs to be known.
fn noted(counts: &Counts) -> Vec<String> {
    [
        (counts.ignored, "signal", "ignored: as many trades as --max-trades allows were open"),
        (counts.sized_to_zero, "order", "that sizing or risk made zero"),
        (counts.below_step, "order", "not filled: the quantity was below one step"),
        (counts.below_min_notional, "order", "not filled: the notional was below the minimum"),
        (counts.insufficient_margin, "order", "not filled: the free cash was too little"),
        (counts.above_tier_leverage, "order", "not filled: the tier does not lend the leverage"),
        (counts.clipped, "order", "made smaller to fit the free cash"),
        (counts.funding_inside_bar, "funding payment", "stamped inside a candle"),
        (
            counts.funding_without_mark,
            "funding payment",
            "priced at the candle's open: there is no mark price",
        ),
        (counts.gaps_held, "gap", "in the candles held through"),
        (counts.risk_demands, "reduction", "on demand of risk"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, noun, what)| format!("{} {what}", counted(count, noun)))
    .collect()
}

fn exits(exits: &Exits) -> String {
    let part = |name: &str, value: Option<f64>| value.map(|v| format!("{name} {}", percent(v)));
    let parts = [
        part("take profit", exits.take_profit),
        part("stop loss", exits.stop_loss),
        part("trailing stop", exits.trailing_stop),
        exits.max_hold.map(|rows| format!("at most {}", counted(rows, "row"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn length(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

fn signed(amount: f64) -> String {
    // No negative zero.
    format!("{:+.2}", amount + 0.0)
}

fn fixed(value: f64) -> String {
    format!("{}", (value * 1e6).round() / 1e6)
}

fn percent(fraction: f64) -> String {
    format!("{} %", (fraction * 1e4).round() / 1e2)
}
