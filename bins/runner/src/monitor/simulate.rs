//! `runner monitor simulate`: the figures of `docs/monitoring.md`.

use clap::{ArgMatches, Command, value_parser};
use monitoring::simulation::{Change, Market, Summary, Volatility, simulate, summary};
use strategy_core::{Console, Result};

use crate::arg;
use crate::output_flags;

pub(super) const NAME: &str = "simulate";

pub(super) fn command() -> Command {
    Command::new(NAME)
        .about("Years of an invented market: how often detectors are wrong, and how long they take")
        .arg(
            arg::value("years", "N", "Years for each line")
                .value_parser(value_parser!(u32).range(1..=100_000))
                .default_value("100"),
        )
        .arg(output_flags::seed("The same seed gives the same years"))
        .arg(output_flags::format("How to print the figures"))
}

const CHANGES: [(&str, Change); 5] = [
    ("none", Change::None),
    ("right only on average", Change::OnAverageOnly),
    ("base rate 13 to 9 %", Change::BaseRate(0.09)),
    ("base rate 13 to 6 %", Change::BaseRate(0.06)),
    ("slope halved", Change::HalfTheSlope),
];

pub(super) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let years = *matches.get_one::<u32>("years").unwrap_or(&100);
    let seed = *matches.get_one::<u64>("seed").unwrap_or(&1);
    let json = output_flags::wants_json(matches);
    if !json {
        writeln!(
            console.out,
            "{years} years a line, hourly rows, labels of 24 hours, base rate 13 %, seed {seed}\n\n\
             volatility  change                    watch   alert  days to watch  days to alert\n\
             {:>12}{:>24}{:>9}{:>8}{:>15}{:>15}",
            "", "", "of years", "", "median", "median"
        )?;
    }
    let mut lines = Vec::new();
    for (name, volatility) in
        [("constant", Volatility::Constant), ("stochastic", Volatility::Stochastic)]
    {
        let market = Market::new(volatility, 0.13)?;
        for (change, what) in CHANGES {
            // With one volatility there is one probability: nothing to be right on average of, no slope.
            let same = matches!(what, Change::OnAverageOnly | Change::HalfTheSlope);
            if volatility == Volatility::Constant && same {
                continue;
            }
            let found = summary(&simulate(&market, what, years, seed)?);
            if json {
                lines.push(
                    serde_json::json!({ "volatility": name, "change": change, "found": found }),
                );
            } else {
                line(name, change, &found, console)?;
            }
        }
    }
    if json {
        output_flags::json(&lines, console.out)?;
    }
    Ok(())
}

fn line(volatility: &str, change: &str, found: &Summary, console: &mut Console<'_>) -> Result<()> {
    let days = |days: Option<f64>| days.map_or_else(|| "–".to_owned(), |days| format!("{days:.0}"));
    writeln!(
        console.out,
        "{volatility:<12}{change:<24}{:>6.1} %{:>6.1} %{:>14}{:>15}",
        found.watch_share * 100.0,
        found.alert_share * 100.0,
        days(found.watch_days),
        days(found.alert_days)
    )?;
    Ok(())
}
