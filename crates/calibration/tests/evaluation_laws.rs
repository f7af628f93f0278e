//! What must hold of the statistics that judge probabilities, for any data.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use calibration::{
    CalibrationError, Grouping, PlattOptions, PlattScaling, auc, brier_score, calibration_line,
    expected_calibration_error, spiegelhalter,
};
use ndarray::ArrayView1;
use proptest::prelude::*;

/// Many ties, the ends of the range, and anything between.
fn probability() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..=1.0,
        3 => (0_u32..=20).prop_map(|twentieth| f64::from(twentieth) / 20.0),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(1.0), Just(1e-300), Just(1.0 - 1e-16)],
    ]
}

/// A probability and a label for each row.
type Rows = Vec<(f64, bool)>;

/// At least one row of each label.
fn rows() -> impl Strategy<Value = Rows> {
    prop::collection::vec((probability(), any::<bool>()), 2..100).prop_map(|mut rows| {
        (rows[0].1, rows[1].1) = (true, false);
        rows
    })
}

fn rows_and_order() -> impl Strategy<Value = (Rows, Rows)> {
    rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

fn split(rows: &[(f64, bool)]) -> (Vec<f64>, Vec<bool>) {
    rows.iter().copied().unzip()
}

fn flipped(y: &[bool]) -> Vec<bool> {
    y.iter().map(|y| !y).collect()
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

fn clipped_log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-12, 1.0 - 1e-12);
    (p / (1.0 - p)).ln()
}

proptest! {
    #[test]
    fn auc_is_the_share_of_pairs_in_order((rows, shuffled) in rows_and_order()) {
        let (mut right, mut all) = (0.0, 0.0);
        for hit in rows.iter().filter(|row| row.1) {
            for miss in rows.iter().filter(|row| !row.1) {
                right += if hit.0 > miss.0 { 1.0 } else if hit.0 == miss.0 { 0.5 } else { 0.0 };
                all += 1.0;
            }
        }
        let (p, y) = split(&rows);
        let found = auc(&p, &y).unwrap();
        prop_assert_eq!(found, right / all);
        let (q, z) = split(&shuffled);
        prop_assert_eq!(found, auc(&q, &z).unwrap());
    }

    #[test]
    fn auc_sees_the_order_of_scores_only(rows in rows()) {
        let (p, y) = split(&rows);
        let found = auc(&p, &y).unwrap();
        // Dyadic, hence exact for all but the tiniest.
        let halved: Vec<f64> = p.iter().map(|p| p / 2.0).collect();
        prop_assert_eq!(found, auc(&halved, &y).unwrap());
        prop_assert!(close(found, 1.0 - auc(&p, &flipped(&y)).unwrap(), 1e-15));
    }

    /// Either the gradient of the likelihood vanishes, from its definition, or one reason why it
    /// cannot holds, from its definition.
    #[test]
    fn the_line_is_the_optimum_or_there_is_none(rows in rows()) {
        let (p, y) = split(&rows);
        let x: Vec<f64> = p.iter().map(|&p| clipped_log_odds(p)).collect();
        let of = |label: bool| x.iter().zip(&y).filter(move |row| *row.1 == label).map(|row| *row.0);
        let above = |a: bool| of(a).all(|upper| of(!a).all(|lower| upper >= lower));
        match calibration_line(&p, &y) {
            Ok(line) => {
                prop_assert!(!above(true) && !above(false));
                let (mut slope, mut intercept) = (0.0, 0.0);
                for (&x, &y) in x.iter().zip(&y) {
                    let mu = 1.0 / (1.0 + (-(line.slope * x + line.intercept)).exp());
                    let residual = mu - f64::from(u8::from(y));
                    slope += residual * x;
                    intercept += residual;
                }
                let allowed = 1.1e-10 * p.len() as f64;
                prop_assert!(slope.abs() <= allowed && intercept.abs() <= allowed, "{line:?}");
            }
            Err(CalibrationError::Constant { .. }) => prop_assert!(above(true) && above(false)),
            Err(CalibrationError::Separable { above: label, border }) => {
                prop_assert!(above(label) && p.contains(&border));
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn the_line_turns_with_the_labels((rows, shuffled) in rows_and_order()) {
        let (p, y) = split(&rows);
        let Ok(line) = calibration_line(&p, &y) else { return Ok(()) };
        // Flat optima move with the rounding of the sums.
        let tolerance = 1e-6;
        let turned = calibration_line(&p, &flipped(&y)).unwrap();
        prop_assert!(close(line.slope, -turned.slope, tolerance), "{line:?} {turned:?}");
        prop_assert!(close(line.intercept, -turned.intercept, tolerance), "{line:?} {turned:?}");
        let (q, z) = split(&shuffled);
        let shuffled = calibration_line(&q, &z).unwrap();
        prop_assert!(close(line.slope, shuffled.slope, tolerance), "{line:?} {shuffled:?}");
        prop_assert!(close(line.intercept, shuffled.intercept, tolerance));
    }

    #[test]
    fn recalibrated_along_the_line_the_line_is_straight(rows in rows()) {
        let rows: Vec<(f64, bool)> = rows.iter().map(|row| (0.1 + 0.8 * row.0, row.1)).collect();
        let (p, y) = split(&rows);
        let Ok(line) = calibration_line(&p, &y) else { return Ok(()) };
        // Steep lines end in the clip; a flat one leaves nothing to tell apart.
        prop_assume!((1e-3..10.0).contains(&line.slope.abs()));
        let model = PlattScaling::new(line.slope, line.intercept).unwrap();
        let q = calibration::Calibrator::from(model).predict(ArrayView1::from(&p)).unwrap();
        let again = calibration_line(&q.to_vec(), &y).unwrap();
        prop_assert!(close(again.slope, 1.0, 1e-6), "{again:?}");
        prop_assert!(close(again.intercept, 0.0, 1e-6), "{again:?}");
    }

    #[test]
    fn the_line_is_platt_scaling_without_penalty(rows in rows()) {
        let (p, y) = split(&rows);
        let Ok(line) = calibration_line(&p, &y) else { return Ok(()) };
        let scores =
            calibration::LabelledScores::new(ArrayView1::from(&p), ArrayView1::from(&y)).unwrap();
        let options = PlattOptions { c: 1e12, ..Default::default() };
        let model = PlattScaling::fit(&scores, &options).unwrap().model;
        prop_assert!(close(line.slope, model.slope(), 1e-4), "{line:?} {model:?}");
    }

    /// `z` is the Brier score less its expectation, over its standard deviation.
    #[test]
    fn spiegelhalter_is_about_the_brier_score((rows, shuffled) in rows_and_order()) {
        let (p, y) = split(&rows);
        let n = p.len() as f64;
        let variance: f64 = p.iter().map(|p| (1.0 - 2.0 * p).powi(2) * p * (1.0 - p)).sum();
        prop_assume!(variance > 1e-6);
        let expected = p.iter().map(|p| p * (1.0 - p)).sum::<f64>() / n;
        let wanted = (brier_score(&p, &y).unwrap() - expected) / (variance.sqrt() / n);
        let test = spiegelhalter(&p, &y).unwrap();
        prop_assert!(close(test.z, wanted, 1e-9), "{test:?} {wanted}");
        prop_assert!((0.0..=1.0).contains(&test.p_value));

        let (q, z) = split(&shuffled);
        prop_assert!(close(test.z, spiegelhalter(&q, &z).unwrap().z, 1e-14));
        // Calling misses hits, and turning the probabilities round, changes nothing.
        let turned: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
        let turned = spiegelhalter(&turned, &flipped(&y)).unwrap();
        prop_assert!(close(test.z, turned.z, 1e-9), "{test:?} {turned:?}");
        let twice = spiegelhalter(&[&p[..], &p].concat(), &[&y[..], &y].concat()).unwrap();
        prop_assert!(close(twice.z, test.z * 2.0_f64.sqrt(), 1e-12));
    }

    #[test]
    fn the_calibration_error_is_of_the_rows_and_not_their_order(
        (rows, shuffled) in rows_and_order(),
        groups in 1_usize..30,
    ) {
        let ((p, y), (q, z)) = (split(&rows), split(&shuffled));
        let bias = p.iter().zip(&y).map(|(p, &y)| f64::from(u8::from(y)) - p).sum::<f64>().abs();
        for grouping in [Grouping::EqualWidth, Grouping::EqualMass] {
            let error = expected_calibration_error(&p, &y, groups, grouping).unwrap();
            let other = expected_calibration_error(&q, &z, groups, grouping).unwrap();
            prop_assert_eq!(error.to_bits(), other.to_bits());
            // Groups can only add what cancels in the whole.
            prop_assert!((bias / p.len() as f64 - 1e-13..=1.0 + 1e-13).contains(&error));
        }
    }
}
