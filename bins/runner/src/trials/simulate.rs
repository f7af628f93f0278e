//! `runner trials simulate`: what verdicts say of strategies whose skill is known.

use std::sync::Arc;

use ::trials::Simulation;
use arrow::array::{ArrayRef, Float64Array, RecordBatch, UInt32Array};
use clap::{ArgMatches, Command, value_parser};
use strategy_core::registry::usage;
use strategy_core::{Console, Result};
use tabular::{BatchWriter, Destination, Format};

use crate::arg;
use crate::output_flags;

pub(super) fn command() -> Command {
    let count = |name: &'static str, default: &'static str, help: &'static str| {
        arg::value(name, "N", help)
            .value_parser(value_parser!(u32).range(1..))
            .default_value(default)
    };
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        arg::value(name, "X", help)
            .value_parser(value_parser!(f64))
            .default_value(default)
            .allow_negative_numbers(true)
    };
    Command::new("simulate")
        .about("What verdicts say of invented strategies whose true skill is known")
        .long_about(
            "Invents strategies, tries many settings of each, takes the best and judges it as a sweep is \
             judged. Without skill (--sharpe 0) nearly all must be called not distinguishable from luck.",
        )
        .arg(count("strategies", "1000", "Strategies to invent"))
        .arg(count("settings", "100", "Settings tried of each; the best is judged"))
        .arg(count("days", "1095", "Days of returns"))
        .arg(number("sharpe", "0", "True annual Sharpe ratio of every setting"))
        .arg(number("correlation", "0.5", "Correlation of the returns of two settings, 0 to 1"))
        .arg(
            output_flags::seed("Chooses the random numbers"),
        )
}

pub(super) fn run(matches: &ArgMatches, format: Format, console: &mut Console<'_>) -> Result<()> {
    let count = |name: &str| matches.get_one::<u32>(name).copied().unwrap_or_default();
    let number = |name: &str| matches.get_one::<f64>(name).copied().unwrap_or_default();
    let simulation = Simulation {
        strategies: count("strategies"),
        settings: count("settings"),
        days: count("days"),
        sharpe: number("sharpe"),
        correlation: number("correlation"),
        seed: matches.get_one("seed").copied().unwrap_or(1),
    };
    if !(0.0..=1.0).contains(&simulation.correlation) || !simulation.sharpe.is_finite() {
        return Err(usage("--correlation must be within 0 and 1, --sharpe a finite number"));
    }
    let found = simulation.run()?;
    let share = f64::from(found.not_distinguishable) / f64::from(found.strategies);
    let one = |value: f64| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
    let whole = |value: u32| Arc::new(UInt32Array::from(vec![value])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("strategies", whole(found.strategies)),
        ("settings", whole(simulation.settings)),
        ("true_sharpe", one(simulation.sharpe)),
        ("mean_best_sharpe", one(found.mean_best_sharpe)),
        ("not_distinguishable", whole(found.not_distinguishable)),
        ("share", one(share)),
    ])?;
    let mut writer =
        BatchWriter::new(Destination::Stream(&mut *console.out), format, batch.schema())?;
    writer.write(&batch)?;
    writer.finish()?;
    Ok(())
}
