//! `stream paper`: an account kept over the journal, as a backtest keeps one over the past.

use std::collections::{BTreeMap, BTreeSet};

use backtest::{
    Account, Bar, Candle, Decision, EqualParts, Fees, Gaps, Instrument, Results, Row, Rules,
    Settlement, Slippage,
};
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use strategy_core::registry::{Entry, UsageError};
use strategy_core::{BoxError, Console, Leg, Subject};
use streaming::cells::Cell;
use streaming::journal::{Outcome, Row as JournalRow};
use streaming::{JournalReader, time};

use super::{batch, flags, status};
use crate::row_args;

pub(super) const NAME: &str = "paper";

/// Fees and slippage of the venue's base tier: Binance USDⓈ-M.
const MAKER: f64 = 0.000_2;
const TAKER: f64 = 0.000_5;
const CLEARANCE: f64 = 0.012_5;
const ONE_BASIS_POINT: f64 = 0.000_1;

pub(super) fn command(entry: &Entry) -> Command {
    let capital = Arg::new("capital")
        .long("capital")
        .value_name("AMOUNT")
        .value_parser(value_parser!(f64))
        .default_value("10000")
        .help("Equity at the start, in quote currency");
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(["text", "json"])
        .default_value("text")
        .help("How to print it");
    let command =
        Command::new(NAME).args([flags::journal_flag(), flags::source_flag(), capital, format]);
    row_args::with_flags(command, entry)
        .about("What an account would have, that acted on the journalled decisions")
        .long_about(
            "Keeps the account of a backtest over the candles, funding rates and decisions of the \
             journal, with the venue's base fees and one basis point of slippage. A decision is filled at \
             the next open. One that was made when the next row was already there is too late for that \
             open: it is counted as missed.",
        )
}

pub(super) fn run(
    entry: &Entry,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<(), BoxError> {
    let path = status::journal(entry, matches, console)?;
    let reader = JournalReader::open(&path)?;
    let (Some(identity), Some(epoch)) = (reader.identity()?, reader.epochs()?.pop()) else {
        return Err(format!("{} holds nothing yet", path.display()).into());
    };
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let subject = Subject {
        dataset: given(&identity.dataset),
        run_name: given(&identity.run_name),
        model_path: None,
    };
    let strategy = entry.open(&batch::configured(entry, &epoch)?, &subject)?;
    let legs = strategy.legs();
    let market = Market::of(&reader, legs)?;
    let rows = reader.rows_after(reader.number_before_epoch(epoch.number)?, i64::MAX)?;
    let Some(first) = rows.first().map(|row| row.time) else {
        return Err(format!("{} has no rows yet", path.display()).into());
    };

    let capital = matches.get_one::<f64>("capital").copied().unwrap_or(10_000.0);
    let rules = Rules {
        capital,
        intent: strategy.intent().into(),
        exits: strategy.exits(),
        fees: Fees { maker: MAKER, taker: TAKER, liquidation: CLEARANCE },
        slippage: Slippage::OfPrice(ONE_BASIS_POINT),
        // A live account holds through what nobody recorded.
        gaps: Gaps::Hold,
        ..Rules::default()
    };
    let instruments = legs.iter().map(|leg| Instrument::named(leg.to_string())).collect();
    let mut account = Account::new(rules, instruments, EqualParts, Results::default())?;
    let late = too_late(&rows);
    let decisions: BTreeMap<i64, &JournalRow> = rows.iter().map(|row| (row.time, row)).collect();
    let mut missed = 0;
    let mut weights: Vec<f64>;
    for (&time, candles) in market.candles.range(first..) {
        let until = time.saturating_add(identity.interval);
        let settled = market.settlements.partition_point(|settlement| settlement.time < time);
        let after = market.settlements.partition_point(|settlement| settlement.time < until);
        let decided = decisions.get(&time);
        let is_late = late.contains(&time);
        let decision = match decided.map(|row| &row.outcome) {
            Some(outcome @ Outcome::Decided { .. }) if !is_late => {
                weights = weights_of(&epoch.columns, outcome, legs);
                Decision::Weights { weights: &weights, outlook: None }
            }
            _ => Decision::Silent,
        };
        missed += u64::from(is_late);
        let bar = Bar {
            time,
            until,
            candles,
            marks: None,
            settlements: &market.settlements[settled..after],
        };
        account.row(&Row { bar, detail: &[], decision: Some(decision) })?;
    }
    let equity = account.equity();
    let (results, counts) = account.finish(false);
    let open = results.trades.iter().filter(|trade| trade.exit.is_none()).count();
    let closed = results.trades.len() - open;
    let fees: f64 = results.trades.iter().map(|trade| trade.fees).sum();
    let funding: f64 = results.trades.iter().map(|trade| trade.funding).sum();
    let drawdown = results.equity.iter().map(|row| row.drawdown).fold(0.0, f64::min);
    let last = results.equity.last().map(|row| row.time);
    if matches.get_one::<String>("format").is_some_and(|format| format == "json") {
        let object = json!({
            "epoch": epoch.number,
            "first_row": time::text(first),
            "last_row": last.map(time::text),
            "rows": counts.rows,
            "capital": capital,
            "equity": equity,
            "largest_drawdown": drawdown,
            "trades_closed": closed,
            "trades_open": open,
            "fees": fees,
            "funding": funding,
            "missed": missed,
        });
        writeln!(console.out, "{object}")?;
        return Ok(());
    }
    let out = &mut *console.out;
    writeln!(out, "epoch {} from {}", epoch.number, time::text(first))?;
    if let Some(last) = last {
        writeln!(out, "to               {}, {} rows", time::text(last), counts.rows)?;
    }
    writeln!(out, "equity           {equity:.2} of {capital:.2}")?;
    writeln!(out, "largest drawdown {:.2} %", 100.0 * drawdown)?;
    writeln!(out, "trades           {closed} closed, {open} open")?;
    writeln!(out, "fees             {fees:.2}")?;
    writeln!(out, "funding          {funding:.2}")?;
    writeln!(out, "missed           {missed} decisions came too late for the next open")?;
    Ok(())
}

/// Candles and funding rates of the legs, as they were journalled.
struct Market {
    /// One candle a leg, where all have one.
    candles: BTreeMap<i64, Vec<Candle>>,
    settlements: Vec<Settlement>,
}

impl Market {
    fn of(reader: &JournalReader, legs: &[Leg]) -> Result<Self, BoxError> {
        let mut candles = BTreeMap::<i64, Vec<Candle>>::new();
        let mut settlements = Vec::new();
        for (instrument, leg) in legs.iter().enumerate() {
            let of = leg.dataset.as_ref().map_or_else(String::new, |dataset| format!("@{dataset}"));
            for (time, values) in reader.market(&format!("candles{of}"), i64::MIN, i64::MAX)? {
                let Some(&[open, high, low, close]) = values.first_chunk() else { continue };
                let of_row = candles.entry(time).or_default();
                if of_row.len() == instrument {
                    of_row.push(Candle::new(time, [open, high, low, close])?);
                }
            }
            for (time, values) in reader.market(&format!("funding{of}"), i64::MIN, i64::MAX)? {
                let Some(&rate) = values.first() else { continue };
                settlements.push(Settlement { instrument, time, rate, mark: None });
            }
        }
        candles.retain(|_, of_row| of_row.len() == legs.len());
        if candles.is_empty() {
            let error = "the journal has no candles: the stream had no source of them \
                         (--source candles=…)";
            return Err(UsageError::new(error.into()).into());
        }
        settlements.sort_by_key(|settlement| settlement.time);
        Ok(Self { candles, settlements })
    }
}

/// Rows that were decided together with the row after them, by time: when that was there already, the open
/// that they were meant for was past.
fn too_late(rows: &[JournalRow]) -> BTreeSet<i64> {
    let together = rows.windows(2).filter(|pair| pair[0].decided_at == pair[1].decided_at);
    let decided = together.filter(|pair| matches!(pair[0].outcome, Outcome::Decided { .. }));
    decided.map(|pair| pair[0].time).collect()
}

/// The weights of the legs: the columns `target`, or the side.
fn weights_of(columns: &[String], outcome: &Outcome, legs: &[Leg]) -> Vec<f64> {
    let cells = outcome.cells().unwrap_or_default();
    let of = |name: &str| cells.get(columns.iter().position(|column| column == name)?);
    let side = || match of("signal") {
        Some(Cell::Int(1)) => 1.0,
        Some(Cell::Int(-1)) => -1.0,
        _ => 0.0,
    };
    let weight = |(index, leg): (usize, &Leg)| match of(&leg.column()) {
        Some(Cell::Float(weight)) => *weight,
        _ if index == 0 => side(),
        _ => 0.0,
    };
    legs.iter().enumerate().map(weight).collect()
}
