//! Statistics of returns and forecasts: intervals, bootstraps, performance, and what luck explains.
//!
//! Numbers in, numbers out: no files, no clock, and no randomness but that of the bootstraps, which
//! follows from their seeds.
//!
//! - What was an equity curve worth? [`Performance`] of an [`EquityCurve`], or one by one:
//!   [`sharpe_ratio`], [`sortino_ratio`], [`calmar_ratio`], [`drawdowns()`]; [`TradeStatistics`]. Of one that is not
//!   kept? [`TrackRecorder`].
//! - How bad are bad days? [`value_at_risk`], [`conditional_value_at_risk`], [`filtered_returns`].
//! - Is it luck? [`probabilistic_sharpe`] of one, [`deflated_sharpe`] of the best of many,
//!   [`min_track_record`], [`effective_trials`]; [`backtest_overfitting`] and
//!   [`SuperiorAbilityTest`] of a sweep.
//! - Which forecast is better? [`diebold_mariano`]. Which rows may be trained on?
//!   [`purged_splits`].
//! - How sure is a statistic of a series? [`stationary_bootstrap`] with [`block_length()`],
//!   [`circular_bootstrap`], [`paired_block_bootstrap`].
//! - How sure is a hit rate? [`wilson_interval`] where rows are independent,
//!   [`block_bootstrap_bins`] where labels overlap in time; of means, [`block_bootstrap_means`].
//! - Do higher bins come true more often? [`kendall_tau_b`] and [`ordered_share`].
//! - [`normal`]: tails of the normal distribution; [`SplitMix64`]: the random numbers.
//! - [`StatisticsError`]: everything that can go wrong.

mod bootstrap;
mod check;
mod error;
mod forecasts;
mod interval;
mod kendall;
mod luck;
mod moments;
pub mod normal;
mod percentile;
mod performance;
mod resample;
mod splitmix;
mod splits;
mod tail_risk;

pub use bootstrap::{block_bootstrap_bins, block_bootstrap_means};
pub use error::StatisticsError;
pub use forecasts::{DieboldMariano, diebold_mariano};
pub use interval::{Interval, wilson_interval};
pub use kendall::{kendall_tau_b, ordered_share};
pub use luck::{
    AverageCorrelation, BlockSums, Contribution, DeflatedSharpe, EffectiveTrials, Overfitting,
    SuperiorAbility, SuperiorAbilityTest, backtest_overfitting, deflated_sharpe, effective_trials,
    expected_max_sharpe, min_track_record, probabilistic_sharpe, sharpe_error,
};
pub use moments::Moments;
pub use performance::{
    DayEnds, DayPath, Drawdown, EquityCurve, Estimate, Performance, PerformanceSettings,
    TrackRecord, TrackRecorder, TradeStatistics, annual_growth, calmar_ratio, drawdowns,
    profit_factor, sharpe_ratio, sortino_ratio,
};
pub use resample::{
    BlockLength, PairedDifference, Resampling, block_length, circular_bootstrap,
    paired_block_bootstrap, stationary_bootstrap,
};
pub use splitmix::SplitMix64;
pub use splits::{Split, purged_splits, purged_train};
pub use tail_risk::{conditional_value_at_risk, filtered_returns, value_at_risk};
