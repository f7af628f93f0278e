//! What every format's encoder is, and what several use.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringBuilder};
use arrow::datatypes::{
    ArrowTimestampType, DataType, Field, Schema, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::error::ArrowError;
use arrow::temporal_conversions::as_datetime;
use chrono::NaiveDateTime;

use crate::{Format, TabularError};

/// Turns batches into the bytes of one format.
///
/// Encoders write into memory and never fail for want of a disk or a reader: so an error is either
/// the rows' fault or the destination's, and always said to be which.
pub(crate) trait Encoder {
    /// The bytes of a batch, before which `rows` others were written.
    fn encode(&mut self, batch: &RecordBatch, rows: u64) -> Result<Vec<u8>, TabularError>;

    /// What ends the file.
    fn finish(&mut self) -> Result<Vec<u8>, TabularError>;
}

pub(super) fn refused(
    format: Format,
) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> TabularError {
    move |source| TabularError::Encode { format, source }
}

/// Writes a UTC time.
type Write = fn(&mut StringBuilder, NaiveDateTime) -> fmt::Result;

/// The batch for a text format: timestamps as `write` writes their UTC time. (The writers of arrow read their
/// format anew for each value, in ten times the time.)
pub(super) fn in_utc(batch: &RecordBatch, write: Write) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| legible(column, write));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let fields = batch.schema_ref().fields().iter().zip(&columns);
    let fields: Vec<Field> = fields
        .map(|(field, column)| field.as_ref().clone().with_data_type(column.data_type().clone()))
        .collect();
    let schema = Schema::new_with_metadata(fields, batch.schema_ref().metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns)
}

fn legible(column: &ArrayRef, write: Write) -> Result<ArrayRef, ArrowError> {
    let DataType::Timestamp(unit, _) = column.data_type() else { return Ok(Arc::clone(column)) };
    match unit {
        TimeUnit::Second => written::<TimestampSecondType>(column, write),
        TimeUnit::Millisecond => written::<TimestampMillisecondType>(column, write),
        TimeUnit::Microsecond => written::<TimestampMicrosecondType>(column, write),
        TimeUnit::Nanosecond => written::<TimestampNanosecondType>(column, write),
    }
}

fn written<T: ArrowTimestampType>(column: &ArrayRef, write: Write) -> Result<ArrayRef, ArrowError> {
    let no_time = |value: i64| ArrowError::CastError(format!("{value} {:?}s are no time", T::UNIT));
    let mut texts = StringBuilder::new();
    for value in column.as_primitive::<T>() {
        let Some(value) = value else {
            texts.append_null();
            continue;
        };
        let time = as_datetime::<T>(value).ok_or_else(|| no_time(value))?;
        write(&mut texts, time).map_err(|error| ArrowError::from_external_error(error.into()))?;
        texts.append_value("");
    }
    Ok(Arc::new(texts.finish()))
}
