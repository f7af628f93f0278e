//! `runner data instruments`: what a backtest takes for fees, order rules and margin.

use backtest::{Instrument, Venue};
use clap::{ArgMatches, Command};
use strategy_core::{Console, Result};

use crate::backtest::candles::foreign_rules;
use crate::backtest::{instrument_flags, instrument_table, venue};

pub(crate) const NAME: &str = "instruments";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about(
            "Show the venue's fees and the instruments' order rules and maintenance tiers in force",
        )
        .args(instrument_flags())
}

pub(crate) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let venue = venue(matches)?;
    let Venue { name, about, fees, maintenance, longest_funding_hours, as_of } = venue;
    let table = instrument_table(matches)?;
    let out = &mut console.out;
    writeln!(out, "venue {name}: {about}, base tier as of {as_of}")?;
    writeln!(
        out,
        "  maker {} %, taker {} %, liquidation {} %, funding every {longest_funding_hours} h at the \
         longest",
        percent(fees.maker),
        percent(fees.taker),
        percent(fees.liquidation)
    )?;
    writeln!(out, "  maintenance margin: {}", maintenance.formula())?;
    writeln!(out, "instruments: {}", table.source)?;
    if let Some(note) = foreign_rules(venue, &table) {
        writeln!(out, "note: {note}")?;
    }
    for Instrument { name, tick, step, min_notional, tiers } in &table.instruments {
        writeln!(out, "{name}: tick {tick}, step {step}, minimum notional {min_notional}")?;
        for tier in tiers.as_slice() {
            writeln!(
                out,
                "  {:>13} to {:>13}: maintenance {} % less {}, leverage up to {}",
                tier.floor,
                tier.cap,
                percent(tier.rate),
                tier.amount,
                tier.max_leverage
            )?;
        }
    }
    Ok(())
}

fn percent(fraction: f64) -> f64 {
    (fraction * 1e6).round() / 1e4
}
