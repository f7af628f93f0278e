//! Comma-separated values: read once for the types, once for the rows.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use csv::{ErrorKind, StringRecord};

use super::column::Column;
use super::kind::Kind;
use super::{Failure, Opened, Seen, open_file};
use crate::{Format, Place, TabularError};

/// A record longer than this has a quotation mark too few: what follows would all be one field.
const MAX_RECORD_BYTES: usize = 16 << 20;
/// A batch ends early when its texts have grown to this.
const MAX_BATCH_BYTES: usize = 64 << 20;

/// Opens the file and reads it through to learn the types: a column whose first million values are
/// whole numbers and then has a fraction is one of floats from the beginning.
pub(super) fn open(path: &Path, batch_rows: usize) -> Result<Opened, Failure> {
    let mut records = Records::open(path)?;
    let names = records.header()?;
    let mut seen = vec![Seen::default(); names.len()];
    while let Some((line, record)) = records.next()? {
        for (column, field) in seen.iter_mut().zip(record) {
            if let Some(kind) = Kind::of(field) {
                column.note(kind, field, "line", line);
            }
        }
    }
    let fields = names.iter().zip(&seen);
    let fields: Vec<Field> =
        fields.map(|(name, seen)| Field::new(name, seen.data_type(), true)).collect();
    let schema = Arc::new(Schema::new(fields));

    let mut records = Records::open(path)?;
    if records.header()? != names {
        return Err(TabularError::NoHeader {
            path: path.to_owned(),
            found: "changed while the file was read",
        }
        .into());
    }
    let columns = schema.fields().iter().map(|field| Column::new(field.data_type())).collect();
    let rows = SecondReading { records, schema: Arc::clone(&schema), columns, batch_rows };
    Ok(Opened { schema, batches: Box::new(rows), seen })
}

struct SecondReading {
    records: Records,
    schema: SchemaRef,
    columns: Vec<Column>,
    batch_rows: usize,
}

impl SecondReading {
    fn batch(&mut self) -> Result<Option<RecordBatch>, Failure> {
        let mut rows = 0;
        let mut bytes = 0;
        while rows < self.batch_rows && bytes < MAX_BATCH_BYTES {
            let path = &self.records.path;
            let Some((line, record)) =
                next_record(&mut self.records.reader, &mut self.records.record, path)?
            else {
                break;
            };
            for (index, (column, field)) in self.columns.iter_mut().zip(record).enumerate() {
                column.push(field).ok_or_else(|| TabularError::Value {
                    path: path.clone(),
                    place: Box::new(Place::new("line", line, field)),
                    column: self.schema.field(index).name().clone(),
                    wanted: self.schema.field(index).data_type().clone(),
                })?;
            }
            rows += 1;
            bytes += record.as_slice().len();
        }
        if rows == 0 {
            return Ok(None);
        }
        let columns = self.columns.iter_mut().map(Column::take).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::clone(&self.schema);
        Ok(Some(RecordBatch::try_new_with_options(schema, columns, &options)?))
    }
}

impl Iterator for SecondReading {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// The records of a file with the lines on which they begin.
struct Records {
    reader: csv::Reader<File>,
    record: StringRecord,
    path: PathBuf,
}

impl Records {
    fn open(path: &Path) -> Result<Self, TabularError> {
        let reader =
            csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(open_file(path)?);
        Ok(Self { reader, record: StringRecord::new(), path: path.to_owned() })
    }

    fn header(&mut self) -> Result<Vec<String>, Failure> {
        let header = self.reader.headers().map_err(|error| failure(error, &self.path))?;
        let names: Vec<String> = header.iter().map(|name| name.trim_ascii().to_owned()).collect();
        let no_header = |found| TabularError::NoHeader { path: self.path.clone(), found };
        if names.iter().all(String::is_empty) {
            return Err(no_header("is empty").into());
        }
        let mut kinds = names.iter().filter_map(|name| Kind::of(name));
        if kinds.all(|kind| kind != Kind::Text) {
            return Err(no_header("holds only numbers and times").into());
        }
        Ok(names)
    }

    fn next(&mut self) -> Result<Option<(u64, &StringRecord)>, Failure> {
        next_record(&mut self.reader, &mut self.record, &self.path)
    }
}

/// Not a method, so that the path can be borrowed beside the record.
fn next_record<'a>(
    reader: &mut csv::Reader<File>,
    record: &'a mut StringRecord,
    path: &Path,
) -> Result<Option<(u64, &'a StringRecord)>, Failure> {
    if !reader.read_record(record).map_err(|error| failure(error, path))? {
        return Ok(None);
    }
    let line = record.position().map_or(0, csv::Position::line);
    let bytes = record.as_slice().len();
    if bytes > MAX_RECORD_BYTES {
        return Err(TabularError::EndlessRecord { path: path.to_owned(), line, bytes }.into());
    }
    Ok(Some((line, record)))
}

fn failure(error: csv::Error, path: &Path) -> Failure {
    let path = path.to_owned();
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(source) => TabularError::File { action: "read", path, source },
        ErrorKind::Utf8 { .. } => TabularError::NotUtf8 { path, line },
        ErrorKind::UnequalLengths { expected_len: wanted, len: found, .. } => {
            TabularError::UnevenLine { path, line, found, wanted }
        }
        other => TabularError::Decode {
            path,
            format: Format::Csv,
            rows: 0,
            source: io::Error::other(format!("{other:?}")).into(),
        },
    }
    .into()
}
