//! Which indicators are in use, and how.

use clap::{Args, ValueEnum};

use crate::{BollingerConfig, Hold, MacdConfig, RsiConfig, Vote};

/// The parameters: which indicators vote, by which rules, and how votes are counted.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// Indicators that vote, separated by commas
    #[arg(long, value_name = "NAMES", env = "RUNNER_INDICATORS", value_enum, value_delimiter = ',', default_values_t = IndicatorName::ALL)]
    pub indicators: Vec<IndicatorName>,

    /// How many of them must take a side
    #[arg(long, value_enum, env = "RUNNER_VOTE", default_value_t)]
    pub vote: Vote,

    /// How long a position stays open
    #[arg(long, value_enum, env = "RUNNER_HOLD", default_value_t)]
    pub hold: Hold,

    /// The RSI's part
    #[command(flatten)]
    pub rsi: RsiConfig,

    /// The MACD's part
    #[command(flatten)]
    pub macd: MacdConfig,

    /// The Bollinger Bands' part
    #[command(flatten)]
    pub bollinger: BollingerConfig,
}

/// An indicator that can vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IndicatorName {
    /// Relative strength index: long when oversold, short when overbought
    Rsi,
    /// Moving average convergence divergence against its signal line
    Macd,
    /// A close outside the Bollinger Bands
    Bollinger,
}

impl IndicatorName {
    const ALL: [Self; 3] = [Self::Rsi, Self::Macd, Self::Bollinger];
}
