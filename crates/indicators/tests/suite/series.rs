//! Series for property tests.

use proptest::prelude::*;

use crate::catalogue::Series;

/// Candles as they come: moves, flat stretches and gaps; closes within low to high. Prices are whole
/// 64ths, so that sums and differences of them are exact.
pub(crate) fn series(rows: std::ops::Range<usize>) -> impl Strategy<Value = Series> {
    let step = prop_oneof![6 => -200..=200, 2 => Just(0), 1 => -4_000..=4_000];
    let row = (step, 0..=128, -320..=320).prop_map(|(step, wick, other): (i32, i32, i32)| {
        [step, wick, other].map(|ticks| f64::from(ticks) / 64.0)
    });
    proptest::collection::vec(row, rows).prop_map(|rows| {
        let mut series = Series::default();
        let mut close = 100.0_f64;
        for [step, wick, other] in rows {
            // An hour without a trade has a candle without height.
            let wick = if step == 0.0 { 0.0 } else { wick };
            let open = close;
            close += step;
            series.high.push(open.max(close) + wick);
            series.low.push(open.min(close) - wick);
            series.close.push(close);
            series.other.push(close + other);
        }
        series
    })
}

/// The same candles, every price put through a rising function.
pub(crate) fn mapped(series: &Series, price: impl Fn(f64) -> f64) -> Series {
    let column = |values: &[f64]| values.iter().map(|&value| price(value)).collect();
    Series {
        high: column(&series.high),
        low: column(&series.low),
        close: column(&series.close),
        other: column(&series.other),
    }
}
