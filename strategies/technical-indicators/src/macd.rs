//! Moving average convergence divergence: its line against its signal line.

use clap::{Args, ValueEnum};
use indicators::{Indicator, IndicatorError, Macd, Period};
use strategy_core::Side;

use crate::TechnicalError;
use crate::voter::{Shown, Voter};

/// Flags of the MACD.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct MacdConfig {
    /// Rows of the fast moving average
    #[arg(long, value_name = "ROWS", env = "RUNNER_MACD_FAST", default_value = "12")]
    pub macd_fast: Period,

    /// Rows of the slow moving average
    #[arg(long, value_name = "ROWS", env = "RUNNER_MACD_SLOW", default_value = "26")]
    pub macd_slow: Period,

    /// Rows of the signal line's moving average
    #[arg(long, value_name = "ROWS", env = "RUNNER_MACD_SIGNAL", default_value = "9")]
    pub macd_signal: Period,

    /// When the MACD takes a side
    #[arg(long, value_enum, env = "RUNNER_MACD_RULE", default_value_t)]
    pub macd_rule: MacdRule,
}

/// When the MACD takes a side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum MacdRule {
    /// On the row where it crosses its signal line: upwards long, downwards short
    #[default]
    Cross,
    /// As long as it is above its signal line, or below
    Side,
}

/// Compares MACD and signal line by its rule.
#[derive(Debug)]
pub(crate) struct MacdVoter {
    macd: Macd,
    rule: MacdRule,
    /// Whether the line was above its signal line when it last differed from it.
    above: Option<bool>,
}

impl MacdVoter {
    pub(crate) fn new(config: &MacdConfig) -> Result<Self, TechnicalError> {
        let macd = Macd::new(config.macd_fast, config.macd_slow, config.macd_signal)
            .map_err(|source| TechnicalError::MacdPeriods { source })?;
        Ok(Self { macd, rule: config.macd_rule, above: None })
    }
}

impl Voter for MacdVoter {
    fn vote(&mut self, close: f64, shown: &mut Shown) -> Result<Side, IndicatorError> {
        let Some(lines) = self.macd.update(close)? else { return Ok(Side::NoSignal) };
        shown.macd = Some(lines.macd);
        shown.macd_signal = Some(lines.signal);
        shown.macd_histogram = Some(lines.histogram);
        if lines.histogram == 0.0 {
            return Ok(Side::NoSignal); // neither above nor below; a crossing is not done yet
        }
        let above = lines.histogram > 0.0;
        let before = self.above.replace(above);
        let side = if above { Side::Long } else { Side::Short };
        Ok(match self.rule {
            MacdRule::Side => side,
            MacdRule::Cross if before.is_some_and(|before| before != above) => side,
            MacdRule::Cross => Side::NoSignal,
        })
    }

    fn warm_up(&self) -> usize {
        self.macd.warm_up()
    }
}
