//! The paper account of a journal beside what its backtest lets one expect.

use std::path::PathBuf;

use monitoring::{Band, Severity};
use statistics::EquityCurve;
use strategy_core::Result;
use strategy_core::registry::usage;

use super::journal::{Look, notice};
use super::source::Found;
use crate::backtest::folder;
use crate::backtest::sizing_args::SizingSettings;
use crate::stream;

/// Days of a block of the bootstrap; draws, the share of them that stays within either end, and the seed.
const BLOCK: usize = 5;
const DRAWS: (u32, f64, u64) = (2_000, 0.99, 1);

/// Days that are compared at most.
const LONGEST: usize = 730;

/// Compares the account over the journal with the equity of `--backtest`.
pub(super) fn compare(look: &Look<'_>, found: &mut Found) -> Result<()> {
    let Some(path) = look.matches.get_one::<PathBuf>("backtest") else { return Ok(()) };
    let (times, equity) = folder::equity(path)?;
    let capital = equity.first().copied().unwrap_or(f64::NAN);
    let expected = EquityCurve::new(&times, &equity, capital)
        .and_then(|curve| curve.daily_returns())
        .map_err(|error| usage(format!("{}: {error}", path.display())))?;
    let paper = stream::account(look.entry, look.reader, stream::CAPITAL, &SizingSettings::none())?;
    let times: Vec<i64> = paper.results.equity.iter().map(|row| row.time).collect();
    let equity: Vec<f64> = paper.results.equity.iter().map(|row| row.equity).collect();
    let lived = EquityCurve::new(&times, &equity, paper.capital)?.daily_returns()?;
    let lived = &lived[lived.len().saturating_sub(LONGEST)..];
    let band = Band::by_bootstrap(&expected, lived.len(), BLOCK, DRAWS)
        .map_err(|error| usage(format!("{}: {error}", path.display())))?;
    let (mut grown, mut peak, mut worst) = (1.0_f64, 1.0_f64, 0.0_f64);
    for change in lived {
        grown *= 1.0 + change;
        peak = peak.max(grown);
        worst = worst.min(grown / peak - 1.0);
    }
    let Some(point) = band.points().last() else { return Ok(()) };
    let (name, percent) = (look.name, |part: f64| format!("{:.2} %", 100.0 * part));
    let told = format!(
        "{} in {} days, 98 % of draws between {} and {}",
        percent(grown - 1.0),
        point.days,
        percent(point.low),
        percent(point.high)
    );
    found.facts.push(("return", told));
    let told = format!("{}, 99 % of draws above {}", percent(worst), percent(point.drawdown));
    found.facts.push(("drawdown", told));
    for (gauge, help, value) in [
        ("runner_monitor_return", "Return of the account over the journal.", grown - 1.0),
        (
            "runner_monitor_return_low",
            "Return that 99 % of draws from the backtest exceed.",
            point.low,
        ),
        ("runner_monitor_return_high", "Return that 1 % of the draws exceed.", point.high),
        ("runner_monitor_drawdown", "Deepest fall of the account from a peak.", worst),
        ("runner_monitor_drawdown_limit", "Fall that 1 % of the draws exceed.", point.drawdown),
    ] {
        found.gauge(name, gauge, help, value);
    }
    let mut fires = |rule: &str, side: &str, value: f64, limit: f64| {
        if value < limit {
            let summary = format!(
                "The {side} of the account, {} after {} days, lies below {}, which 99 of 100 draws from the \
                 backtest stay above.",
                percent(value),
                point.days,
                percent(limit)
            );
            found.states.push(notice(rule, name, side, Severity::Warning, summary));
        }
    };
    fires("ReturnBelowBand", "return", grown - 1.0, point.low);
    fires("DrawdownBelowBand", "drawdown", worst, point.drawdown);
    Ok(())
}
