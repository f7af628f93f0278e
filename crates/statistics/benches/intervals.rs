//! Time of orders and bootstraps. `cargo bench -p statistics`.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented public function")]
#![allow(clippy::unwrap_used, reason = "a benchmark of an error would measure nothing")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use statistics::{block_bootstrap_bins, kendall_tau_b};

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
    let mut group = criterion.benchmark_group("intervals");
    group.sample_size(10);
    let (scores, labels) = data();
    let (x, y): (Vec<f64>, Vec<f64>) =
        scores[..1000].iter().enumerate().map(|(bin, &rate)| (bin as f64, rate)).unzip();
    group.bench_function(BenchmarkId::new("kendall", x.len()), |bencher| {
        bencher.iter(|| kendall_tau_b(black_box(&x), &y).unwrap());
    });
    for n_bins in [1_u16, 20, 1000] {
        // A score stays in its bin for five hours or so.
        let bins: Vec<u16> = (0..ROWS)
            .map(|hour| 1 + u16::try_from(hour / 5 % u32::from(n_bins)).unwrap())
            .collect();
        group.bench_function(BenchmarkId::new("bootstrap of bins", n_bins), |bencher| {
            bencher.iter(|| {
                let bins = black_box(&bins);
                block_bootstrap_bins(bins, &labels, n_bins, 24, 1000, 0.95, 1).unwrap()
            });
        });
    }
}

criterion_group!(benches, statistics);
criterion_main!(benches);
