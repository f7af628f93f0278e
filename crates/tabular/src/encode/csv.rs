//! Comma-separated values.

use std::fmt::Write as _;
use std::mem;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::SchemaRef;

use super::encoder::{Encoder, in_utc, refused};
use crate::{Format, TabularError};

/// With the header until it is passed on.
pub(super) struct CsvEncoder(Vec<u8>);

impl CsvEncoder {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, TabularError> {
        let mut header = Vec::new();
        append(&RecordBatch::new_empty(SchemaRef::clone(schema)), true, &mut header)?;
        Ok(Self(header))
    }
}

impl Encoder for CsvEncoder {
    fn encode(&mut self, batch: &RecordBatch, _rows: u64) -> Result<Vec<u8>, TabularError> {
        append(batch, false, &mut self.0)?;
        Ok(mem::take(&mut self.0))
    }

    fn finish(&mut self) -> Result<Vec<u8>, TabularError> {
        Ok(mem::take(&mut self.0))
    }
}

fn append(batch: &RecordBatch, header: bool, out: &mut Vec<u8>) -> Result<(), TabularError> {
    in_utc(batch, |out, time| write!(out, "{time}"))
        .and_then(|batch| WriterBuilder::new().with_header(header).build(out).write(&batch))
        .map_err(|error| refused(Format::Csv)(error.into()))
}
