//! Barrier labels of rows as their candles arrive.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What a candle tells of earlier rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BetEvent {
    /// A barrier was touched, so the label is decided, though its horizon has not passed.
    Touched {
        /// The row, in intervals since the epoch.
        row: i64,
        /// Its label.
        label: bool,
    },
    /// The horizon has passed.
    Settled {
        /// The row, in intervals since the epoch.
        row: i64,
        /// Its label; `None` where a candle of its horizon is missing.
        label: Option<bool>,
    },
}

/// A row whose horizon has not passed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Open {
    row: i64,
    up: f64,
    down: f64,
    label: Option<bool>,
}

/// Follows the rows of the last horizon: label 1 if the high reaches `close·(1+u)` in an earlier candle
/// than the low reaches `close·(1−d)`, else 0; a candle that touches both counts as the stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelTracker {
    take_profit: f64,
    stop_loss: f64,
    horizon: i64,
    last: Option<i64>,
    open: VecDeque<Open>,
}

impl LabelTracker {
    /// Labels with these barriers (fractions of the entry price) and horizon (rows).
    #[must_use]
    pub fn new(take_profit: f64, stop_loss: f64, horizon: u32) -> Self {
        let horizon = i64::from(horizon);
        Self { take_profit, stop_loss, horizon, last: None, open: VecDeque::new() }
    }

    /// A candle closed: what it tells of earlier rows, oldest first. `row` must be later than the one
    /// before. If `follow`, the row itself is followed from its close on.
    pub fn candle(
        &mut self,
        row: i64,
        (high, low, close): (f64, f64, f64),
        follow: bool,
    ) -> Vec<BetEvent> {
        let mut events = Vec::new();
        if self.last.is_some_and(|last| last + 1 != row) {
            // Candles are missing: of the rows whose horizon they belong to, no label will ever be known.
            let lost = self.open.drain(..);
            events.extend(lost.map(|open| BetEvent::Settled { row: open.row, label: None }));
        }
        self.last = Some(row);
        for open in self.open.iter_mut().filter(|open| open.label.is_none()) {
            let label = match (low <= open.down, high >= open.up) {
                (true, _) => false,
                (false, true) => true,
                (false, false) => continue,
            };
            open.label = Some(label);
            events.push(BetEvent::Touched { row: open.row, label });
        }
        if let Some(open) = self.open.pop_front_if(|open| open.row + self.horizon <= row) {
            events.push(BetEvent::Settled {
                row: open.row,
                label: Some(open.label.unwrap_or(false)),
            });
        }
        if follow {
            let (up, down) = (close * (1.0 + self.take_profit), close * (1.0 - self.stop_loss));
            self.open.push_back(Open { row, up, down, label: None });
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BetEvent::{Settled, Touched};

    #[test]
    fn the_stop_comes_first_and_gaps_take_the_label() {
        let mut tracker = LabelTracker::new(0.04, 0.02, 2);
        let flat = (100.0, 100.0, 100.0);
        assert!(tracker.candle(0, flat, true).is_empty());
        let both = (105.0, 97.0, 100.0);
        assert_eq!(tracker.candle(1, both, true), [Touched { row: 0, label: false }]);
        assert_eq!(tracker.candle(2, flat, true), [Settled { row: 0, label: Some(false) }]);
        let up = (104.0, 99.0, 100.0);
        let found = tracker.candle(3, up, false);
        assert_eq!(
            found,
            [
                Touched { row: 1, label: true },
                Touched { row: 2, label: true },
                Settled { row: 1, label: Some(true) }
            ]
        );
        assert_eq!(tracker.candle(5, flat, false), [Settled { row: 2, label: None }]);
    }
}
