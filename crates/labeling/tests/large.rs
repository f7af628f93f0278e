//! Series long enough to be labelled in chunks by several threads.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use chrono::TimeDelta;
use labeling::{
    BarrierRule, CandleSeries, LabelError, Outcome, SeriesError, TiePolicy, label_candles,
};

const MINUTE: i64 = 60_000_000;

/// Open times, open, high, low, close.
type Candles = (Vec<i64>, [Vec<f64>; 4]);

/// Uniform in −0.5..0.5, from a linear congruential generator (Knuth's constants).
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    f64::from(u32::try_from(*state >> 32).unwrap()) / f64::from(u32::MAX) - 0.5
}

/// A random walk with a gap after every `gap_every` candles.
fn candles(n: usize, gap_every: usize) -> Candles {
    let mut state = 7;
    let (mut time, mut price) = (0, 30_000.0_f64);
    let (mut times, mut columns) = (Vec::new(), [const { Vec::new() }; 4]);
    for row in 0..n {
        let open = price;
        price *= (0.003 * noise(&mut state)).exp();
        let high = open.max(price) * (1.0 + 0.001 * noise(&mut state).abs());
        let low = open.min(price) / (1.0 + 0.001 * noise(&mut state).abs());
        times.push(time);
        for (column, value) in columns.iter_mut().zip([open, high, low, price]) {
            column.push(value);
        }
        time += if row % gap_every == gap_every - 1 { 3 * MINUTE } else { MINUTE };
    }
    (times, columns)
}

fn check(candles: &Candles, rule: &BarrierRule) {
    let (times, [open, high, low, close]) = candles;
    let series = CandleSeries::new(times, open, high, low, close, TimeDelta::minutes(1)).unwrap();
    let horizon = usize::try_from(rule.horizon().num_minutes()).unwrap();
    let known_until = times[times.len() - 1];
    let expected = |entry: usize| {
        let end = times[entry] + rule.horizon().num_microseconds().unwrap();
        if end > known_until {
            return Outcome::Incomplete;
        }
        if times.get(entry + horizon) != Some(&end) {
            return Outcome::Gap;
        }
        let up = close[entry] * (1.0 + rule.take_profit());
        let down = close[entry] * (1.0 - rule.stop_loss());
        let touches = |&row: &usize| high[row] >= up || low[row] <= down;
        match (entry + 1..=entry + horizon).find(touches) {
            Some(row) if high[row] >= up && low[row] > down => Outcome::TakeProfit,
            _ => Outcome::NoTakeProfit,
        }
    };
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| label_candles(&series, rule)).unwrap();
        for (entry, &found) in found.iter().enumerate() {
            assert_eq!(found, expected(entry), "entry {entry} of {rule:?}, {threads} threads");
        }
    }
}

fn rule(u: f64, d: f64, minutes: i64) -> BarrierRule {
    BarrierRule::new(u, d, TimeDelta::minutes(minutes), TiePolicy::Conservative).unwrap()
}

#[test]
fn chunks_make_no_difference() {
    let n = 100_003;
    for gap_every in [usize::MAX, 10_007] {
        let candles = candles(n, gap_every);
        for rule in [
            rule(0.04, 0.02, 24),
            rule(0.002, 0.002, 24),
            rule(0.01, 0.02, 240),
            rule(0.02, 0.02, 1_440),
            rule(0.04, 0.02, 1_440),
            rule(0.005, 0.003, 100),
            rule(0.5, 0.1, 1),
            rule(0.001, 0.001, 1),
        ] {
            check(&candles, &rule);
        }
    }
}

#[test]
fn a_horizon_of_almost_all_candles_or_more() {
    let candles = candles(70_000, usize::MAX);
    check(&candles, &rule(0.1, 0.1, 69_999));
    check(&candles, &rule(0.1, 0.1, 70_000));
    // The time between first and last candle suffices, but there are fewer candles.
    check(&candles_with_gap_at_end(), &rule(0.01, 0.01, 70_001));
}

fn candles_with_gap_at_end() -> Candles {
    let (mut times, columns) = candles(70_000, usize::MAX);
    *times.last_mut().unwrap() += 10 * MINUTE;
    (times, columns)
}

#[test]
fn the_first_bad_candle_is_named() {
    let (times, [open, mut high, low, close]) = candles(70_000, usize::MAX);
    for bad in [69_999, 40_000, 8_192, 8_191, 0] {
        high[bad] = f64::NAN;
        let error = CandleSeries::new(&times, &open, &high, &low, &close, TimeDelta::minutes(1));
        let error = error.unwrap_err();
        assert!(
            matches!(error, LabelError::Series(SeriesError::Price { index, .. }) if index == bad),
            "{error}"
        );
    }
}

/// Flat but for candles that just touch a barrier of 1/8: one high, one low.
fn check_flat_but_for(high_at: usize, low_at: usize) {
    let flat = || vec![64.0; 64];
    let (mut high, mut low) = (flat(), flat());
    (high[high_at], low[low_at]) = (72.0, 56.0);
    let times = (0..64).map(|minute| minute * MINUTE).collect();
    let candles = (times, [flat(), high, low, flat()]);
    for horizon in 1..40 {
        check(&candles, &rule(0.125, 0.125, horizon));
    }
}

#[test]
fn touches_that_only_some_windows_of_a_group_hold() {
    check_flat_but_for(19, 32);
    check_flat_but_for(34, 33);
    check_flat_but_for(33, 33);
}
