//! What is refused, and that it leaves no trace.

use indicators::{
    Atr, Candle, Correlation, Indicator, IndicatorError, Macd, Pair, Period, Rsi, Sma, ZScore,
    batch,
};
use serde::Serialize;

use crate::catalogue::{ALL, Numbers, Series, Visitor, visit};

/// Good rows, with bad ones put between them.
struct Disturbed<'a> {
    bad: &'a dyn Fn(usize) -> bool,
}

impl Visitor for Disturbed<'_> {
    type Output = Vec<Vec<u8>>;

    /// The stored state after each row that was taken.
    fn visit<I>(self, mut indicator: I, rows: &[I::Input]) -> Vec<Vec<u8>>
    where
        I: Indicator<Output: Numbers> + Serialize,
    {
        let mut states = Vec::new();
        for (row, &input) in rows.iter().enumerate() {
            let taken = indicator.update(input).is_ok();
            assert_eq!(taken, !(self.bad)(row), "row {row}");
            if taken {
                states.push(rmp_serde::to_vec_named(&indicator).unwrap());
            }
        }
        states
    }
}

fn walk(rows: usize) -> Series {
    let close: Vec<f64> = (0..rows).map(|row| 100.0 + (row * row % 17) as f64).collect();
    let moved = |by: f64| close.iter().map(|price| price + by).collect();
    Series { high: moved(1.0), low: moved(-1.0), other: moved(0.5), close }
}

#[test]
fn a_bad_row_leaves_every_indicator_as_it_was() {
    let good = walk(80);
    for poison in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -2e100] {
        let mut bad = Series::default();
        let columns = |series: &Series, row: usize| {
            [series.high[row], series.low[row], series.close[row], series.other[row]]
        };
        for row in 0..80 {
            // A bad row before the first, and before every seventh.
            let poisoned = [[poison; 4]].into_iter().filter(|_| row % 7 == 0);
            for [high, low, close, other] in poisoned.chain([columns(&good, row)]) {
                bad.high.push(high);
                bad.low.push(low);
                bad.close.push(close);
                bad.other.push(other);
            }
        }
        for (name, parameters) in ALL {
            let undisturbed = visit(name, parameters, &good, Disturbed { bad: &|_| false });
            let disturbed = visit(name, parameters, &bad, Disturbed { bad: &|row| row % 8 == 0 });
            assert!(undisturbed.unwrap() == disturbed.unwrap(), "{name} after {poison}");
        }
    }
}

#[test]
fn a_batch_names_the_row() {
    let mut sma = Sma::new(Period::new(2).unwrap());
    let error = batch(&mut sma, [1.0, 2.0, f64::INFINITY, 4.0]).unwrap_err();
    assert_eq!(error.to_string(), "row 2 (counted from 0) cannot be used");
    let IndicatorError::Row { row: 2, source } = error else { panic!("{error}") };
    assert_eq!(*source, IndicatorError::Value { name: "value", found: f64::INFINITY });
    // The rows before it have been taken.
    assert_eq!(sma.update(4.0), Ok(Some(3.0)));

    let upside_down = Candle { high: 1.0, low: 2.0, close: 1.5 };
    let mut atr = Atr::new(Period::new(2).unwrap());
    let wanted = IndicatorError::HighBelowLow { high: 1.0, low: 2.0 };
    assert_eq!(atr.update(upside_down), Err(wanted));

    let mut correlation = Correlation::new(Period::new(2).unwrap()).unwrap();
    let error = correlation.update(Pair { x: 1.0, y: f64::INFINITY }).unwrap_err();
    assert_eq!(error, IndicatorError::Value { name: "y", found: f64::INFINITY });
}

#[test]
fn parameters_that_define_nothing_are_refused() {
    let one = Period::ONE;
    let short = |error| matches!(error, IndicatorError::PeriodTooShort { wanted: 2, .. });
    assert!(short(ZScore::new(one).unwrap_err()));
    assert!(short(Correlation::new(one).unwrap_err()));
    assert!(short(indicators::PairRegression::new(one).unwrap_err()));
    assert!(short(indicators::LinearRegression::new(one).unwrap_err()));
    assert!(short(indicators::Adx::new(one).unwrap_err()));
    let error = Macd::new(one, one, one).unwrap_err();
    assert_eq!(error, IndicatorError::FastNotBelowSlow { fast: one, slow: one });
}

#[test]
fn what_never_moved_is_said_to() {
    let mut rsi = Rsi::new(Period::new(3).unwrap());
    assert_eq!(batch(&mut rsi, [5.0; 5]).unwrap()[3..], [Some(0.0); 2]);
    assert!(!rsi.has_moved());
    rsi.update(6.0).unwrap();
    assert!(rsi.has_moved());
    // Long after the last move the strength stays what it was then, until the move is gone.
    assert_eq!(rsi.update(6.0).unwrap(), Some(100.0));
    let outputs = batch(&mut rsi, std::iter::repeat_n(6.0, 3_000)).unwrap();
    assert_eq!((outputs[500], outputs[2_999]), (Some(100.0), Some(0.0)));
    assert!(!rsi.has_moved());
}
