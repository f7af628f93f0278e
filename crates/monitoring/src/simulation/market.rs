//! A market in which the probability of a label can be worked out.

use crate::error::{MonitoringError, check};
use crate::generator::Generator;

/// One step of the price, in logarithms. Eight reach the take profit of 4 %, four the stop of 2 %.
const STEP: f64 = 0.0052;
const UP: usize = 8;
const DOWN: usize = 4;
/// Steps in an hour.
const MOVES: usize = 4;
/// Levels of volatility.
const LEVELS: usize = 7;
/// How likely the level stays where it is from one hour to the next.
const STAY: f64 = 0.96;

/// Take profit, stop loss and horizon in hours of the market's labels.
pub(crate) const RULE: (f64, f64, u32) = (0.04, 0.02, 24);

/// How volatility moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volatility {
    /// The same in every hour.
    Constant,
    /// A chain of seven levels from a third to three times the middle one, which changes about once a
    /// day by one level.
    Stochastic,
}

/// A price that moves by fixed steps, four times an hour: up or down with the level's probability, else
/// not at all. So the probability of a label, given the level, follows exactly by dynamic programming.
#[derive(Debug, Clone)]
pub struct Market {
    /// Probability that a quarter of an hour moves the price up, and down, by level.
    up: Vec<f64>,
    down: Vec<f64>,
    /// Probability of a label of 1, by level at the row's close.
    p: Vec<f64>,
    volatility: Volatility,
}

impl Market {
    /// A market whose labels are 1 with the probability `base_rate` over all hours, without drift.
    ///
    /// # Errors
    /// [`MonitoringError::Value`] for a base rate outside 2 to 30 %, which no volatility gives.
    pub fn new(volatility: Volatility, base_rate: f64) -> Result<Self, MonitoringError> {
        check(
            "the base rate",
            base_rate,
            (0.02..=0.3).contains(&base_rate),
            "between 0.02 and 0.3",
        )?;
        let of = |size: f64| Self::with(volatility, size, 0.0);
        Ok(bisect(0.001, 0.9, |size| of(size).base_rate() < base_rate, of))
    }

    /// The same volatility with a drift downwards that makes labels of 1 as rare as `base_rate`.
    ///
    /// # Errors
    /// [`MonitoringError::Value`] for a base rate that is not below this market's.
    pub(crate) fn with_base_rate(&self, base_rate: f64) -> Result<Self, MonitoringError> {
        let ok = base_rate > 0.001 && base_rate <= self.base_rate();
        check(
            "the base rate after a change",
            base_rate,
            ok,
            "above 0.001 and below the one before",
        )?;
        let middle = self.p.len() / 2;
        let size = self.up[middle] + self.down[middle];
        let of = |drift: f64| Self::with(self.volatility, size, drift);
        Ok(bisect(0.0, -0.95, |drift| of(drift).base_rate() > base_rate, of))
    }

    /// The share of hours whose label is 1, in the long run.
    #[must_use]
    pub fn base_rate(&self) -> f64 {
        self.p.iter().zip(self.stationary()).map(|(p, share)| p * share).sum()
    }

    /// Probabilities whose log odds lie twice as far apart, shifted so that their mean is still the base
    /// rate: the slope of their calibration line is a half.
    pub(crate) fn stretched(&self) -> Vec<f64> {
        let at = |shift: f64| -> Vec<f64> {
            let odds = |p: &f64| 2.0 * (p / (1.0 - p)).ln() + shift;
            self.p.iter().map(|p| 1.0 / (1.0 + (-odds(p)).exp())).collect()
        };
        let mean = |p: Vec<f64>| p.iter().sum::<f64>() / p.len() as f64;
        bisect(-20.0, 20.0, |shift| mean(at(shift)) < self.base_rate(), at)
    }

    /// The probability of each level.
    pub(crate) fn probabilities(&self) -> &[f64] {
        &self.p
    }

    fn with(volatility: Volatility, size: f64, drift: f64) -> Self {
        let factors: Vec<f64> = match volatility {
            Volatility::Constant => vec![1.0],
            // Variances from a ninth to nine times the middle one.
            Volatility::Stochastic => {
                (0..LEVELS).map(|k| 9_f64.powf((k as f64 - 3.0) / 3.0)).collect()
            }
        };
        let moving: Vec<f64> = factors.iter().map(|factor| (size * factor).min(0.95)).collect();
        let up = moving.iter().map(|m| m * (1.0 + drift) / 2.0).collect();
        let down = moving.iter().map(|m| m * (1.0 - drift) / 2.0).collect();
        let mut market = Self { up, down, p: Vec::new(), volatility };
        market.p = market.exact();
        market
    }

    /// Shares of the levels in the long run: the chain leaves each level at the same rate either way, the
    /// ends half as often, so all are equally frequent.
    fn stationary(&self) -> Vec<f64> {
        vec![1.0 / self.p.len() as f64; self.p.len()]
    }

    /// P(label = 1) by level: backwards over the hours, states of distance from the entry and level. A
    /// candle that reaches both barriers counts as the stop, so within an hour it is kept which of the
    /// two was reached first in an earlier hour only.
    fn exact(&self) -> Vec<f64> {
        let (n, levels) = (UP + DOWN + 1, self.up.len());
        // value[level][place]: probability of a label of 1 with some hours left; places are 0 (stop) to n − 1.
        let mut value = vec![vec![0.0; n]; levels];
        for _ in 0..RULE.2 {
            // The next hour is made at the level that follows from this one.
            let hours: Vec<Vec<f64>> =
                (0..levels).map(|level| self.hour(level, &value[level])).collect();
            let next = |level: usize| {
                let mut mixed = vec![0.0; n];
                for (to, share) in self.moves(level) {
                    for (sum, hour) in mixed.iter_mut().zip(&hours[to]) {
                        *sum += share * hour;
                    }
                }
                mixed
            };
            value = (0..levels).map(next).collect();
        }
        value.into_iter().map(|places| places[DOWN]).collect()
    }

    /// From the value at an hour's end to that at its beginning.
    fn hour(&self, level: usize, end: &[f64]) -> Vec<f64> {
        let (up, down) = (self.up[level], self.down[level]);
        let n = end.len();
        // `reached`: the take profit was reached within this hour and the stop not yet. The price may
        // then go anywhere; only coming down to the stop within the hour matters, which takes more than
        // the hour's moves.
        let mut value = end.to_vec();
        (value[0], value[n - 1]) = (0.0, 1.0);
        for _ in 0..MOVES {
            let mut before = value.clone();
            for place in 1..n - 1 {
                let stay = 1.0 - up - down;
                before[place] =
                    up * value[place + 1] + down * value[place - 1] + stay * value[place];
            }
            value = before;
        }
        value
    }

    /// Where the level goes from here, and how likely.
    fn moves(&self, level: usize) -> Vec<(usize, f64)> {
        let last = self.up.len() - 1;
        let side = (1.0 - STAY) / 2.0;
        let below = (level > 0).then(|| (level - 1, side));
        let above = (level < last).then(|| (level + 1, side));
        let leaving: f64 = below.iter().chain(&above).map(|to| to.1).sum();
        below.into_iter().chain(above).chain([(level, 1.0 - leaving)]).collect()
    }

    /// A level drawn from the long run.
    pub(crate) fn start(&self, generator: &mut Generator) -> usize {
        generator.below(self.up.len())
    }

    /// The next hour: its level, and high, low and close of its candle, which opens at `price`, in steps.
    pub(crate) fn next(
        &self,
        level: usize,
        price: i64,
        generator: &mut Generator,
    ) -> (usize, [i64; 3]) {
        let mut draw = generator.uniform();
        let mut next = level;
        for (to, share) in self.moves(level) {
            if draw < share {
                next = to;
                break;
            }
            draw -= share;
        }
        let (mut high, mut low, mut close) = (price, price, price);
        for _ in 0..MOVES {
            let draw = generator.uniform();
            if draw < self.up[next] {
                close += 1;
            } else if draw < self.up[next] + self.down[next] {
                close -= 1;
            }
            (high, low) = (high.max(close), low.min(close));
        }
        (next, [high, low, close])
    }
}

/// The price at this number of steps above 100.
pub(crate) fn price(steps: i64) -> f64 {
    100.0 * (steps as f64 * STEP).exp()
}

/// Where `below` turns from true to false between `from` and `to`.
fn bisect<T>(mut from: f64, mut to: f64, below: impl Fn(f64) -> bool, of: impl Fn(f64) -> T) -> T {
    for _ in 0..60 {
        let middle = f64::midpoint(from, to);
        if below(middle) { from = middle } else { to = middle }
    }
    of(f64::midpoint(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BetEvent, LabelTracker};

    /// Labels of long paths come as often as the probabilities say, in every level.
    #[test]
    fn probabilities_are_those_of_the_paths() -> Result<(), MonitoringError> {
        for (volatility, rate) in [(Volatility::Constant, 0.13), (Volatility::Stochastic, 0.09)] {
            let market = Market::new(volatility, 0.13)?.with_base_rate(rate)?;
            assert!((market.base_rate() - rate).abs() < 1e-6);
            let mut generator = Generator::new(2, 2);
            let mut level = market.start(&mut generator);
            let (mut steps, mut tracker) = (0, LabelTracker::new(RULE.0, RULE.1, RULE.2));
            let (mut promised, mut came, mut rows) = (vec![0.0; 7], vec![0.0; 7], vec![0.0; 7]);
            let mut levels = Vec::new();
            for row in 0..400_000_i64 {
                let (next, [high, low, close]) = market.next(level, steps, &mut generator);
                (level, steps) = (next, if close.abs() > 300 { 0 } else { close });
                let shift = close - steps;
                levels.push(level);
                // A jump back to 100 must not be seen as a move: the barriers are relative.
                if shift != 0 {
                    tracker = LabelTracker::new(RULE.0, RULE.1, RULE.2);
                }
                let candle = (price(high - shift), price(low - shift), price(close - shift));
                for event in tracker.candle(row, candle, true) {
                    if let BetEvent::Settled { row, label: Some(label) } = event {
                        let level = levels[usize::try_from(row).unwrap_or(0)];
                        rows[level] += 1.0;
                        promised[level] += market.probabilities()[level];
                        came[level] += f64::from(u8::from(label));
                    }
                }
            }
            for level in 0..market.probabilities().len() {
                let error = (came[level] - promised[level]) / rows[level];
                assert!(error.abs() < 0.02, "{volatility:?} {level}: {error} of {}", rows[level]);
            }
            let error = (came.iter().sum::<f64>() - promised.iter().sum::<f64>())
                / rows.iter().sum::<f64>();
            assert!(error.abs() < 0.01, "{volatility:?}: {error}");
        }
        Ok(())
    }
}
