//! Years with and without a change.

use crate::calibration::{Calibration, CalibrationSettings, Row};
use crate::detector::{Side, Tier};
use crate::error::MonitoringError;
use crate::generator::Generator;
use crate::simulation::market::{Market, RULE, price};

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24;
/// Hours without a change before one.
const BEFORE: i64 = 90 * 24;

/// What becomes of calibration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Nothing: every probability is right given all that is known.
    None,
    /// Every row is given the base rate: right on average, but not given the volatility of the hour.
    OnAverageOnly,
    /// Labels of 1 become as rare as this, probabilities stay as they were.
    BaseRate(f64),
    /// Log odds of probabilities are twice as far apart as they should be; their mean stays the base rate.
    HalfTheSlope,
}

/// What one year was like: by tier, whether and after how many days it first alarmed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outcome {
    /// Days to the first watch, of any side.
    pub watch: Option<f64>,
    /// Days to the first alert, of any side.
    pub alert: Option<f64>,
    /// Number of alarms by tier and side: watch down, up, both, alert down, up, both.
    pub alarms: [u32; 6],
}

/// Simulates `years` years, each from nothing: hourly rows, labels of 24 hours from the path of the
/// price. With a change, ninety days without one come first and are not counted.
///
/// # Errors
/// A change that the market cannot have.
pub fn simulate(
    market: &Market,
    change: Change,
    years: u32,
    seed: u64,
) -> Result<Vec<Outcome>, MonitoringError> {
    let after = match change {
        Change::BaseRate(rate) => market.with_base_rate(rate)?,
        _ => market.clone(),
    };
    let promised = match change {
        Change::None | Change::BaseRate(_) => market.probabilities().to_vec(),
        Change::OnAverageOnly => vec![market.base_rate(); market.probabilities().len()],
        Change::HalfTheSlope => market.stretched(),
    };
    let before = if matches!(change, Change::None | Change::OnAverageOnly) { 0 } else { BEFORE };
    let settings = CalibrationSettings::new(RULE.0, RULE.1, RULE.2, HOUR)?;
    (0..years)
        .map(|year| {
            let mut generator = Generator::new(seed, year.into());
            let mut monitor = Calibration::new(settings);
            let mut level = market.start(&mut generator);
            let (mut steps, mut outcome) = (0, Outcome::default());
            for hour in 0..before + YEAR {
                let changed = hour >= before;
                let now = if changed { &after } else { market };
                let (next, [high, low, close]) = now.next(level, steps, &mut generator);
                (level, steps) = (next, close);
                let p = if changed { promised[level] } else { market.probabilities()[level] };
                let row = Row {
                    time: hour * HOUR,
                    high: price(high),
                    low: price(low),
                    close: price(close),
                    p: Some(p),
                };
                for alarm in monitor.push(&row)?.into_iter().filter(|_| changed) {
                    let days = (hour - before + 1) as f64 / 24.0;
                    let first = match alarm.tier {
                        Tier::Watch => &mut outcome.watch,
                        Tier::Alert => &mut outcome.alert,
                    };
                    first.get_or_insert(days);
                    outcome.alarms[place(alarm.tier, alarm.side)] += 1;
                }
            }
            Ok(outcome)
        })
        .collect()
}

fn place(tier: Tier, side: Side) -> usize {
    let side = match side {
        Side::Down => 0,
        Side::Up => 1,
        Side::Both => 2,
    };
    side + if tier == Tier::Alert { 3 } else { 0 }
}

/// What many years were like.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Summary {
    /// Years.
    pub years: usize,
    /// Share of the years with a watch of any side.
    pub watch_share: f64,
    /// Share of the years with an alert of any side.
    pub alert_share: f64,
    /// Median days to the first watch, of the years that had one.
    pub watch_days: Option<f64>,
    /// Median days to the first alert, of the years that had one.
    pub alert_days: Option<f64>,
    /// Mean number of alarms a year: watch down, up, both, alert down, up, both.
    pub alarms: [f64; 6],
}

/// Sums years up.
#[must_use]
pub fn summary(outcomes: &[Outcome]) -> Summary {
    let n = outcomes.len().max(1) as f64;
    let days = |of: fn(&Outcome) -> Option<f64>| {
        let mut days: Vec<f64> = outcomes.iter().filter_map(of).collect();
        days.sort_by(f64::total_cmp);
        (days.len() as f64 / n, days.get(days.len() / 2).copied())
    };
    let ((watch_share, watch_days), (alert_share, alert_days)) =
        (days(|outcome| outcome.watch), days(|outcome| outcome.alert));
    let mut alarms = [0.0; 6];
    for outcome in outcomes {
        for (sum, &alarms) in alarms.iter_mut().zip(&outcome.alarms) {
            *sum += f64::from(alarms) / n;
        }
    }
    Summary { years: outcomes.len(), watch_share, alert_share, watch_days, alert_days, alarms }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Volatility;

    #[test]
    fn a_collapse_is_noticed_and_calm_years_are_calm() -> Result<(), MonitoringError> {
        let market = Market::new(Volatility::Constant, 0.13)?;
        let calm = summary(&simulate(&market, Change::None, 12, 1)?);
        assert_eq!(calm.alert_share, 0.0);
        let collapse = summary(&simulate(&market, Change::BaseRate(0.03), 4, 1)?);
        assert_eq!(collapse.watch_share, 1.0);
        assert!(collapse.watch_days.is_some_and(|days| days < 120.0), "{collapse:?}");
        Ok(())
    }
}
