//! Time of fits and predictions. `cargo bench -p calibration`.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented public function")]
#![allow(clippy::unwrap_used, reason = "a benchmark of an error would measure nothing")]

use std::hint::black_box;

use calibration::{Calibrator, IsotonicCalibrator, LabelledScores, PlattOptions, PlattScaling};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array1;

/// Hours in a year, and what a year of half-minute candles would be.
const SIZES: [u32; 2] = [8_760, 1_000_000];

/// Scores of a rare event and labels that follow them loosely, without a random generator: the
/// golden ratio's multiples are spread evenly.
fn data(n: u32) -> (Array1<f64>, Array1<bool>) {
    let uniform = |i: u32, ratio: f64| (f64::from(i) * ratio).fract();
    let scores: Array1<f64> = (0..n).map(|i| uniform(i, 0.618_033_988_749_895).powi(2)).collect();
    let labels = (0..n)
        .map(|i| uniform(i, 0.414_213_562_373_095) < 0.05 + 0.4 * scores[i as usize])
        .collect();
    (scores, labels)
}

fn fits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit");
    group.sample_size(10);
    for n in SIZES {
        let (scores, labels) = data(n);
        let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
        group.throughput(Throughput::Elements(u64::from(n)));
        group.bench_function(BenchmarkId::new("platt", n), |bencher| {
            bencher.iter(|| PlattScaling::fit(black_box(&rows), &PlattOptions::default()).unwrap());
        });
        group.bench_function(BenchmarkId::new("isotonic", n), |bencher| {
            bencher.iter(|| IsotonicCalibrator::fit(black_box(&rows)).unwrap());
        });
        // All hits below all misses: everything is pooled into one block, from the middle on.
        let ascending: Array1<f64> = (0..n).map(|i| f64::from(i) / f64::from(n)).collect();
        let descending: Array1<bool> = (0..n).map(|i| i < n / 2).collect();
        let rows = LabelledScores::new(ascending.view(), descending.view()).unwrap();
        group.bench_function(BenchmarkId::new("isotonic, all violated", n), |bencher| {
            bencher.iter(|| IsotonicCalibrator::fit(black_box(&rows)).unwrap());
        });
    }
}

fn predictions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("predict_into");
    group.sample_size(20);
    let (scores, labels) = data(SIZES[1]);
    let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
    let calibrators = [
        Calibrator::from(PlattScaling::fit(&rows, &PlattOptions::default()).unwrap().model),
        IsotonicCalibrator::fit(&rows).unwrap().into(),
    ];
    let scores = scores.to_vec();
    group.throughput(Throughput::Elements(u64::from(SIZES[1])));
    for calibrator in calibrators {
        group.bench_function(BenchmarkId::new(calibrator.method().as_str(), SIZES[1]), |bencher| {
            bencher.iter_batched_ref(
                || vec![0.0; scores.len()],
                |out| calibrator.predict_into(black_box(&scores), out).unwrap(),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group!(benches, fits, predictions);
criterion_main!(benches);
