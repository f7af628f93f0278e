//! Reading batches one after another.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::decode::{self, Batches, Failure, Seen};
use crate::{Format, Place, TabularError, Wanted};

/// Opens a file of rows.
///
/// What it is says its ending (see [`Format::of_path`]), or if that says nothing, its first bytes
/// (Parquet and Arrow). Batches have at most `batch_rows` rows (at least one).
///
/// CSV and JSON say nothing about types, so these files are read twice: through, for the narrowest
/// type that holds every value of a column, then for the rows. In CSV these are whole numbers,
/// floats (as soon as one value has a fraction), `true` and `false`, dates, timestamps, or else text;
/// what is empty is null, and a column of nothing else has the type [`DataType::Null`]. Whole numbers
/// with leading zeros or of more than 64 bits stay text, digit by digit. In JSON texts are never
/// numbers.
///
/// Timestamps in texts are `2025-11-01 05:00:00`, with a `T` in the middle, without seconds, or with a
/// fraction; they are UTC unless `Z`, `+02:00`, `+0200` or `+02` follows. They become microseconds
/// UTC, or nanoseconds if one of them has these; the type names the first zone found that is not UTC,
/// so that [`foreign_zone`](crate::foreign_zone) tells that times were converted.
///
/// Columns of dictionaries (pandas' categories) come as the values they stand for.
///
/// # Errors
/// If the file cannot be opened, is no regular file, is of no known format or another one than its
/// ending says, is damaged, or has two columns of one name; in CSV also if it has no header, a line
/// has more or fewer fields than that, or it is not UTF-8.
pub fn read(path: &Path, batch_rows: usize) -> Result<BatchReader, TabularError> {
    open(path, batch_rows, None)
}

/// The same, but of a CSV file only the columns `typed` are read by type: all others come as the texts
/// that stand there, `1.10` and `2025-11-01T05:00:00+02:00` and blanks included.
///
/// # Errors
/// As [`read`].
pub fn read_as_written(
    path: &Path,
    batch_rows: usize,
    typed: &[&str],
) -> Result<BatchReader, TabularError> {
    open(path, batch_rows, Some(typed))
}

fn open(
    path: &Path,
    batch_rows: usize,
    typed: Option<&[&str]>,
) -> Result<BatchReader, TabularError> {
    let format = decode::format_of(path)?;
    let batch_rows = batch_rows.max(1);
    let opened = decode::open(path, format, batch_rows, typed)
        .map_err(|failure| explain(failure, path, format, 0))?;
    refuse_duplicates(&opened.schema, path)?;
    Ok(BatchReader {
        path: path.to_owned(),
        format,
        schema: plain_schema(&opened.schema),
        batches: Some(opened.batches),
        seen: opened.seen,
        rest: None,
        batch_rows,
        rows: 0,
    })
}

/// The rows of a file, batch by batch. After an error there are no more.
pub struct BatchReader {
    path: PathBuf,
    format: Format,
    schema: SchemaRef,
    /// `None` after an error.
    batches: Option<Batches>,
    seen: Vec<Seen>,
    /// What is left of a batch that was longer than was asked for.
    rest: Option<RecordBatch>,
    batch_rows: usize,
    rows: u64,
}

impl BatchReader {
    /// The columns, the same in every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The format it is read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The position of a column that must be there and hold what is wanted.
    ///
    /// A column without any value (its type is [`DataType::Null`]) is taken for either.
    ///
    /// # Errors
    /// If there is no such column: the message lists those there are. If it holds something else: for
    /// CSV and JSON the message names the first value that is not as wanted and where it stands.
    pub fn require(&self, column: &str, wanted: Wanted) -> Result<usize, TabularError> {
        let Some((index, field)) = self.schema.column_with_name(column) else {
            return Err(TabularError::Column(crate::ColumnError::MissingColumn {
                path: self.path.clone(),
                column: column.to_owned(),
                available: self.names(),
                hint: self.missing_hint(column),
            }));
        };
        let fits = match (wanted, field.data_type()) {
            (_, DataType::Null) => true,
            (Wanted::Number, data_type) => data_type.is_numeric(),
            (Wanted::Timestamp, data_type) => {
                matches!(data_type, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
            }
        };
        if fits {
            return Ok(index);
        }
        let first = self.seen.get(index).and_then(|seen| seen.first_other_than(wanted));
        let hint = match wanted {
            Wanted::Timestamp if field.data_type().is_integer() => epoch_hint(first),
            _ => String::new(),
        };
        Err(TabularError::Column(crate::ColumnError::WrongType {
            path: self.path.clone(),
            column: column.to_owned(),
            wanted,
            found: field.data_type().clone(),
            first: first.cloned().map(Box::new),
            hint,
        }))
    }

    fn names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// What may be meant where `column` is not there.
    fn missing_hint(&self, column: &str) -> String {
        const TIMES: [&str; 6] = ["ts", "time", "date", "datetime", "open_time", "timestamp"];
        const SCORES: [&str; 4] = ["score", "prediction", "pred", "y_pred"];
        let names = self.names();
        if let Some(hint) = decode::separator_hint(&names) {
            return hint;
        }
        let others: &[&str] = match column {
            "timestamp" => &TIMES,
            "y_pred" => &SCORES,
            _ => &[],
        };
        let meant = names.iter().find(|name| {
            let name = name.trim().to_lowercase();
            others.contains(&name.as_str())
        });
        meant.map_or_else(String::new, |name| format!("rename `{name}` to `{column}`"))
    }

    /// The next batch as it is in the file.
    fn decode(&mut self) -> Option<Result<RecordBatch, TabularError>> {
        let batch = self.batches.as_mut()?.next()?;
        let batch = batch.and_then(|batch| Ok(plain(&batch, &self.schema)?));
        Some(batch.map_err(|failure| {
            self.batches = None;
            explain(failure, &self.path, self.format, self.rows)
        }))
    }
}

impl Iterator for BatchReader {
    type Item = Result<RecordBatch, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => loop {
                match self.decode()? {
                    Ok(batch) if batch.num_rows() == 0 => {}
                    Ok(batch) => break batch,
                    Err(error) => return Some(Err(error)),
                }
            },
        };
        let rows = batch.num_rows().min(self.batch_rows);
        if rows < batch.num_rows() {
            self.rest = Some(batch.slice(rows, batch.num_rows() - rows));
        }
        self.rows += rows as u64;
        Some(Ok(batch.slice(0, rows)))
    }
}

impl fmt::Debug for BatchReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchReader")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("schema", &self.schema)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// What to do about whole numbers where times are wanted.
fn epoch_hint(first: Option<&Place>) -> String {
    let number = first.and_then(|place| place.text.parse::<i64>().ok()).unwrap_or_default();
    // Of the years 2001 to 2286.
    let unit = match number.unsigned_abs().checked_ilog10() {
        Some(9) => "seconds",
        Some(12) => "milliseconds",
        Some(15) => "microseconds",
        Some(18) => "nanoseconds",
        _ => return "write them as times, as in 2025-11-01 05:00:00".to_owned(),
    };
    format!("these look like {unit} since 1970; write them as times, as in 2025-11-01 05:00:00")
}

fn explain(failure: Failure, path: &Path, format: Format, rows: u64) -> TabularError {
    match failure {
        Failure::Known(error) => error,
        Failure::Decoder(source) => {
            TabularError::Decode { path: path.to_owned(), format, rows, source }
        }
    }
}

fn refuse_duplicates(schema: &Schema, path: &Path) -> Result<(), TabularError> {
    crate::writer::duplicate(schema).map_or(Ok(()), |column| {
        let path = Some(path.to_owned());
        Err(crate::ColumnError::DuplicateColumn { path, column: column.to_owned() }.into())
    })
}

/// The dictionaries of two batches of one file may differ, which few formats can hold again.
fn plain_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Dictionary(_, values) => {
            Arc::new(field.as_ref().clone().with_data_type(values.as_ref().clone()))
        }
        _ => Arc::clone(field),
    });
    let fields: Vec<Arc<Field>> = fields.collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn plain(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        if field.data_type() == column.data_type() {
            Ok(Arc::clone(column))
        } else {
            cast(column, field.data_type())
        }
    });
    let columns = columns.collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}
