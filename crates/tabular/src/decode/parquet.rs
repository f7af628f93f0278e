//! Apache Parquet.

use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::guard::{guarded, guarded_batches};
use super::{Failure, Opened, open_file};

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Decoder(error.into())
    }
}

/// Opens the file; its pages are read as their rows are wanted.
pub(super) fn open(path: &Path, batch_rows: usize) -> Result<Opened, Failure> {
    let file = open_file(path)?;
    let reader = guarded(|| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?;
        Ok(reader.with_batch_size(batch_rows).build()?)
    })?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.map(|batch| batch.map_err(Failure::from));
    Ok(Opened { schema, batches: guarded_batches(Box::new(batches)), seen: Vec::new() })
}
