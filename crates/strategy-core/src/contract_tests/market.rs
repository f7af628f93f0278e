//! Rows such as a market might give, for strategies to decide on.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::error::ArrowError;

use crate::splitmix::SplitMix64;
use crate::{Column, Input};

/// Number of rows that [`rows`] gives.
pub const ROWS: usize = 600;

const HOUR: i64 = 60 * 60 * 1_000_000;

/// 2025-01-20 00:00 UTC, so that the rows reach into a second month.
const FIRST: i64 = 1_737_331_200_000_000;

/// Before these rows hours are missing: one, one, and more than a day.
const GAPS: [(usize, i64); 3] = [(100, 1), (101, 1), (350, 30)];

/// In these rows nothing is traded and the score stands still.
const FLAT: std::ops::Range<usize> = 200..230;

/// 600 hourly rows of January and February 2025 with `timestamp` and `inputs`; always the same.
///
/// Candles are a random walk with a stretch without trades and gaps in time, `y_pred` wanders inside
/// (0, 1), funding changes every eighth row. Each dataset has a walk of its own; its four prices fit
/// together. An input that may be missing is missing in every seventh row.
///
/// # Errors
/// When Arrow refuses the columns, for which it has no reason.
pub fn rows(inputs: &[Input]) -> Result<RecordBatch, ArrowError> {
    let timestamps = (0..ROWS).zip(0_i64..).map(|(row, hours)| {
        let missing: i64 = GAPS.iter().filter(|gap| gap.0 <= row).map(|gap| gap.1).sum();
        FIRST + (hours + missing) * HOUR
    });
    let timestamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(timestamps));
    let columns = inputs.iter().map(|input| {
        let dataset = input.dataset.as_deref().unwrap_or_default();
        let run = input.run.as_deref().unwrap_or_default();
        let mut values = Market::of(&format!("{dataset}{run}")).column(input.column);
        if input.optional {
            values.iter_mut().skip(3).step_by(7).for_each(|value| *value = f64::NAN);
        }
        (input.to_string(), Arc::new(Float64Array::from(values)) as ArrayRef)
    });
    RecordBatch::try_from_iter([("timestamp".to_owned(), timestamps)].into_iter().chain(columns))
}

/// A row an hour, the first `first_hour` hours after 1970 began in UTC, with columns of your own: for
/// tests that know what must come out.
///
/// ```
/// use strategy_core::{Rows, contract_tests};
///
/// let batch = contract_tests::hourly(1, &[("close", &[10.0, 11.0])])?;
/// assert_eq!(Rows::new(&batch)?.timestamps(), [3_600_000_000, 7_200_000_000]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the columns are of different lengths.
pub fn hourly(first_hour: i64, columns: &[(&str, &[f64])]) -> Result<RecordBatch, ArrowError> {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let timestamps = (first_hour..).map(|hour| hour * HOUR).take(rows);
    let timestamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(timestamps));
    let columns = columns
        .iter()
        .map(|&(name, values)| (name, Arc::new(Float64Array::from(values.to_vec())) as ArrayRef));
    RecordBatch::try_from_iter([("timestamp", timestamps)].into_iter().chain(columns))
}

/// One dataset's rows, each with all columns.
struct Market(Vec<Row>);

#[derive(Clone, Copy)]
struct Row {
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
    score: f64,
    funding: f64,
    paid: f64,
}

impl Market {
    fn of(dataset: &str) -> Self {
        // FNV-1a of the name: another dataset, another walk.
        let seed = dataset.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut random = SplitMix64::new(seed);
        let mut close = 100.0;
        let (mut logit, mut funding) = (0.0_f64, 1e-4);
        let mut step = |row: usize| {
            // Drawn in every row, so that each column is the same whichever are asked for.
            let draw: [f64; 7] = std::array::from_fn(|_| random.unit());
            if row.is_multiple_of(8) {
                funding = 6e-4 * (draw[0] - 0.4);
            }
            let open = close;
            let paid = if row.is_multiple_of(8) { funding } else { 0.0 };
            if FLAT.contains(&row) {
                return Row {
                    open,
                    high: open,
                    low: open,
                    close,
                    volume: 0.0,
                    score: score(logit),
                    funding,
                    paid,
                };
            }
            close = open * (1.0 + 0.02 * (draw[1] - 0.5));
            logit = 0.9 * logit + draw[2] + draw[3] - 1.0;
            Row {
                open,
                high: open.max(close) * (1.0 + 0.005 * draw[4]),
                low: open.min(close) * (1.0 - 0.005 * draw[5]),
                close,
                volume: 1.0 + 1_000.0 * draw[6],
                score: score(logit),
                funding,
                paid,
            }
        };
        Self((0..ROWS).map(&mut step).collect())
    }

    fn column(&self, column: Column) -> Vec<f64> {
        let value = |row: &Row| match column {
            Column::Open => row.open,
            Column::High => row.high,
            Column::Low => row.low,
            Column::Close => row.close,
            Column::Volume => row.volume,
            Column::Prediction => row.score,
            Column::FundingRate => row.funding,
            Column::FundingPaid => row.paid,
        };
        self.0.iter().map(value).collect()
    }
}

fn score(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::Rows;

    #[test]
    fn rows_are_those_of_a_market() {
        let inputs = ["open", "high", "low", "close", "volume", "y_pred", "close@other"]
            .map(|name| name.parse::<Input>().unwrap());
        let batch = rows(&inputs).unwrap();
        assert_eq!(batch, rows(&inputs).unwrap());
        let rows = Rows::new(&batch).unwrap();
        assert_eq!(rows.len(), ROWS);
        let [open, high, low, close, volume, score, other] =
            inputs.map(|input| rows.column(&input).unwrap());
        for row in 0..ROWS {
            assert!(low[row] > 0.0 && low[row] <= open[row].min(close[row]), "row {row}");
            assert!(high[row] >= open[row].max(close[row]), "row {row}");
            assert!(volume[row] >= 0.0 && score[row] > 0.0 && score[row] < 1.0, "row {row}");
        }
        assert!(close != other);
        let hours = |row: usize| (rows.timestamps()[row] - rows.timestamps()[row - 1]) / HOUR;
        assert_eq!([hours(99), hours(100), hours(101), hours(350)], [1, 2, 2, 31]);
        assert!(FLAT.into_iter().all(|row| close[row] == close[FLAT.start]));
        let month =
            |row: usize| crate::YearMonth::containing_micros(rows.timestamps()[row]).month();
        assert_eq!([month(0), month(ROWS - 1)], [1, 2]);
    }
}
