//! The parameters: one definition gives the flags, the keys of `runner.toml` and the defaults.

use clap::{Args, ValueEnum};

use crate::{CarryError, CarryRule};

/// The hedge, the forecast, the thresholds and the stop.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// The hedge: the same coin, spot or another perpetual future
    #[arg(
        long,
        value_name = "DATASET",
        env = "RUNNER_HEDGE_WITH",
        default_value = "sample_btcusdt_spot_1h"
    )]
    pub hedge_with: String,

    /// Whether the hedge pays funding too [default: spot where a part of --hedge-with is `spot`, else perp]
    #[arg(long, value_enum, value_name = "KIND", env = "RUNNER_HEDGE_KIND")]
    pub hedge_kind: Option<HedgeKind>,

    /// Memory of the mean rate, in periods of 8 hours
    #[arg(long, value_name = "PERIODS", env = "RUNNER_CARRY_HALF_LIFE", default_value = "9")]
    pub carry_half_life: f64,

    /// Expected holding time in periods of 8 hours
    #[arg(long, value_name = "PERIODS", env = "RUNNER_CARRY_HORIZON", default_value = "21")]
    pub carry_horizon: u32,

    /// Periods of 8 hours before a position may be entered
    #[arg(long, value_name = "PERIODS", env = "RUNNER_CARRY_HISTORY", default_value = "27")]
    pub carry_history: usize,

    /// Fee and slippage of one trade, as a fraction of its notional; a round trip is four
    #[arg(long, value_name = "FRACTION", env = "RUNNER_TRADE_COST", default_value = "0.0006")]
    pub trade_cost: f64,

    /// Enter when the expected funding exceeds this multiple of the costs
    #[arg(long, value_name = "TIMES", env = "RUNNER_ENTER_MULTIPLE", default_value = "1.5")]
    pub enter_multiple: f64,

    /// Leave when the expected funding falls below this multiple of the costs
    #[arg(long, value_name = "TIMES", env = "RUNNER_EXIT_MULTIPLE", default_value = "0.25")]
    pub exit_multiple: f64,

    /// Stop when the prices of the two have moved apart by this fraction against the position
    #[arg(long, value_name = "FRACTION", env = "RUNNER_BASIS_STOP", default_value = "0.01")]
    pub basis_stop: f64,
}

/// What hedges the perpetual future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HedgeKind {
    /// Another perpetual future, whose funding is netted
    Perp,
    /// Spot, which pays no funding
    Spot,
}

impl Config {
    /// The costs of a round trip: in and out of both legs, as a fraction of one leg's notional.
    #[must_use]
    pub fn round_trip_cost(&self) -> f64 {
        4.0 * self.trade_cost
    }

    /// What the hedge is: as `--hedge-kind` says, else as its name does.
    #[must_use]
    pub fn kind(&self) -> HedgeKind {
        let mut parts = self.hedge_with.split(|c: char| !c.is_alphanumeric());
        let named = if parts.any(|part| part.eq_ignore_ascii_case("spot")) {
            HedgeKind::Spot
        } else {
            HedgeKind::Perp
        };
        self.hedge_kind.unwrap_or(named)
    }

    /// The rule, of checked parameters.
    pub(crate) fn rule(&self) -> Result<CarryRule, CarryError> {
        let positive = |flag, found: f64| {
            if found.is_finite() && found > 0.0 {
                Ok(())
            } else {
                Err(CarryError::Parameter { flag, found, wanted: "a number above 0" })
            }
        };
        positive("--carry-half-life", self.carry_half_life)?;
        positive("--carry-horizon", f64::from(self.carry_horizon))?;
        positive("--trade-cost", self.trade_cost)?;
        positive("--basis-stop", self.basis_stop)?;
        let (enter, exit) = (self.enter_multiple, self.exit_multiple);
        if !(0.0 <= exit && exit < enter && enter.is_finite()) {
            return Err(CarryError::Order { enter, exit });
        }
        Ok(CarryRule {
            half_life: self.carry_half_life,
            horizon: self.carry_horizon,
            min_history: self.carry_history,
            cost: self.round_trip_cost(),
            enter_multiple: enter,
            exit_multiple: exit,
        })
    }
}
