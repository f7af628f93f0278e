//! Apache Parquet.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::{
    DataType, Field, Schema, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescPtr;

use super::guard::{guarded, guarded_batches};
use super::opened::{Batches, Failure, Opened, open_file};
use crate::TabularError;

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Decoder(error.into())
    }
}

/// Opens the file; its pages are read as their rows are wanted.
pub(super) fn open(path: &Path, batch_rows: usize) -> Result<Opened, Failure> {
    let file = open_file(path)?;
    let (reader, old_times) = guarded(|| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let old_times = old_times(path, &reader, batch_rows)?;
        Ok((reader.with_batch_size(batch_rows).build()?, old_times))
    })?;
    let schema = reader.schema();
    let batches: Batches = match old_times {
        None => Box::new(reader.map(|batch| batch.map_err(Failure::from))),
        Some(mut old_times) => Box::new(reader.map(move |batch| {
            let batch = batch?;
            old_times.check(&batch)?;
            Ok(batch)
        })),
    };
    Ok(Opened { schema, batches: guarded_batches(batches), seen: Vec::new() })
}

/// Times of the old type INT96, which the decoder reads as nanoseconds, in 64 bits, and lets wrap. The
/// same columns once more in microseconds, which hold all of them, tell where it did.
struct OldTimes {
    path: PathBuf,
    micros: ParquetRecordBatchReader,
    rows: u64,
}

fn old_times(
    path: &Path,
    reader: &ParquetRecordBatchReaderBuilder<File>,
    batch_rows: usize,
) -> Result<Option<OldTimes>, Failure> {
    let columns = reader.parquet_schema().columns();
    let old = |index: &usize| columns[*index].physical_type() == Type::INT96;
    let old: Vec<usize> = (0..columns.len()).filter(old).collect();
    // A file that names a coarser unit is read in that. Those in nested columns have no place in a row
    // anyway.
    let is_nanos = |name: &str| {
        let field = reader.schema().field_with_name(name).map(Field::data_type);
        matches!(field, Ok(DataType::Timestamp(TimeUnit::Nanosecond, _)))
    };
    let wraps =
        |column: &ColumnDescPtr| column.path().parts().len() == 1 && is_nanos(column.name());
    let old: Vec<usize> = old.into_iter().filter(|&index| wraps(&columns[index])).collect();
    if old.is_empty() {
        return Ok(None);
    }
    let is_old = |name: &str| old.iter().any(|&index| columns[index].name() == name);
    let fields = reader.schema().fields().iter().map(|field| {
        let field = field.as_ref().clone();
        match field.data_type().clone() {
            DataType::Timestamp(_, zone) if is_old(field.name()) => {
                field.with_data_type(DataType::Timestamp(TimeUnit::Microsecond, zone))
            }
            _ => field,
        }
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let again = ParquetRecordBatchReaderBuilder::try_new_with_options(open_file(path)?, options)?;
    let mask = ProjectionMask::leaves(again.parquet_schema(), old);
    let micros = again.with_projection(mask).with_batch_size(batch_rows).build()?;
    Ok(Some(OldTimes { path: path.to_owned(), micros, rows: 0 }))
}

impl OldTimes {
    fn check(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let micros = self.micros.next().transpose()?;
        let Some(micros) = micros.filter(|micros| micros.num_rows() == batch.num_rows()) else {
            return Err(Failure::Decoder("its columns have different numbers of rows".into()));
        };
        for (field, micros) in micros.schema_ref().fields().iter().zip(micros.columns()) {
            let nanos = batch
                .column_by_name(field.name())
                .and_then(AsArray::as_primitive_opt::<TimestampNanosecondType>);
            let pairs =
                nanos.into_iter().flatten().zip(micros.as_primitive::<TimestampMicrosecondType>());
            for (row, (nanos, micros)) in (self.rows + 1..).zip(pairs) {
                if nanos.map(|nanos| nanos.div_euclid(1_000)) != micros {
                    let (path, column) = (self.path.clone(), field.name().clone());
                    return Err(TabularError::Column(crate::ColumnError::Int96Range {
                        path,
                        row,
                        column,
                    })
                    .into());
                }
            }
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }
}
