//! Bollinger Bands: a close outside of them, followed or faded.

use clap::{Args, ValueEnum};
use indicators::{BollingerBands, Indicator, IndicatorError, Multiplier, Period};
use strategy_core::Side;

use crate::voter::{Shown, Voter};

/// Flags of the Bollinger Bands.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct BollingerConfig {
    /// Rows of the bands' mean and standard deviation
    #[arg(long, value_name = "ROWS", env = "RUNNER_BOLLINGER_PERIOD", default_value = "20")]
    pub bollinger_period: Period,

    /// Standard deviations from the mean to each band
    #[arg(long, value_name = "FACTOR", env = "RUNNER_BOLLINGER_WIDTH", default_value = "2")]
    pub bollinger_width: Multiplier,

    /// What a close outside the bands means
    #[arg(long, value_enum, env = "RUNNER_BOLLINGER_RULE", default_value_t)]
    pub bollinger_rule: BollingerRule,
}

/// What a close outside the bands means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum BollingerRule {
    /// The price reverts: long below the lower band, short above the upper one
    #[default]
    Reversion,
    /// The move continues: long above the upper band, short below the lower one
    Break,
}

/// Compares each close with bands that include it.
#[derive(Debug)]
pub(crate) struct BollingerVoter {
    bands: BollingerBands,
    rule: BollingerRule,
}

impl BollingerVoter {
    pub(crate) fn new(config: &BollingerConfig) -> Self {
        let bands = BollingerBands::new(config.bollinger_period, config.bollinger_width);
        Self { bands, rule: config.bollinger_rule }
    }
}

impl Voter for BollingerVoter {
    fn vote(&mut self, close: f64, shown: &mut Shown) -> Result<Side, IndicatorError> {
        let Some(bands) = self.bands.update(close)? else { return Ok(Side::NoSignal) };
        shown.bollinger_upper = Some(bands.upper);
        shown.bollinger_middle = Some(bands.middle);
        shown.bollinger_lower = Some(bands.lower);
        let (above, below) = match self.rule {
            BollingerRule::Reversion => (Side::Short, Side::Long),
            BollingerRule::Break => (Side::Long, Side::Short),
        };
        Ok(if close > bands.upper {
            above
        } else if close < bands.lower {
            below
        } else {
            Side::NoSignal
        })
    }

    fn warm_up(&self) -> usize {
        self.bands.warm_up()
    }
}
