//! Laws that hold for every indicator.

use indicators::{Indicator, batch};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{ALL, Numbers, Series, Visitor, visit};
use crate::series::series;

fn bits(output: Option<impl Numbers>) -> Option<Vec<u64>> {
    output.map(|output| output.numbers().into_iter().map(f64::to_bits).collect())
}

/// Cut in two, with a process that ends between them: the same outputs and the same end, bit for bit.
struct Restart {
    at: usize,
}

impl Visitor for Restart {
    type Output = ();

    fn visit<I>(self, indicator: I, rows: &[I::Input])
    where
        I: Indicator<Output: Numbers> + Clone + Serialize + DeserializeOwned,
    {
        let mut whole = indicator.clone();
        let wanted = batch(&mut whole, rows.iter().copied()).unwrap();

        let mut first = indicator;
        let mut found = batch(&mut first, rows.iter().copied().take(self.at)).unwrap();
        let stored = rmp_serde::to_vec_named(&first).unwrap();
        let mut second: I = rmp_serde::from_slice(&stored).unwrap();
        assert_eq!(rmp_serde::to_vec_named(&second).unwrap(), stored);
        for &input in rows.iter().skip(self.at) {
            found.push(second.update(input).unwrap());
        }

        let found: Vec<_> = found.into_iter().map(bits).collect();
        assert!(found == wanted.into_iter().map(bits).collect::<Vec<_>>(), "cut at {}", self.at);
        let ends = [&whole, &second].map(|end| rmp_serde::to_vec_named(end).unwrap());
        assert_eq!(ends[0], ends[1], "cut at {}", self.at);
    }
}

/// Fed with the whole history or from a later row on: the same outputs, bit for bit, after the warm-up.
struct Memory {
    skipped: usize,
}

impl Visitor for Memory {
    type Output = ();

    fn visit<I>(self, indicator: I, rows: &[I::Input])
    where
        I: Indicator<Output: Numbers> + Clone,
    {
        let mut fresh = indicator.clone();
        let whole = batch(&mut indicator.clone(), rows.iter().copied()).unwrap();
        let tail = batch(&mut fresh, rows.iter().copied().skip(self.skipped)).unwrap();
        let warm_up = fresh.warm_up();
        let wanted = whole.into_iter().map(bits).skip(self.skipped + warm_up);
        assert!(wanted.eq(tail.into_iter().map(bits).skip(warm_up)), "from row {}", self.skipped);
    }
}

/// Of two zeros in a window, wherever they are in it, the later one is its extreme.
#[test]
fn an_extreme_keeps_the_sign_of_the_last_zero_in_a_window() {
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
        for period in (1..=20).chain([33, 64, 100, 300]) {
            for skipped in [1, 7, 1_444] {
                visit(name, &[period], &rows, Memory { skipped }).unwrap();
            }
        }
    }
}

/// Nothing before the warm-up, something at its end unless the window leaves it undefined.
struct WarmUp;

impl Visitor for WarmUp {
    type Output = (usize, Option<usize>);

    fn visit<I>(self, mut indicator: I, rows: &[I::Input]) -> Self::Output
    where
        I: Indicator,
    {
        let warm_up = indicator.warm_up();
        let outputs = batch(&mut indicator, rows.iter().copied()).unwrap();
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
    fn short_periods_restart_as_well(rows in series(2..40), period in 1..6_usize) {
        let refuse_one = ["z-score", "correlation", "linear-regression", "pair-regression", "directional", "adx"];
        for (name, parameters) in ALL.iter().filter(|(name, _)| *name != "macd") {
            if period == 1 && refuse_one.contains(name) {
                continue;
            }
            let parameters = vec![period; parameters.len()];
            for at in 0..rows.close.len() {
                visit(name, &parameters, &rows, Restart { at }).unwrap();
            }
        }
    }

    #[test]
    fn longer_periods_restart_as_well(rows in series(2..150), period in 26..60_usize, cut in 0..150_usize) {
        for (name, parameters) in ALL.iter().filter(|(name, _)| *name != "macd") {
            let (parameters, at) = (vec![period; parameters.len()], cut % rows.close.len());
            visit(name, &parameters, &rows, Restart { at }).unwrap();
        }
    }

    /// Both histories begin a block at the same row, so sums are made in the same order.
    #[test]
    fn a_window_is_all_that_is_seen(rows in series(40..200), blocks in 0..9_usize, period in 2..40_usize) {
        let skipped = (blocks * period).min(rows.close.len() / period * period);
        let names = ["sma", "std-dev", "z-score", "max", "min", "donchian", "correlation"];
        for name in names.into_iter().chain(["linear-regression", "pair-regression", "delay"]) {
            visit(name, &[period], &rows, Memory { skipped }).unwrap();
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
