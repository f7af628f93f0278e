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
    pub(super) fn begin(schema: &SchemaRef, out: &mut Vec<u8>) -> Result<Self, TabularError> {
        let writer = FileWriter::try_new(Vec::new(), schema).map_err(failed)?;
        let mut encoder = Self { writer };
        encoder.pass_on(out);
        Ok(encoder)
    }

    /// The writer counts the bytes that it has written by itself, so they may be taken from under it.
    fn pass_on(&mut self, out: &mut Vec<u8>) {
        out.append(&mut mem::take(self.writer.get_mut()));
    }
}

impl Encoder for ArrowEncoder {
    fn encode(
        &mut self,
        batch: &RecordBatch,
        _rows: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), TabularError> {
        self.writer.write(batch).map_err(failed)?;
        self.pass_on(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), TabularError> {
        self.writer.finish().map_err(failed)?;
        self.pass_on(out);
        Ok(())
    }
}

fn failed(error: ArrowError) -> TabularError {
    refused(Format::Arrow)(error.into())
}
