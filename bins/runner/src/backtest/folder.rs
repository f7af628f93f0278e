//! The folder of a backtest, read again.

use std::path::Path;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int8Type, TimestampMicrosecondType};
use strategy_core::Result;
use tabular::{Wanted, utc_micros};

const BATCH_ROWS: usize = 65_536;

/// A trade; times are µs UTC.
pub(crate) struct Trade {
    pub(crate) instrument: String,
    /// 1 long, −1 short.
    pub(crate) side: i8,
    pub(crate) quantity: f64,
    pub(crate) entry_price: f64,
    pub(crate) entry_time: i64,
    pub(crate) stop: Option<f64>,
    /// When it ended, and its net P&L; none while it is open.
    pub(crate) exit: Option<(i64, f64)>,
}

/// The trades of `folder`, those that are open at the end among them.
pub(crate) fn trades(folder: &Path) -> Result<Vec<Trade>> {
    let path = folder.join("trades.parquet");
    let wrong = |name: &str| {
        format!("{} has no fitting column `{name}`: is it of a backtest?", path.display())
    };
    let mut trades = Vec::new();
    for batch in tabular::read(&path, BATCH_ROWS)? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| wrong(name));
        let float =
            |name: &str| column(name)?.as_primitive_opt::<Float64Type>().ok_or_else(|| wrong(name));
        let time = |name: &str| {
            column(name)?.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| wrong(name))
        };
        let names = column("instrument")?.as_string_opt::<i32>();
        let names = names.ok_or_else(|| wrong("instrument"))?;
        let sides = column("side")?.as_primitive_opt::<Int8Type>().ok_or_else(|| wrong("side"))?;
        let (quantities, prices) = (float("quantity")?, float("entry_price")?);
        let (entries, exits) = (time("entry_time")?, time("exit_time")?);
        let (stops, profits) = (float("stop")?, float("net_pnl")?);
        let some = |values: &Float64Array, row| values.is_valid(row).then(|| values.value(row));
        trades.extend((0..batch.num_rows()).map(|row| Trade {
            instrument: names.value(row).to_owned(),
            side: sides.value(row),
            quantity: quantities.value(row),
            entry_price: prices.value(row),
            entry_time: entries.value(row),
            stop: some(stops, row),
            exit: some(profits, row).map(|profit| (exits.value(row), profit)),
        }));
    }
    Ok(trades)
}

/// Times (µs UTC) and equity of a folder, or of the file with its equity.
pub(crate) fn equity(path: &Path) -> Result<(Vec<i64>, Vec<f64>)> {
    let file = if path.is_dir() { path.join("equity.parquet") } else { path.to_owned() };
    let reader = tabular::read(&file, BATCH_ROWS)?;
    let time = reader.require("timestamp", Wanted::Timestamp)?;
    let equity = reader.require("equity", Wanted::Number)?;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for batch in reader {
        let batch = batch?;
        let column = cast(batch.column(equity), &DataType::Float64)?;
        let (at, of) = (utc_micros(batch.column(time))?, column.as_primitive::<Float64Type>());
        for row in 0..batch.num_rows() {
            if at.is_null(row) || of.is_null(row) {
                return Err(format!("{}: row {} is empty", file.display(), times.len() + 1).into());
            }
            times.push(at.value(row));
            values.push(of.value(row));
        }
    }
    Ok((times, values))
}
