//! Laws that hold for every indicator.

use indicators::{Columns, Indicator, IndicatorError, Row, batch, fill};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{ALL, Series, Visitor, visit};
use crate::series::series;

fn bits<const N: usize>(output: Option<impl Columns<N>>) -> Option<[u64; N]> {
    output.map(|output| output.columns().map(f64::to_bits))
}

/// Cut in two, with a process that ends between them: the same outputs and the same end, bit for bit.
struct Restart {
    at: usize,
}

impl Visitor for Restart {
    type Output = ();

    fn visit<I, const N: usize>(self, indicator: I, rows: <I::Input as Row>::Series<'_>)
    where
        I: Indicator<Output: Columns<N>> + Clone + Serialize + DeserializeOwned,
    {
        let inputs = I::Input::rows(rows);
        let mut whole = indicator.clone();
        let wanted = batch(&mut whole, inputs.clone()).unwrap();

        let mut first = indicator;
        let mut found = batch(&mut first, inputs.clone().take(self.at)).unwrap();
        let stored = rmp_serde::to_vec_named(&first).unwrap();
        let mut second: I = rmp_serde::from_slice(&stored).unwrap();
        assert_eq!(rmp_serde::to_vec_named(&second).unwrap(), stored);
        for input in inputs.skip(self.at) {
            found.push(second.update(input).unwrap());
        }

        let found: Vec<_> = found.into_iter().map(bits).collect();
        assert!(found == wanted.into_iter().map(bits).collect::<Vec<_>>(), "cut at {}", self.at);
        let ends = [&whole, &second].map(|end| rmp_serde::to_vec_named(end).unwrap());
        assert_eq!(ends[0], ends[1], "cut at {}", self.at);
    }
}

/// The column form in several batches against one update a row, with a bad row in it or none. Each
/// second batch goes to an indicator that was stored and read.
struct InBatches<'a> {
    cuts: &'a [usize],
    bad: Option<usize>,
}

impl Visitor for InBatches<'_> {
    type Output = ();

    fn visit<I, const N: usize>(self, indicator: I, rows: <I::Input as Row>::Series<'_>)
    where
        I: Indicator<Output: Columns<N>> + Clone + Serialize + DeserializeOwned,
    {
        let (mut one, mut many) = (indicator.clone(), indicator);
        let len = I::Input::len(rows);
        let mut ends: Vec<usize> = self.cuts.iter().map(|cut| cut % (len + 1)).collect();
        ends.push(len);
        ends.sort_unstable();
        let mut begin = 0;
        for (cut, end) in ends.into_iter().enumerate() {
            if cut % 2 == 1 {
                many = rmp_serde::from_slice(&stored(&many)).unwrap();
            }
            let part = I::Input::part(rows, begin..end).unwrap();
            let bad = self.bad.filter(|bad| (begin..end).contains(bad)).map(|bad| bad - begin);
            let found = compare(&mut many, &mut one, part, bad.unwrap_or(end - begin));
            begin = end;
            let Some(bad) = bad else {
                assert_eq!(found, Ok(()));
                continue;
            };
            let bad_row = I::Input::rows(part).nth(bad).unwrap();
            let source = Box::new(one.update(bad_row).err().unwrap());
            let wanted = IndicatorError::Row { row: bad, source };
            // Text, because a NaN in an error equals nothing.
            assert_eq!(format!("{:?}", found.unwrap_err()), format!("{wanted:?}"));
            // It goes on after the bad row.
            let rest = I::Input::part(part, bad + 1..I::Input::len(part)).unwrap();
            let good = I::Input::len(rest);
            assert_eq!(compare(&mut many, &mut one, rest, good), Ok(()), "after the bad row");
        }
    }
}

/// Fills columns by one indicator, updates the other with the first rows, so many, and compares what
/// they tell and what they are then.
fn compare<I, const N: usize>(
    many: &mut I,
    one: &mut I,
    rows: <I::Input as Row>::Series<'_>,
    good: usize,
) -> Result<(), IndicatorError>
where
    I: Indicator<Output: Columns<N>> + Serialize,
{
    let mut columns: [Vec<f64>; N] = std::array::from_fn(|_| vec![7.0; I::Input::len(rows)]);
    let result = fill(many, rows, columns.each_mut().map(Vec::as_mut_slice));
    for (row, input) in I::Input::rows(rows).enumerate().take(good) {
        let wanted = one.update(input).unwrap();
        let wanted = wanted.map_or([f64::NAN; N], Columns::columns).map(f64::to_bits);
        let found = columns.each_ref().map(|column| column[row].to_bits());
        assert!(found == wanted, "row {row}: {columns:?}");
    }
    assert_eq!(stored(many), stored(one), "after {good} rows");
    result
}

fn stored(indicator: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(indicator).unwrap()
}

#[test]
fn a_batch_of_period_1_is_its_updates() {
    let prices = |base: f64| -> Vec<f64> {
        (0..1_000_u32).map(|row| base + 0.1 * f64::from(row * row % 977)).collect()
    };
    let rows =
        Series { high: prices(101.3), low: prices(99.9), close: prices(100.7), other: prices(3.3) };
    for name in ["sma", "ema", "wilder", "rsi", "atr", "max", "std-dev", "donchian", "delay"] {
        visit(name, &[1], &rows, InBatches { cuts: &[5, 444], bad: None }).unwrap();
    }
    visit("stochastic", &[1, 1, 1], &rows, InBatches { cuts: &[77], bad: None }).unwrap();
}

/// Zeros of both signs, of which a maximum must not depend on how it is put together.
#[test]
fn a_batch_keeps_the_sign_of_zeros() {
    let zero = |row: u32| if row.wrapping_mul(2_654_435_761) >> 31 == 0 { 0.0 } else { -0.0 };
    let zeros: Vec<f64> = (0..1_000).map(zero).collect();
    let rows =
        Series { high: zeros.clone(), low: zeros.clone(), close: zeros.clone(), other: zeros };
    for (name, parameters) in ALL {
        visit(name, parameters, &rows, InBatches { cuts: &[333, 700], bad: None }).unwrap();
    }
    for period in [2, 3, 15, 16, 17, 30, 31, 32, 33, 64, 130, 400] {
        visit("sma", &[period], &rows, InBatches { cuts: &[333, 700], bad: None }).unwrap();
    }
    // Periods about which a window is put together of other parts.
    for period in [2, 3, 4, 5, 8, 9, 15, 16, 17, 32, 33, 63, 64, 65, 96, 97, 160, 161] {
        for name in ["max", "min", "donchian"] {
            visit(name, &[period], &rows, InBatches { cuts: &[333, 700], bad: None }).unwrap();
        }
    }
}

/// Of two zeros in a window, wherever they are in it, the later one is its extreme.
#[test]
fn a_batch_keeps_the_sign_of_the_last_zero_in_a_window() {
    let sparse = |other: f64| -> Vec<f64> {
        let value = |row: u32| match row.wrapping_mul(2_654_435_761) >> 24 {
            ..4 => 0.0,
            4..8 => -0.0,
            _ => other,
        };
        (0..3_000).map(value).collect()
    };
    for (name, other) in [("max", -1.0), ("min", 1.0)] {
        let close = sparse(other);
        let rows = Series { high: close.clone(), low: close.clone(), other: close.clone(), close };
        for period in (1..=20).chain([33, 64, 65, 66, 67, 71, 72, 73, 80, 100, 172, 300]) {
            visit(name, &[period], &rows, InBatches { cuts: &[1_444], bad: None }).unwrap();
        }
    }
}

/// Periods about which a window's parts change, and long ones, over rows with plateaus and with highs and
/// lows that stay for as long as a window.
#[test]
fn a_batch_is_its_updates_over_long_windows() {
    let walk = |seed: u32| -> Vec<f64> {
        let mut price = 0.0;
        let step = |row: u32| {
            let noise = (row ^ seed).wrapping_mul(2_654_435_761) >> 24;
            price +=
                f64::from(noise.saturating_sub(100) / 20) - 2.6 * f64::from(row / 700 % 2) - 1.3;
            price
        };
        (0..5_000).map(step).collect()
    };
    let close = walk(1);
    let moved = |by: f64| close.iter().map(|price| price + by).collect();
    let rows = Series { high: moved(3.0), low: moved(-2.0), other: walk(2), close };
    let extremes = ["max", "min", "donchian"];
    let periods = (1..=20).chain(58..=76).chain(160..=180).chain([320, 500, 999, 2_000]);
    for (period, name) in periods.flat_map(|period| extremes.map(|name| (period, name))) {
        visit(name, &[period], &rows, InBatches { cuts: &[2_500], bad: None }).unwrap();
    }
    for period in [64, 65, 170, 1_000] {
        let cuts = InBatches { cuts: &[2_500], bad: None };
        visit("stochastic", &[period, 3, 200], &rows, cuts).unwrap();
    }
}

/// Means are made in other ways for short and for long windows. Batches that end before the first window
/// is full, after that, and in each place of four rows; and states that are stored there.
#[test]
fn a_batch_of_means_is_its_updates_over_any_window() {
    // Of three digits and of six, and all their bits: sums in another order would have others.
    let value = |row: u32| {
        let noise = f64::from(row.wrapping_mul(2_654_435_761) >> 12) - 500_000.0;
        noise / if (row / 90).is_multiple_of(2) { 7.0 } else { 7_000.0 }
    };
    let close: Vec<f64> = (0..3_000).map(value).collect();
    let rows = Series { high: close.clone(), low: close.clone(), other: close.clone(), close };
    let long = [127, 128, 129, 160, 161, 255, 256, 257, 700, 1_400];
    for period in (1..=70).chain(long) {
        for begin in 0..9 {
            let cuts = [begin, begin + 301, begin + 320 + period];
            visit("sma", &[period], &rows, InBatches { cuts: &cuts, bad: None }).unwrap();
        }
        // Batches of one or two chunks, so that blocks begin in one and end in another.
        for len in [161, 290, 411] {
            let cuts: Vec<usize> = (period % 7..3_000).step_by(len).collect();
            visit("sma", &[period], &rows, InBatches { cuts: &cuts, bad: None }).unwrap();
            let bad = Some(period + len);
            let rows = poisoned(rows.clone(), period + len, f64::NAN);
            visit("sma", &[period], &rows, InBatches { cuts: &cuts, bad }).unwrap();
        }
        for at in (period.saturating_sub(5)..period + 5).chain(2 * period + 2..2 * period + 9) {
            visit("sma", &[period], &rows, Restart { at }).unwrap();
        }
    }
}

/// A row of the series made bad.
fn poisoned(mut rows: Series, at: usize, what: f64) -> Series {
    for column in [&mut rows.high, &mut rows.low, &mut rows.close, &mut rows.other] {
        column[at] = what;
    }
    rows
}

/// Nothing before the warm-up, something at its end unless the window leaves it undefined.
struct WarmUp;

impl Visitor for WarmUp {
    type Output = (usize, Option<usize>);

    fn visit<I, const N: usize>(
        self,
        mut indicator: I,
        rows: <I::Input as Row>::Series<'_>,
    ) -> Self::Output
    where
        I: Indicator,
    {
        let warm_up = indicator.warm_up();
        let outputs = batch(&mut indicator, I::Input::rows(rows)).unwrap();
        assert_eq!(indicator.warm_up(), warm_up, "it does not change with the rows");
        (warm_up, outputs.iter().position(Option::is_some))
    }
}

proptest! {
    #[test]
    fn a_restart_anywhere_changes_no_bit(rows in series(2..150), cut in 0..150_usize) {
        for (name, parameters) in ALL {
            let at = cut % rows.close.len();
            visit(name, parameters, &rows, Restart { at }).unwrap();
        }
    }

    #[test]
    fn short_periods_restart_as_well(rows in series(2..40), period in 2..6_usize) {
        for (name, parameters) in ALL.iter().filter(|(name, _)| *name != "macd") {
            let parameters = vec![period; parameters.len()];
            for at in 0..rows.close.len() {
                visit(name, &parameters, &rows, Restart { at }).unwrap();
            }
        }
    }

    #[test]
    fn a_batch_is_its_updates(rows in series(1..1_200), cuts in vec(0..1_200_usize, 0..4)) {
        for (name, parameters) in ALL {
            visit(name, parameters, &rows, InBatches { cuts: &cuts, bad: None }).unwrap();
        }
    }

    #[test]
    fn a_batch_is_its_updates_at_any_period(
        rows in series(400..900),
        cuts in vec(0..900_usize, 0..3),
        period in 2..320_usize,
    ) {
        for (name, parameters) in ALL {
            let mut parameters: Vec<usize> = parameters.iter().map(|_| period).collect();
            if *name == "macd" {
                parameters = vec![period, period + 7, period.div_ceil(3)];
            }
            visit(name, &parameters, &rows, InBatches { cuts: &cuts, bad: None }).unwrap();
        }
    }

    #[test]
    fn a_batch_ends_at_its_first_bad_row(
        rows in series(300..700),
        cuts in vec(0..700_usize, 0..2),
        bad in 0..700_usize,
        what in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-2e100)],
    ) {
        let bad = bad % rows.close.len();
        let rows = poisoned(rows, bad, what);
        for (name, parameters) in ALL {
            visit(name, parameters, &rows, InBatches { cuts: &cuts, bad: Some(bad) }).unwrap();
        }
        for (name, period) in [("max", 3), ("min", 9), ("max", 40), ("min", 70), ("donchian", 175)] {
            visit(name, &[period], &rows, InBatches { cuts: &cuts, bad: Some(bad) }).unwrap();
        }
        for period in [2, 7, 16, 31, 32, 33, 90, 150, 350] {
            visit("sma", &[period], &rows, InBatches { cuts: &cuts, bad: Some(bad) }).unwrap();
        }
    }

    #[test]
    fn longer_periods_restart_as_well(rows in series(2..150), period in 26..60_usize, cut in 0..150_usize) {
        for (name, parameters) in ALL.iter().filter(|(name, _)| *name != "macd") {
            let (parameters, at) = (vec![period; parameters.len()], cut % rows.close.len());
            visit(name, &parameters, &rows, Restart { at }).unwrap();
        }
    }

    #[test]
    fn the_first_output_comes_after_the_warm_up(rows in series(60..80)) {
        // Rows that move, so that nothing stays undefined for want of movement.
        let mut rows = rows;
        for (row, close) in rows.close.iter_mut().enumerate() {
            *close += 0.001 * (row % 3) as f64;
        }
        for (name, parameters) in ALL {
            let (warm_up, first) = visit(name, parameters, &rows, WarmUp).unwrap();
            prop_assert_eq!(first, Some(warm_up), "{}", name);
        }
    }
}
