//! A year of one-minute candles at horizons of 24 candles, a day and a week. Nothing
//! walks along the horizon, but a longer one lets more entries reach their profit, and only those
//! are searched for: at 24 minutes next to none is, at a day a third. The tight barriers make a
//! search of every entry.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros write undocumented items; a benchmark fails by panicking"
)]

use std::hint::black_box;

use chrono::TimeDelta;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use labeling::{BarrierRule, CandleSeries, TiePolicy, label_candles};

const ROWS: u32 = 525_600;

/// Uniform in −0.5..0.5, from a linear congruential generator (Knuth's constants).
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    f64::from(u32::try_from(*state >> 32).unwrap()) / f64::from(u32::MAX) - 0.5
}

/// Timestamps and open, high, low, close of a random walk of 0.09 % a minute, about 65 % a year.
fn random_walk() -> (Vec<i64>, [Vec<f64>; 4]) {
    let mut state = 7;
    let mut timestamps = Vec::new();
    let mut columns = [const { Vec::new() }; 4];
    let mut price = 30_000.0;
    for minute in 0..i64::from(ROWS) {
        let open = price;
        let close = open * (0.003 * noise(&mut state)).exp();
        let wick = |state: &mut u64| 1.0 + 0.001 * noise(state).abs();
        let high = open.max(close) * wick(&mut state);
        let low = open.min(close) / wick(&mut state);
        timestamps.push(minute * 60_000_000);
        for (column, value) in columns.iter_mut().zip([open, high, low, close]) {
            column.push(value);
        }
        price = close;
    }
    (timestamps, columns)
}

fn bench(criterion: &mut Criterion) {
    let (timestamps, [open, high, low, close]) = random_walk();
    let check = || {
        CandleSeries::new(&timestamps, &open, &high, &low, &close, TimeDelta::minutes(1)).unwrap()
    };
    let series = check();

    let mut group = criterion.benchmark_group("a year of one-minute candles");
    group.throughput(Throughput::Elements(u64::from(ROWS)));
    group.bench_function("check", |bencher| bencher.iter(|| black_box(check())));
    for candles in [24, 1_440, 10_080] {
        let horizon = TimeDelta::minutes(candles);
        let rule = BarrierRule::new(0.04, 0.02, horizon, TiePolicy::Conservative).unwrap();
        group.bench_function(format!("label, horizon {candles}"), |bencher| {
            bencher.iter(|| label_candles(black_box(&series), black_box(&rule)).unwrap());
        });
    }
    let tight =
        BarrierRule::new(0.002, 0.002, TimeDelta::minutes(24), TiePolicy::Conservative).unwrap();
    group.bench_function("label, horizon 24, tight barriers", |bencher| {
        bencher.iter(|| label_candles(black_box(&series), black_box(&tight)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
