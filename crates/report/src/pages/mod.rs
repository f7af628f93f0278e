//! The project's pages: a structure of plain data in, a [`Page`](crate::Page) out.

mod backtest;
mod backtest_data;
mod backtest_trades;
mod equity;
mod equity_curve;
mod evaluation;
mod evaluation_bins;
mod evaluation_data;
mod inspection;
mod monitoring;
mod over_months;
mod sweep;

pub use backtest_data::{Backtest, Costs, Trade, WEEKS};
pub use equity_curve::{EquityCurve, EquityPoint, TieBand};
pub use evaluation_data::{Bin, Evaluation, Measured, Method, Month, Payoff, Uncertain};
pub use inspection::{BinShape, Inspection, MonthBins};
pub use monitoring::{Monitoring, WatchedMonth};
pub use sweep::{BestSetting, Halves, Luck, Sweep, Walk, WalkStep};

/// An interval's lower and upper end.
pub type Interval = (f64, f64);

/// Seconds that a plot of times takes.
#[allow(clippy::cast_precision_loss, reason = "seconds of a calendar")]
pub(crate) fn at(seconds: i64) -> f64 {
    seconds as f64
}
