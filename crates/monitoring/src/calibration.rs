//! Calibration watched row by row.

use serde::{Deserialize, Serialize};

use crate::detectors::{Alarm, Detectors};
use crate::error::{MonitoringError, check};
use crate::label_tracker::LabelTracker;

/// What the labels are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationSettings {
    take_profit: f64,
    stop_loss: f64,
    horizon: u32,
    interval: i64,
}

impl CalibrationSettings {
    /// Barriers as fractions of the entry price, the horizon in rows, the interval of rows in seconds.
    ///
    /// # Errors
    /// [`MonitoringError::Value`] for one that cannot be.
    pub fn new(
        take_profit: f64,
        stop_loss: f64,
        horizon: u32,
        interval: i64,
    ) -> Result<Self, MonitoringError> {
        check("take profit", take_profit, take_profit > 0.0 && take_profit.is_finite(), "above 0")?;
        check("stop loss", stop_loss, stop_loss > 0.0 && stop_loss < 1.0, "between 0 and 1")?;
        check("horizon", horizon.into(), horizon > 0, "at least one row")?;
        check("interval", interval as f64, interval > 0, "at least a second")?;
        Ok(Self { take_profit, stop_loss, horizon, interval })
    }

    /// Seconds from one row to the next.
    #[must_use]
    pub fn interval(&self) -> i64 {
        self.interval
    }

    /// A tracker of these labels.
    #[must_use]
    pub fn tracker(&self) -> LabelTracker {
        LabelTracker::new(self.take_profit, self.stop_loss, self.horizon)
    }

    /// Rows that a label looks ahead.
    #[must_use]
    pub fn horizon(&self) -> u32 {
        self.horizon
    }
}

/// A closed candle with the probability that was given for its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Open time, seconds, UTC.
    pub time: i64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// The calibrated probability; none where the row was left out.
    pub p: Option<f64>,
}

/// Labels and detectors of one journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    settings: CalibrationSettings,
    tracker: LabelTracker,
    detectors: Detectors,
    last: Option<i64>,
    rows: u64,
    bets: u64,
}

impl Calibration {
    /// A monitor that has seen nothing.
    #[must_use]
    pub fn new(settings: CalibrationSettings) -> Self {
        Self {
            settings,
            tracker: settings.tracker(),
            detectors: Detectors::new(settings.horizon),
            last: None,
            rows: 0,
            bets: 0,
        }
    }

    /// The next row, at its close.
    ///
    /// # Errors
    /// A row that does not come after the one before or off the grid, prices that are none, a
    /// probability outside 0 to 1. The state is then unchanged.
    pub fn push(&mut self, row: &Row) -> Result<Vec<Alarm>, MonitoringError> {
        let &Row { time, high, low, close, p } = row;
        let interval = self.settings.interval;
        if let Some(last) = self.last.filter(|&last| last >= time) {
            return Err(MonitoringError::OutOfOrder { time, last });
        }
        if time.rem_euclid(interval) != 0 {
            return Err(MonitoringError::OffGrid { time, interval });
        }
        for (what, price) in [("the high", high), ("the low", low), ("the close", close)] {
            check(what, price, price > 0.0 && price.is_finite(), "a price above 0")?;
        }
        if let Some(p) = p {
            check("the probability", p, (0.0..=1.0).contains(&p), "between 0 and 1")?;
        }
        let index = time.div_euclid(interval);
        let events = self.tracker.candle(index, (high, low, close), p.is_some());
        self.last = Some(time);
        self.rows += 1;
        self.bets += u64::from(p.is_some());
        Ok(self.detectors.close(index, &events, p))
    }

    /// The time of the last row, seconds.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// Rows seen, and how many of them had a probability.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.rows, self.bets)
    }

    /// The detectors.
    #[must_use]
    pub fn detectors(&self) -> &Detectors {
        &self.detectors
    }

    /// What it was made with.
    #[must_use]
    pub fn settings(&self) -> &CalibrationSettings {
        &self.settings
    }
}
