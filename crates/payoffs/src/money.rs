//! By bin, by side, by month.

use backtest::{History, Rules};
use chrono::DateTime;
use serde::Serialize;
use strategy_core::{Exits, Side};

use crate::PayoffError;
use crate::groups::{Drawing, GroupPayoff, group_payoffs};
use crate::row::{RowPayoff, forward_returns, row_payoffs};

/// The trades of either side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SideMoney {
    /// Long trades.
    pub long: GroupPayoff,
    /// Short trades.
    pub short: GroupPayoff,
}

/// What a bin's rows would have paid, as longs and as shorts, whichever the rule trades.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BinMoney {
    /// Its number, from 1.
    pub bin: u16,
    /// The side that the rule gave most of its rows.
    #[serde(serialize_with = "as_text")]
    pub side: Side,
    /// Either way.
    #[serde(flatten)]
    pub money: SideMoney,
}

fn as_text<S: serde::Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(side)
}

/// What the signals of one month paid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthMoney {
    /// The month, as in `2025-11`, UTC.
    pub month: String,
    /// Its signals.
    #[serde(flatten)]
    pub money: SideMoney,
}

/// The bins of a strategy's rows.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'a> {
    /// One for each row, from 1.
    pub bins: &'a [u16],
    /// How many there are.
    pub n_bins: u16,
}

/// What rows were worth in money. Fractions of a trade's notional.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Money {
    /// How trades end; longs first.
    pub exits: [Exits; 2],
    /// Costs and funding in words.
    pub costs: String,
    /// Rows that no trade is known of: candles are missing or not there yet.
    pub unknown: u64,
    /// Bins, where the strategy has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<BinMoney>,
    /// The signals of either side.
    pub signals: SideMoney,
    /// The same by month.
    pub months: Vec<MonthMoney>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

impl Money {
    /// What the rows at `times` (µs UTC, ascending) were worth on the candles of `history`, by the signed
    /// `weights` that they ask for, one an instrument.
    ///
    /// # Errors
    /// When a side has no longest holding time, a rule cannot be, or intervals cannot be drawn as asked.
    pub fn of(
        history: &History,
        rules: &Rules,
        times: &[i64],
        weights: &[f64],
        ranked: Option<Ranked<'_>>,
        drawing: &Drawing,
    ) -> Result<Self, PayoffError> {
        let legs = history.candles().len() / history.len().max(1);
        let horizon = |exits: &Exits| exits.max_hold.ok_or(PayoffError::NoHorizon);
        let rows = horizon(&rules.exits.long)?.max(horizon(&rules.exits.short)?);
        let payoffs = row_payoffs(history, rules, times, weights)?;
        let forward = forward_returns(history, times, weights, rows);
        let sides: Vec<Side> = weights.chunks(legs.max(1)).map(|of_row| side(of_row[0])).collect();
        let groups = |group: &dyn Fn(usize, Side) -> u16, n: u16| {
            let of: Vec<u16> =
                sides.iter().enumerate().map(|(row, side)| group(row, *side)).collect();
            group_payoffs(&of, &payoffs, &forward, n, drawing)
        };
        let code = |side: Side| match side {
            Side::Long => 1,
            Side::Short => 2,
            Side::NoSignal => 0,
        };
        let signals = pair(&groups(&|_, side| code(side), 2)?);
        let (names, month_of) = months(times);
        let n = u16::try_from(2 * names.len()).unwrap_or(u16::MAX);
        let by_month = groups(
            &|row, side| match code(side) {
                0 => 0,
                code => u16::try_from(2 * month_of[row]).unwrap_or(u16::MAX - 2) + code,
            },
            n,
        )?;
        let months = names.into_iter().zip(by_month.chunks_exact(2));
        let months =
            months.map(|(month, found)| MonthMoney { month, money: pair(found) }).collect();
        let bins = match ranked {
            Some(ranked) => bins(history, rules, times, (&ranked, &sides), rows, drawing)?,
            None => Vec::new(),
        };
        let traded = sides.iter().zip(&payoffs).filter(|(side, _)| **side != Side::NoSignal);
        Ok(Self {
            exits: [rules.exits.long, rules.exits.short],
            costs: costs(rules),
            unknown: traded.filter(|(_, payoff)| payoff.is_none()).count() as u64,
            bins,
            signals,
            months,
            notes: Vec::new(),
        })
    }
}

/// All rows of each bin as longs, and as shorts.
fn bins(
    history: &History,
    rules: &Rules,
    times: &[i64],
    (ranked, sides): (&Ranked<'_>, &[Side]),
    rows: u32,
    drawing: &Drawing,
) -> Result<Vec<BinMoney>, PayoffError> {
    let of_side = |weight: f64| {
        let weights = vec![weight; times.len()];
        let payoffs: Vec<Option<RowPayoff>> = row_payoffs(history, rules, times, &weights)?;
        let forward = forward_returns(history, times, &weights, rows);
        group_payoffs(ranked.bins, &payoffs, &forward, ranked.n_bins, drawing)
    };
    let (long, short) = (of_side(1.0)?, of_side(-1.0)?);
    let side_of = |bin: u16| {
        let of_bin = ranked.bins.iter().zip(sides).filter(|(of, _)| **of == bin);
        let lean: i64 = of_bin.map(|(_, side)| i64::from(side.code())).sum();
        side(lean as f64)
    };
    let numbered = (1..=ranked.n_bins).zip(long).zip(short);
    Ok(numbered
        .map(|((bin, long), short)| BinMoney {
            bin,
            side: side_of(bin),
            money: SideMoney { long, short },
        })
        .collect())
}

fn pair(found: &[GroupPayoff]) -> SideMoney {
    SideMoney { long: found[0], short: found[1] }
}

fn side(weight: f64) -> Side {
    match weight {
        weight if weight > 0.0 => Side::Long,
        weight if weight < 0.0 => Side::Short,
        _ => Side::NoSignal,
    }
}

/// The months that there are, and of each row which it is in.
fn months(times: &[i64]) -> (Vec<String>, Vec<usize>) {
    let mut names: Vec<String> = Vec::new();
    let of_row = |&time: &i64| {
        let month = DateTime::from_timestamp_micros(time).unwrap_or_default();
        let month = month.format("%Y-%m").to_string();
        if names.last() != Some(&month) {
            names.push(month);
        }
        names.len() - 1
    };
    let rows = times.iter().map(of_row).collect();
    (names, rows)
}

fn costs(rules: &Rules) -> String {
    let percent = |fraction: f64| (fraction * 1e6).round() / 1e4;
    let slippage = match rules.slippage {
        backtest::Slippage::OfPrice(fraction) => format!("{} %", percent(fraction)),
        backtest::Slippage::OfRange(fraction) => format!("{} % of the range", percent(fraction)),
    };
    let funding = match rules.funding {
        backtest::FundingRule::Off => "no funding",
        _ => "funding as it was settled",
    };
    format!(
        "maker {} %, taker {} %, slippage {slippage}, {funding}",
        percent(rules.fees.maker),
        percent(rules.fees.taker)
    )
}
