//! Values against TA-Lib's: see `golden/make_golden.py`.

use std::collections::BTreeMap;

use indicators::{BollingerBands, Indicator, IndicatorError, Macd, Multiplier, Period, Sma, batch};
use serde::Deserialize;

use crate::catalogue::{Numbers, Series, Visitor, visit};

#[derive(Deserialize)]
struct Golden {
    macd_swapped: Vec<bool>,
    sma_5_after_nan_at_50: Vec<Option<f64>>,
    series: BTreeMap<String, Series>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    indicator: String,
    parameters: Vec<usize>,
    series: String,
    columns: Vec<Vec<Option<f64>>>,
}

/// How long the warm-up is said to be, and a column for each number of the outputs, NaN where there is none.
pub(crate) struct Fill;

impl Visitor for Fill {
    type Output = (usize, Vec<Vec<f64>>);

    fn visit<I>(self, mut indicator: I, rows: &[I::Input]) -> Self::Output
    where
        I: Indicator<Output: Numbers>,
    {
        let warm_up = indicator.warm_up();
        let outputs = batch(&mut indicator, rows.iter().copied()).unwrap();
        let rows = outputs.into_iter().map(|output| output.map(Numbers::numbers));
        (warm_up, columns(I::Output::COUNT, rows))
    }
}

fn columns(count: usize, rows: impl Iterator<Item = Option<Vec<f64>>>) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::new(); count];
    for row in rows {
        for (at, column) in columns.iter_mut().enumerate() {
            column.push(row.as_ref().map_or(f64::NAN, |row| row[at]));
        }
    }
    columns
}

/// Bollinger Bands with %b and bandwidth.
fn bollinger_ratios(parameters: &[usize], rows: &Series) -> (usize, Vec<Vec<f64>>) {
    let period = Period::new(parameters[0]).unwrap();
    let mut bands = BollingerBands::new(period, Multiplier::new(parameters[1] as f64).unwrap());
    let outputs = batch(&mut bands, rows.close.iter().copied()).unwrap();
    let numbers = outputs.into_iter().map(|bands| {
        let bands = bands?;
        let ratios = [bands.percent_b(), bands.bandwidth()];
        let mut numbers = bands.numbers();
        numbers.extend(ratios.map(|ratio| ratio.unwrap_or(f64::NAN)));
        Some(numbers)
    });
    (bands.warm_up(), columns(5, numbers))
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/indicators.json")).unwrap()
}

fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// Relative to 1e-9. Where the value wanted is nearly 0 beside the others, TA-Lib's own rounding shows:
/// there to 1e-12 of the largest price or of the column's largest value.
#[test]
fn equals_ta_lib() {
    let golden = golden();
    for Case { indicator, parameters, series, columns } in &golden.cases {
        let rows = &golden.series[series];
        let (warm_up, found) = if indicator == "bollinger-ratios" {
            bollinger_ratios(parameters, rows)
        } else {
            visit(indicator, parameters, rows, Fill).unwrap()
        };
        assert_eq!(found.len(), columns.len(), "{indicator}");
        for (at, (found, wanted)) in found.iter().zip(columns).enumerate() {
            let floor = 1e-12 * largest(wanted.iter().flatten()).max(largest(&rows.high));
            let defined = wanted.iter().position(Option::is_some);
            assert!(defined.is_none_or(|row| row == warm_up), "{indicator}: warm-up {warm_up}");
            for (row, (&found, &wanted)) in found.iter().zip(wanted).enumerate() {
                let good = match wanted {
                    None => found.is_nan(),
                    Some(wanted) => (found - wanted).abs() <= 1e-9 * wanted.abs() + floor,
                };
                let place =
                    format!("{indicator} {parameters:?} on {series}, column {at}, row {row}");
                assert!(good, "{place}: found {found}, wanted {wanted:?}");
            }
        }
    }
}

/// Where there is no agreement, by intent.
#[test]
fn differs_from_ta_lib() {
    let golden = golden();
    // A fast period above the slow one: TA-Lib swaps them without a word.
    assert_eq!(golden.macd_swapped, [true; 3]);
    let [fast, slow, signal] = [26, 12, 9].map(|rows| Period::new(rows).unwrap());
    let error = Macd::new(fast, slow, signal).unwrap_err();
    assert_eq!(error, IndicatorError::FastNotBelowSlow { fast, slow });

    // A NaN: TA-Lib has none but NaN from there on, to the end of the series.
    assert!(golden.sma_5_after_nan_at_50.iter().all(Option::is_none));
    let mut sma = Sma::new(Period::new(5).unwrap());
    for (row, &close) in golden.series["market"].close.iter().enumerate() {
        let refused = sma.update(if row == 50 { f64::NAN } else { close }).is_err();
        assert_eq!(refused, row == 50);
    }
    assert!(sma.update(1.0).unwrap().is_some());
}
