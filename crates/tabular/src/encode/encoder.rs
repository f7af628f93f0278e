//! What every format's encoder is, and what several use.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
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
    /// Appends the rows of a batch, before which `rows` others were written.
    fn encode(
        &mut self,
        batch: &RecordBatch,
        rows: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), TabularError>;

    /// Appends what ends the file.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), TabularError>;
}

pub(super) fn refused(
    format: Format,
) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> TabularError {
    move |source| TabularError::Encode { format, source }
}

/// The batch for a text format: timestamps as `text` writes their UTC time. (The writers of arrow read their
/// format anew for each value, in ten times the time.)
pub(super) fn in_utc(
    batch: &RecordBatch,
    text: fn(NaiveDateTime) -> String,
) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| legible(column, text));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let fields = batch.schema_ref().fields().iter().zip(&columns);
    let fields: Vec<Field> = fields
        .map(|(field, column)| field.as_ref().clone().with_data_type(column.data_type().clone()))
        .collect();
    let schema = Schema::new_with_metadata(fields, batch.schema_ref().metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns)
}

fn legible(column: &ArrayRef, text: fn(NaiveDateTime) -> String) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => texts::<TimestampSecondType>(column, text),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            texts::<TimestampMillisecondType>(column, text)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            texts::<TimestampMicrosecondType>(column, text)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            texts::<TimestampNanosecondType>(column, text)
        }
        _ => Ok(Arc::clone(column)),
    }
}

fn texts<T: ArrowTimestampType>(
    column: &ArrayRef,
    text: fn(NaiveDateTime) -> String,
) -> Result<ArrayRef, ArrowError> {
    let written = |value: i64| match as_datetime::<T>(value) {
        Some(time) => Ok(text(time)),
        None => Err(ArrowError::CastError(format!("{value} {:?} is no time", T::UNIT))),
    };
    let times = column.as_primitive::<T>().iter();
    let texts = times.map(|value| value.map(written).transpose());
    Ok(Arc::new(texts.collect::<Result<StringArray, _>>()?))
}
