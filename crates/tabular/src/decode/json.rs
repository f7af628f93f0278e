//! JSON, an array of objects or objects one after another: read once for the types, once for the rows.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::json::{Reader, ReaderBuilder};

use super::column::Column;
use super::json_columns::JsonColumns;
use super::kind::Seen;
use super::opened::{Counted, Failure, Opened, open_file};
use crate::{Place, TabularError};

/// Opens the file and reads it through to learn its columns, in the order in which they appear, and
/// their types. A key that an object lacks is null there.
pub(super) fn open(path: &Path, batch_rows: usize) -> Result<Opened, Failure> {
    let fail = |source| TabularError::File { action: "read", path: path.to_owned(), source };
    let mut file = BufReader::new(open_file(path)?);
    let begin = after_mark(&mut file).map_err(fail)?;
    let columns = JsonColumns::of(&mut file).map_err(|error| explained(error, path))?;
    file.seek(SeekFrom::Start(begin)).map_err(fail)?;
    let (names, seen, was) = columns.into_parts();
    let schema = schema(&names, &seen, Seen::data_type);
    if names.is_empty() {
        return Ok(Opened { schema, batches: Box::new(std::iter::empty()), seen });
    }
    let reader = ReaderBuilder::new(self::schema(&names, &seen, type_in_json))
        .with_batch_size(batch_rows)
        .with_coerce_primitive(true) // a number among texts becomes a text
        .with_flatten(true) // the objects of an array are rows, too
        .build(file)?;
    let counted = Counted { was, now: 0 };
    let rows =
        SecondReading { reader, schema: Arc::clone(&schema), path: path.to_owned(), counted };
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
    counted: Counted,
}

impl SecondReading {
    fn with_times(&mut self, batch: &RecordBatch) -> Result<RecordBatch, Failure> {
        let columns = self.schema.fields().iter().zip(batch.columns());
        let columns = columns
            .map(|(field, column)| {
                if field.data_type() == column.data_type() {
                    return Ok(Arc::clone(column));
                }
                times(column, field).map_err(|(row, text)| {
                    TabularError::Column(crate::ColumnError::Value {
                        path: self.path.clone(),
                        place: Box::new(Place::new(
                            "object",
                            self.counted.now + row as u64 + 1,
                            text,
                        )),
                        column: field.name().clone(),
                        wanted: field.data_type().clone(),
                    })
                })
            })
            .collect::<Result<_, _>>()?;
        self.counted.now += batch.num_rows() as u64;
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

impl Iterator for SecondReading {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.next() {
            Some(Ok(batch)) => Some(self.with_times(&batch)),
            Some(Err(error)) => Some(Err(error.into())),
            None => self.counted.check(&self.path).err().map(Err),
        }
    }
}

/// Skips a byte order mark; gives where the text begins.
fn after_mark(file: &mut BufReader<File>) -> io::Result<u64> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if file.fill_buf()?.starts_with(MARK) {
        file.consume(MARK.len());
    }
    file.stream_position()
}

/// What cannot be read as JSON; NaN and the infinities, which Python writes, are called by their name.
fn explained(error: serde_json::Error, path: &Path) -> Failure {
    if error.is_syntax()
        && let Some(value) = not_finite(path, error.line(), error.column())
    {
        let (path, line) = (path.to_owned(), error.line());
        return TabularError::Text(crate::TextError::NotJsonNumber { path, line, value }).into();
    }
    Failure::Decoder(error.into())
}

/// The number that is none in JSON and stands around this place.
fn not_finite(path: &Path, line: usize, column: usize) -> Option<&'static str> {
    let file = BufReader::new(File::open(path).ok()?);
    let text = file.split(b'\n').nth(line.checked_sub(1)?)?.ok()?;
    let near = text.get(column.saturating_sub(3)..)?;
    let near = String::from_utf8_lossy(&near[..near.len().min(16)]);
    let begins = near.char_indices().take(5).map(|(at, _)| &near[at..]);
    let values = ["NaN", "-Infinity", "Infinity", "-inf", "inf", "nan"];
    begins.into_iter().find_map(|text| values.into_iter().find(|value| text.starts_with(value)))
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
