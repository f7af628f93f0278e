//! Technical indicators as a strategy: RSI, MACD and Bollinger Bands, alone or combined by a vote.
//!
//! Each indicator in use is for long, for short or abstains; the [`Vote`] makes one decision of them.
//! No model, no data but the close.
//!
//! ```
//! use strategy_core::{Strategy, Subject, default_config};
//! use technical_indicators::{TechnicalIndicators, Vote};
//!
//! let mut config: technical_indicators::Config = default_config()?;
//! config.vote = Vote::Any;
//! let strategy = TechnicalIndicators::new(config, &Subject::default());
//! assert!(strategy.is_ok());
//! # Ok::<(), clap::Error>(())
//! ```

mod bollinger;
mod config;
mod error;
mod hold;
mod macd;
mod number;
mod rsi;
mod strategy;
mod vote;
mod voter;

pub use bollinger::{BollingerConfig, BollingerRule};
pub use config::{Config, IndicatorName};
pub use error::TechnicalError;
pub use hold::Hold;
pub use macd::{MacdConfig, MacdRule};
pub use rsi::RsiConfig;
pub use strategy::{Decision, TechnicalIndicators};
pub use vote::Vote;
