//! Statistics of returns and forecasts: intervals, bootstraps, performance, and what luck explains.
//!
//! Numbers in, numbers out: no files, no clock, and no randomness but that of the bootstraps, which
//! follows from their seeds.
//!
//! - How sure is a hit rate? [`wilson_interval`] where rows are independent,
//!   [`block_bootstrap_rate`] and [`block_bootstrap_bins`] where labels overlap in time.
//! - Do higher bins come true more often? [`kendall_tau_b`] and [`ordered_share`].
//! - [`normal`]: tails and quantiles of the normal distribution; [`SplitMix64`]: the random numbers.
//! - [`StatisticsError`]: everything that can go wrong.

mod bootstrap;
mod check;
mod error;
mod interval;
mod kendall;
pub mod normal;
mod splitmix;

pub use bootstrap::{block_bootstrap_bins, block_bootstrap_rate};
pub use error::StatisticsError;
pub use interval::{Interval, wilson_interval};
pub use kendall::{kendall_tau_b, ordered_share};
pub use splitmix::SplitMix64;
