//! What past falls of the market would do to positions held now.

use backtest::Candle;

use crate::RiskError;

/// How far a market fell in a stretch of candles; fractions, negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fall {
    /// From the highest high of earlier candles to a candle's low.
    pub peak_to_trough: f64,
    /// From a candle's open to its low.
    pub open_to_low: f64,
    /// From a close to the close a day later; none where the stretch is shorter.
    pub day_close: Option<f64>,
}

impl Fall {
    /// Measures the worst falls of `candles`, of which a day has `rows_a_day`.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for fewer than two candles: nothing can fall.
    pub fn measure(candles: &[Candle], rows_a_day: usize) -> Result<Self, RiskError> {
        let Some((first, later)) = candles.split_first().filter(|(_, later)| !later.is_empty())
        else {
            return Err(RiskError::parameter("candles", candles.len() as f64, "at least two"));
        };
        let mut peak = first.high();
        let mut peak_to_trough = 0.0_f64;
        for candle in later {
            peak_to_trough = peak_to_trough.min(candle.low() / peak - 1.0);
            peak = peak.max(candle.high());
        }
        let within = candles.iter().map(|candle| candle.low() / candle.open() - 1.0);
        let days = candles.iter().zip(candles.get(rows_a_day..).unwrap_or_default());
        Ok(Self {
            peak_to_trough,
            open_to_low: within.fold(0.0, f64::min),
            day_close: days.map(|(from, to)| to.close() / from.close() - 1.0).reduce(f64::min),
        })
    }
}

/// A fall that has happened, measured on hourly candles of Binance USDⓈ-M perpetuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// First day, UTC.
    pub from: &'static str,
    /// Last day, UTC, part of it.
    pub to: &'static str,
    /// BTCUSDT's fall from peak to trough, and its worst within one hour.
    pub btc: [f64; 2],
    /// ETHUSDT's; other instruments are taken to fall like it.
    pub eth: [f64; 2],
}

/// The falls that stress results are computed for.
pub const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "2020-03 covid",
        from: "2020-03-11",
        to: "2020-03-14",
        btc: [-0.5466, -0.2934],
        eth: [-0.6729, -0.2706],
    },
    Scenario {
        name: "2021-05 leverage",
        from: "2021-05-18",
        to: "2021-05-21",
        btc: [-0.3743, -0.1818],
        eth: [-0.6077, -0.3996],
    },
    Scenario {
        name: "2022-11 FTX",
        from: "2022-11-05",
        to: "2022-11-11",
        btc: [-0.2799, -0.0944],
        eth: [-0.3574, -0.1113],
    },
    Scenario {
        name: "2025-10 liquidations",
        from: "2025-10-10",
        to: "2025-10-12",
        btc: [-0.1713, -0.1111],
        eth: [-0.2259, -0.1203],
    },
];

impl Scenario {
    /// The fall from peak to trough and the worst within one hour of an instrument, by its name.
    #[must_use]
    pub fn fall_of(&self, instrument: &str) -> [f64; 2] {
        if instrument.to_ascii_lowercase().contains("btc") { self.btc } else { self.eth }
    }
}

/// Where a position ends after a fall, as a fraction of the price before it.
///
/// A long position without a stop is marked at the trough. One with a stop `s` below the price is filled at
/// the low of the candle that hits it: in the worst case that candle opens at the stop and has the worst
/// hour of the fall, `(1 − s)·(1 + hour)`, but nothing trades below the trough. A short position gains the
/// fall; its stop is not reached.
///
/// ```
/// use risk::stressed_price;
///
/// assert_eq!(stressed_price(1.0, None, [-0.5, -0.2]), 0.5);
/// assert_eq!(stressed_price(1.0, Some(0.02), [-0.5, -0.2]), 0.98 * 0.8);
/// assert_eq!(stressed_price(1.0, Some(0.02), [-0.01, -0.01]), 0.99);
/// ```
#[must_use]
pub fn stressed_price(quantity: f64, stop: Option<f64>, [fall, hour]: [f64; 2]) -> f64 {
    let trough = 1.0 + fall;
    match stop {
        Some(stop) if quantity > 0.0 && 1.0 - stop >= trough => {
            ((1.0 - stop) * (1.0 + hour)).max(trough)
        }
        _ => trough,
    }
}
