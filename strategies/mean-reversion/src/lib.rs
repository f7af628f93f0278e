//! Mean reversion: trade against a price that lies far from its rolling mean, until it is back.
//!
//! A position is entered when the z-score is beyond the entry threshold and held until it is within
//! the exit threshold. Two gates may keep a position from being entered: a [trend](Config::trend_window)
//! that runs against it, and a price that does not [revert](HalfLife) fast enough.
//!
//! ```
//! use mean_reversion::{Config, MeanReversion};
//! use strategy_core::{Strategy, Subject, default_config};
//!
//! let config: Config = default_config()?;
//! assert_eq!((config.entry_z, config.exit_z), (2.0, 0.5));
//! assert!(MeanReversion::new(config, &Subject::default()).is_ok());
//! # Ok::<(), clap::Error>(())
//! ```

mod config;
mod error;
mod half_life;
mod position;
mod strategy;
mod trend;

pub use config::{Config, MaxHalfLife};
pub use error::ReversionError;
pub use half_life::HalfLife;
pub use strategy::{Decision, MeanReversion};
