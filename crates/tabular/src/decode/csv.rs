//! Comma-separated values: read once for the types, once for the rows.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use csv::{ErrorKind, StringRecord};

use super::column::Column;
use super::kind::{Kind, Seen};
use super::opened::{Counted, Failure, Opened, open_file};
use super::quotes::check_quotes;
use crate::{Format, Place, TabularError};

/// A record longer than this has a quotation mark too few: what follows would all be one field.
const MAX_RECORD_BYTES: usize = 16 << 20;
/// A batch ends early when its texts have grown to this.
const MAX_BATCH_BYTES: usize = 64 << 20;

/// Opens the file and reads it through to learn the types: a column whose first million values are
/// whole numbers and then has a fraction is one of floats from the beginning.
pub(super) fn open(
    path: &Path,
    batch_rows: usize,
    typed: Option<&[&str]>,
) -> Result<Opened, Failure> {
    let mut records = Records::open(path)?;
    let names = records.header()?;
    check_quotes(path, 0, 1, Some(records.reader.position().byte()))?;
    let mut seen = vec![Seen::default(); names.len()];
    let mut rows = 0;
    while let Some((line, record)) = records.next_checked()? {
        rows += 1;
        for (column, field) in seen.iter_mut().zip(record) {
            if let Some(kind) = Kind::of(field) {
                column.note(kind, field, "line", line);
            }
        }
    }
    let data_type = |(name, seen): (&String, &Seen)| match typed {
        Some(typed) if !typed.contains(&name.as_str()) => DataType::Utf8,
        _ => seen.data_type(),
    };
    let fields = names.iter().zip(&seen);
    let fields: Vec<Field> =
        fields.map(|(name, seen)| Field::new(name, data_type((name, seen)), true)).collect();
    let schema = Arc::new(Schema::new(fields));

    let mut records = Records::open(path)?;
    if records.header()? != names {
        return Err(TabularError::Text(crate::TextError::NoHeader {
            path: path.to_owned(),
            found: "changed while the file was read",
        })
        .into());
    }
    let columns = schema.fields().iter().map(|field| Column::new(field.data_type())).collect();
    let counted = Counted { was: rows, now: 0 };
    let schema_of_rows = Arc::clone(&schema);
    let rows = SecondReading { records, schema: schema_of_rows, columns, batch_rows, counted };
    Ok(Opened { schema, batches: Box::new(rows), seen })
}

struct SecondReading {
    records: Records,
    schema: SchemaRef,
    columns: Vec<Column>,
    batch_rows: usize,
    counted: Counted,
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
                column.push(field).ok_or_else(|| {
                    TabularError::Column(crate::ColumnError::Value {
                        path: path.clone(),
                        place: Box::new(Place::new("line", line, field)),
                        column: self.schema.field(index).name().clone(),
                        wanted: self.schema.field(index).data_type().clone(),
                    })
                })?;
            }
            rows += 1;
            bytes += record.as_slice().len();
        }
        self.counted.now += rows as u64;
        if rows == 0 || self.counted.now > self.counted.was {
            return self.counted.check(&self.records.path).map(|()| None);
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
    /// Where the last record began: byte and line.
    last: (u64, u64),
    /// What may be wrong with a file of such a header.
    hint: String,
    reader: csv::Reader<File>,
    record: StringRecord,
    path: PathBuf,
}

impl Records {
    fn open(path: &Path) -> Result<Self, TabularError> {
        let reader =
            csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(open_file(path)?);
        Ok(Self {
            last: (0, 1),
            hint: String::new(),
            reader,
            record: StringRecord::new(),
            path: path.to_owned(),
        })
    }

    fn header(&mut self) -> Result<Vec<String>, Failure> {
        let header = self.reader.headers().map_err(|error| failure(error, &self.path))?;
        let names: Vec<String> = header.iter().map(|name| name.trim_ascii().to_owned()).collect();
        let no_header = |found| {
            TabularError::Text(crate::TextError::NoHeader { path: self.path.clone(), found })
        };
        if names.iter().all(String::is_empty) {
            return Err(no_header("is empty").into());
        }
        let mut kinds = names.iter().filter_map(|name| Kind::of(name));
        if kinds.all(|kind| kind != Kind::Text) {
            return Err(no_header("holds only numbers and times").into());
        }
        self.hint = separator_hint(&names).unwrap_or_default();
        Ok(names)
    }

    /// The next record. Those of several lines, the last, and those that cannot be read are looked at
    /// again: a quotation mark may be missing.
    fn next_checked(&mut self) -> Result<Option<(u64, &StringRecord)>, Failure> {
        let Self { last, hint, reader, record, path } = self;
        let (byte, line) = (reader.position().byte(), reader.position().line());
        let found = next_record(reader, record, path).map(|found| found.map(|(line, _)| line));
        let end = reader.position();
        match found {
            Err(error) => {
                check_quotes(path, byte, line, Some(end.byte()))?;
                Err(with_hint(error, hint))
            }
            Ok(None) => {
                check_quotes(path, last.0, last.1, None)?;
                Ok(None)
            }
            Ok(Some(begins)) => {
                *last = (byte, line);
                if end.line() > begins + 1 {
                    check_quotes(path, byte, line, Some(end.byte()))?;
                }
                Ok(Some((begins, &self.record)))
            }
        }
    }
}

/// What to say of a header of one column that other marks than commas separate.
pub(crate) fn separator_hint(names: &[impl AsRef<str>]) -> Option<String> {
    let [only] = names else { return None };
    let mark = [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")];
    let (_, mark) = mark.into_iter().find(|(mark, _)| only.as_ref().contains(*mark))?;
    Some(format!(
        "its columns seem to be separated by {mark}; commas are wanted, and a point in numbers"
    ))
}

fn with_hint(error: Failure, hint: &str) -> Failure {
    match error {
        Failure::Known(TabularError::Text(crate::TextError::UnevenLine { path, line, .. }))
            if !hint.is_empty() =>
        {
            TabularError::Text(crate::TextError::Separator { path, line, hint: hint.to_owned() })
                .into()
        }
        other => other,
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
        return Err(TabularError::Text(crate::TextError::EndlessRecord {
            path: path.to_owned(),
            line,
            bytes,
        })
        .into());
    }
    Ok(Some((line, record)))
}

fn failure(error: csv::Error, path: &Path) -> Failure {
    let path = path.to_owned();
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(source) => TabularError::File { action: "read", path, source },
        ErrorKind::Utf8 { .. } => TabularError::Text(crate::TextError::NotUtf8 { path, line }),
        ErrorKind::UnequalLengths { expected_len: wanted, len: found, .. } => {
            TabularError::Text(crate::TextError::UnevenLine { path, line, found, wanted })
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
