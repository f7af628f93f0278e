//! Candles from the hidden state.

use std::f64::consts::TAU;

use chrono::TimeDelta;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::instrument::Character;
use crate::latent::Latent;
use crate::spec::MICROS_PER_HOUR;
use market_data::Candles;

/// Log return an hour that a signal of 1 adds: about 0.7 % a day.
const DRIFT_PER_SIGNAL: f64 = 0.000_3;
/// Standard deviation of the logarithm of volatility.
const LOG_VOLATILITY_SPREAD: f64 = 0.3;
/// Root mean square spread of an hour's price, high to low, in standard deviations of its return
/// (Parkinson 1980): √(4 ln 2).
const SPREAD_PER_VOLATILITY: f64 = 1.665;

/// Stochastic volatility with a daily and weekly season: the log return of hour `t` is
/// `drift · signal + σ · season · e^{s·v − s²} · shock · tail`, with `v` the volatility state and
/// `−s²` making σ its root mean square.
///
/// Each candle opens at the close before it, its high is never below open or close and its low
/// never above, and prices are whole ticks, at least one. High and low are extremes of a Brownian
/// bridge between open and close, drawn independently of each other: right one by one, and close
/// enough together.
pub(crate) fn candles(
    timestamps: Vec<i64>,
    latent: &Latent,
    character: &Character,
    random: &mut ChaCha8Rng,
) -> Candles {
    traded(timestamps, character, random, |hour, timestamp, _| {
        let clustering = (LOG_VOLATILITY_SPREAD * latent.volatility[hour]
            - LOG_VOLATILITY_SPREAD * LOG_VOLATILITY_SPREAD)
            .exp();
        let usual = character.hourly_volatility * season(timestamp);
        let volatility = usual * clustering * latent.tail[hour];
        let log_return = DRIFT_PER_SIGNAL * latent.signal[hour] + volatility * latent.shock[hour];
        (log_return, volatility)
    })
}

/// Candles that close at `closes`, but for ticks.
pub(crate) fn following(
    closes: &[f64],
    timestamps: Vec<i64>,
    character: &Character,
    random: &mut ChaCha8Rng,
) -> Candles {
    traded(timestamps, character, random, |hour, timestamp, open| {
        ((closes[hour] / open).ln(), character.hourly_volatility * season(timestamp) / 2.0)
    })
}

/// Candles of the log returns and volatilities that `step` gives for an hour, its time and its open.
fn traded(
    timestamps: Vec<i64>,
    character: &Character,
    random: &mut ChaCha8Rng,
    step: impl Fn(usize, i64, f64) -> (f64, f64),
) -> Candles {
    let hours = timestamps.len();
    let column = || Vec::with_capacity(hours);
    let mut candles = Candles {
        timestamps,
        open: column(),
        high: column(),
        low: column(),
        close: column(),
        volume: column(),
        interval: TimeDelta::hours(1),
    };
    let to_tick = |price: f64| {
        // Dividing by a whole number gives the double nearest to the decimal price.
        (price * character.ticks_per_unit).round().max(1.0) / character.ticks_per_unit
    };
    let mut open = to_tick(character.first_price);
    for (hour, &timestamp) in candles.timestamps.iter().enumerate() {
        let (log_return, volatility) = step(hour, timestamp, open);
        let close = to_tick(open * log_return.exp());

        let moved = (close / open).ln();
        let mut reach = || {
            let survival: f64 = 1.0 - random.random::<f64>(); // in (0, 1]: its logarithm exists
            (moved * moved - 2.0 * volatility * volatility * survival.ln()).sqrt()
        };
        let high = to_tick(open * f64::midpoint(moved, reach()).exp());
        let low = to_tick(open * f64::midpoint(moved, -reach()).exp());

        let activity = (high - low) / (open * character.hourly_volatility * SPREAD_PER_VOLATILITY);
        let mood: f64 = random.sample(StandardNormal);
        let volume = character.typical_volume * (0.2 + 0.8 * activity) * (0.3 * mood).exp();
        // Lots of a thousandth, also so that no processor's last bit shows.
        let volume = (volume * 1e3).round().max(1.0) / 1e3;

        candles.open.push(open);
        candles.high.push(high.max(open).max(close));
        candles.low.push(low.min(open).min(close));
        candles.close.push(close);
        candles.volume.push((volume * 1000.0).round() / 1000.0);
        open = close;
    }
    candles
}

/// How lively the hour is: most around 15:00 UTC, when America wakes, and less at weekends.
fn season(timestamp: i64) -> f64 {
    let hours = timestamp.div_euclid(MICROS_PER_HOUR);
    let daily = 1.0 + 0.35 * (TAU * (hours.rem_euclid(24) - 15) as f64 / 24.0).cos();
    // The epoch was a Thursday: days 2 and 3 of its week are Saturday and Sunday.
    let weekend = matches!(hours.div_euclid(24).rem_euclid(7), 2 | 3);
    if weekend { daily * 0.75 } else { daily }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_season_peaks_in_the_afternoon_of_working_days() {
        let at = |text: &str| {
            season(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros())
        };
        assert_eq!(at("2025-11-03T15:00:00Z"), 1.35); // a Monday
        assert!(at("2025-11-03T03:00:00Z") < 0.66);
        assert_eq!(at("2025-11-01T15:00:00Z"), 1.35 * 0.75); // a Saturday
        assert_eq!(at("2025-11-02T15:00:00Z"), 1.35 * 0.75);
    }
}
