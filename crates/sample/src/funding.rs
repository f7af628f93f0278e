//! Funding rates from a premium of the future over its index.

use rand_chacha::ChaCha8Rng;

use crate::latent::{Latent, autoregressive};
use crate::spec::MICROS_PER_HOUR;
use market_data::FundingRates;

const HOURS_BETWEEN: u8 = 8;
/// The part of the rate that stands for the difference of interest, per 8 hours.
const INTEREST: f64 = 0.0001;
/// How far the premium may be from the interest before the rate follows it.
const DEAD_ZONE: f64 = 0.0005;
/// Premium per unit of signal: who expects a rise pays more for the future than for the coin.
const PREMIUM_PER_SIGNAL: f64 = 0.000_25;
const PREMIUM_NOISE: f64 = 0.000_25;
const NOISE_HALF_LIFE_HOURS: f64 = 12.0;

/// The rates paid at 00:00, 08:00 and 16:00 UTC, by Binance's formula over the mean premium `P` of the eight hours before each payment:
/// `P + clamp(interest − P, ±0.05 %)`, so that it is exactly the interest in quiet times.
pub(crate) fn funding(
    timestamps: &[i64],
    latent: &Latent,
    random: &mut ChaCha8Rng,
) -> FundingRates {
    let noise = autoregressive(random, NOISE_HALF_LIFE_HOURS, timestamps.len());
    let premium = |(signal, noise): (&f64, f64)| {
        INTEREST + PREMIUM_PER_SIGNAL * signal + PREMIUM_NOISE * noise
    };
    let premium: Vec<f64> = latent.signal.iter().zip(noise).map(premium).collect();
    paid(timestamps, &premium, i64::MAX)
}

/// The rates of a companion: its own premium wanders by itself, with a memory of `half_life_hours` and a
/// standard deviation of `spread`. From `four_hourly_from` on half the rate is paid twice as often.
pub(crate) fn wandering(
    timestamps: &[i64],
    half_life_hours: f64,
    spread: f64,
    four_hourly_from: i64,
    random: &mut ChaCha8Rng,
) -> FundingRates {
    let noise = autoregressive(random, half_life_hours, timestamps.len());
    let premium: Vec<f64> = noise.into_iter().map(|noise| INTEREST + spread * noise).collect();
    paid(timestamps, &premium, four_hourly_from)
}

/// The rates of a premium an hour, paid every eight hours, and after `four_hourly_from` every four.
fn paid(timestamps: &[i64], premium: &[f64], four_hourly_from: i64) -> FundingRates {
    let mut rates = FundingRates { timestamps: Vec::new(), rates: Vec::new() };
    for (hour, &timestamp) in timestamps.iter().enumerate() {
        let between = if timestamp > four_hourly_from { HOURS_BETWEEN / 2 } else { HOURS_BETWEEN };
        if timestamp.div_euclid(MICROS_PER_HOUR).rem_euclid(i64::from(between)) == 0 {
            let mean = rate(&premium[hour.saturating_sub(usize::from(between))..hour]);
            let share = f64::from(between) / f64::from(HOURS_BETWEEN);
            rates.timestamps.push(timestamp);
            rates.rates.push((mean * share * 1e8).round() / 1e8);
        }
    }
    rates
}

/// The rate for the premiums of the hours before, to eight decimals as exchanges publish it.
fn rate(premiums: &[f64]) -> f64 {
    if premiums.is_empty() {
        return INTEREST;
    }
    let premium = premiums.iter().sum::<f64>() / premiums.len() as f64;
    let rate = premium + (INTEREST - premium).clamp(-DEAD_ZONE, DEAD_ZONE);
    (rate * 1e8).round() / 1e8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_leaves_the_interest_only_outside_the_dead_zone() {
        assert_eq!(rate(&[]), 0.0001);
        assert_eq!(rate(&[0.0005, 0.0006]), 0.0001);
        assert_eq!(rate(&[-0.0003]), 0.0001);
        assert_eq!(rate(&[0.001]), 0.0005);
        assert_eq!(rate(&[-0.001]), -0.0005);
    }
}
