//! What the public functions do not show: single resamples, and coverage.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a failing unwrap is a failing test; the generator keeps the upper bits on purpose"
)]

use serde::Deserialize;

use super::series::Tally;
use super::*;
use crate::wilson_interval;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    bins: Vec<u16>,
    labels: Vec<u8>,
    n_bins: u16,
    block: usize,
    resamples: u32,
    confidence: f64,
    seed: u64,
    first_starts: Vec<usize>,
    intervals: Vec<Option<[f64; 2]>>,
}

/// numpy's, from the same blocks: `tests/golden/make_bootstrap.py`.
#[test]
fn intervals_are_those_of_numpy() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../tests/golden/bootstrap.json")).unwrap();
    let mut without = 0;
    for case in golden.cases {
        let Case { name, bins, n_bins, block, resamples, confidence, seed, .. } = case;
        let mut generator = SplitMix64::new(seed);
        let starts: Vec<usize> =
            case.first_starts.iter().map(|_| generator.below(bins.len())).collect();
        assert_eq!(starts, case.first_starts, "{name}");

        let labels: Vec<bool> = case.labels.iter().map(|&label| label == 1).collect();
        let found =
            block_bootstrap_bins(&bins, &labels, n_bins, block, resamples, confidence, seed);
        for (index, (found, wanted)) in found.unwrap().iter().zip(&case.intervals).enumerate() {
            let Some([lower, upper]) = *wanted else {
                assert_eq!(*found, None, "{name}, bin {}", index + 1);
                without += 1;
                continue;
            };
            let found = found.unwrap();
            assert!((found.lower - lower).abs() < 1e-15, "{name}, bin {}: {found:?}", index + 1);
            assert!((found.upper - upper).abs() < 1e-15, "{name}, bin {}: {found:?}", index + 1);
        }
    }
    assert!(without > 0, "the test would not see a bin without an interval");
}

#[test]
fn blocks_go_round_and_the_last_is_cut() {
    // Rows 0 to 6; bin 2 has rows 1 and 6, hits are rows 0, 1 and 4.
    let bins = [1, 2, 1, 1, 1, 1, 2];
    let labels = [true, true, false, false, true, false, false];
    let series = Series::new(&bins, &labels, 2).unwrap();
    let rows_and_hits = |tallies: &[Tally]| -> Vec<(usize, usize)> {
        tallies.iter().map(|tally| (tally.rows(), tally.hits())).collect()
    };
    let tallies_at = |starts: &[usize]| {
        let (mut starts, mut tallies) = (starts.iter().copied(), series.no_tallies());
        series.resample(3, || starts.next().unwrap(), &mut tallies);
        assert_eq!(starts.next(), None, "three blocks for seven rows");
        rows_and_hits(&tallies)
    };
    // 0 1 2, 3 4 5, 6: the series itself.
    assert_eq!(tallies_at(&[0, 3, 6]), [(5, 2), (2, 1)]);
    // 5 6 0, 6 0 1, 4.
    assert_eq!(tallies_at(&[5, 6, 4]), [(4, 3), (3, 1)]);
    // 2 3 4, 2 3 4, 2: bin 2 is not there.
    assert_eq!(tallies_at(&[2, 2, 2]), [(7, 2), (0, 0)]);
    assert_eq!(rows_and_hits(&series.tallies()), [(5, 2), (2, 1)]);
}

#[test]
fn refuses_nonsense() {
    use StatisticsError::{
        InvalidBin, InvalidBlock, InvalidConfidence, LengthMismatch, NoRows, TooFewResamples,
    };
    let labels = [true, false, false, true, false, false];
    let bins = [1, 2, 1, 2, 1, 2];
    let error = |bins: &[u16], labels: &[bool], n_bins, block, resamples, confidence| {
        block_bootstrap_bins(bins, labels, n_bins, block, resamples, confidence, 0).unwrap_err()
    };
    assert!(matches!(error(&[], &[], 2, 2, 100, 0.9), NoRows));
    assert!(matches!(error(&bins, &[], 2, 2, 100, 0.9), LengthMismatch { name: "labels", .. }));
    for block in [0, 4, usize::MAX] {
        assert!(matches!(error(&bins, &labels, 2, block, 100, 0.9), InvalidBlock { rows: 6, .. }));
    }
    for confidence in [0.0, 1.0, 95.0, f64::NAN] {
        assert!(matches!(error(&bins, &labels, 2, 2, 100, confidence), InvalidConfidence { .. }));
    }
    assert!(matches!(
        error(&bins, &labels, 2, 2, 19, 0.9),
        TooFewResamples { resamples: 19, confidence: 0.9 }
    ));
    assert!(block_bootstrap_bins(&bins, &labels, 2, 2, 20, 0.9, 0).is_ok());
    assert!(matches!(
        error(&bins, &labels, 1, 2, 100, 0.9),
        InvalidBin { index: 1, bin: 2, n_bins: 1 }
    ));
    assert!(matches!(error(&[1, 1, 0, 1, 1, 1], &labels, 1, 2, 100, 0.9), InvalidBin { .. }));
    for label in [true, false] {
        assert_eq!(block_bootstrap_bins(&[1; 6], &[label; 6], 1, 2, 100, 0.9, 0).unwrap(), [None]);
    }
}

#[test]
fn bins_of_which_the_resamples_say_nothing_have_no_interval() {
    let n = 600;
    // Bin 2 is empty, bin 3 has hits only, bin 4 two rows side by side, bin 5 rows all over.
    let bins: Vec<u16> = (0..n)
        .map(|i| match i {
            300 | 301 => 4,
            _ if i % 50 == 7 => 3,
            _ if i % 10 == 3 => 5,
            _ => 1,
        })
        .collect();
    let labels: Vec<bool> = (0..n).map(|i| bins[i] == 3 || i % 4 == 1).collect();
    let intervals = block_bootstrap_bins(&bins, &labels, 5, 24, 400, 0.95, 5).unwrap();
    let given: Vec<bool> = intervals.iter().map(Option::is_some).collect();
    assert_eq!(given, [true, false, false, false, true]);
}

/// Labels of overlapping horizons: each hour has a shock with probability 1 − 0.7^(1/24), and the
/// label is whether the next 24 hours have one, so that the rate is 0.3. Of 300 such series of a
/// quarter's 2160 hours, Wilson's 90 % interval holds the true rate in a third or so; the bootstrap
/// is wider and does far better, the more so with longer blocks.
#[test]
fn covers_where_wilson_does_not() {
    const HORIZON: usize = 24;
    let (series, hours, truth, confidence) = (300, 2160, 0.3, 0.9);
    let shock = 1.0 - 0.7_f64.powf(1.0 / HORIZON as f64);
    let mut generator = SplitMix64::new(20_251_101);
    let mut uniform = || f64::from((generator.next_bits() >> 32) as u32) / 2.0_f64.powi(32);
    let holds = |interval: Interval| interval.lower <= truth && truth <= interval.upper;
    let width = |interval: Interval| interval.upper - interval.lower;

    let (mut wilson_held, mut held, mut narrower) = (0, [0; 2], 0);
    for seed in 0..series {
        let shocks: Vec<bool> = (0..hours + HORIZON).map(|_| uniform() < shock).collect();
        let labels: Vec<bool> =
            (0..hours).map(|hour| shocks[hour + 1..=hour + HORIZON].contains(&true)).collect();
        let hits = labels.iter().filter(|&&label| label).count();
        let wilson = wilson_interval(hits as u64, hours as u64, confidence).unwrap();
        wilson_held += u32::from(holds(wilson));
        for (held, horizons) in held.iter_mut().zip([1, 3]) {
            let block = horizons * HORIZON;
            let bins = vec![1; hours];
            let found = block_bootstrap_bins(&bins, &labels, 1, block, 200, confidence, seed);
            let interval = found.unwrap()[0].unwrap();
            *held += u32::from(holds(interval));
            narrower += u32::from(width(interval) < 1.5 * width(wilson));
        }
    }
    let share = |count: u32| f64::from(count) / f64::from(series as u32);
    assert!(share(wilson_held) < 0.5, "Wilson: {}", share(wilson_held));
    assert!(share(held[0]) > 0.75, "blocks of a horizon: {}", share(held[0]));
    assert!(share(held[1]) > 0.8, "blocks of three: {}", share(held[1]));
    assert_eq!(narrower, 0);
}
