//! JSON, an array of objects or objects one after another: read once for the types, once for the rows.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::json::{Reader, ReaderBuilder};

use super::column::Column;
use super::json_columns::JsonColumns;
use super::{Failure, Opened, Seen, open_file};
use crate::{Place, TabularError};

/// Opens the file and reads it through to learn its columns, in the order in which they appear, and
/// their types. A key that an object lacks is null there.
pub(super) fn open(path: &Path, batch_rows: usize) -> Result<Opened, Failure> {
    let mut file = BufReader::new(open_file(path)?);
    let columns = JsonColumns::of(&mut file).map_err(|error| Failure::Decoder(error.into()))?;
    file.rewind().map_err(|source| TabularError::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    let (names, seen) = columns.into_parts();
    let schema = schema(&names, &seen, Seen::data_type);
    if names.is_empty() {
        return Ok(Opened { schema, batches: Box::new(std::iter::empty()), seen });
    }
    let reader = ReaderBuilder::new(self::schema(&names, &seen, type_in_json))
        .with_batch_size(batch_rows)
        .with_coerce_primitive(true) // a number among texts becomes a text
        .with_flatten(true) // the objects of an array are rows, too
        .build(file)?;
    let rows =
        SecondReading { reader, schema: Arc::clone(&schema), path: path.to_owned(), rows: 0 };
    Ok(Opened { schema, batches: Box::new(rows), seen })
}

fn schema(names: &[String], seen: &[Seen], data_type: fn(&Seen) -> DataType) -> SchemaRef {
    let fields = names.iter().zip(seen);
    let fields: Vec<Field> =
        fields.map(|(name, seen)| Field::new(name, data_type(seen), true)).collect();
    Arc::new(Schema::new(fields))
}

/// JSON has no points in time: they are texts in it.
fn type_in_json(seen: &Seen) -> DataType {
    match seen.data_type() {
        DataType::Timestamp(..) | DataType::Date32 => DataType::Utf8,
        other => other,
    }
}

struct SecondReading {
    reader: Reader<BufReader<File>>,
    /// That of the batches that come out, with points in time.
    schema: SchemaRef,
    path: PathBuf,
    rows: u64,
}

impl SecondReading {
    fn with_times(&mut self, batch: &RecordBatch) -> Result<RecordBatch, Failure> {
        let columns = self.schema.fields().iter().zip(batch.columns());
        let columns = columns
            .map(|(field, column)| {
                if field.data_type() == column.data_type() {
                    return Ok(Arc::clone(column));
                }
                times(column, field).map_err(|(row, text)| TabularError::Value {
                    path: self.path.clone(),
                    place: Box::new(Place::new("object", self.rows + row as u64 + 1, text)),
                    column: field.name().clone(),
                    wanted: field.data_type().clone(),
                })
            })
            .collect::<Result<_, _>>()?;
        self.rows += batch.num_rows() as u64;
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

impl Iterator for SecondReading {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.next()? {
            Ok(batch) => Some(self.with_times(&batch)),
            Err(error) => Some(Err(error.into())),
        }
    }
}

/// The points in time that stand in `texts`, or the row of the first text that is none, and the text.
fn times<'a>(texts: &'a ArrayRef, field: &Field) -> Result<ArrayRef, (usize, &'a str)> {
    let mut column = Column::new(field.data_type());
    for (row, text) in texts.as_string::<i32>().iter().enumerate() {
        match text {
            Some(text) => column.push(text).ok_or((row, text))?,
            None => column.push_null(),
        }
    }
    Ok(column.take())
}
