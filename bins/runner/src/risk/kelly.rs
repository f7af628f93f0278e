//! `runner risk kelly`: what size the trades of a backtest would have justified.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ::risk::{KellySettings, KellySize, kelly_of_payoffs};
use clap::{ArgMatches, Command, value_parser};
use labeling::Concurrency;
use serde::Serialize;
use strategy_core::{Console, Result};
use terminal::counted;

use crate::arg;
use crate::backtest::folder;
use crate::output_flags;

pub(super) const NAME: &str = "kelly";

pub(super) fn command() -> Command {
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        arg::flag(name, help).value_parser(value_parser!(f64)).default_value(default)
    };
    Command::new(NAME)
        .about("What size the closed trades of a backtest would have justified, by Kelly")
        .long_about(
            "Reads the closed trades of a backtest: their net payoffs are at hand, so the growth-optimal size \
             is exact. It is shrunk towards what all trades of the side have paid, and by its own standard \
             error, in which trades that overlap count as less than one each. It is a size for later trades \
             only where the backtest's own decisions were out of sample.",
        )
        .arg(
            arg::path("backtest", "FOLDER", "The results of a backtest (its -o folder)").required(true),
        )
        .arg(number("kelly-fraction", "0.25", "Part of the growth-optimal size"))
        .arg(number("kelly-prior", "100", "Weight of the side's mean payoff, in trades"))
        .arg(number("kelly-most", "1", "Largest notional, as a multiple of the equity"))
        .arg(
            output_flags::format("How to print it"),
        )
}

/// Closed trades of one instrument and side.
#[derive(Default)]
struct Paid {
    /// Net P&L over the notional at entry.
    payoffs: Vec<f64>,
    /// Entry and exit, µs UTC.
    spans: Vec<(i64, i64)>,
}

#[derive(Serialize)]
struct Line {
    instrument: String,
    side: &'static str,
    trades: usize,
    effective: f64,
    #[serde(flatten)]
    size: KellySize,
}

pub(super) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let number = |name: &str| matches.get_one::<f64>(name).copied().unwrap_or_default();
    let settings = KellySettings {
        fraction: number("kelly-fraction"),
        prior: number("kelly-prior"),
        most: number("kelly-most"),
        ..KellySettings::default()
    };
    let folder = matches.get_one::<PathBuf>("backtest").ok_or("--backtest is missing")?;
    let all = paid(folder)?;
    let mut lines = Vec::new();
    for ((instrument, side), paid) in &all {
        let of_side = || all.iter().filter(|((_, other), _)| other == side).map(|(_, paid)| paid);
        let sum: f64 = of_side().flat_map(|paid| &paid.payoffs).sum();
        let count: usize = of_side().map(|paid| paid.payoffs.len()).sum();
        let effective = effective(&paid.spans);
        let side_name = if *side > 0 { "long" } else { "short" };
        let size = kelly_of_payoffs(&paid.payoffs, effective, sum / count as f64, None, &settings)
            .map_err(|error| format!("{instrument}, {side_name} trades: {error}"))?;
        let (instrument, trades) = (instrument.clone(), paid.payoffs.len());
        lines.push(Line { instrument, side: side_name, trades, effective, size });
    }
    if lines.is_empty() {
        return Err(format!("{} has no closed trade", folder.display()).into());
    }
    if output_flags::wants_json(matches) {
        return output_flags::json(&lines, console.out);
    }
    for Line { instrument, side, trades, effective, size } in &lines {
        writeln!(
            console.out,
            "{instrument}, {side}: {}, worth {effective:.1}; net {:.4} % each, shrunk {:.4} % ± {:.4} %; \
             growth-optimal {:.3} × equity, size {:.3} × because of {}",
            counted(*trades, "trade"),
            100.0 * size.mean,
            100.0 * size.shrunk_mean,
            100.0 * size.shrunk_error,
            size.kelly,
            size.size,
            size.cap
        )?;
    }
    Ok(())
}

/// Σ of the trades' average uniqueness, in the steps of time between entries and exits.
fn effective(spans: &[(i64, i64)]) -> f64 {
    let mut times: Vec<i64> = spans.iter().flat_map(|&(start, end)| [start, end]).collect();
    times.sort_unstable();
    times.dedup();
    let step = |time: i64| times.partition_point(|&other| other < time);
    // A trade that ends in its entry's candle still looks at one step.
    let steps: Vec<(usize, usize)> =
        spans.iter().map(|&(start, end)| (step(start), step(end).max(step(start) + 1))).collect();
    let concurrency = Concurrency::of(steps.iter().copied());
    steps.iter().map(|&(start, end)| concurrency.uniqueness(start, end)).sum()
}

fn paid(folder: &Path) -> Result<BTreeMap<(String, i8), Paid>> {
    let mut all: BTreeMap<(String, i8), Paid> = BTreeMap::new();
    for trade in folder::trades(folder)? {
        let Some((exit_time, profit)) = trade.exit else { continue };
        let paid = all.entry((trade.instrument, trade.side)).or_default();
        paid.payoffs.push(profit / (trade.quantity * trade.entry_price));
        paid.spans.push((trade.entry_time, exit_time));
    }
    Ok(all)
}
