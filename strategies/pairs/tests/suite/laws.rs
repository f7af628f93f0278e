//! Laws of the mathematics, and what it refuses.

use pairs::{
    Deterministic, Johansen, Lags, LevelRegression, Line, PairsError, augmented_dickey_fuller,
    engle_granger,
};
use proptest::prelude::*;

/// Two series that are no line of each other.
fn series() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let row = (-1.0..1.0, -1.0..1.0);
    prop::collection::vec(row, 40..120).prop_map(|steps| {
        let (mut x, mut y) = (10.0, 8.0);
        let rows = steps.into_iter().map(|(dx, dy): (f64, f64)| {
            x += 0.01 * dx;
            y += 0.007 * dx + 0.005 * dy;
            (x, y)
        });
        rows.unzip()
    })
}

proptest! {
    #[test]
    fn residuals_of_least_squares_have_mean_0_and_do_not_lean((x, y) in series()) {
        let residuals = Line::ordinary(&x, &y).unwrap().residuals(&x, &y);
        prop_assert!(residuals.iter().sum::<f64>().abs() < 1e-9);
        let lean: f64 = residuals.iter().zip(&x).map(|(residual, x)| residual * x).sum();
        prop_assert!(lean.abs() < 1e-8);
    }

    #[test]
    fn total_least_squares_lies_between_both_regressions((x, y) in series()) {
        let (on_x, on_y) = (Line::ordinary(&x, &y).unwrap().beta, Line::ordinary(&y, &x).unwrap().beta);
        let total = Line::total(&x, &y).unwrap().beta;
        let (low, high) = if on_x < on_y.recip() { (on_x, on_y.recip()) } else { (on_y.recip(), on_x) };
        prop_assert!(low - 1e-9 <= total && total <= high + 1e-9, "{low} {total} {high}");
        // Either way round it is the same line.
        prop_assert!((total * Line::total(&y, &x).unwrap().beta - 1.0).abs() < 1e-7);
    }

    #[test]
    fn tests_do_not_depend_on_units((x, y) in series(), scale in 0.1..10.0, shift in -5.0..5.0) {
        let scaled = |series: &[f64]| series.iter().map(|v| v * scale + shift).collect::<Vec<_>>();
        let (sx, sy) = (scaled(&x), scaled(&y));
        let pairs = [
            (engle_granger(&x, &y, Lags::Fixed(1)), engle_granger(&sx, &sy, Lags::Fixed(1))),
            (
                augmented_dickey_fuller(&x, Deterministic::Constant, Lags::Fixed(2)),
                augmented_dickey_fuller(&sx, Deterministic::Constant, Lags::Fixed(2)),
            ),
        ];
        for (one, other) in pairs {
            prop_assert!((one.unwrap().statistic - other.unwrap().statistic).abs() < 1e-5);
        }
        let (one, other) = (Johansen::of(&x, &y).unwrap(), Johansen::of(&sx, &sy).unwrap());
        prop_assert!((one.trace[0] - other.trace[0]).abs() < 1e-4);
        prop_assert!((one.beta - other.beta).abs() < 1e-3 * one.beta.abs().max(1.0));
    }

    #[test]
    fn thresholds_are_wider_the_dearer_a_trade_and_are_the_best(
        theta in 0.005..0.5, sigma in 0.001..0.05, cost in 1e-4..1e-2,
    ) {
        let process = pairs::OrnsteinUhlenbeck { theta, mean: 0.0, sigma };
        prop_assume!(cost * theta.sqrt() / sigma < 5.0);
        let best = process.thresholds(cost).unwrap();
        let dearer = process.thresholds(cost * 1.5).unwrap();
        prop_assert!(dearer.exit > best.exit && dearer.return_per_row < best.return_per_row);
        // At the optimum the same threshold as for a slightly different cost earns less.
        let other = process.thresholds(cost * 1.1).unwrap();
        let earned = (2.0 * other.exit - cost) / other.cycle_rows;
        prop_assert!(earned <= best.return_per_row * (1.0 + 1e-9));
    }
}

#[test]
fn what_nothing_can_be_estimated_from_is_refused() {
    let rising: Vec<f64> = (0..50).map(f64::from).collect();
    let constant = vec![3.0; 50];
    let twice: Vec<f64> = rising.iter().map(|x| 2.0 * x + 1.0).collect();
    let mut hole = rising.clone();
    hole[7] = f64::NAN;
    assert!(matches!(
        Line::ordinary(&constant, &rising),
        Err(PairsError::Constant { series: "x" })
    ));
    assert!(matches!(Line::total(&rising, &constant), Err(PairsError::Constant { .. })));
    assert!(matches!(
        Line::ordinary(&rising[1..], &rising),
        Err(PairsError::Lengths { x: 49, y: 50 })
    ));
    let found = Line::ordinary(&hole, &rising);
    assert!(matches!(found, Err(PairsError::NotFinite { row: 7, .. })));
    assert!(matches!(Line::ordinary(&[1.0, 2.0], &[1.0, 2.0]), Err(PairsError::TooShort { .. })));
    let exact = engle_granger(&rising, &twice, Lags::Fixed(1));
    assert!(matches!(exact, Err(PairsError::Collinear)), "{exact:?}");
    let line = augmented_dickey_fuller(&rising, Deterministic::Constant, Lags::Fixed(1));
    assert!(matches!(line, Err(PairsError::Collinear)), "{line:?}");
    assert!(matches!(Johansen::of(&rising, &twice), Err(PairsError::Collinear)));
    assert!(matches!(LevelRegression::of(&constant), Err(PairsError::Constant { .. })));
    assert_eq!(LevelRegression::of(&rising).unwrap().process(), None);
    let process = pairs::OrnsteinUhlenbeck { theta: 0.1, mean: 0.0, sigma: 0.01 };
    for cost in [0.0, -1.0, f64::NAN, f64::INFINITY, 10.0] {
        assert!(matches!(process.thresholds(cost), Err(PairsError::Cost { .. })), "{cost}");
    }
}
