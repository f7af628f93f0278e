//! One journal watched: calibration, drift of scores, and what its months were like.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::calibration::{Calibration, CalibrationSettings, Row};
use crate::detectors::Alarm;
use crate::drift::{DriftLimits, bin_counts, psi, wasserstein};
use crate::error::{MonitoringError, check};
use crate::label_tracker::{BetEvent, LabelTracker};

/// Seconds of scores that a month is compared with: a year.
const REFERENCE: i64 = 365 * 86_400;
/// Blocks of the drift's bootstrap: a week.
const BLOCK: i64 = 7 * 86_400;
/// Draws of the drift's bootstrap, the quantile that is its limit, and its seed.
const DRAWS: (u32, f64, u64) = (200, 0.99, 1);

/// A closed candle with what was decided on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided {
    /// Its prices, and the probability if there was one.
    pub row: Row,
    /// The bin, from 1; none where the row was left out.
    pub bin: Option<u16>,
    /// The month that it belongs to, as a number that ascends.
    pub month: i64,
}

/// A row whose label is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Waiting {
    row: i64,
    p: f64,
    month: i64,
}

/// What a month was like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthReport {
    /// The number of the month, as given with its rows.
    pub month: i64,
    /// Candles.
    pub rows: u64,
    /// Those with a probability.
    pub scored: u64,
    /// Candles that are missing before one of the month.
    pub missing: u64,
    /// Rows whose label is known.
    pub labelled: u64,
    /// Sum of their probabilities: how many labels of 1 were promised.
    pub promised: f64,
    /// How many came.
    pub hits: u64,
    /// The detectors' alarms.
    pub alarms: Vec<Alarm>,
    /// The detectors' values at the month's last row: watch down, up, both, alert down, up, both.
    pub values: Vec<f64>,
    /// Population stability index of the bins against the year before.
    pub psi: Option<f64>,
    /// Wasserstein distance of the probabilities from those of the year before.
    pub wasserstein: Option<f64>,
    /// What windows drawn from the year before do not exceed in 99 of 100 cases.
    pub limits: Option<DriftLimits>,
}

impl MonthReport {
    fn new(month: i64) -> Self {
        Self {
            month,
            rows: 0,
            scored: 0,
            missing: 0,
            labelled: 0,
            promised: 0.0,
            hits: 0,
            alarms: Vec::new(),
            values: Vec::new(),
            psi: None,
            wasserstein: None,
            limits: None,
        }
    }

    /// Whether scores have moved by more than the limits.
    #[must_use]
    pub fn drifted(&self) -> bool {
        let beyond = |value: Option<f64>, limit: fn(&DriftLimits) -> f64| {
            value.zip(self.limits.as_ref().map(limit)).is_some_and(|(value, limit)| value > limit)
        };
        beyond(self.psi, |limits| limits.psi)
            || beyond(self.wasserstein, |limits| limits.wasserstein)
    }
}

/// Something that happened at a row's close.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A detector alarmed.
    Alarm(Alarm),
    /// A month ended whose scores had moved.
    Drift(MonthReport),
}

/// Watches one journal. The state is a fold over its rows: the same rows give the same bits, wherever
/// it was written down and read back in between.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    calibration: Calibration,
    labels: LabelTracker,
    waiting: VecDeque<Waiting>,
    n_bins: u16,
    /// Time, bin and probability of the last year and of this month.
    scores: VecDeque<(i64, u16, f64)>,
    months: Vec<MonthReport>,
}

impl Monitor {
    /// A monitor that has seen nothing, of labels by `barriers` (take profit, stop loss) and bins 1 to
    /// `n_bins`.
    #[must_use]
    pub fn new(settings: CalibrationSettings, n_bins: u16) -> Self {
        Self {
            calibration: Calibration::new(settings),
            labels: settings.tracker(),
            waiting: VecDeque::new(),
            n_bins,
            scores: VecDeque::new(),
            months: Vec::new(),
        }
    }

    /// The next row, at its close.
    ///
    /// # Errors
    /// Those of [`Calibration::push`].
    pub fn push(&mut self, decided: &Decided) -> Result<Vec<Event>, MonitoringError> {
        let &Decided { row, bin, month } = decided;
        if let Some(bin) = bin {
            let ok = (1..=self.n_bins).contains(&bin);
            check("the bin", bin.into(), ok, "between 1 and the number of bins (--n-bins)")?;
        }
        let interval = self.calibration.settings().interval();
        let last = self.calibration.last();
        let alarms = self.calibration.push(&row)?;
        let mut events = Vec::new();
        if self.months.last().is_none_or(|report| report.month != month) {
            events.extend(self.end_month());
            self.months.push(MonthReport::new(month));
        }
        let index = row.time.div_euclid(interval);
        let followed = self.labels.candle(index, (row.high, row.low, row.close), row.p.is_some());
        for event in followed {
            if let BetEvent::Settled { row, label } = event {
                self.settle(row, label);
            }
        }
        if let Some(p) = row.p {
            self.waiting.push_back(Waiting { row: index, p, month });
        }
        if let (Some(bin), Some(p)) = (bin, row.p) {
            self.scores.push_back((row.time, bin, p));
        }
        let values =
            self.calibration.detectors().all().iter().map(crate::Detector::value).collect();
        if let Some(report) = self.months.last_mut() {
            report.rows += 1;
            report.scored += u64::from(row.p.is_some());
            let missing = last.map_or(0, |last| (row.time - last) / interval - 1);
            report.missing += u64::try_from(missing).unwrap_or(0);
            report.alarms.extend(&alarms);
            report.values = values;
        }
        events.extend(alarms.into_iter().map(Event::Alarm));
        Ok(events)
    }

    /// The months so far, the last as far as it goes.
    ///
    /// # Errors
    /// None that rows accepted by [`Monitor::push`] cause.
    pub fn months(&self) -> Result<Vec<MonthReport>, MonitoringError> {
        let mut months = self.months.clone();
        if let Some(report) = months.last_mut() {
            self.drift(report)?;
        }
        Ok(months)
    }

    /// The number of bins that scores are counted in.
    #[must_use]
    pub const fn n_bins(&self) -> u16 {
        self.n_bins
    }

    /// Labels and detectors.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    fn settle(&mut self, row: i64, label: Option<bool>) {
        while let Some(waiting) = self.waiting.pop_front_if(|waiting| waiting.row <= row) {
            let Some(label) = label.filter(|_| waiting.row == row) else { continue };
            let of_month = self.months.iter_mut().rev().find(|m| m.month == waiting.month);
            if let Some(report) = of_month {
                report.labelled += 1;
                report.promised += waiting.p;
                report.hits += u64::from(label);
            }
        }
    }

    /// Compares the month that ends with the year before it.
    fn end_month(&mut self) -> Option<Event> {
        let mut report = self.months.pop()?;
        // Scores of a month are never too few in a way that matters here: then there is no comparison.
        let compared = self.drift(&mut report).is_ok();
        let drifted = compared && report.drifted();
        let event = drifted.then(|| Event::Drift(report.clone()));
        self.months.push(report);
        let newest = self.scores.back().map_or(0, |score| score.0);
        while self.scores.pop_front_if(|score| score.0 < newest - REFERENCE).is_some() {}
        event
    }

    fn drift(&self, report: &mut MonthReport) -> Result<(), MonitoringError> {
        let scored = usize::try_from(report.scored).unwrap_or(0).min(self.scores.len());
        let (before, now) = (self.scores.len() - scored, scored);
        let bins = |skip: usize, n: usize| {
            self.scores.iter().skip(skip).take(n).map(|score| score.1).collect::<Vec<_>>()
        };
        let scores = |skip: usize, n: usize| {
            self.scores.iter().skip(skip).take(n).map(|score| score.2).collect::<Vec<_>>()
        };
        let interval = self.calibration.settings().interval();
        let block = usize::try_from(BLOCK / interval).unwrap_or(1).max(1);
        // A month is compared with six of its kind at least.
        if now < 2 * block || before < 6 * now {
            return Ok(());
        }
        let (reference, reference_scores) = (bins(0, before), scores(0, before));
        report.psi = Some(psi(
            &bin_counts(&reference, self.n_bins),
            &bin_counts(&bins(before, now), self.n_bins),
        )?);
        report.wasserstein = Some(wasserstein(&reference_scores, &scores(before, now))?);
        report.limits = Some(DriftLimits::by_bootstrap(
            &reference,
            &reference_scores,
            self.n_bins,
            (now, block),
            DRAWS,
        )?);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn rows(n: i64) -> Vec<Decided> {
        let price = |k: i64| 100.0 + f64::from(i32::try_from(k * 7_919 % 61).unwrap()) / 10.0;
        let row = |k: i64| {
            let (a, b) = (price(k), price(k + 1));
            let p = 0.05 + f64::from(i32::try_from(k * 37 % 100).unwrap()) / 500.0;
            let scored = k % 11 != 0;
            let row = Row {
                time: k * 3_600,
                high: a.max(b),
                low: a.min(b),
                close: b,
                p: scored.then_some(p),
            };
            let bin = scored.then(|| u16::try_from(k * 37 % 100 / 5 + 1).unwrap());
            Decided { row, bin, month: k / 720 }
        };
        // An hour now and then is missing.
        (0..n).filter(|k| k % 501 != 500).map(row).collect()
    }

    #[test]
    fn stopped_and_read_back_anywhere_it_is_the_same() {
        let rows = rows(4_000);
        let settings = CalibrationSettings::new(0.02, 0.01, 24, 3_600).unwrap();
        let mut whole = Monitor::new(settings, 20);
        let mut parts = Monitor::new(settings, 20);
        for (k, row) in rows.iter().enumerate() {
            let events = whole.push(row).unwrap();
            if k % 97 == 0 {
                let text = serde_json::to_string(&parts).unwrap();
                parts = serde_json::from_str(&text).unwrap();
            }
            assert_eq!(parts.push(row).unwrap(), events);
        }
        assert_eq!(parts, whole);
        let months = whole.months().unwrap();
        assert_eq!(months.len(), 6);
        assert!(months[3].labelled > 500 && months[1].missing > 0);
        assert_eq!(months.iter().map(|month| month.rows).sum::<u64>(), rows.len() as u64);
    }

    #[test]
    fn a_month_without_rows_has_no_report_and_takes_the_labels_before_it() {
        let settings = CalibrationSettings::new(0.02, 0.01, 24, 3_600).unwrap();
        let mut monitor = Monitor::new(settings, 20);
        for row in rows(4_000).iter().filter(|row| row.month != 2) {
            monitor.push(row).unwrap();
        }
        let months = monitor.months().unwrap();
        assert_eq!(months.iter().map(|month| month.month).collect::<Vec<_>>(), [0, 1, 3, 4, 5]);
        assert!(months[2].missing >= 720, "{}", months[2].missing);
        // Of the last 24 hours before the gap no label will be known.
        let lost = months[1].scored - months[1].labelled;
        assert!((20..60).contains(&lost), "{lost}");
        assert!(months[2].labelled > 500);
    }

    #[test]
    fn a_month_whose_scores_have_moved_is_told_once_and_no_other() {
        let settings = CalibrationSettings::new(0.02, 0.01, 24, 3_600).unwrap();
        let drifts = |moved: Option<i64>| {
            let mut monitor = Monitor::new(settings, 20);
            let mut found = Vec::new();
            for mut row in rows(720 * 10) {
                if moved == Some(row.month) {
                    row.bin = row.bin.map(|bin| bin.div_ceil(2));
                    row.row.p = row.row.p.map(|p| p / 2.0);
                }
                let events = monitor.push(&row).unwrap();
                found.extend(events.into_iter().filter_map(|event| match event {
                    Event::Drift(report) => Some(report.month),
                    Event::Alarm(_) => None,
                }));
            }
            found
        };
        assert_eq!(drifts(None), Vec::<i64>::new());
        assert_eq!(drifts(Some(8)), [8]);
        // There is no half year before the third month to compare it with.
        assert_eq!(drifts(Some(2)), Vec::<i64>::new());
    }

    #[test]
    fn bad_rows_change_nothing() {
        let rows = rows(50);
        let settings = CalibrationSettings::new(0.02, 0.01, 24, 3_600).unwrap();
        let mut monitor = Monitor::new(settings, 20);
        for row in &rows {
            monitor.push(row).unwrap();
        }
        let before = monitor.clone();
        let mut bad = rows[49];
        assert!(matches!(monitor.push(&bad), Err(MonitoringError::OutOfOrder { .. })));
        bad.row.time += 1_800;
        assert!(matches!(monitor.push(&bad), Err(MonitoringError::OffGrid { .. })));
        bad.row.time += 1_800;
        bad.row.p = Some(1.5);
        assert!(matches!(monitor.push(&bad), Err(MonitoringError::Value { .. })));
        assert_eq!(monitor, before);
    }
}
