//! The flags of sizing and risk, and what they come to.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use ::risk::{
    Distance, Guard, KellySettings, Ladder, Limits, RiskSizing, Shock, Sizer, Stale, Step,
};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use strategy_core::registry::UsageError;
use strategy_core::{Result, SideExits};

use crate::{arg, kill_switch};

/// Sizer and limits that are in force.
#[derive(Debug, Clone)]
pub(crate) struct SizingSettings {
    pub(crate) sizer: Sizer,
    pub(crate) limits: Limits,
    /// Why the kill switch is engaged.
    pub(crate) killed: Option<String>,
}

impl SizingSettings {
    /// Equal parts, no rules.
    pub(crate) fn none() -> Self {
        Self { sizer: Sizer::EqualParts, limits: Limits::off(), killed: None }
    }

    /// The sizing of an account with other limits.
    pub(crate) fn build(
        &self,
        limits: &Limits,
        exits: &SideExits,
        instruments: usize,
        interval: i64,
    ) -> Result<RiskSizing, UsageError> {
        let sizing = RiskSizing::new(self.sizer, limits, exits, instruments, interval)
            .map_err(|error| UsageError::new(error.into()))?;
        Ok(match &self.killed {
            Some(reason) => sizing.killed(reason.clone()),
            None => sizing,
        })
    }
}

/// `command` with the flags of sizing and risk.
pub(crate) fn with_flags(command: Command) -> Command {
    command
        .next_help_heading("Sizing")
        .args(sizer_flags())
        .next_help_heading("Risk (each rule may be `off`)")
        .args(limit_flags())
}

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    arg::value(name, value, help).env(arg::variable(name))
}

fn number(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    text(name, value, help).allow_negative_numbers(true).value_parser(value_parser!(f64))
}

fn sizer_flags() -> Vec<Arg> {
    let sizers = [
        "equal-parts",
        "fixed-quantity",
        "fixed-notional",
        "fixed-fraction",
        "vol-target",
        "payoff-kelly",
    ];
    vec![
        text(
            "sizing",
            "SIZER",
            "Size of a trade: equity over --max-trades; --quantity; --notional; a loss of \
             --risk-per-trade at the stop; a position of --target-volatility; Kelly from the \
             payoffs of the same bin [default: equal-parts, fixed-quantity with --quantity]",
        )
        .value_parser(PossibleValuesParser::new(sizers)),
        number("notional", "AMOUNT", "Notional of a trade, in quote currency"),
        number(
            "risk-per-trade",
            "FRACTION",
            "Part of the equity that a stop may lose, of fixed-fraction and payoff-kelly",
        )
        .default_value("0.005"),
        number("target-volatility", "FRACTION", "Volatility a year of a position, of vol-target")
            .default_value("0.4"),
        number("kelly-fraction", "FRACTION", "Part of the growth-optimal size, of payoff-kelly")
            .default_value("0.25"),
        number(
            "kelly-prior",
            "N",
            "Weight of the mean of all rows against a bin's mean, in observations",
        )
        .default_value("100"),
        number("kelly-most", "X", "Largest notional, as a multiple of the equity")
            .default_value("1"),
    ]
}

fn limit_flags() -> Vec<Arg> {
    vec![
        text("risk", "RULES", "Rules: only those named below, or all, at the values in brackets")
            .value_parser(PossibleValuesParser::new(["off", "standard"]))
            .default_value("off"),
        text("max-gross", "X", "Gross exposure as a multiple of the equity; scales entries [2]"),
        text("max-net", "X", "Net exposure as a multiple of the equity; scales entries [1]"),
        text(
            "max-instrument",
            "X",
            "Exposure to one instrument as a multiple of the equity; scales entries [1]",
        ),
        text(
            "max-correlated",
            "FRACTION",
            "Volatility a year of all positions together; scales entries [0.4]",
        ),
        text(
            "drawdown-ladder",
            "STEPS",
            "Drawdowns of the equity and factors for entries, 0 closes everything \
             [0.05:0.5,0.10:0.25,0.15:0]",
        ),
        text(
            "ladder-days",
            "DAYS",
            "Days after which a ladder that closed is re-armed, with the peak reset [7]",
        ),
        text(
            "max-daily-loss",
            "FRACTION",
            "Loss since 00:00 UTC that blocks entries until midnight [0.03]",
        ),
        text("cooldown", "ROWS", "Rows without an entry after a trade has ended [2]"),
        text(
            "stop-guard",
            "STOPS:HOURS:HOURS",
            "Stops, the hours within which they must fall, and the hours for which they block \
             entries [4:24:12]",
        ),
        text(
            "liquidation-distance",
            "STOPS:FRACTION",
            "Least distance to the liquidation price, in stop distances and as a fraction of the \
             price; scales or blocks entries [2:0.15]",
        ),
        text(
            "volatility-shock",
            "RATIO:FACTOR",
            "Volatility of 6 h over that of 168 h above which entries shrink by a factor [3:0.5]",
        ),
        text(
            "stale-data",
            "HOURS:HOURS",
            "Hours without a fresh candle that block entries, and that close everything [2:6]",
        ),
        text(
            "kill-switch",
            "FILE",
            "File of `runner risk kill`: while engaged, it blocks entries and closes everything",
        )
        .value_parser(value_parser!(PathBuf)),
    ]
}

/// Fails at a limit that cannot be, of a command that has limits, before any file is read.
pub(crate) fn check(matches: &ArgMatches) -> Result<(), UsageError> {
    let (mut matches, mut name) = (matches, "");
    while let Some((below, of_below)) = matches.subcommand() {
        (name, matches) = (below, of_below);
    }
    if ["backtest", "sweep", "stream", "paper"].contains(&name) {
        checked_limits(matches)?;
    }
    Ok(())
}

fn checked_limits(matches: &ArgMatches) -> Result<Limits, UsageError> {
    let limits = limits(matches)?;
    limits.check().map_err(|error| UsageError::new(error.into()))?;
    Ok(limits)
}

/// The settings of `matches`.
pub(crate) fn settings(matches: &ArgMatches, quantity: Option<f64>) -> Result<SizingSettings> {
    let killed = match matches.get_one::<PathBuf>("kill-switch") {
        Some(path) => kill_switch::engaged(Path::new(path))?,
        None => None,
    };
    let limits = checked_limits(matches)?;
    Ok(SizingSettings { sizer: sizer(matches, quantity)?, limits, killed })
}

fn sizer(matches: &ArgMatches, quantity: Option<f64>) -> Result<Sizer, UsageError> {
    let given = |name: &str| matches.get_one::<f64>(name).copied();
    let value = |name: &str| given(name).unwrap_or_default();
    let needed = |flag: &str, found: Option<f64>| {
        found.ok_or_else(|| UsageError::new(format!("this sizing needs --{flag}").into()))
    };
    let name = matches.get_one::<String>("sizing").map(String::as_str);
    if quantity.is_some() && name.is_some_and(|name| name != "fixed-quantity") {
        return Err(UsageError::new("--quantity is for --sizing fixed-quantity".into()));
    }
    Ok(match name {
        Some("fixed-quantity") => Sizer::FixedQuantity(needed("quantity", quantity)?),
        Some("fixed-notional") => Sizer::FixedNotional(needed("notional", given("notional"))?),
        Some("fixed-fraction") => Sizer::FixedFraction(value("risk-per-trade")),
        Some("vol-target") => Sizer::VolTarget(value("target-volatility")),
        Some("payoff-kelly") => Sizer::PayoffKelly(KellySettings {
            fraction: value("kelly-fraction"),
            prior: value("kelly-prior"),
            most: value("kelly-most"),
            stop_risk: value("risk-per-trade"),
        }),
        _ => quantity.map_or(Sizer::EqualParts, Sizer::FixedQuantity),
    })
}

fn limits(matches: &ArgMatches) -> Result<Limits, UsageError> {
    let standard = matches.get_one::<String>("risk").is_some_and(|rules| rules == "standard");
    let mut limits = if standard { Limits::standard() } else { Limits::off() };
    let given = |name: &'static str| Given { matches, name };
    given("max-gross").number(&mut limits.gross)?;
    // A default may not contradict what was asked for.
    if let (true, Some(gross)) = (standard, limits.gross) {
        limits.net = limits.net.map(|net| net.min(gross));
        limits.instrument = limits.instrument.map(|one| one.min(gross));
    }
    given("max-net").number(&mut limits.net)?;
    given("max-instrument").number(&mut limits.instrument)?;
    given("max-correlated").number(&mut limits.correlated)?;
    given("max-daily-loss").number(&mut limits.daily_loss)?;
    given("cooldown").number(&mut limits.cooldown)?;
    given("drawdown-ladder").list(
        &mut limits.drawdown,
        "0.05:0.5,0.15:0",
        |steps: &[Vec<f64>]| {
            let step = |[drawdown, factor]: [f64; 2]| Step { drawdown, factor };
            let steps = steps.iter().map(|parts| parts.as_slice().try_into().ok().map(step));
            Some(Ladder { steps: steps.collect::<Option<_>>()?, ..Ladder::default() })
        },
    )?;
    let mut days = limits.drawdown.as_ref().map(|ladder| ladder.rearm_days);
    given("ladder-days").number(&mut days)?;
    if let (Some(ladder), Some(days)) = (&mut limits.drawdown, days) {
        ladder.rearm_days = days;
    }
    given("stop-guard").list(&mut limits.stop_guard, "4:24:12", |parts: &[Vec<u32>]| {
        let [stops, within_hours, lock_hours] = only(parts)?;
        Some(Guard { stops, within_hours, lock_hours })
    })?;
    given("liquidation-distance")
        .pair(&mut limits.liquidation, "2:0.15", |stops, least| Distance { stops, least })?;
    given("volatility-shock")
        .pair(&mut limits.shock, "3:0.5", |ratio, factor| Shock { ratio, factor })?;
    given("stale-data").pair(&mut limits.stale, "2:6", |entries_hours, flat_hours| Stale {
        entries_hours,
        flat_hours,
    })?;
    Ok(limits)
}

/// The one part that there is, where it has `N` numbers.
fn only<T: Copy, const N: usize>(parts: &[Vec<T>]) -> Option<[T; N]> {
    let [part] = parts else { return None };
    part.as_slice().try_into().ok()
}

/// A flag that may be `off`.
struct Given<'a> {
    matches: &'a ArgMatches,
    name: &'static str,
}

impl Given<'_> {
    /// Its value into `into`: `make` of its parts by commas and colons, none for `off`; what is there stays
    /// where the flag is not given.
    fn list<T: FromStr, V>(
        &self,
        into: &mut Option<V>,
        example: &str,
        make: impl Fn(&[Vec<T>]) -> Option<V>,
    ) -> Result<(), UsageError> {
        let Some(text) = self.matches.get_one::<String>(self.name) else { return Ok(()) };
        if text == "off" {
            *into = None;
            return Ok(());
        }
        let parts = text
            .split(',')
            .map(|part| part.split(':').map(|number| number.trim().parse().ok()).collect())
            .collect::<Option<Vec<Vec<T>>>>();
        let made = parts.and_then(|parts| make(&parts)).ok_or_else(|| {
            let name = self.name;
            UsageError::new(
                format!("--{name} is `{text}`: wanted `off`, or as in {example}").into(),
            )
        })?;
        *into = Some(made);
        Ok(())
    }

    fn pair<V>(
        &self,
        into: &mut Option<V>,
        example: &str,
        make: impl Fn(f64, f64) -> V,
    ) -> Result<(), UsageError> {
        self.list(into, example, |parts: &[Vec<f64>]| only(parts).map(|[a, b]| make(a, b)))
    }

    fn number<T: FromStr + Copy>(&self, into: &mut Option<T>) -> Result<(), UsageError> {
        self.list(into, "2", |parts: &[Vec<T>]| only(parts).map(|[number]| number))
    }
}
