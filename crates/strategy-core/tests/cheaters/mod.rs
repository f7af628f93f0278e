//! Strategies that break a law on purpose, and honest ones that look as if they did.

pub(crate) mod cheats;
pub(crate) mod honest;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use strategy_core::{
    Column, Input, Lookback, NoCommands, Rows, RowsError, Side, SignalColumn, SignalType, Strategy,
};
use thiserror::Error;

/// All that the strategies of these tests differ in: from closes to values, long where positive.
pub(crate) trait FromCloses: Default + 'static {
    const NAME: &'static str;

    /// What it declares as its lookback.
    const LOOKBACK: Lookback = Lookback { rows: 0, unbounded: false };

    /// The weight of its one leg; by default the side's.
    fn weight(value: f64) -> f64 {
        if value > 0.0 { 1.0 } else { 0.0 }
    }

    /// One value for each of `close`, whose candles opened at `timestamps`.
    fn values(&mut self, timestamps: &[i64], close: &[f64]) -> Result<Vec<f64>, Refusal>;
}

/// It as a [`Strategy`].
pub(crate) struct Run<C>(C);

#[derive(Debug, clap::Args)]
pub(crate) struct Nothing {}

pub(crate) struct Value(f64, fn(f64) -> f64);

#[derive(Debug, Error)]
pub(crate) enum Refusal {
    #[error("the rows cannot be read")]
    Rows(#[from] RowsError),
    #[error("`{0}` is refused")]
    Refused(f64),
}

impl SignalType for Value {
    fn side(&self) -> Side {
        if self.0 > 0.0 { Side::Long } else { Side::NoSignal }
    }

    fn weight(&self, _: usize) -> f64 {
        self.1(self.0)
    }

    fn columns(values: &[Self]) -> Vec<SignalColumn> {
        let values = Float64Array::from_iter_values(values.iter().map(|value| value.0));
        vec![SignalColumn::new("value", values)]
    }
}

impl<C: FromCloses> Strategy for Run<C> {
    const NAME: &'static str = C::NAME;
    const ABOUT: &'static str = "Made to be caught";
    type Config = Nothing;
    type Signal = Value;
    type Command = NoCommands;
    type Error = Refusal;

    fn inputs(_: &Nothing) -> Vec<Input> {
        vec![Input::of(Column::Close)]
    }

    fn lookback(_: &Nothing) -> Lookback {
        C::LOOKBACK
    }

    fn new(_: Nothing, _: &strategy_core::Subject) -> Result<Self, Refusal> {
        Ok(Self(C::default()))
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Value>, Refusal> {
        let close = rows.column(&Input::of(Column::Close))?;
        Ok(self
            .0
            .values(rows.timestamps(), close)?
            .into_iter()
            .map(|v| Value(v, C::weight))
            .collect())
    }
}

/// An hour in microseconds.
pub(crate) const HOUR: i64 = 3_600_000_000;

/// Hourly rows from 2025-11-01 with these closes.
pub(crate) fn rows(close: &[f64]) -> RecordBatch {
    let times = (0_i64..).take(close.len()).map(|hour| 1_761_955_200_000_000 + hour * HOUR);
    let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(times));
    let close: ArrayRef = Arc::new(Float64Array::from(close.to_vec()));
    RecordBatch::try_from_iter([("timestamp", times), ("close", close)]).unwrap()
}

/// A wavy series of closes without a pattern that a cut could hit.
pub(crate) fn waves(rows: u32) -> Vec<f64> {
    (0..rows).map(|row| 100.0 + 10.0 * (f64::from(row) * 0.7).sin() + f64::from(row % 5)).collect()
}
