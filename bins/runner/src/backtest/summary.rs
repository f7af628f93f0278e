//! The summary: `summary.json`, and what a person reads of it.

use std::io::Write;

use backtest::{Counts, FundingRule, Intent, Rules, Slippage, Summary, Tie};
use chrono::{DateTime, Utc};
use serde::Serialize;
use strategy_core::{BoxError, Exits};

use super::args::Settings;
use super::candles::{Market, micros};
use super::decisions::Asked;
use super::simulate::Outcome;

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
    result: Summary,
    pessimistic: Summary,
    optimistic: Summary,
    buy_and_hold: Summary,
    /// Finer candles used.
    detail_rows: Option<u64>,
    /// Candles between the first and the last decision that had none.
    without_decision: u64,
    notes: Vec<String>,
    remarks: Vec<String>,
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
            result: settings.chosen(outcome).summary.clone(),
            pessimistic: outcome.pessimistic.summary.clone(),
            optimistic: outcome.optimistic.summary.clone(),
            buy_and_hold: outcome.hold.summary.clone(),
            detail_rows: outcome.detail_rows,
            without_decision: outcome.without_decision,
            notes: market.notes.clone(),
            remarks: asked.remarks.clone(),
        }
    }

    /// What a person reads.
    pub(crate) fn print(&self, out: &mut dyn Write) -> Result<(), BoxError> {
        let Period { start, end, rows, interval_seconds } = &self.period;
        let day = |time: &DateTime<Utc>| time.format("%Y-%m-%d %H:%M").to_string();
        writeln!(
            out,
            "{} on {}, {} to {} UTC: {rows} rows of {}",
            self.name,
            self.instruments.join(", "),
            day(start),
            day(end),
            length(*interval_seconds)
        )?;
        for line in self.rules_in_words() {
            writeln!(out, "{line}")?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        writeln!(out)?;
        let columns = [&self.pessimistic, &self.optimistic, &self.buy_and_hold];
        writeln!(out, "{:<18}{:>16}{:>16}{:>16}", "", "pessimistic", "optimistic", "buy and hold")?;
        for (name, value) in LINES {
            let [pessimistic, optimistic, hold] = columns.map(value);
            writeln!(out, "{name:<18}{pessimistic:>16}{optimistic:>16}{hold:>16}")?;
        }
        writeln!(out)?;
        self.print_rest(out)
    }

    fn print_rest(&self, out: &mut dyn Write) -> Result<(), BoxError> {
        let result = &self.result;
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
        writeln!(
            out,
            "{} candles reached loss and profit of a trade: the two columns differ by these alone",
            result.counts.ambiguous
        )?;
        for line in counted(&result.counts) {
            writeln!(out, "{line}")?;
        }
        if self.without_decision > 0 {
            writeln!(out, "{} candles had no decision of their own", self.without_decision)?;
        }
        if let Some(rows) = self.detail_rows {
            writeln!(
                out,
                "{rows} finer candles decided what came first; {} rows lacked some and were judged by \
                 their own candle",
                result.counts.incomplete_detail
            )?;
        }
        Ok(())
    }

    fn rules_in_words(&self) -> Vec<String> {
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
            _ => format!("{} funding payments", self.result.counts.funding_payments),
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

type Line = (&'static str, fn(&Summary) -> String);

const LINES: [Line; 17] = [
    ("trades", |s| match s.open_trades {
        0 => s.trades.to_string(),
        open => format!("{} + {open} open", s.trades),
    }),
    ("win rate", |s| s.win_rate.map_or("-".to_owned(), percent)),
    ("profit factor", |s| s.profit_factor.map_or("-".to_owned(), |v| format!("{v:.2}"))),
    ("rows held", |s| s.mean_rows_held.map_or("-".to_owned(), |v| format!("{v:.1}"))),
    ("gross P&L", |s| signed(s.gross_pnl)),
    ("  slippage", |s| signed(-s.slippage)),
    ("  fees", |s| signed(-s.fees)),
    ("  funding", |s| signed(s.funding)),
    ("net P&L", |s| signed(s.net_pnl)),
    ("final equity", |s| format!("{:.2}", s.final_equity)),
    ("return", |s| percent(s.total_return)),
    ("largest drawdown", |s| percent(s.max_drawdown)),
    ("time in market", |s| percent(s.time_in_market)),
    ("exposure, mean", |s| percent(s.mean_gross_exposure)),
    ("exposure, most", |s| percent(s.max_gross_exposure)),
    ("turnover", |s| format!("{:.1} x", s.turnover)),
    ("liquidations", |s| s.counts.liquidations.to_string()),
];

/// What was not done as asked, or needs to be known.
fn counted(counts: &Counts) -> Vec<String> {
    [
        (counts.ignored, "signals ignored: all trades that there may be were open"),
        (counts.sized_to_zero, "orders that sizing or risk made zero"),
        (counts.below_step, "orders not filled: the quantity was below one step"),
        (counts.below_min_notional, "orders not filled: the notional was below the minimum"),
        (counts.insufficient_margin, "orders not filled: the free cash did not carry them"),
        (counts.above_tier_leverage, "orders not filled: their tier does not lend the leverage"),
        (counts.clipped, "orders made smaller to fit the free cash"),
        (counts.funding_inside_bar, "funding payments stamped inside a candle"),
        (
            counts.funding_without_mark,
            "funding payments at the candle's open, for want of a mark price",
        ),
        (counts.gaps_held, "gaps in the candles held through"),
        (counts.risk_demands, "reductions on demand of risk"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect()
}

fn exits(exits: &Exits) -> String {
    let part = |name: &str, value: Option<f64>| value.map(|v| format!("{name} {}", percent(v)));
    let parts = [
        part("take profit", exits.take_profit),
        part("stop loss", exits.stop_loss),
        part("trailing stop", exits.trailing_stop),
        exits.max_hold.map(|rows| format!("at most {rows} rows")),
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
