//! The window of a month, and whether it will do.

use std::ops::Range;

use chrono::{DateTime, Utc};
use labeling::{LabelCutoff, Outcome};
use strategy_core::YearMonth;

use crate::completeness::lacking;
use crate::inputs::Inputs;
use crate::settings::WindowSettings;
use crate::warning::{self, Warning};
use crate::window::{Origin, WindowRows, label_deadline, micros};
use crate::{Result, ScoredLabelsError};

impl Inputs {
    /// The rows of the window before `month`: each prediction with its label. A row whose label needs
    /// candles that nobody had seen when the month began is left out, unless `settings` want it.
    ///
    /// # Errors
    /// [`ScoredLabelsError::UnknownHorizon`] where nobody knows how far the label looks ahead.
    pub fn window_rows(&self, month: YearMonth, settings: &WindowSettings) -> Result<WindowRows> {
        let window = settings.of(month);
        if settings.label_cutoff == LabelCutoff::MonthStart && self.labels.horizon.is_none() {
            let target_key = self.labels.target_key.clone();
            return Err(ScoredLabelsError::UnknownHorizon { target_key });
        }
        let deadline =
            label_deadline(settings.label_cutoff, window.end, self.labels.horizon, self.interval);
        let horizon = self.labels.horizon.map_or(0, micros);
        // What the candles show up to the window's end: later ones must not change the account.
        let last_known = self.labels.last_before(window.end.timestamp_micros());
        let mut outcome = self.labels.lookup();
        let predictions = self.predictions_in(&window);
        let mut rows = WindowRows::with_capacity(predictions.size_hint().0);
        for (timestamp, score, origin) in predictions {
            if deadline.is_some_and(|deadline| timestamp >= deadline) {
                rows.left_out.after_cutoff += 1;
                continue;
            }
            match outcome(timestamp) {
                Some(Outcome::Gap)
                    if deadline.is_none()
                        || last_known
                            .is_some_and(|last| timestamp.saturating_add(horizon) <= last) =>
                {
                    rows.left_out.in_gap += 1;
                }
                None | Some(Outcome::Incomplete | Outcome::Gap) => rows.left_out.without_label += 1,
                Some(known @ (Outcome::TakeProfit | Outcome::NoTakeProfit)) => {
                    rows.timestamps.push(timestamp);
                    rows.scores.push(score);
                    rows.labels.push(known == Outcome::TakeProfit);
                    rows.out_of_sample.push(origin == Origin::OutOfSample);
                }
            }
        }
        Ok(rows)
    }

    /// Refuses the window of `month`, which has `rows`, where it cannot or should not be used: it holds
    /// fewer rows than bins, hours that only in-sample predictions are there for, or its data has not all
    /// come.
    ///
    /// # Errors
    /// Says which, and what to do.
    pub fn refuse_unusable(
        &self,
        month: YearMonth,
        settings: &WindowSettings,
        n_bins: u16,
        rows: &WindowRows,
    ) -> Result<()> {
        refuse_in_sample(self, month, settings)?;
        refuse_few(self, month, settings, n_bins, rows)?;
        let lacking = lacking(self, month, settings);
        if lacking.is_empty() || settings.allow_incomplete {
            return Ok(());
        }
        Err(ScoredLabelsError::Incomplete { month, lacking })
    }

    /// What a careful person should know of `rows`, those of the window of `month`.
    #[must_use]
    pub fn warnings(
        &self,
        month: YearMonth,
        settings: &WindowSettings,
        rows: &WindowRows,
    ) -> Vec<Warning> {
        warning::warnings(self, month, settings, rows)
    }
}

/// Refuses a window with hours that only the model's training data has predictions for: these flatter
/// what is made of them, so they are used where somebody asks for it.
fn refuse_in_sample(inputs: &Inputs, month: YearMonth, settings: &WindowSettings) -> Result<()> {
    let Some((hours, file)) = inputs.only_in_sample(&settings.of(month)) else {
        return Ok(());
    };
    let instant = |at: Option<&i64>| at.and_then(|&at| DateTime::from_timestamp_micros(at));
    Err(ScoredLabelsError::OnlyInSample {
        month,
        rows: hours.len() as u64,
        first: instant(hours.first()).unwrap_or_default(),
        last: instant(hours.last()).unwrap_or_default(),
        file: file.to_owned(),
    })
}

/// Refuses fewer rows than bins; says whether it is predictions or labels that are not there.
fn refuse_few(
    inputs: &Inputs,
    month: YearMonth,
    settings: &WindowSettings,
    n_bins: u16,
    rows: &WindowRows,
) -> Result<()> {
    if rows.len() >= n_bins.into() {
        return Ok(());
    }
    if !rows.is_empty() {
        return Err(ScoredLabelsError::TooFewRows { month, rows: rows.len(), n_bins });
    }
    let window = settings.of(month);
    if rows.left_out.total() == 0 {
        return Err(ScoredLabelsError::NoPredictions {
            month,
            window,
            file: inputs.identity.file.clone(),
            model_path: inputs.identity.model_path.clone(),
            available: inputs.available,
        });
    }
    if let Some((candle, prediction)) = off_the_grid(inputs, &window) {
        let predictions = rows.left_out.total();
        return Err(ScoredLabelsError::OffTheGrid { month, predictions, prediction, candle });
    }
    Err(ScoredLabelsError::NoLabels {
        month,
        window,
        target_key: inputs.labels.target_key.clone(),
        left_out: rows.left_out,
    })
}

/// The first candle and the first prediction of the window, if no prediction has a candle's time.
fn off_the_grid(
    inputs: &Inputs,
    window: &Range<DateTime<Utc>>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let candles = &inputs.candles.as_ref()?.timestamps;
    let from = candles.partition_point(|&at| at < window.start.timestamp_micros());
    let candle = *candles.get(from)?;
    let first = inputs.predictions_in(window).next()?.0;
    let any = inputs.predictions_in(window).any(|(at, ..)| candles.binary_search(&at).is_ok());
    let instant = DateTime::from_timestamp_micros;
    (!any).then(|| Some((instant(candle)?, instant(first)?)))?
}
