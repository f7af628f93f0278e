//! Scores of record batches: the columns `p_cal` and `q_bin` beside those there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int8Array, RecordBatch, UInt16Array};
use arrow::buffer::NullBuffer;
use chrono::{DateTime, Utc};
use scored_labels::{ScoreBatch, ScoreRows, refuse_taken, with_columns};
use strategy_core::YearMonth;

use crate::{MonthBins, Result};

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
/// ([`ScoreError`](scored_labels::ScoreError) names it), or a month has no usable bins.
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
pub fn score(batch: &RecordBatch, bins: &mut MonthBins) -> Result<RecordBatch> {
    Scorer::new(bins).score(batch)
}

/// Scores batch after batch of one long table: [`score`], with rows counted and their order checked
/// across batches.
#[derive(Debug)]
pub struct Scorer<'a> {
    bins: &'a mut MonthBins,
    month: Option<YearMonth>,
    rows: ScoreRows,
    /// Rows left without a score, by the month that has no bins.
    pub skipped: BTreeMap<YearMonth, u64>,
}

impl<'a> Scorer<'a> {
    /// At the start of a table.
    pub fn new(bins: &'a mut MonthBins) -> Self {
        Self { bins, month: None, rows: ScoreRows::default(), skipped: BTreeMap::new() }
    }

    /// The same, with the bins of `month` for all rows, whenever they are.
    #[must_use]
    pub fn with_month(self, month: YearMonth) -> Self {
        Self { month: Some(month), ..self }
    }

    /// The next rows, scored; see [`score`].
    ///
    /// # Errors
    /// As [`score`]. Rows are counted from the first batch on.
    pub fn score(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let added = self.added();
        refuse_taken(batch, &added)?;
        let begins = self.rows.rows() == 0;
        let ScoreBatch { timestamps, scores } = self.rows.read(batch)?;
        self.bins.are_for(self.rows.dataset(), self.rows.model_path())?;
        if begins {
            self.look_ahead(timestamps.values());
        }
        let values = self.score_months(timestamps.values(), scores.values())?;
        Ok(with_columns(batch, &added, values)?)
    }

    /// The columns that are added: `signal` too if the bins have a rule.
    fn added(&self) -> Vec<&'static str> {
        let signal = self.bins.rule.map(|_| SIGNAL);
        ADDED.into_iter().chain(signal).collect()
    }

    /// Rows ascend, so those of a month stand together and are scored at once.
    fn score_months(&mut self, times: &[i64], scores: &[f64]) -> Result<Vec<ArrayRef>> {
        let mut p_cal = vec![0.0; scores.len()];
        let mut q_bin = vec![0; scores.len()];
        // Only filled where there is a rule.
        let mut signals = vec![0_i8; self.bins.rule.map_or(0, |_| scores.len())];
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
        if self.bins.rule.is_some() {
            columns.push(Arc::new(Int8Array::from(signals)));
        }
        Ok(columns)
    }

    /// Says so when the bins of one month for all rows saw the future of the first of them.
    fn look_ahead(&mut self, times: &[i64]) {
        if let (Some(month), Some(&first)) = (self.month, times.first())
            && first < month.start().timestamp_micros()
        {
            self.bins.cautions.push(format!(
                "rows before {month}, the first of them at {} UTC, go through the bins of {month}, \
                 which were calibrated on data after them",
                instant(first).format("%Y-%m-%d %H:%M")
            ));
        }
    }
}

/// The month of `first`, which is at `start`, and the rows from there on that are in it.
pub(crate) fn rows_of_month(
    first: i64,
    start: usize,
    times: &[i64],
) -> (YearMonth, std::ops::Range<usize>) {
    let month = YearMonth::containing_micros(first);
    let next = month.plus_months(1).start().timestamp_micros();
    // At least the one row, also at the end of the calendar.
    let rows = times[start..].partition_point(|&time| time < next).max(1);
    (month, start..start + rows)
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
