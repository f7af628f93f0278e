//! What must hold of performance and resamples, for any data.

use proptest::prelude::*;
use statistics::{
    DayEnds, EquityCurve, Performance, PerformanceSettings, Resampling, TrackRecorder,
    block_length, circular_bootstrap, drawdowns, sharpe_ratio, sortino_ratio, stationary_bootstrap,
};

const HOUR: i64 = 3_600_000_000;

/// Hourly returns of up to 60 days, some hours missing.
fn curve() -> impl Strategy<Value = (Vec<i64>, Vec<f64>)> {
    prop::collection::vec((1_i64..5, -0.05..0.05_f64), 40..800).prop_map(|rows| {
        let (mut time, mut equity) = (0, 1000.0);
        rows.into_iter()
            .map(|(hours, r)| {
                time += hours * HOUR;
                equity *= 1.0 + r;
                (time, equity)
            })
            .unzip()
    })
}

fn in_pool<T: Send>(threads: usize, of: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(of)
}

proptest! {
    #[test]
    fn days_multiply_to_the_whole((times, equity) in curve()) {
        let curve = EquityCurve::new(&times, &equity, 1000.0).unwrap();
        let days = curve.days().unwrap();
        let growth: f64 = days.iter().map(|day| day.growth).product();
        prop_assert!((growth - 1.0 - curve.total_return()).abs() < 1e-12);
        let dates: std::collections::BTreeSet<i64> = times.iter().map(|t| t / (24 * HOUR)).collect();
        prop_assert_eq!(days.len(), dates.len());
        for day in &days {
            prop_assert!(day.low <= day.growth.min(1.0) && day.growth.max(1.0) <= day.high);
            prop_assert!(day.drawdown <= 0.0 && curve.max_drawdown() <= day.drawdown);
        }
    }

    /// However the rows are cut into stretches, and with the last row told again.
    #[test]
    fn what_is_taken_down_on_the_way_is_what_the_curve_says(
        (times, equity) in curve(),
        lengths in prop::collection::vec(1..40_usize, 1..50),
        again in prop::option::of(500.0..1500.0_f64),
    ) {
        let days = DayEnds::of(&times).unwrap();
        let mut record = TrackRecorder::new(&days, 1000.0).unwrap();
        let mut left = &equity[..];
        for length in lengths.into_iter().cycle() {
            let (rows, rest) = left.split_at(length.min(left.len()));
            let range = rows.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &e| {
                [low.min(e), high.max(e)]
            });
            record.stretch(rows.len(), range, |row| rows[row]);
            left = rest;
            if left.is_empty() {
                break;
            }
        }
        let mut equity = equity;
        if let Some(again) = again {
            *equity.last_mut().unwrap() = again;
            record.row(again);
        }
        let (found, curve) = (record.finish().unwrap(), EquityCurve::new(&times, &equity, 1000.0).unwrap());
        prop_assert_eq!(found.returns, curve.daily_returns().unwrap());
        prop_assert_eq!(found.total_return, curve.total_return());
        prop_assert_eq!(found.max_drawdown, curve.max_drawdown());
    }

    #[test]
    fn the_deepest_drawdown_is_that_of_all_pairs((times, equity) in curve()) {
        let curve = EquityCurve::new(&times, &equity, 1000.0).unwrap();
        let mut wanted: f64 = 0.0;
        for (row, &low) in equity.iter().enumerate() {
            let peak = equity[..row].iter().fold(1000.0, |a: f64, &b| a.max(b));
            wanted = wanted.min(low / peak - 1.0);
        }
        prop_assert_eq!(curve.max_drawdown(), wanted);
        let falls = drawdowns(&curve);
        let deepest = falls.iter().map(|fall| fall.depth).fold(0.0, f64::min);
        prop_assert_eq!(deepest, wanted);
        let mut end = 0;
        for fall in &falls {
            prop_assert!(fall.depth < 0.0 && fall.trough_row >= end);
            prop_assert_eq!(times[fall.trough_row], fall.trough);
            end = fall.recovery_row.unwrap_or(times.len());
            prop_assert_eq!(fall.rows, end - fall.peak_row.map_or(0, |row| row + 1));
        }
    }

    /// Twice the stake is twice the return and twice the risk; the capital's unit does not matter.
    #[test]
    fn ratios_know_no_scale(returns in prop::collection::vec(-0.05..0.05_f64, 5..50)) {
        let twice: Vec<f64> = returns.iter().map(|r| 2.0 * r).collect();
        for ratio in [sharpe_ratio, sortino_ratio] {
            if let (Ok(one), Ok(two)) = (ratio(&returns, 365.0), ratio(&twice, 365.0)) {
                prop_assert!((one - two).abs() <= 1e-12 * one.abs().max(1.0));
            }
        }
    }

    #[test]
    fn intervals_have_the_same_bits_with_any_number_of_threads((times, equity) in curve(), seed: u64) {
        let curve = EquityCurve::new(&times, &equity, 1000.0).unwrap();
        let resampling = Resampling { resamples: 50, confidence: 0.9, seed };
        let settings = PerformanceSettings { min_days: 0, resampling };
        let one = in_pool(1, || Performance::of(&curve, &settings).unwrap());
        for threads in [2, 7] {
            let more = in_pool(threads, || Performance::of(&curve, &settings).unwrap());
            prop_assert_eq!(&one, &more);
        }
    }

    #[test]
    fn block_lengths_know_no_scale(x in prop::collection::vec(-1.0..1.0_f64, 20..200)) {
        let Ok(found) = block_length(&x) else { return Ok(()) };
        let scaled: Vec<f64> = x.iter().map(|x| 3.0 - 4.0 * x).collect();
        let scaled = block_length(&scaled).unwrap();
        prop_assert!((found.stationary - scaled.stationary).abs() < 1e-6 * found.stationary.max(1.0));
        let n = x.len() as f64;
        prop_assert!(found.stationary >= 0.0 && found.circular <= (3.0 * n.sqrt()).min(n / 3.0).ceil());
    }

    #[test]
    fn circular_blocks_are_whole_but_the_last(rows in 2_usize..60, share in 0.01..0.5_f64, seed: u64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of rows")]
        let block = ((rows as f64 * share) as usize).max(1);
        for order in circular_bootstrap(rows, block, 5, seed, <[usize]>::to_vec).unwrap() {
            prop_assert_eq!(order.len(), rows);
            for places in order.chunks(block) {
                for pair in places.windows(2) {
                    prop_assert_eq!(pair[1], (pair[0] + 1) % rows);
                }
            }
        }
    }
}

/// Blocks have the mean length asked for, and every row is as likely as another.
#[test]
fn stationary_blocks_have_their_mean_length() {
    let (rows, mean_block) = (500, 8.0);
    let orders = stationary_bootstrap(rows, mean_block, 2000, 3, <[usize]>::to_vec).unwrap();
    let mut counts = vec![0_u32; rows];
    let mut jumps = 0_u32;
    for order in &orders {
        for &row in order {
            counts[row] += 1;
        }
        jumps +=
            u32::try_from(order.windows(2).filter(|p| p[1] != (p[0] + 1) % rows).count()).unwrap();
    }
    // A jump lands on the next row one time in 500.
    let expected = 2000.0 * 499.0 / mean_block * (1.0 - 1.0 / 500.0);
    assert!((f64::from(jumps) / expected - 1.0).abs() < 0.01, "{jumps}, expected {expected}");
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(*least > 1500 && *most < 2500, "{least} to {most}, expected 2000");
}

/// An autoregressive series of correlation 0.7, whose mean is 0: intervals of independent rows hold it
/// far too rarely, those of blocks as long as the series asks for nearly as often as they say.
#[test]
fn automatic_blocks_cover_where_single_rows_do_not() {
    let resampling = Resampling { resamples: 200, confidence: 0.9, seed: 1 };
    let mut generator = statistics::SplitMix64::new(17);
    let mut shock = || {
        // Irwin–Hall: nearly normal, variance 1.
        (0..12).map(|_| (generator.next_bits() >> 11) as f64 / 2.0_f64.powi(53)).sum::<f64>() - 6.0
    };
    let (mut alone, mut blocks) = (0, 0);
    for _ in 0..200 {
        let mut last = 0.0;
        let x: Vec<f64> = (0..400)
            .map(|_| {
                last = 0.7 * last + shock();
                last
            })
            .collect();
        let mean = |order: &[usize]| order.iter().map(|&row| x[row]).sum::<f64>() / 400.0;
        let holds = |length: f64| {
            let interval = resampling.stationary(400, length, mean).unwrap();
            i32::from(interval.lower <= 0.0 && 0.0 <= interval.upper)
        };
        alone += holds(1.0);
        blocks += holds(block_length(&x).unwrap().stationary);
    }
    assert!(alone < 130 && blocks > 160, "{alone} and {blocks} of 200");
}
