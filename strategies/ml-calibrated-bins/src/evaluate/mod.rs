//! Walk-forward evaluation: each month scored by bins that were made before it began.
//!
//! [`evaluate`] calibrates every month on its own window with the labels known at its first instant,
//! scores the month's out-of-sample predictions, and holds them against the labels that came later.

mod hits;
mod note;
mod outcome;
mod paired;
mod quality;
mod walk;

use binning::LabelCutoff;
use chrono::TimeDelta;
use strategy_core::YearMonth;

use crate::window::micros;
use crate::{BinsError, Inputs, Run, Settings};
use note::Notes;

pub use hits::{BinHits, HitRate, Ordering, SignalHits};
pub use note::Note;
pub use outcome::{Comparison, Evaluation, EvaluationSettings, MonthQuality};
pub use paired::PlattLessIsotonic;
pub use quality::Quality;
pub(crate) use walk::MonthRows;

impl Run {
    /// Reads what an evaluation of `months` needs: their windows as [`Run::load`] does, the months
    /// themselves, and the labels that came later.
    ///
    /// # Errors
    /// When a table or file cannot be read or holds something that is not usable.
    pub fn load_with_outcomes(
        &mut self,
        months: &[YearMonth],
        settings: &Settings,
    ) -> Result<Inputs, BinsError> {
        // The window of the month after the last ends with the last; without a cutoff the candles of
        // one more horizon are read.
        let after = months.iter().max().map(|last| last.plus_months(1));
        let months: Vec<_> = months.iter().copied().chain(after).collect();
        let mut inputs =
            self.load(&months, &Settings { label_cutoff: LabelCutoff::None, ..*settings })?;
        inputs.available = self.available()?;
        Ok(inputs)
    }
}

/// Evaluates `months` walk-forward, on inputs of [`Run::load_with_outcomes`].
///
/// A month's calibrators and bins see only its window and labels known at its first instant;
/// nothing is read from or written to files of bins. A statistic that the rows do not define (AUC
/// where all labels are equal, say) is `None`, with a note.
///
/// ```no_run
/// use ml_calibrated_bins::{EvaluationSettings, Run, Sources, evaluate};
///
/// let mut run = Run::open(&Sources::new("predictions.duckdb", "ohlcv.duckdb"))?;
/// let settings = EvaluationSettings::default();
/// let months = ["2025-10".parse()?, "2025-11".parse()?];
/// let inputs = run.load_with_outcomes(&months, &settings.bins)?;
/// let evaluation = evaluate(&inputs, &months, &settings)?;
/// println!("{:?} {:?}", evaluation.overall.raw.brier, evaluation.overall.platt.brier);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a month cannot be calibrated, as in [`rebuild`](crate::rebuild); when the label's horizon is
/// not known; when confidence, resamples or thresholds cannot be.
pub fn evaluate(
    inputs: &Inputs,
    months: &[YearMonth],
    settings: &EvaluationSettings,
) -> Result<Evaluation, BinsError> {
    Ok(evaluate_rows(inputs, months, settings)?.evaluation)
}

/// An evaluation and the rows that it is of, for those who draw it.
pub(crate) struct Evaluated {
    pub(crate) evaluation: Evaluation,
    /// All months' rows.
    pub(crate) rows: MonthRows,
    /// For each month where its rows end in those of all, and the edges of its bins.
    pub(crate) months: Vec<(usize, Vec<f64>)>,
}

/// What [`evaluate`] does, with the rows.
pub(crate) fn evaluate_rows(
    inputs: &Inputs,
    months: &[YearMonth],
    settings: &EvaluationSettings,
) -> Result<Evaluated, BinsError> {
    let horizon = inputs
        .labels
        .horizon
        .ok_or_else(|| BinsError::HorizonNeeded { target_key: inputs.labels.target_key.clone() })?;
    let block_rows = block_rows(horizon, inputs.interval, settings.block_horizons);
    let bootstrap = hits::Bootstrap::new(settings, block_rows)?;

    let mut months = months.to_vec();
    months.sort_unstable();
    months.dedup();
    let mut notes = Notes::default();
    let mut pooled = MonthRows::default();
    let mut by_month = Vec::with_capacity(months.len());
    let mut ends = Vec::with_capacity(months.len());
    for month in months {
        let rows = walk::month_rows(inputs, month, settings, &mut notes)?;
        let comparison = compare(&rows, &month.to_string(), &mut notes);
        by_month.push(MonthQuality { month, in_sample_rows: rows.in_sample, comparison });
        pooled.append(rows);
        ends.push((pooled.labels.len(), pooled.edges.clone()));
    }
    if let (true, Some(first), Some(last)) =
        (pooled.labels.is_empty(), by_month.first(), by_month.last())
    {
        return Err(BinsError::NothingToEvaluate {
            from: first.month,
            to: last.month,
            available: inputs.available,
        });
    }
    let overall = compare(&pooled, "all months", &mut notes);
    let platt_less_isotonic =
        paired::platt_less_isotonic(&pooled, settings, block_rows, &mut notes);
    let n_bins = settings.bins.n_bins.get();
    let bins = hits::bins(&pooled, n_bins, &bootstrap, &mut notes)?;
    let ordering = hits::ordering(&bins, &mut notes);
    let signals =
        if pooled.has_rule { Some(hits::signals(&pooled, &bootstrap, &mut notes)?) } else { None };
    let evaluation = Evaluation {
        dataset: inputs.identity.dataset.clone(),
        run_name: inputs.identity.run_name.clone(),
        target_key: inputs.labels.target_key.clone(),
        method: settings.bins.method,
        sides: settings.rule.sides,
        lookback_months: settings.bins.lookback_months,
        confidence: settings.confidence,
        resamples: settings.resamples,
        block_rows: block_rows as u64,
        seed: settings.seed,
        months: by_month,
        overall,
        platt_less_isotonic,
        bins,
        ordering,
        signals,
        warnings: pooled.warnings.clone(),
        notes: notes.into_vec(),
    };
    Ok(Evaluated { evaluation, rows: pooled, months: ends })
}

/// `horizons` label horizons in rows, rounded up.
fn block_rows(horizon: TimeDelta, interval: TimeDelta, horizons: u16) -> usize {
    let interval = micros(interval).max(1);
    let rows =
        micros(horizon).saturating_mul(horizons.into()).saturating_add(interval - 1) / interval;
    usize::try_from(rows).unwrap_or(1).max(1)
}

fn compare(rows: &MonthRows, about: &str, notes: &mut Notes) -> Comparison {
    let hits = rows.labels.iter().filter(|&&label| label).count();
    let n = rows.labels.len();
    let mut quality = |name: &str, p: &[f64]| quality::quality(p, &rows.labels, about, name, notes);
    Comparison {
        rows: n as u64,
        without_label: rows.without_label,
        base_rate: (n > 0).then(|| hits as f64 / n as f64),
        raw: quality("raw", &rows.raw),
        platt: quality("platt", &rows.platt),
        isotonic: quality("isotonic", &rows.isotonic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_horizons_in_rows() {
        let hour = TimeDelta::hours(1);
        assert_eq!(block_rows(hour * 24, hour, 1), 24);
        assert_eq!(block_rows(hour * 24, hour, 3), 72);
        assert_eq!(block_rows(hour, hour * 4, 1), 1);
        assert_eq!(block_rows(hour * 6, hour * 4, 1), 2);
        assert_eq!(block_rows(hour, TimeDelta::zero(), 0), 1);
    }
}
