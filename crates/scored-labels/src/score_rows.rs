//! A table of scores that somebody hands in: checked batch after batch, and given further columns.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use chrono::{DateTime, Utc};
use tabular::{TabularError, TimeError};

use crate::ScoreError;

const TIMESTAMP: &str = "timestamp";
const SCORE: &str = "y_pred";

/// The rows of one long table, batch after batch: rows are counted and their order is checked across
/// batches.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow::array::{Float64Array, RecordBatch, TimestampMicrosecondArray};
/// use scored_labels::{ScoreError, ScoreRows};
///
/// let batch = RecordBatch::try_from_iter([
///     ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![1_761_973_200_000_000])) as _),
///     ("y_pred", Arc::new(Float64Array::from(vec![0.9])) as _),
/// ])?;
/// let mut rows = ScoreRows::default();
/// assert_eq!(rows.read(&batch)?.scores.value(0), 0.9);
/// assert!(matches!(rows.read(&batch), Err(ScoreError::Repeated { row: 2, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct ScoreRows {
    /// Rows read so far.
    rows: u64,
    /// The last of them, µs UTC.
    last: Option<i64>,
    /// Whose scores they are, as far as the rows say it: dataset and model.
    said: [Option<String>; 2],
}

/// The rows of a batch.
#[derive(Debug, Clone)]
pub struct ScoreBatch {
    /// Times, µs UTC, strictly ascending.
    pub timestamps: TimestampMicrosecondArray,
    /// Raw scores from 0 to 1.
    pub scores: Float64Array,
}

impl ScoreRows {
    /// How many rows have been read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The instrument that the rows say they are of, in a column as that of the table `predictions`.
    #[must_use]
    pub fn dataset(&self) -> Option<&str> {
        self.said[0].as_deref()
    }

    /// The model that they say they are of.
    #[must_use]
    pub fn model_path(&self) -> Option<&str> {
        self.said[1].as_deref()
    }

    /// The next rows. `timestamp` is of any unit and zone and ascends strictly; `y_pred` is a number from
    /// 0 to 1.
    ///
    /// # Errors
    /// When a column is missing or of the wrong kind, or a row is not as it should be: [`ScoreError`] names
    /// it, counted from the first batch on.
    pub fn read(&mut self, batch: &RecordBatch) -> Result<ScoreBatch, ScoreError> {
        let timestamps = tabular::utc_micros(self.column(batch, TIMESTAMP)?)
            .map_err(|error| self.placed(error))?;
        self.refuse_nulls(TIMESTAMP, &timestamps)?;
        let scores = self.column(batch, SCORE)?;
        if !scores.data_type().is_numeric() {
            return Err(ScoreError::NotNumbers { found: scores.data_type().clone() });
        }
        // Of Float64 already, this copies nothing.
        let scores = cast(scores, &DataType::Float64)?;
        self.refuse_nulls(SCORE, &scores)?;
        let scores = scores.as_primitive::<Float64Type>().clone();
        self.check_order(timestamps.values())?;
        self.check_scores(scores.values())?;
        self.check_subject(batch)?;
        self.rows += batch.num_rows() as u64;
        self.last = timestamps.values().last().copied().or(self.last);
        Ok(ScoreBatch { timestamps, scores })
    }

    fn column<'b>(
        &self,
        batch: &'b RecordBatch,
        name: &'static str,
    ) -> Result<&'b ArrayRef, ScoreError> {
        let column = batch.column_by_name(name).ok_or_else(|| ScoreError::MissingColumn {
            column: name,
            present: batch.schema_ref().fields().iter().map(|f| f.name().clone()).collect(),
        })?;
        // The type of a column of a text file that is empty throughout.
        if column.data_type() == &DataType::Null {
            return Err(ScoreError::Null { column: name, row: self.number(0) });
        }
        Ok(column)
    }

    fn refuse_nulls(&self, column: &'static str, values: &dyn Array) -> Result<(), ScoreError> {
        match values.nulls().and_then(|nulls| nulls.iter().position(|valid| !valid)) {
            Some(index) => Err(ScoreError::Null { column, row: self.number(index) }),
            None => Ok(()),
        }
    }

    /// Rows that say whose scores they are are all of one instrument and model.
    fn check_subject(&mut self, batch: &RecordBatch) -> Result<(), ScoreError> {
        for (place, column) in ["dataset", "model_path"].into_iter().enumerate() {
            let texts = batch.column_by_name(column).filter(|values| is_text(values.data_type()));
            let Some(texts) = texts else { continue };
            let texts = cast(texts, &DataType::Utf8)?;
            for (index, found) in texts.as_string::<i32>().iter().enumerate() {
                match (found, &self.said[place]) {
                    (Some(found), Some(before)) if found != before => {
                        return Err(ScoreError::SeveralSubjects {
                            row: self.number(index),
                            column,
                            found: found.to_owned(),
                            before: before.clone(),
                        });
                    }
                    (Some(found), None) => self.said[place] = Some(found.to_owned()),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn check_order(&self, times: &[i64]) -> Result<(), ScoreError> {
        let strange = times
            .iter()
            .enumerate()
            .find_map(|(index, &time)| Some((index, time, tabular::not_meant(time)?)));
        if let Some((index, time, reason)) = strange {
            let row = self.number(index);
            return Err(ScoreError::TimeNotMeant { row, time: instant(time), reason });
        }
        let before = self.last.into_iter().chain(times.iter().copied());
        // The first row of all has none before it.
        let skip = usize::from(self.last.is_none());
        let pairs = before.zip(times.iter().copied().enumerate().skip(skip));
        for (previous, (index, time)) in pairs {
            let row = self.number(index);
            if time == previous {
                return Err(ScoreError::Repeated { row, time: instant(time) });
            }
            if time < previous {
                let (time, previous) = (instant(time), instant(previous));
                return Err(ScoreError::Unsorted { row, time, previous });
            }
        }
        Ok(())
    }

    fn check_scores(&self, scores: &[f64]) -> Result<(), ScoreError> {
        match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            Some(index) => Err(ScoreError::Value { row: self.number(index), value: scores[index] }),
            None => Ok(()),
        }
    }

    /// The number of a row in the table, from 1.
    fn number(&self, index: usize) -> u64 {
        self.rows + index as u64 + 1
    }

    /// The same error, its row counted as all others here.
    fn placed(&self, error: TabularError) -> TabularError {
        let number = |row| usize::try_from(self.number(row)).unwrap_or(usize::MAX);
        match error {
            TabularError::Time(TimeError::BelowMicrosecond { row, nanos }) => {
                TimeError::BelowMicrosecond { row: number(row), nanos }.into()
            }
            TabularError::Time(TimeError::TimestampRange { row, value, unit }) => {
                TimeError::TimestampRange { row: number(row), value, unit }.into()
            }
            other => other,
        }
    }
}

/// Refuses a table that has one of the columns `added` already.
///
/// # Errors
/// [`ScoreError::ColumnsTaken`].
pub fn refuse_taken(batch: &RecordBatch, added: &[&'static str]) -> Result<(), ScoreError> {
    let taken = |name: &&str| batch.column_by_name(name).is_some();
    let columns: Vec<&'static str> = added.iter().copied().filter(taken).collect();
    if columns.is_empty() { Ok(()) } else { Err(ScoreError::ColumnsTaken { columns }) }
}

/// `batch` with the columns `added`, called `names`, behind its own.
///
/// Nullable whether or not there are nulls: all batches of a table have one schema.
///
/// # Errors
/// When a column has another length.
pub fn with_columns(
    batch: &RecordBatch,
    names: &[&str],
    added: Vec<ArrayRef>,
) -> Result<RecordBatch, ScoreError> {
    let schema = batch.schema_ref();
    let new = names.iter().zip(&added);
    let new = new.map(|(name, values)| Field::new(*name, values.data_type().clone(), true));
    let fields: Vec<_> = schema.fields().iter().cloned().chain(new.map(Arc::new)).collect();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    let columns = batch.columns().iter().cloned().chain(added).collect();
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
