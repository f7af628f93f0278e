//! The six detectors of a journal: down, up and both, each as watch and as alert.

use serde::{Deserialize, Serialize};

use crate::detector::{Detector, Side, Tier};
use crate::label_tracker::BetEvent;

/// A detector's value reached its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Which miscalibration was bet on.
    pub side: Side,
    /// How sure it is.
    pub tier: Tier,
    /// The row at whose close it alarmed, in intervals since the epoch.
    pub row: i64,
    /// The value, at least the threshold.
    pub value: f64,
}

/// All detectors, fed with the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detectors {
    detectors: Vec<Detector>,
}

impl Detectors {
    /// Detectors of labels that look `horizon` rows ahead.
    #[must_use]
    pub fn new(horizon: u32) -> Self {
        let tiers = [Tier::Watch, Tier::Alert];
        let sides = [Side::Down, Side::Up, Side::Both];
        let all = tiers.into_iter().flat_map(|tier| sides.map(|side| (side, tier)));
        Self { detectors: all.map(|(side, tier)| Detector::new(side, tier, horizon)).collect() }
    }

    /// At the close of `row`: what its candle tells of earlier rows, then a bet on the row's own label
    /// if it has a probability. Probabilities of 0 and 1 are moved inside by 1e-9.
    pub fn close(&mut self, row: i64, events: &[BetEvent], p: Option<f64>) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for detector in &mut self.detectors {
            for event in events {
                match *event {
                    BetEvent::Touched { row, label } => detector.touched(row, label),
                    BetEvent::Settled { row, label } => detector.settle(row, label),
                }
            }
            if let Some(p) = p {
                detector.bet(row, p.clamp(1e-9, 1.0 - 1e-9));
            }
            if let Some(value) = detector.close(row) {
                let (side, tier) = (detector.side(), detector.tier());
                alarms.push(Alarm { side, tier, row, value });
            }
        }
        alarms
    }

    /// Each detector.
    #[must_use]
    pub fn all(&self) -> &[Detector] {
        &self.detectors
    }
}
