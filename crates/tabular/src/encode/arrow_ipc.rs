//! The Arrow IPC file format.

use std::mem;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;

use super::encoder::{Encoder, refused};
use crate::{Format, TabularError};

pub(super) struct ArrowEncoder {
    writer: FileWriter<Vec<u8>>,
}

impl ArrowEncoder {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, TabularError> {
        Ok(Self { writer: FileWriter::try_new(Vec::new(), schema).map_err(failed)? })
    }
}

impl Encoder for ArrowEncoder {
    // The writer counts the bytes that it has written by itself, so they may be taken from under it.
    fn encode(&mut self, batch: &RecordBatch, _rows: u64) -> Result<Vec<u8>, TabularError> {
        self.writer.write(batch).map_err(failed)?;
        Ok(mem::take(self.writer.get_mut()))
    }

    fn finish(&mut self) -> Result<Vec<u8>, TabularError> {
        self.writer.finish().map_err(failed)?;
        Ok(mem::take(self.writer.get_mut()))
    }
}

fn failed(error: ArrowError) -> TabularError {
    refused(Format::Arrow)(error.into())
}
