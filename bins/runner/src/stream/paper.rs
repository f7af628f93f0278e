//! `stream paper`: an account kept over the journal, as a backtest keeps one over the past.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use ::risk::Sizer;
use backtest::{
    Account, Bar, Candle, Decision, Gaps, Instrument, InstrumentTable, Results, Row, Rules,
    Settlement, Slippage, Venue,
};
use clap::{ArgMatches, Command, value_parser};
use serde_json::json;
use strategy_core::registry::{Entry, usage};
use strategy_core::{Console, Leg, Result};
use streaming::cells::Cell;
use streaming::journal::{Outcome, Row as JournalRow};
use streaming::{JournalReader, PaperFigures, Status, time};
use terminal::counted;

use super::{batch, flags, status};
use crate::backtest::candles;
use crate::backtest::sizing_args::{self, SizingSettings};
use crate::{arg, output_flags, row_args};

pub(super) const NAME: &str = "paper";

/// Whose fees and margin the account has, those of a backtest where nothing is asked for.
const VENUE: &str = "binance-usdm";
const ONE_BASIS_POINT: f64 = 0.000_1;

pub(super) fn command(entry: &Entry) -> Command {
    let capital = arg::value("capital", "AMOUNT", "Equity at the start, in quote currency")
        .value_parser(value_parser!(f64))
        .default_value("10000");
    let format = output_flags::format("How to print it");
    let command =
        Command::new(NAME).args([flags::journal_flag(), flags::source_flag(), capital, format]);
    let quantity =
        arg::value("quantity", "AMOUNT", "Trade this quantity each time, in base currency")
            .value_parser(value_parser!(f64));
    let command = sizing_args::with_flags(command.arg(quantity));
    row_args::with_flags(command, entry)
        .about("What an account would have made of the journalled decisions")
        .long_about(
            "Keeps the account of a backtest over the candles, funding rates and decisions of the \
             journal, with the venue's base fees and one basis point of slippage. A decision fills \
             at the next open. A decision made after that open counts as missed. Sizing and risk \
             rules work as in a backtest.",
        )
}

pub(super) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let path = status::journal(entry, matches, console)?;
    let reader = JournalReader::open(&path)?;
    let capital = matches.get_one::<f64>("capital").copied().unwrap_or(CAPITAL);
    let quantity = matches.get_one::<f64>("quantity").copied();
    let sizing = sizing_args::settings(matches, quantity)?;
    let paper = account(entry, &reader, capital, &sizing)?;
    if output_flags::wants_json(matches) {
        writeln!(console.out, "{}", paper.json())?;
    } else {
        paper.write(console.out)?;
    }
    Ok(())
}

/// Equity at the start, where nobody says another.
pub(crate) const CAPITAL: f64 = 10_000.0;

/// An account kept over the last epoch of a journal.
pub(crate) struct Paper {
    epoch: i64,
    /// The first row, µs UTC.
    first: i64,
    pub(crate) capital: f64,
    pub(crate) equity: f64,
    pub(crate) results: Results,
    rows: u64,
    /// Decisions that came too late for the next open.
    pub(crate) missed: u64,
    /// How often each rule of risk acted.
    acted: BTreeMap<&'static str, u64>,
}

/// Keeps an account of `capital`, sized as `chosen`, over the last epoch of the journal that `reader` reads.
pub(crate) fn account(
    entry: &Entry,
    reader: &JournalReader,
    capital: f64,
    chosen: &SizingSettings,
) -> Result<Paper> {
    let (Some(identity), Some(epoch)) = (reader.identity()?, reader.epochs()?.pop()) else {
        return Err("the journal holds nothing yet".into());
    };
    let strategy = entry.open(&batch::configured(entry, &epoch)?, &batch::subject_of(&identity))?;
    let legs = strategy.legs();
    let market = Market::of(reader, legs)?;
    let rows = reader.rows_after(reader.number_before_epoch(epoch.number)?, i64::MAX)?;
    let Some(first) = rows.first().map(|row| row.time) else {
        return Err("the journal has no rows yet".into());
    };

    let venue = Venue::find(VENUE)?;
    let rules = Rules {
        capital,
        intent: strategy.intent().into(),
        exits: strategy.exits(),
        fees: venue.fees,
        maintenance: venue.maintenance,
        slippage: Slippage::OfPrice(ONE_BASIS_POINT),
        // A live account holds through what nobody recorded.
        gaps: Gaps::Hold,
        ..Rules::default()
    };
    let table = InstrumentTable::shipped();
    let names = legs.iter().map(|leg| leg.dataset.as_ref().unwrap_or(&identity.dataset));
    let instruments = names.map(|name| {
        candles::instrument_of(name, &table).unwrap_or_else(|| Instrument::named(name.as_str()))
    });
    let instruments = instruments.collect();
    if matches!(chosen.sizer, Sizer::PayoffKelly(_)) {
        return Err(usage(
            "payoff-kelly needs what each decision knew of its trade's payoffs, and a journal does not \
                     keep it: use another sizer",
        ));
    }
    if let Some(why) = &chosen.killed {
        // It cannot say from which row on.
        return Err(usage(format!(
            "the kill switch {why}: a paper account is kept anew from the first row, so there is none while \
             the switch is engaged; re-arm it with `runner risk arm FILE`"
        )));
    }
    let sizing = chosen.build(&chosen.limits, &rules.exits, legs.len(), identity.interval)?;
    let mut account = Account::new(rules, instruments, sizing, Results::default())?;
    let late = too_late(&rows, identity.interval);
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
    if let Some(fault) = account.sizing().fault() {
        return Err(usage(fault.clone()));
    }
    let acted = account.sizing().acted().clone();
    let equity = account.equity();
    let (results, counts) = account.finish(false);
    let (epoch, rows) = (epoch.number, counts.rows);
    Ok(Paper { epoch, first, capital, equity, results, rows, missed, acted })
}

impl Paper {
    /// The deepest fall from a peak, 0 or negative.
    pub(crate) fn drawdown(&self) -> f64 {
        self.results.equity.iter().map(|row| row.drawdown).fold(0.0, f64::min)
    }

    /// Trades that are closed, and that are open.
    pub(crate) fn trades(&self) -> (usize, usize) {
        let open = self.results.trades.iter().filter(|trade| trade.exit.is_none()).count();
        (self.results.trades.len() - open, open)
    }

    fn last(&self) -> Option<i64> {
        self.results.equity.last().map(|row| row.time)
    }

    fn fees(&self) -> f64 {
        self.results.trades.iter().map(|trade| trade.fees).sum()
    }

    fn funding(&self) -> f64 {
        self.results.trades.iter().map(|trade| trade.funding).sum()
    }

    fn json(&self) -> serde_json::Value {
        let (closed, open) = self.trades();
        json!({
            "epoch": self.epoch,
            "first_row": time::text(self.first),
            "last_row": self.last().map(time::text),
            "rows": self.rows,
            "capital": self.capital,
            "equity": self.equity,
            "largest_drawdown": self.drawdown(),
            "trades_closed": closed,
            "trades_open": open,
            "fees": self.fees(),
            "funding": self.funding(),
            "missed": self.missed,
            "rules_acted": self.acted,
        })
    }

    /// Tells it to a person.
    pub(super) fn write(&self, out: &mut dyn Write) -> Result<()> {
        let (closed, open) = self.trades();
        writeln!(out, "epoch {} from {}", self.epoch, time::text(self.first))?;
        if let Some(last) = self.last() {
            let rows = counted(self.rows, "row");
            writeln!(out, "to               {}, {rows}", time::text(last))?;
        }
        writeln!(out, "equity           {:.2} of {:.2}", self.equity, self.capital)?;
        writeln!(out, "largest drawdown {:.2} %", 100.0 * self.drawdown())?;
        writeln!(out, "trades           {closed} closed, {open} open")?;
        writeln!(out, "fees             {:.2}", self.fees())?;
        writeln!(out, "funding          {:.2}", self.funding())?;
        writeln!(
            out,
            "missed           {} too late for the next open",
            counted(self.missed, "decision")
        )?;
        for (rule, times) in &self.acted {
            writeln!(out, "{rule:<16} acted {}", counted(*times, "time"))?;
        }
        Ok(())
    }
}

/// Keeps the account of a stream that runs, and tells its figures.
pub(super) struct Keeper<'a> {
    entry: &'a Entry,
    sizing: SizingSettings,
    reader: JournalReader,
    status: Status,
    /// The number of the last row that it knows, and when it may look again.
    last: i64,
    rests_until: Option<Instant>,
}

impl<'a> Keeper<'a> {
    pub(super) fn open(
        entry: &'a Entry,
        matches: &ArgMatches,
        journal: &Path,
        status: Status,
    ) -> Result<Self> {
        let sizing = sizing_args::settings(matches, None)?;
        let reader = JournalReader::open(journal)?;
        Ok(Self { entry, sizing, reader, status, last: 0, rests_until: None })
    }

    /// Looks whether there are new rows. The account is kept anew from the first row of the epoch, and never
    /// for more than a twentieth of the time, so that catching up is not held up by it.
    pub(super) fn look(&mut self) {
        let number = self.status.figures().last.map_or(0, |(number, _)| number);
        if number == self.last || self.rests_until.is_some_and(|until| Instant::now() < until) {
            return;
        }
        let begin = Instant::now();
        match account(self.entry, &self.reader, CAPITAL, &self.sizing) {
            Ok(paper) => self.status.paper(PaperFigures {
                equity: paper.equity,
                drawdown: paper.drawdown(),
                closed: paper.trades().0,
                missed: paper.missed,
            }),
            Err(error) => tracing::warn!("the paper account is not kept: {error}"),
        }
        self.last = number;
        self.rests_until = Some(Instant::now() + 20 * begin.elapsed());
    }

    /// Tells the account to a person.
    pub(super) fn tell(&self, out: &mut dyn Write) -> Result<()> {
        if self.reader.last_row()?.is_none() {
            return Ok(());
        }
        account(self.entry, &self.reader, CAPITAL, &self.sizing)?.write(out)
    }
}

/// Candles and funding rates of the legs, as they were journalled.
struct Market {
    /// One candle a leg, where all have one.
    candles: BTreeMap<i64, Vec<Candle>>,
    settlements: Vec<Settlement>,
}

impl Market {
    fn of(reader: &JournalReader, legs: &[Leg]) -> Result<Self> {
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
            return Err(usage(
                "the journal has no candles: the stream had no source of them \
                         (--source candles=…)",
            ));
        }
        settlements.sort_by_key(|settlement| settlement.time);
        Ok(Self { candles, settlements })
    }
}

/// Rows that were decided when the row after them was there already, by time: the open that they were meant
/// for was past. Such rows were decided together, up to as many as are committed at once; the last of those is
/// one too where the next rows followed within half of `interval`, since a row on time is an interval before
/// the next.
fn too_late(rows: &[JournalRow], interval: i64) -> BTreeSet<i64> {
    let mut of_several = false;
    let mut late = BTreeSet::new();
    for pair in rows.windows(2) {
        let apart = pair[1].decided_at.saturating_sub(pair[0].decided_at);
        let is_late = apart == 0 || of_several && apart < interval / 2;
        of_several = apart == 0;
        if is_late && matches!(pair[0].outcome, Outcome::Decided { .. }) {
            late.insert(pair[0].time);
        }
    }
    late
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
