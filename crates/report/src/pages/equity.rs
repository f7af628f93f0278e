//! Months and drawdowns of an equity curve.

use crate::number::change;
use crate::pages::{Backtest, EquityPoint};
use crate::time::civil;
use crate::{Axis, Figure, Heat};

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

/// The `most` deepest falls, each from its peak until that is reached again.
pub(crate) fn worst(equity: &[EquityPoint], most: usize) -> Vec<Fall> {
    let mut falls = Vec::new();
    let mut peak = equity.first().map(|p| p.time);
    let mut open: Option<Fall> = None;
    for point in equity {
        if point.drawdown >= 0.0 {
            if let Some(fall) = open.take() {
                falls.push(Fall { recovered: Some(point.time), ..fall });
            }
            peak = Some(point.time);
        } else {
            let fall = open.get_or_insert(Fall {
                depth: 0.0,
                peak: peak.unwrap_or(point.time),
                bottom: point.time,
                recovered: None,
            });
            if point.drawdown < fall.depth {
                (fall.depth, fall.bottom) = (point.drawdown, point.time);
            }
        }
    }
    falls.extend(open);
    falls.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    falls.truncate(most);
    falls
}

fn year_month(seconds: i64) -> (i64, u8) {
    let (year, month, _) = civil(seconds.div_euclid(86_400));
    (year, month)
}

/// The last row of each month.
pub(crate) fn month_ends(equity: &[EquityPoint]) -> Vec<EquityPoint> {
    let groups = equity.chunk_by(|a, b| year_month(a.time) == year_month(b.time));
    groups.filter_map(|group| group.last().copied()).collect()
}

/// Return of every month by year.
pub(crate) fn months(page: &Backtest) -> Figure {
    let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    let (mut before, mut year_start) = (page.capital, page.capital);
    for point in month_ends(&page.equity) {
        let (year, month) = year_month(point.time);
        if rows.last().is_none_or(|(name, _)| *name != year.to_string()) {
            rows.push((year.to_string(), vec![None; 13]));
            year_start = before;
        }
        if let Some((_, values)) = rows.last_mut() {
            values[usize::from(month) - 1] = Some(point.equity / before - 1.0);
            values[12] = Some(point.equity / year_start - 1.0);
        }
        before = point.equity;
    }
    let columns = (1..=12).map(|month| format!("{month:02}")).chain(["year".to_owned()]).collect();
    let scale = Heat::scale_of(
        &rows.iter().map(|(n, v)| (n.clone(), v[..12].to_vec())).collect::<Vec<_>>(),
        0.0,
    );
    let total = page.equity.last().map(|last| last.equity / page.capital - 1.0);
    let heat = Heat {
        corner: "year".to_owned(),
        columns,
        rows,
        scale,
        axis: Axis::PerCent,
        decimals: 1,
        signed: true,
    };
    Figure::heat(
        "Months × years, %",
        heat,
        &format!(
            "Change of the equity from the last row of the month before; the first from the capital. In all {}.",
            change(total, 2)
        ),
    )
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
        let falls = worst(&equity, 5);
        assert_eq!(falls.len(), 2);
        assert_eq!((falls[0].peak, falls[0].bottom, falls[0].recovered), (4, 5, None));
        assert_eq!((falls[1].peak, falls[1].bottom, falls[1].recovered), (0, 1, Some(3)));
        assert!((falls[0].depth + 0.5).abs() < 1e-12);
    }
}
