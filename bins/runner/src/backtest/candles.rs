//! Candles and funding of the legs, beside whatever the strategy reads.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use backtest::{Candle, History, Instrument, InstrumentTable, Settlement, Venue, settlements};
use chrono::{DateTime, TimeDelta};
use market_data::{Available, Database, RowSource, TimeRange, funding_dataset, read_funding};
use strategy_core::registry::usage;
use strategy_core::{Column, Input, Result};
use terminal::counted;

use super::args::Settings;
use super::decisions::Asked;

/// The candles that decisions are traded on.
pub(crate) struct Market {
    /// The legs' datasets, or what else is known of them.
    pub(crate) names: Vec<String>,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) history: History,
    pub(crate) interval: TimeDelta,
    /// Whether a leg's candles end before another's: nothing is held beyond, on any leg.
    pub(crate) leg_ended: bool,
    /// What a person should know of funding, margin and order rules.
    pub(crate) notes: Vec<String>,
}

const PRICES: [Column; 4] = [Column::Open, Column::High, Column::Low, Column::Close];

/// Reads candles from the first decision to the last, and the funding of that time.
pub(crate) fn load(
    files: &[market_data::Instrument],
    asked: &Asked,
    settings: &Settings,
) -> Result<Market> {
    let inputs: Vec<Input> = files
        .iter()
        .enumerate()
        .flat_map(|(leg, file)| {
            PRICES.map(|column| match (&file.dataset, leg) {
                (Some(dataset), 1..) => Input::of_dataset(column, dataset.clone()),
                _ => Input::of(column),
            })
        })
        .collect();
    let source = RowSource::open(files, &inputs)?;
    let interval = source.interval().ok_or("the interval of the candles is not known")?;
    let candle = micros(interval);
    let lasts = asked.interval.map_or(candle, micros);
    check_intervals(asked, lasts, candle)?;
    let (Some(&first), Some(&last)) = (asked.times.first(), asked.times.last()) else {
        return Err("there are no decisions to trade".into());
    };
    let range = TimeRange {
        start: DateTime::from_timestamp_micros(first),
        end: DateTime::from_timestamp_micros(last + lasts),
    };
    let (mut times, mut candles) = (Vec::new(), Vec::new());
    for batch in source.rows(range)? {
        take(&batch?, &mut times, &mut candles)?;
    }
    let begin = times.first().copied().unwrap_or(first);
    let end = times.last().map_or(last, |last| last + candle);
    let ended = ended_leg(&source.available(), end, candle);
    drop(source);

    let (mut names, mut instruments) = (Vec::new(), Vec::new());
    let (mut paid, mut notes) = (Vec::new(), Vec::new());
    let leg_ended = ended.is_some();
    notes.extend(ended);
    for (leg, file) in files.iter().enumerate() {
        let name = file.dataset.clone().unwrap_or_else(|| "the candles".to_owned());
        paid.extend(funding(leg, file, (begin, end), settings, &name, &mut notes)?);
        instruments.push(instrument(&name, settings, &mut notes)?);
        names.push(name);
    }
    notes.extend(foreign_rules(settings.venue, &settings.table));
    paid.sort_by_key(|settlement| settlement.time);
    let history = History::new(times, candle, candles, paid)?;
    Ok(Market { names, instruments, history, interval, leg_ended, notes })
}

/// Says that the shipped order rules and tiers are another venue's.
pub(crate) fn foreign_rules(venue: &Venue, table: &InstrumentTable) -> Option<String> {
    (venue.name != "binance-usdm" && *table == InstrumentTable::shipped()).then(|| {
        format!(
            "order rules and maintenance tiers are those of Binance, not of {}: replace them with \
             --instruments",
            venue.name
        )
    })
}

/// Says which leg has no candle after `end`, the close of the last common candle, though another has: it
/// was delisted, or its file is older.
fn ended_leg(legs: &[Available], end: i64, candle: i64) -> Option<String> {
    let longest = legs.iter().max_by_key(|leg| leg.last)?;
    let ended = legs.iter().find(|leg| leg.last + candle <= end && leg.last < longest.last)?;
    let at = |micros: i64| {
        let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        at.format("%Y-%m-%d %H:%M").to_string()
    };
    Some(format!(
        "THE CANDLES OF ONE LEG END: `{}` has none after {} UTC, `{}` goes on to {}: what was held is closed on \
         all legs at the last common close, {}",
        ended.input,
        at(ended.last),
        longest.input,
        at(longest.last),
        at(end)
    ))
}

/// A row of another length than a candle must be said, or decisions would be traded before they were
/// known.
fn check_intervals(asked: &Asked, lasts: i64, candle: i64) -> Result<()> {
    let spacing = asked.times.windows(2).map(|pair| pair[1] - pair[0]).min();
    if lasts < candle || lasts % candle != 0 {
        return Err(usage(format!(
            "a row of signals lasts {} s, a candle {} s: rows must last a whole number of candles",
            lasts / 1_000_000,
            candle / 1_000_000
        )));
    }
    match spacing {
        Some(spacing) if asked.of_file && asked.interval.is_none() && spacing != candle => {
            Err(usage(format!(
                "the rows of {} are {} s apart or more, candles last {} s: say with \
                     --signal-interval how long a row lasts, since its signal is known at its end only",
                asked.name,
                spacing / 1_000_000,
                candle / 1_000_000
            )))
        }
        _ => Ok(()),
    }
}

/// Takes times and candles, one a leg, out of a batch of prices.
pub(crate) fn take(
    batch: &RecordBatch,
    times: &mut Vec<i64>,
    candles: &mut Vec<Candle>,
) -> Result<()> {
    let of_time = batch.column(0).as_primitive::<TimestampMicrosecondType>().values();
    let columns: Vec<&[f64]> = (1..batch.num_columns())
        .map(|column| batch.column(column).as_primitive::<Float64Type>().values().as_ref())
        .collect();
    for (row, &time) in of_time.iter().enumerate() {
        times.push(time);
        for prices in columns.chunks_exact(4) {
            candles.push(Candle::new(time, [0, 1, 2, 3].map(|place: usize| prices[place][row]))?);
        }
    }
    Ok(())
}

/// The settlements of a leg; a file without any is not refused, but said.
fn funding(
    leg: usize,
    file: &market_data::Instrument,
    span: (i64, i64),
    settings: &Settings,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<Vec<Settlement>> {
    if settings.rules.funding == backtest::FundingRule::Off {
        notes.push(format!("{name}: no funding is charged (--funding off)"));
        return Ok(Vec::new());
    }
    let Some(candles) = &file.candles else { return Ok(Vec::new()) };
    let database = Database::open(&candles.path, file.lock_timeout)?;
    let found = match funding_dataset(&database, file.dataset.as_deref())? {
        Some(dataset) => read_funding(&database, &dataset, TimeRange::ALL)?,
        None => None,
    };
    let Some(rates) = found else {
        let is_spot = name.split('_').any(|part| part == "spot");
        notes.push(if is_spot {
            format!("{name}: no funding, as spot has none")
        } else {
            let file = candles.path.display();
            format!("{name}: NO FUNDING IS CHARGED: {file} has no funding rates of it")
        });
        return Ok(Vec::new());
    };
    let records = rates.timestamps.into_iter().zip(rates.rates).map(|(t, rate)| (t, rate, None));
    let longest = settings.venue.longest_funding_hours * 3_600_000_000;
    let from = records.filter(|(time, ..)| *time >= span.0 - longest);
    let (found, holes) = settlements(leg, from, span, longest, settings.funding_gaps)?;
    if holes > 0 {
        let holes = counted(holes, "hole");
        notes.push(format!(
            "{name}: {holes} in the funding rates, where nothing is charged (--funding-gaps zero)"
        ));
    }
    Ok(found)
}

/// The order rules and tiers of a dataset's instrument, by the symbol in its name.
pub(crate) fn instrument_of(dataset: &str, table: &InstrumentTable) -> Option<Instrument> {
    let known = dataset.split('_').find_map(|part| table.find(part))?;
    Some(Instrument { name: dataset.to_owned(), ..known.clone() })
}

/// The order rules and tiers of a leg.
fn instrument(name: &str, settings: &Settings, notes: &mut Vec<String>) -> Result<Instrument> {
    match instrument_of(name, &settings.table) {
        Some(known) => Ok(known),
        None if settings.rules.leverage > 1.0 => Err(usage(format!(
            "no table of instruments has {name}, so a leverage above 1 cannot be judged: pass the \
                 exchange's leverageBracket JSON with --instruments"
        ))),
        None => {
            notes.push(format!(
                "{name}: no table of instruments has it: nothing is rounded, nothing liquidated"
            ));
            Ok(Instrument::named(name))
        }
    }
}

pub(crate) fn micros(interval: TimeDelta) -> i64 {
    interval.num_microseconds().unwrap_or(i64::MAX)
}
