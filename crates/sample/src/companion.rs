//! Instruments beside the two that have predictions: for strategies that trade several.

use rand_chacha::ChaCha8Rng;

use crate::funding::wandering;
use crate::instrument::{Character, Instrument};
use crate::latent::{Draws, autoregressive, stream};
use crate::prices::following;
use crate::spec::{MICROS_PER_HOUR, SampleSpec};
use market_data::{Candles, FundingRates};

/// An instrument of the sample that has no predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Companion {
    /// The perpetual future of another coin. From March to October 2025 it is cointegrated with the
    /// first, before and after it is not.
    Sol,
    /// The first coin, quoted in another currency: the same price but for a small basis, and funding of
    /// its own, paid every four hours from July 2025 on.
    BtcUsdc,
    /// The first coin itself, which has no funding: the same price but for a small basis, which widens
    /// to 1.6 % in the middle of March 2024.
    BtcSpot,
}

/// Months of the stretch in which [`Companion::Sol`] is cointegrated with the first instrument.
const TOGETHER: [&str; 2] = ["2025-03", "2025-11"];
/// When [`Companion::BtcUsdc`] begins to pay every four hours: 2025-07-01 00:00 UTC.
const FOUR_HOURLY_FROM: i64 = 1_751_328_000_000_000;

/// Hedge ratio of log prices, and the log price that goes with it.
const SOL_PER_BTC: f64 = 1.2;
/// Memory and standard deviation of the spread while the two are together, and its steps otherwise.
const SPREAD_HALF_LIFE_HOURS: f64 = 18.0;
const SPREAD_DEVIATION: f64 = 0.015;
const SPREAD_STEP: f64 = 0.004;
const BASIS_HALF_LIFE_HOURS: f64 = 12.0;
const BASIS_DEVIATION: f64 = 0.000_5;
/// What the future costs more than spot in ordinary hours, and how far that wanders.
const SPOT_BASIS: f64 = 0.000_3;
const SPOT_BASIS_DEVIATION: f64 = 0.000_4;
/// When the future stands furthest above spot, 2024-03-13 12:00 UTC; by how much, and for how long:
/// the standard deviation of a bell in time.
const WIDEST_AT: i64 = 1_710_331_200_000_000;
const WIDEST_BASIS: f64 = 0.016;
const WIDE_HOURS: f64 = 18.0;
/// Funding: memory of the premium in hours, and its standard deviation.
const SOL_PREMIUM: (f64, f64) = (24.0, 0.000_4);
const BTCUSDC_PREMIUM: (f64, f64) = (240.0, 0.000_6);

/// Everything about a companion.
#[derive(Debug, Clone, PartialEq)]
pub struct CompanionSample {
    /// Which one.
    pub companion: Companion,
    /// Its candles.
    pub candles: Candles,
    /// Its funding rates; none of spot.
    pub funding: Option<FundingRates>,
}

impl Companion {
    /// All, in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Sol, Self::BtcUsdc, Self::BtcSpot];

    /// Its symbol, as file and table names write it: `solusdt`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Sol => "solusdt",
            Self::BtcUsdc => "btcusdc",
            Self::BtcSpot => Instrument::Btc.symbol(),
        }
    }

    /// Symbol and kind, as file and dataset names write them: `solusdt_perp`.
    pub(crate) fn market(self) -> String {
        let kind = if self == Self::BtcSpot { "spot" } else { "perp" };
        format!("{}_{kind}", self.symbol())
    }

    /// Its value in the `dataset` columns: `sample_solusdt_perp_1h`.
    pub fn dataset(self) -> String {
        format!("sample_{}_1h", self.market())
    }

    /// The table of its candles: `ohlcv_solusdt_1h`.
    pub fn ohlcv_table(self) -> String {
        format!("ohlcv_{}_1h", self.symbol())
    }

    fn character(self) -> Character {
        let btc = Instrument::Btc.character();
        match self {
            Self::Sol => Character {
                first_price: 21.0,
                ticks_per_unit: 1_000.0,
                hourly_volatility: 0.008,
                typical_volume: 900_000.0,
                ..btc
            },
            Self::BtcUsdc => Character { typical_volume: 2_000.0, ..btc },
            Self::BtcSpot => Character { ticks_per_unit: 100.0, typical_volume: 3_000.0, ..btc },
        }
    }
}

/// The companions of the first instrument, whose candles are `btc`.
pub(crate) fn companions(spec: &SampleSpec, btc: &Candles) -> [CompanionSample; 3] {
    let random = |draws| stream(spec.seed, draws, None);
    let sample = |companion: Companion, closes: Vec<f64>, draws, funding| {
        let timestamps = btc.timestamps.clone();
        let candles = following(&closes, timestamps, &companion.character(), &mut random(draws));
        CompanionSample { companion, candles, funding }
    };
    let funding = |(memory, size), four_hourly_from, draws| {
        Some(wandering(&btc.timestamps, memory, size, four_hourly_from, &mut random(draws)))
    };
    let sol_closes = sol(btc, &mut random(Draws::Spread));
    let sol_funding = funding(SOL_PREMIUM, i64::MAX, Draws::SpreadPremium);
    let usdc_closes = btcusdc(btc, &mut random(Draws::Basis));
    let usdc_funding = funding(BTCUSDC_PREMIUM, FOUR_HOURLY_FROM, Draws::BasisPremium);
    let spot_closes = spot(btc, &mut random(Draws::SpotBasis));
    [
        sample(Companion::Sol, sol_closes, Draws::SpreadCandles, sol_funding),
        sample(Companion::BtcUsdc, usdc_closes, Draws::BasisCandles, usdc_funding),
        sample(Companion::BtcSpot, spot_closes, Draws::SpotCandles, None),
    ]
}

/// The closes of [`Companion::Sol`], but for ticks.
fn sol(btc: &Candles, random: &mut ChaCha8Rng) -> Vec<f64> {
    let first = btc.close.first().copied().unwrap_or(1.0);
    let spread = spread(&btc.timestamps, random);
    let closes = btc.close.iter().zip(spread).map(|(close, spread)| {
        Companion::Sol.character().first_price * ((close / first).powf(SOL_PER_BTC)) * spread.exp()
    });
    closes.collect()
}

/// The closes of [`Companion::BtcUsdc`].
fn btcusdc(btc: &Candles, random: &mut ChaCha8Rng) -> Vec<f64> {
    let basis = autoregressive(random, BASIS_HALF_LIFE_HOURS, btc.close.len());
    btc.close
        .iter()
        .zip(basis)
        .map(|(close, basis)| close * (BASIS_DEVIATION * basis).exp())
        .collect()
}

/// The closes of [`Companion::BtcSpot`].
fn spot(btc: &Candles, random: &mut ChaCha8Rng) -> Vec<f64> {
    let noise = autoregressive(random, BASIS_HALF_LIFE_HOURS, btc.close.len());
    let rows = btc.timestamps.iter().zip(&btc.close).zip(noise);
    let closes = rows.map(|((timestamp, close), noise)| {
        let hours = (timestamp - WIDEST_AT) as f64 / MICROS_PER_HOUR as f64 / WIDE_HOURS;
        let widening = WIDEST_BASIS * (-hours * hours / 2.0).exp();
        close * (-SPOT_BASIS - SPOT_BASIS_DEVIATION * noise - widening).exp()
    });
    closes.collect()
}

/// A random walk, but for the stretch in which it comes back to where it was when that began.
fn spread(timestamps: &[i64], random: &mut ChaCha8Rng) -> Vec<f64> {
    let [from, to] = TOGETHER.map(|month| {
        month
            .parse::<strategy_core::YearMonth>()
            .map_or(0, |month| month.start().timestamp_micros())
    });
    let persistence = 0.5_f64.powf(SPREAD_HALF_LIFE_HOURS.recip());
    let innovation = SPREAD_DEVIATION * (1.0 - persistence * persistence).sqrt();
    let (mut level, mut deviation) = (0.0, 0.0);
    // A memory of none is white noise.
    let steps = autoregressive(random, 0.0, timestamps.len());
    timestamps
        .iter()
        .zip(steps)
        .map(|(&timestamp, step)| {
            if (from..to).contains(&timestamp) {
                deviation = persistence * deviation + innovation * step;
            } else {
                level += deviation + SPREAD_STEP * step;
                deviation = 0.0;
            }
            level + deviation
        })
        .collect()
}
