//! The crate against scikit-learn, SciPy, statsmodels and NumPy: `golden/make_golden.py` made the
//! numbers.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing unwrap is a failing test")]

use std::collections::HashMap;

use calibration::{
    Calibrator, GRADIENT_TOLERANCE, Grouping, IsotonicCalibrator, LabelledScores, MIN_PROBABILITY,
    PlattOptions, PlattScaling, auc, brier_score, calibration_line, expected_calibration_error,
    log_loss, spiegelhalter,
};
use ndarray::ArrayView1;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    data: HashMap<String, Data>,
    platt: Vec<PlattCase>,
    isotonic: Vec<IsotonicCase>,
    diagnostics: Vec<DiagnosticsCase>,
    auc: Vec<AucCase>,
    calibration_line: Vec<LineCase>,
    spiegelhalter: Vec<SpiegelhalterCase>,
    reliability: Vec<ReliabilityCase>,
}

#[derive(Deserialize)]
struct Data {
    scores: Vec<f64>,
    labels: Vec<bool>,
    weights: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct PlattCase {
    data: String,
    c: f64,
    slope: f64,
    intercept: f64,
    objective: f64,
}

#[derive(Deserialize)]
struct IsotonicCase {
    data: String,
    x: Vec<f64>,
    y: Vec<f64>,
    at: Vec<f64>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct DiagnosticsCase {
    data: String,
    brier: f64,
    log_loss: f64,
    ece: Vec<EceCase>,
}

#[derive(Deserialize)]
struct EceCase {
    groups: usize,
    grouping: String,
    value: f64,
}

#[derive(Deserialize)]
struct AucCase {
    data: String,
    auc: f64,
}

#[derive(Deserialize)]
struct LineCase {
    data: String,
    slope: f64,
    intercept: f64,
}

#[derive(Deserialize)]
struct SpiegelhalterCase {
    data: String,
    z: f64,
    p_value: f64,
}

/// The rows of each group, their mean probability and their hit rate.
#[derive(Deserialize)]
struct ReliabilityCase {
    data: String,
    groups: usize,
    grouping: String,
    rows: Vec<f64>,
    mean_p: Vec<f64>,
    hit_rate: Vec<f64>,
}

impl Data {
    fn rows(&self) -> LabelledScores<'_> {
        let rows =
            LabelledScores::new(ArrayView1::from(&self.scores), ArrayView1::from(&self.labels))
                .unwrap();
        match &self.weights {
            Some(weights) => rows.with_weights(ArrayView1::from(weights)).unwrap(),
            None => rows,
        }
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/golden.json")).unwrap()
}

fn grouping_of(name: &str) -> Grouping {
    match name {
        "equal_width" => Grouping::EqualWidth,
        _ => Grouping::EqualMass,
    }
}

#[track_caller]
fn assert_close(found: f64, wanted: f64, tolerance: f64, what: &str) {
    let allowed = tolerance * wanted.abs().max(1.0);
    assert!((found - wanted).abs() <= allowed, "{what}: found {found}, wanted {wanted}");
}

#[test]
fn platt_is_at_the_optimum_of_scikit_learns_objective() {
    let golden = golden();
    assert!(golden.platt.len() >= 12);
    for case in &golden.platt {
        let rows = golden.data[&case.data].rows();
        let options = PlattOptions { c: case.c, ..PlattOptions::default() };
        let fit = PlattScaling::fit(&rows, &options).unwrap();
        let what = format!("{} with C = {}", case.data, case.c);
        assert_close(fit.model.slope(), case.slope, 1e-11, &what);
        assert_close(fit.model.intercept(), case.intercept, 1e-11, &what);
        assert_close(fit.objective, case.objective, 1e-12, &what);
        let total = rows.weights().map_or(rows.len() as f64, |weights| weights.sum());
        assert!(fit.gradient_norm <= GRADIENT_TOLERANCE * total, "{what}");
    }
}

#[test]
fn isotonic_has_scikit_learns_thresholds() {
    let golden = golden();
    for case in &golden.isotonic {
        let model = IsotonicCalibrator::fit(&golden.data[&case.data].rows()).unwrap();
        let what = &case.data;
        assert_eq!(model.x(), case.x, "{what}");
        assert_eq!(model.y().len(), case.y.len(), "{what}");
        for (&found, &wanted) in model.y().iter().zip(&case.y) {
            assert_close(found, wanted, 1e-14, what);
        }
        let predicted = Calibrator::from(model).predict(ArrayView1::from(&case.at)).unwrap();
        for (&found, &wanted) in predicted.iter().zip(&case.values) {
            assert_close(found, wanted, 1e-13, what);
        }
    }
}

#[test]
fn platt_values_are_the_formula() {
    let golden = golden();
    for case in &golden.platt {
        let model = PlattScaling::new(case.slope, case.intercept).unwrap();
        let scores = &golden.data[&case.data].scores;
        let values = Calibrator::from(model).predict(ArrayView1::from(scores)).unwrap();
        for (&score, &value) in scores.iter().zip(&values) {
            let p = score.clamp(MIN_PROBABILITY, 1.0 - MIN_PROBABILITY);
            // The other way to write it: odds instead of log odds.
            let odds = (p / (1.0 - p)).powf(case.slope) * case.intercept.exp();
            assert_close(value, odds / (1.0 + odds), 1e-11, &case.data);
        }
    }
}

#[test]
fn diagnostics_are_those_of_scikit_learn_and_numpy() {
    let golden = golden();
    for case in &golden.diagnostics {
        let Data { scores, labels, .. } = &golden.data[&case.data];
        assert_close(brier_score(scores, labels).unwrap(), case.brier, 1e-14, &case.data);
        assert_close(log_loss(scores, labels).unwrap(), case.log_loss, 1e-12, &case.data);
        for EceCase { groups, grouping, value } in &case.ece {
            let by = grouping_of(grouping);
            let ece = expected_calibration_error(scores, labels, *groups, by).unwrap();
            assert_close(ece, *value, 1e-14, &format!("{} {grouping} {groups}", case.data));
        }
    }
}

#[test]
fn auc_is_that_of_scikit_learn() {
    let golden = golden();
    for case in &golden.auc {
        let Data { scores, labels, .. } = &golden.data[&case.data];
        assert_close(auc(scores, labels).unwrap(), case.auc, 1e-15, &case.data);
    }
}

#[test]
fn the_calibration_line_is_that_of_statsmodels() {
    let golden = golden();
    for case in &golden.calibration_line {
        let Data { scores, labels, .. } = &golden.data[&case.data];
        let line = calibration_line(scores, labels).unwrap();
        assert_close(line.slope, case.slope, 1e-11, &case.data);
        assert_close(line.intercept, case.intercept, 1e-11, &case.data);
    }
}

#[test]
fn spiegelhalter_is_the_definition() {
    let golden = golden();
    for case in &golden.spiegelhalter {
        let Data { scores, labels, .. } = &golden.data[&case.data];
        let test = spiegelhalter(scores, labels).unwrap();
        assert_close(test.z, case.z, 1e-13, &case.data);
        // d ln p / dz is about z.
        let tolerance = 1e-13 * case.z.powi(2).max(1.0);
        assert_close(test.p_value / case.p_value, 1.0, tolerance, &case.data);
    }
}

#[test]
fn ece_is_that_of_the_groups_of_scikit_learn_and_numpy() {
    let golden = golden();
    assert!(golden.reliability.len() >= 6);
    for case in &golden.reliability {
        let Data { scores, labels, .. } = &golden.data[&case.data];
        let by = grouping_of(&case.grouping);
        let groups = case.rows.iter().zip(&case.mean_p).zip(&case.hit_rate);
        let gaps: f64 = groups.map(|((rows, p), hits)| rows * (hits - p).abs()).sum();
        let ece = expected_calibration_error(scores, labels, case.groups, by).unwrap();
        let what = format!("{} {} {}", case.data, case.grouping, case.groups);
        assert_close(ece, gaps / scores.len() as f64, 1e-14, &what);
    }
}
