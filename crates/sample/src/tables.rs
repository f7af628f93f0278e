//! The sample's tables, in exactly the schema of the programs that write the real ones.

use std::iter::repeat_n;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, TimestampMicrosecondArray};
use arrow::record_batch::RecordBatch;

use crate::barrier::HORIZON_MICROS;
use crate::error::SampleError;
use crate::generate::InstrumentSample;
use crate::instrument::TARGET_KEY;
use crate::scores::PredictionRows;
use crate::spec::MICROS_PER_HOUR;
use market_data::{Candles, FundingRates, NewTable};

/// `ohlcv_{symbol}_1h`. A candle was written when it closed.
pub(crate) fn candles(name: String, candles: &Candles) -> Result<NewTable, SampleError> {
    let closed = || micros(candles.timestamps.iter().map(|time| time + MICROS_PER_HOUR));
    table(
        name,
        r#""timestamp" TIMESTAMP, snapshot_time TIMESTAMP, open DOUBLE, high DOUBLE, low DOUBLE,
           "close" DOUBLE, volume DOUBLE, created_at TIMESTAMP DEFAULT current_timestamp"#,
        [
            ("timestamp", micros(candles.timestamps.iter().copied())),
            ("snapshot_time", closed()),
            ("open", doubles(&candles.open)),
            ("high", doubles(&candles.high)),
            ("low", doubles(&candles.low)),
            ("close", doubles(&candles.close)),
            ("volume", doubles(&candles.volume)),
            ("created_at", closed()),
        ],
    )
}

/// `targets`, without the last candles, which have no label. A label was written when it was known.
pub(crate) fn targets(sample: &InstrumentSample) -> Result<NewTable, SampleError> {
    let labelled = sample.candles.timestamps.iter().zip(&sample.labels);
    let (timestamps, values): (Vec<i64>, Vec<f64>) = labelled
        .filter_map(|(&time, label)| label.map(|hit| (time, f64::from(u8::from(hit)))))
        .unzip();
    let known_after = HORIZON_MICROS + MICROS_PER_HOUR;
    let rows = timestamps.len();
    table(
        "targets".to_owned(),
        r#""timestamp" TIMESTAMP, dataset VARCHAR, target_key VARCHAR, target_value DOUBLE NOT NULL,
           created_at TIMESTAMP DEFAULT current_timestamp,
           PRIMARY KEY ("timestamp", dataset, target_key)"#,
        [
            ("timestamp", micros(timestamps.iter().copied())),
            ("dataset", repeated(&sample.instrument.dataset(), rows)),
            ("target_key", repeated(TARGET_KEY, rows)),
            ("target_value", doubles(&values)),
            ("created_at", micros(timestamps.iter().map(|time| time + known_after))),
        ],
    )
}

/// `funding_rates`.
pub(crate) fn funding_rates(
    dataset: &str,
    funding: &FundingRates,
) -> Result<NewTable, SampleError> {
    table(
        "funding_rates".to_owned(),
        r#""timestamp" TIMESTAMP, dataset VARCHAR, funding_rate DOUBLE NOT NULL,
           PRIMARY KEY ("timestamp", dataset)"#,
        [
            ("timestamp", micros(funding.timestamps.iter().copied())),
            ("dataset", repeated(dataset, funding.timestamps.len())),
            ("funding_rate", doubles(&funding.rates)),
        ],
    )
}

/// `predictions`, of one model or of several: their paths in `model_path`, and their rows.
pub(crate) fn predictions(
    dataset: &str,
    models: &[(String, PredictionRows)],
) -> Result<NewTable, SampleError> {
    let rows: usize = models.iter().map(|(_, rows)| rows.timestamps.len()).sum();
    let all = |column: fn(&PredictionRows) -> &[i64]| {
        micros(models.iter().flat_map(|(_, rows)| column(rows).iter().copied()))
    };
    let scores: Vec<f64> =
        models.iter().flat_map(|(_, rows)| rows.y_pred.iter().copied()).collect();
    let paths = models.iter().flat_map(|(path, rows)| repeat_n(path, rows.timestamps.len()));
    let keys = models.iter().flat_map(|(_, rows)| &rows.feature_keys);
    table(
        "predictions".to_owned(),
        "ts TIMESTAMP NOT NULL, y_pred DOUBLE NOT NULL, model_path VARCHAR NOT NULL,
         feature_key VARCHAR NOT NULL, dataset VARCHAR,
         created_at TIMESTAMP NOT NULL DEFAULT current_timestamp",
        [
            ("ts", all(|rows| &rows.timestamps)),
            ("y_pred", doubles(&scores)),
            ("model_path", Arc::new(StringArray::from_iter_values(paths))),
            ("feature_key", Arc::new(StringArray::from_iter_values(keys))),
            ("dataset", repeated(dataset, rows)),
            ("created_at", all(|rows| &rows.created_at)),
        ],
    )
}

fn table<const N: usize>(
    name: String,
    definition: &'static str,
    columns: [(&str, ArrayRef); N],
) -> Result<NewTable, SampleError> {
    match RecordBatch::try_from_iter(columns) {
        Ok(rows) => Ok(NewTable { name, definition, rows }),
        Err(source) => Err(SampleError::Columns { table: name, source }),
    }
}

fn micros(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values))
}

fn doubles(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values.iter().copied()))
}

fn repeated(text: &str, rows: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(repeat_n(text, rows)))
}
