//! Times under water.

use serde::{Deserialize, Serialize};

use super::EquityCurve;

/// Equity below its high: from the high through the low to the row that reaches the high again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawdown {
    /// The lowest equity over the high, minus 1: negative.
    pub depth: f64,
    /// The row of the high, from 0; none where it is the capital.
    pub peak_row: Option<usize>,
    /// Time of the high, in microseconds since 1970, UTC; none where it is the capital.
    pub peak: Option<i64>,
    /// The row of the low, from 0: the first of several.
    pub trough_row: usize,
    /// Time of the low.
    pub trough: i64,
    /// The first row at the high again, from 0; none where that has not happened.
    pub recovery_row: Option<usize>,
    /// Its time.
    pub recovery: Option<i64>,
    /// Rows below the high.
    pub rows: usize,
}

/// Every fall of equity below an earlier high, the capital included, in order of time. They do not
/// overlap: one ends where the high is reached again, or with the last row.
///
/// ```
/// use statistics::{EquityCurve, drawdowns};
///
/// let times = [0, 1, 2, 3, 4];
/// let curve = EquityCurve::new(&times, &[90.0, 100.0, 120.0, 60.0, 80.0], 100.0)?;
/// let falls = drawdowns(&curve);
/// assert_eq!(falls.len(), 2);
/// assert_eq!((falls[0].peak, falls[0].trough, falls[0].recovery), (None, 0, Some(1)));
/// assert_eq!((falls[1].depth, falls[1].peak, falls[1].recovery), (-0.5, Some(2), None));
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
#[must_use]
pub fn drawdowns(curve: &EquityCurve<'_>) -> Vec<Drawdown> {
    let times = curve.times();
    let mut all = Vec::new();
    let (mut peak, mut peak_row) = (curve.capital(), None);
    let mut open: Option<(Drawdown, f64)> = None;
    for (row, &equity) in curve.equity().iter().enumerate() {
        if equity >= peak {
            if let Some((fall, _)) = open.take() {
                all.push(Drawdown { recovery_row: Some(row), recovery: Some(times[row]), ..fall });
            }
            (peak, peak_row) = (equity, Some(row));
            continue;
        }
        let (fall, low) = open.get_or_insert_with(|| {
            let fall = Drawdown {
                depth: 0.0,
                peak_row,
                peak: peak_row.map(|row| times[row]),
                trough_row: row,
                trough: times[row],
                recovery_row: None,
                recovery: None,
                rows: 0,
            };
            (fall, f64::INFINITY)
        });
        fall.rows += 1;
        if equity < *low {
            *low = equity;
            (fall.depth, fall.trough_row, fall.trough) = (equity / peak - 1.0, row, times[row]);
        }
    }
    all.extend(open.map(|(fall, _)| fall));
    all
}
