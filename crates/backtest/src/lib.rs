//! What decisions would have earned: an account as a state machine over rows, fed row by row.
//!
//! A batch is the fold of its rows, bit for bit, so that a backtest and an account that runs along with
//! the market are one code. No I/O, no clock: candles, funding and decisions come in, fills, trades and
//! equity go out as [`Events`].
//!
//! | what | where |
//! |---|---|
//! | what comes in | [`Row`], [`Bar`], [`Candle`], [`Settlement`], [`Decision`] |
//! | the account | [`Account`], [`Rules`], [`Instrument`] |
//! | between a decision and its order | [`Sizing`]: size and risk |
//! | what comes out | [`Events`], [`Results`], [`Trade`], [`Fill`], [`EquityRow`], [`Counts`] |
//! | the past, all at once | [`History`], [`RowTable`], [`settlements`] |
//! | what came of it | [`Summary`] |
//! | venues and instruments | [`Venue`], [`InstrumentTable`] |
//! | perpetual mechanics | [`liquidation_price`], [`Tiers`] |
//!
//! The order of events within a row is told in `docs/backtest.md`.
//!
//! ```
//! use backtest::{Account, Bar, Candle, Decision, EqualParts, Instrument, Results, Row, Rules};
//!
//! const HOUR: i64 = 3_600_000_000;
//! let mut account = Account::new(
//!     Rules::default(), // 10,000 of capital, no costs, the whole equity in one position
//!     vec![Instrument::named("btcusdt")],
//!     EqualParts,
//!     Results::default(),
//! )?;
//! for (hour, open) in [100.0, 101.0, 102.0].into_iter().enumerate() {
//!     let time = hour as i64 * HOUR;
//!     let candles = [Candle::new(time, [open, open + 1.0, open - 1.0, open + 1.0])?];
//!     let bar = Bar { time, until: time + HOUR, candles: &candles, marks: None, settlements: &[] };
//!     // Long from the next open on.
//!     let decision = Some(Decision::Weights { weights: &[1.0], outlook: None });
//!     account.row(&Row { bar, detail: &[], decision })?;
//! }
//! let (results, counts) = account.finish(false);
//! assert_eq!(counts.rows, 3);
//! assert_eq!(results.fills[0].price, 101.0); // the open after the first decision
//! assert_eq!(results.equity.last().map(|row| row.equity), Some(10_000.0 * 103.0 / 101.0));
//! # Ok::<(), backtest::BacktestError>(())
//! ```

mod account;
mod bar;
mod calm;
mod costs;
mod counts;
mod decide;
mod error;
mod events;
mod exits;
mod fills;
mod funding;
mod history;
mod instrument;
mod liquidate;
mod margin;
mod order;
mod row_table;
mod rules;
mod sizing;
mod summary;
mod trade;
mod venue;
mod wallet;

pub use account::Account;
pub use bar::{Bar, Candle, Decision, Row, Settlement};
pub use costs::{Fees, Slippage};
pub use counts::Counts;
pub use error::BacktestError;
pub use events::{Close, Closes, EquityRow, Events, FundingPayment, NoEvents, Results};
pub use history::{Bars, FundingGaps, History, settlements};
pub use instrument::Instrument;
pub use margin::{Maintenance, Tier, Tiers, liquidation_price};
pub use row_table::RowTable;
pub use rules::{FundingRule, GapFill, Gaps, Intent, MarginMode, Rules, Tie};
pub use sizing::{
    Change, Demand, EqualParts, FixedQuantity, LegRequest, Portfolio, PositionView, Request, Size,
    Sizing,
};
pub use summary::{ExitCount, Summary};
pub use trade::{Exit, ExitReason, Fill, FillKind, Trade};
pub use venue::{InstrumentTable, VENUES, Venue};
