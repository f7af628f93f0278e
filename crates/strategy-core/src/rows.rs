//! The rows that a strategy decides on.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use chrono::DateTime;
use thiserror::Error;

use crate::Input;

/// A checked view of a record batch: an ascending `timestamp` and `f64` columns without nulls.
///
/// A row's timestamp is its candle's open time in UTC; the row is known when the candle closes.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    batch: &'a RecordBatch,
    timestamps: &'a [i64],
}

impl<'a> Rows<'a> {
    /// The rows of `batch`.
    ///
    /// # Errors
    /// When there is no column `timestamp` of microseconds, it holds a null, or it does not ascend
    /// strictly.
    pub fn new(batch: &'a RecordBatch) -> Result<Self, RowsError> {
        let column = find(batch, "timestamp")?;
        let timestamps =
            column.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| {
                wrong_type("timestamp", column, &DataType::Timestamp(TimeUnit::Microsecond, None))
            })?;
        refuse_nulls("timestamp", timestamps)?;
        let timestamps = timestamps.values().as_ref();
        match timestamps.windows(2).position(|pair| pair[0] >= pair[1]) {
            Some(row) => Err(RowsError::NotAscending { row: row + 1 }),
            None => Ok(Self { batch, timestamps }),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Candle open times, microseconds since the Unix epoch, UTC, strictly ascending.
    pub fn timestamps(&self) -> &'a [i64] {
        self.timestamps
    }

    /// The values of `input`, one a row.
    ///
    /// # Errors
    /// When the column is missing (the strategy did not declare it), is not `f64` or holds a null.
    pub fn column(&self, input: &Input) -> Result<&'a [f64], RowsError> {
        let name = input.to_string();
        let column = find(self.batch, &name)?;
        let values = column
            .as_primitive_opt::<Float64Type>()
            .ok_or_else(|| wrong_type(&name, column, &DataType::Float64))?;
        refuse_nulls(&name, values)?;
        Ok(values.values())
    }
}

fn find<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, RowsError> {
    batch.column_by_name(name).map(AsRef::as_ref).ok_or_else(|| RowsError::MissingColumn {
        column: name.to_owned(),
        present: batch.schema_ref().fields().iter().map(|f| f.name().clone()).collect(),
    })
}

fn wrong_type(name: &str, column: &dyn Array, wanted: &DataType) -> RowsError {
    RowsError::WrongType {
        column: name.to_owned(),
        found: column.data_type().to_string(),
        wanted: wanted.to_string(),
    }
}

fn refuse_nulls(name: &str, column: &dyn Array) -> Result<(), RowsError> {
    match (0..column.len()).find(|&row| column.null_count() > 0 && column.is_null(row)) {
        Some(row) => Err(RowsError::Null { column: name.to_owned(), row }),
        None => Ok(()),
    }
}

/// `2025-11-01 05:00:00 UTC`.
fn described(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| format!("{micros} µs"), |time| time.format("%F %T UTC").to_string())
}

/// Rows that no strategy can decide on. Rows count from 0 in their batch; times are µs UTC.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum RowsError {
    /// A column is not there.
    #[error(
        "the rows have no column `{column}` (they have {}): a strategy must declare each column \
         that it reads among its inputs", present.join(", ")
    )]
    MissingColumn { column: String, present: Vec<String> },
    /// A column has another type.
    #[error("column `{column}` has type {found}; wanted {wanted}")]
    WrongType { column: String, found: String, wanted: String },
    /// A value is missing.
    #[error("column `{column}` has no value in row {row}: rows must be complete")]
    Null { column: String, row: usize },
    /// Rows come that were decided on before, or earlier ones.
    #[error(
        "a row of {} comes after one of {}: rows are decided on once, in the order of time; open the \
         strategy anew to decide on earlier ones", described(*timestamp), described(*last)
    )]
    NotLater { timestamp: i64, last: i64 },
    /// Time stands still or runs back.
    #[error(
        "the timestamp of row {row} does not come after the one before it: sort the rows and drop repeated ones"
    )]
    NotAscending { row: usize },
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, Int64Array, TimestampMicrosecondArray};

    use super::*;
    use crate::Column;

    fn batch(timestamps: Vec<i64>, close: impl Array + 'static) -> RecordBatch {
        let timestamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from(timestamps));
        RecordBatch::try_from_iter([("timestamp", timestamps), ("close", Arc::new(close))]).unwrap()
    }

    #[test]
    fn gives_columns_by_input() {
        let batch = batch(vec![1, 2], Float64Array::from(vec![10.0, 11.0]));
        let rows = Rows::new(&batch).unwrap();
        assert_eq!(rows.timestamps(), [1, 2]);
        assert_eq!(rows.column(&Input::of(Column::Close)).unwrap(), [10.0, 11.0]);
        let missing = rows.column(&Input::of_dataset(Column::Close, "x")).unwrap_err();
        assert_eq!(
            missing,
            RowsError::MissingColumn {
                column: "close@x".into(),
                present: vec!["timestamp".into(), "close".into()]
            }
        );
    }

    #[test]
    fn refuses_rows_that_are_out_of_order_null_or_mistyped() {
        let close = Float64Array::from(vec![10.0, 11.0]);
        let equal = batch(vec![2, 2], close.clone());
        assert_eq!(Rows::new(&equal).unwrap_err(), RowsError::NotAscending { row: 1 });
        let null = batch(vec![1, 2], Float64Array::from(vec![Some(1.0), None]));
        let error = Rows::new(&null).unwrap().column(&Input::of(Column::Close)).unwrap_err();
        assert_eq!(error, RowsError::Null { column: "close".into(), row: 1 });
        let integers = batch(vec![1, 2], Int64Array::from(vec![1, 2]));
        let error = Rows::new(&integers).unwrap().column(&Input::of(Column::Close)).unwrap_err();
        assert!(matches!(error, RowsError::WrongType { .. }));
        let bare = RecordBatch::try_from_iter([("close", Arc::new(close) as ArrayRef)]).unwrap();
        assert!(matches!(Rows::new(&bare).unwrap_err(), RowsError::MissingColumn { .. }));
    }
}
