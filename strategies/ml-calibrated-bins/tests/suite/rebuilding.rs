//! From a window's rows to bins.

use std::collections::BTreeMap;

use binning::{BinMetadata, BinPayoffs};
use labeling::TradeEnds;
use ml_calibrated_bins::Settings;
use strategy_core::Side;

use crate::window::{HOUR, made, month, naive, numbers, start};

#[test]
fn a_month_is_made_of_the_twelve_months_before_it() {
    for (metadata, [from, to]) in
        made().bins.iter().zip([["2024-10", "2025-10"], ["2024-11", "2025-11"]])
    {
        let parts = metadata.parts();
        assert_eq!(metadata.bin_month(), month(to));
        assert_eq!(parts.cal_window_start, month(from).start());
        assert_eq!(parts.cal_window_end, month(to).start());
        let rows = made().rows(metadata);
        assert_eq!(parts.cal_rows, rows.len());
        assert!(rows.len() > 5_000, "{}", rows.len());
        assert!(rows.timestamps[0] >= start(from));
        // The label of a row is known 24 candles after the close of its own.
        let last = rows.timestamps.last().unwrap() + 25 * HOUR;
        assert!(last <= start(to), "a label of {last} was not known at {}", start(to));
        assert!(last > start(to) - 3 * HOUR, "labels that were known are missing");
    }
}

#[test]
fn slope_and_intercept_are_the_minimum_of_the_penalised_log_loss() {
    for metadata in &made().bins {
        let (slope, intercept, _) = numbers(metadata);
        let rows = made().rows(metadata);
        let (mut by_slope, mut by_intercept) = (slope, 0.0);
        for (score, hit) in rows.scores.iter().zip(&rows.labels) {
            let x = (score / (1.0 - score)).ln();
            let error = 1.0 / (1.0 + (-(slope * x + intercept)).exp()) - f64::from(u8::from(*hit));
            by_slope += error * x;
            by_intercept += error;
        }
        assert!(by_slope.abs() < 1e-6 && by_intercept.abs() < 1e-6, "{by_slope} {by_intercept}");
    }
}

#[test]
fn edges_are_the_twentieths_of_the_calibrated_values() {
    for metadata in &made().bins {
        let rows = made().rows(metadata);
        let mut values: Vec<f64> =
            rows.scores.iter().map(|&score| naive(metadata, score).0).collect();
        values.sort_by(f64::total_cmp);
        let (.., edges) = numbers(metadata);
        assert_eq!(edges.len(), 19);
        for (k, edge) in edges.iter().enumerate() {
            let twentieths = (k + 1) * (values.len() - 1);
            let (below, part) = (twentieths / 20, (twentieths % 20) as f64 / 20.0);
            let wanted = values[below] + part * (values[below + 1] - values[below]);
            assert!((edge - wanted).abs() < 1e-12, "edge {k}: {edge}, wanted {wanted}");
        }
    }
}

#[test]
fn diagnostics_are_those_of_the_rows() {
    for metadata in &made().bins {
        let rows = made().rows(metadata);
        let n = rows.labels.len() as f64;
        let of = |row: usize| f64::from(u8::from(rows.labels[row]));
        let brier = |p: &dyn Fn(f64) -> f64| {
            let squares = rows.scores.iter().enumerate().map(|(row, &s)| (p(s) - of(row)).powi(2));
            squares.sum::<f64>() / n
        };
        let found = &metadata.parts().diagnostics;
        assert!((found.base_rate - (0..rows.labels.len()).map(of).sum::<f64>() / n).abs() < 1e-12);
        assert!((found.brier_before - brier(&|score| score)).abs() < 1e-12);
        assert!((found.brier_after - brier(&|score| naive(metadata, score).0)).abs() < 1e-12);
        assert!(found.brier_after < found.brier_before);
    }
}

/// Number, sum and length of the trades of a bin and side; sums of each calendar block; and the average
/// uniqueness of each trade among all rows.
#[derive(Default)]
struct Tally {
    n: u64,
    sum: f64,
    duration: u64,
    blocks: BTreeMap<i64, (f64, f64)>,
    unique: f64,
}

#[test]
fn payoffs_are_those_of_out_of_sample_rows_by_bin_and_side() {
    let inputs = &made().inputs;
    let candles = inputs.candles.as_ref().unwrap();
    let trades = candles.trades.as_ref().unwrap();
    let by_time: BTreeMap<i64, TradeEnds> = candles
        .timestamps
        .iter()
        .zip(trades)
        .filter_map(|(time, trade)| Some((*time, (*trade)?)))
        .collect();
    let horizon = 24 * HOUR;
    for metadata in &made().bins {
        let rows = made().rows(metadata);
        let traded: Vec<(i64, u16, TradeEnds)> = (0..rows.scores.len())
            .filter(|&row| rows.out_of_sample[row])
            .filter_map(|row| {
                let time = rows.timestamps[row];
                Some((time, metadata.score(rows.scores[row]).unwrap().q_bin, *by_time.get(&time)?))
            })
            .collect();
        let payoffs = metadata.parts().payoffs.as_ref().unwrap();
        assert_eq!(payoffs.rows, traded.len() as u64);
        for (side, found) in [(Side::Long, &payoffs.long), (Side::Short, &payoffs.short)] {
            let of = |ends: &TradeEnds| if side == Side::Long { ends.long } else { ends.short };
            let first = traded[0].0;
            let hour = |time: i64| usize::try_from((time - first) / HOUR).unwrap();
            let mut open = vec![0_u32; hour(traded.last().unwrap().0) + 30];
            for (time, _, ends) in &traded {
                let from = hour(*time);
                open[from..from + of(ends).rows as usize].iter_mut().for_each(|open| *open += 1);
            }
            let mut wanted: Vec<Tally> = (0..20).map(|_| Tally::default()).collect();
            for (time, q_bin, ends) in &traded {
                let (trade, tally) = (of(ends), &mut wanted[usize::from(*q_bin) - 1]);
                let block = tally.blocks.entry(time.div_euclid(horizon)).or_default();
                tally.n += 1;
                tally.sum += trade.payoff;
                tally.duration += u64::from(trade.rows);
                *block = (block.0 + trade.payoff, block.1 + 1.0);
                let span = &open[hour(*time)..hour(*time) + trade.rows as usize];
                let shares = span.iter().map(|open| 1.0 / f64::from(*open));
                tally.unique += shares.sum::<f64>() / span.len() as f64;
            }
            for (bin, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                agree(found, wanted, &format!("bin {} of {side:?}", bin + 1));
            }
        }
    }
}

fn agree(found: &BinPayoffs, wanted: &Tally, place: &str) {
    let total = found.total();
    assert_eq!((total.n, total.duration), (wanted.n, wanted.duration), "{place}");
    assert!((total.sum - wanted.sum).abs() < 1e-9, "{place}: {} {}", total.sum, wanted.sum);
    let mean = wanted.sum / wanted.n as f64;
    let squares: f64 = wanted.blocks.values().map(|(sum, n)| (sum - mean * n).powi(2)).sum();
    assert!((found.block_squares - squares).abs() < 1e-9, "{place}: {}", found.block_squares);
    assert!((found.effective_n - wanted.unique).abs() < 1e-6, "{place}: {}", found.effective_n);
}

/// Only the months that were loaded differ in their rows, so bins of one are not those of the other.
#[test]
fn months_have_bins_of_their_own() {
    let [october, november]: &[BinMetadata; 2] = &made().bins;
    assert_ne!(numbers(october), numbers(november));
    assert_eq!(Settings::default().n_bins.get(), 20);
}
