//! The rows that a strategy declares, put together from several tables and files, stretch
//! by stretch of time.
//!
//! What goes in at one end is a list of [`Input`](strategy_core::Input)s and where the
//! [`Instrument`]s' data is; what comes out at the other are record batches that
//! `strategy_core::Rows` accepts.

mod candle_report;
mod error;
mod files;
mod instrument;
mod join;
mod plan;
mod report;
mod series;
mod source;
mod stream;

pub use candle_report::CandleReport;
pub use error::{Available, InputError};
pub use instrument::{CandleFile, Instrument, PredictionFile};
pub use report::{InputReport, RowReport};
pub use source::RowSource;
pub use stream::RowStream;
