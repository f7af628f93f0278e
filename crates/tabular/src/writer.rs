//! Writing batches one after another.

use std::collections::HashSet;
use std::fmt;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};

use crate::destination::Sink;
use crate::encode::{Encoder, encoder};
use crate::{Destination, Format, TabularError};

/// A longer batch is encoded in pieces of this many rows, so that its encoded form stays small.
const CHUNK_ROWS: usize = 65_536;

/// Writes record batches in one [`Format`].
///
/// Memory does not grow with the number of rows: batches are encoded and passed on as they come; of
/// Parquet one row group is kept. A file gets its name, and a stream its bytes, only when
/// [`finish`](Self::finish) succeeds.
pub struct BatchWriter<'a> {
    sink: Sink<'a>,
    encoder: Box<dyn Encoder>,
    schema: SchemaRef,
    rows: u64,
}

impl<'a> BatchWriter<'a> {
    /// Opens `destination` and begins it: a CSV file without rows still has its header.
    ///
    /// # Errors
    /// If two columns have one name, if a column is of a type that the format cannot hold, or if the
    /// destination cannot be opened or exists already.
    pub fn new(
        destination: Destination<'a>,
        format: Format,
        schema: SchemaRef,
    ) -> Result<Self, TabularError> {
        if let Some(column) = duplicate(&schema) {
            return Err(TabularError::Column(crate::ColumnError::DuplicateColumn {
                path: None,
                column: column.to_owned(),
            }));
        }
        let schema = nullable(schema);
        let encoder = encoder(format, &schema)?;
        let first = schema.fields().first().map_or("", |field| field.name().as_str());
        let sink = Sink::open(destination, format, first)?;
        Ok(Self { sink, encoder, schema, rows: 0 })
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// If its columns are not those of the schema, if a value cannot be written in this format, or if
    /// the destination refuses the bytes.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TabularError> {
        let batch = self.in_schema(batch)?;
        let mut start = 0;
        while start < batch.num_rows() {
            let chunk = batch.slice(start, CHUNK_ROWS.min(batch.num_rows() - start));
            self.sink.write(&self.encoder.encode(&chunk, self.rows)?)?;
            start += chunk.num_rows();
            self.rows += chunk.num_rows() as u64;
        }
        Ok(())
    }

    /// Writes what is left, flushes the destination and, if it is a file, gives it its name.
    ///
    /// Returns how many rows were written.
    ///
    /// # Errors
    /// If the destination refuses the bytes, or if somebody else took the name meanwhile.
    pub fn finish(mut self) -> Result<u64, TabularError> {
        self.sink.write(&self.encoder.finish()?)?;
        self.sink.finish()?;
        Ok(self.rows)
    }

    /// Names and types must agree. Whether nulls are allowed, and notes beside the schema, need not.
    fn in_schema(&self, batch: &RecordBatch) -> Result<RecordBatch, TabularError> {
        let found = batch.schema_ref();
        let same = found.fields().len() == self.schema.fields().len()
            && found.fields().iter().zip(self.schema.fields()).all(|(found, wanted)| {
                found.name() == wanted.name() && found.data_type() == wanted.data_type()
            });
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let other = || {
            crate::ColumnError::OtherColumns { found: listed(found), wanted: listed(&self.schema) }
                .into()
        };
        if !same {
            return Err(other());
        }
        let (schema, columns) = (SchemaRef::clone(&self.schema), batch.columns().to_vec());
        RecordBatch::try_new_with_options(schema, columns, &options).map_err(|_| other())
    }
}

impl fmt::Debug for BatchWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWriter")
            .field("schema", &self.schema)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The schema with nulls allowed everywhere: one made from a first batch without nulls would refuse
/// those that come later.
fn nullable(schema: SchemaRef) -> SchemaRef {
    let Schema { fields, metadata } = SchemaRef::unwrap_or_clone(schema);
    let fields = fields.iter().map(|field| field.as_ref().clone().with_nullable(true));
    SchemaRef::new(Schema::new_with_metadata(fields.collect::<Vec<Field>>(), metadata))
}

/// The name of two columns, if there is one.
pub(crate) fn duplicate(schema: &Schema) -> Option<&str> {
    let mut names = HashSet::new();
    schema.fields().iter().map(|field| field.name().as_str()).find(|name| !names.insert(*name))
}

fn listed(schema: &Schema) -> String {
    let columns: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| format!("`{}` {}", field.name().escape_debug(), field.data_type()))
        .collect();
    columns.join(", ")
}
