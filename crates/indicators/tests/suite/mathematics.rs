//! Bounds, the effect of another unit, and comparisons with plain definitions.

use proptest::prelude::*;

use crate::catalogue::{Series, visit};
use crate::golden::Fill;
use crate::series::{mapped, series};

fn table(name: &str, parameters: &[usize], rows: &Series) -> Vec<Vec<f64>> {
    visit(name, parameters, rows, Fill).unwrap().1
}

fn within(name: &str, parameters: &[usize], rows: &Series, low: f64, high: f64) {
    for value in table(name, parameters, rows).into_iter().flatten().filter(|v| !v.is_nan()) {
        assert!((low..=high).contains(&value), "{name}: {value} is not in {low}..={high}");
    }
}

fn close(found: &[Vec<f64>], wanted: &[Vec<f64>], tolerance: f64, what: &str) {
    for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
        let same = found.is_nan() && wanted.is_nan();
        assert!(same || (found - wanted).abs() <= tolerance, "{what}: {found}, wanted {wanted}");
    }
}

/// How outputs follow when every price `p` becomes `a·p + b`.
#[derive(Clone, Copy)]
enum Law {
    /// They do as the prices do.
    Price,
    /// They are multiplied by `a`.
    Difference,
    /// They stay.
    Ratio,
}

const LAWS: &[(&str, &[usize], Law)] = &[
    ("sma", &[7], Law::Price),
    ("ema", &[7], Law::Price),
    ("wilder", &[7], Law::Price),
    ("max", &[7], Law::Price),
    ("min", &[7], Law::Price),
    ("delay", &[7], Law::Price),
    ("bollinger", &[7, 2], Law::Price),
    ("donchian", &[7], Law::Price),
    ("keltner", &[7, 5, 2], Law::Price),
    ("macd", &[3, 7, 4], Law::Difference),
    ("std-dev", &[7], Law::Difference),
    ("true-range", &[], Law::Difference),
    ("atr", &[7], Law::Difference),
    ("rsi", &[7], Law::Ratio),
    ("stochastic", &[7, 3, 2], Law::Ratio),
    ("directional", &[7], Law::Ratio),
    ("adx", &[7], Law::Ratio),
    ("correlation", &[7], Law::Ratio),
    ("z-score", &[7], Law::Ratio),
];

proptest! {
    #[test]
    fn percentages_stay_between_0_and_100(rows in series(20..120), n in 2..15_usize) {
        for name in ["rsi", "directional", "adx"] {
            within(name, &[n], &rows, 0.0, 100.0);
        }
        within("stochastic", &[n, 3, 4], &rows, 0.0, 100.0);
        within("stochastic-fast", &[n, 3], &rows, 0.0, 100.0);
        within("correlation", &[n], &rows, -1.0, 1.0);
        within("std-dev", &[n], &rows, 0.0, f64::MAX);
        // No value of n can lie further from their mean than √(n − 1) deviations.
        let furthest = ((n - 1) as f64).sqrt() * (1.0 + 1e-9);
        within("z-score", &[n], &rows, -furthest, furthest);
    }

    #[test]
    fn extremes_are_those_of_the_window(rows in series(1..120), n in 1..30_usize) {
        let naive = |pick: fn(f64, f64) -> f64, values: &[f64]| -> Vec<f64> {
            let of_window = |end: usize| match (end + 1).checked_sub(n) {
                Some(begin) => values[begin..=end].iter().copied().reduce(pick).unwrap(),
                None => f64::NAN,
            };
            (0..values.len()).map(of_window).collect()
        };
        let (max, min) = (naive(f64::max, &rows.close), naive(f64::min, &rows.close));
        close(&table("max", &[n], &rows), &[max], 0.0, "max");
        close(&table("min", &[n], &rows), &[min], 0.0, "min");
        let (upper, lower) = (naive(f64::max, &rows.high), naive(f64::min, &rows.low));
        let donchian = table("donchian", &[n], &rows);
        close(&[donchian[0].clone(), donchian[2].clone()], &[upper, lower], 0.0, "donchian");
    }

    #[test]
    fn another_unit_changes_what_it_should(rows in series(30..80), a in -3..=3, b in 0..3_000) {
        // Exact in f64, so that no equal or opposite moves become unequal.
        let (a, b) = (2.0_f64.powi(a), f64::from(b) / 64.0);
        let moved = mapped(&rows, |price| a * price + b);
        for &(name, parameters, law) in LAWS {
            let of = |value: f64| match law {
                Law::Price => a * value + b,
                Law::Difference => a * value,
                Law::Ratio => value,
            };
            let wanted: Vec<Vec<f64>> = table(name, parameters, &rows)
                .into_iter()
                .map(|column| column.into_iter().map(of).collect())
                .collect();
            close(&table(name, parameters, &moved), &wanted, 1e-8, name);
        }
    }

    #[test]
    fn powers_of_two_change_no_bit_of_a_ratio(rows in series(30..80)) {
        let doubled = mapped(&rows, |price| price / 1024.0);
        for &(name, parameters, _) in LAWS.iter().filter(|(.., law)| matches!(law, Law::Ratio)) {
            close(&table(name, parameters, &doubled), &table(name, parameters, &rows), 0.0, name);
        }
    }

    #[test]
    fn bands_hold_their_middle(rows in series(30..80), n in 2..20_usize) {
        for (name, parameters) in [("bollinger", &[n, 2][..]), ("keltner", &[n, n, 1])] {
            let bands = table(name, parameters, &rows);
            for row in (0..rows.close.len()).filter(|&row| !bands[1][row].is_nan()) {
                prop_assert!(bands[2][row] <= bands[1][row] && bands[1][row] <= bands[0][row]);
            }
        }
        let bollinger = table("bollinger", &[n, 2], &rows);
        close(&bollinger[1..2], &table("sma", &[n], &rows), 1e-12, "the middle is the SMA");
    }

    #[test]
    fn a_line_is_found(slope in -5.0..5.0_f64, start in -99.0..99.0_f64, n in 2..30_usize) {
        let values: Vec<f64> = (0..60_u8).map(|row| start + slope * f64::from(row)).collect();
        let rows = Series {
            high: values.clone(),
            low: values.clone(),
            other: values.iter().map(|x| 3.0 - 2.0 * x).collect(),
            close: values,
        };
        let line = table("linear-regression", &[n], &rows);
        for (row, found) in line[0].iter().enumerate().skip(n - 1) {
            prop_assert!((found - slope).abs() < 1e-11);
            prop_assert!((line[1][row] - rows.close[row + 1 - n]).abs() < 1e-10);
            prop_assert!((line[2][row] - rows.close[row]).abs() < 1e-10);
        }
        if slope.abs() > 0.1 {
            let pair = table("pair-regression", &[n], &rows);
            let correlation = table("correlation", &[n], &rows);
            for row in n - 1..60 {
                prop_assert!((pair[0][row] + 2.0).abs() < 1e-9 && (pair[1][row] - 3.0).abs() < 1e-6);
                prop_assert!((correlation[0][row] + 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn delay_gives_what_was() {
    let close: Vec<f64> = (0..9_u8).map(f64::from).collect();
    let rows = Series { high: close.clone(), low: close.clone(), other: close.clone(), close };
    let found = table("delay", &[3], &rows);
    assert!(found[0][..3].iter().all(|value| value.is_nan()));
    assert_eq!(found[0][3..], rows.close[..6]);
}
