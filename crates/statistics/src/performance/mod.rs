//! What an equity curve and its trades were worth.

mod curve;
mod drawdown;
mod estimate;
mod ratios;
mod summary;
mod track_record;
mod trades;

pub use curve::{DayPath, EquityCurve};
pub use drawdown::{Drawdown, drawdowns};
pub use estimate::Estimate;
pub use ratios::{annual_growth, calmar_ratio, sharpe_ratio, sortino_ratio};
pub use summary::{Performance, PerformanceSettings};
pub use track_record::{DayEnds, TrackRecord, TrackRecorder};
pub use trades::{TradeStatistics, profit_factor};
