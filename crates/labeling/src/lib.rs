//! Barrier labels: did the price reach the take profit before the stop loss?
//!
//! A candle series and a rule go in, one [`Outcome`] a candle comes out. Entry is at the close of
//! candle `t`; the label is 1 if, in the candles opening in `(t, t + horizon]`, the high reaches
//! `close·(1+u)` in an earlier candle than the low reaches `close·(1−d)`, else 0. What happens when
//! one candle touches both is the [`TiePolicy`]. The time it takes hardly depends on the horizon.
//!
//! - [`TargetKey`]: the rule as upstream spells it, found in the name of a model's run;
//! - [`BarrierRule`], [`TiePolicy`]: the rule;
//! - [`CandleSeries`]: checked columns of candles;
//! - [`trade_ends`], [`TradeEnds`]: how the trades that the labels speak of ended, when, and what they paid;
//! - [`label_candles`], [`labels_of_trades`], [`Outcome`]: the labels;
//! - [`Concurrency`]: how many trades overlap, and how unique each is;
//! - [`LabelError`], [`KeyPart`]: what can be wrong.
//!
//! Timestamps are `i64` microseconds since the Unix epoch, UTC: the candle's open time. No I/O.
//!
//! ```
//! use chrono::TimeDelta;
//! use labeling::{CandleSeries, Outcome, TargetKey, TiePolicy, label_candles};
//!
//! let key = TargetKey::find_in_run_name("run_7_lgbm_y_tp_before_sl_u0.04_d0.02_2h_binary")?;
//! assert_eq!(key.as_str(), "y_tp_before_sl_u0.04_d0.02_2h");
//!
//! let hour = TimeDelta::hours(1);
//! let timestamps: Vec<i64> = (0..4).map(|k| k * 3_600_000_000).collect();
//! let open = [100.0, 100.0, 103.0, 104.0];
//! let high = [101.0, 103.0, 105.0, 104.0];
//! let low = [99.0, 99.0, 102.0, 98.0];
//! let close = [100.0, 103.0, 104.0, 99.0];
//! let candles = CandleSeries::new(&timestamps, &open, &high, &low, &close, hour)?;
//!
//! let outcomes = label_candles(&candles, &key.rule(TiePolicy::Conservative))?;
//! assert_eq!(outcomes[0], Outcome::TakeProfit); // 105 ≥ 100·1.04 at 02:00, never ≤ 98 before
//! assert_eq!(outcomes[1], Outcome::NoTakeProfit); // never 103·1.04, and the stop at 03:00
//! assert_eq!(outcomes[2], Outcome::Incomplete); // only one of two candles is there
//! assert_eq!(outcomes[1].label(), Some(false));
//! # Ok::<(), labeling::LabelError>(())
//! ```

mod barrier;
mod concurrency;
mod error;
mod extremes;
mod group;
mod key_error;
mod outcome;
mod provenance;
mod rule;
mod series;
mod series_error;
mod target_key;
mod touch;
mod trade;
mod window;

pub use barrier::{label_candles, labels_of_trades};
pub use concurrency::Concurrency;
pub use error::LabelError;
pub use key_error::{KeyError, KeyPart};
pub use outcome::Outcome;
pub use provenance::{LabelCutoff, LabelSource, LeftOut};
pub use rule::{BarrierRule, TiePolicy};
pub use series::CandleSeries;
pub use series_error::SeriesError;
pub use target_key::TargetKey;
pub use trade::{Ending, TradeEnd, TradeEnds, trade_ends};
