//! What a window of two log prices says of the pair.

use crate::PairsError;
use crate::config::{Config, HedgeRatio, ThresholdRule};
use crate::decision::Reason;
use crate::dickey_fuller::{Lags, engle_granger};
use crate::line::{Line, residual_deviation};
use crate::ornstein_uhlenbeck::LevelRegression;

/// A pair as it was fitted on the first of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) line: Line,
    /// Standard deviation of the window's residuals.
    deviation: f64,
    /// What the residuals come back to; 0 but for Bertram's thresholds.
    centre: f64,
    pub(crate) p_value: f64,
    /// In rows; none where the residuals do not come back.
    pub(crate) half_life: Option<f64>,
    /// Where to enter and leave, in z; none where no threshold earns the costs.
    pub(crate) levels: Option<Levels>,
}

/// Where a short of the spread is entered and left; a long at the mirror images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Levels {
    pub(crate) entry: f64,
    /// Below 0 where it lies on the other side of the mean.
    pub(crate) exit: f64,
}

impl Fit {
    /// Fits `y` on `x`.
    pub(crate) fn of(x: &[f64], y: &[f64], config: &Config) -> Result<Self, PairsError> {
        let line = match config.hedge_ratio {
            // The filter has its own line; the gates are asked of the window's.
            HedgeRatio::Ols | HedgeRatio::Kalman => Line::ordinary(x, y)?,
            HedgeRatio::Tls => Line::total(x, y)?,
        };
        let test = engle_granger(x, y, Lags::Fixed(config.adf_lags))?;
        let residuals = line.residuals(x, y);
        let deviation = residual_deviation(&residuals);
        let process = LevelRegression::of(&residuals)?.process();
        let (levels, centre) = match (config.pair_thresholds, process) {
            (ThresholdRule::Z, _) => {
                (Some(Levels { entry: config.entry_z, exit: config.exit_z }), 0.0)
            }
            (ThresholdRule::Bertram, None) => (None, 0.0),
            (ThresholdRule::Bertram, Some(process)) => {
                // In and out of both legs, per notional of y.
                let cost = 2.0 * config.trade_cost * (1.0 + line.beta.abs());
                let found =
                    process.thresholds(cost).ok().filter(|found| found.return_per_row > 0.0);
                let levels = found.map(|found| Levels {
                    entry: found.exit / deviation,
                    exit: found.entry / deviation,
                });
                (levels.filter(|levels| levels.entry < config.stop_z), process.mean)
            }
        };
        Ok(Self {
            line,
            deviation,
            centre,
            p_value: test.p_value,
            half_life: process.map(|process| process.half_life()),
            levels,
        })
    }

    /// Standard deviations that a row lies from the line.
    pub(crate) fn z(&self, x: f64, y: f64) -> f64 {
        (self.line.residual(x, y) - self.centre) / self.deviation
    }

    /// Why no position may be entered with the hedge ratio `beta`, if that is so.
    pub(crate) fn refuses(&self, beta: f64, config: &Config) -> Option<Reason> {
        let reverts = self.half_life.is_some_and(|rows| {
            config.shortest_half_life <= rows && rows <= config.longest_half_life
        });
        if self.p_value.is_nan() || self.p_value >= config.max_p {
            Some(Reason::NotCointegrated)
        } else if !reverts {
            Some(Reason::HalfLife)
        } else if beta.is_nan() || beta <= 0.0 {
            Some(Reason::HedgeRatio)
        } else if self.levels.is_none() {
            Some(Reason::Costs)
        } else {
            None
        }
    }
}
