//! What must hold for any data.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing unwrap is a failing test")]

use calibration::{
    Calibrator, GRADIENT_TOLERANCE, Grouping, IsotonicCalibrator, LabelledScores, PlattOptions,
    PlattScaling, brier_score, expected_calibration_error, log_loss,
};
use ndarray::{Array1, ArrayView1};
use proptest::prelude::*;

/// Scores, labels and weights; at least one of each label.
#[derive(Debug, Clone)]
struct Data {
    scores: Vec<f64>,
    labels: Vec<bool>,
    weights: Vec<f64>,
}

impl Data {
    fn rows(&self) -> LabelledScores<'_> {
        self.unweighted().with_weights(ArrayView1::from(&self.weights)).unwrap()
    }

    fn unweighted(&self) -> LabelledScores<'_> {
        LabelledScores::new(ArrayView1::from(&self.scores), ArrayView1::from(&self.labels)).unwrap()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        Self {
            scores: order.iter().map(|&i| self.scores[i]).collect(),
            labels: order.iter().map(|&i| self.labels[i]).collect(),
            weights: order.iter().map(|&i| self.weights[i]).collect(),
        }
    }

    /// Every row as often as its weight says, with weight 1.
    fn repeated(&self) -> Self {
        let order: Vec<usize> = (0..self.scores.len())
            .flat_map(|i| {
                (0..10).take_while(move |&k| f64::from(k) < self.weights[i]).map(move |_| i)
            })
            .collect();
        let mut repeated = self.reordered(&order);
        repeated.weights.fill(1.0);
        repeated
    }
}

/// Many ties, the ends of the range, and anything between; some differ by rounding alone.
fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..=1.0,
        3 => (0_u32..=20).prop_map(|twentieth| f64::from(twentieth) / 20.0),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(1.0), Just(1e-300), Just(1.0 - 1e-16)],
    ]
}

fn data_with(weight: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Data> {
    let rows = prop::collection::vec((score(), any::<bool>(), weight), 2..120);
    rows.prop_map(|rows| {
        let mut data = Data {
            scores: rows.iter().map(|row| row.0).collect(),
            labels: rows.iter().map(|row| row.1).collect(),
            weights: rows.iter().map(|row| row.2).collect(),
        };
        (data.labels[0], data.labels[1]) = (true, false);
        data.weights[..2].iter_mut().for_each(|weight| *weight = weight.max(1.0));
        data
    })
}

fn data() -> impl Strategy<Value = Data> {
    data_with(prop_oneof![3 => 0.01..10.0, 1 => Just(0.0), 1 => Just(1.0)])
}

fn whole_weights() -> impl Strategy<Value = Data> {
    data_with((0_u32..4).prop_map(f64::from))
}

fn data_and_order() -> impl Strategy<Value = (Data, Vec<usize>)> {
    data().prop_flat_map(|data| {
        let order: Vec<usize> = (0..data.scores.len()).collect();
        (Just(data), Just(order).prop_shuffle())
    })
}

fn platt(rows: &LabelledScores<'_>) -> PlattScaling {
    PlattScaling::fit(rows, &PlattOptions::default()).unwrap().model
}

/// The objective's gradient from its definition, with none of the crate's care.
fn gradient(data: &Data, model: PlattScaling, c: f64) -> [f64; 2] {
    let mut gradient = [model.slope() / c, 0.0];
    for ((&p, &label), &weight) in data.scores.iter().zip(&data.labels).zip(&data.weights) {
        let p = p.clamp(1e-12, 1.0 - 1e-12);
        let x = (p / (1.0 - p)).ln();
        let mu = 1.0 / (1.0 + (-(model.slope() * x + model.intercept())).exp());
        let residual = weight * (mu - f64::from(u8::from(label)));
        gradient[0] += residual * x;
        gradient[1] += residual;
    }
    gradient
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

/// Exactly: a score can be found again in the ascending thresholds.
fn block_of(model: &IsotonicCalibrator, score: f64) -> f64 {
    let index = model.x().partition_point(|&x| x <= score) - 1;
    model.y()[index]
}

proptest! {
    #[test]
    fn platt_ends_where_the_gradient_vanishes(
        data in data(),
        c in prop_oneof![Just(1.0), 1e-4..1e4, Just(1e8)],
    ) {
        let fit = PlattScaling::fit(&data.rows(), &PlattOptions { c, ..Default::default() });
        let fit = fit.unwrap();
        let allowed = GRADIENT_TOLERANCE * data.weights.iter().sum::<f64>();
        prop_assert!(fit.gradient_norm <= allowed);
        for component in gradient(&data, fit.model, c) {
            prop_assert!(component.abs() <= 1.1 * allowed, "{component:e} > {allowed:e}");
        }
    }

    #[test]
    fn platt_does_not_see_the_order_of_rows((data, order) in data_and_order()) {
        let (a, b) = (platt(&data.rows()), platt(&data.reordered(&order).rows()));
        prop_assert!(close(a.slope(), b.slope(), 1e-10), "{a:?} {b:?}");
        prop_assert!(close(a.intercept(), b.intercept(), 1e-10), "{a:?} {b:?}");
    }

    #[test]
    fn platt_takes_a_weight_as_a_count(data in whole_weights()) {
        let (a, b) = (platt(&data.rows()), platt(&data.repeated().unweighted()));
        prop_assert!(close(a.slope(), b.slope(), 1e-10), "{a:?} {b:?}");
        prop_assert!(close(a.intercept(), b.intercept(), 1e-10), "{a:?} {b:?}");
    }

    #[test]
    fn platt_is_monotone_in_the_direction_of_its_slope(data in data()) {
        let model = platt(&data.rows());
        let sign = model.slope().signum();
        let grid = Array1::linspace(0.0, 1.0, 300);
        let values = Calibrator::from(model).predict(grid.view()).unwrap();
        for pair in values.to_vec().windows(2) {
            prop_assert!(sign * (pair[1] - pair[0]) >= 0.0);
        }
    }

    #[test]
    fn isotonic_does_not_see_the_order_of_rows((data, order) in data_and_order()) {
        let shuffled = data.reordered(&order);
        prop_assert_eq!(
            IsotonicCalibrator::fit(&data.rows()).unwrap(),
            IsotonicCalibrator::fit(&shuffled.rows()).unwrap()
        );
    }

    #[test]
    fn isotonic_takes_a_weight_as_a_count(data in whole_weights()) {
        let a = Calibrator::from(IsotonicCalibrator::fit(&data.rows()).unwrap());
        let repeated = data.repeated();
        let b = Calibrator::from(IsotonicCalibrator::fit(&repeated.unweighted()).unwrap());
        for &score in &repeated.scores {
            let (a, b) = (a.predict_one(score).unwrap(), b.predict_one(score).unwrap());
            prop_assert!(close(a, b, 1e-14), "{score}: {a} {b}");
        }
    }

    #[test]
    fn isotonic_never_decreases(data in data(), between in prop::collection::vec(0.0..=1.0, 50)) {
        let model = IsotonicCalibrator::fit(&data.rows()).unwrap();
        let mut scores: Vec<f64> = between;
        for &x in model.x() {
            scores.extend([x, x.next_up().min(1.0), x.next_down().max(0.0)]);
        }
        scores.sort_by(f64::total_cmp);
        let values = Calibrator::from(model).predict(ArrayView1::from(&scores)).unwrap();
        for pair in values.to_vec().windows(2) {
            prop_assert!(pair[0] <= pair[1], "{pair:?}");
        }
    }

    /// The optimality conditions of least squares over the non-decreasing functions `g`
    /// (Robertson, Wright and Dykstra 1988, theorem 1.3.2): residuals add up to zero over every
    /// level set, and from any score upwards to no more than zero.
    #[test]
    fn isotonic_is_the_projection(data in data()) {
        let model = IsotonicCalibrator::fit(&data.rows()).unwrap();
        let mut order: Vec<usize> = (0..data.scores.len()).filter(|&i| data.weights[i] > 0.0).collect();
        order.sort_by(|&i, &j| data.scores[j].total_cmp(&data.scores[i]));
        let rows: Vec<(f64, f64, f64)> = order
            .iter()
            .map(|&i| {
                let value = block_of(&model, data.scores[i]);
                let label = f64::from(u8::from(data.labels[i]));
                (data.scores[i], value, data.weights[i] * (label - value))
            })
            .collect();
        for level in rows.chunk_by(|a, b| a.1 == b.1) {
            let sum: f64 = level.iter().map(|row| row.2).sum();
            prop_assert!(sum.abs() < 1e-10, "level {} leaves {sum}", level[0].1);
        }
        let mut above = 0.0;
        // Scores nearer than 1e-15 are one score, as in scikit-learn.
        for tied in rows.chunk_by(|a, b| a.0 - b.0 < 1e-15) {
            above += tied.iter().map(|row| row.2).sum::<f64>();
            prop_assert!(above < 1e-10, "from {} upwards {above} is left", tied[0].0);
        }
    }

    #[test]
    fn predictions_are_inside_the_range(data in data()) {
        let calibrators = [
            Calibrator::from(platt(&data.rows())),
            IsotonicCalibrator::fit(&data.rows()).unwrap().into(),
        ];
        for calibrator in calibrators {
            let range = calibrator.range();
            prop_assert!(*range.start() >= 1e-12 && *range.end() <= 1.0 - 1e-12);
            for &score in &data.scores {
                prop_assert!(range.contains(&calibrator.predict_one(score).unwrap()));
            }
        }
    }

    /// `serde_json` reads a float to the last bit only with its feature `float_roundtrip`, so two
    /// thresholds an ulp apart could come back as one; these are at least 1e-6 apart.
    #[test]
    fn a_calibrator_survives_json(mut data in data()) {
        data.scores.iter_mut().for_each(|score| *score = (*score * 1e6).round() / 1e6);
        let calibrators = [
            Calibrator::from(platt(&data.rows())),
            IsotonicCalibrator::fit(&data.rows()).unwrap().into(),
        ];
        for calibrator in calibrators {
            let json = serde_json::to_string(&calibrator).unwrap();
            let back: Calibrator = serde_json::from_str(&json).unwrap();
            for &score in &data.scores {
                let (a, b) = (calibrator.predict_one(score), back.predict_one(score));
                prop_assert!(close(a.unwrap(), b.unwrap(), 1e-12));
            }
        }
    }

    #[test]
    fn diagnostics_do_not_see_the_order((data, order) in data_and_order(), groups in 1_usize..30) {
        let shuffled = data.reordered(&order);
        let (p, y, q, z) = (&data.scores, &data.labels, &shuffled.scores, &shuffled.labels);
        prop_assert!(close(brier_score(p, y).unwrap(), brier_score(q, z).unwrap(), 1e-15));
        prop_assert!(close(log_loss(p, y).unwrap(), log_loss(q, z).unwrap(), 1e-15));
        for grouping in [Grouping::EqualWidth, Grouping::EqualMass] {
            let a = expected_calibration_error(p, y, groups, grouping).unwrap();
            let b = expected_calibration_error(q, z, groups, grouping).unwrap();
            prop_assert!((0.0..=1.0).contains(&a));
            prop_assert!(close(a, b, 1e-15), "{a} {b}");
        }
    }
}
