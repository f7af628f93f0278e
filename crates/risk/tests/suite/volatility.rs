//! Volatility estimators against numpy.

use backtest::Candle;
use risk::{Estimator, Ewma, EwmaStart, RiskError, WindowVolatility};
use serde_json::Value;

use crate::oracle::{close, each_case, numbers};

fn candles(input: &Value) -> Vec<Candle> {
    let [open, high, low, close] =
        ["open", "high", "low", "close"].map(|name| numbers(&input[name]));
    (0..open.len())
        .map(|row| Candle::new(0, [open[row], high[row], low[row], close[row]]).unwrap())
        .collect()
}

fn estimate(name: &str, candles: &[Candle]) -> Vec<f64> {
    let (kind, parameter) = name.rsplit_once('_').unwrap();
    let start = match kind {
        "ewma_recursive" => Some(EwmaStart::Recursive),
        "ewma_adjusted" => Some(EwmaStart::Adjusted),
        _ => None,
    };
    if let Some(start) = start {
        let mut ewma = Ewma::new(parameter.parse().unwrap(), start).unwrap();
        let returns = candles.windows(2).map(|pair| (pair[1].close() / pair[0].close()).ln());
        return returns.map(|change| ewma.update(change).sqrt()).collect();
    }
    let estimator = match kind {
        "close" => Estimator::Close,
        "parkinson" => Estimator::Parkinson,
        "garman_klass" => Estimator::GarmanKlass,
        "rogers_satchell" => Estimator::RogersSatchell,
        "yang_zhang" => Estimator::YangZhang,
        other => panic!("an estimator that is not here: {other}"),
    };
    let mut volatility = WindowVolatility::new(estimator, parameter.parse().unwrap()).unwrap();
    candles.iter().map(|candle| volatility.update(candle).unwrap_or(f64::NAN)).collect()
}

#[test]
fn equals_numpy() {
    each_case("volatility.json", |input, expect, case| {
        let candles = candles(input);
        let mut compared = 0;
        for (name, wanted) in expect.as_object().unwrap() {
            let (found, wanted) = (estimate(name, &candles), numbers(wanted));
            assert_eq!(found.len(), wanted.len(), "{case}, {name}");
            for (row, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                close(*found, *wanted, 1e-10, &format!("{case}, {name}, row {row}"));
            }
            compared += found.len();
        }
        compared
    });
}

#[test]
fn refuses_what_is_no_window_and_no_decay() {
    for decay in [0.0, 1.0, -0.5, f64::NAN] {
        let error = Ewma::new(decay, EwmaStart::Adjusted).unwrap_err();
        assert!(matches!(error, RiskError::Parameter { name: "decay", .. }));
    }
    assert!(Ewma::half_life(0.0, EwmaStart::Adjusted).is_err());
    assert!(WindowVolatility::new(Estimator::Close, 1).is_err());
    assert_eq!(Ewma::new(0.5, EwmaStart::Adjusted).unwrap().variance(), None);
}
