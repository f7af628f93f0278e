//! Apache Parquet.

use std::mem;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::encoder::{Encoder, refused};
use crate::{Format, TabularError};

/// A row group is kept in memory until it is complete: these bound it.
const ROW_GROUP_ROWS: usize = 131_072;
const ROW_GROUP_BYTES: usize = 64 << 20;

pub(super) struct ParquetEncoder {
    writer: ArrowWriter<Vec<u8>>,
}

impl ParquetEncoder {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, TabularError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES));
        // Instants and numbers hardly ever repeat: looking each of them up in a dictionary would be
        // half of the time that writing takes, and make the file larger.
        let properties = schema
            .fields()
            .iter()
            .filter_map(distinct)
            .fold(properties, |found, column| found.set_column_dictionary_enabled(column, false))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), SchemaRef::clone(schema), Some(properties))
            .map_err(failed)?;
        Ok(Self { writer })
    }
}

impl Encoder for ParquetEncoder {
    // The writer counts the bytes that it has written by itself, so they may be taken from under it.
    fn encode(&mut self, batch: &RecordBatch, _rows: u64) -> Result<Vec<u8>, TabularError> {
        self.writer.write(batch).map_err(failed)?;
        Ok(mem::take(self.writer.inner_mut()))
    }

    fn finish(&mut self) -> Result<Vec<u8>, TabularError> {
        self.writer.finish().map_err(failed)?;
        Ok(mem::take(self.writer.inner_mut()))
    }
}

/// The column of a field whose values, or those of its lists, are instants or numbers.
fn distinct(field: &FieldRef) -> Option<ColumnPath> {
    let path = match field.data_type() {
        DataType::Timestamp(..) | DataType::Float64 => vec![field.name().clone()],
        DataType::List(item) if *item.data_type() == DataType::Float64 => {
            vec![field.name().clone(), "list".to_owned(), item.name().clone()]
        }
        _ => return None,
    };
    Some(ColumnPath::new(path))
}

fn failed(error: ParquetError) -> TabularError {
    refused(Format::Parquet)(error.into())
}
