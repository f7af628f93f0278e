//! A folder into which files with rows appear, each whole: written elsewhere and renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type};
use strategy_core::Result;
use streaming::{Observation, Polled, Seen, Source};
use tabular::{Format, Wanted, utc_micros};

const BATCH_ROWS: usize = 65_536;

/// The files of one series.
pub(super) struct FolderSource {
    name: String,
    folder: PathBuf,
    series: usize,
    /// The columns beside `timestamp`.
    columns: &'static [&'static str],
    read: BTreeSet<PathBuf>,
    /// Whether the last candle may still be running; it is kept until its successor is there.
    running: bool,
    kept: Option<Observation>,
}

impl FolderSource {
    pub(super) fn new(
        folder: &Path,
        series: usize,
        columns: &'static [&'static str],
        running: bool,
    ) -> Self {
        let (name, folder) = (folder.display().to_string(), folder.to_owned());
        Self { name, folder, series, columns, read: BTreeSet::new(), running, kept: None }
    }

    /// Keeps back the last of `rows`, which may be running.
    fn closed(&mut self, rows: &mut Vec<Observation>) {
        // Of one candle in several files, the last file's.
        let all = self.kept.take().into_iter().chain(std::mem::take(rows));
        let mut by_time: BTreeMap<i64, Observation> = all.map(|row| (row.time, row)).collect();
        self.kept = by_time.pop_last().map(|(_, last)| last);
        rows.extend(by_time.into_values());
    }

    /// Files that were not read yet, by name. Hidden ones are not finished.
    fn unread(&self) -> Result<BTreeSet<PathBuf>> {
        let failed = |error| format!("cannot list the folder {}: {error}", self.name);
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if !is_hidden && Format::of_path(&path).is_some() && !self.read.contains(&path) {
                found.insert(path);
            }
        }
        Ok(found)
    }

    fn observations(&self, path: &Path, from: i64) -> Result<Vec<Observation>> {
        let reader = tabular::read(path, BATCH_ROWS)?;
        let time = reader.require("timestamp", Wanted::Timestamp)?;
        let numbers = self
            .columns
            .iter()
            .map(|column| reader.require(column, Wanted::Number))
            .collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        for batch in reader {
            let batch = batch?;
            let times = utc_micros(batch.column(time))?;
            let columns = numbers.iter().map(|&index| number_column(&batch, index));
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            for row in (0..batch.num_rows()).filter(|&row| times.is_valid(row)) {
                if times.value(row) < from {
                    continue;
                }
                let values = columns.iter().zip(self.columns).map(|(column, name)| match column {
                    column if column.is_null(row) => Err(format!("{name} is empty")),
                    column => checked(name, column.as_primitive::<Float64Type>().value(row)),
                });
                rows.push(Observation { time: times.value(row), values: values.collect() });
            }
        }
        rows.sort_by_key(|row| row.time);
        Ok(rows)
    }
}

fn number_column(batch: &RecordBatch, index: usize) -> Result<arrow::array::ArrayRef> {
    Ok(arrow::compute::cast(batch.column(index), &DataType::Float64)?)
}

/// `value`, if there can be such a price, volume, score or rate.
fn checked(name: &str, value: f64) -> Result<f64, String> {
    let is_possible = match name {
        "y_pred" => (0.0..=1.0).contains(&value),
        "funding_rate" => value.is_finite(),
        "volume" => value.is_finite() && value >= 0.0,
        _ => value.is_finite() && value > 0.0,
    };
    if is_possible { Ok(value) } else { Err(format!("{name} is {value}")) }
}

impl Source for FolderSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, from: &dyn Fn(usize) -> i64, _: Duration) -> Result<Polled> {
        let from = from(self.series);
        if from == i64::MAX {
            return Ok(Polled::default());
        }
        let mut observations = Vec::new();
        for path in self.unread()? {
            observations.append(&mut self.observations(&path, from)?);
            self.read.insert(path);
        }
        if self.running {
            self.closed(&mut observations);
        }
        if observations.is_empty() {
            return Ok(Polled::default());
        }
        let seen = vec![Seen { series: self.series, observations, read_to: None }];
        Ok(Polled { seen, again: None })
    }
}
