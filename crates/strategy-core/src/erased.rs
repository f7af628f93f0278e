//! The object-safe form of a strategy, which no author writes.

use std::error::Error;

use arrow::array::RecordBatch;

use crate::registry::UsageError;
use crate::signal::{SignalColumn, side_column};
use crate::{Rows, SignalType, Strategy};

/// Any error of any strategy.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A strategy whose types are forgotten: record batches in, record batches out.
pub trait ErasedStrategy {
    /// `timestamp`, the strategy's columns and `signal` for each row of `rows`.
    ///
    /// # Errors
    /// When the rows are not complete and ascending, or the strategy refuses one.
    fn decide_batch(&mut self, rows: &RecordBatch) -> Result<RecordBatch, BoxError>;

    /// What the strategy wants said about the rows so far; see [`Strategy::remarks`].
    fn remarks(&self) -> Vec<String>;
}

impl<S: Strategy> ErasedStrategy for S {
    fn remarks(&self) -> Vec<String> {
        Strategy::remarks(self)
    }

    fn decide_batch(&mut self, batch: &RecordBatch) -> Result<RecordBatch, BoxError> {
        let rows = Rows::new(batch)?;
        let signals = self.decide(&rows).map_err(boxed::<S>)?;
        if signals.len() != rows.len() {
            return Err(format!(
                "strategy `{}` gave {} decisions for {} rows: it must give one a row",
                S::NAME,
                signals.len(),
                rows.len()
            )
            .into());
        }
        let timestamps = batch
            .column_by_name("timestamp")
            .map(|values| SignalColumn { name: "timestamp", values: values.clone() });
        // The strategy's own columns may hold nulls in some batches and none in others; the schema
        // is the same for all, or they would not fit into one file.
        let own = S::Signal::columns(&signals).into_iter().map(|c| (c.name, c.values, true));
        let columns = timestamps
            .into_iter()
            .map(|c| (c.name, c.values, false))
            .chain(own)
            .chain([side_column(&signals)].map(|c| (c.name, c.values, false)));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }
}

/// The error in a box, marked if it lies in how the program was called.
pub(crate) fn boxed<S: Strategy>(error: S::Error) -> BoxError {
    if S::is_usage_error(&error) { UsageError::new(error.into()).into() } else { error.into() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, AsArray, Float64Array, TimestampMicrosecondArray};
    use arrow::datatypes::{Float64Type, Int8Type};

    use super::*;
    use crate::{Column, Input, NoCommands, RowsError, Side, Subject, default_config};

    #[derive(clap::Args)]
    struct Threshold {
        #[arg(long, default_value_t = 0.5)]
        above: f64,
    }

    #[derive(Clone)]
    struct Decision {
        distance: f64,
    }

    impl SignalType for Decision {
        fn side(&self) -> Side {
            if self.distance > 0.0 { Side::Long } else { Side::NoSignal }
        }
        fn columns(signals: &[Self]) -> Vec<SignalColumn> {
            let distance = signals.iter().map(|s| s.distance).collect::<Vec<_>>();
            vec![SignalColumn::new("distance", Float64Array::from(distance))]
        }
    }

    struct Above {
        threshold: f64,
        drop_last: bool,
    }

    impl Strategy for Above {
        const NAME: &'static str = "above";
        const ABOUT: &'static str = "Long above a threshold";
        type Config = Threshold;
        type Signal = Decision;
        type Command = NoCommands;
        type Error = RowsError;

        fn inputs(_: &Threshold) -> Vec<Input> {
            vec![Input::of(Column::Prediction)]
        }
        fn new(config: Threshold, _: &Subject) -> Result<Self, RowsError> {
            Ok(Self { threshold: config.above, drop_last: false })
        }
        fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, RowsError> {
            let scores = rows.column(&Input::of(Column::Prediction))?;
            let take = scores.len() - usize::from(self.drop_last);
            Ok(scores[..take].iter().map(|p| Decision { distance: p - self.threshold }).collect())
        }
    }

    fn rows() -> RecordBatch {
        let timestamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![1, 2]));
        let scores: ArrayRef = Arc::new(Float64Array::from(vec![0.25, 0.75]));
        RecordBatch::try_from_iter([("timestamp", timestamps), ("y_pred", scores)]).unwrap()
    }

    #[test]
    fn output_has_timestamp_own_columns_and_signal_in_that_order() {
        let mut strategy = Above::new(default_config().unwrap(), &Subject::default()).unwrap();
        let out = strategy.decide_batch(&rows()).unwrap();
        let names: Vec<_> = out.schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names, ["timestamp", "distance", "signal"]);
        assert_eq!(out.column(1).as_primitive::<Float64Type>().values(), &[-0.25, 0.25]);
        assert_eq!(out.column(2).as_primitive::<Int8Type>().values(), &[0, 1]);
    }

    #[test]
    fn a_decision_short_is_an_error() {
        let mut strategy = Above { threshold: 0.5, drop_last: true };
        let error = strategy.decide_batch(&rows()).unwrap_err().to_string();
        assert!(error.contains("`above` gave 1 decisions for 2 rows"), "{error}");
    }
}
