//! The relative strength index: long when oversold, short when overbought.

use clap::Args;
use indicators::{Indicator, IndicatorError, Period, Rsi};
use strategy_core::Side;

use crate::TechnicalError;
use crate::number::number;
use crate::voter::{Shown, Voter};

/// Flags of the RSI.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct RsiConfig {
    /// Period of the RSI, in rows
    #[arg(long, value_name = "ROWS", env = "RUNNER_RSI_PERIOD", default_value = "14")]
    pub rsi_period: Period,

    /// RSI at or below which the price counts as oversold: long
    #[arg(long, value_name = "RSI", env = "RUNNER_RSI_OVERSOLD", default_value = "30", value_parser = number)]
    pub rsi_oversold: f64,

    /// RSI at or above which the price counts as overbought: short
    #[arg(long, value_name = "RSI", env = "RUNNER_RSI_OVERBOUGHT", default_value = "70", value_parser = number)]
    pub rsi_overbought: f64,
}

/// Long at or below the lower threshold, short at or above the upper one.
#[derive(Debug)]
pub(crate) struct RsiVoter {
    rsi: Rsi,
    oversold: f64,
    overbought: f64,
}

impl RsiVoter {
    pub(crate) fn new(config: &RsiConfig) -> Result<Self, TechnicalError> {
        let &RsiConfig { rsi_oversold: oversold, rsi_overbought: overbought, .. } = config;
        if !(0.0 <= oversold && oversold < overbought && overbought <= 100.0) {
            return Err(TechnicalError::RsiThresholds { oversold, overbought });
        }
        Ok(Self { rsi: Rsi::new(config.rsi_period), oversold, overbought })
    }
}

impl Voter for RsiVoter {
    fn vote(&mut self, close: f64, shown: &mut Shown) -> Result<Side, IndicatorError> {
        // A price that never moved has an RSI of 0 by TA-Lib's rule, and is not oversold.
        shown.rsi = self.rsi.update(close)?.filter(|_| self.rsi.has_moved());
        Ok(match shown.rsi {
            Some(rsi) if rsi <= self.oversold => Side::Long,
            Some(rsi) if rsi >= self.overbought => Side::Short,
            _ => Side::NoSignal,
        })
    }

    fn warm_up(&self) -> usize {
        self.rsi.warm_up()
    }
}
