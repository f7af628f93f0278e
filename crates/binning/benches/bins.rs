//! Making edges of a million values and putting a million values into 20 bins.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros; a bench fails by panicking"
)]

use std::hint::black_box;

use binning::{BinCount, BinEdges, score_into};
use calibration::{Calibrator, PlattScaling};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const ROWS: u32 = 1_000_000;

/// Numbers in [0, 1) in no order: multiples of the golden ratio.
fn values() -> Vec<f64> {
    (0..ROWS).map(|row| (f64::from(row) * 0.618_033_988_749_894_9).fract()).collect()
}

fn bins(c: &mut Criterion) {
    let values = values();
    let mut group = c.benchmark_group("bins");
    group.throughput(Throughput::Elements(ROWS.into())).sample_size(20);

    group.bench_function("quantile edges, 20 bins", |b| {
        b.iter(|| BinEdges::quantiles(black_box(&values), BinCount::default()).unwrap());
    });
    group.bench_function("sorting, for comparison", |b| {
        b.iter(|| {
            let mut sorted = black_box(&values).clone();
            sorted.sort_unstable_by(f64::total_cmp);
            sorted
        });
    });
    for count in [20, 64, 1000] {
        let edges = BinEdges::quantiles(&values, BinCount::try_from(count).unwrap()).unwrap();
        let mut assigned = vec![0; values.len()];
        group.bench_function(format!("assign, {count} bins"), |b| {
            b.iter(|| edges.assign_into(black_box(&values), &mut assigned).unwrap());
        });
    }
    let calibrator = Calibrator::from(PlattScaling::new(0.8, -0.3).unwrap());
    let edges = BinEdges::quantiles(&values, BinCount::default()).unwrap();
    let (mut p_cal, mut q_bin) = (vec![0.0; values.len()], vec![0; values.len()]);
    group.bench_function("score: calibrate and assign, 20 bins", |b| {
        b.iter(|| {
            score_into(&calibrator, &edges, black_box(&values), &mut p_cal, &mut q_bin).unwrap();
        });
    });
    group.finish();
}

criterion_group!(benches, bins);
criterion_main!(benches);
