//! Candles, predictions, labels and funding rates out of DuckDB files that other programs own.
//!
//! This is the only crate that knows DuckDB. Their files are opened read-only and never written; rows
//! come out as Arrow record batches ([`Database::stream`]) or as checked columns:
//!
//! | what | function | gives |
//! |---|---|---|
//! | candles | [`candle_table`], [`read_candles`] | [`Candles`] |
//! | candles without their volume | [`read_prices`] | [`Prices`] |
//! | predictions | [`model_paths`], [`prediction_bounds`], [`read_predictions`] | [`Predictions`] |
//! | labels | [`target_keys`], [`read_targets`] | [`TargetLabels`] |
//! | funding | [`read_funding`], [`funding_dataset`] | [`FundingRates`] |
//! | all of it on one time line | [`RowSource`] | [`RowStream`] |
//! | what a file holds | [`file_status`] | [`FileStatus`] |
//! | what is new, for a stream | [`arrivals()`] | [`Arrivals`] |
//! | `pred_train.csv` | [`read_train_predictions`] | [`TrainPredictions`] |
//!
//! A `timestamp` is the open time of its candle, in microseconds since the Unix epoch, UTC
//! ("µs UTC"). What is read is complete, ascending and unique by timestamp, or it is a
//! [`MarketDataError`] that names the file, the table and the first row that is not.
//!
//! ```
//! use market_data::{DEFAULT_LOCK_TIMEOUT, Database, TimeRange, candle_table, read_candles};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("market.duckdb");
//! # duckdb::Connection::open(&path)?.execute_batch(
//! #     "CREATE TABLE ohlcv_btcusdt_1h AS SELECT TIMESTAMP '2025-11-01' + INTERVAL (i) HOUR AS timestamp,
//! #          100.0 AS open, 101.0 AS high, 99.0 AS low, 100.5 AS close, 7.0 AS volume
//! #      FROM range(48) t(i)",
//! # )?;
//! let db = Database::open(&path, DEFAULT_LOCK_TIMEOUT)?;
//! let table = candle_table(&db, None)?; // the only `ohlcv_…` table of the file
//! let candles = read_candles(&db, &table, TimeRange::ALL)?;
//! assert_eq!(candles.len(), 48);
//! assert_eq!(candles.interval, chrono::TimeDelta::hours(1));
//! assert!(candles.gaps().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arrivals;
mod candle_table;
mod candles;
mod columns;
mod covered;
mod database;
mod duckdb_error;
mod error;
mod flags;
mod flat;
mod funding;
mod in_order;
mod instance;
mod known;
mod lock;
mod message;
mod model_path;
mod new_table;
mod newest;
mod open_files;
mod prediction_query;
mod predictions;
mod range;
mod replay;
mod rows;
mod select;
mod settle;
mod sql;
mod status;
mod stored_model;
mod stored_models;
mod system_error;
mod table;
mod table_name;
mod tables;
mod targets;
mod train_csv;

pub use arrivals::{Arrival, Arrivals, Feed, arrivals, only_funding_dataset};
pub use candle_table::{CandleTable, candle_table, candle_table_of};
pub use candles::{
    Candles, Gap, Prices, candle_interval, candle_range, newest_candle, read_candles, read_prices,
};
pub use database::{Batches, Database};
pub use duckdb_error::DuckDbError;
pub use error::{CandleError, CsvError, FileError, MarketDataError, ModelError, TableError};
pub use files::FileKind;
pub use flags::{DATA_CONFIGURED, DataFlags};
pub use funding::{FundingRates, funding_dataset, read_funding};
pub use lock::{DEFAULT_LOCK_TIMEOUT, LockHolder};
pub use model_path::{ModelPathMatch, run_name, same_model};
pub use new_table::{NewTable, write_tables};
pub use prediction_query::PredictionQuery;
pub use predictions::{Predictions, prediction_bounds, prediction_range, read_predictions};
pub use range::{TimeRange, TimeSpan};
pub use replay::{Replay, ReplayedHour};
pub use rows::{
    Available, CandleFile, CandleReport, InputError, InputReport, Instrument, PredictionFile,
    RowReport, RowSource, RowStream,
};
pub use settle::{ChosenRun, model_of_run, settle_model, settle_run};
pub use sql::Parameter;
pub use status::{
    CandleStatus, FileStatus, FundingStatus, ModelStatus, OffGrid, TableContent, TableStatus,
    TargetStatus, file_status, off_grid,
};
pub use stored_model::StoredModel;
pub use stored_models::{match_model, model_paths};
pub use table::{Column, Table};
pub use table_name::{dataset_intervals, holds_candles_of, parse_interval};
pub use targets::{TargetLabels, newest_target, read_targets, stored_labels, target_keys};
pub use train_csv::{TrainPredictions, read_train_predictions};
