//! What can go wrong with a file of somebody else's.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use thiserror::Error;

use crate::message::{advice, if_right, instant_text, listed, there_is};
use crate::{DuckDbError, FileKind, InputError, LockHolder};

/// Why data could not be read. Timestamps are µs UTC, and written as `2025-11-01 05:00:00`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MarketDataError {
    /// There is no file at the path.
    #[error("there is no file {}: check the path (a relative one starts at the working directory)", .path.display())]
    NoSuchFile {
        /// The path that was given.
        path: PathBuf,
    },
    /// A file of rows cannot be read.
    #[error("cannot read the rows of {}", .path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: tabular::TabularError,
    },
    /// The path is that of a folder without files of rows.
    #[error(
        "{} is a folder: give the path of a file in it (a folder of Parquet or CSV files can be given \
         too)", .path.display()
    )]
    IsFolder {
        /// The path that was given.
        path: PathBuf,
    },
    /// The path is that of a pipe, a socket or a device.
    #[error("{} is a pipe, a socket or a device, not a file: give the path of a .duckdb file", .path.display())]
    NotRegularFile {
        /// The path that was given.
        path: PathBuf,
    },
    /// DuckDB cannot open a file of such a name.
    #[error("the path {} is not valid UTF-8, and DuckDB opens no other: rename the file or its folder", .path.display())]
    PathNotUtf8 {
        /// The path that was given.
        path: PathBuf,
    },
    /// The system does not let this user read the file.
    #[error("{} must not be read by this user: change the permissions of the file or its folder", .path.display())]
    PermissionDenied {
        /// The path that was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be read for some other reason.
    #[error("{} cannot be read", .path.display())]
    Io {
        /// The path that was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else than a DuckDB database.
    #[error(
        "{} is not a DuckDB database but {found}: give the path of a .duckdb file, or of a file of rows \
         that ends in .parquet, .csv, .arrow, .json or .jsonl", .path.display()
    )]
    NotDuckDb {
        /// The path that was given.
        path: PathBuf,
        /// What it looks like.
        found: FileKind,
    },
    /// The file was written by a version of DuckDB that this one does not understand.
    #[error(
        "{} was written by another version of DuckDB, which this one cannot read: update this \
         program, or write the file anew (EXPORT DATABASE) for DuckDB 2.0", .path.display()
    )]
    OtherVersion {
        /// The path that was given.
        path: PathBuf,
        /// What DuckDB said; it names the versions.
        source: DuckDbError,
    },
    /// Another process was writing to the file all the time.
    #[error(
        "{} is locked by {}: waited {:.1} s for it; stop the writer, or wait longer with \
         --lock-timeout",
        .path.display(),
        .holder.as_ref().map_or_else(|| "another process".to_owned(), ToString::to_string),
        .waited.as_secs_f64()
    )]
    Locked {
        /// The path that was given.
        path: PathBuf,
        /// Who holds it, if DuckDB could tell.
        holder: Option<LockHolder>,
        /// How long it was tried.
        waited: Duration,
        /// What DuckDB said last.
        source: DuckDbError,
    },
    /// A DuckDB database that DuckDB cannot open.
    #[error("DuckDB cannot open {}: it may be damaged, encrypted, or still being copied", .path.display())]
    Open {
        /// The path that was given.
        path: PathBuf,
        /// What DuckDB said.
        source: DuckDbError,
    },
    /// Rows could not be written.
    #[error("DuckDB cannot write {}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What DuckDB said.
        source: DuckDbError,
    },
    /// A query failed.
    #[error("DuckDB could not answer a query on {}", .path.display())]
    Query {
        /// The file.
        path: PathBuf,
        /// What DuckDB said.
        source: DuckDbError,
    },
    /// A query gave a column of another type than it must.
    #[error("{}: a query gave `{column}` as {found}, {wanted} was wanted", .path.display())]
    ArrowType {
        /// The file.
        path: PathBuf,
        /// The query's column.
        column: String,
        /// Its Arrow type.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },

    /// There is no such table.
    #[error(
        "{} has no table `{table}`; {}", .path.display(), there_is(.found, .elsewhere, .table)
    )]
    MissingTable {
        /// The file.
        path: PathBuf,
        /// The table that was wanted.
        table: String,
        /// The tables there are.
        found: Vec<String>,
        /// Those of other schemas.
        elsewhere: Vec<String>,
    },
    /// A table lacks columns.
    #[error("{}: table `{table}` lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The columns that are missing.
        missing: Vec<String>,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A column has a type that cannot be used.
    #[error("{}: column `{column}` of `{table}` is {found}, but must be {wanted}", .path.display())]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// Rows without a timestamp.
    #[error("{}: {rows} row(s) of `{table}` have NULL as `{column}`: every row needs a time, so delete them", .path.display())]
    NullTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// How many rows there are of it.
        rows: u64,
    },
    /// A timestamp that is infinite, or so far away that no calendar has it.
    #[error(
        "{}: timestamp {} in table `{table}`, column `{column}`: delete the row",
        .path.display(), instant_text(*.timestamp)
    )]
    InfiniteTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// The first such timestamp; the largest or smallest number where it is infinite.
        timestamp: i64,
    },
    /// A timestamp that no market can mean.
    #[error(
        "{}: `{table}` has the {column} {}: {reason}", .path.display(), instant_text(*.timestamp)
    )]
    NotMeant {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column of timestamps.
        column: String,
        /// The timestamp farthest away.
        timestamp: i64,
        /// What it may come of.
        reason: String,
    },
    /// A timestamp that comes twice where it must not.
    #[error("{}: `{table}` has several rows for {}: there must be one", .path.display(), instant_text(*.timestamp))]
    DuplicateTimestamp {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The timestamp.
        timestamp: i64,
    },
    /// A value that cannot be what its column is for.
    #[error(
        "{}: `{column}` of `{table}` is {found} at {}, but must be {wanted}",
        .path.display(), instant_text(*.timestamp)
    )]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column.
        column: &'static str,
        /// The row's timestamp.
        timestamp: i64,
        /// The value.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },

    /// No table looks like candles.
    #[error(
        "{} has no table of candles `ohlcv_<symbol>_<interval>`; {}: name the table with \
         --ohlcv-table", .path.display(), there_is(.found, .elsewhere, "ohlcv_")
    )]
    NoCandleTable {
        /// The file.
        path: PathBuf,
        /// The tables there are.
        found: Vec<String>,
        /// Those of other schemas.
        elsewhere: Vec<String>,
    },
    /// Several tables look like candles.
    #[error("{} has several tables of candles: {}; choose one with --ohlcv-table", .path.display(), listed(.found))]
    CandleTableNotUnique {
        /// The file.
        path: PathBuf,
        /// The tables of candles.
        found: Vec<String>,
    },
    /// A candle that no market gives.
    #[error(
        "{}: `{table}` has the high {high} below the low {low} at {}: correct the row, or delete it",
        .path.display(), instant_text(*.timestamp)
    )]
    HighBelowLow {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The candle's open time.
        timestamp: i64,
        /// Its high.
        high: f64,
        /// Its low.
        low: f64,
    },
    /// The table of candles that was found is not known to be the dataset's.
    #[error(
        "{}: whether `{table}` holds the candles of {dataset}, its name does not tell: it names another \
         instrument, or none; {}otherwise another file, or check --dataset",
        .path.display(), if_right(.path, .table)
    )]
    OtherInstrument {
        /// The file.
        path: PathBuf,
        /// The table of candles.
        table: String,
        /// The dataset.
        dataset: String,
    },
    /// Two candles are closer, or otherwise apart, than a whole number of intervals.
    #[error(
        "{}: `{table}` has candles of {} s, but {} follows {}: is it the right table?",
        .path.display(), .interval.as_seconds_f64(), instant_text(*.timestamp), instant_text(*.earlier)
    )]
    CandleSpacing {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The candle before.
        earlier: i64,
        /// The candle that does not fit.
        timestamp: i64,
        /// The interval of the candles.
        interval: TimeDelta,
    },
    /// Neither the table's name nor its rows tell the interval.
    #[error(
        "{}: the interval of the candles in `{table}` is unknown: its name does not end like `_1h`, \
         and it has only {rows} row(s)", .path.display()
    )]
    IntervalUnknown {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// How many rows it has.
        rows: usize,
    },

    /// The table of predictions has no rows.
    #[error("{} has no predictions: its table `predictions` is empty", .path.display())]
    EmptyPredictions {
        /// The file.
        path: PathBuf,
    },
    /// Several models have predictions, and none was named.
    #[error("{} has predictions of several models: name one with --model-path, or its folder with --run-name:\n  {}", .path.display(), .found.join("\n  "))]
    SeveralModels {
        /// The file.
        path: PathBuf,
        /// Their paths.
        found: Vec<String>,
    },
    /// No model's run has the name, or one with that part.
    #[error("{} has no model of a run called {part}, as a whole or in part; its runs:\n  {}\nA run may be called otherwise where --model-path names its model.", .path.display(), .found.join("\n  "))]
    NoModelOfRun {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        part: String,
        /// The runs there are.
        found: Vec<String>,
    },
    /// The models of several runs have the part in their names.
    #[error("--run-name {part} is a part of several names in {}:\n  {}", .path.display(), .found.join("\n  "))]
    PartOfSeveralRuns {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        part: String,
        /// The runs' names.
        found: Vec<String>,
    },
    /// No model's run has the name that an input asks for.
    #[error("{} has no predictions of the run {run}; its runs: {}", .path.display(), listed(.found))]
    RunNotFound {
        /// The file.
        path: PathBuf,
        /// The run.
        run: String,
        /// The runs there are.
        found: Vec<String>,
    },
    /// There are predictions, but none of the dataset.
    #[error("{} has no predictions for dataset {wanted}, but for {}: check --dataset", .path.display(), listed(.found))]
    DatasetNotFound {
        /// The file.
        path: PathBuf,
        /// The dataset that was wanted.
        wanted: String,
        /// The datasets there are.
        found: Vec<String>,
    },
    /// The dataset is neither given nor stored.
    #[error(
        "{} does not say which dataset {model_path} predicts: name it with --dataset, as in \
         binance_btcusdt_perp_1h", .path.display()
    )]
    DatasetUnknown {
        /// The file.
        path: PathBuf,
        /// The model.
        model_path: String,
    },
    /// No predictions of the model.
    #[error(
        "{} has no predictions of the model {wanted}{}; it has those of {}",
        .path.display(),
        .dataset.as_ref().map_or_else(String::new, |dataset| format!(" for dataset {dataset}")),
        listed(.found)
    )]
    ModelNotFound {
        /// The file.
        path: PathBuf,
        /// The model's path as it was given.
        wanted: String,
        /// The dataset, where the file has other models of it.
        dataset: Option<String>,
        /// The models there are.
        found: Vec<String>,
    },
    /// Several stored models end like the wanted one.
    #[error(
        "{} has several models that end like {wanted}: {}; give --model-path as one of these is \
         stored", .path.display(), listed(.found)
    )]
    ModelNotUnique {
        /// The file.
        path: PathBuf,
        /// The model's path as it was given.
        wanted: String,
        /// The models that end like it.
        found: Vec<String>,
    },
    /// The model has predictions, but of other datasets.
    #[error(
        "{} has no predictions of {model_path} for dataset {wanted}, but for {}: check --dataset",
        .path.display(), listed(.found)
    )]
    ModelOfOtherDataset {
        /// The file.
        path: PathBuf,
        /// The model's path as it is stored.
        model_path: String,
        /// The dataset that was wanted.
        wanted: String,
        /// The datasets that the model has predictions for.
        found: Vec<String>,
    },
    /// The model has predictions of several datasets, and none was chosen.
    #[error("{} has predictions of {model_path} for {}: choose one with --dataset", .path.display(), listed(.found))]
    DatasetNotUnique {
        /// The file.
        path: PathBuf,
        /// The model's path as it is stored.
        model_path: String,
        /// The datasets.
        found: Vec<String>,
    },
    /// The model has no predictions of the feature key.
    #[error(
        "{} has no predictions of {model_path} with the feature key {wanted}; it has {}: check \
         --feature-key", .path.display(), listed(.found)
    )]
    FeatureKeyNotFound {
        /// The file.
        path: PathBuf,
        /// The model's path as it is stored.
        model_path: String,
        /// The feature key that was wanted.
        wanted: String,
        /// The feature keys there are.
        found: Vec<String>,
    },
    /// The newest predictions of a timestamp differ.
    #[error(
        "{}: the newest predictions of {model_path} for {} contradict each other{}",
        .path.display(), instant_text(*.timestamp), advice(.feature_keys)
    )]
    ConflictingPredictions {
        /// The file.
        path: PathBuf,
        /// The timestamp.
        timestamp: i64,
        /// The model's path as it is stored.
        model_path: String,
        /// The feature keys of the rows.
        feature_keys: Vec<String>,
    },

    /// A CSV file that cannot be taken apart.
    #[error(
        "{}{} cannot be read as CSV", .path.display(),
        .line.map_or_else(String::new, |line| format!(", line {line},"))
    )]
    Csv {
        /// The file.
        path: PathBuf,
        /// The line, if it is a line's fault.
        line: Option<u64>,
        /// What is wrong.
        source: csv::Error,
    },
    /// A CSV file with a quotation mark too few or too many.
    #[error(transparent)]
    Quotes(#[from] tabular::TabularError),
    /// A CSV file's header lacks columns.
    #[error("{}, line 1: the header lacks {}; it has {}", .path.display(), listed(.missing), listed(.found))]
    MissingCsvColumns {
        /// The file.
        path: PathBuf,
        /// The columns that are missing.
        missing: Vec<String>,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A field of a CSV file that cannot be what its column is for.
    #[error("{}, line {line}: `{column}` is {found:?}, but must be {wanted}", .path.display())]
    BadCsvValue {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// The field.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A timestamp that comes twice in a CSV file.
    #[error(
        "{}, line {line}: {} stands in line {first_line} already: there must be one row a time",
        .path.display(), instant_text(*.timestamp)
    )]
    DuplicateCsvTimestamp {
        /// The file.
        path: PathBuf,
        /// The line where it stands first.
        first_line: u64,
        /// The line where it stands again.
        line: u64,
        /// The timestamp.
        timestamp: i64,
    },

    /// The rows that a strategy needs cannot be put together.
    #[error(transparent)]
    Inputs(#[from] InputError),
}
