//! Fits that a plain Newton method gets wrong.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a failing unwrap is a failing test; the generator keeps the upper bits on purpose"
)]

use ndarray::{Array1, ArrayView1};

use super::objective::Objective;
use super::*;
use statistics::SplitMix64;

use crate::Result;

/// Uniform in `[0, 1]`.
struct Uniform(SplitMix64);

impl Uniform {
    fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    fn next(&mut self) -> f64 {
        f64::from((self.0.next_bits() >> 32) as u32) / f64::from(u32::MAX)
    }
}

fn fit_with(
    scores: &[f64],
    labels: &[bool],
    weights: Option<&[f64]>,
    options: &PlattOptions,
) -> Result<PlattFit> {
    let rows = LabelledScores::new(ArrayView1::from(scores), ArrayView1::from(labels)).unwrap();
    let rows = match weights {
        Some(weights) => rows.with_weights(ArrayView1::from(weights)).unwrap(),
        None => rows,
    };
    PlattScaling::fit(&rows, options)
}

fn fit(scores: &[f64], labels: &[bool], c: f64) -> PlattFit {
    fit_with(scores, labels, None, &PlattOptions { c, ..Default::default() }).unwrap()
}

#[test]
fn equal_scores_give_the_base_rate() {
    let fit =
        fit(&[0.3; 10], &[true, false, false, false, true, false, false, false, false, true], 1.0);
    assert!(fit.model.slope().abs() < 1e-12);
    assert!((fit.model.intercept() - (3.0_f64 / 7.0).ln()).abs() < 1e-12);
}

#[test]
fn one_row_of_each_label() {
    for c in [1e-6, 1.0, 1e6, 1e12] {
        let fit = fit(&[0.2, 0.8], &[false, true], c);
        assert!(fit.model.slope() > 0.0, "C = {c}");
        assert!(fit.model.intercept().abs() < 1e-9, "C = {c}: symmetric");
    }
}

#[test]
fn complete_separation() {
    let scores: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    for border in [0.015, 0.5, 0.985] {
        for hits_are_high in [true, false] {
            let labels: Vec<bool> = scores.iter().map(|&p| (p > border) == hits_are_high).collect();
            let mut last = 0.0;
            for c in [1e-3, 1.0, 1e3, 1e6, 1e12, 1e100, 1e300] {
                let slope = fit(&scores, &labels, c).model.slope();
                let slope = if hits_are_high { slope } else { -slope };
                // Beyond, the tolerance is met, and iterations run out, far below the optimum.
                let ordered = if c <= 1e12 { slope > last } else { slope >= last };
                assert!(ordered, "slope {slope} at C = {c} after {last}");
                last = slope;
            }
        }
    }
}

#[test]
fn almost_separable_where_full_newton_steps_diverge() {
    // One miss among the hits, far out, and extreme scores.
    let scores = [1e-12, 1e-9, 1e-6, 0.4, 0.6, 1.0 - 1e-6, 1.0 - 1e-9, 1.0];
    let labels = [false, false, true, false, true, true, false, true];
    for c in [1e-2, 1.0, 1e4, 1e12] {
        assert!(fit(&scores, &labels, c).iterations < 50, "C = {c}");
    }
}

#[test]
fn weights_over_many_magnitudes() {
    let mut uniform = Uniform::new(7);
    let scores: Vec<f64> = (0..500).map(|_| uniform.next()).collect();
    let labels: Vec<bool> = scores.iter().map(|&p| uniform.next() < p * p).collect();
    for spread in [3, 30, 150, 280] {
        let weights: Vec<f64> = (0..500)
            .map(|_| 10_f64.powf(f64::from(spread) * (2.0 * uniform.next() - 1.0)))
            .collect();
        let total: f64 = weights.iter().sum();
        let fit = fit_with(&scores, &labels, Some(&weights), &PlattOptions::default()).unwrap();
        assert!(fit.gradient_norm <= GRADIENT_TOLERANCE * total, "spread {spread}");
    }
}

#[test]
fn a_common_factor_of_weights_and_penalty_changes_nothing() {
    let (scores, labels) = ([0.1, 0.3, 0.35, 0.8, 0.9], [false, true, false, true, true]);
    let wanted = fit(&scores, &labels, 1.0).model;
    for factor in [1e-200, 1e-8, 1e8, 1e200] {
        let options = PlattOptions { c: 1.0 / factor, ..Default::default() };
        let model = fit_with(&scores, &labels, Some(&[factor; 5]), &options).unwrap().model;
        assert!((model.slope() - wanted.slope()).abs() < 1e-12, "{factor}");
        assert!((model.intercept() - wanted.intercept()).abs() < 1e-12, "{factor}");
    }
}

#[test]
fn a_million_rows_in_any_order() {
    let n = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };
    let mut uniform = Uniform::new(3);
    let scores: Vec<f64> = (0..n).map(|_| uniform.next().powi(3)).collect();
    let labels: Vec<bool> = scores.iter().map(|&p| uniform.next() < 0.2 + 0.3 * p).collect();
    let forward = fit(&scores, &labels, 1.0);
    let (scores, labels): (Vec<f64>, Vec<bool>) = scores.into_iter().zip(labels).rev().unzip();
    let backward = fit(&scores, &labels, 1.0);
    assert!((forward.model.slope() - backward.model.slope()).abs() < 1e-12);
    assert!((forward.model.intercept() - backward.model.intercept()).abs() < 1e-12);
    // Far below the tolerance: polished.
    assert!(forward.gradient_norm < 1e-13 * f64::from(n), "{:e}", forward.gradient_norm);
}

#[test]
fn too_few_iterations_is_an_error_with_the_gradient() {
    let (scores, labels) = ([0.1, 0.3, 0.35, 0.8, 0.9], [false, true, false, true, true]);
    for max_iterations in [0, 1] {
        let options = PlattOptions { max_iterations, ..Default::default() };
        let error = fit_with(&scores, &labels, None, &options).unwrap_err();
        let CalibrationError::NotConverged { iterations, gradient_norm, wanted, .. } = error else {
            unreachable!("{error}");
        };
        assert_eq!(iterations, max_iterations);
        assert!(gradient_norm > wanted && gradient_norm.is_finite());
        assert_eq!(wanted, 5e-10);
    }
}

/// Scores ever closer together, and no penalty to speak of: the slope of the optimum grows to some
/// 1e13, and the gradient with respect to it is within the tolerance long before.
#[test]
fn all_but_equal_scores_are_fitted_or_refused() {
    let labels = [false, true, false, false, true, false, true, true];
    let options = PlattOptions { c: 1e100, ..Default::default() };
    for exponent in -14..-2 {
        let distance = 10_f64.powi(exponent);
        let scores: Vec<f64> = (0..8).map(|i| 0.1 + f64::from(i) * distance).collect();
        match fit_with(&scores, &labels, None, &options) {
            Ok(fit) => assert!((fit.objective - 4.74).abs() < 0.01, "{distance:e}: {fit:?}"),
            Err(CalibrationError::NotConverged { .. }) => assert!(exponent < -4, "{distance:e}"),
            Err(error) => unreachable!("{error}"),
        }
    }
}

#[test]
fn refuses_a_penalty_without_inverse() {
    for c in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        let options = PlattOptions { c, ..Default::default() };
        let error = fit_with(&[0.2, 0.8], &[true, false], None, &options).unwrap_err();
        assert!(matches!(error, CalibrationError::InvalidPenalty { .. }), "{c}");
    }
}

#[test]
fn derivatives_are_those_of_the_objective() {
    let scores = Array1::from(vec![0.05, 0.1, 0.2, 0.4, 0.45, 0.99]);
    let labels = Array1::from(vec![false, true, false, false, true, true]);
    let weights = Array1::from(vec![1.0, 0.5, 2.0, 0.1, 1.0, 3.0]);
    let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
    let objective = Objective::new(&rows.with_weights(weights.view()).unwrap(), 0.7);
    let at = objective.evaluate(0.8, -0.3);
    let step = at.newton_step();
    // Along the Newton step the derivative is minus the decrement, and differences of the cost
    // and of the derivative give the first and second derivative.
    assert!((at.derivative_along(&step) + step.decrement).abs() < 1e-14);
    let h = 1e-4;
    let (ahead, behind) =
        (objective.evaluate_along(&at, &step, h), objective.evaluate_along(&at, &step, -h));
    let first = (ahead.cost - behind.cost) / (2.0 * h);
    let second = (ahead.derivative_along(&step) - behind.derivative_along(&step)) / (2.0 * h);
    assert!((first + step.decrement).abs() < 1e-8, "{first} {}", step.decrement);
    assert!((second - step.decrement).abs() < 1e-7, "{second} {}", step.decrement);
}
