//! What every format's encoder is, and what several use.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Field, Schema, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow::error::ArrowError;

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

/// The batch for a text format: timestamps without their zones, which makes them print as UTC.
pub(super) fn in_utc(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = batch
        .schema_ref()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| {
            let column = without_zone(column);
            (field.as_ref().clone().with_data_type(column.data_type().clone()), column)
        })
        .unzip();
    let schema = Schema::new_with_metadata(fields, batch.schema_ref().metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns)
}

fn without_zone(column: &ArrayRef) -> ArrayRef {
    macro_rules! plain {
        ($unit:ty) => {
            Arc::new(column.as_primitive::<$unit>().clone().with_timezone_opt(None::<Arc<str>>))
        };
    }
    match column.data_type() {
        DataType::Timestamp(TimeUnit::Second, Some(_)) => plain!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => plain!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => plain!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => plain!(TimestampNanosecondType),
        _ => Arc::clone(column),
    }
}
