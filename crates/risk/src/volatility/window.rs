//! Volatility over a window of candles, from closes or from the candles' ranges.

use std::collections::VecDeque;
use std::f64::consts::LN_2;

use backtest::Candle;

use crate::RiskError;

/// How a window of `w` candles gives a variance. `o h l c` are logarithms of a candle's prices, `c₋₁` the
/// close before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Estimator {
    /// Sample variance of `c − c₋₁`, with w − 1.
    Close,
    /// Mean of `(h − l)² ÷ 4 ln 2` (Parkinson 1980).
    Parkinson,
    /// Mean of `½(h − l)² − (2 ln 2 − 1)(c − o)²` (Garman and Klass 1980).
    GarmanKlass,
    /// Mean of `(h − c)(h − o) + (l − c)(l − o)`, which drift does not disturb (Rogers and Satchell 1991).
    RogersSatchell,
    /// Sample variance of `o − c₋₁`, plus `k` × that of `c − o`, plus `1 − k` × Rogers–Satchell, with
    /// `k = 0.34 ÷ (1.34 + (w + 1)/(w − 1))`: also gaps between candles count (Yang and Zhang 2000).
    YangZhang,
}

/// Per-row volatility over the last `w` candles: the square root of an [`Estimator`]'s variance.
///
/// It depends on the window alone, however many rows have passed before; a row costs O(w).
///
/// ```
/// use backtest::Candle;
/// use risk::{Estimator, WindowVolatility};
///
/// let mut volatility = WindowVolatility::new(Estimator::Parkinson, 2)?;
/// let candle = Candle::new(0, [100.0, 102.0, 100.0, 101.0])?;
/// assert_eq!(volatility.update(&candle), None);
/// let sigma = volatility.update(&candle).unwrap();
/// assert!((sigma - 1.02_f64.ln() / (4.0 * 2.0_f64.ln()).sqrt()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WindowVolatility {
    estimator: Estimator,
    window: usize,
    terms: VecDeque<[f64; 3]>,
    last_close: Option<f64>,
}

impl WindowVolatility {
    /// The volatility of the last `window` candles.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for fewer than 2 candles.
    pub fn new(estimator: Estimator, window: usize) -> Result<Self, RiskError> {
        if window < 2 {
            return Err(RiskError::parameter("window", window as f64, "at least 2 candles"));
        }
        Ok(Self { estimator, window, terms: VecDeque::new(), last_close: None })
    }

    /// Takes one candle; the volatility with it, once the window is full. Estimators that look at the
    /// close before need one candle more.
    pub fn update(&mut self, candle: &Candle) -> Option<f64> {
        let previous = self.last_close.replace(candle.close());
        let [o, h, l, c] =
            [candle.open(), candle.high(), candle.low(), candle.close()].map(f64::ln);
        let from_last = |price: f64| previous.map(|close| price - close.ln());
        let satchell = (h - c) * (h - o) + (l - c) * (l - o);
        let terms = match self.estimator {
            Estimator::Close => from_last(c).map(|change| [change, 0.0, 0.0]),
            Estimator::Parkinson => Some([(h - l).powi(2) / (4.0 * LN_2), 0.0, 0.0]),
            Estimator::GarmanKlass => {
                let body = (2.0 * LN_2 - 1.0) * (c - o).powi(2);
                Some([0.5 * (h - l).powi(2) - body, 0.0, 0.0])
            }
            Estimator::RogersSatchell => Some([satchell, 0.0, 0.0]),
            Estimator::YangZhang => from_last(o).map(|gap| [gap, c - o, satchell]),
        }?;
        if self.terms.len() == self.window {
            self.terms.pop_front();
        }
        self.terms.push_back(terms);
        (self.terms.len() == self.window).then(|| self.variance().max(0.0).sqrt())
    }

    fn variance(&self) -> f64 {
        let w = self.window as f64;
        match self.estimator {
            Estimator::Close => self.sample_variance(0),
            Estimator::YangZhang => {
                let k = 0.34 / (1.34 + (w + 1.0) / (w - 1.0));
                self.sample_variance(0) + k * self.sample_variance(1) + (1.0 - k) * self.mean(2)
            }
            _ => self.mean(0),
        }
    }

    fn mean(&self, term: usize) -> f64 {
        self.terms.iter().map(|terms| terms[term]).sum::<f64>() / self.window as f64
    }

    fn sample_variance(&self, term: usize) -> f64 {
        let mean = self.mean(term);
        let squares: f64 = self.terms.iter().map(|terms| (terms[term] - mean).powi(2)).sum();
        squares / (self.window as f64 - 1.0)
    }
}
