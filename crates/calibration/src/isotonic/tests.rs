#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use ndarray::{Array1, Array2};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[test]
fn refuses_what_is_no_non_decreasing_function() {
    use CalibrationError::{InvalidThreshold, LengthMismatch, NoThresholds};
    let error = |x: &[f64], y: &[f64]| IsotonicCalibrator::new(x.to_vec(), y.to_vec()).unwrap_err();
    assert!(matches!(error(&[], &[]), NoThresholds));
    assert!(matches!(error(&[0.1], &[]), LengthMismatch { name: "y", found: 0, wanted: 1 }));
    for (x, y) in [
        ([0.1, 0.1], [0.2, 0.3]),
        ([0.2, 0.1], [0.2, 0.3]),
        ([0.1, 0.2], [0.3, 0.2]),
        ([0.1, 1.2], [0.2, 0.3]),
        ([0.1, 0.2], [0.2, f64::NAN]),
        ([0.1, f64::NAN], [0.2, 0.3]),
    ] {
        assert!(matches!(error(&x, &y), InvalidThreshold { index: 1, .. }), "{x:?} {y:?}");
    }
}

#[test]
fn interpolation_stays_between_the_thresholds() {
    let (x0, x1) = (0.013_274_917_861_190_116_f64, 0.642_143_748_914_471_2_f64);
    let (y0, y1) = (0.29, 0.84);
    let score = x1.next_down();
    assert!(y0 + (score - x0) / (x1 - x0) * (y1 - y0) > y1, "the test would prove nothing");
    let map = IsotonicCalibrator::new(vec![x0, x1], vec![y0, y1]).unwrap();
    assert_eq!(map.value(score), y1);
    assert_eq!(map.value(x1), y1);
    assert_eq!(map.value(x0), y0);
    assert_eq!(map.value(0.0), y0);
}

#[test]
fn one_threshold_is_a_constant() {
    let map = IsotonicCalibrator::new(vec![0.4], vec![0.25]).unwrap();
    assert_eq!([0.0, 0.4, 1.0].map(|score| map.value(score)), [0.25; 3]);
}

#[test]
fn weighted_rows_fit_alike_in_any_order_few_or_many() {
    for n in [1_000_u32, 100_000] {
        let row = |i: u32| {
            let score = f64::from(i / 2) / f64::from(n);
            (score, i.is_multiple_of(3) || i % 2 == 1, 0.1 + f64::from(i % 7))
        };
        // 7,919 is prime to both, so this visits every row once.
        let shuffled = (0..n).map(|i| row(i * 7_919 % n));
        let [ascending, shuffled] =
            [(0..n).map(row).collect(), shuffled.collect()].map(|rows: Vec<(f64, bool, f64)>| {
                let scores: Array1<f64> = rows.iter().map(|row| row.0).collect();
                let labels: Array1<bool> = rows.iter().map(|row| row.1).collect();
                let weights: Array1<f64> = rows.iter().map(|row| row.2).collect();
                let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
                let rows = rows.with_weights(weights.view()).unwrap();
                IsotonicCalibrator::fit(&rows).unwrap()
            });
        assert!(ascending.x().len() > 2);
        assert_eq!(ascending, shuffled, "{n} rows");
    }
}

/// What the fit does, without any care for time: the rows sorted by score, label and weight, those of
/// equal score pooled.
fn simple_fit(scores: &LabelledScores<'_>) -> IsotonicCalibrator {
    let weight = |row: usize| scores.weights().map_or(1.0, |weights| weights[row]);
    let rows = scores.scores().into_iter().zip(scores.labels()).enumerate();
    let mut rows: Vec<(f64, bool, f64)> = rows.map(|(i, (&p, &y))| (p, y, weight(i))).collect();
    rows.retain(|row| row.2 > 0.0);
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    let blocks = rows.chunk_by(|a, b| a.0 == b.0).map(|tied| {
        let hits = tied.iter().filter(|row| row.1);
        let weight = tied.iter().fold(0.0, |sum, row| sum + row.2);
        let moment = hits.fold(0.0, |sum, row| sum + row.2);
        let score = tied[0].0 + 0.0;
        Block { first: score, last: score, mean: moment / weight, weight }
    });
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for block in pool_adjacent_violators(blocks) {
        x.push(block.first);
        y.push(block.mean);
        if block.last > block.first {
            x.push(block.last);
            y.push(block.mean);
        }
    }
    IsotonicCalibrator::new(x, y).unwrap()
}

/// The numbers as bits, so that 0 and −0 differ.
fn bits(model: &IsotonicCalibrator) -> Vec<u64> {
    model.x().iter().chain(model.y()).map(|value| value.to_bits()).collect()
}

/// Rows with many ties, both zeros and weights that do not count.
fn rows() -> impl Strategy<Value = Vec<(f64, bool, f64)>> {
    let score = prop_oneof![
        3 => 0.0..=1.0,
        3 => (0_u32..=8).prop_map(|eighth| f64::from(eighth) / 8.0),
        1 => proptest::sample::select(&[0.0, -0.0, 1.0, 5e-324][..]),
    ];
    let weight =
        prop_oneof![4 => 0.01..10.0, 1 => proptest::sample::select(&[0.0, -0.0, 1e-300][..])];
    vec((score, any::<bool>(), weight), 0..100).prop_map(|mut rows| {
        rows.extend([(0.25, true, 0.3), (0.75, false, 0.7)]);
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn equals_the_simple_fit_bit_for_bit(
        mut rows in rows(), ascending in any::<bool>(), weighted in any::<bool>(),
    ) {
        if ascending {
            rows.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap());
        }
        let table: Array2<f64> = rows.iter().map(|row| [row.0, row.2]).collect::<Vec<_>>().into();
        let labels: Array1<bool> = rows.iter().map(|row| row.1).collect();
        // The columns of a table do not lie next to each other, their copies do.
        for scores in [table.column(0), table.column(0).to_owned().view()] {
            let mut rows = LabelledScores::new(scores, labels.view()).unwrap();
            if weighted {
                rows = rows.with_weights(table.column(1)).unwrap();
            }
            let found = IsotonicCalibrator::fit(&rows).unwrap();
            prop_assert_eq!(bits(&found), bits(&simple_fit(&rows)));
        }
    }
}

#[test]
fn many_rows_fit_as_the_simple_way_does() {
    let n = 100_003_u32;
    let uniform = |row: u32, step: f64| (f64::from(row) * step).fract();
    for places in [1e9, 1e3] {
        // With three places there are a hundred rows a score.
        let row = |row: u32| {
            let score = (uniform(row, 0.618_033_988_749_895) * places).round() / places;
            let label = uniform(row, 0.754_877_666_246_693) < 0.1 + 0.5 * score;
            // The tenth fills all digits: sums of the fractions alone would be exact in any order.
            let weight = (0.1 + uniform(row, 0.569_840_290_998_053)) * f64::from(row % 4);
            (score, label, weight)
        };
        let scattered: Vec<(f64, bool, f64)> = (0..n).map(row).collect();
        let mut ascending = scattered.clone();
        ascending.sort_by(|a, b| a.0.total_cmp(&b.0));
        for rows in [scattered, ascending] {
            let scores: Array1<f64> = rows.iter().map(|row| row.0).collect();
            let labels: Array1<bool> = rows.iter().map(|row| row.1).collect();
            let weights: Array1<f64> = rows.iter().map(|row| row.2).collect();
            let rows = LabelledScores::new(scores.view(), labels.view()).unwrap();
            for rows in [rows, rows.with_weights(weights.view()).unwrap()] {
                let simple = bits(&simple_fit(&rows));
                for threads in [1, 2, 5] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                    let found = pool.unwrap().install(|| IsotonicCalibrator::fit(&rows)).unwrap();
                    assert!(bits(&found) == simple, "{places} places, {threads} threads");
                }
            }
        }
    }
}

/// scikit-learn 1.9 keeps three thresholds of these rows, and so does this program.
#[test]
fn scores_that_differ_by_rounding_are_one() {
    let scores: Vec<f64> = (0..2160).map(|row| 0.3 + f64::from(row * 7 % 50) * 6e-17).collect();
    let labels: Vec<bool> = (0..2160).map(|row| row * 13 % 5 == 0).collect();
    let distinct =
        scores.iter().map(|score| score.to_bits()).collect::<std::collections::BTreeSet<_>>();
    assert!(distinct.len() > 10, "{}", distinct.len());
    let fit = |weights: Option<&[f64]>| {
        let rows = LabelledScores::new((&scores).into(), (&labels).into()).unwrap();
        let rows = match weights {
            Some(weights) => rows.with_weights(weights.into()).unwrap(),
            None => rows,
        };
        IsotonicCalibrator::fit(&rows).unwrap()
    };
    let plain = fit(None);
    assert!(plain.x().len() <= 4, "{:?}", plain.x());
    assert!(plain.x().windows(2).all(|pair| pair[1] - pair[0] >= 1e-15), "{:?}", plain.x());
    assert_eq!(plain, fit(Some(&vec![2.0; 2160])));
}
