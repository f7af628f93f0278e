//! What the trades from a window's rows paid.

use binning::{BinEdges, PayoffRow, Payoffs};
use chrono::TimeDelta;
use labeling::TradeEnds;
use scored_labels::{Inputs, WindowRows, micros};
use strategy_core::YearMonth;

use crate::BinsError;

/// The payoffs of the window's out-of-sample rows, whose calibrated values are `p_cal`; `None` where
/// there are no candles, or none that could be traded by the target's rule.
pub(crate) fn payoffs(
    inputs: &Inputs,
    month: YearMonth,
    rows: &WindowRows,
    p_cal: &[f64],
    edges: &BinEdges,
) -> Result<Option<Payoffs>, BinsError> {
    let (Some(candles), Some(horizon)) = (&inputs.candles, inputs.labels.horizon) else {
        return Ok(None);
    };
    let Some(trades) = candles.trades.as_deref().ok().filter(|trades| !trades.is_empty()) else {
        return Ok(None);
    };
    let binning = |source| BinsError::Binning { month, source };
    let mut q_bin = vec![0; p_cal.len()];
    edges.assign_into(p_cal, &mut q_bin).map_err(binning)?;
    let counted = traded(&candles.timestamps, trades, rows, inputs.interval, horizon);
    let with_bins: Vec<PayoffRow> =
        counted.map(|(row, payoff)| PayoffRow { q_bin: q_bin[row], ..payoff }).collect();
    Payoffs::over(&with_bins, edges.n_bins().get()).map(Some).map_err(binning)
}

/// The out-of-sample rows whose trades are known, each with its number among `rows`.
fn traded(
    candles: &[i64],
    trades: &[Option<TradeEnds>],
    rows: &WindowRows,
    interval: TimeDelta,
    horizon: TimeDelta,
) -> impl Iterator<Item = (usize, PayoffRow)> {
    let first = rows.timestamps.first().copied().unwrap_or_default();
    let (interval, horizon) = (micros(interval).max(1), micros(horizon).max(1));
    let mut next = 0;
    rows.timestamps.iter().enumerate().filter_map(move |(row, &timestamp)| {
        while candles.get(next).is_some_and(|&candle| candle < timestamp) {
            next += 1;
        }
        let here = candles.get(next) == Some(&timestamp);
        if !here || !rows.out_of_sample[row] {
            return None;
        }
        let ends = trades.get(next).copied().flatten()?;
        let position = timestamp.abs_diff(first) / interval.unsigned_abs();
        Some((row, PayoffRow { position, block: timestamp.div_euclid(horizon), q_bin: 0, ends }))
    })
}
