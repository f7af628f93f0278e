//! JSON: an array of objects, or one object a line.

use std::fmt::Write as _;
use std::io::Write;
use std::mem;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::writer::{JsonFormat, LineDelimited};
use arrow::json::{Writer, WriterBuilder};

use super::encoder::{self, Encoder, refused};
use crate::{Format, TabularError};

/// RFC 3339, since all timestamps are UTC; the fraction is left out if it is zero.
fn in_utc(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    encoder::in_utc(batch, |out, time| write!(out, "{time:?}Z"))
}

pub(super) type Lines = LineDelimited;

/// An array with one object a line, so that it can be read by eye and compared by `diff`.
#[derive(Debug, Default)]
pub(super) struct Rows;

impl JsonFormat for Rows {
    fn start_stream<W: Write>(&self, writer: &mut W) -> Result<(), ArrowError> {
        Ok(writer.write_all(b"[")?)
    }

    fn start_row<W: Write>(&self, writer: &mut W, is_first_row: bool) -> Result<(), ArrowError> {
        Ok(writer.write_all(if is_first_row { b"\n" } else { b",\n" })?)
    }

    fn end_stream<W: Write>(&self, writer: &mut W) -> Result<(), ArrowError> {
        Ok(writer.write_all(b"\n]\n")?)
    }
}

pub(super) struct JsonEncoder<F: JsonFormat> {
    writer: Writer<Vec<u8>, F>,
    format: Format,
}

impl<F: JsonFormat> JsonEncoder<F> {
    pub(super) fn begin(format: Format, schema: &SchemaRef) -> Result<Self, TabularError> {
        let writer = || {
            WriterBuilder::new()
                .with_explicit_nulls(true) // every object has every column
                .build::<_, F>(Vec::new())
        };
        // The writer looks at the types only when rows come: show it one.
        let nulls = schema.fields().iter().map(|field| {
            let nulls = arrow::array::new_null_array(field.data_type(), 1);
            (field.name(), nulls, true)
        });
        if !schema.fields().is_empty() {
            RecordBatch::try_from_iter_with_nullable(nulls)
                .and_then(|batch| in_utc(&batch))
                .and_then(|batch| writer().write(&batch))
                .map_err(|error| refused(format)(error.into()))?;
        }
        Ok(Self { writer: writer(), format })
    }
}

impl<F: JsonFormat> Encoder for JsonEncoder<F> {
    fn encode(&mut self, batch: &RecordBatch, rows: u64) -> Result<Vec<u8>, TabularError> {
        refuse_what_json_lacks(batch, rows)?;
        in_utc(batch)
            .and_then(|batch| self.writer.write(&batch))
            .map_err(|error| refused(self.format)(error.into()))?;
        Ok(mem::take(self.writer.get_mut()))
    }

    fn finish(&mut self) -> Result<Vec<u8>, TabularError> {
        self.writer.finish().map_err(|error| refused(self.format)(error.into()))?;
        Ok(mem::take(self.writer.get_mut()))
    }
}

/// Arrow would write null for NaN and the infinities, and a reader could not tell them from values
/// that are missing.
fn refuse_what_json_lacks(batch: &RecordBatch, rows: u64) -> Result<(), TabularError> {
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let odd = match column.data_type() {
            DataType::Float16 => {
                first_odd(column.as_primitive::<Float16Type>().iter().map(|v| v.map(f64::from)))
            }
            DataType::Float32 => {
                first_odd(column.as_primitive::<Float32Type>().iter().map(|v| v.map(f64::from)))
            }
            DataType::Float64 => first_odd(column.as_primitive::<Float64Type>().iter()),
            _ => None,
        };
        if let Some((row, value)) = odd {
            let row = rows + row as u64 + 1;
            return Err(TabularError::Column(crate::ColumnError::NoJsonNumber {
                column: field.name().clone(),
                row,
                value,
            }));
        }
    }
    Ok(())
}

fn first_odd(values: impl Iterator<Item = Option<f64>>) -> Option<(usize, f64)> {
    values
        .enumerate()
        .filter_map(|(row, value)| value.map(|value| (row, value)))
        .find(|(_, value)| !value.is_finite())
}
