//! The parameters: one definition gives the flags, the keys of `runner.toml` and the defaults.

use clap::{Args, ValueEnum};

use crate::PairsError;

/// The other instrument, the window, the gates, the thresholds and the stops.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// The other instrument of the pair
    #[arg(
        long,
        value_name = "DATASET",
        env = "RUNNER_PAIR_WITH",
        default_value = "sample_solusdt_perp_1h"
    )]
    pub pair_with: String,

    /// How the hedge ratio is estimated
    #[arg(
        long,
        value_enum,
        value_name = "METHOD",
        env = "RUNNER_HEDGE_RATIO",
        default_value = "ols"
    )]
    pub hedge_ratio: HedgeRatio,

    /// Rows of the fit, before the first of a month; 1440 are 60 days of hours
    #[arg(long, value_name = "ROWS", env = "RUNNER_PAIR_WINDOW", default_value = "1440")]
    pub pair_window: usize,

    /// Enter only while the p-value of "not cointegrated" is below this
    #[arg(long, value_name = "P", env = "RUNNER_MAX_P", default_value = "0.05")]
    pub max_p: f64,

    /// Lagged changes in the test of cointegration
    #[arg(long, value_name = "ROWS", env = "RUNNER_ADF_LAGS", default_value = "1")]
    pub adf_lags: usize,

    /// Shortest half-life of the spread at which to enter
    #[arg(long, value_name = "ROWS", env = "RUNNER_SHORTEST_HALF_LIFE", default_value = "4")]
    pub shortest_half_life: f64,

    /// Longest half-life of the spread at which to enter
    #[arg(long, value_name = "ROWS", env = "RUNNER_LONGEST_HALF_LIFE", default_value = "72")]
    pub longest_half_life: f64,

    /// Where to enter and leave: at the z of --entry-z and --exit-z, or where Bertram's thresholds earn
    /// most after costs
    #[arg(
        long,
        value_enum,
        value_name = "RULE",
        env = "RUNNER_PAIR_THRESHOLDS",
        default_value = "z"
    )]
    pub pair_thresholds: ThresholdRule,

    /// Enter when the spread's z-score is at least this far from 0
    #[arg(long, value_name = "Z", env = "RUNNER_ENTRY_Z", default_value = "2")]
    pub entry_z: f64,

    /// Leave when the z-score is within this of 0 again; a stop's lock ends there too
    #[arg(long, value_name = "Z", env = "RUNNER_EXIT_Z", default_value = "0.5")]
    pub exit_z: f64,

    /// Stop when the z-score has moved further than this on the losing side
    #[arg(long, value_name = "Z", env = "RUNNER_STOP_Z", default_value = "4")]
    pub stop_z: f64,

    /// Stop after holding for this number of half-lives
    #[arg(long, value_name = "N", env = "RUNNER_STOP_HALF_LIVES", default_value = "3")]
    pub stop_half_lives: f64,

    /// Stop when a new fit's p-value is above this
    #[arg(long, value_name = "P", env = "RUNNER_STOP_P", default_value = "0.2")]
    pub stop_p: f64,

    /// Fee and slippage of one trade, as a fraction of its notional; for Bertram's thresholds
    #[arg(long, value_name = "FRACTION", env = "RUNNER_TRADE_COST", default_value = "0.0006")]
    pub trade_cost: f64,

    /// How fast the Kalman filter lets the hedge ratio drift: above 0, below 1
    #[arg(long, value_name = "DELTA", env = "RUNNER_KALMAN_DELTA", default_value = "0.00001")]
    pub kalman_delta: f64,

    /// Variance of the Kalman filter's error, in squared log price
    #[arg(long, value_name = "VARIANCE", env = "RUNNER_KALMAN_VARIANCE", default_value = "0.0001")]
    pub kalman_variance: f64,
}

/// How the hedge ratio is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HedgeRatio {
    /// Least squares on the window
    Ols,
    /// Total least squares on the window
    Tls,
    /// A Kalman filter, row by row
    Kalman,
}

/// Where positions are entered and left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThresholdRule {
    /// At fixed z-scores
    Z,
    /// At Bertram's thresholds of the largest return, for the costs
    Bertram,
}

/// The shortest window that says anything about cointegration.
const LEAST_WINDOW: usize = 30;

impl Config {
    /// Refuses what cannot be.
    pub(crate) fn check(&self) -> Result<(), PairsError> {
        let (exit, entry, stop) = (self.exit_z, self.entry_z, self.stop_z);
        if !(0.0 <= exit && exit < entry && entry < stop && stop.is_finite()) {
            return Err(PairsError::Order { exit, entry, stop });
        }
        let within = |flag, found: f64, possible: bool, wanted| {
            if possible {
                Ok(())
            } else {
                Err(PairsError::Parameter { flag, found: found.to_string(), wanted })
            }
        };
        let probability = |p: f64| (0.0..=1.0).contains(&p);
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let window = self.pair_window;
        let most = window.saturating_sub(10) / 2;
        within("--pair-window", window as f64, window >= LEAST_WINDOW, "at least 30 rows")?;
        within(
            "--adf-lags",
            self.adf_lags as f64,
            self.adf_lags <= most,
            "fewer than half the window's rows",
        )?;
        within("--max-p", self.max_p, probability(self.max_p), "a probability")?;
        within(
            "--stop-p",
            self.stop_p,
            probability(self.stop_p) && self.stop_p >= self.max_p,
            "a probability, not below --max-p",
        )?;
        let (shortest, longest) = (self.shortest_half_life, self.longest_half_life);
        within("--shortest-half-life", shortest, shortest >= 0.0, "at least 0 rows")?;
        within("--longest-half-life", longest, longest > shortest, "more than the shortest")?;
        let lives = self.stop_half_lives;
        within("--stop-half-lives", lives, lives > 0.0, "a number above 0")?;
        within("--trade-cost", self.trade_cost, positive(self.trade_cost), "a fraction above 0")?;
        let delta = self.kalman_delta;
        within("--kalman-delta", delta, 0.0 < delta && delta < 1.0, "above 0, below 1")?;
        let variance = self.kalman_variance;
        within("--kalman-variance", variance, positive(variance), "a number above 0")?;
        let bertram = self.pair_thresholds == ThresholdRule::Bertram;
        if bertram && self.hedge_ratio == HedgeRatio::Kalman {
            return Err(PairsError::Parameter {
                flag: "--pair-thresholds",
                found: "bertram".to_owned(),
                wanted: "`z` with --hedge-ratio kalman, whose innovations are no spread with a mean to \
                         come back to",
            });
        }
        Ok(())
    }
}
