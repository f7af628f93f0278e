//! Technical indicators, one update a candle, in constant memory.
//!
//! An [`Indicator`] takes one input a row and gives one output a row. [`batch`] is the fold of that, so
//! research and live cannot differ. An output is `None` until it is defined, and
//! [`warm_up`](Indicator::warm_up) says for how many rows. A NaN is an error that leaves the
//! indicator as it was. State serialises. No sums drift: a window's output comes from the window's
//! values alone, whatever passed before.
//!
//! - averages: [`Sma`], [`Ema`], [`Wilder`];
//! - momentum: [`Rsi`], [`Macd`], [`Stochastic`];
//! - trend: [`Adx`], [`DirectionalMovement`], [`LinearRegression`];
//! - spread: [`StdDev`], [`ZScore`], [`TrueRange`], [`Atr`];
//! - bands: [`BollingerBands`], [`Donchian`], [`Keltner`], which give [`Bands`];
//! - windows: [`RollingMin`], [`RollingMax`], [`Delay`];
//! - two series: [`Correlation`], [`PairRegression`];
//! - parameters: [`Period`], [`Multiplier`]; inputs: `f64`, [`Candle`], [`Pair`];
//! - [`IndicatorError`]: what can be wrong.
//!
//! Values agree with TA-Lib's to 1e-9, its seeding included; what differs by intent says so.
//! No I/O, no clock, no time: rows are counted, not dated.
//!
//! ```
//! use indicators::{Indicator, Period, Rsi, batch};
//!
//! let close = [44.0, 47.0, 46.0, 46.5];
//! let period = Period::new(2)?;
//!
//! let mut live = Rsi::new(period);
//! assert_eq!(live.warm_up(), 2);
//! assert_eq!(live.update(44.0)?, None);
//! assert_eq!(live.update(47.0)?, None);
//! assert_eq!(live.update(46.0)?, Some(75.0)); // a gain of 3 and a loss of 1: 100·3/(3 + 1)
//!
//! let all = batch(&mut Rsi::new(period), close)?;
//! assert_eq!(all[..3], [None, None, Some(75.0)]);
//! assert_eq!(all[3], live.update(46.5)?);
//!
//! let error = live.update(f64::NAN).unwrap_err();
//! assert!(error.to_string().starts_with("value = NaN: wanted a finite number"));
//! # Ok::<(), indicators::IndicatorError>(())
//! ```

mod averages;
mod bands;
mod deviation;
mod directional;
mod error;
mod extremes;
mod indicator;
mod input;
mod macd;
mod moments;
mod period;
mod range;
mod regression;
mod ring;
mod rolling;
mod rsi;
mod sma;
mod smoother;
mod state;
mod stochastic;
mod window;

pub use averages::{Ema, Wilder};
pub use bands::{Bands, BollingerBands, Donchian, Keltner};
pub use deviation::{StdDev, ZScore};
pub use directional::{Adx, AdxLines, DirectionalLines, DirectionalMovement};
pub use error::IndicatorError;
pub use indicator::{Indicator, batch};
pub use input::{Candle, Pair};
pub use macd::{Macd, MacdLines};
pub use period::{Multiplier, Period};
pub use range::{Atr, TrueRange};
pub use regression::{Correlation, LinearRegression, PairLine, PairRegression, RegressionLine};
pub use rolling::{Delay, RollingMax, RollingMin};
pub use rsi::Rsi;
pub use sma::Sma;
pub use stochastic::{Stochastic, StochasticLines};
