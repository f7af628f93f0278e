//! The functions against 60 digits of mpmath (`tests/golden/make_kernels.py`), and every
//! instruction set and number of threads against the plainest.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::hint::black_box;

use ndarray::ArrayView1;
use serde::Deserialize;

use super::*;
use crate::probability::{logistic, logit};
use crate::{Calibrator, IsotonicCalibrator, LabelledScores, PlattOptions, PlattScaling};
use statistics::SplitMix64;

/// Bits of the argument, bits of the nearest result, what is left in units of its last place.
type Case = (u64, u64, f64);

#[derive(Deserialize)]
struct Golden {
    exp: Vec<Case>,
    ln_1p: Vec<Case>,
    log_odds: Vec<Case>,
    logistic: Vec<Case>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../tests/golden/kernels.json")).unwrap()
}

/// No error is larger than `bound` units in the last place.
fn check(cases: &[Case], bound: f64, function: impl Fn(f64) -> f64) {
    assert!(cases.len() >= 200);
    for &(x, nearest, left) in cases {
        let (x, nearest) = (f64::from_bits(x), f64::from_bits(nearest));
        let found = function(x);
        let unit = nearest.abs().next_up() - nearest.abs();
        let error = ((found - nearest) / unit - left).abs();
        assert!(error <= bound, "{x:e}: {found:e} is {error:.3} ulp from {nearest:e}");
    }
}

#[test]
fn exponentials_are_within_an_ulp() {
    check(&golden().exp, 1.0, exp_of_non_positive);
    assert_eq!(exp_of_non_positive(-0.0), 1.0);
    for far in [-708.1, -1e10, f64::NEG_INFINITY] {
        assert_eq!(exp_of_non_positive(far), 0.0);
    }
    assert!(exp_of_non_positive(f64::NAN).is_nan());
}

#[test]
fn logarithms_are_within_their_bounds() {
    check(&golden().ln_1p, 2.5, ln_1p);
    check(&golden().log_odds, 2.0, log_odds);
    assert_eq!(log_odds(0.5), 0.0);
    assert_eq!(ln_of_ratio(1e300, 0.0, 1e-300), 2.0 * ln_of_ratio(1e300, 0.0, 1.0));
}

#[test]
fn the_logistic_function_is_within_its_bound() {
    check(&golden().logistic, 2.5, logistic);
}

/// Uniform in `[0, 1)`.
fn uniform(generator: &mut SplitMix64) -> f64 {
    (generator.next_bits() >> 11) as f64 / (1_u64 << 53) as f64
}

#[test]
fn the_standard_librarys_functions_are_close_everywhere() {
    let mut generator = SplitMix64::new(5);
    for _ in 0..200_000 {
        let p = uniform(&mut generator).max(1e-12);
        let x = 40.0 * uniform(&mut generator);
        for (found, wanted) in [
            (exp_of_non_positive(-x), (-x).exp()),
            (ln_1p(p), p.ln_1p()),
            (ln_of_ratio(p, 0.0, 1.0), p.ln()),
        ] {
            assert!((found - wanted).abs() <= 4.0 * f64::EPSILON * wanted.abs(), "{p} {x}");
        }
    }
}

/// Scores, and labels that follow them, in an odd number.
fn rows() -> (Vec<f64>, Vec<bool>) {
    let mut generator = SplitMix64::new(11);
    (0..200_003)
        .map(|_| {
            let score = uniform(&mut generator).powi(2);
            (score, uniform(&mut generator) < 0.05 + 0.4 * score)
        })
        .unzip()
}

struct Everything<'a>(&'a [f64]);

impl Loop for Everything<'_> {
    type Output = Vec<[f64; 3]>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let row = |&x: &f64| [logit(x), logistic(40.0 * x - 20.0), ln_1p(100.0 * x)];
        self.0.iter().map(row).collect()
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let (scores, _) = rows();
    let best = vectorised(Everything(&scores));
    let plain = Everything(&scores).call();
    for ((best, plain), &score) in best.iter().zip(&plain).zip(&scores) {
        // One at a time, where nothing can be made vector instructions of.
        let single = Everything(black_box(&[score])).call()[0];
        for k in 0..3 {
            assert_eq!(best[k].to_bits(), plain[k].to_bits(), "{score}");
            assert_eq!(best[k].to_bits(), single[k].to_bits(), "{score}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (scores, labels) = rows();
    let weights: Vec<f64> = scores.iter().map(|score| 0.5 + score).collect();
    let all = || {
        let rows =
            LabelledScores::new(ArrayView1::from(&scores), ArrayView1::from(&labels)).unwrap();
        let weighted = rows.with_weights(ArrayView1::from(&weights)).unwrap();
        let fits = [rows, weighted]
            .map(|rows| PlattScaling::fit(&rows, &PlattOptions::default()).unwrap());
        let isotonic = IsotonicCalibrator::fit(&rows).unwrap();
        let mut values = vec![0.0; scores.len()];
        Calibrator::from(fits[0].model).predict_into(&scores, &mut values).unwrap();
        (format!("{fits:?}"), isotonic, values)
    };
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let alone = pool(1).install(all);
    for threads in [2, 5] {
        assert!(alone == pool(threads).install(all), "{threads} threads");
    }
    // A row by itself, and rows in other batches.
    let calibrator = Calibrator::Isotonic(alone.1);
    let platt = Calibrator::from(
        PlattScaling::fit(
            &LabelledScores::new(ArrayView1::from(&scores), ArrayView1::from(&labels)).unwrap(),
            &PlattOptions::default(),
        )
        .unwrap()
        .model,
    );
    for calibrator in [calibrator, platt] {
        let mut whole = vec![0.0; scores.len()];
        calibrator.predict_into(&scores, &mut whole).unwrap();
        let mut parts = vec![0.0; scores.len()];
        for (scores, parts) in scores.chunks(777).zip(parts.chunks_mut(777)) {
            calibrator.predict_into(scores, parts).unwrap();
        }
        assert_eq!(whole, parts);
        for index in (0..scores.len()).step_by(97) {
            assert_eq!(whole[index], calibrator.predict_one(scores[index]).unwrap());
        }
    }
}
