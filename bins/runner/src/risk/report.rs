//! `runner risk report`.

use std::path::PathBuf;

use ::risk::{SCENARIOS, stressed_price};
use backtest::{MarginMode, Rules, Tiers};
use chrono::TimeDelta;
use clap::ArgMatches;
use clap::parser::ValueSource;
use market_data::Instrument;
use serde::Serialize;
use strategy_core::registry::usage;
use strategy_core::{Console, Result};
use terminal::counted;

use super::asked::Asked;
use super::measured::{Days, TailRisk, Tails, at, days, returns};
use super::position::{self, Position};
use crate::backtest as backtests;
use crate::backtest::candles::foreign_rules;
use crate::{output_flags, row_args};

/// What is printed, as JSON under these names. Fractions are of the equity unless said.
#[derive(Debug, Serialize)]
struct Report {
    equity: f64,
    gross_exposure: f64,
    net_exposure: f64,
    positions: Vec<Line>,
    days: usize,
    historical: Vec<TailRisk>,
    filtered: Vec<TailRisk>,
    stress: Vec<Stress>,
}

#[derive(Debug, Serialize)]
struct Line {
    dataset: String,
    quantity: f64,
    entry: f64,
    /// The last close, and when it was.
    price: f64,
    price_time: String,
    notional: f64,
    exposure: f64,
    /// The price that liquidates it; null where none does.
    liquidation: Option<f64>,
    /// Its distance as a fraction of the price.
    distance: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Stress {
    scenario: &'static str,
    /// Change of the equity.
    change: f64,
    /// Positions that would be liquidated on the way.
    liquidated: Vec<String>,
}

/// A position with its market.
struct Held {
    position: Position,
    days: Days,
    tiers: Tiers,
}

impl Held {
    fn entry(&self) -> f64 {
        self.position.entry.unwrap_or(self.days.last)
    }

    fn notional(&self) -> f64 {
        self.position.quantity * self.days.last
    }

    fn unrealised(&self) -> f64 {
        self.position.quantity * (self.days.last - self.entry())
    }
}

pub(super) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let asked = asked(matches)?;
    let table = backtests::instrument_table(matches)?;
    if let Some(note) = foreign_rules(backtests::venue(matches)?, &table) {
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(console.err, "note: {note}");
    }
    let (instruments, mut range) = row_args::choose_data(matches, console)?;
    range.end = asked.end.or(range.end);
    let mut held = Vec::new();
    for position in &asked.positions {
        let instrument = find(&instruments, &position.dataset)?;
        let other = instruments.first().is_some_and(|own| own.dataset != instrument.dataset);
        let days = days(instrument, other, range)?;
        let known = position.dataset.split('_').find_map(|part| table.find(part));
        let tiers = known.map_or_else(Tiers::none, |known| known.tiers.clone());
        held.push(Held { position: position.clone(), days, tiers });
    }
    let report = report(&asked, held)?;
    if output_flags::wants_json(matches) {
        return output_flags::json(&report, console.out);
    }
    print(&report, console)
}

fn asked(matches: &ArgMatches) -> Result<Asked> {
    let given = matches.get_one::<f64>("equity").copied();
    let backtest = matches.get_one::<PathBuf>("backtest");
    if backtest.is_some() && matches.contains_id("end") {
        return Err(usage("--backtest has an end of its own: leave out --end"));
    }
    let (positions, equity, end) = if let Some(folder) = backtest {
        let position::End { positions, equity, time } = position::of_backtest(folder)?;
        if positions.is_empty() {
            return Err(format!(
                "{} ends without an open trade: there is nothing at risk",
                folder.display()
            )
            .into());
        }
        // Its last row is the last to be read.
        (positions, given.unwrap_or(equity), Some(time + TimeDelta::microseconds(1)))
    } else {
        let positions = matches.get_many::<Position>("position").into_iter().flatten();
        (positions.cloned().collect::<Vec<_>>(), given.unwrap_or(10_000.0), None)
    };
    if positions.is_empty() {
        return Err(usage("nothing to report on: pass --position, or --backtest FOLDER"));
    }
    let leverage = matches.get_one::<f64>("leverage").copied().unwrap_or(1.0);
    for (name, found, least) in [("--equity", equity, 0.0), ("--leverage", leverage, 1.0)] {
        if !(found >= least && found > 0.0 && found.is_finite()) {
            return Err(usage(format!(
                "{name} is {found}: wanted a number above 0, a leverage of 1 or more"
            )));
        }
    }
    let cross = matches.get_one::<String>("margin").is_some_and(|margin| margin == "cross");
    let margin = if cross { MarginMode::Cross } else { MarginMode::Isolated };
    let venue = backtests::venue(matches)?;
    let given = Rules {
        leverage,
        margin,
        maintenance: venue.maintenance,
        fees: venue.fees,
        ..Rules::default()
    };
    let rules = match backtest {
        None => given,
        Some(folder) => {
            let own = position::rules(folder)?;
            let said = |flag| matches.value_source(flag) != Some(ValueSource::DefaultValue);
            Rules {
                leverage: if said("leverage") { leverage } else { own.leverage },
                margin: if said("margin") { margin } else { own.margin },
                ..own
            }
        }
    };
    Ok(Asked { positions, equity, rules, end })
}

fn find<'a>(known: &'a [Instrument], dataset: &str) -> Result<&'a Instrument> {
    let named = known.iter().find(|instrument| instrument.dataset.as_deref() == Some(dataset));
    let only = known.first().filter(|first| first.dataset.is_none() && first.candles.is_some());
    named.or(only).ok_or_else(|| {
        format!("there are no candles of {dataset}: pass --other-ohlcv {dataset}=FILE").into()
    })
}

fn report(asked: &Asked, held: Vec<Held>) -> Result<Report> {
    let equity = asked.equity;
    let positions = held.iter().map(|one| line(asked, &held, one)).collect::<Vec<_>>();
    let stress = SCENARIOS.iter().map(|scenario| {
        let mut change = 0.0;
        let mut liquidated = Vec::new();
        for (one, line) in held.iter().zip(&positions) {
            let stop = one.position.stop.map(|stop| 1.0 - stop / one.days.last);
            let fall = scenario.fall_of(&one.position.dataset);
            let ended = one.days.last * stressed_price(one.position.quantity, stop, fall);
            let gone = line.liquidation.is_some_and(|price| {
                if one.position.quantity > 0.0 { ended <= price } else { ended >= price }
            });
            if gone {
                liquidated.push(one.position.dataset.clone());
            }
            let margin = one.notional().abs() / asked.rules.leverage;
            let lost = one.position.quantity * (ended - one.days.last);
            let isolated = asked.rules.margin == MarginMode::Isolated;
            change += if gone && isolated { -margin } else { lost };
        }
        Stress { scenario: scenario.name, change: change / equity, liquidated }
    });
    let stress = stress.collect();
    let sum = |of: fn(f64) -> f64| held.iter().map(|one| of(one.notional())).sum::<f64>() / equity;
    let (gross_exposure, net_exposure) = (sum(f64::abs), sum(|notional| notional));
    let weighted: Vec<(f64, Days)> =
        held.into_iter().map(|one| (one.notional() / equity, one.days)).collect();
    let Tails { days, historical, filtered } = Tails::of(&returns(&weighted))?;
    Ok(Report {
        equity,
        gross_exposure,
        net_exposure,
        positions,
        days,
        historical,
        filtered,
        stress,
    })
}

fn line(asked: &Asked, all: &[Held], one: &Held) -> Line {
    let (entry, price) = (one.entry(), one.days.last);
    let backing = match asked.rules.margin {
        MarginMode::Isolated => one.position.quantity.abs() * entry / asked.rules.leverage,
        MarginMode::Cross => {
            let others: f64 = all
                .iter()
                .filter(|other| !std::ptr::eq(*other, one))
                .map(|other| {
                    let (quantity, entry) = (other.position.quantity, other.entry());
                    let price = other.days.last;
                    asked.rules.maintenance_margin(quantity, entry, price, &other.tiers)
                })
                .sum();
            // The wallet and the others' unrealised profit: the equity without this one's.
            asked.equity - one.unrealised() - others
        }
    };
    let quantity = one.position.quantity;
    let liquidation = asked.rules.liquidation_price(quantity, entry, backing, &one.tiers);
    Line {
        dataset: one.position.dataset.clone(),
        quantity: one.position.quantity,
        entry,
        price,
        price_time: at(one.days.last_time),
        notional: one.notional(),
        exposure: one.notional() / asked.equity,
        liquidation,
        distance: liquidation.map(|found| (found / price - 1.0).abs()),
    }
}

fn print(report: &Report, console: &mut Console<'_>) -> Result<()> {
    let out = &mut *console.out;
    let percent = |fraction: f64| format!("{:.2} %", fraction * 100.0);
    writeln!(
        out,
        "equity {:.2}, gross exposure {:.2} ×, net {:+.2} ×",
        report.equity, report.gross_exposure, report.net_exposure
    )?;
    for line in &report.positions {
        let liquidation = match (line.liquidation, line.distance) {
            (Some(price), Some(distance)) => {
                format!("liquidated at {price:.2}, {} away", percent(distance))
            }
            _ => "no price liquidates it, or its tiers are not known".to_owned(),
        };
        writeln!(
            out,
            "{}: {} at {}, {} at {} UTC, {:+.2} × equity; {liquidation}",
            line.dataset, line.quantity, line.entry, line.price, line.price_time, line.exposure
        )?;
    }
    let days = counted(report.days, "day");
    writeln!(out, "\nwhat one day may lose, of {days} held like this:")?;
    for (name, tails) in
        [("as the days were", &report.historical), ("at today's volatility", &report.filtered)]
    {
        for tail in tails {
            writeln!(
                out,
                "  {name:<22} {:.0} %: value at risk {}, mean beyond it {}",
                tail.level * 100.0,
                percent(tail.value_at_risk),
                percent(tail.conditional_value_at_risk)
            )?;
        }
    }
    writeln!(out, "\nif the market fell as it did (stops filled at the candle's low):")?;
    for stress in &report.stress {
        let gone = if stress.liquidated.is_empty() {
            String::new()
        } else {
            format!(", liquidated: {}", stress.liquidated.join(", "))
        };
        writeln!(
            out,
            "  {:<22} {:+.2} % of the equity{gone}",
            stress.scenario,
            stress.change * 100.0
        )?;
    }
    Ok(())
}
