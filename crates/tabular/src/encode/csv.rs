//! Comma-separated values.

use std::fmt::Write as _;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::SchemaRef;

use super::encoder::{Encoder, in_utc, refused};
use crate::{Format, TabularError};

pub(super) struct CsvEncoder;

impl CsvEncoder {
    pub(super) fn begin(schema: &SchemaRef, out: &mut Vec<u8>) -> Result<Self, TabularError> {
        append(&RecordBatch::new_empty(SchemaRef::clone(schema)), true, out)?;
        Ok(Self)
    }
}

impl Encoder for CsvEncoder {
    fn encode(
        &mut self,
        batch: &RecordBatch,
        _rows: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), TabularError> {
        append(batch, false, out)
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), TabularError> {
        Ok(())
    }
}

fn append(batch: &RecordBatch, header: bool, out: &mut Vec<u8>) -> Result<(), TabularError> {
    in_utc(batch, |out, time| write!(out, "{time}"))
        .and_then(|batch| WriterBuilder::new().with_header(header).build(out).write(&batch))
        .map_err(|error| refused(Format::Csv)(error.into()))
}
