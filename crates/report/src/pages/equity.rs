//! Months of an equity curve.

use crate::number::change;
use crate::pages::Backtest;
use crate::pages::equity_curve::year_month;
use crate::{Axis, Figure, Heat};

/// Return of every month by year.
pub(crate) fn months(page: &Backtest) -> Figure {
    let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    let (mut before, mut year_start) = (page.capital, page.capital);
    for point in &page.equity.month_ends {
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
    let total = page.equity.month_ends.last().map(|last| last.equity / page.capital - 1.0);
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
