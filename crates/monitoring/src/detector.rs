//! One e-detector: a bettor against calibration in one direction.

use serde::{Deserialize, Serialize};

/// How far log odds may be off and still count as calibrated.
pub const SLACK: f64 = 0.15;

/// Sizes of the bets.
const LAMBDAS: [f64; 3] = [0.15, 0.3, 0.6];

/// Which miscalibration is bet on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Labels are rarer than promised.
    Down,
    /// Labels are more frequent than promised.
    Up,
    /// Either.
    Both,
}

/// How sure an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// At most one false alarm a year is expected.
    Watch,
    /// At most one false alarm in twenty years is expected.
    Alert,
}

impl Side {
    /// `down`, `up`, `both`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
            Self::Both => "both",
        }
    }

    fn lambdas(self) -> Vec<f64> {
        let down = LAMBDAS.map(|lambda| -lambda);
        match self {
            Self::Down => down.to_vec(),
            Self::Up => LAMBDAS.to_vec(),
            Self::Both => [down, LAMBDAS].concat(),
        }
    }
}

impl Tier {
    /// `watch`, `alert`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Alert => "alert",
        }
    }

    /// The value at which it alarms: in `n` days at most `(n + 1)/c` alarms are expected.
    #[must_use]
    pub fn threshold(self) -> f64 {
        match self {
            Self::Watch => 366.0,
            Self::Alert => 7_320.0,
        }
    }
}

/// A bet whose label is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Pending {
    row: i64,
    /// Ends of the band of probabilities that count as calibrated.
    low: f64,
    high: f64,
    /// The label, where a barrier was touched already.
    label: Option<bool>,
}

/// Every `horizon`-th row is one stream, so that a stream's label is known before its next bet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stream {
    /// One wealth for each size of bet.
    wealth: Vec<f64>,
    pending: Option<Pending>,
    /// Mean of the wealths, the pending bet at its worst.
    value: f64,
}

/// Wealth that grows while labels disagree with probabilities: `R ← e·(R + 1)` from 0 on each stream
/// and for each size `λ` of bet, with `e = 1 + λ(y − p⁻)` for `λ < 0` and `1 + λ(y − p⁺)` for `λ > 0`,
/// `p∓ = σ(logit p ∓ 0.15)`. Its value is the mean over streams and sizes.
///
/// While the null holds (at every row, given all that is known, `P(y = 1)` lies in `[p⁻, p⁺]`) each `e`
/// has an expectation of at most 1, and the expected number of times the value reaches `c` in `n` rows
/// of each stream is at most `(n + 1)/c`, however streams depend on one another.
///
/// J. Shin, A. Ramdas, A. Rinaldo, "E-detectors: a nonparametric framework for sequential change
/// detection", *New England Journal of Statistics in Data Science* 2 (2024).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    side: Side,
    tier: Tier,
    lambdas: Vec<f64>,
    streams: Vec<Stream>,
    /// Sum of the streams' values.
    sum: f64,
}

impl Detector {
    /// A detector over `horizon` streams, without wealth.
    #[must_use]
    pub fn new(side: Side, tier: Tier, horizon: u32) -> Self {
        let lambdas = side.lambdas();
        let stream = Stream { wealth: vec![0.0; lambdas.len()], pending: None, value: 0.0 };
        Self { side, tier, lambdas, streams: vec![stream; horizon.max(1) as usize], sum: 0.0 }
    }

    /// What it bets on.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// When it alarms.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The mean wealth, pending bets at their worst.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.sum / self.streams.len() as f64
    }

    /// A bet on the label of `row`, whose probability is `p`, strictly between 0 and 1.
    pub(crate) fn bet(&mut self, row: i64, p: f64) {
        let odds = (p / (1.0 - p)).ln();
        let share = |odds: f64| 1.0 / (1.0 + (-odds).exp());
        let (low, high) = (share(odds - SLACK), share(odds + SLACK));
        let pending = Pending { row, low, high, label: None };
        self.change(row, |stream, _| stream.pending = Some(pending));
    }

    /// A barrier was touched: the bet on `row` counts as it will end.
    pub(crate) fn touched(&mut self, row: i64, label: bool) {
        self.change(row, |stream, _| {
            if let Some(pending) = stream.pending.as_mut().filter(|pending| pending.row == row) {
                pending.label = Some(label);
            }
        });
    }

    /// The label of `row` is known, or never will be.
    pub(crate) fn settle(&mut self, row: i64, label: Option<bool>) {
        self.change(row, |stream, lambdas| {
            if let Some(pending) = stream.pending.take_if(|pending| pending.row == row)
                && let Some(label) = label
            {
                for (wealth, &lambda) in stream.wealth.iter_mut().zip(lambdas) {
                    *wealth = pending.factor(lambda, label) * (*wealth + 1.0);
                }
            }
        });
    }

    /// Whether the value has reached the threshold at the close of `row`; then all wealth and all
    /// pending bets are dropped. What the value was is returned.
    pub(crate) fn close(&mut self, row: i64) -> Option<f64> {
        // Sums of changes drift; once a horizon the sum is made anew.
        if self.place(row) == 0 {
            self.sum = self.streams.iter().map(|stream| stream.value).sum();
        }
        let value = self.value();
        if value < self.tier.threshold() {
            return None;
        }
        *self = Self::new(self.side, self.tier, u32::try_from(self.streams.len()).unwrap_or(1));
        Some(value)
    }

    /// The stream that a row belongs to.
    fn place(&self, row: i64) -> usize {
        let streams = i64::try_from(self.streams.len()).unwrap_or(1);
        usize::try_from(row.rem_euclid(streams)).unwrap_or(0)
    }

    fn change(&mut self, row: i64, change: impl FnOnce(&mut Stream, &[f64])) {
        let k = self.place(row);
        let stream = &mut self.streams[k];
        change(stream, &self.lambdas);
        let value = stream.worst(&self.lambdas);
        self.sum += value - stream.value;
        stream.value = value;
    }
}

impl Pending {
    fn factor(&self, lambda: f64, label: bool) -> f64 {
        let border = if lambda < 0.0 { self.low } else { self.high };
        1.0 + lambda * (f64::from(u8::from(label)) - border)
    }
}

impl Stream {
    /// The mean wealth if the pending bet ends as it will, or at its worst.
    fn worst(&self, lambdas: &[f64]) -> f64 {
        let n = lambdas.len() as f64;
        let Some(pending) = &self.pending else {
            return self.wealth.iter().sum::<f64>() / n;
        };
        let after = |label: bool| {
            let of =
                |(wealth, &lambda): (&f64, &f64)| pending.factor(lambda, label) * (wealth + 1.0);
            self.wealth.iter().zip(lambdas).map(of).sum::<f64>() / n
        };
        pending.label.map_or_else(|| after(true).min(after(false)), after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: one stream, p = ½, so p⁻ = σ(−0.15) = 0.462570…
    #[test]
    fn wealth_is_the_recursion_written_out() {
        let low = 1.0 / (1.0 + 0.15_f64.exp());
        let mut detector = Detector::new(Side::Down, Tier::Watch, 1);
        let mut expected = [0.0; 3];
        for (row, label) in [false, false, true, false].into_iter().enumerate() {
            let row = i64::try_from(row).unwrap_or(0);
            detector.bet(row, 0.5);
            let before = expected;
            for (wealth, lambda) in expected.iter_mut().zip(LAMBDAS) {
                let y = f64::from(u8::from(label));
                *wealth = (1.0 - lambda * (y - low)) * (*wealth + 1.0);
            }
            // Betting downwards a label of 1 is the worst.
            let worst =
                before.iter().zip(LAMBDAS).map(|(w, l)| (1.0 - l * (1.0 - low)) * (w + 1.0));
            assert!((detector.value() - worst.sum::<f64>() / 3.0).abs() < 1e-12);
            detector.touched(row, label);
            assert!((detector.value() - expected.iter().sum::<f64>() / 3.0).abs() < 1e-12);
            detector.settle(row, Some(label));
            assert!((detector.value() - expected.iter().sum::<f64>() / 3.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_label_that_never_comes_changes_nothing() {
        let mut detector = Detector::new(Side::Both, Tier::Alert, 2);
        detector.bet(0, 0.2);
        detector.settle(0, Some(true));
        let before = detector.clone();
        detector.bet(2, 0.2);
        assert!(detector.value() != before.value());
        detector.settle(2, None);
        assert!((detector.value() - before.value()).abs() < 1e-15);
    }
}
