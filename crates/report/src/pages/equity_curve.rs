//! Equity curves of any length: what a page shows of one, gathered in one pass.

use crate::pages::at;
use crate::path::Thinned;
use crate::time::{civil, month_start};

/// A row's equity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EquityPoint {
    /// When.
    pub time: i64,
    /// Equity, in money.
    pub equity: f64,
    /// Distance below the highest equity so far, ≤ 0.
    pub drawdown: f64,
    /// Notional held, long and short, as a share of equity.
    pub gross_exposure: f64,
}

/// What is shown of a curve: its size does not grow with the rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EquityCurve {
    pub(crate) rows: u64,
    pub(crate) equity: Vec<(f64, f64)>,
    pub(crate) drawdown: Vec<(f64, f64)>,
    pub(crate) exposure: Vec<(f64, f64)>,
    /// The last row of each month.
    pub(crate) month_ends: Vec<EquityPoint>,
    /// The deepest falls, the deepest first.
    pub(crate) falls: Vec<Fall>,
    /// Rows with a position.
    pub(crate) exposed: u64,
    /// Sum of all rows' exposures.
    pub(crate) sum_of_exposures: f64,
}

/// How many falls are told.
const FALLS: usize = 5;

/// So many rows are kept as they are: three years of hours.
const KEPT: usize = 32_768;

/// Stretches of time that more rows are kept in, of each the lowest and the highest row: some ten for each that a
/// page draws.
const STRETCHES: usize = 4_096;

impl EquityCurve {
    /// The curve of `rows`, which are in order of time; `point` reads one.
    pub fn of<T>(rows: &[T], point: impl Fn(&T) -> EquityPoint) -> Self {
        let thinned = || thinned(rows, |row| point(row).time);
        let (mut equity, mut drawdown, mut exposure) = (thinned(), thinned(), thinned());
        let (mut months, mut falls) = (Months::default(), Falls::default());
        let (mut exposed, mut sum_of_exposures) = (0, 0.0);
        for row in rows {
            let point = point(row);
            let x = at(point.time);
            equity.push((x, point.equity));
            drawdown.push((x, point.drawdown));
            exposure.push((x, point.gross_exposure));
            months.push(&point);
            falls.push(&point);
            exposed += u64::from(point.gross_exposure > 0.0);
            sum_of_exposures += point.gross_exposure;
        }
        Self {
            rows: rows.len() as u64,
            equity: equity.finish(),
            drawdown: drawdown.finish(),
            exposure: exposure.finish(),
            month_ends: months.finish(),
            falls: falls.deepest(),
            exposed,
            sum_of_exposures,
        }
    }

    /// The equity alone, for a curve that others are compared with.
    pub fn line<T>(rows: &[T], point: impl Fn(&T) -> EquityPoint) -> Self {
        let mut equity = thinned(rows, |row| point(row).time);
        let mut months = Months::default();
        for row in rows {
            let point = point(row);
            equity.push((at(point.time), point.equity));
            months.push(&point);
        }
        let rows = rows.len() as u64;
        Self { rows, equity: equity.finish(), month_ends: months.finish(), ..Self::default() }
    }
}

/// The last rows of months so far.
#[derive(Debug, Default)]
struct Months {
    ends: Vec<EquityPoint>,
    last: Option<EquityPoint>,
    /// When the last row's month ends.
    until: i64,
}

impl Months {
    fn push(&mut self, point: &EquityPoint) {
        if self.last.is_none() || point.time >= self.until {
            self.ends.extend(self.last);
            let (year, month) = year_month(point.time);
            self.until = month_start(year, i64::from(month) + 1) * 86_400;
        }
        self.last = Some(*point);
    }

    fn finish(mut self) -> Vec<EquityPoint> {
        self.ends.extend(self.last);
        self.ends
    }
}

/// The area between the equity under both tie rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TieBand {
    pub(crate) lower: Vec<(f64, f64)>,
    pub(crate) upper: Vec<(f64, f64)>,
}

impl TieBand {
    /// The band between two accounts over the same rows; `point` reads time and equity of one.
    pub fn between<T>(one: &[T], other: &[T], point: impl Fn(&T) -> (i64, f64)) -> Self {
        let one = &one[..one.len().min(other.len())];
        let thinned = || thinned(one, |row| point(row).0);
        let (mut lower, mut upper) = (thinned(), thinned());
        for (a, b) in one.iter().zip(other) {
            let ((time, a), (_, b)) = (point(a), point(b));
            lower.push((at(time), a.min(b)));
            upper.push((at(time), a.max(b)));
        }
        Self { lower: lower.finish(), upper: upper.finish() }
    }
}

/// Room for the points of `rows`.
fn thinned<T>(rows: &[T], time: impl Fn(&T) -> i64) -> Thinned {
    let ends = rows.first().zip(rows.last());
    let span = ends.map_or((0.0, 0.0), |(first, last)| (at(time(first)), at(time(last))));
    Thinned::over(rows.len(), span, if rows.len() <= KEPT { KEPT / 2 } else { STRETCHES })
}

/// A fall from a highest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fall {
    /// Its depth, negative.
    pub(crate) depth: f64,
    /// The row of the highest value before it.
    pub(crate) peak: i64,
    /// The row of its lowest value.
    pub(crate) bottom: i64,
    /// The row that reached the peak again.
    pub(crate) recovered: Option<i64>,
}

/// The deepest falls so far, each from its peak until that is reached again.
#[derive(Debug, Default)]
struct Falls {
    found: Vec<Fall>,
    peak: Option<i64>,
    open: Option<Fall>,
}

impl Falls {
    fn push(&mut self, point: &EquityPoint) {
        let peak = *self.peak.get_or_insert(point.time);
        if point.drawdown >= 0.0 {
            if let Some(fall) = self.open.take() {
                self.found.push(Fall { recovered: Some(point.time), ..fall });
                if self.found.len() > 100 * FALLS {
                    self.sort();
                }
            }
            self.peak = Some(point.time);
            return;
        }
        let fresh = Fall { depth: 0.0, peak, bottom: point.time, recovered: None };
        let fall = self.open.get_or_insert(fresh);
        if point.drawdown < fall.depth {
            (fall.depth, fall.bottom) = (point.drawdown, point.time);
        }
    }

    fn sort(&mut self) {
        self.found.sort_by(|a, b| a.depth.total_cmp(&b.depth));
        self.found.truncate(FALLS);
    }

    fn deepest(mut self) -> Vec<Fall> {
        self.found.extend(self.open);
        self.sort();
        self.found
    }
}

pub(crate) fn year_month(seconds: i64) -> (i64, u8) {
    let (year, month, _) = civil(seconds.div_euclid(86_400));
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_are_counted_from_peak_to_recovery() {
        let path = [1.0, 0.9, 0.95, 1.0, 1.1, 0.55, 0.6];
        let mut high = 1.0_f64;
        let point = |(k, equity): (usize, f64)| {
            high = high.max(equity);
            let time = i64::try_from(k).unwrap_or(0);
            EquityPoint { time, equity, drawdown: equity / high - 1.0, gross_exposure: 0.0 }
        };
        let equity: Vec<_> = path.into_iter().enumerate().map(point).collect();
        let falls = EquityCurve::of(&equity, |point| *point).falls;
        assert_eq!(falls.len(), 2);
        assert_eq!((falls[0].peak, falls[0].bottom, falls[0].recovered), (4, 5, None));
        assert_eq!((falls[1].peak, falls[1].bottom, falls[1].recovered), (0, 1, Some(3)));
        assert!((falls[0].depth + 0.5).abs() < 1e-12);
    }

    #[test]
    fn many_rows_keep_their_extremes_their_months_and_their_worst_falls() {
        let mut high = 0.0_f64;
        let point = |k: i64| {
            let spike = if k == 123_456 { 900.0 } else { 0.0 };
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let equity = 1_000.0 + (k * 7_919 % 977) as f64 - spike;
            high = high.max(equity);
            let drawdown = equity / high - 1.0;
            EquityPoint { time: k * 60, equity, drawdown, gross_exposure: 0.5 }
        };
        let rows: Vec<EquityPoint> = (0..200_000).map(point).collect();
        let curve = EquityCurve::of(&rows, |row| *row);
        let lowest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::MAX, f64::min);
        let of_rows = rows.iter().map(|row| row.drawdown).fold(f64::MAX, f64::min);
        assert!(curve.equity.len() <= 2 * STRETCHES + 3);
        assert_eq!(lowest(&curve.drawdown), of_rows);
        assert_eq!((curve.falls.len(), curve.falls[0].depth), (FALLS, of_rows));
        assert_eq!(curve.falls[0].bottom, 123_456 * 60);
        let days: Vec<i64> = curve.month_ends.iter().map(|row| row.time / 86_400 + 1).collect();
        assert_eq!(days, [31, 59, 90, 120, 139]);
        assert_eq!((curve.rows, curve.exposed), (200_000, 200_000));
        assert_eq!(
            TieBand::between(&rows, &rows, |row| (row.time, row.equity)).lower,
            curve.equity
        );
    }
}
