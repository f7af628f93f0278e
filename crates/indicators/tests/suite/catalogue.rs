//! Every indicator under a name and with parameters, for tests and benchmarks over all of them.

use indicators::{
    Adx, AdxLines, Atr, Bands, BollingerBands, Candle, Correlation, Delay, DirectionalLines,
    DirectionalMovement, Donchian, Ema, Indicator, IndicatorError, Keltner, LinearRegression, Macd,
    MacdLines, Multiplier, Pair, PairLine, PairRegression, Period, RegressionLine, RollingMax,
    RollingMin, Rsi, Sma, StdDev, Stochastic, StochasticLines, TrueRange, Wilder, ZScore,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every name, with usual parameters.
pub(crate) const ALL: &[(&str, &[usize])] = &[
    ("sma", &[20]),
    ("ema", &[20]),
    ("wilder", &[14]),
    ("rsi", &[14]),
    ("macd", &[12, 26, 9]),
    ("bollinger", &[20, 2]),
    ("true-range", &[]),
    ("atr", &[14]),
    ("std-dev", &[20]),
    ("z-score", &[20]),
    ("max", &[20]),
    ("min", &[20]),
    ("donchian", &[20]),
    ("keltner", &[20, 10, 2]),
    ("stochastic", &[14, 3, 3]),
    ("stochastic-fast", &[14, 3]),
    ("directional", &[14]),
    ("adx", &[14]),
    ("correlation", &[20]),
    ("linear-regression", &[20]),
    ("pair-regression", &[20]),
    ("delay", &[24]),
];

/// Columns to feed indicators with.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct Series {
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
    /// Another series, for the indicators of two.
    pub(crate) other: Vec<f64>,
}

impl Series {
    fn candles(&self) -> Vec<Candle> {
        let rows = self.high.iter().zip(&self.low).zip(&self.close);
        rows.map(|((&high, &low), &close)| Candle { high, low, close }).collect()
    }

    fn pairs(&self) -> Vec<Pair> {
        self.close.iter().zip(&self.other).map(|(&x, &y)| Pair { x, y }).collect()
    }
}

/// An output as numbers, in the order of its fields.
pub(crate) trait Numbers {
    /// How many there are.
    const COUNT: usize;

    fn numbers(self) -> Vec<f64>;
}

impl Numbers for f64 {
    const COUNT: usize = 1;

    fn numbers(self) -> Vec<f64> {
        vec![self]
    }
}

macro_rules! numbers {
    ($($output:ident { $($field:ident),+ })+) => {$(
        impl Numbers for $output {
            const COUNT: usize = [$(stringify!($field)),+].len();

            fn numbers(self) -> Vec<f64> {
                vec![$(self.$field),+]
            }
        }
    )+};
}

numbers! {
    Bands { upper, middle, lower }
    MacdLines { macd, signal, histogram }
    StochasticLines { k, d }
    DirectionalLines { plus, minus }
    AdxLines { adx, plus, minus }
    RegressionLine { slope, intercept, end }
    PairLine { slope, intercept }
}

/// Something to be done with an indicator of whichever type.
pub(crate) trait Visitor {
    type Output;

    fn visit<I>(self, indicator: I, rows: &[I::Input]) -> Self::Output
    where
        I: Indicator<Output: Numbers> + Clone + Serialize + DeserializeOwned;
}

/// Visits the indicator of this name.
pub(crate) fn visit<V: Visitor>(
    name: &str,
    parameters: &[usize],
    series: &Series,
    visitor: V,
) -> Result<V::Output, IndicatorError> {
    let period = |at: usize| Period::new(parameters[at]);
    let multiplier = |at: usize| Multiplier::new(parameters[at] as f64);
    let values = series.close.as_slice();
    let (candles, pairs) = (&series.candles(), &series.pairs());
    Ok(match name {
        "sma" => visitor.visit(Sma::new(period(0)?), values),
        "ema" => visitor.visit(Ema::new(period(0)?), values),
        "wilder" => visitor.visit(Wilder::new(period(0)?), values),
        "rsi" => visitor.visit(Rsi::new(period(0)?), values),
        "macd" => visitor.visit(Macd::new(period(0)?, period(1)?, period(2)?)?, values),
        "bollinger" => visitor.visit(BollingerBands::new(period(0)?, multiplier(1)?), values),
        "true-range" => visitor.visit(TrueRange::new(), candles),
        "atr" => visitor.visit(Atr::new(period(0)?), candles),
        "std-dev" => visitor.visit(StdDev::new(period(0)?), values),
        "z-score" => visitor.visit(ZScore::new(period(0)?)?, values),
        "max" => visitor.visit(RollingMax::new(period(0)?), values),
        "min" => visitor.visit(RollingMin::new(period(0)?), values),
        "donchian" => visitor.visit(Donchian::new(period(0)?), candles),
        "keltner" => visitor.visit(Keltner::new(period(0)?, period(1)?, multiplier(2)?), candles),
        "stochastic" => {
            visitor.visit(Stochastic::slow(period(0)?, period(1)?, period(2)?), candles)
        }
        "stochastic-fast" => visitor.visit(Stochastic::fast(period(0)?, period(1)?), candles),
        "directional" => visitor.visit(DirectionalMovement::new(period(0)?)?, candles),
        "adx" => visitor.visit(Adx::new(period(0)?)?, candles),
        "correlation" => visitor.visit(Correlation::new(period(0)?)?, pairs),
        "linear-regression" => visitor.visit(LinearRegression::new(period(0)?)?, values),
        "pair-regression" => visitor.visit(PairRegression::new(period(0)?)?, pairs),
        "delay" => visitor.visit(Delay::new(period(0)?), values),
        other => panic!("no indicator is called {other}"),
    })
}
