//! The object-safe form of a strategy, which no author writes.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch};

use crate::artifacts::{ArtifactFiles, Artifacts};
use crate::shape::{self, ShapeError};
use crate::signal::{SignalColumn, side_column};
use crate::usage_error::UsageError;
use crate::{
    BoxError, Intent, Leg, Lookback, Outlook, Rows, RowsError, SideExits, SignalType, Strategy,
    Subject, YearMonth,
};

/// The decisions of a batch of rows.
#[derive(Debug, Clone)]
pub struct Decisions {
    /// `timestamp`, the strategy's columns, `signal`, and for a strategy with legs `target` and
    /// `target@dataset`.
    pub table: RecordBatch,
    /// The weights of the legs, row by row: `rows × legs`. One leg, the side, for a strategy without.
    pub weights: Vec<f64>,
    /// What is known of the trade that each row asks for.
    pub outlooks: Vec<Option<Outlook>>,
}

impl Decisions {
    /// The same without the first `rows`.
    #[must_use]
    pub fn without_first(mut self, rows: usize) -> Self {
        let rows = rows.min(self.table.num_rows());
        let legs = self.weights.len().checked_div(self.table.num_rows()).unwrap_or_default();
        self.weights.drain(..rows * legs);
        self.outlooks.drain(..rows);
        self.table = self.table.slice(rows, self.table.num_rows() - rows);
        self
    }
}

/// A strategy whose types are forgotten: record batches in, decisions out.
pub trait ErasedStrategy {
    /// One decision for each row of `rows`, which follow all rows of earlier calls.
    ///
    /// # Errors
    /// When the rows are not complete, not ascending or not later than those before, when the
    /// strategy refuses one, and when a decision has not the shape that was declared.
    fn decide(&mut self, rows: &RecordBatch) -> Result<Decisions, BoxError>;

    /// The table of [`decide`](Self::decide).
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    fn decide_batch(&mut self, rows: &RecordBatch) -> Result<RecordBatch, BoxError> {
        Ok(self.decide(rows)?.table)
    }

    /// What its rows ask for.
    fn intent(&self) -> Intent;

    /// How its trades end by themselves.
    fn exits(&self) -> SideExits;

    /// The instruments that it trades, its own alone if it declared none.
    fn legs(&self) -> &[Leg];

    /// How much history its first decision needs.
    fn lookback(&self) -> Lookback;

    /// Takes artifacts from `source` from now on, instead of from files.
    fn take_artifacts_from(&mut self, source: Box<dyn Artifacts>);

    /// What the strategy wants said about the rows so far; see [`Strategy::remarks`].
    fn remarks(&self) -> Vec<String>;

    /// Rows decided on by artifacts that flatter; see [`Strategy::in_sample_rows`].
    fn in_sample_rows(&self) -> Option<u64>;
}

/// A strategy that is being run, with what the framework does for it: time goes forward, weights have
/// the declared shape, the artifact of a month is there before the month's first row.
pub struct Opened<S> {
    strategy: S,
    intent: Intent,
    exits: SideExits,
    legs: Vec<Leg>,
    /// Whether the strategy declared its legs: then its weights are columns.
    declared: bool,
    lookback: Lookback,
    /// Whether the strategy decides with an artifact a month.
    has_artifacts: bool,
    artifacts: Box<dyn Artifacts>,
    /// The month whose artifact the strategy has.
    month: Option<YearMonth>,
    /// The last row decided on, µs UTC.
    last: Option<i64>,
}

impl<S: Strategy> Opened<S> {
    /// The strategy of `config`, opened for `subject`.
    ///
    /// # Errors
    /// When the configuration is not a usable one.
    pub fn of(config: S::Config, subject: &Subject) -> Result<Self, S::Error> {
        let (intent, lookback) = (S::intent(&config), S::lookback(&config));
        let (legs, exits) = (S::legs(&config), S::exits(&config, subject)?);
        let strategy = S::new(config, subject)?;
        Ok(Self { intent, exits, lookback, ..Self::with_legs(strategy, legs) })
    }

    /// A strategy that was made by hand, with the defaults of everything that a configuration says.
    pub fn new(strategy: S) -> Self {
        Self::with_legs(strategy, Vec::new())
    }

    fn with_legs(strategy: S, legs: Vec<Leg>) -> Self {
        let declared = !legs.is_empty();
        Self {
            strategy,
            intent: Intent::default(),
            exits: SideExits::default(),
            legs: if declared { legs } else { vec![Leg::OWN] },
            declared,
            lookback: Lookback::default(),
            has_artifacts: S::HAS_ARTIFACTS,
            artifacts: Box::new(ArtifactFiles),
            month: None,
            last: None,
        }
    }

    /// Decides on rows, month by month where the strategy has an artifact for each.
    fn signals(&mut self, batch: &RecordBatch) -> Result<Vec<S::Signal>, BoxError> {
        let mut signals = Vec::with_capacity(batch.num_rows());
        let mut left = batch.clone();
        loop {
            let rows = Rows::new(&left)?;
            let month = rows.timestamps().first().map(|&first| YearMonth::containing_micros(first));
            let Some(month) = month.filter(|_| self.has_artifacts) else {
                signals.append(&mut self.strategy.decide(&rows).map_err(boxed::<S>)?);
                return Ok(signals);
            };
            self.supply(month)?;
            let next = month.plus_months(1).start().timestamp_micros();
            let count = rows.timestamps().partition_point(|&timestamp| timestamp < next);
            // Months end with the year 2999; whatever lies beyond is one.
            let count = if count == 0 { rows.len() } else { count };
            let of_month = left.slice(0, count);
            let rows = Rows::new(&of_month)?;
            signals.append(&mut self.strategy.decide(&rows).map_err(boxed::<S>)?);
            left = left.slice(count, left.num_rows() - count);
            if left.num_rows() == 0 {
                return Ok(signals);
            }
        }
    }

    /// Gives the strategy the artifact of `month`, once; one that is missing is looked for again.
    fn supply(&mut self, month: YearMonth) -> Result<(), BoxError> {
        if self.month == Some(month) {
            return Ok(());
        }
        let path = self.strategy.artifact(month).map_err(boxed::<S>)?;
        let bytes = self.artifacts.of_month(month, &path)?;
        self.strategy.adopt(month, bytes.as_deref()).map_err(boxed::<S>)?;
        self.month = bytes.is_some().then_some(month);
        Ok(())
    }

    /// The weights of the legs, row by row, checked.
    fn weights(&self, rows: &Rows<'_>, signals: &[S::Signal]) -> Result<Vec<f64>, ShapeError> {
        let legs = self.legs.len();
        let mut weights = Vec::with_capacity(signals.len() * legs);
        for (row, signal) in signals.iter().enumerate() {
            let start = weights.len();
            weights.extend((0..legs).map(|leg| signal.weight(leg)));
            shape::check(&weights[start..], signal.side()).map_err(|fault| ShapeError {
                row,
                timestamp: rows.timestamps()[row],
                fault,
            })?;
        }
        Ok(weights)
    }

    /// Refuses rows that were decided on before, or that come too late.
    fn follows(&self, rows: &Rows<'_>) -> Result<(), RowsError> {
        match (self.last, rows.timestamps().first()) {
            (Some(last), Some(&first)) if first <= last => {
                Err(RowsError::NotLater { timestamp: first, last })
            }
            _ => Ok(()),
        }
    }
}

impl<S: Strategy> ErasedStrategy for Opened<S> {
    fn remarks(&self) -> Vec<String> {
        self.strategy.remarks()
    }

    fn in_sample_rows(&self) -> Option<u64> {
        self.strategy.in_sample_rows()
    }

    fn intent(&self) -> Intent {
        self.intent
    }

    fn exits(&self) -> SideExits {
        self.exits
    }

    fn legs(&self) -> &[Leg] {
        &self.legs
    }

    fn lookback(&self) -> Lookback {
        self.lookback
    }

    fn take_artifacts_from(&mut self, source: Box<dyn Artifacts>) {
        self.artifacts = source;
        self.month = None;
    }

    fn decide(&mut self, batch: &RecordBatch) -> Result<Decisions, BoxError> {
        let rows = Rows::new(batch)?;
        self.follows(&rows)?;
        let signals = self.signals(batch)?;
        if signals.len() != rows.len() {
            return Err(format!(
                "strategy `{}` gave {} decisions for {} rows: it must give one a row",
                S::NAME,
                signals.len(),
                rows.len()
            )
            .into());
        }
        self.last = rows.timestamps().last().copied().or(self.last);
        let weights = self.weights(&rows, &signals)?;
        let timestamps = batch
            .column_by_name("timestamp")
            .map(|values| SignalColumn { name: "timestamp", values: values.clone() });
        // The strategy's own columns may hold nulls in some batches and none in others; the schema
        // is the same for all, or they would not fit into one file.
        let own =
            S::Signal::columns(&signals).into_iter().map(|c| (c.name.to_owned(), c.values, true));
        let signal = side_column(&signals);
        let columns = timestamps
            .into_iter()
            .map(|c| (c.name.to_owned(), c.values, false))
            .chain(own)
            .chain([(signal.name.to_owned(), signal.values, false)])
            .chain(self.targets(&weights));
        let table = RecordBatch::try_from_iter_with_nullable(columns)?;
        let outlooks = signals.iter().map(SignalType::outlook).collect();
        Ok(Decisions { table, weights, outlooks })
    }
}

impl<S> Opened<S> {
    /// The columns `target` and `target@dataset` of a strategy that declared its legs.
    fn targets(&self, weights: &[f64]) -> Vec<(String, ArrayRef, bool)> {
        let legs = self.legs.iter().enumerate().filter(|_| self.declared);
        legs.map(|(index, leg)| {
            let values = weights.iter().skip(index).step_by(self.legs.len()).copied();
            let values: ArrayRef = Arc::new(values.collect::<Float64Array>());
            (leg.column(), values, false)
        })
        .collect()
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
        let mut strategy =
            Opened::<Above>::of(default_config().unwrap(), &Subject::default()).unwrap();
        let out = strategy.decide_batch(&rows()).unwrap();
        let names: Vec<_> = out.schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names, ["timestamp", "distance", "signal"]);
        assert_eq!(out.column(1).as_primitive::<Float64Type>().values(), &[-0.25, 0.25]);
        assert_eq!(out.column(2).as_primitive::<Int8Type>().values(), &[0, 1]);
    }

    #[test]
    fn a_decision_short_is_an_error() {
        let mut strategy = Opened::new(Above { threshold: 0.5, drop_last: true });
        let error = strategy.decide_batch(&rows()).unwrap_err().to_string();
        assert!(error.contains("`above` gave 1 decisions for 2 rows"), "{error}");
    }
    #[test]
    fn rows_given_twice_or_out_of_order_are_refused() {
        let mut strategy = Opened::new(Above { threshold: 0.5, drop_last: false });
        strategy.decide_batch(&rows().slice(0, 1)).unwrap();
        let error = strategy.decide_batch(&rows()).unwrap_err();
        let wanted = RowsError::NotLater { timestamp: 1, last: 1 };
        assert_eq!(error.downcast_ref::<RowsError>(), Some(&wanted));
        strategy.decide_batch(&rows().slice(1, 1)).unwrap();
    }
}
