//! Scores of record batches: the columns `p_cal` and `q_bin` beside those there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int8Array, RecordBatch, UInt16Array};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use chrono::{DateTime, Utc};
use strategy_core::YearMonth;
use tabular::{TabularError, TimeError};

use crate::{BinsError, MonthBins, ScoreError};

const TIMESTAMP: &str = "timestamp";
const SCORE: &str = "y_pred";
const ADDED: [&str; 2] = ["p_cal", "q_bin"];
const SIGNAL: &str = "signal";

/// `batch` with `p_cal` (the calibrated probability) and `q_bin` (its bin, from 1) beside its columns,
/// each row scored by the bins of its month in UTC.
///
/// `timestamp` is of any unit and zone and ascends strictly; `y_pred` is a number from 0 to 1. The
/// new columns are null in months that `bins` skips. For more than one batch, and for all rows by the
/// bins of one month, see [`Scorer`].
///
/// # Errors
/// When a column is missing, already there or of the wrong kind, a row cannot be scored
/// ([`ScoreError`] names it), or a month has no usable bins.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow::array::{AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray};
/// use arrow::datatypes::UInt16Type;
/// use artifacts::OnExisting;
/// use binning::BinStore;
/// use ml_calibrated_bins::{BinsRoot, MonthBins, Settings, rebuild, score};
/// use scored_labels::{Run, Sources};
/// use strategy_core::Subject;
///
/// # let folder = tempfile::tempdir()?;
/// # let (sample, _) = sample::ensure(folder.path().join("sample"))?;
/// # let bins_root = folder.path().join("bins");
/// # let sources = Sources::new(&sample.instruments[0].predictions, &sample.instruments[0].candles);
/// let mut run = Run::open(&sources)?; // here the generated sample
/// let month = "2025-11".parse()?;
/// let settings = Settings::default();
/// let rebuilt = rebuild(&run.load(&[month], &settings.window)?, month, &settings)?;
/// let saved = BinStore::new(&bins_root).save(&rebuilt.artifact, OnExisting::Refuse)?;
///
/// // A slice of raw scores, by one month's bins.
/// let scored = BinStore::load_file(saved.path())?.score_all(&[0.05, 0.9])?;
/// assert!(scored[0].q_bin < scored[1].q_bin);
///
/// // A record batch, by the bins of each row's month.
/// let rows = RecordBatch::try_from_iter([
///     ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![1_761_973_200_000_000])) as _),
///     ("y_pred", Arc::new(Float64Array::from(vec![0.9])) as _),
/// ])?;
/// let mut bins = MonthBins::new(&BinsRoot::new(bins_root), &Subject::default());
/// let out = score(&rows, &mut bins)?; // timestamp, y_pred, p_cal, q_bin
/// assert_eq!(out.column(3).as_primitive::<UInt16Type>().value(0), scored[1].q_bin);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn score(batch: &RecordBatch, bins: &mut MonthBins) -> Result<RecordBatch, BinsError> {
    Scorer::new(bins).score(batch)
}

/// Scores batch after batch of one long table: [`score`], with rows counted and their order checked
/// across batches.
#[derive(Debug)]
pub struct Scorer<'a> {
    bins: &'a mut MonthBins,
    month: Option<YearMonth>,
    /// Rows scored so far.
    rows: u64,
    /// The last of them, µs UTC.
    last: Option<i64>,
    skipped: BTreeMap<YearMonth, u64>,
    /// Whose scores they are, as far as the rows say it: dataset and model.
    said: [Option<String>; 2],
}

impl<'a> Scorer<'a> {
    /// At the start of a table.
    pub fn new(bins: &'a mut MonthBins) -> Self {
        Self {
            bins,
            month: None,
            rows: 0,
            last: None,
            skipped: BTreeMap::new(),
            said: [None, None],
        }
    }

    /// The same, with the bins of `month` for all rows, whenever they are.
    #[must_use]
    pub fn with_month(self, month: YearMonth) -> Self {
        Self { month: Some(month), ..self }
    }

    /// Rows left without a score, by the month that has no bins.
    #[must_use]
    pub fn skipped(&self) -> &BTreeMap<YearMonth, u64> {
        &self.skipped
    }

    /// The next rows, scored; see [`score`].
    ///
    /// # Errors
    /// As [`score`]. Rows are counted from the first batch on.
    pub fn score(&mut self, batch: &RecordBatch) -> Result<RecordBatch, BinsError> {
        let added = self.added();
        refuse_taken(batch, &added)?;
        let times = tabular::utc_micros(self.column(batch, TIMESTAMP)?)
            .map_err(|error| ScoreError::from(self.placed(error)))?;
        self.refuse_nulls(TIMESTAMP, &times)?;
        let scores = self.column(batch, SCORE)?;
        if !scores.data_type().is_numeric() {
            return Err(ScoreError::NotNumbers { found: scores.data_type().clone() }.into());
        }
        // Of Float64 already, this copies nothing.
        let scores = cast(scores, &DataType::Float64).map_err(ScoreError::from)?;
        self.refuse_nulls(SCORE, &scores)?;
        let scores = scores.as_primitive::<Float64Type>().values();
        self.check_order(times.values())?;
        self.check_scores(scores)?;
        self.check_subject(batch)?;
        self.look_ahead(times.values());

        let values = self.score_months(times.values(), scores)?;
        self.rows += batch.num_rows() as u64;
        self.last = times.values().last().copied().or(self.last);
        Ok(with_columns(batch, &added, values)?)
    }

    /// The columns that are added: `signal` too if the bins have a rule.
    fn added(&self) -> Vec<&'static str> {
        let signal = self.bins.has_rule().then_some(SIGNAL);
        ADDED.into_iter().chain(signal).collect()
    }

    /// Rows ascend, so those of a month stand together and are scored at once.
    fn score_months(&mut self, times: &[i64], scores: &[f64]) -> Result<Vec<ArrayRef>, BinsError> {
        let mut p_cal = vec![0.0; scores.len()];
        let mut q_bin = vec![0; scores.len()];
        // Only filled where there is a rule.
        let mut signals = vec![0_i8; if self.bins.has_rule() { scores.len() } else { 0 }];
        let mut absent = Vec::new();
        let mut start = 0;
        while let Some(&first) = times.get(start) {
            let (month, rows) = match self.month {
                Some(month) => (month, start..times.len()),
                None => rows_of_month(first, start, times),
            };
            start = rows.end;
            if let Some(bins) = self.bins.of(month)? {
                let (p_cal, q_bin) = (&mut p_cal[rows.clone()], &mut q_bin[rows.clone()]);
                bins.metadata.score_into(&scores[rows.clone()], p_cal, q_bin)?;
                if let Some(rule) = bins.rule {
                    for (signal, &bin) in signals[rows].iter_mut().zip(q_bin.iter()) {
                        *signal = rule.side(bin).code();
                    }
                }
            } else {
                *self.skipped.entry(month).or_default() += rows.len() as u64;
                absent.push(rows);
            }
        }
        let nulls = (!absent.is_empty()).then(|| {
            let mut valid = vec![true; scores.len()];
            for rows in absent {
                valid[rows].fill(false);
            }
            NullBuffer::from(valid)
        });
        let p_cal = Float64Array::new(p_cal.into(), nulls.clone());
        let q_bin = UInt16Array::new(q_bin.into(), nulls);
        let mut columns: Vec<ArrayRef> = vec![Arc::new(p_cal), Arc::new(q_bin)];
        if self.bins.has_rule() {
            columns.push(Arc::new(Int8Array::from(signals)));
        }
        Ok(columns)
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

    /// Rows that say whose scores they are, in columns as those of the table `predictions`, go through
    /// no other bins.
    fn check_subject(&mut self, batch: &RecordBatch) -> Result<(), BinsError> {
        for (place, column) in ["dataset", "model_path"].into_iter().enumerate() {
            let texts = batch.column_by_name(column).filter(|values| is_text(values.data_type()));
            let Some(texts) = texts else { continue };
            let texts = cast(texts, &DataType::Utf8).map_err(ScoreError::from)?;
            for (index, found) in texts.as_string::<i32>().iter().enumerate() {
                match (found, &self.said[place]) {
                    (Some(found), Some(before)) if found != before => {
                        return Err(ScoreError::SeveralSubjects {
                            row: self.number(index),
                            column,
                            found: found.to_owned(),
                            before: before.clone(),
                        }
                        .into());
                    }
                    (Some(found), None) => self.said[place] = Some(found.to_owned()),
                    _ => {}
                }
            }
        }
        let [dataset, model_path] = &self.said;
        self.bins.are_for(dataset.as_deref(), model_path.as_deref())
    }

    /// Says so when the bins of one month for all rows saw the future of the first of them.
    fn look_ahead(&mut self, times: &[i64]) {
        if let (Some(month), 0, Some(&first)) = (self.month, self.rows, times.first())
            && first < month.start().timestamp_micros()
        {
            self.bins.caution(format!(
                "rows before {month}, the first of them at {} UTC, go through the bins of {month}, \
                 which were calibrated on data after them",
                instant(first).format("%Y-%m-%d %H:%M")
            ));
        }
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

/// The month of `first`, which is at `start`, and the rows from there on that are in it.
fn rows_of_month(first: i64, start: usize, times: &[i64]) -> (YearMonth, std::ops::Range<usize>) {
    let month = YearMonth::containing_micros(first);
    let next = month.plus_months(1).start().timestamp_micros();
    // At least the one row, also at the end of the calendar.
    let rows = times[start..].partition_point(|&time| time < next).max(1);
    (month, start..start + rows)
}

fn refuse_taken(batch: &RecordBatch, added: &[&'static str]) -> Result<(), ScoreError> {
    let taken = |name: &&str| batch.column_by_name(name).is_some();
    let columns: Vec<&'static str> = added.iter().copied().filter(taken).collect();
    if columns.is_empty() { Ok(()) } else { Err(ScoreError::ColumnsTaken { columns }) }
}

/// Nullable whether or not there are nulls: all batches of a table have one schema.
fn with_columns(
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
