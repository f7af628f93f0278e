//! Time of the statistics that judge probabilities. `cargo bench -p calibration --bench evaluate`.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented public function")]
#![allow(clippy::unwrap_used, reason = "a benchmark of an error would measure nothing")]

use std::hint::black_box;

use calibration::{auc, calibration_line};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// Hours in four years.
const ROWS: u32 = 35_000;

/// Scores of a rare event and labels that follow them loosely; see `fit.rs`.
fn data() -> (Vec<f64>, Vec<bool>) {
    let uniform = |i: u32, ratio: f64| (f64::from(i) * ratio).fract();
    let scores: Vec<f64> = (0..ROWS).map(|i| uniform(i, 0.618_033_988_749_895).powi(2)).collect();
    let labels = (0..ROWS)
        .map(|i| uniform(i, 0.414_213_562_373_095) < 0.05 + 0.4 * scores[i as usize])
        .collect();
    (scores, labels)
}

fn statistics(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("evaluate");
    group.sample_size(10);
    let (scores, labels) = data();
    group.bench_function(BenchmarkId::new("auc", ROWS), |bencher| {
        bencher.iter(|| auc(black_box(&scores), &labels).unwrap());
    });
    group.bench_function(BenchmarkId::new("calibration line", ROWS), |bencher| {
        bencher.iter(|| calibration_line(black_box(&scores), &labels).unwrap());
    });
}

criterion_group!(benches, statistics);
criterion_main!(benches);
