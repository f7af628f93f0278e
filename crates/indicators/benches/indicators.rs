//! Every indicator: a million updates in a loop, and single ones as a live feed makes them. The goal is
//! below 50 ns an update.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "criterion's macros write undocumented items; a benchmark fails by panicking"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use indicators::{Indicator, IndicatorError, batch};

#[path = "../tests/suite/catalogue.rs"]
#[allow(dead_code, reason = "outputs are not looked at here")]
mod catalogue;

use catalogue::{ALL, Numbers, Series, Visitor, visit};

const ROWS: u32 = 1_000_000;

/// A random walk on a tick of 0.1, from a linear congruential generator (Knuth's constants).
fn random_walk() -> Series {
    let mut state = 7_u64;
    let mut noise = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX) - 0.5
    };
    let tick = |price: f64| (price * 10.0).round() / 10.0;
    let mut series = Series::default();
    let mut price = 30_000.0_f64;
    for _ in 0..ROWS {
        let open = price;
        price = tick(open * (0.003 * noise()).exp());
        series.high.push(tick(open.max(price) * (1.0 + 0.001 * noise().abs())));
        series.low.push(tick(open.min(price) / (1.0 + 0.001 * noise().abs())));
        series.close.push(price);
        series.other.push(price * (1.0 + 0.01 * noise()));
    }
    series
}

struct Batch<'a> {
    criterion: &'a mut Criterion,
    id: BenchmarkId,
}

impl Visitor for Batch<'_> {
    type Output = ();

    fn visit<I>(self, indicator: I, rows: &[I::Input])
    where
        I: Indicator<Output: Numbers> + Clone,
    {
        let mut group = self.criterion.benchmark_group("a million candles");
        group.throughput(Throughput::Elements(u64::from(ROWS))).sample_size(20);
        group.bench_function(self.id, |bencher| {
            bencher
                .iter(|| batch(&mut indicator.clone(), black_box(rows).iter().copied()).unwrap());
        });
        group.finish();
    }
}

struct Update<'a> {
    criterion: &'a mut Criterion,
    id: BenchmarkId,
}

impl Visitor for Update<'_> {
    type Output = ();

    fn visit<I>(self, mut indicator: I, rows: &[I::Input])
    where
        I: Indicator,
    {
        let mut feed = rows.iter().copied().cycle();
        self.criterion.benchmark_group("an update").bench_function(self.id, |bencher| {
            bencher.iter(|| black_box(call(&mut indicator, feed.next().unwrap())).unwrap());
        });
    }
}

/// Not inlined: a live feed's calls come one by one.
#[inline(never)]
fn call<I: Indicator>(
    indicator: &mut I,
    input: I::Input,
) -> Result<Option<I::Output>, IndicatorError> {
    indicator.update(input)
}

fn bench(criterion: &mut Criterion) {
    let series = random_walk();
    for (name, parameters) in ALL {
        let id = || BenchmarkId::new(*name, format!("{parameters:?}"));
        let batch = Batch { criterion: &mut *criterion, id: id() };
        visit(name, parameters, &series, batch).unwrap();
        let update = Update { criterion: &mut *criterion, id: id() };
        visit(name, parameters, &series, update).unwrap();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
