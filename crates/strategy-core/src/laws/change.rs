//! Other values for the rows after some point: plausible or extreme, always valid.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow::compute::take;
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};

use crate::splitmix::SplitMix64;
use crate::{Column, Input};

/// How the rows after some point are changed.
///
/// A candle stays one: its four prices are multiplied by the same factor. Scores stay in [0, 1],
/// timestamps ascend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The same rows in another order, under their old timestamps.
    Shuffled,
    /// The last row before them, repeated.
    Repeated,
    /// Prices and volumes a tenth higher, scores `1 − y_pred`, funding of the other sign.
    Mirrored,
    /// Prices and volumes a thousandfold and a thousandth in turn, scores 1 and 0, funding ±5 %.
    Extreme,
    /// The same rows a day later.
    Delayed,
}

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

impl Change {
    pub(super) const ALL: [Self; 5] =
        [Self::Shuffled, Self::Repeated, Self::Mirrored, Self::Extreme, Self::Delayed];

    /// `rows` with other values from row `from` (at least 1) on.
    pub(super) fn applied(self, rows: &RecordBatch, from: usize, seed: u64) -> RecordBatch {
        let order = self.order(rows.num_rows(), from, seed);
        let columns =
            rows.schema_ref().fields().iter().zip(rows.columns()).map(|(field, column)| {
                if field.name() == "timestamp" {
                    return self.timestamps(column, from);
                }
                match (&order, Input::from_str(field.name())) {
                    (Some(order), _) => {
                        take(column, order, None).unwrap_or_else(|_| Arc::clone(column))
                    }
                    (None, Ok(input)) => self.values(column, input.column, from),
                    (None, Err(_)) => Arc::clone(column),
                }
            });
        // Only a column that cannot be null and became so would fail; none does.
        RecordBatch::try_new(rows.schema(), columns.collect()).unwrap_or_else(|_| rows.clone())
    }

    /// Which old row stands in each row, for the changes that move rows.
    fn order(self, rows: usize, from: usize, seed: u64) -> Option<UInt64Array> {
        let mut order: Vec<u64> = (0..rows as u64).collect();
        match self {
            Self::Shuffled => {
                let mut random = SplitMix64::new(seed ^ from as u64);
                let later = &mut order[from..];
                for last in (1..later.len()).rev() {
                    later.swap(last, random.below(last + 1));
                }
            }
            Self::Repeated => {
                let last = from as u64 - 1;
                order[from..].fill(last);
            }
            Self::Mirrored | Self::Extreme | Self::Delayed => return None,
        }
        Some(UInt64Array::from(order))
    }

    fn timestamps(self, column: &ArrayRef, from: usize) -> ArrayRef {
        let Some(old) = column.as_primitive_opt::<TimestampMicrosecondType>() else {
            return Arc::clone(column);
        };
        // At the end of the representable time there is no later.
        let room = old.values().last().is_some_and(|last| last.checked_add(DAY).is_some());
        if self != Self::Delayed || !room {
            return Arc::clone(column);
        }
        let mut times = old.values().to_vec();
        times[from..].iter_mut().for_each(|time| *time += DAY);
        let times = TimestampMicrosecondArray::from(times);
        Arc::new(times.with_data_type(old.data_type().clone()))
    }

    fn values(self, column: &ArrayRef, kind: Column, from: usize) -> ArrayRef {
        let Some(old) = column.as_primitive_opt::<Float64Type>() else {
            return Arc::clone(column);
        };
        let change = |(row, value): (usize, f64)| {
            if row < from { value } else { self.value(kind, value, row) }
        };
        let values = old.values().iter().copied().enumerate().map(change).collect::<Vec<_>>();
        Arc::new(Float64Array::new(values.into(), old.nulls().cloned()))
    }

    fn value(self, kind: Column, value: f64, row: usize) -> f64 {
        let even = row.is_multiple_of(2);
        match (self, kind) {
            (Self::Mirrored, Column::Prediction) => 1.0 - value,
            (Self::Mirrored, Column::FundingRate | Column::FundingPaid) => -value,
            (Self::Mirrored, _) => value * 1.1,
            (Self::Extreme, Column::Prediction) => f64::from(u8::from(even)),
            (Self::Extreme, Column::FundingRate | Column::FundingPaid) => {
                if even {
                    0.05
                } else {
                    -0.05
                }
            }
            (Self::Extreme, _) => value * if even { 1e3 } else { 1e-3 },
            (Self::Shuffled | Self::Repeated | Self::Delayed, _) => value,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Shuffled => "the same rows shuffled",
            Self::Repeated => "the row before, repeated",
            Self::Mirrored => "prices a tenth higher, scores and funding mirrored",
            Self::Extreme => "extreme values",
            Self::Delayed => "the same rows a day later",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::Rows;

    fn rows() -> RecordBatch {
        let column = |values: &[f64]| Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
        RecordBatch::try_from_iter([
            (
                "timestamp",
                Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 3, 4, 5])) as ArrayRef,
            ),
            ("high", column(&[2.0, 3.0, 4.0, 5.0, 6.0])),
            ("low", column(&[1.0, 2.0, 3.0, 4.0, 5.0])),
            ("y_pred", column(&[0.1, 0.2, 0.3, 0.4, 0.9])),
            ("high@other", column(&[2.0, 3.0, 4.0, 5.0, 6.0])),
        ])
        .unwrap()
    }

    #[test]
    fn earlier_rows_stay_later_ones_change_and_all_are_valid() {
        let old = rows();
        for (change, from) in Change::ALL.into_iter().flat_map(|c| (1..=4).map(move |k| (c, k))) {
            let new = change.applied(&old, from, 7);
            assert_eq!(new.slice(0, from), old.slice(0, from), "{change}");
            // Few rows may be shuffled into their old order.
            assert!(new != old || (change == Change::Shuffled && from > 1), "{change} from {from}");
            let rows = Rows::new(&new).unwrap();
            let column = |name: &str| rows.column(&name.parse().unwrap()).unwrap();
            let candles = column("high").iter().zip(column("low"));
            assert!(candles.into_iter().all(|(high, low)| high >= low && *low > 0.0), "{change}");
            assert!(column("y_pred").iter().all(|p| (0.0..=1.0).contains(p)), "{change}");
            assert_eq!(column("high"), column("high@other"), "{change}");
        }
    }
}
