//! From the arrays of a record batch to plain values.

use std::path::Path;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringArray,
};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};

use crate::message::MINUS_INFINITY;
use crate::{FileError, MarketDataError};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Column `index` as text.
pub(crate) fn texts<'b>(
    path: &Path,
    batch: &'b RecordBatch,
    index: usize,
) -> Result<&'b StringArray, MarketDataError> {
    let array = batch.column(index);
    array.as_string_opt::<i32>().ok_or_else(|| unexpected(path, batch, index, "text"))
}

/// Column `index` as `f64`.
pub(crate) fn doubles<'b>(
    path: &Path,
    batch: &'b RecordBatch,
    index: usize,
) -> Result<&'b Float64Array, MarketDataError> {
    let array = batch.column(index);
    array.as_primitive_opt::<Float64Type>().ok_or_else(|| unexpected(path, batch, index, "DOUBLE"))
}

/// Column `index` as `i64`.
pub(crate) fn integers<'b>(
    path: &Path,
    batch: &'b RecordBatch,
    index: usize,
) -> Result<&'b Int64Array, MarketDataError> {
    let array = batch.column(index);
    array.as_primitive_opt::<Int64Type>().ok_or_else(|| unexpected(path, batch, index, "BIGINT"))
}

/// Column `index` as instants in µs UTC, whatever its unit. Arrow gives zoned timestamps in UTC, and
/// ones without a zone are UTC by agreement. What is finer than a microsecond is cut off.
pub(crate) fn micros(
    path: &Path,
    batch: &RecordBatch,
    index: usize,
) -> Result<Vec<Option<i64>>, MarketDataError> {
    // DuckDB's `infinity` is the largest number of each unit, and stays it.
    let in_micros: fn(i64) -> i64 = match batch.column(index).data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => |s| s.saturating_mul(1_000_000),
        DataType::Timestamp(TimeUnit::Millisecond, _) => |ms| ms.saturating_mul(1_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => |ns| match ns {
            i64::MAX | i64::MIN..=MINUS_INFINITY => ns,
            ns => ns.div_euclid(1_000),
        },
        DataType::Date32 => |day| day.saturating_mul(MICROS_PER_DAY),
        _ => return ticks(path, batch, index),
    };
    let ticks = ticks(path, batch, index)?;
    Ok(ticks.into_iter().map(|tick| tick.map(in_micros)).collect())
}

/// Column `index`, one of instants, in whatever unit it has: equal where DuckDB finds them equal.
pub(crate) fn ticks(
    path: &Path,
    batch: &RecordBatch,
    index: usize,
) -> Result<Vec<Option<i64>>, MarketDataError> {
    let array = batch.column(index);
    let values = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => stored::<TimestampSecondType>(array),
        DataType::Timestamp(TimeUnit::Millisecond, _) => stored::<TimestampMillisecondType>(array),
        DataType::Timestamp(TimeUnit::Microsecond, _) => stored::<TimestampMicrosecondType>(array),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => stored::<TimestampNanosecondType>(array),
        DataType::Date32 => stored::<Date32Type>(array),
        _ => None,
    };
    values.ok_or_else(|| unexpected(path, batch, index, "TIMESTAMP or DATE"))
}

fn stored<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> Option<Vec<Option<i64>>> {
    let values: &PrimitiveArray<T> = array.as_primitive_opt()?;
    Some(values.iter().map(|value| value.map(Into::into)).collect())
}

fn unexpected(
    path: &Path,
    batch: &RecordBatch,
    index: usize,
    wanted: &'static str,
) -> MarketDataError {
    let schema = batch.schema();
    let field = schema.field(index);
    MarketDataError::File(FileError::ArrowType {
        path: path.to_owned(),
        column: field.name().clone(),
        found: field.data_type().to_string(),
        wanted,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Date32Array, TimestampMicrosecondArray, TimestampMillisecondArray,
        TimestampNanosecondArray, TimestampSecondArray,
    };

    use super::*;

    fn read(array: ArrayRef) -> Result<Vec<Option<i64>>, MarketDataError> {
        let batch = RecordBatch::try_from_iter([("ts", array)]).unwrap();
        micros(Path::new("x.duckdb"), &batch, 0)
    }

    #[test]
    fn every_unit_becomes_microseconds() {
        let day = 86_400;
        let arrays: [ArrayRef; 6] = [
            Arc::new(TimestampSecondArray::from(vec![Some(day), None])),
            Arc::new(TimestampMillisecondArray::from(vec![Some(day * 1_000), None])),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(day * 1_000_000), None])),
            Arc::new(TimestampNanosecondArray::from(vec![Some(day * 1_000_000_000 + 999), None])),
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(day * 1_000_000), None])
                    .with_timezone("Europe/Berlin"),
            ),
            Arc::new(Date32Array::from(vec![Some(1), None])),
        ];
        for array in arrays {
            assert_eq!(read(array).unwrap(), [Some(MICROS_PER_DAY), None]);
        }
    }

    #[test]
    fn extremes_neither_wrap_nor_panic() {
        let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX, -i64::MAX]));
        assert_eq!(read(seconds).unwrap(), [Some(i64::MAX), Some(i64::MIN)]);
        let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![i64::MAX, -i64::MAX]));
        assert_eq!(read(nanos).unwrap(), [Some(i64::MAX), Some(-i64::MAX)]);
        let days: ArrayRef = Arc::new(Date32Array::from(vec![i32::MAX, -i32::MAX]));
        assert_eq!(read(days).unwrap(), [Some(i64::MAX), Some(i64::MIN)]);
        let before: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![-1]));
        assert_eq!(read(before).unwrap(), [Some(-1)]);
    }

    #[test]
    fn other_types_are_refused() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let error = read(numbers).unwrap_err();
        assert!(
            matches!(error, MarketDataError::File(FileError::ArrowType { column, .. }) if column == "ts")
        );
    }
}
